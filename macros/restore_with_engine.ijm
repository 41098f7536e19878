// From one edge to a restored picture with the native engine or with a plugin:
//   edgepsf macro macros/restore_with_engine.ijm
//   edgepsf macro macros/restore_with_engine.ijm "demo;DeconvolutionLab2;RL 40"
//   edgepsf macro macros/restore_with_engine.ijm "demo;Parallel Iterative;WPL 20"
// The folder (demo is made by `make demo`) holds blurred.tif and gets restored-by-engine.tif. EDGEPSF_PLUGINS or EDGEPSF_FIJI
// names the place of the plugins; the native engine needs none.

words = newArray("demo", "native", "richardson_lucy");
if (getArgument() != "") words = split(getArgument(), ";");
if (words.length == 1) words = newArray(words[0], "native", "richardson_lucy");
folder = words[0];
engine = words[1];
method = words[2];
setBatchMode(true);

open(folder + File.separator + "blurred.tif");
picture = getTitle();
makeRectangle(80, 100, 40, 40); // one straight edge and both plateaus
run("PSF from Edge...", "model=auto");
kernel = getTitle();

selectImage(picture);
run("Select None");
// The plugins count light: noise of a subtracted background may not lie below zero.
if (engine != "native") changeValues(-1e30, 0, 0);
if (engine == "native")
	run("Deconvolve...", "psf=[" + kernel + "] method=" + method + " iterations=40");
else
	run("Deconvolve...", "psf=[" + kernel + "] engine=[" + engine + "] method=[" + method + "]");
saveAs("Tiff", folder + File.separator + "restored-by-engine.tif");
return getTitle();
