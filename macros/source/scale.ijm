// Unit of length of the current image as ImageJ's calibration has it, "" where it is not calibrated.
function lengthUnit() {
	getPixelSize(unit, width, height);
	if (unit == "pixel" || unit == "pixels") return "";
	if (unit == "microns") return "micron";
	if (unit == "inches") return "inch";
	return unit;
}

// Height of a pixel divided by its width; 1 where the image is not calibrated. Lengths are in pixel widths.
function pixelAspect() {
	unit = lengthUnit();
	if (unit == "") return 1;
	getPixelSize(unit, width, height);
	return height / width;
}

// Width of a pixel in the image's unit.
function pixelWidth() {
	getPixelSize(unit, width, height);
	return width;
}

// Gives the current image the scale of another one.
function takeScale(source) {
	made = getImageID();
	selectImage(source);
	getVoxelSize(width, height, depth, unit);
	selectImage(made);
	setVoxelSize(width, height, depth, unit);
}
