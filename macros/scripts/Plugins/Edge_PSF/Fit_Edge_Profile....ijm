// Fit Edge Profile...: odd polynomial f(d) = p1 d + p3 d^3 + ... of an f image over its distance map, in the
// selection. A row p1 p3 ... sd_p1 sd_p3 ... n monotone in the Results table.
//   run("Fit Edge Profile...", "degree=3");
// distance  title of the distance map (default: that of the last plane fitted; on a distance map: itself)
// degree    odd degree of the polynomial (default 5)
// plot      show f(d) and the polynomial in a Plot window name-profile

requires("1.54f");
commandName = "Fit Edge Profile";
text = commandOptions();
checkImage();
if (mustAsk(text)) text = askDegree();
readOptions(text, "distance degree", "plot");
degree = optionInteger("degree", 5, 1);
map = optionText("distance", "");
if (map != "" && !isOpen(map)) fail("there is no open image titled \"" + map + "\"");
start = getImageID();
beginQuiet();
origin = Property.get("edgepsf.source");
if (origin != "") {
	if (map != "") fail("\"" + getTitle() + "\" is a distance map; give the f image, and this one as distance=");
	map = getTitle();
	if (!isOpen(origin)) fail("there is no open image titled \"" + origin + "\"");
	selectImage(origin);
}
here = getTitle();
title = "" + baseTitle() + "-profile";
readRegion();
if (map != "") distance = distancesOf(map, here);
else {
	plane = knownPlane();
	distance = planeDistances(plane);
}
fit = fitProfile(distance, regionV, regionN, degree);
co = Array.trim(fit, (degree + 1) / 2);
if (!monotone(co)) print("edgepsf: f(d) does not rise everywhere: no PSF can be made of it; fit a lower degree");
addProfileRow(fit);
noteProfile(co);
selectImage(start);
endQuiet();
if (optionFlag("plot")) plotProfile(freeTitle(title), distance, regionV, regionN, co);

// Functions shared with the other macros; this file is made by macros/build.py.

var commandName = "";
var regionV = newArray(0);
var regionN = 0;
// How a macro becomes a command: it gets its options, asks for them when chosen from the menu, and stops the
// macro that called it when something is wrong.
var calledByRun = false;
var optionKeys = newArray(0);
var optionValues = newArray(0);
var quietDepth = 0;
var wasQuiet = false;
// Coordinates and gray values of the region's pixels, filled by readRegion and readDefined.
var regionX = newArray(0);
var regionY = newArray(0);

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

function askDegree() {
	Dialog.create("Fit Edge Profile...");
	Dialog.addString("degree", "5");
	Dialog.show();
	text = answered("Fit Edge Profile...", "degree");
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

function optionInteger(key, otherwise, least) {
	if (!hasOption(key)) return otherwise;
	value = optionNumber(key, otherwise);
	if (value != floor(value)) fail(key + " must be a whole number, not \"" + optionText(key, "") + "\"");
	if (value < least) fail(key + " must be at least " + least + ", not " + optionText(key, ""));
	return value;
}

// Value of an option as text, the other text when it is not given.
function optionText(key, otherwise) {
	for (k = 0; k < optionKeys.length; k++)
		if (optionKeys[k] == key) return optionValues[k];
	return otherwise;
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

// Works without windows until the endQuiet that belongs to it, where the caller does not already: to select a window
// can take two seconds.
function beginQuiet() {
	if (quietDepth == 0) {
		wasQuiet = is("Batch Mode");
		if (!wasQuiet) setBatchMode(true);
	}
	quietDepth++;
}

// Title without the file's extension and without the suffixes that the commands append.
function baseTitle() {
	title = getTitle();
	if (matches(title, "(?i).+\\.(tif|tiff|png|jpg|jpeg|bmp|gif)"))
		title = substring(title, 0, lastIndexOf(title, "."));
	return replace(title, "(?<=.)-(g|f|distance|PSF|deconvolved|linear)(-\\d+)?$", "");
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

// Distances of the region's pixels in a distance map; another image stays the current one.
function distancesOf(map, here) {
	getDimensions(width, height, channels, slices, frames);
	selectImage(map);
	if (getWidth() != width || getHeight() != height)
		fail("the distance map \"" + map + "\" has " + getWidth() + " x " + getHeight() + " pixels, the f image " + width + " x " + height);
	distance = valuesThere();
	selectImage(here);
	return distance;
}

// The plane last fitted on the current image, or fitted now.
function knownPlane() {
	plane = notedNumbers("edgepsf.plane");
	if (plane.length == 0) plane = planeHere();
	return plane;
}

// Distances of the region's pixels from a plane's edge, in pixel widths.
function planeDistances(plane) {
	p = planeSlope(plane[1], plane[2], pixelAspect());
	distance = newArray(regionN);
	for (i = 0; i < regionN; i++) distance[i] = (plane[0] + plane[1] * regionX[i] + plane[2] * regionY[i]) / p;
	return distance;
}

// Odd polynomial f = p1 d + p3 d^3 + ...: (p1, p3, ..., sd_p1, sd_p3, ..., n). Weighted least squares with the
// weights of a slope that is fitted first.
function fitProfile(d, f, n, degree) {
	if (degree != floor(degree) || degree < 1 || degree % 2 == 0)
		fail("degree must be an odd number >= 1 (1, 3, 5, ...), not " + degree);
	slope = fitSlope(d, f, n);
	fit = solveOdd(d, f, n, slope, (degree + 1) / 2);
	return fit;
}

// Whether f(d) rises everywhere: f' = p1 + 3 p3 u + 5 p5 u^2 + ..., u = d^2, is nowhere below zero.
function monotone(co) {
	m = co.length;
	while (m > 1 && co[m - 1] == 0) m--;
	slope = newArray(m);
	for (k = 0; k < m; k++) slope[k] = (2 * k + 1) * co[k];
	if (!(slope[0] > 0) || slope[m - 1] < 0) return false;
	lowest = slope[0];
	places = turningPoints(slope);
	for (k = 0; k < places.length; k++) lowest = minOf(lowest, evaluate(slope, 0, places[k]));
	if (lowest >= -1e-12 * slope[0]) return true;
	return false;
}

function addProfileRow(fit) {
	terms = (fit.length - 1) / 2;
	names = newArray(2 * terms + 2);
	values = newArray(2 * terms + 2);
	for (k = 0; k < terms; k++) {
		names[k] = "p" + (2 * k + 1);
		names[terms + k] = "sd_p" + (2 * k + 1);
		values[k] = fit[k];
		values[terms + k] = fit[terms + k];
	}
	names[2 * terms] = "n";
	values[2 * terms] = fit[2 * terms];
	names[2 * terms + 1] = "monotone";
	values[2 * terms + 1] = monotone(Array.trim(fit, terms));
	addRow(names, values, "", newArray(0), newArray(0));
}

function noteProfile(co) {
	text = full(co[0]);
	for (k = 1; k < co.length; k++) text = text + " " + full(co[k]);
	Property.set("edgepsf.profile", text);
}

// Shows the current image again.
function endQuiet() {
	quietDepth--;
	if (quietDepth == 0 && !wasQuiet) setBatchMode(false);
}

// Whether a flag is given and not false.
function optionFlag(key) {
	text = optionText(key, "false");
	if (text == "true") return true;
	return false;
}

// Plot window of f over d, where the polynomial is within +-8, with the polynomial.
function plotProfile(title, d, f, n, co) {
	near = newArray(n); value = newArray(n); count = 0;
	for (i = 0; i < n; i++) {
		if (abs(oddValue(co, d[i])) < 8) {
			near[count] = d[i]; value[count] = f[i]; count++;
		}
	}
	near = Array.trim(near, count);
	value = Array.trim(value, count);
	order = Array.rankPositions(near);
	// Some thousand dots, taken evenly, show as much as all of them.
	step = maxOf(1, floor(count / 4000));
	count = floor((count - 1) / step) + 1;
	dots = newArray(count); heights = newArray(count);
	for (i = 0; i < count; i++) {
		dots[i] = near[order[i * step]];
		heights[i] = value[order[i * step]];
	}
	line = newArray(201); curve = newArray(201);
	for (i = 0; i <= 200; i++) {
		line[i] = dots[0] + i / 200 * (dots[count - 1] - dots[0]);
		curve[i] = oddValue(co, line[i]);
	}
	Plot.create(title, "distance d (px)", "f(d)");
	Plot.setColor("black");
	Plot.add("dots", dots, heights);
	Plot.setColor("red");
	Plot.add("line", line, curve);
	Plot.setColor("black");
	Plot.setLimitsToFit();
	Plot.addLegend("f\nodd polynomial, degree " + (2 * co.length - 1));
	Plot.show();
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

// Values of the current image at the region's pixels.
function valuesThere() {
	values = newArray(regionN);
	for (i = 0; i < regionN; i++) values[i] = getPixel(regionX[i], regionY[i]);
	return values;
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

// The slope of f = p d, iterated with the weights of its own model.
function fitSlope(d, f, n) {
	slope = startSlope(d, f, n);
	bd = d; bf = f; m = n; far = -1;
	for (k = 0; k < 200; k++) {
		if (!(slope > 0))
			fail("no profile: f falls with the distance (slope " + slope + "); were v1 and v2 swapped?");
		limit = maxOf(4, 2 * slope);
		if (limit / slope > far) {
			far = 1.5 * limit / slope;
			bd = newArray(n); bf = newArray(n); m = 0;
			for (i = 0; i < n; i++) {
				if (abs(d[i]) <= far) {
					bd[m] = d[i]; bf[m] = f[i]; m++;
				}
			}
		}
		before = slope;
		slope = weightedSlope(bd, bf, m, before, limit);
		if (abs(slope - before) <= 1e-12 * abs(slope)) return slope;
	}
	fail("no profile: the slope did not settle; f does not follow the distance");
}

// Least squares for the odd powers of d / (largest distance used), with standard deviations.
function solveOdd(d, f, n, slope, terms) {
	limit = maxOf(4, 2 * slope);
	used = newArray(n); uf = newArray(n); away = newArray(n); count = 0; scale = 0;
	for (i = 0; i < n; i++) {
		if (abs(slope * d[i]) < limit) {
			used[count] = d[i]; uf[count] = f[i]; away[count] = round(abs(d[i]) * 1e6);
			scale = maxOf(scale, abs(d[i]));
			count++;
		}
	}
	away = sortedPart(away, count);
	different = countDifferent(away);
	if (different < terms)
		fail("no profile: " + different + " different distances cannot determine " + terms + " coefficients; use a lower degree or a slanted edge");
	normal = newArray(terms * terms); middle = newArray(terms * terms); right = newArray(terms); power = newArray(terms);
	share = 0; shares = 0;
	for (i = 0; i < count; i++) {
		m = slope * used[i];
		t = 1 - m * m / (limit * limit); t = t * t;
		e = 1 / (1 + exp(m));
		w = e * (1 - e) * e * (1 - e) * t;
		share += t; shares += t * t;
		u = used[i] / scale; z = u;
		for (j = 0; j < terms; j++) { power[j] = z; z = z * u * u; }
		for (j = 0; j < terms; j++) {
			q = w * power[j];
			right[j] += q * uf[i];
			for (k = 0; k < terms; k++) {
				normal[j * terms + k] += q * power[k];
				middle[j * terms + k] += q * power[k] * t;
			}
		}
	}
	inv = inverse(normal, terms);
	if (inv.length == 0) fail("no profile: the distances do not determine " + terms + " coefficients; use a lower degree");
	s = times(inv, right, terms);
	squares = 0;
	for (i = 0; i < count; i++) {
		m = slope * used[i];
		t = 1 - m * m / (limit * limit);
		e = 1 / (1 + exp(m));
		w = e * (1 - e) * t;
		u = used[i] / scale;
		r = (uf[i] - oddValue(s, u)) * w;
		squares += r * r;
	}
	effective = share * share / shares;
	noise = squares / share * effective / maxOf(effective - terms, 1);
	v = product(inv, middle, terms);
	v = product(v, inv, terms);
	out = newArray(2 * terms + 1);
	for (j = 0; j < terms; j++) {
		unit = pow(scale, -(2 * j + 1));
		out[j] = s[j] * unit;
		out[terms + j] = sqrt(noise * v[j * terms + j]) * unit;
	}
	out[2 * terms] = count;
	return out;
}

// The places u > 0 where the derivative of a polynomial is zero: between two such places of one derivative the
// derivative before it is monotone, so its zeros are found by bisection, from the highest derivative down.
function turningPoints(poly) {
	degree = poly.length - 1;
	if (degree < 2) return newArray(0);
	bound = 1;
	for (k = 0; k < degree; k++) bound = maxOf(bound, 2 * pow(abs(poly[k] / poly[degree]), 1 / (degree - k)));
	zeros = newArray(0);
	for (order = degree - 1; order >= 1; order--) {
		ends = Array.concat(Array.concat(newArray(1), zeros), newArray(1));
		ends[ends.length - 1] = bound;
		zeros = newArray(0);
		for (k = 0; k + 1 < ends.length; k++) {
			low = ends[k]; high = ends[k + 1];
			sign = evaluate(poly, order, low);
			if (sign * evaluate(poly, order, high) < 0) {
				for (step = 0; step < 100; step++) {
					half = 0.5 * (low + high);
					if (sign * evaluate(poly, order, half) > 0) low = half;
					else high = half;
				}
				zeros = Array.concat(zeros, newArray(1));
				zeros[zeros.length - 1] = 0.5 * (low + high);
			}
		}
	}
	return zeros;
}

// Derivative of some order of a polynomial at u.
function evaluate(poly, order, u) {
	sum = 0;
	for (k = poly.length - 1; k >= order; k--) {
		factor = poly[k];
		for (j = 0; j < order; j++) factor = factor * (k - j);
		sum = sum * u + factor;
	}
	return sum;
}

// Adds a row to the Results table; a unit makes two columns more for each of some lengths or frequencies.
function addRow(names, values, unit, scaled, factors) {
	row = nResults;
	for (k = 0; k < names.length; k++) setResult(names[k], row, values[k]);
	if (unit != "") {
		for (k = 0; k < scaled.length; k++)
			for (j = 0; j < names.length; j++)
				if (names[j] == scaled[k]) setResult(scaled[k] + "_unit", row, values[j] * factors[k]);
		setResult("unit", row, unit);
	}
	updateResults();
}

// Text of a number that reads back to the same double (d2s keeps 10 digits only).
function full(value) {
	// The decimal sign follows the language of the system.
	return replace(String.format("%.17g", value), ",", ".");
}

// p1 d + p3 d^3 + ... (Horner).
function oddValue(co, d) {
	u = d * d;
	sum = 0;
	for (k = co.length - 1; k >= 0; k--) sum = sum * u + co[k];
	return sum * d;
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

function startSlope(d, f, n) {
	limits = newArray(1, 1.5, 2, 3, 5, 1e300);
	for (k = 0; k < limits.length; k++) {
		near = 0; sdd = 0; sdf = 0;
		for (i = 0; i < n; i++) {
			if (abs(f[i]) <= limits[k]) {
				near++; sdd += d[i] * d[i]; sdf += d[i] * f[i];
			}
		}
		if (near >= 2 && sdd > 1e-6) return sdf / sdd;
	}
	fail("no profile: fewer than two pixels have a defined f and a distance");
}

function weightedSlope(d, f, n, slope, limit) {
	sdd = 0; sdf = 0;
	for (i = 0; i < n; i++) {
		m = slope * d[i];
		t = 1 - m * m / (limit * limit);
		if (t > 0) {
			e = 1 / (1 + exp(m));
			w = e * (1 - e) * t;
			w = w * w * d[i];
			sdd += w * d[i]; sdf += w * f[i];
		}
	}
	return sdf / sdd;
}

// The first n values, sorted.
function sortedPart(values, n) {
	part = Array.trim(values, n);
	Array.sort(part);
	return part;
}

function countDifferent(sorted) {
	different = minOf(1, sorted.length);
	for (i = 1; i < sorted.length; i++)
		if (sorted[i] != sorted[i - 1]) different++;
	return different;
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

// matrix (n x n) times a vector.
function times(matrix, vector, n) {
	out = newArray(n);
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			out[i] += matrix[i * n + j] * vector[j];
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
