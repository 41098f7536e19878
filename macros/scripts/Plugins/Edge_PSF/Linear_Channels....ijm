// Linear Channels...: linear light, 0 to 1, of an encoded picture, one 32-bit image a channel: name-red, name-green,
// name-blue of an RGB picture or of three channels, name-linear of a gray one. With merge it goes back: name-RGB.
//   run("Linear Channels...", "gamma=2.2");
//   run("Linear Channels...", "merge red=photo-red green=photo-green blue=photo-blue bits=16");
// gamma    exponent of the encoding (default: the sRGB curve)
// maximum  gray value of full light (default: 255, 65535 or 1 by the depth)
// merge    encode red=, green= and blue=, titles of open images or files, into one colour picture
// bits     8 or 16, the depth of the merged picture (default 8: RGB; 16: a composite of three channels)
// stack    every plane of the stack, not only the one shown

requires("1.54f");
commandName = "Linear Channels";
text = commandOptions();
if (nImages == 0) fail("there is no image open; open or select one first");
if (mustAsk(text)) text = askLinear();
readOptions(text, "gamma maximum red green blue bits", "merge stack");
gamma = positiveOption("gamma");
maximum = positiveOption("maximum");
bits = optionText("bits", "8");
if (bits != "8" && bits != "16") fail("bits must be one of 8, 16, not \"" + bits + "\"");
given = hasOption("red") + hasOption("green") + hasOption("blue");
if (optionFlag("merge")) mergeChannels(gamma, bits);
else {
	if (given > 0) fail("red=, green= and blue= go with merge");
	linearChannels(gamma, maximum, optionFlag("stack"));
}

// Value of an option that must be above zero; 0 when it is not given.
function positiveOption(key) {
	value = optionNumber(key, 0);
	if (hasOption(key) && !(value > 0)) fail(key + " must be positive, not " + value);
	return value;
}

function linearChannels(gamma, maximum, all) {
	code = decoding(gamma, maximum);
	getDimensions(width, height, channels, slices, frames);
	title = baseTitle();
	composite = channels == 3 && slices == 1 && frames == 1;
	if (bitDepth() != 24 && !composite) {
		checkNotNegative(all);
		derivedImage(code, "" + title + "-linear", all);
		return;
	}
	names = newArray("red", "green", "blue");
	source = getImageID();
	if (composite) Stack.getPosition(channel, slice, frame);
	for (k = 0; k < 3; k++) {
		selectImage(source);
		if (composite) {
			Stack.setChannel(k + 1);
			checkNotNegative(false);
			derivedImage(code, "" + title + "-" + names[k], false);
		} else derivedChannel(code, "" + title + "-" + names[k], k + 1);
	}
	if (composite) {
		made = getImageID();
		selectImage(source);
		Stack.setChannel(channel);
		selectImage(made);
	}
}

// One channel of the current RGB image as derivedImage makes it.
function derivedChannel(code, title, channel) {
	beginQuiet();
	source = getImageID();
	selected = selectionType() >= 0;
	if (selected) run("Select None");
	run("Duplicate...", "title=edgepsf-colour");
	colour = getImageID();
	run("RGB Stack");
	setSlice(channel);
	derivedImage(code, title, false);
	made = getImageID();
	selectImage(colour);
	close();
	selectImage(made);
	if (selected) restoreSelection(source);
	endQuiet();
}

// Macro text that turns an encoded value v into linear light.
function decoding(gamma, maximum) {
	if (maximum == 0) {
		maximum = 1;
		if (bitDepth() == 8 || bitDepth() == 24) maximum = 255;
		if (bitDepth() == 16) maximum = 65535;
	}
	code = "v=v/" + exact(maximum) + "; ";
	if (gamma > 0) return code + "v=pow(v," + exact(gamma) + ");";
	return code + "if (v<=0.04045) v=v/12.92; else v=pow((v+0.055)/1.055,2.4);";
}

// Macro text that turns linear light v into an encoded whole number.
function encoding(gamma, white) {
	code = "if (v>0) { } else v=0; if (v>1) v=1; ";
	if (gamma > 0) code = code + "v=pow(v," + exact(1 / gamma) + ");";
	else code = code + "if (v<=0.0031308) v=12.92*v; else v=1.055*pow(v,1/2.4)-0.055;";
	return code + " v=floor(v*" + white + "+0.5);";
}

function checkNotNegative(all) {
	if (bitDepth() != 32) return;
	selected = selectionType() >= 0;
	if (selected) run("Select None");
	if (all && nSlices > 1) Stack.getStatistics(count, average, least);
	else getStatistics(area, average, least);
	if (selected) run("Restore Selection");
	if (least < 0) fail("an encoded picture has no negative values; the lowest here is " + least);
}

function mergeChannels(gamma, bits) {
	names = newArray("red", "green", "blue");
	missing = "";
	for (k = 0; k < 3; k++)
		if (!hasOption(names[k])) missing = missing + ", " + names[k] + "=";
	if (missing != "") fail("merge needs the three channels: " + substring(missing, 2) + " missing");
	source = getImageID();
	title = freeTitle("" + replace(baseTitle(), "(?<=.)-(red|green|blue)(-\\d+)?$", "") + "-RGB");
	selected = selectionType() >= 0;
	beginQuiet();
	list = "";
	sizes = newArray(3);
	for (k = 0; k < 3; k++) {
		encodedChannel(optionText(names[k], ""), gamma, bits, "edgepsf-" + names[k]);
		sizes[k] = "" + getWidth() + " x " + getHeight();
		list = list + "c" + (k + 1) + "=edgepsf-" + names[k] + " ";
	}
	if (sizes[0] != sizes[1] || sizes[0] != sizes[2]) {
		for (k = 0; k < 3; k++) close("edgepsf-" + names[k]);
		fail("the three channels differ in size: " + String.join(sizes, ", "));
	}
	if (bits == "16") list = list + "create";
	run("Merge Channels...", list);
	rename(title);
	takeScale(source);
	if (selected) {
		made = getImageID();
		selectImage(source);
		run("Select None");
		selectImage(made);
		restoreSelection(source);
	}
	endQuiet();
}

// An encoded copy, with 8 or 16 bits, of an open image or a file.
function encodedChannel(name, gamma, bits, title) {
	opened = 0;
	if (isOpen(name)) selectImage(name);
	else {
		if (!File.exists(name)) fail("there is no open image titled \"" + name + "\" and no file of that path");
		open(name);
		opened = getImageID();
	}
	white = pow(2, parseInt(bits)) - 1;
	derivedImage(encoding(gamma, white), title, false);
	run("Select None");
	// With this range the conversion neither scales nor shifts.
	setMinAndMax(0, white);
	run(bits + "-bit");
	made = getImageID();
	if (opened != 0) {
		selectImage(opened);
		close();
		selectImage(made);
	}
}

function askLinear() {
	Dialog.create("Linear Channels...");
	Dialog.addMessage("Undoes the encoding of a picture. Empty: the sRGB curve, full light by the depth.");
	Dialog.addString("gamma", "");
	Dialog.addString("maximum", "");
	Dialog.show();
	text = answered("Linear Channels...", "gamma maximum");
	return text;
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

// Stops with a sentence, and with it the macro that called this command.
function fail(message) {
	text = commandName + ": " + message;
	if (calledByRun) {
		call("ij.IJ.error", commandName, text);
		exit;
	}
	exit(text);
}

// Whether to ask: chosen from the menu, with no options and no macro that would wait for it.
function mustAsk(text) {
	if (text != "") return false;
	if (calledByRun) return false;
	if (is("Batch Mode")) return false;
	return true;
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

// Value of an option as text, the other text when it is not given.
function optionText(key, otherwise) {
	for (k = 0; k < optionKeys.length; k++)
		if (optionKeys[k] == key) return optionValues[k];
	return otherwise;
}

function hasOption(key) {
	found = contains(optionKeys, key);
	return found;
}

// Whether a flag is given and not false.
function optionFlag(key) {
	text = optionText(key, "false");
	if (text == "true") return true;
	return false;
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

// Title without the file's extension and without the suffixes that the commands append.
function baseTitle() {
	title = getTitle();
	if (matches(title, "(?i).+\\.(tif|tiff|png|jpg|jpeg|bmp|gif)"))
		title = substring(title, 0, lastIndexOf(title, "."));
	return replace(title, "(?<=.)-(g|f|distance|PSF|deconvolved|linear)(-\\d+)?$", "");
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

// Works without windows until the endQuiet that belongs to it, where the caller does not already: to select a window
// can take two seconds.
function beginQuiet() {
	if (quietDepth == 0) {
		wasQuiet = is("Batch Mode");
		if (!wasQuiet) setBatchMode(true);
	}
	quietDepth++;
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

// Gives the current image the scale of another one.
function takeScale(source) {
	made = getImageID();
	selectImage(source);
	getVoxelSize(width, height, depth, unit);
	selectImage(made);
	setVoxelSize(width, height, depth, unit);
}

// Text of a number that reads back to the same double (d2s keeps 10 digits only).
function full(value) {
	// The decimal sign follows the language of the system.
	return replace(String.format("%.17g", value), ",", ".");
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

function contains(list, word) {
	for (k = 0; k < list.length; k++)
		if (list[k] == word) return true;
	return false;
}

function forgetNotes() {
	notes = newArray("plane", "profile", "levels", "source", "psf");
	for (k = 0; k < notes.length; k++) Property.set("edgepsf." + notes[k], "");
}

// "true" or "false" of a flag.
function flagValue(key, value) {
	if (value == "true" || value == "1" || value == "yes") return "true";
	if (value == "false" || value == "0" || value == "no") return "false";
	fail(key + " is a flag: write " + key + ", " + key + "=true or " + key + "=false, not " + value);
}
