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

// A row of the current image's plane.
function addPlaneRow(plane) {
	per = 1 / pixelWidth();
	unit = lengthUnit();
	addRow(split("a b c p angle sd_a sd_b sd_c sd_p n", " "), plane, unit, newArray("p", "sd_p"), newArray(per, per));
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
