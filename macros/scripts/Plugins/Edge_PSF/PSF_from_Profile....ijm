// PSF from Profile...: P(r) of f(d) = p1 d + p3 d^3 + ... by the regular integral, as a kernel image name-PSF of
// sum 1, sampled at the pixel centres. A row p1 p3 ... fwhm mtf50 energy_outside in the Results table.
//   run("PSF from Profile...", "p1=1.2 p3=0.01");
// p1 ... p15  coefficients in px^-1, px^-3, ... (default: the profile last fitted on this image)
// size        side of the kernel in px, odd (default: the smallest that holds 99.9 % of the energy)
// plot        show P(r) in a Plot window name-P(r)

requires("1.54f");
commandName = "PSF from Profile";
text = commandOptions();
if (mustAsk(text)) text = askProfile();
readOptions(text, "p1 p3 p5 p7 p9 p11 p13 p15 size", "plot");
size = optionInteger("size", 0, 1);
co = profileGiven();
name = "PSF";
title = "PSF";
if (nImages > 0) {
	name = baseTitle();
	title = "" + name + "-PSF";
}
plotTitle = "";
if (optionFlag("plot")) plotTitle = "" + name + "-P(r)";
psfImage(co, size, title, plotTitle);

// Functions shared with the other macros; this file is made by macros/build.py.

var commandName = "";
// How a macro becomes a command: it gets its options, asks for them when chosen from the menu, and stops the
// macro that called it when something is wrong.
var calledByRun = false;
var optionKeys = newArray(0);
var optionValues = newArray(0);
var psfNumbers = newArray(0);
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

// Asks for p1 ... p7 and the size; the fields hold the profile last fitted on the current image.
function askProfile() {
	co = newArray(0);
	if (nImages > 0) co = notedNumbers("edgepsf.profile");
	Dialog.create("PSF from Profile...");
	Dialog.addMessage("f(d) = p1 d + p3 d^3 + p5 d^5 + p7 d^7, d in px. Empty: 0.");
	for (k = 0; k < 4; k++) {
		known = "";
		if (k < co.length) known = full(co[k]);
		Dialog.addString("p" + (2 * k + 1), known, 20);
	}
	Dialog.addString("size", "");
	Dialog.show();
	text = answered("PSF from Profile...", "p1 p3 p5 p7 size");
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

// Coefficients given as p1=, p3=, ..., else those of the profile last fitted on the current image.
function profileGiven() {
	last = 0;
	for (k = 1; k <= 15; k += 2)
		if (hasOption("p" + k)) last = k;
	if (last == 0) {
		co = newArray(0);
		if (nImages > 0) co = notedNumbers("edgepsf.profile");
		if (co.length == 0) fail("p1 is missing: the slope of f at the edge, px^-1");
		return co;
	}
	if (!hasOption("p1")) fail("p1 is missing: the slope of f at the edge, px^-1");
	co = newArray((last + 1) / 2);
	for (k = 0; k < co.length; k++) co[k] = optionNumber("p" + (2 * k + 1), 0);
	terms = co.length;
	while (terms > 1 && co[terms - 1] == 0) terms--;
	return Array.trim(co, terms);
}

// Title without the file's extension and without the suffixes that the commands append.
function baseTitle() {
	title = getTitle();
	if (matches(title, "(?i).+\\.(tif|tiff|png|jpg|jpeg|bmp|gif)"))
		title = substring(title, 0, lastIndexOf(title, "."));
	return replace(title, "(?<=.)-(g|f|distance|PSF|deconvolved|linear)(-\\d+)?$", "");
}

// Whether a flag is given and not false.
function optionFlag(key) {
	text = optionText(key, "false");
	if (text == "true") return true;
	return false;
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

// Numbers that a command left with the current image; an empty array if none.
function notedNumbers(key) {
	text = Property.get(key);
	if (text == "") return newArray(0);
	words = split(text, " ");
	numbers = newArray(words.length);
	for (k = 0; k < words.length; k++) numbers[k] = parseFloat(words[k]);
	return numbers;
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

// Value of an option as text, the other text when it is not given.
function optionText(key, otherwise) {
	for (k = 0; k < optionKeys.length; k++)
		if (optionKeys[k] == key) return optionValues[k];
	return otherwise;
}

// Height of a pixel divided by its width; 1 where the image is not calibrated. Lengths are in pixel widths.
function pixelAspect() {
	unit = lengthUnit();
	if (unit == "") return 1;
	getPixelSize(unit, width, height);
	return height / width;
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

function checkMonotone(co) {
	if (!monotone(co))
		fail("no PSF: f(d) with " + profileText(co) + " does not rise everywhere, so it is no edge; fit a lower degree, a larger region or better levels v1, v2");
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

// Text of a profile for messages: "p1=1.2, p3=0.01".
function profileText(co) {
	text = "";
	for (k = 0; k < co.length; k++) {
		if (k > 0) text = text + ", ";
		text = text + "p" + (2 * k + 1) + "=" + replace(String.format("%.4g", co[k]), ",", ".");
	}
	return text;
}

// p1 d + p3 d^3 + ... (Horner).
function oddValue(co, d) {
	u = d * d;
	sum = 0;
	for (k = co.length - 1; k >= 0; k--) sum = sum * u + co[k];
	return sum * d;
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

function negativeWarning(share) {
	return "P(r) dips below zero over " + d2s(100 * share, 2) + " % of its energy; the kernel is clipped at zero there";
}

// Radius that holds a share of the energy.
function energyRadius(energy, reach, share) {
	i = 1;
	while (energy[i] < share) i++;
	return (i - 1 + (share - energy[i - 1]) / (energy[i] - energy[i - 1])) * reach / (energy.length - 1);
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

function mtf(lsf, step, nu) {
	sum = 0;
	turn = 2 * PI * nu * step;
	for (j = 0; j < lsf.length; j++) sum += lsf[j] * cos(turn * (j + 0.5));
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
