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
