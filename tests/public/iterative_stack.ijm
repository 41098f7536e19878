// Iterative Deconvolve 3D with every box ticked; the result has the number of iterations in its name.
folder = getArgument();
open(folder + "stack.tif");
title = getTitle();
open(folder + "psf3.tif");
rename("PSF");
run("Iterative Deconvolve 3D", "image=" + title + " point=PSF output=deconvolved normalize show log perform detect wiener=0.000 "
    + "low=0 z_direction=1 maximum=6 terminate=0.010");
saveAs("Tiff", folder + "deconvolved.tif");
close("PSF");
return getTitle() + " " + nSlices;
