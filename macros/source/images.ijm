// Coordinates and gray values of the region's pixels, filled by readRegion and readDefined.
var regionX = newArray(0);
var regionY = newArray(0);
var regionV = newArray(0);
var regionN = 0;

function checkImage() {
	if (nImages == 0) fail("there is no image open; open or select one first");
	if (bitDepth() == 24)
		fail("\"" + getTitle() + "\" is an RGB image; work on one channel in linear light: run Linear Channels... first");
}

// Title without the file's extension and without the suffixes that the commands append.
function baseTitle() {
	title = getTitle();
	if (matches(title, "(?i).+\\.(tif|tiff|png|jpg|jpeg|bmp|gif)"))
		title = substring(title, 0, lastIndexOf(title, "."));
	return replace(title, "(?<=.)-(g|f|distance|PSF|deconvolved|linear)(-\\d+)?$", "");
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

var wasQuiet = false;
var quietDepth = 0;

// Works without windows until the endQuiet that belongs to it, where the caller does not already: to select a window
// can take two seconds.
function beginQuiet() {
	if (quietDepth == 0) {
		wasQuiet = is("Batch Mode");
		if (!wasQuiet) setBatchMode(true);
	}
	quietDepth++;
}

// Shows the current image again.
function endQuiet() {
	quietDepth--;
	if (quietDepth == 0 && !wasQuiet) setBatchMode(false);
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

// Gives the selection that was taken off an image back to it and to the current one.
function restoreSelection(source) {
	made = getImageID();
	run("Restore Selection");
	selectImage(source);
	run("Restore Selection");
	selectImage(made);
}

function forgetNotes() {
	notes = newArray("plane", "profile", "levels", "source", "psf");
	for (k = 0; k < notes.length; k++) Property.set("edgepsf." + notes[k], "");
}

// g = (v - v1) / (2 (v2 - v1)) of the current image.
function makeG(v1, v2, all) {
	derivedImage("v=(v-" + exact(v1) + ")/" + exact(2 * (v2 - v1)) + ";", "" + baseTitle() + "-g", all);
	Property.set("edgepsf.levels", full(v1) + " " + full(v2));
}

// f = log(1/(2g) - 1) of the current g image; NaN outside 0 < g < 1/2.
function makeF(all) {
	derivedImage("if (v>0 && v<0.5) v=log((0.5-v)/v); else v=NaN;", "" + baseTitle() + "-f", all);
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

// Numbers that a command left with the current image; an empty array if none.
function notedNumbers(key) {
	text = Property.get(key);
	if (text == "") return newArray(0);
	words = split(text, " ");
	numbers = newArray(words.length);
	for (k = 0; k < words.length; k++) numbers[k] = parseFloat(words[k]);
	return numbers;
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

function startRegion(size) {
	regionX = newArray(size);
	regionY = newArray(size);
	regionV = newArray(size);
}

function endRegion(n) {
	regionX = Array.trim(regionX, n);
	regionY = Array.trim(regionY, n);
	regionV = Array.trim(regionV, n);
	regionN = n;
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

// Values of the current image at the region's pixels.
function valuesThere() {
	values = newArray(regionN);
	for (i = 0; i < regionN; i++) values[i] = getPixel(regionX[i], regionY[i]);
	return values;
}
