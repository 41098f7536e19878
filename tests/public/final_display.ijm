// The active picture is deconvolved, the macro waits for the plugin's own display, and saves it as 8 bits.
folder = getArgument();
open(folder + "cell.tif");
picture = getTitle();
psf = " -psf file " + folder + "psf.tif";
algorithm = " -algorithm RL 10.00";
run("DeconvolutionLab2 Run", " -image platform active" + psf + algorithm + " -monitor no");
while (!isOpen("Final Display of RL"))
    wait(50);
selectWindow("Final Display of RL");
setMinAndMax(0, 900);
run("8-bit");
saveAs("Tiff", folder + "RL_" + picture);
selectWindow(picture);
close();
return getTitle() + " " + bitDepth();
