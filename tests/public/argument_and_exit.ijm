// The words of a batch come in the argument; the macro waits for the file, and then ends the whole program.
words = split(getArgument(), " ");
target = words[2] + words[3] + ".tif";
run("DeconvolutionLab2 Run", "-image file " + words[0] + " -psf file " + words[1] + " -algorithm RIF 0.01 "
    + "-monitor no -out stack noshow " + words[3] + " -path " + words[2]);
for (i = 0; i < 1000; i++) {
    if (File.exists(target)) {
        wait(300);
        File.saveString("" + File.length(target) + "\n", words[2] + "size.txt");
        eval("script", "System.exit(0);");
    }
    wait(100);
}
