// Each file of a folder through a call; the path of the result has no ending, and the next line opens it as a TIFF.
folder = getArgument();
output = folder + "sharp" + File.separator;
File.makeDirectory(output);
names = Array.sort(getFileList(folder + "many"));
answer = "";
for (k = 0; k < names.length; k++) {
    if (endsWith(names[k], ".tif")) {
        base = output + replace(names[k], ".tif", "");
        restore(folder + "many" + File.separator + names[k], folder + "psf.tif", base);
        open(base + ".tif");
        rename("R" + k);
        answer += "" + File.exists(base + ".tif") + " ";
    }
}
run("Images to Stack", "name=all title=R use");
return answer + getTitle() + " " + nSlices;

function restore(blurred, psf, deblurred) {
    call("edu.emory.mathcs.restoretools.iterative.ParallelIterativeDeconvolution2D.deconvolveMRNSD", blurred, psf, deblurred,
        "NONE", "-1", "REFLEXIVE", "AUTO", "FLOAT", "SINGLE", "-1", "-1", "false", "5", "2", "false");
}
