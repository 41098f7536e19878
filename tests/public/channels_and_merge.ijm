// Two channels are split, each is deconvolved with a PSF of its own that is open, and they are merged again.
folder = getArgument();
open(folder + "channels.tif");
name = getTitle();
run("Split Channels");
colours = newArray("psf.tif", "wide.tif");
merge = "";
for (c = 1; c <= 2; c++) {
    open(folder + colours[c - 1]);
    title = "C" + c + "-decon";
    run("DeconvolutionLab2 Run", "-image platform C" + c + "-" + name + " -psf platform " + colours[c - 1]
        + " -algorithm LW 8 1.000 -monitor no -out stack " + title + " nosave");
    while (!isOpen(title))
        wait(50);
    close("C" + c + "-" + name);
    close(colours[c - 1]);
    selectWindow(title);
    setMinAndMax(0, 1000);
    run("16-bit");
    merge += "c" + c + "=" + title + " ";
}
run("Merge Channels...", merge + "create");
getDimensions(width, height, channels, slices, frames);
saveAs("Tiff", folder + "merged");
return getTitle() + " " + channels + "/" + slices + "/" + frames;
