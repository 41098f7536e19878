// A drawn object is blurred by the plugin and restored; the difference from the object is measured.
folder = getArgument();
newImage("object", "32-bit black", 32, 32, 1);
makeOval(10, 8, 9, 11);
run("Set...", "value=700");
makeRectangle(20, 20, 3, 6);
run("Set...", "value=400");
run("Select None");
run("Add...", "value=20");
steps = newArray("-image platform object -algorithm CONV -out stack blurred",
    "-image platform blurred -algorithm RL 20 -constraint nonnegativity -out stack restored");
for (k = 0; k < steps.length; k++) {
    before = nImages;
    run("DeconvolutionLab2 Run", steps[k] + " nosave -monitor no -psf file " + folder + "psf.tif");
    while (nImages == before)
        wait(50);
}
imageCalculator("Subtract create 32-bit", "restored", "object");
rename("error");
getStatistics(area, mean, min, max, deviation);
return d2s(mean, 2) + " " + d2s(deviation, 1);
