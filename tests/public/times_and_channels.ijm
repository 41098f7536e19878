// Series of single pictures named by time and channel, one result stack for each channel.
folder = getArgument();
open(folder + "series.tif");
rename("day 1");
getDimensions(width, height, channels, slices, frames);
series = getImageID();
for (c = 0; c < channels; c++) {
    list = "";
    for (t = 0; t < frames; t++) {
        selectImage(series);
        run("Duplicate...", "title=[day 1 - T=" + t + " C=" + c + "] duplicate channels=" + (c + 1) + " frames=" + (t + 1));
        before = nImages;
        result = "T=" + t + "-C=" + c + "_deconv";
        list += " image" + (t + 1) + "=[" + result + "]";
        run("DeconvolutionLab2 Run", " -image platform  day 1 - T=" + t + " " + "C=" + c + " -psf file " + folder
            + "psf.tif -algorithm VC 6 0.5000 -monitor no -out stack " + result + " nosave");
        while (nImages == before)
            wait(50);
        selectImage("day 1 - T=" + t + " C=" + c);
        close();
        if (isOpen("Monitor of Run"))
            close("Monitor of Run");
    }
    run("Concatenate...", "  title=[channel " + c + "]" + list);
}
close("day 1");
return "" + nImages;
