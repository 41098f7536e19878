// From one edge to a restored picture with Parallel Iterative Deconvolution by the plugin's own line:
//   edgepsf macro macros/restore_parallel_iterative.ijm [FOLDER]
// FOLDER (default demo, made by `make demo`) holds blurred.tif and gets the result. EDGEPSF_PLUGINS or EDGEPSF_FIJI
// names the place of the plugin; without it the native engine answers the line.
// Deconvolve... looks after all of this by itself: see restore_with_engine.ijm.

folder = getArgument();
if (folder == "") folder = "demo";
setBatchMode(true);

open(folder + File.separator + "blurred.tif");
picture = getTitle();
makeRectangle(80, 100, 40, 40); // one straight edge and both plateaus
run("PSF from Edge...", "model=auto");
kernel = getTitle();

selectImage(picture);
run("Select None");
changeValues(-1e30, 0, 0); // the plugin counts light: noise of a subtracted background may not lie below zero

// The plugin works on files. No preconditioner, whose FFT form is wrong for asymmetric PSFs, and FLOAT: the other
// types stretch the gray values.
blurred = folder + File.separator + "blurred-not-negative.tif";
psf = folder + File.separator + "psf.tif";
result = folder + File.separator + "restored-parallel-iterative.tif";
saveAs("Tiff", blurred);
selectImage(kernel);
saveAs("Tiff", psf);
rename(kernel);
answer = call("edu.emory.mathcs.restoretools.iterative.ParallelIterativeDeconvolution2D.deconvolveMRNSD",
	blurred, psf, result, "NONE", "-1", "REFLEXIVE", "AUTO", "FLOAT", "DOUBLE", "-1", "-1", "false", "20", "2", "false");
if (answer != result) exit(answer); // the plugin gives back the path, or else what went wrong
return "done";
