// Each channel of a stack is saved for the call, restored in three dimensions, and opened in its place.
folder = getArgument();
open(folder + "channels3.tif");
name = getTitle();
run("Split Channels");
for (i = 1; i <= 2; i++) {
    selectWindow("C" + i + "-" + name);
    current = folder + "C" + i + "_tmp.tif";
    saveAs("Tiff", current);
    close();
    call("edu.emory.mathcs.restoretools.iterative.ParallelIterativeDeconvolution3D.deconvolveWPL", current,
        folder + "psf3.tif", folder + "C" + i + "_wpl.tif", "PERIODIC", "NEXT_POWER_OF_TWO", "FLOAT", "DOUBLE", "-1", "5", "2",
        "false", "0", "1.0", "1.0", "false", "false", "true", "0.01", "false", "true");
    File.delete(current);
    open(folder + "C" + i + "_wpl.tif");
}
run("Merge Channels...", "c1=C1_wpl.tif c2=C2_wpl.tif create");
getDimensions(width, height, channels, slices, frames);
return getTitle() + " " + channels + "/" + slices + "/" + frames;
