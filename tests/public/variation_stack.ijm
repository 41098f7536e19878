// Total variation on a stack, the monitor window is closed where there is one, then a projection.
folder = getArgument();
open(folder + "stack.tif");
run("DeconvolutionLab2 Run", "-image platform stack.tif -psf file " + folder + "psf3.tif -algorithm RLTV 8 1.000E-04 "
    + "-monitor no -out stack smooth nosave");
while (!isOpen("smooth"))
    wait(50);
if (isOpen("Monitor of Run"))
    close("Monitor of Run");
selectWindow("smooth");
run("Z Project...", "projection=[Max Intensity]");
getDimensions(width, height, channels, slices, frames);
close("stack.tif");
return getTitle() + " " + width + "x" + height;
