// A list of algorithms on one picture; a table with the figures of each result is saved.
folder = getArgument();
open(folder + "cell.tif");
open(folder + "psf.tif");
codes = newArray("NIF", "TRIF 0.0100", "LW 10 1.0000", "TM 10 0.5000 0.0010", "RL 10");
run("Set Measurements...", "mean standard min redirect=None decimal=3");
for (k = 0; k < codes.length; k++) {
    name = "method" + (k + 1);
    run("DeconvolutionLab2 Run", "-image platform cell.tif -psf platform psf.tif -algorithm " + codes[k]
        + " -monitor no -system no -verbose log -out stack " + name + " nosave");
    while (!isOpen(name))
        wait(50);
    selectWindow(name);
    getStatistics(area, mean, min, max, deviation);
    setResult("Label", k, codes[k]);
    setResult("Mean", k, d2s(mean, 1));
    setResult("StdDev", k, d2s(deviation, 1));
}
updateResults();
saveAs("Results", folder + "figures.csv");
return "" + nResults;
