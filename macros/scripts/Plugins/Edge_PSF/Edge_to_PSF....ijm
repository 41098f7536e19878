// Edge to PSF...: walks from a picture to its PSF: pick an edge, see g, f with the fit and P(r), get the PSF image,
// save it, and restore the picture with it by DeconvolutionLab2 or Parallel Iterative Deconvolution where one of
// them is installed. With options it asks nothing:
//   run("Edge to PSF...", "x=20 y=10 width=110 height=100 degree=3 save=[/a/PSF.tif]");
// path     picture to open (default: the current image)
// v1, v2   plateau levels in gray values, v1 on the side d > 0 (default: estimated, v1 the darker one)
// x, y, width, height  region with one straight edge and both plateaus (default: the selection, else the image)
// degree   odd degree of the profile (default: 3, or 1 where that gives no PSF)
// save     file for the PSF image, .tif
// engine   DeconvolutionLab2 or Parallel Iterative: restores the picture as name-deconvolved
// iterations  of the engine (default 20)

requires("1.54f");
commandName = "Edge to PSF";
text = commandOptions();
interactive = mustAsk(text);
readOptions(text, "path v1 v2 x y width height degree save engine iterations", "");
if (hasOption("path")) openPicture(optionText("path", ""));
if (nImages == 0 && interactive) open();
checkImage();
selectRegion();
if (interactive) {
	pickEdge();
	text = askSteps();
	readOptions(text, "v1 v2 degree", "");
}
degree = optionInteger("degree", 0, 1);
iterations = optionInteger("iterations", 20, 1);
target = optionText("save", "");
engine = optionText("engine", "");
checkEngine(engine);
picture = getImageID();
base = baseTitle();

levels = chainLevels();
makeG(levels[0], levels[1], false);
makeF(false);
plane = planeHere();
addPlaneRow(plane);
notePlane(plane);
makeDistance(plane[0], plane[1], plane[2]);
distance = valuesThere();
fit = profileOfPsf(distance, regionV, regionN, degree);
addProfileRow(fit);
co = Array.trim(fit, (fit.length - 1) / 2);
noteProfile(co);
plotProfile(freeTitle("" + base + "-profile"), distance, regionV, regionN, co);
selectImage(picture);
psfImage(co, 0, "" + base + "-PSF", "" + base + "-P(r)");
kernel = getImageID();
print("Edge to PSF: " + psfSentence(plane, co));
if (interactive) {
	target = askSave();
	engine = askEngine();
	iterations = chosenIterations;
}
if (target != "") savePsf(target);
if (engine != "") restore(picture, kernel, engine, iterations, "" + base + "-deconvolved");

// Lets the user draw the region.
function pickEdge() {
	setTool("rectangle");
	waitForUser("Edge to PSF", "Draw a rectangle around one straight edge between two even areas:\n \n- the edge a few degrees off the rows or columns, if there is a choice,\n- on both sides more than three times the width of the blur,\n- neither side black or white to the limit, nothing else inside.\n \nThen press OK.");
	checkImage();
	if (selectionType() < 0) showMessage("Edge to PSF", "There is no selection: the whole image is used.");
}

// Levels and degree, with the estimated levels as entries.
function askSteps() {
	readRegion();
	levels = estimateLevels(regionX, regionY, regionV, regionN);
	Dialog.create("Edge to PSF");
	Dialog.addMessage("Gray values of the two plateaus, v1 on the side d > 0.");
	Dialog.addString("v1", sixDigits(levels[0]), 12);
	Dialog.addString("v2", sixDigits(levels[1]), 12);
	Dialog.addMessage("f(d) = p1 d + p3 d^3 + ...; degree 1 is the logistic edge. Empty: 3, or 1 where that gives no PSF.");
	Dialog.addString("degree", "");
	Dialog.show();
	text = answered("Edge to PSF...", "v1 v2 degree");
	return text;
}

// The profile of a degree; with degree 0 of degree 3, or of 1 where that is not a PSF.
function profileOfPsf(distance, f, n, degree) {
	fit = fitProfile(distance, f, n, maxOf(degree, 3 * (degree == 0)));
	co = Array.trim(fit, (fit.length - 1) / 2);
	if (degree > 0) return fit;
	if (isPsf(co)) return fit;
	print("Edge to PSF: degree 3 gives no PSF here, degree 1 is fitted");
	fit = fitProfile(distance, f, n, 1);
	return fit;
}

function isPsf(co) {
	if (!monotone(co)) return false;
	reach = psfReach(co);
	table = radialTable(co, reach);
	if (negativeShare(table) > 0.05) return false;
	return true;
}

function psfSentence(plane, co) {
	text = "p = " + d2s(plane[3], 5) + " +- " + d2s(plane[8], 5) + " per px, normal at " + d2s(plane[4], 3) + " degrees; ";
	text = text + profileText(co) + "; FWHM " + d2s(psfNumbers[0], 4) + " px";
	unit = lengthUnit();
	if (unit != "") text = text + " = " + d2s(psfNumbers[0] * pixelWidth(), 4) + " " + unit;
	return text + ", MTF50 " + d2s(psfNumbers[1], 4) + " cycles/px";
}

function askSave() {
	if (!getBoolean("The PSF image is \"" + getTitle() + "\".\nSave it?", "Save...", "Not now")) return "";
	folder = getDirectory("Folder for the PSF image");
	name = getString("Name of the file", getTitle() + ".tif");
	return folder + name;
}

// Writes the current image; its title stays.
function savePsf(path) {
	if (!endsWith(toLowerCase(path), ".tif")) path = path + ".tif";
	folder = File.getDirectory(path); // "" for a name without a folder
	if (folder != "" && !File.isDirectory(folder)) fail("there is no folder \"" + folder + "\" to write to");
	title = getTitle();
	saveAs("Tiff", path);
	rename(title);
}

// Functions shared with the other macros; this file is made by macros/build.py.

var commandName = "";
var regionV = newArray(0);
var regionN = 0;
// Deconvolution by the plugins that are installed.
var chosenIterations = 20;
// Coordinates and gray values of the region's pixels, filled by readRegion and readDefined.
var regionX = newArray(0);
var regionY = newArray(0);
var psfNumbers = newArray(0);
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

function hasOption(key) {
	found = contains(optionKeys, key);
	return found;
}

function openPicture(path) {
	if (!File.exists(path)) fail("there is no file \"" + path + "\"");
	open(path);
}

// Value of an option as text, the other text when it is not given.
function optionText(key, otherwise) {
	for (k = 0; k < optionKeys.length; k++)
		if (optionKeys[k] == key) return optionValues[k];
	return otherwise;
}

function checkImage() {
	if (nImages == 0) fail("there is no image open; open or select one first");
	if (bitDepth() == 24)
		fail("\"" + getTitle() + "\" is an RGB image; work on one channel in linear light: run Linear Channels... first");
}

// The rectangle of the options x, y, width, height, where they are given.
function selectRegion() {
	given = hasOption("x") + hasOption("y") + hasOption("width") + hasOption("height");
	if (given == 0) return;
	if (given < 4) fail("give all of x, y, width and height, or none of them");
	width = optionInteger("width", 0, 1);
	height = optionInteger("height", 0, 1);
	makeRectangle(optionInteger("x", 0, -1e9), optionInteger("y", 0, -1e9), width, height);
}

function optionInteger(key, otherwise, least) {
	if (!hasOption(key)) return otherwise;
	value = optionNumber(key, otherwise);
	if (value != floor(value)) fail(key + " must be a whole number, not \"" + optionText(key, "") + "\"");
	if (value < least) fail(key + " must be at least " + least + ", not " + optionText(key, ""));
	return value;
}

function checkEngine(engine) {
	if (engine == "") return;
	if (engine != "DeconvolutionLab2" && engine != "Parallel Iterative")
		fail("engine must be one of DeconvolutionLab2, Parallel Iterative, not \"" + engine + "\"");
	engines = installedEngines();
	if (!contains(engines, engine)) fail(engine + " is not installed. " + replace(whatToInstall(), "\n", " "));
}

// Title without the file's extension and without the suffixes that the commands append.
function baseTitle() {
	title = getTitle();
	if (matches(title, "(?i).+\\.(tif|tiff|png|jpg|jpeg|bmp|gif)"))
		title = substring(title, 0, lastIndexOf(title, "."));
	return replace(title, "(?<=.)-(g|f|distance|PSF|deconvolved|linear)(-\\d+)?$", "");
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

// f = log(1/(2g) - 1) of the current g image; NaN outside 0 < g < 1/2.
function makeF(all) {
	derivedImage("if (v>0 && v<0.5) v=log((0.5-v)/v); else v=NaN;", "" + baseTitle() + "-f", all);
}

// The plane of the current f image in its region.
function planeHere() {
	readRegion();
	aspect = pixelAspect();
	plane = fitPlane(regionX, regionY, regionV, regionN, aspect);
	return plane;
}

// A row of the current image's plane.
function addPlaneRow(plane) {
	per = 1 / pixelWidth();
	unit = lengthUnit();
	addRow(split("a b c p angle sd_a sd_b sd_c sd_p n", " "), plane, unit, newArray("p", "sd_p"), newArray(per, per));
}

function notePlane(plane) {
	Property.set("edgepsf.plane", full(plane[0]) + " " + full(plane[1]) + " " + full(plane[2]));
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

// Values of the current image at the region's pixels.
function valuesThere() {
	values = newArray(regionN);
	for (i = 0; i < regionN; i++) values[i] = getPixel(regionX[i], regionY[i]);
	return values;
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

// Kernel image of a profile with the scale of the current image, its Results row and note, and where it has a title
// a plot; psfNumbers gets (fwhm, mtf50, energy outside, size).
function psfImage(co, size, title, plotTitle) {
	source = 0;
	aspect = 1;
	unit = "";
	width = 1;
	if (nImages > 0) {
		source = getImageID();
		aspect = pixelAspect();
		unit = lengthUnit();
		width = pixelWidth();
	}
	if (size % 2 == 0 && size > 0) fail("the kernel size must be an odd number of pixels, not " + size);
	checkMonotone(co);
	reach = psfReach(co);
	table = checkedTable(co, reach);
	energy = energyTable(table, reach);
	own = defaultSize(energy, reach);
	across = (own - 1) / 2;
	down = maxOf(1, Math.ceil(across / aspect));
	if (size == 0) size = own;
	else {
		across = (size - 1) / 2;
		down = across;
	}
	fwhm = psfFwhm(co, reach, table);
	mtf50 = psfMtf50(co, reach, fwhm);
	psfNumbers = newArray(fwhm, mtf50, 1 - energyWithin(energy, reach, size / 2), size);
	note = psfNote(co, fwhm, mtf50, own, 1 - energyWithin(energy, reach, own / 2), negativeShare(table));
	if (plotTitle != "") plotRadial(freeTitle(plotTitle), co, reach, own / 2);
	beginQuiet();
	makeKernel(co, reach, across, down, aspect, freeTitle(title));
	Property.set("edgepsf.psf", note);
	if (source != 0) takeScale(source);
	addPsfRow(co, fwhm, mtf50, psfNumbers[2], unit, width);
	endQuiet();
}

// Asks whether to restore the picture; "" when not, or where no plugin can.
function askEngine() {
	engines = installedEngines();
	if (engines.length == 0) {
		showMessage("Edge to PSF", "The PSF is done. To restore the picture with it:\n \n" + whatToInstall());
		return "";
	}
	Dialog.create("Edge to PSF");
	Dialog.addMessage("Restore the picture with this PSF?");
	choices = split(String.join(engines, ",") + ",not now", ",");
	Dialog.addChoice("engine", choices, engines[0]);
	Dialog.addNumber("iterations", 20);
	Dialog.show();
	engine = Dialog.getChoice();
	chosenIterations = maxOf(1, round(Dialog.getNumber()));
	if (!contains(engines, engine)) return "";
	return engine;
}

// Restores a picture with a kernel image by an engine; the result becomes the current image. The engines get files:
// images of the same title or without a window could not be told apart by name.
function restore(picture, kernel, engine, iterations, title) {
	title = freeTitle(title);
	folder = getDirectory("temp") + "edgepsf" + round(1e9 * random());
	File.makeDirectory(folder);
	if (!File.isDirectory(folder)) fail("the folder \"" + folder + "\" cannot be made");
	beginQuiet();
	selectImage(picture);
	width = getWidth();
	height = getHeight();
	derivedImage("v=v;", "picture", false);
	run("Select None");
	writeAndClose(folder + File.separator + "picture.tif");
	selectImage(kernel);
	if (engine == "DeconvolutionLab2") paddedKernel(width, height);
	else derivedImage("v=v;", "psf", false);
	writeAndClose(folder + File.separator + "psf.tif");
	if (engine == "DeconvolutionLab2") runDeconvolutionLab(folder, iterations);
	else runParallelIterative(folder, iterations);
	path = folder + File.separator + "result.tif";
	done = File.exists(path);
	if (done) {
		open(path);
		rename(title);
		takeScale(picture);
		resetMinAndMax();
	}
	removeFolder(folder);
	endQuiet();
	if (!done) fail(engine + " gave no result; see the Log and the Console for what it said");
}

// matrix (n x n) times a vector.
function times(matrix, vector, n) {
	out = newArray(n);
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			out[i] += matrix[i * n + j] * vector[j];
	return out;
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

// A number as people type it.
function sixDigits(value) {
	text = replace(String.format("%.6g", value), ",", ".");
	return text;
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

// The distance beyond which E(d) is 0 to double precision: f(d) = 42.
function psfReach(co) {
	high = 1;
	while (oddValue(co, high) < 42) high = 2 * high;
	low = 0;
	for (i = 0; i < 100; i++) {
		half = 0.5 * (low + high);
		if (oddValue(co, half) < 42) low = half;
		else high = half;
	}
	return 0.5 * (low + high);
}

// P(r) on 2001 radii from 0 to the reach: every fifth by the integral, those between from their eight neighbours by
// Lagrange's polynomial, which is right to 1e-10 of P(0) and takes a tenth of the time. P is even in r.
function radialTable(co, reach) {
	nodes = newArray(401);
	for (i = 0; i <= 400; i++) nodes[i] = radial(co, reach, i * reach / 400);
	table = newArray(2001);
	for (i = 0; i <= 400; i++) table[5 * i] = nodes[i];
	for (k = 1; k < 5; k++) {
		weights = neighbourWeights(k / 5);
		for (i = 0; i < 400; i++) {
			sum = 0;
			for (j = 0; j < 8; j++) {
				near = abs(i + j - 3);
				if (near <= 400) sum += weights[j] * nodes[near];
			}
			table[5 * i + k] = sum;
		}
	}
	return table;
}

// Energy below zero as a share of the energy above it.
function negativeShare(table) {
	above = 0; below = 0;
	for (i = 0; i < table.length; i += 5) {
		if (table[i] > 0) above += i * table[i];
		else below -= i * table[i];
	}
	if (above > 0) return below / above;
	return 1;
}

// Text of a profile for messages: "p1=1.2, p3=0.01".
function profileText(co) {
	text = "";
	for (k = 0; k < co.length; k++) {
		if (k > 0) text = text + ", ";
		text = text + "p" + (2 * k + 1) + "=" + replace(String.format("%.4g", co[k]), ",", ".");
	}
	return text;
}

// Unit of length of the current image as ImageJ's calibration has it, "" where it is not calibrated.
function lengthUnit() {
	getPixelSize(unit, width, height);
	if (unit == "pixel" || unit == "pixels") return "";
	if (unit == "microns") return "micron";
	if (unit == "inches") return "inch";
	return unit;
}

// Width of a pixel in the image's unit.
function pixelWidth() {
	getPixelSize(unit, width, height);
	return width;
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

// Names of the engines that ImageJ's menus have.
function installedEngines() {
	List.setCommands;
	names = "";
	if (List.get("DeconvolutionLab2 Run") != "") names = names + ",DeconvolutionLab2";
	if (List.get("2D Iterative Deconvolution...") != "") names = names + ",Parallel Iterative";
	List.clear();
	if (names == "") return newArray(0);
	list = split(substring(names, 1), ",");
	return list;
}

function whatToInstall() {
	return "Neither DeconvolutionLab2 nor Parallel Iterative Deconvolution is installed.\nPut DeconvolutionLab_2.jar (bigwww.epfl.ch/deconvolution) or Parallel Iterative Deconvolution\n(Piotr Wendykier's parallel_iterative_deconvolution.jar and its libraries) into the plugins folder\nand start ImageJ again; or use Deconvolve... of the Python package edgepsf.";
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

// Text of a number that reads back to the same double (d2s keeps 10 digits only).
function full(value) {
	// The decimal sign follows the language of the system.
	return replace(String.format("%.17g", value), ",", ".");
}

// Height of a pixel divided by its width; 1 where the image is not calibrated. Lengths are in pixel widths.
function pixelAspect() {
	unit = lengthUnit();
	if (unit == "") return 1;
	getPixelSize(unit, width, height);
	return height / width;
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

// Slope of a plane per pixel width.
function planeSlope(b, c, aspect) {
	return sqrt(b * b + c * c / (aspect * aspect));
}

// p1 d + p3 d^3 + ... (Horner).
function oddValue(co, d) {
	u = d * d;
	sum = 0;
	for (k = co.length - 1; k >= 0; k--) sum = sum * u + co[k];
	return sum * d;
}

function checkMonotone(co) {
	if (!monotone(co))
		fail("no PSF: f(d) with " + profileText(co) + " does not rise everywhere, so it is no edge; fit a lower degree, a larger region or better levels v1, v2");
}

// Refuses a profile that is no edge, and one whose P(r) is no PSF; gives P(r) on 2001 radii.
function checkedTable(co, reach) {
	table = radialTable(co, reach);
	share = negativeShare(table);
	if (share > 0.05)
		fail("no PSF: P(r) is negative over " + round(100 * share) + " % of its energy; the profile is not that of an isotropic blur (for degree 3, p3 must not exceed p1^3/12). Fit a lower degree");
	if (share > 1e-4) print("edgepsf: " + negativeWarning(share));
	return table;
}

// Share of the energy within each radius of the table, by Simpson's rule.
function energyTable(table, reach) {
	n = table.length;
	h = reach / (n - 1);
	density = newArray(n); energy = newArray(n);
	for (i = 0; i < n; i++) density[i] = 2 * PI * i * h * maxOf(table[i], 0);
	largest = 0; sum = 0;
	for (i = 0; i < n - 1; i++) {
		if (i % 2 == 0) part = 5 * density[i] + 8 * density[i + 1] - density[i + 2];
		else part = 5 * density[i + 1] + 8 * density[i] - density[i - 1];
		sum += part * h / 12;
		energy[i + 1] = maxOf(energy[i], sum);
	}
	for (i = 0; i < n; i++) energy[i] = energy[i] / energy[n - 1];
	return energy;
}

// Odd side whose inscribed circle holds 99.9 % of the energy, between 3 and 255 px.
function defaultSize(energy, reach) {
	r = energyRadius(energy, reach, 0.999);
	return minOf(255, maxOf(3, 2 * Math.ceil(r) + 1));
}

// Full width at half maximum: twice the largest radius at which P is half of its maximum.
function psfFwhm(co, reach, table) {
	Array.getStatistics(table, least, most);
	half = 0.5 * most;
	if (!(half > 0)) return NaN;
	i = table.length - 1;
	while (table[i] < half) i--;
	i++;
	if (i == table.length) return NaN;
	low = (i - 1) * reach / 2000; high = i * reach / 2000;
	for (k = 0; k < 45; k++) {
		middle = 0.5 * (low + high);
		if (radial(co, reach, middle) > half) low = middle;
		else high = middle;
	}
	return low + high;
}

// Lowest frequency with MTF = 1/2; the MTF is the cosine transform of L(d) = E (1 - E) f'.
function psfMtf50(co, reach, fwhm) {
	nodes = 400;
	// The sum repeats itself at 1/step cycles/px; the step keeps that beyond the frequencies looked at.
	nodes = maxOf(nodes, floor(4 * reach / fwhm) + 1);
	step = reach / nodes;
	lsf = newArray(nodes);
	for (j = 0; j < nodes; j++) {
		d = (j + 0.5) * step;
		e = 1 / (1 + exp(oddValue(co, d)));
		slope = 0;
		for (k = co.length - 1; k >= 0; k--) slope = slope * d * d + (2 * k + 1) * co[k];
		lsf[j] = 2 * step * e * (1 - e) * slope;
	}
	low = 0; high = 0.001;
	while (mtf(lsf, step, high) > 0.5) {
		low = high;
		high = 1.25 * high;
	}
	for (i = 0; i < 48; i++) {
		half = 0.5 * (low + high);
		if (mtf(lsf, step, half) > 0.5) low = half;
		else high = half;
	}
	return 0.5 * (low + high);
}

// Energy within a radius.
function energyWithin(energy, reach, r) {
	position = r / reach * (energy.length - 1);
	i = floor(position);
	if (i >= energy.length - 1) return 1;
	return energy[i] + (position - i) * (energy[i + 1] - energy[i]);
}

// The PSF's figures as JSON text, as other programs read it.
function psfNote(co, fwhm, mtf50, size, outside, negative) {
	model = "logistic";
	if (co.length > 1) model = model + (2 * co.length - 1);
	text = "{\n  \"model\": \"" + model + "\",\n  \"parameters\": {\n";
	for (k = 0; k < co.length; k++) {
		text = text + "    \"p" + (2 * k + 1) + "\": " + full(co[k]);
		if (k < co.length - 1) text = text + ",";
		text = text + "\n";
	}
	text = text + "  },\n  \"pixel\": \"sampled\",\n  \"fwhm_px\": " + full(fwhm) + ",\n  \"mtf50_cycles_per_px\": " + full(mtf50);
	text = text + ",\n  \"kernel_size_px\": " + size + ",\n  \"energy_outside_kernel\": " + full(outside);
	warning = "";
	if (negative > 1e-4) warning = "\"" + negativeWarning(negative) + "\"";
	return text + ",\n  \"warnings\": [" + warning + "]\n}";
}

// Plot window of P(r) out to a radius.
function plotRadial(title, co, reach, end) {
	r = newArray(201); p = newArray(201);
	for (i = 0; i <= 200; i++) {
		r[i] = i / 200 * end;
		p[i] = radial(co, reach, r[i]);
	}
	Plot.create(title, "radius r (px)", "P(r) (px^-2)");
	Plot.setColor("black");
	Plot.add("line", r, p);
	Plot.setLimitsToFit();
	Plot.show();
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

// New 32-bit image with P sampled at the pixel centres, sum 1; across and down pixels lie on each side of its centre.
// P is the blur of the sampled edge, so it holds the pixel box already: integrating over pixels would apply it twice.
function makeKernel(co, reach, across, down, aspect, title) {
	values = newArray((across + 1) * (down + 1));
	sum = 0;
	for (j = 0; j <= down; j++) {
		for (i = 0; i <= across; i++) {
			k = j * (across + 1) + i;
			// Square pixels: the quarter is its own mirror image.
			if (aspect == 1 && across == down && i < j) values[k] = values[i * (across + 1) + j];
			else values[k] = maxOf(0, radial(co, reach, sqrt(i * i + aspect * aspect * j * j)));
			copies = 4;
			if (i == 0) copies = copies / 2;
			if (j == 0) copies = copies / 2;
			sum += copies * values[k];
		}
	}
	newImage(title, "32-bit black", 2 * across + 1, 2 * down + 1, 1);
	for (j = 0; j <= 2 * down; j++)
		for (i = 0; i <= 2 * across; i++)
			setPixel(i, j, values[abs(j - down) * (across + 1) + abs(i - across)] / sum);
	updateDisplay();
	resetMinAndMax();
}

// Gives the current image the scale of another one.
function takeScale(source) {
	made = getImageID();
	selectImage(source);
	getVoxelSize(width, height, depth, unit);
	selectImage(made);
	setVoxelSize(width, height, depth, unit);
}

// A row of a PSF; the unit of length and the width of a pixel in it, "" where there is none.
function addPsfRow(co, fwhm, mtf50, outside, unit, width) {
	names = newArray(co.length + 3);
	values = newArray(co.length + 3);
	for (k = 0; k < co.length; k++) {
		names[k] = "p" + (2 * k + 1);
		values[k] = co[k];
	}
	names[co.length] = "fwhm";
	names[co.length + 1] = "mtf50";
	names[co.length + 2] = "energy_outside";
	values[co.length] = fwhm;
	values[co.length + 1] = mtf50;
	values[co.length + 2] = outside;
	addRow(names, values, unit, newArray("fwhm", "mtf50"), newArray(width, 1 / width));
}

// Shows the current image again.
function endQuiet() {
	quietDepth--;
	if (quietDepth == 0 && !wasQuiet) setBatchMode(false);
}

function writeAndClose(path) {
	saveAs("Tiff", path);
	close();
}

// The kernel in an image of the picture's size, its centre at the pixel width/2, height/2 rounded down: there
// DeconvolutionLab2 takes the origin; its own padding puts odd kernels one pixel off in even pictures.
function paddedKernel(width, height) {
	kernel = getImageID();
	across = floor(getWidth() / 2);
	down = floor(getHeight() / 2);
	left = maxOf(-across, -floor(width / 2)); right = minOf(across, width - 1 - floor(width / 2));
	top = maxOf(-down, -floor(height / 2)); bottom = minOf(down, height - 1 - floor(height / 2));
	columns = right - left + 1;
	values = newArray(columns * (bottom - top + 1));
	for (y = top; y <= bottom; y++)
		for (x = left; x <= right; x++)
			values[(y - top) * columns + x - left] = getPixel(across + x, down + y);
	newImage("psf", "32-bit black", width, height, 1);
	for (y = top; y <= bottom; y++)
		for (x = left; x <= right; x++)
			setPixel(floor(width / 2) + x, floor(height / 2) + y, values[(y - top) * columns + x - left]);
	updateDisplay();
}

// Richardson-Lucy; every switch is given, since some of its defaults open windows or outlast the run.
function runDeconvolutionLab(folder, iterations) {
	line = "-image file " + folder + File.separator + "picture.tif -psf file " + folder + File.separator + "psf.tif";
	line = line + " -algorithm RL " + iterations + " -constraint no -epsilon 1e-6 -norm 1 -pad NO NO 0 0 -apo NO NO";
	line = line + " -monitor 0 -verbose mute -multithreading no -out stack noshow result -path " + folder;
	run("DeconvolutionLab2 Run", line);
}

// MRNSD, which keeps the picture non-negative, at mirrored borders, without preconditioner, in 32 bits.
function runParallelIterative(folder, iterations) {
	part = folder + File.separator;
	answer = call("edu.emory.mathcs.restoretools.iterative.ParallelIterativeDeconvolution2D.deconvolveMRNSD", part + "picture.tif", part + "psf.tif", part + "result.tif", "NONE", "-1", "REFLEXIVE", "AUTO", "FLOAT", "SINGLE", "-1", "-1", "false", "" + iterations, "2", "false");
	if (answer != part + "result.tif") print("Parallel Iterative Deconvolution: " + answer);
}

function removeFolder(folder) {
	files = getFileList(folder);
	for (k = 0; k < files.length; k++) deleted = File.delete(folder + File.separator + files[k]);
	deleted = File.delete(folder);
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

// P(r) = (2/pi) int_0^inf g''(s) / s du with s = sqrt(r^2 + u^2), regular for every r, by the midpoint rule.
// With 80 nodes its error is below 1e-12 of P(0) for all the profiles tried: it falls exponentially with their number.
function radial(co, reach, r) {
	terms = co.length;
	c1 = co[0]; c3 = 0; c5 = 0;
	if (terms > 1) c3 = co[1];
	if (terms > 2) c5 = co[2];
	step = reach / 80;
	end = reach * reach;
	rr = r * r;
	sum = 0;
	for (j = 0; j < 80; j++) {
		u = (j + 0.5) * step;
		q = rr + u * u;
		if (q > end) j = 80; // nothing is left beyond the reach
		else {
			s = sqrt(q);
			f = c1 + q * (c3 + q * c5);
			slope = c1 + q * (3 * c3 + q * 5 * c5);
			bend = 6 * c3 + q * 20 * c5;
			if (terms > 3) {
				z = q * q;
				for (k = 3; k < terms; k++) {
					bend += 2 * k * (2 * k + 1) * co[k] * z;
					z = z * q;
					f += co[k] * z;
					slope += (2 * k + 1) * co[k] * z;
				}
			}
			e = 1 / (1 + exp(s * f));
			sum += e * (1 - e) * ((1 - 2 * e) * slope * slope / s - bend);
		}
	}
	return sum * step / PI;
}

// Lagrange's weights of the values at -3, -2, ... 4 for the place t.
function neighbourWeights(t) {
	weights = newArray(8);
	for (j = 0; j < 8; j++) {
		w = 1;
		for (k = 0; k < 8; k++)
			if (k != j) w = w * (t - k + 3) / (j - k);
		weights[j] = w;
	}
	return weights;
}

// "true" or "false" of a flag.
function flagValue(key, value) {
	if (value == "true" || value == "1" || value == "yes") return "true";
	if (value == "false" || value == "0" || value == "no") return "false";
	fail(key + " is a flag: write " + key + ", " + key + "=true or " + key + "=false, not " + value);
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

function negativeWarning(share) {
	return "P(r) dips below zero over " + d2s(100 * share, 2) + " % of its energy; the kernel is clipped at zero there";
}

// Radius that holds a share of the energy.
function energyRadius(energy, reach, share) {
	i = 1;
	while (energy[i] < share) i++;
	return (i - 1 + (share - energy[i - 1]) / (energy[i] - energy[i - 1])) * reach / (energy.length - 1);
}

function mtf(lsf, step, nu) {
	sum = 0;
	turn = 2 * PI * nu * step;
	for (j = 0; j < lsf.length; j++) sum += lsf[j] * cos(turn * (j + 0.5));
	return sum;
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

// Product of two n x n matrices.
function product(left, right, n) {
	out = newArray(n * n);
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			for (k = 0; k < n; k++)
				out[i * n + j] += left[i * n + k] * right[k * n + j];
	return out;
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

function upperHalf(x) {
	s = 134217729 * x;
	return s - (s - x);
}
