// The hybrid method with its own choice of the regularisation; a profile of the result is written as text.
folder = getArgument();
out = folder + "hybrid.tif";
call("edu.emory.mathcs.restoretools.iterative.ParallelIterativeDeconvolution2D.deconvolveHyBR",
    folder + "cell.tif", folder + "psf.tif", out, "NONE", "-1", "REFLEXIVE", "AUTO", "FLOAT", "DOUBLE", "0", "false", "8", "2",
    "false", "TIKHONOV", "ADAPTWGCV", "-1", "0", "false", "2", "1e-4");
open(out);
text = "";
for (x = 0; x < getWidth(); x += 4)
    text += d2s(getPixel(x, 16), 0) + "\n";
File.saveString(text, folder + "profile.txt");
return getTitle() + " " + bitDepth();
