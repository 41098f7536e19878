var psfNumbers = newArray(0);

// Kernel image of a profile with its Results row and note; psfNumbers gets (fwhm, mtf50, energy outside, size).
function psfImage(co, size, title) {
	checkMonotone(co);
	reach = psfReach(co);
	table = checkedTable(co, reach);
	energy = energyTable(table, reach);
	own = defaultSize(energy, reach);
	if (size == 0) size = own;
	if (size % 2 == 0) fail("the kernel size must be an odd number of pixels, not " + size);
	fwhm = psfFwhm(co, reach, table);
	mtf50 = psfMtf50(co, reach, fwhm);
	makeKernel(co, reach, size, freeTitle(title));
	psfNumbers = newArray(fwhm, mtf50, 1 - energyWithin(energy, reach, size / 2), size);
	Property.set("edgepsf.psf", psfNote(co, fwhm, mtf50, own, 1 - energyWithin(energy, reach, own / 2), negativeShare(table)));
	addPsfRow(co, fwhm, mtf50, psfNumbers[2]);
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
