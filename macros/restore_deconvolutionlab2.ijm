// From one edge to a restored picture with DeconvolutionLab2 by the plugin's own line:
//   edgepsf macro macros/restore_deconvolutionlab2.ijm [FOLDER]
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

// The plugin wants a PSF as large as the picture with its centre at half the size: an odd kernel in an even picture
// would else move the result by a pixel. No window, and wait until it is done:
psf = centred(kernel, picture);
run("DeconvolutionLab2 Run", "-image platform " + picture + " -psf platform " + psf + " -algorithm RL 40 "
	+ "-out stack noshow restored-deconvolutionlab2 -path " + folder
	+ " -monitor 0 -verbose mute -multithreading no -epsilon 1e-6");
return "done";

// A copy of the kernel in the middle of a black image as large as the picture.
function centred(kernel, picture) {
	selectImage(kernel);
	w = getWidth();
	h = getHeight();
	run("Select All");
	run("Copy");
	selectImage(picture);
	W = getWidth();
	H = getHeight();
	newImage("psf-in-the-middle", "32-bit black", W, H, 1);
	makeRectangle(floor(W / 2) - floor(w / 2), floor(H / 2) - floor(h / 2), w, h);
	run("Paste");
	run("Select None");
	return "psf-in-the-middle";
}
