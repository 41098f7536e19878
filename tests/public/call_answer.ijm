// The answer of the call is looked at before the result is opened; a missing picture is told by the same answer.
folder = getArgument();
out = folder + "cgls.tif";
answer = call("edu.emory.mathcs.restoretools.iterative.ParallelIterativeDeconvolution2D.deconvolveCGLS",
    folder + "cell.tif", folder + "psf.tif", out, "NONE", "-1", "ZERO", "MINIMAL", "FLOAT", "DOUBLE", "-1", "0", "false", "6", "2",
    "false");
if (answer != out)
    exit("not restored: " + answer);
open(answer);
run("Properties...", "channels=1 slices=1 frames=1 unit=micron pixel_width=0.065 pixel_height=0.065 voxel_depth=0.2");
run("Subtract...", "value=50");
save(out);
return File.getName(answer) + " " + File.getName(getDirectory("image") + getTitle());
