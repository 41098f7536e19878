// Edge g...: g = (v - v1) / (2 (v2 - v1)), 0 at level v1, 1/4 on the edge, 1/2 at level v2; a 32-bit image name-g.
//   run("Edge g...", "v1=30 v2=100");
// v1, v2  plateau levels in gray values, v1 on the side d > 0 (default: estimated in the selection, v1 the darker)
// stack   every plane of the stack, not only the one shown

requires("1.54f");
commandName = "Edge g";
text = commandOptions();
checkImage();
if (mustAsk(text)) text = askLevels("Edge g...");
readOptions(text, "v1 v2", "stack");
levels = chainLevels();
makeG(levels[0], levels[1], optionFlag("stack"));

// Functions shared with the other macros; this file is made by macros/build.py.

var commandName = "";
// How a macro becomes a command: it gets its options, asks for them when chosen from the menu, and stops the
// macro that called it when something is wrong.
var calledByRun = false;
var optionKeys = newArray(0);
var optionValues = newArray(0);
// Coordinates and gray values of the region's pixels, filled by readRegion and readDefined.
var regionX = newArray(0);
var regionY = newArray(0);
var regionV = newArray(0);
var regionN = 0;
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

// Given levels, else those estimated in the region.
function chainLevels() {
	if (hasOption("v1") != hasOption("v2")) fail("give both plateau levels v1 and v2, or neither");
	if (hasOption("v1")) levels = newArray(optionNumber("v1", 0), optionNumber("v2", 0));
	else {
		readRegion();
		levels = estimateLevels(regionX, regionY, regionV, regionN);
	}
	checkLevels(levels[0], levels[1]);
	return levels;
}

// g = (v - v1) / (2 (v2 - v1)) of the current image.
function makeG(v1, v2, all) {
	derivedImage("v=(v-" + exact(v1) + ")/" + exact(2 * (v2 - v1)) + ";", "" + baseTitle() + "-g", all);
	Property.set("edgepsf.levels", full(v1) + " " + full(v2));
}

// Whether a flag is given and not false.
function optionFlag(key) {
	text = optionText(key, "false");
	if (text == "true") return true;
	return false;
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

function hasOption(key) {
	found = contains(optionKeys, key);
	return found;
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

// Reads the finite pixels of the current image's region.
function readRegion() {
	type = selectionType();
	if (type >= 5 && type <= 7) {
		readBand();
		return;
	}
	if (type == 8 || type == 10) fail("a point or angle selection holds no pixels; use a rectangle, area or line");
	if (type < 0) readWhole();
	else readArea();
}

// Plateau levels (v1, v2) of the one edge among n pixels; v1 is the darker side. Pixels are split at the middle
// gray value; the halves' centres of mass give the direction, the share of dark pixels the position, and each
// level is the median of the half of its side's pixels that lies farthest from that line.
function estimateLevels(x, y, v, n) {
	if (n < 8) fail("no edge: the region has " + n + " usable pixels; at least 8 are needed");
	sorted = sortedPart(v, n);
	low = quantile(sorted, 0.02);
	high = quantile(sorted, 0.98);
	if (!(high > low)) {
		low = sorted[0];
		high = sorted[n - 1];
	}
	if (!(high > low))
		fail("no edge: the region is constant (every pixel is " + v[0] + "); choose a region that crosses a contrast edge");
	line = coarseNormal(x, y, v, n, 0.5 * (low + high));
	nx = line[0]; ny = line[1];
	distance = newArray(n);
	for (i = 0; i < n; i++) distance[i] = nx * x[i] + ny * y[i];
	sorted = sortedPart(distance, n);
	t = quantile(sorted, 1.0 - line[2]);
	return newArray(farMedian(v, distance, t, n, 1), farMedian(v, distance, t, n, -1));
}

function checkLevels(v1, v2) {
	if (v1 == v2) fail("v1 and v2 are both " + v1 + ": an edge needs two different plateau levels");
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

// "true" or "false" of a flag.
function flagValue(key, value) {
	if (value == "true" || value == "1" || value == "yes") return "true";
	if (value == "false" || value == "0" || value == "no") return "false";
	fail(key + " is a flag: write " + key + ", " + key + "=true or " + key + "=false, not " + value);
}

// Pixels of the band along a line selection, as wide as the line, or 32 px for a thin one.
function readBand() {
	getSelectionCoordinates(px, py);
	half = 16;
	if (Roi.getStrokeWidth > 1) half = Roi.getStrokeWidth / 2;
	startRegion(getWidth() * getHeight());
	n = 0;
	for (y = 0; y < getHeight(); y++) {
		for (x = 0; x < getWidth(); x++) {
			if (inBand(x, y, px, py, half)) {
				v = getPixel(x, y);
				if (abs(v) < 1e300) { regionX[n] = x; regionY[n] = y; regionV[n] = v; n++; }
			}
		}
	}
	endRegion(n);
}

function readWhole() {
	width = getWidth();
	height = getHeight();
	startRegion(width * height);
	n = 0;
	for (y = 0; y < height; y++) {
		for (x = 0; x < width; x++) {
			v = getPixel(x, y);
			if (abs(v) < 1e300) { regionX[n] = x; regionY[n] = y; regionV[n] = v; n++; }
		}
	}
	endRegion(n);
}

// The pixels that ImageJ's own mask of the selection holds, as far as they lie in the image.
function readArea() {
	Roi.getContainedPoints(px, py);
	width = getWidth();
	height = getHeight();
	startRegion(px.length);
	n = 0; outside = 0;
	for (i = 0; i < px.length; i++) {
		x = px[i]; y = py[i];
		if (x < 0 || y < 0 || x >= width || y >= height) outside++;
		else {
			v = getPixel(x, y);
			if (abs(v) < 1e300) { regionX[n] = x; regionY[n] = y; regionV[n] = v; n++; }
		}
	}
	if (outside == px.length)
		fail("the region lies outside the image of " + width + " x " + height + " pixels");
	endRegion(n);
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

// Unit normal towards the darker side and the share of dark pixels.
function coarseNormal(x, y, v, n, middle) {
	count = 0; xDark = 0; yDark = 0; xBright = 0; yBright = 0;
	for (i = 0; i < n; i++) {
		if (v[i] < middle) {
			count++; xDark += x[i]; yDark += y[i];
		} else {
			xBright += x[i]; yBright += y[i];
		}
	}
	nx = xDark / count - xBright / (n - count);
	ny = yDark / count - yBright / (n - count);
	norm = hypotenuse(nx, ny);
	if (!(norm >= 1e-9))
		fail("no edge: dark and bright pixels have no sides; choose a region with one straight edge");
	return newArray(nx / norm, ny / norm, count / n);
}

// Median of the values in the farther half of the pixels on one side, sign * (distance - t) > 0.
function farMedian(v, distance, t, n, sign) {
	side = newArray(n); beside = newArray(n);
	count = 0;
	for (i = 0; i < n; i++) {
		d = sign * (distance[i] - t);
		if (d > 0) { side[count] = d; beside[count] = v[i]; count++; }
	}
	if (count == 0)
		fail("no edge: one side of it has no pixels; choose a region that shows both plateaus");
	sorted = sortedPart(side, count);
	middle = median(sorted);
	far = newArray(count);
	m = 0;
	for (i = 0; i < count; i++)
		if (side[i] >= middle) far[m++] = beside[i];
	far = sortedPart(far, m);
	return median(far);
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

function startRegion(size) {
	regionX = newArray(size);
	regionY = newArray(size);
	regionV = newArray(size);
}

// Whether a pixel's centre lies beside a part of a line. Of lines, unlike of areas, whole coordinates are pixel centres.
function inBand(x, y, px, py, half) {
	for (k = 0; k + 1 < px.length; k++) {
		dx = px[k + 1] - px[k]; dy = py[k + 1] - py[k];
		length = sqrt(dx * dx + dy * dy);
		if (length > 0) {
			u = x - px[k]; w = y - py[k];
			along = (u * dx + w * dy) / length;
			across = (u * dy - w * dx) / length;
			if (along >= 0 && along <= length && across >= -half && across < half) return true;
		}
	}
	return false;
}

function endRegion(n) {
	regionX = Array.trim(regionX, n);
	regionY = Array.trim(regionY, n);
	regionV = Array.trim(regionV, n);
	regionN = n;
}

// Correctly rounded square root of x^2 + y^2: pixels at one distance must stay at one distance.
function hypotenuse(x, y) {
	h = sqrt(x * x + y * y);
	if (h == 0) return 0;
	return h + (squareError(x, y, h)) / (2 * h);
}

function median(sorted) {
	n = sorted.length;
	if (n % 2 == 1) return sorted[(n - 1) / 2];
	return (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

// x^2 + y^2 - h^2 without rounding, each number split into halves of 26 bits.
function squareError(x, y, h) {
	xh = upperHalf(x); xl = x - xh;
	yh = upperHalf(y); yl = y - yh;
	hh = upperHalf(h); hl = h - hh;
	if (abs(x) < abs(y)) {
		s = yh; yh = xh; xh = s;
		s = yl; yl = xl; xl = s;
	}
	return (((xh * xh - hh * hh) + yh * yh) + 2 * (xh * xl - hh * hl + yh * yl)) + (xl * xl - hl * hl + yl * yl);
}

function upperHalf(x) {
	s = 134217729 * x;
	return s - (s - x);
}
