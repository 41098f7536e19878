// Edge f...: f = log(1/(2g) - 1) of a g image, or of a gray image with v1= and v2=; a 32-bit image name-f, NaN
// outside 0 < g < 1/2.
//   run("Edge f...");
//   run("Edge f...", "v1=30 v2=100");
// v1, v2  plateau levels in gray values, v1 on the side d > 0
// stack   every plane of the stack, not only the one shown

requires("1.54f");
commandName = "Edge f";
text = commandOptions();
checkImage();
if (mustAsk(text)) {
	noted = Property.get("edgepsf.levels");
	if (noted == "") text = askLevels("Edge f...");
}
readOptions(text, "v1 v2", "stack");
all = optionFlag("stack");
if (hasOption("v1") != hasOption("v2")) fail("give both plateau levels v1 and v2, or neither");
if (hasOption("v1")) makeFOfGray(optionNumber("v1", 0), optionNumber("v2", 0), all);
else {
	checkIsG();
	makeF(all);
}

// Functions shared with the other macros; this file is made by macros/build.py.

var commandName = "";
// How a macro becomes a command: it gets its options, asks for them when chosen from the menu, and stops the
// macro that called it when something is wrong.
var calledByRun = false;
var optionKeys = newArray(0);
var optionValues = newArray(0);
var quietDepth = 0;
var wasQuiet = false;

// Options of run("Name...", "options") or of runMacro(path, "options"); "" when there are none.
function commandOptions() {
	// ImageJ says so only until this macro runs a command of its own.
	running = call("ij.IJ.macroRunning");
	if (running == "true") calledByRun = true;
	text = getArgument();
	if (text == "") text = "" + call("ij.Macro.getOptions");
	if (text == "null") text = "";
	return String.trim(text);
}

function checkImage() {
	if (nImages == 0) fail("there is no image open; open or select one first");
	if (bitDepth() == 24)
		fail("\"" + getTitle() + "\" is an RGB image; work on one channel in linear light: run Linear Channels... first");
}

// Whether to ask: chosen from the menu, with no options and no macro that would wait for it.
function mustAsk(text) {
	if (text != "") return false;
	if (calledByRun) return false;
	if (is("Batch Mode")) return false;
	return true;
}

function askLevels(command) {
	Dialog.create(command);
	Dialog.addMessage("Gray values of the two plateaus, v1 on the side d > 0.\nEmpty: estimated in the selection.");
	Dialog.addString("v1", "");
	Dialog.addString("v2", "");
	Dialog.show();
	text = answered(command, "v1 v2");
	return text;
}

// Reads "key=value key=[value with spaces] flag"; an unknown or repeated key or an open bracket is refused.
function readOptions(text, keys, flags) {
	known = split(String.trim(keys + " " + flags), " ");
	flags = split(flags, " ");
	optionKeys = newArray(0);
	optionValues = newArray(0);
	text = replace(text, "[\\t\\r\\n]", " ");
	i = 0;
	n = lengthOf(text);
	while (i < n) {
		if (substring(text, i, i + 1) == " ") i++;
		else {
			end = indexOf(text, " ", i);
			if (end < 0) end = n;
			equals = indexOf(text, "=", i);
			if (equals < 0 || equals > end) equals = end;
			key = toLowerCase(substring(text, i, equals));
			if (key == "") fail("a key is missing before \"=\" in \"" + String.trim(text) + "\"");
			value = "";
			if (equals < end) {
				end = valueEnd(text, equals + 1, key);
				value = substring(text, equals + 1, end);
			}
			addOption(key, value, known, flags);
			i = end;
		}
	}
}

// Whether a flag is given and not false.
function optionFlag(key) {
	text = optionText(key, "false");
	if (text == "true") return true;
	return false;
}

function hasOption(key) {
	found = contains(optionKeys, key);
	return found;
}

// Stops with a sentence, and with it the macro that called this command.
function fail(message) {
	text = commandName + ": " + message;
	if (calledByRun) {
		call("ij.IJ.error", commandName, text);
		exit;
	}
	exit(text);
}

// f of a gray image with its levels, without the rounding of a g image in between.
function makeFOfGray(v1, v2, all) {
	checkLevels(v1, v2);
	g = "v=(v-" + exact(v1) + ")/" + exact(2 * (v2 - v1)) + "; ";
	derivedImage(g + "if (v>0 && v<0.5) v=log((0.5-v)/v); else v=NaN;", "" + baseTitle() + "-f", all);
	Property.set("edgepsf.levels", full(v1) + " " + full(v2));
}

// Value of an option as a number, refused when it is none.
function optionNumber(key, otherwise) {
	if (!hasOption(key)) return otherwise;
	text = String.trim(optionText(key, ""));
	if (!matches(text, "[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?"))
		fail(key + " must be a number, not \"" + text + "\"");
	value = parseFloat(text);
	if (!(abs(value) < 1e308)) fail(key + " must be a number, not \"" + text + "\"");
	return value;
}

// Refuses an image whose values are not those of g.
function checkIsG() {
	noted = Property.get("edgepsf.levels");
	if (noted != "") return;
	values = newArray(getWidth() * getHeight());
	n = 0;
	for (y = 0; y < getHeight(); y++) {
		for (x = 0; x < getWidth(); x++) {
			v = getPixel(x, y);
			if (abs(v) < 1e300) values[n++] = v;
		}
	}
	low = NaN; high = NaN;
	if (n > 0) {
		values = sortedPart(values, n);
		low = quantile(values, 0.01);
		high = quantile(values, 0.99);
		if (low > -0.25 && low < high && high < 0.75) return;
	}
	fail("this is no g image (values from " + low + " to " + high + ", not 0 to 0.5): run Edge g... first, or give v1= and v2=");
}

// f = log(1/(2g) - 1) of the current g image; NaN outside 0 < g < 1/2.
function makeF(all) {
	derivedImage("if (v>0 && v<0.5) v=log((0.5-v)/v); else v=NaN;", "" + baseTitle() + "-f", all);
}

// The text fields of the dialog as an option string, empty ones left out. The Recorder notes the fields while they
// are read, empty ones too, so it is told to begin anew and gets the options that the command gets.
function answered(command, keys) {
	keys = split(keys, " ");
	values = newArray(keys.length);
	for (k = 0; k < keys.length; k++) values[k] = String.trim(Dialog.getString());
	call("ij.plugin.frame.Recorder.setCommand", command);
	text = "";
	for (k = 0; k < keys.length; k++) {
		if (lengthOf(values[k]) > 0) {
			call("ij.plugin.frame.Recorder.recordOption", keys[k], values[k]);
			text = text + keys[k] + "=" + values[k] + " ";
		}
	}
	return text;
}

// Where the value that starts at i ends: at a space, or behind a bracket that a space or the end follows.
function valueEnd(text, i, key) {
	n = lengthOf(text);
	if (startsWith(substring(text, i), "[")) {
		end = i;
		while (true) {
			end = indexOf(text, "]", end + 1);
			if (end < 0) fail("the bracket of " + key + "=[ is not closed in \"" + String.trim(text) + "\"");
			if (end + 1 == n) return n;
			if (substring(text, end + 1, end + 2) == " ") return end + 1;
		}
	}
	end = indexOf(text, " ", i);
	if (end < 0) end = n;
	if (end == i) fail(key + "= has no value");
	return end;
}

function addOption(key, value, known, flags) {
	if (!contains(known, key))
		fail("unknown key \"" + key + "\"; the keys are: " + String.join(known, ", "));
	if (contains(optionKeys, key)) fail(key + " is given twice");
	flag = contains(flags, key);
	if (value == "") {
		if (!flag) fail(key + " needs a value: " + key + "=...");
		value = "true";
	}
	if (startsWith(value, "&"))
		fail(key + "=" + value + ": a command that is a macro itself cannot see your macro's variables; join the number to the string instead, \"" + key + "=\" + " + substring(value, 1));
	if (startsWith(value, "[") && endsWith(value, "]")) value = substring(value, 1, lengthOf(value) - 1);
	if (flag) value = flagValue(key, toLowerCase(value));
	optionKeys = Array.concat(optionKeys, newArray(key, ""));
	optionValues = Array.concat(optionValues, newArray(value, ""));
	optionKeys = Array.trim(optionKeys, optionKeys.length - 1);
	optionValues = Array.trim(optionValues, optionValues.length - 1);
}

// Value of an option as text, the other text when it is not given.
function optionText(key, otherwise) {
	for (k = 0; k < optionKeys.length; k++)
		if (optionKeys[k] == key) return optionValues[k];
	return otherwise;
}

function contains(list, word) {
	for (k = 0; k < list.length; k++)
		if (list[k] == word) return true;
	return false;
}

function checkLevels(v1, v2) {
	if (v1 == v2) fail("v1 and v2 are both " + v1 + ": an edge needs two different plateau levels");
}

// A number for a macro text, as a whole number over powers of two: ImageJ reads those without an error, other
// numbers with one in the last digit, which would turn a g of 0 into one just beside it.
function exact(value) {
	divisors = "";
	power = 1;
	while (value != floor(value)) {
		value = 2 * value;
		power = 2 * power;
		if (power == 4503599627370496) {
			divisors = divisors + "/" + d2s(power, 0);
			power = 1;
		}
	}
	return "(" + d2s(value, 0) + divisors + "/" + d2s(power, 0) + ")";
}

// Makes a 32-bit copy of the current slice, or of all of the stack, the current image, with every pixel v replaced
// by a macro expression; its scale and selection are kept, notes of other commands are not.
function derivedImage(code, title, all) {
	beginQuiet();
	source = getImageID();
	selected = selectionType() >= 0;
	if (selected) run("Select None");
	if (all) run("Duplicate...", "title=edgepsf duplicate");
	else run("Duplicate...", "title=edgepsf");
	rename(freeTitle(title));
	forgetNotes();
	// Raw gray values, as the other commands read them: ImageJ would apply a calibration of gray values.
	if (bitDepth() != 32) {
		if (calibrate(1) != 1) run("Calibrate...", "function=None unit=[Gray Value]");
		run("32-bit");
	}
	if (nSlices > 1) run("Macro...", "code=[" + code + "] stack");
	else run("Macro...", "code=[" + code + "]");
	resetMinAndMax();
	if (selected) restoreSelection(source);
	endQuiet();
}

// Title without the file's extension and without the suffixes that the commands append.
function baseTitle() {
	title = getTitle();
	if (matches(title, "(?i).+\\.(tif|tiff|png|jpg|jpeg|bmp|gif)"))
		title = substring(title, 0, lastIndexOf(title, "."));
	return replace(title, "(?<=.)-(g|f|distance|PSF|deconvolved|linear)(-\\d+)?$", "");
}

// Text of a number that reads back to the same double (d2s keeps 10 digits only).
function full(value) {
	// The decimal sign follows the language of the system.
	return replace(String.format("%.17g", value), ",", ".");
}

// The first n values, sorted.
function sortedPart(values, n) {
	part = Array.trim(values, n);
	Array.sort(part);
	return part;
}

// The quantile q (0..1) of sorted values, by linear interpolation between them.
function quantile(sorted, q) {
	position = (sorted.length - 1) * q;
	i = floor(position);
	t = position - i;
	if (i >= sorted.length - 1) return sorted[sorted.length - 1];
	step = sorted[i + 1] - sorted[i];
	if (t >= 0.5) return sorted[i + 1] - step * (1 - t);
	return sorted[i] + step * t;
}

// "true" or "false" of a flag.
function flagValue(key, value) {
	if (value == "true" || value == "1" || value == "yes") return "true";
	if (value == "false" || value == "0" || value == "no") return "false";
	fail(key + " is a flag: write " + key + ", " + key + "=true or " + key + "=false, not " + value);
}

// Works without windows until the endQuiet that belongs to it, where the caller does not already: to select a window
// can take two seconds.
function beginQuiet() {
	if (quietDepth == 0) {
		wasQuiet = is("Batch Mode");
		if (!wasQuiet) setBatchMode(true);
	}
	quietDepth++;
}

// The title, or title-1, title-2, ... when an image of that title is open.
function freeTitle(title) {
	name = title;
	i = 0;
	while (isOpen(name)) {
		i++;
		name = title + "-" + i;
	}
	return name;
}

function forgetNotes() {
	notes = newArray("plane", "profile", "levels", "source", "psf");
	for (k = 0; k < notes.length; k++) Property.set("edgepsf." + notes[k], "");
}

// Gives the selection that was taken off an image back to it and to the current one.
function restoreSelection(source) {
	made = getImageID();
	run("Restore Selection");
	selectImage(source);
	run("Restore Selection");
	selectImage(made);
}

// Shows the current image again.
function endQuiet() {
	quietDepth--;
	if (quietDepth == 0 && !wasQuiet) setBatchMode(false);
}
