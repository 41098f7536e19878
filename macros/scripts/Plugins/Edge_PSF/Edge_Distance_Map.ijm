// Edge Distance Map: signed distance to the edge d = (a + b x + c y) / p, positive on the v1 side; a 32-bit image
// name-distance.
//   run("Edge Distance Map");
//   run("Edge Distance Map", "a=-30 b=1 c=0.1");
// a, b, c  the plane (default: the last one fitted on this image, else fitted now)

requires("1.54f");
commandName = "Edge Distance Map";
readOptions(commandOptions(), "a b c", "");
checkImage();
given = hasOption("a") + hasOption("b") + hasOption("c");
if (given > 0 && given < 3) fail("give all of a, b and c, or none of them");
if (given == 3) plane = newArray(optionNumber("a", 0), optionNumber("b", 0), optionNumber("c", 0));
else plane = knownPlane();
makeDistance(plane[0], plane[1], plane[2]);

// Functions shared with the other macros; this file is made by macros/build.py.

var commandName = "";
var optionKeys = newArray(0);
var optionValues = newArray(0);
// How a macro becomes a command: it gets its options, asks for them when chosen from the menu, and stops the
// macro that called it when something is wrong.
var calledByRun = false;
// Coordinates and gray values of the region's pixels, filled by readRegion and readDefined.
var regionX = newArray(0);
var regionY = newArray(0);
var regionV = newArray(0);
var regionN = 0;
var quietDepth = 0;
var wasQuiet = false;

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

// The plane last fitted on the current image, or fitted now.
function knownPlane() {
	plane = notedNumbers("edgepsf.plane");
	if (plane.length == 0) plane = planeHere();
	return plane;
}

// Distance map (a + b x + c y) / p of the current f image.
function makeDistance(a, b, c) {
	p = planeSlope(b, c, pixelAspect());
	if (!(p > 0)) fail("a plane with slope p = " + p + " has no edge: give b and c that are not both zero");
	origin = getTitle();
	derivedImage("v=(" + exact(a) + "+" + exact(b) + "*x+" + exact(c) + "*y)/" + exact(p) + ";", "" + baseTitle() + "-distance", false);
	notePlane(newArray(a, b, c));
	Property.set("edgepsf.source", origin);
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

// Value of an option as text, the other text when it is not given.
function optionText(key, otherwise) {
	for (k = 0; k < optionKeys.length; k++)
		if (optionKeys[k] == key) return optionValues[k];
	return otherwise;
}

// Numbers that a command left with the current image; an empty array if none.
function notedNumbers(key) {
	text = Property.get(key);
	if (text == "") return newArray(0);
	words = split(text, " ");
	numbers = newArray(words.length);
	for (k = 0; k < words.length; k++) numbers[k] = parseFloat(words[k]);
	return numbers;
}

// The plane of the current f image in its region.
function planeHere() {
	readRegion();
	aspect = pixelAspect();
	plane = fitPlane(regionX, regionY, regionV, regionN, aspect);
	return plane;
}

// Slope of a plane per pixel width.
function planeSlope(b, c, aspect) {
	return sqrt(b * b + c * c / (aspect * aspect));
}

// Height of a pixel divided by its width; 1 where the image is not calibrated. Lengths are in pixel widths.
function pixelAspect() {
	unit = lengthUnit();
	if (unit == "") return 1;
	getPixelSize(unit, width, height);
	return height / width;
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

function notePlane(plane) {
	Property.set("edgepsf.plane", full(plane[0]) + " " + full(plane[1]) + " " + full(plane[2]));
}

// "true" or "false" of a flag.
function flagValue(key, value) {
	if (value == "true" || value == "1" || value == "yes") return "true";
	if (value == "false" || value == "0" || value == "no") return "false";
	fail(key + " is a flag: write " + key + ", " + key + "=true or " + key + "=false, not " + value);
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

// Least-squares plane f = a + b x + c y: (a, b, c, p, angle, sd_a, sd_b, sd_c, sd_p, n), p per pixel width.
// Pixels are chosen by position, the distance to the line, and weighted by the model's (E (1 - E))^2, iterated:
// chosen by their measured 0 < g < 1/2, plateau noise would make the slope up to 90 % too small.
function fitPlane(x, y, f, n, aspect) {
	if (n < 4)
		fail("no edge: f has " + n + " defined pixels here (0 < g < 1/2); at least 4 are needed. Check v1 and v2 and the region");
	cx = mean(x, n);
	cy = mean(y, n);
	s = startPlane(x, y, f, n, cx, cy);
	band = newArray(0); bx = band; by = band; bf = band; center = newArray(3); reach = 0; m = 0;
	for (k = 0; k < 200; k++) {
		limit = maxOf(4, 2 * planeSlope(s[1], s[2], aspect));
		if (k == 0 || planeChange(s, center, x, y, n, cx, cy) > reach - limit) {
			// Only pixels near the line can have a weight: the others are set aside until it has moved too far.
			center = Array.copy(s);
			reach = 1.5 * limit;
			bx = newArray(n); by = newArray(n); bf = newArray(n); m = 0;
			for (i = 0; i < n; i++) {
				u = x[i] - cx; w = y[i] - cy;
				if (abs(s[0] + s[1] * u + s[2] * w) <= reach) {
					bx[m] = u; by[m] = w; bf[m] = f[i]; m++;
				}
			}
		}
		before = s;
		s = weightedPlane(bx, by, bf, m, before, limit);
		change = 0; largest = 1;
		for (i = 0; i < 3; i++) {
			change = maxOf(change, abs(s[i] - before[i]));
			largest = maxOf(largest, abs(s[i]));
		}
		if (change <= 1e-11 * largest) {
			row = planeRow(bx, by, bf, m, before, s, limit, cx, cy, aspect);
			return row;
		}
	}
	fail("the plane fit did not settle: f has no single straight edge in this region");
}

// Unit of length of the current image as ImageJ's calibration has it, "" where it is not calibrated.
function lengthUnit() {
	getPixelSize(unit, width, height);
	if (unit == "pixel" || unit == "pixels") return "";
	if (unit == "microns") return "micron";
	if (unit == "inches") return "inch";
	return unit;
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

// Text of a number that reads back to the same double (d2s keeps 10 digits only).
function full(value) {
	// The decimal sign follows the language of the system.
	return replace(String.format("%.17g", value), ",", ".");
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

function mean(values, n) {
	sum = 0;
	for (i = 0; i < n; i++) sum += values[i];
	return sum / n;
}

// First plane: pixels near f = 0 only, the band widened until it determines a plane.
function startPlane(x, y, f, n, cx, cy) {
	limits = newArray(1, 1.5, 2, 3, 5, 1e300);
	for (k = 0; k < limits.length; k++) {
		sums = newArray(9);
		for (i = 0; i < n; i++)
			if (abs(f[i]) <= limits[k]) addPixel(sums, x[i] - cx, y[i] - cy, f[i], 1);
		if (sums[0] >= 4) {
			s = solvePlane(sums);
			// && would look at s[1] of an empty array too.
			if (s.length == 3) {
				if (s[1] * s[1] + s[2] * s[2] > 0) return s;
			}
		}
	}
	fail("no edge: the pixels with a defined f lie on one line or show no slope");
}

// The largest difference between two planes over the pixels' bounding box: it lies in a corner.
function planeChange(s, r, x, y, n, cx, cy) {
	largest = 0;
	Array.getStatistics(x, left, right);
	Array.getStatistics(y, top, bottom);
	for (i = 0; i < 4; i++) {
		u = left; w = top;
		if (i % 2 == 1) u = right;
		if (i >= 2) w = bottom;
		largest = maxOf(largest, abs(s[0] - r[0] + (s[1] - r[1]) * (u - cx) + (s[2] - r[2]) * (w - cy)));
	}
	return largest;
}

// One step: weights (E (1 - E))^2 of the plane r, and a taper that ends smoothly at |f| = limit.
function weightedPlane(x, y, f, n, r, limit) {
	a = r[0]; b = r[1]; c = r[2];
	s1 = 0; sx = 0; sy = 0; sxx = 0; sxy = 0; syy = 0; sf = 0; sfx = 0; sfy = 0;
	for (i = 0; i < n; i++) {
		u = x[i]; v = y[i];
		m = a + b * u + c * v;
		t = 1 - m * m / (limit * limit);
		if (t > 0) {
			e = 1 / (1 + exp(m));
			w = e * (1 - e) * t;
			w = w * w;
			q = w * f[i];
			wx = w * u; wy = w * v;
			s1 += w; sx += wx; sy += wy;
			sxx += wx * u; sxy += wx * v; syy += wy * v;
			sf += q; sfx += q * u; sfy += q * v;
		}
	}
	s = solvePlane(newArray(s1, sx, sy, sxx, sxy, syy, sf, sfx, sfy));
	if (s.length == 0)
		fail("no plane: the usable pixels lie on one line; choose a larger region or check v1 and v2");
	return s;
}

// The fitted plane in whole-image coordinates, with standard deviations for noise of variance s^2 / (E (1 - E))^2.
function planeRow(x, y, f, n, r, s, limit, cx, cy, aspect) {
	a = r[0]; b = r[1]; c = r[2];
	s0 = s[0]; s1 = s[1]; s2 = s[2];
	n1 = 0; nx = 0; ny = 0; nxx = 0; nxy = 0; nyy = 0;
	m1 = 0; mx = 0; my = 0; mxx = 0; mxy = 0; myy = 0;
	share = 0; shares = 0; squares = 0; count = 0;
	for (i = 0; i < n; i++) {
		u = x[i]; v = y[i];
		m = a + b * u + c * v;
		t = 1 - m * m / (limit * limit);
		if (t > 0) {
			e = 1 / (1 + exp(m));
			t = t * t;
			w = e * (1 - e) * e * (1 - e) * t;
			q = w * t;
			n1 += w; nx += w * u; ny += w * v; nxx += w * u * u; nxy += w * u * v; nyy += w * v * v;
			m1 += q; mx += q * u; my += q * v; mxx += q * u * u; mxy += q * u * v; myy += q * v * v;
			d = f[i] - s0 - s1 * u - s2 * v;
			count++; share += t; shares += t * t; squares += w * d * d;
		}
	}
	normal = newArray(n1, nx, ny, nx, nxx, nxy, ny, nxy, nyy);
	middle = newArray(m1, mx, my, mx, mxx, mxy, my, mxy, myy);
	effective = share * share / shares;
	noise = squares / share * effective / maxOf(effective - 3, 1);
	inv = inverse(normal, 3);
	v = product(inv, middle, 3);
	v = product(v, inv, 3);
	for (j = 0; j < 9; j++) v[j] = v[j] * noise;
	b = s[1]; c = s[2]; p = planeSlope(b, c, aspect);
	if (!(p > 0)) fail("no edge: the fitted plane has no slope");
	// The variance of a = s0 - b cx - c cy, and that of p along (b, c / aspect^2) / p.
	va = v[0] + cx * cx * v[4] + cy * cy * v[8] - 2 * cx * v[1] - 2 * cy * v[2] + 2 * cx * cy * v[5];
	e = c / (aspect * aspect);
	vp = (b * b * v[4] + 2 * b * e * v[5] + e * e * v[8]) / (p * p);
	return newArray(s[0] - b * cx - c * cy, b, c, p, atan2(c / aspect, b) * 180 / PI, sqrt(va), sqrt(v[4]), sqrt(v[8]), sqrt(vp), count);
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

// The sums 1, x, y, x^2, x y, y^2, f, f x, f y, each weighted.
function addPixel(sums, x, y, f, w) {
	sums[0] += w; sums[1] += w * x; sums[2] += w * y;
	sums[3] += w * x * x; sums[4] += w * x * y; sums[5] += w * y * y;
	sums[6] += w * f; sums[7] += w * f * x; sums[8] += w * f * y;
}

// a, b, c from the sums; an empty array where they do not determine a plane.
function solvePlane(s) {
	inv = inverse(newArray(s[0], s[1], s[2], s[1], s[3], s[4], s[2], s[4], s[5]), 3);
	if (inv.length == 0) return inv;
	solution = times(inv, newArray(s[6], s[7], s[8]), 3);
	return solution;
}

// Inverse of a symmetric positive n x n matrix (row by row in one array), scaled to ones on its diagonal and
// inverted by Gauss-Jordan elimination with pivoting; an empty array where it is singular to 1e-10.
function inverse(matrix, n) {
	scale = newArray(n);
	for (i = 0; i < n; i++) {
		if (!(matrix[i * n + i] > 0)) return newArray(0);
		scale[i] = sqrt(matrix[i * n + i]);
	}
	m = newArray(n * n);
	out = newArray(n * n);
	before = 0;
	for (i = 0; i < n; i++) {
		out[i * n + i] = 1;
		for (j = 0; j < n; j++) {
			m[i * n + j] = matrix[i * n + j] / (scale[i] * scale[j]);
			before += m[i * n + j] * m[i * n + j];
		}
	}
	if (!eliminate(m, out, n)) return newArray(0);
	after = 0;
	for (i = 0; i < n * n; i++) after += out[i] * out[i];
	if (!(sqrt(before * after) < 1e10)) return newArray(0);
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			out[i * n + j] = out[i * n + j] / (scale[i] * scale[j]);
	return out;
}

// Product of two n x n matrices.
function product(left, right, n) {
	out = newArray(n * n);
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			for (k = 0; k < n; k++)
				out[i * n + j] += left[i * n + k] * right[k * n + j];
	return out;
}

// matrix (n x n) times a vector.
function times(matrix, vector, n) {
	out = newArray(n);
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			out[i] += matrix[i * n + j] * vector[j];
	return out;
}

// Turns m into the unit matrix and does the same row operations to out.
function eliminate(m, out, n) {
	for (k = 0; k < n; k++) {
		best = k;
		for (i = k + 1; i < n; i++)
			if (abs(m[i * n + k]) > abs(m[best * n + k])) best = i;
		pivot = m[best * n + k];
		if (pivot == 0 || isNaN(pivot)) return false;
		for (j = 0; j < n; j++) {
			s = m[best * n + j]; m[best * n + j] = m[k * n + j]; m[k * n + j] = s / pivot;
			s = out[best * n + j]; out[best * n + j] = out[k * n + j]; out[k * n + j] = s / pivot;
		}
		for (i = 0; i < n; i++) {
			factor = m[i * n + k];
			if (i != k && factor != 0) {
				for (j = 0; j < n; j++) {
					m[i * n + j] -= factor * m[k * n + j];
					out[i * n + j] -= factor * out[k * n + j];
				}
			}
		}
	}
	return true;
}
