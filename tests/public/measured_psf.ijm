// The PSF is read from an edge by a command of our own; the plugin's line takes its window; a plain command ends it.
folder = getArgument();
open(folder + "edge.tif");
makeRectangle(12, 10, 40, 44);
run("PSF from Edge...", "model=gaussian size=21");
rename("measured");
fwhm = getResult("fwhm", nResults - 1);
selectWindow("edge.tif");
run("Select None");
run("DeconvolutionLab2 Run", "-image platform edge.tif -psf platform measured -algorithm RL 12 -monitor no "
    + "-out stack sharper nosave");
while (!isOpen("sharper"))
    wait(50);
selectWindow("sharper");
run("Properties...", "unit=micron pixel_width=0.2 pixel_height=0.2 voxel_depth=1");
saveAs("Tiff", folder + "sharper.tif");
return getTitle() + " " + d2s(fwhm, 3);
