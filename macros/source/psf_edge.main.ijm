// PSF from Edge...: levels, line and shape of the edge in the selection fitted together on the gray values, by the
// Python package edgepsf; kernel image name-PSF and a row of the Results table. Needs its program `edgepsf` on this
// computer (pip install edgepsf), whose path is asked for once and kept in ImageJ's preferences.
//   run("PSF from Edge...", "model=logistic");
// model    auto, logistic, logistic3, logistic5, ... (default auto)
// pixel    sampled or optical: whether the PSF holds the pixel box (default sampled)
// v1, v2   plateau levels in gray values, v1 on the side d > 0 (default: fitted)
// size     side of the kernel in px, odd (default: the smallest that holds 99.9 % of the energy)
// plot     show P(r) in a Plot window name-P(r), for the logistic models
// program  path of the program edgepsf (default: the one used last, else the one that the system finds)

requires("1.54f");
commandName = "PSF from Edge";
text = commandOptions();
checkImage();
if (mustAsk(text)) text = askPsfEdge();
readOptions(text, "model pixel v1 v2 size program", "plot");
program = optionText("program", keptProgram());
picture = getImageID();
base = baseTitle();
given = givenWords();
type = selectionType();
if (type >= 5 && type != 9) fail("a line or point selection cannot be passed on; use a rectangle or an area");
folder = getDirectory("temp") + "edgepsf" + round(1e9 * random());
File.makeDirectory(folder);
if (!File.isDirectory(folder)) fail("the folder \"" + folder + "\" cannot be made");
part = folder + File.separator;
beginQuiet();
words = newArray(program, "psf", "edge", part + "picture.tif", "-o", part + "psf.tif", "--json");
words = Array.concat(words, given);
region = writePicture(part + "picture.tif");
if (region != "") words = Array.concat(words, newArray("--roi", region));
said = runProgram(words, folder);
answer = "";
if (File.exists(part + "psf.tif")) answer = File.openAsString(part + "answer.txt");
if (answer != "") {
	open(part + "psf.tif");
	rename(freeTitle("" + base + "-PSF"));
	resetMinAndMax();
}
removeFolder(folder);
if (answer != "" || matches(said, "(?s)(.*\n)?edgepsf: .*")) call("ij.Prefs.set", "edgepsf.program", program);
if (answer == "") fail(refusal(said, program));
shaped = type > 0;
printWarnings(said, shaped);
addJsonRow(answer);
kernel = getImageID();
endQuiet();
if (optionFlag("plot")) plotOfJson(answer, "" + base + "-P(r)", kernel);

// The program used last; else its name alone, for the system to find.
function keptProgram() {
	known = call("ij.Prefs.get", "edgepsf.program", "");
	if (known == "") return "edgepsf";
	return known;
}

function askPsfEdge() {
	Dialog.create("PSF from Edge...");
	Dialog.addMessage("Empty levels: fitted. Empty size: 99.9 % of the energy.");
	Dialog.addString("model", "auto");
	Dialog.addString("v1", "");
	Dialog.addString("v2", "");
	Dialog.addString("size", "");
	Dialog.addFile("program", keptProgram());
	Dialog.show();
	text = answered("PSF from Edge...", "model v1 v2 size program");
	return text;
}

// The options as words of the command line.
function givenWords() {
	if (hasOption("v1") != hasOption("v2")) fail("give both plateau levels v1 and v2, or neither");
	model = optionText("model", "auto");
	words = "--model=" + model;
	if (hasOption("pixel")) {
		pixel = optionText("pixel", "");
		words = words + "\n--pixel=" + pixel;
	}
	if (hasOption("v1")) words = words + "\n--v1=" + full(optionNumber("v1", 0)) + "\n--v2=" + full(optionNumber("v2", 0));
	if (hasOption("size")) words = words + "\n--size=" + optionInteger("size", 0, 1);
	words = split(words, "\n");
	return words;
}

// Writes the current slice for the program, and gives its rectangle as x,y,width,height, "" for the whole image.
// Of another area the pixels outside become NaN, which the program leaves out.
function writePicture(path) {
	type = selectionType();
	region = "";
	if (type >= 0) {
		getSelectionBounds(left, top, width, height);
		region = "" + round(left) + "," + round(top) + "," + round(width) + "," + round(height);
	}
	if (type > 0) {
		derivedImage("v=v;", "picture", false);
		run("Make Inverse");
		if (selectionType() >= 0) run("Macro...", "code=v=NaN;");
	} else {
		if (type == 0) run("Select None");
		run("Duplicate...", "title=edgepsf");
		if (type == 0) restoreSelection(picture);
	}
	run("Select None");
	saveAs("Tiff", path);
	close();
	selectImage(picture);
	return region;
}

// Runs a command line; what it printed goes to answer.txt in the folder, what it said beside that is given back.
// A script file does it: exec() would pass on only the one, and quotes differ from system to system.
function runProgram(words, folder) {
	part = folder + File.separator;
	windows = startsWith(getInfo("os.name"), "Windows");
	line = "";
	for (k = 0; k < words.length; k++) line = line + quoted(words[k], windows) + " ";
	line = line + "> " + quoted(part + "answer.txt", windows) + " 2> " + quoted(part + "said.txt", windows);
	if (windows) {
		File.saveString("@echo off\r\nchcp 65001 > nul\r\n" + line + "\r\n", part + "run.bat");
		exec("cmd", "/c", part + "run.bat");
	} else {
		File.saveString(line + "\n", part + "run.sh");
		exec("sh", part + "run.sh");
	}
	if (!File.exists(part + "said.txt")) return "";
	return File.openAsString(part + "said.txt");
}

// A word for the command line, whatever it holds.
function quoted(word, windows) {
	if (windows) return "\"" + replace(word, "%", "%%") + "\"";
	return "'" + replace(word, "'", "'\"'\"'") + "'";
}

// The sentence for the user, of what the program or the shell said.
function refusal(said, program) {
	lines = split(said, "\n");
	sentence = "";
	for (k = 0; k < lines.length; k++) {
		if (startsWith(lines[k], "edgepsf: ") && !startsWith(lines[k], "edgepsf: warning"))
			sentence = substring(lines[k], 9);
		if (startsWith(lines[k], "edgepsf psf edge: ")) sentence = substring(lines[k], 18);
	}
	if (sentence != "") return sentence;
	shell = matches(String.trim(said), "(?s).*(not found|not recognized|No such file|Permission denied|cannot find).*");
	if (said == "" || shell)
		return "the program \"" + program + "\" cannot be run here. Install the Python package edgepsf (pip install edgepsf) and give the path of its program once: program=[/path/to/edgepsf]";
	return "the program \"" + program + "\" failed: " + lines[lines.length - 1];
}

// What the program said, but for the pixels that were made NaN outside of the selection.
function printWarnings(said, shaped) {
	lines = split(said, "\n");
	for (k = 0; k < lines.length; k++)
		if (startsWith(lines[k], "edgepsf: ") && !(shaped && indexOf(lines[k], "NaN or infinite pixels") >= 0)) print(lines[k]);
}

// A row of the figures in a JSON object, in the order of the Python command.
function addJsonRow(text) {
	names = parameterNames(text);
	names = Array.concat(newArray("model", ""), names);
	names = Array.concat(names, split("fwhm fwhm_low fwhm_high mtf50 mtf50_low mtf50_high v1 v2 angle offset noise n", " "));
	names = Array.concat(names, split("fwhm_unit fwhm_low_unit fwhm_high_unit mtf50_unit unit", " "));
	row = nResults;
	// Objects inside have keys of the same names.
	flat = replace(text, "\"\\w+\": \\{[^}]*\\}", "");
	for (k = 0; k < names.length; k++) {
		value = "";
		if (names[k] != "") value = jsonValue(flat, names[k]);
		if (value != "") {
			if (names[k] == "model" || names[k] == "unit") setResult(names[k], row, value);
			else setResult(names[k], row, parseFloat(value));
		}
	}
	updateResults();
}

// Names of the shape's parameters.
function parameterNames(text) {
	start = indexOf(text, "\"parameters\": {");
	inner = substring(text, start + 15, indexOf(text, "}", start));
	names = split(inner, ",");
	for (k = 0; k < names.length; k++) {
		names[k] = String.trim(names[k]);
		names[k] = substring(names[k], 1, indexOf(names[k], "\"", 1));
	}
	return names;
}

// Value of a key in a flat JSON object, "" when it is not there; null is NaN.
function jsonValue(text, key) {
	start = indexOf(text, "\"" + key + "\": ");
	if (start < 0) return "";
	start = start + lengthOf(key) + 4;
	if (substring(text, start, start + 1) == "\"") {
		value = substring(text, start + 1, indexOf(text, "\"", start + 1));
		return replace(value, "\\\\u00b5", fromCharCode(181));
	}
	end = start;
	while (indexOf(",}", substring(text, end, end + 1)) < 0) end++;
	value = String.trim(substring(text, start, end));
	if (value == "null") return "NaN";
	return value;
}

// P(r) of the logistic models; other shapes have another integral.
function plotOfJson(text, title, kernel) {
	model = jsonValue(text, "model");
	if (!startsWith(model, "logistic")) {
		print("edgepsf: plot shows the logistic models only, not " + model);
		return;
	}
	flat = replace(text, "\"\\w+\": \\{[^}]*\\}", "");
	names = parameterNames(text);
	co = newArray(names.length);
	for (k = 0; k < names.length; k++) co[k] = parseFloat(jsonValue(flat, names[k]));
	plotRadial(freeTitle(title), co, psfReach(co), parseFloat(jsonValue(flat, "kernel_size_px")) / 2);
	selectImage(kernel);
}
