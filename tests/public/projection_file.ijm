// Picture and PSF are files, only the largest values along the axes are kept, as a file that is opened again.
folder = getArgument();
image = "-image file " + folder + "stack.tif";
psf = "-psf file " + folder + "psf3.tif";
method = "-algorithm RL 4 -monitor no -out mip noshow views -path " + folder;
run("DeconvolutionLab2 Run", image + " " + psf + " " + method);
while (!File.exists(folder + "views.tif"))
    wait(100);
wait(300);
open(folder + "views.tif");
return getTitle() + " " + getWidth() + "x" + getHeight() + "x" + nSlices;
