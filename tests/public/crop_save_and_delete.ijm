// A part of a stack goes through a file for the moment; the result becomes 16 bits and gets the scale back.
folder = getArgument();
open(folder + "stack.tif");
setVoxelSize(0.1, 0.1, 0.3, "micron");
getVoxelSize(width, height, depth, unit);
makeRectangle(4, 4, 16, 16);
run("Crop");
saveAs("Tiff", folder + "part.tif");
close();
path = folder + "part.tif" + File.separator;
path = substring(path, 0, lengthOf(path) - 1);
run("DeconvolutionLab2 Run", " -image file " + path + " -psf file " + folder + "psf3.tif -algorithm RL 6 -monitor no");
while (!isOpen("Final Display of RL"))
    wait(50);
selectWindow("Final Display of RL");
setMinAndMax(0, 65535);
run("16-bit");
File.delete(path);
setVoxelSize(width, height, depth, unit);
rename("processed");
saveAs("Tiff", folder + "processed.tif");
return getTitle() + " " + File.exists(path);
