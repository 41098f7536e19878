// Results after every third iteration go to files; the macro waits for the last one, and looks at each.
folder = getArgument();
open(folder + "cell.tif");
run("DeconvolutionLab2 Run", "-image platform cell.tif -psf file " + folder + "psf.tif -algorithm RL 9 -monitor no "
    + "-out stack @3 noshow step -path " + folder);
while (!File.exists(folder + "step@9.tif"))
    wait(50);
while (File.lastModified(folder + "step.tif") < File.lastModified(folder + "step@9.tif"))
    wait(50);
wait(300);
figures = "";
for (i = 3; i <= 9; i += 3) {
    open(folder + "step@" + i + ".tif");
    getStatistics(area, mean, min, max);
    figures = figures + d2s(max, 0) + " ";
}
return figures;
