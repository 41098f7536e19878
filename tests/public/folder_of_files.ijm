// A folder of files: the plugin writes each result, the macro waits for the file and opens it to check it.
folder = getArgument();
input = folder + "many" + File.separator;
output = folder + "done" + File.separator;
File.makeDirectory(output);
names = Array.sort(getFileList(input));
answer = "";
for (k = 0; k < names.length; k++) {
    if (endsWith(names[k], ".tif")) {
        base = File.getNameWithoutExtension(names[k]);
        run("DeconvolutionLab2 Run", "-image file " + input + names[k] + " -psf file " + folder + "psf.tif"
            + " -algorithm RL 5 -monitor no -out stack noshow short " + base + "_dec -path " + output);
        while (!File.exists(output + base + "_dec.tif"))
            wait(100);
        wait(300);
        open(output + base + "_dec.tif");
        answer += base + ":" + nSlices + "x" + bitDepth() + " ";
        close();
    }
}
return answer;
