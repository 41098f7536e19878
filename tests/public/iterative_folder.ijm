// A folder through Iterative Deconvolve 3D; the last of the shown iterations is chosen by its name and saved.
folder = getArgument();
output = folder + "results";
File.makeDirectory(output);
names = Array.sort(getFileList(folder + "many"));
for (k = 0; k < names.length; k++) {
    if (endsWith(names[k], ".tif")) {
        open(folder + "many" + File.separator + names[k]);
        open(folder + "psf.tif");
        run("Iterative Deconvolve 3D", "image=" + names[k] + " point=psf.tif output=Deconvolved perform wiener=0.000 "
            + "low=1 z_direction=0.3 maximum=5 terminate=0.000");
        selectWindow("Deconvolved_5");
        saveAs(".tiff", output + File.separator + "Deconvolved_5_" + names[k]);
        while (nImages > 0) {
            selectImage(nImages);
            close();
        }
    }
}
return String.join(Array.sort(getFileList(output)), " ");
