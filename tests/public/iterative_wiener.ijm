// One plane with a Wiener filter first; the grey scale of the result is set, and a copy of a part is taken.
folder = getArgument();
open(folder + "cell.tif");
rename("noisy");
open(folder + "psf.tif");
rename("PSF");
run("Iterative Deconvolve 3D", "image=noisy point=PSF output=Deconvolved normalize show wiener=0.33 low=0 z_direction=1 "
    + "maximum=10 terminate=0.001");
setMinAndMax(0, 900);
makeRectangle(8, 8, 16, 16);
run("Duplicate...", "title=part");
getStatistics(area, mean);
return "" + nImages + " " + d2s(mean, 0);
