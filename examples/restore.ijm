// For batch_in_fiji.py: the PSF of an edge in the middle of the picture, and the picture restored with it.
width = getWidth(); height = getHeight(); title = getTitle();
makeRectangle(width / 4, height / 4, width / 2, height / 2);
run("PSF from Edge...", "model=auto");
psf = getTitle();
fwhm = getResult("fwhm", nResults - 1);
selectImage(title);
run("Select None");
run("Deconvolve...", "psf=[" + psf + "] method=richardson_lucy iterations=10");
return d2s(fwhm, 6);
