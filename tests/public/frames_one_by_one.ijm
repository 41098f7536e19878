// Each slice of a stack is duplicated and deconvolved; the results are joined into a growing stack.
folder = getArgument();
open(folder + "frames.tif");
source = getImageID();
depth = nSlices;
for (i = 1; i <= depth; i++) {
    selectImage(source);
    setSlice(i);
    run("Duplicate...", "title=Slice");
    single = getImageID();
    before = nImages;
    parameters = " -monitor no -out stack decon-" + i + " nosave";
    run("DeconvolutionLab2 Run", " -image platform active -psf file " + folder + "psf.tif -algorithm RIF 0.1000" + parameters);
    while (nImages == before)
        wait(50);
    selectImage(single);
    close();
    selectWindow("decon-" + i);
    if (i == 1)
        rename("joined-1");
    else
        run("Concatenate...", "title=joined-" + i + " image1=joined-" + (i - 1) + " image2=decon-" + i);
}
saveAs("Tiff", folder + "joined.tif");
selectImage(source);
close();
return getTitle() + " " + nSlices;
