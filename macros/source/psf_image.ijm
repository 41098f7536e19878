var psfNumbers = newArray(0);

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
