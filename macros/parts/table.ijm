// Adds a row to the Results table.
function addRow(names, values) {
	row = nResults;
	for (k = 0; k < names.length; k++) setResult(names[k], row, values[k]);
	updateResults();
}

function addPlaneRow(plane) {
	addRow(split("a b c p angle sd_a sd_b sd_c sd_p n", " "), plane);
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
	addRow(names, values);
}

function addPsfRow(co, fwhm, mtf50, outside) {
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
	addRow(names, values);
}
