// From an edge to a PSF, step by step, by the commands of the menu Plugins > Edge PSF: copy from here.
// The same option string and the same returned line as edge_chain_plain.ijm, which needs no commands:
//   path=[/a/b.tif] v1=30 v2=100 x=20 y=10 width=110 height=100 degree=3 out=[/folder]
// Under edgepsf two keys more: model=logistic also runs the full intensity fit, and with iterations=10 the
// picture is restored with its PSF.
//
// Every command works on the current image and its selection, and what it makes becomes the current image.

var out = value("out");
var base = "";

path = value("path");
if (path != "") open(path);
if (nImages == 0) exit("Edge chain: open a picture first, or give path=[...]");
if (given("width")) makeRectangle(number("x"), number("y"), number("width"), number("height"));
picture = getTitle();
base = replace(picture, "(?i)\\.(tif|tiff|png|jpg|jpeg|bmp|gif)$", "");

// 1. g = (v - v1) / (2 (v2 - v1)): 0 on the plateau v1, 1/4 on the edge, 1/2 on the plateau v2.
//    Without v1 and v2 the levels are estimated in the selection. The selection goes along to the new image.
levels = "";
if (given("v1")) levels = "v1=" + value("v1") + " v2=" + value("v2");
run("Edge g...", levels);
keep("-g");

// 2. f = log(1/(2g) - 1): zero on the edge, and a plane where a straight edge has a logistic blur.
run("Edge f...");
keep("-f");

// 3. The plane f = a + b x + c y by least squares: a new row in the Results table.
run("Fit Edge Plane");
row = nResults - 1;
line = "a=" + full(getResult("a", row)) + " b=" + full(getResult("b", row));
line = line + " c=" + full(getResult("c", row)) + " p=" + full(getResult("p", row));

// 4. d = (a + b x + c y) / p, the distance of every pixel from the edge. It takes the plane last fitted on f.
run("Edge Distance Map");
keep("-distance");

// 5. f(d) = p1 d + p3 d^3 + ...: from the distance map the command finds its f image again.
degree = 3;
if (given("degree")) degree = number("degree");
run("Fit Edge Profile...", "degree=" + degree);
row = nResults - 1;
profile = "";
for (k = 1; k <= degree; k += 2) profile = profile + " p" + k + "=" + full(getResult("p" + k, row));

// 6. P(r) and the kernel image for deconvolution. full() keeps all digits of a number; where ImageJ runs under
//    edgepsf, "p1=&p1 p3=&p3" with macro variables p1 and p3 does the same.
run("PSF from Profile...", String.trim(profile));
keep("-PSF");
line = line + profile + " fwhm=" + full(getResult("fwhm", nResults - 1));

// 7. Optional: levels, line and shape fitted together on the gray values, then the picture restored.
if (given("model")) {
	selectWindow(picture);
	run("PSF from Edge...", "model=" + value("model"));
	kernel = getTitle();
	if (given("iterations")) {
		selectWindow(picture);
		run("Deconvolve...", "psf=[" + kernel + "] iterations=" + value("iterations"));
		keep("-deconvolved");
	}
}
return line;

// Value of key=value or key=[a b] in the argument, "" when it is not there.
function value(key) {
	text = " " + getArgument() + " ";
	i = indexOf(text, " " + key + "=");
	if (i < 0) return "";
	i = i + lengthOf(key) + 2;
	if (substring(text, i, i + 1) == "[") return substring(text, i + 1, indexOf(text, "] ", i));
	return substring(text, i, indexOf(text, " ", i));
}

function number(key) {
	text = value(key);
	return parseFloat(text);
}

function given(key) {
	text = value(key);
	if (text == "") return false;
	return true;
}

// All digits of a number.
function full(x) {
	return replace(String.format("%.17g", x), ",", ".");
}

// Writes the current image into the folder out=; its title stays.
function keep(suffix) {
	if (out == "") return;
	title = getTitle();
	saveAs("Tiff", out + File.separator + base + suffix + ".tif");
	rename(title);
}
