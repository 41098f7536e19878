// Deconvolution by the plugins that are installed.
var chosenIterations = 20;

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

function checkEngine(engine) {
	if (engine == "") return;
	if (engine != "DeconvolutionLab2" && engine != "Parallel Iterative")
		fail("engine must be one of DeconvolutionLab2, Parallel Iterative, not \"" + engine + "\"");
	engines = installedEngines();
	if (!contains(engines, engine)) fail(engine + " is not installed. " + replace(whatToInstall(), "\n", " "));
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

function writeAndClose(path) {
	saveAs("Tiff", path);
	close();
}

function removeFolder(folder) {
	files = getFileList(folder);
	for (k = 0; k < files.length; k++) deleted = File.delete(folder + File.separator + files[k]);
	deleted = File.delete(folder);
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
