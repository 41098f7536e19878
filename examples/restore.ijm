// For batch_in_fiji.py: reads the PSF from an edge in the middle of the picture, and restores the picture with it.
width = getWidth(); height = getHeight(); title = getTitle();
makeRectangle(width / 4, height / 4, width / 2, height / 2);
run("PSF from Edge...", "model=auto");
psf = getTitle();
fwhm = getResult("fwhm", nResults - 1);
selectImage(title);
run("Select None");
run("Deconvolve...", "psf=[" + psf + "] method=richardson_lucy iterations=10");
return d2s(fwhm, 6);
