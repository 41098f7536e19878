function openPicture(path) {
	if (!File.exists(path)) fail("there is no file \"" + path + "\"");
	open(path);
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
