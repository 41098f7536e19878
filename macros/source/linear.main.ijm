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
