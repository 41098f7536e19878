// From an edge to a PSF, the whole method in plain ImageJ macro language: no Python and no plugin is needed.
//
// Works on the current image and its selection, or on a file:
//   runMacro("edge_chain_plain.ijm", "path=[/a/b.tif] v1=30 v2=100 x=20 y=10 width=110 height=100 degree=3 out=[/folder]");
// path    picture to open (default: the current image)
// v1, v2  plateau levels in gray values, v1 on the side d > 0 (default: estimated, v1 the darker one)
// x, y, width, height  region with one straight edge and both plateaus (default: the selection, else the whole image)
// degree  odd degree of the profile f(d) = p1 d + p3 d^3 + ... (default 3)
// out     folder for the images as .tif (default: not written)
// With no argument and ImageJ's window open it asks.
//
// It makes the 32-bit images name-g, name-f, name-distance and name-PSF, writes plane, profile and PSF into the
// Results table, prints the numbers and P(r), and returns "a=... b=... c=... p=... p1=... p3=... fwhm=...".
// (0, 0) is the centre of the top-left pixel, x right, y down, also inside a selection.

requires("1.54f");
commandName = "Edge chain";
argument = getArgument();
if (argument == "" && !is("Batch Mode")) argument = askChain();
line = edgeChain(argument);
return line;

// Stops with a sentence.
function fail(message) {
	exit(commandName + ": " + message);
}

// The whole chain with one option string.
function edgeChain(argument) {
	readOptions(argument, "path v1 v2 x y width height degree out", "");
	degree = optionInteger("degree", 3, 1);
	out = optionText("out", "");
	if (out != "" && !File.isDirectory(out)) fail("there is no folder \"" + out + "\" to write to");
	if (hasOption("path")) openPicture(optionText("path", ""));
	checkImage();
	selectRegion();
	base = baseTitle();

	levels = chainLevels();
	makeG(levels[0], levels[1], false);
	saveCopy(out, base + "-g");
	makeF(false);
	saveCopy(out, base + "-f");
	plane = planeHere();
	addPlaneRow(plane);
	notePlane(plane);
	makeDistance(plane[0], plane[1], plane[2]);
	saveCopy(out, base + "-distance");
	distance = valuesThere();
	fit = fitProfile(distance, regionV, regionN, degree);
	addProfileRow(fit);
	co = Array.trim(fit, (degree + 1) / 2);
	psfImage(co, 0, "" + base + "-PSF", "");
	saveCopy(out, base + "-PSF");
	printChain(levels, plane, co);
	line = chainLine(plane, co);
	return line;
}

// Writes the current image into a folder; its title stays.
function saveCopy(folder, name) {
	if (folder == "") return;
	title = getTitle();
	saveAs("Tiff", folder + File.separator + name + ".tif");
	rename(title);
}

function printChain(levels, plane, co) {
	print("levels: v1 = " + d2s(levels[0], 4) + ", v2 = " + d2s(levels[1], 4));
	print("plane f = a + b x + c y: a = " + d2s(plane[0], 6) + ", b = " + d2s(plane[1], 6) + ", c = " + d2s(plane[2], 6));
	print("p = " + d2s(plane[3], 6) + " +- " + d2s(plane[8], 6) + " per px, normal at " + d2s(plane[4], 4) + " degrees, " + plane[9] + " pixels");
	print("profile f(d): " + profileText(co));
	print("PSF: FWHM " + d2s(psfNumbers[0], 4) + " px, MTF50 " + d2s(psfNumbers[1], 4) + " cycles/px, kernel of " + psfNumbers[3] + " px");
	reach = psfReach(co);
	print("r [px], P(r) [per px^2]:");
	for (r = 0; r <= (psfNumbers[3] - 1) / 2; r++) print(r + "\t" + d2s(radial(co, reach, r), -6));
}

function chainLine(plane, co) {
	line = "a=" + full(plane[0]) + " b=" + full(plane[1]) + " c=" + full(plane[2]) + " p=" + full(plane[3]);
	for (k = 0; k < co.length; k++) line = line + " p" + (2 * k + 1) + "=" + full(co[k]);
	return line + " fwhm=" + full(psfNumbers[0]);
}

// Asks for what the argument would say.
function askChain() {
	Dialog.create("Edge to PSF");
	if (nImages == 0) Dialog.addFile("path", "");
	Dialog.addString("v1 (empty: estimated)", "");
	Dialog.addString("v2 (empty: estimated)", "");
	Dialog.addNumber("degree", 3);
	Dialog.addDirectory("out (empty: not written)", "");
	Dialog.show();
	argument = "";
	if (nImages == 0) argument = "path=[" + Dialog.getString() + "]";
	v1 = String.trim(Dialog.getString());
	v2 = String.trim(Dialog.getString());
	if (v1 != "") argument = argument + " v1=" + v1;
	if (v2 != "") argument = argument + " v2=" + v2;
	argument = argument + " degree=" + Dialog.getNumber();
	out = Dialog.getString();
	if (out != "") argument = argument + " out=[" + out + "]";
	return argument;
}
