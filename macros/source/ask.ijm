function askLevels(command) {
	Dialog.create(command);
	Dialog.addMessage("Gray values of the two plateaus, v1 on the side d > 0.\nEmpty: estimated in the selection.");
	Dialog.addString("v1", "");
	Dialog.addString("v2", "");
	Dialog.show();
	text = answered(command, "v1 v2");
	return text;
}

function askDegree() {
	Dialog.create("Fit Edge Profile...");
	Dialog.addString("degree", "5");
	Dialog.show();
	text = answered("Fit Edge Profile...", "degree");
	return text;
}

// Asks for p1 ... p7 and the size; the fields hold the profile last fitted on the current image.
function askProfile() {
	co = newArray(0);
	if (nImages > 0) co = notedNumbers("edgepsf.profile");
	Dialog.create("PSF from Profile...");
	Dialog.addMessage("f(d) = p1 d + p3 d^3 + p5 d^5 + p7 d^7, d in px. Empty: 0.");
	for (k = 0; k < 4; k++) {
		known = "";
		if (k < co.length) known = full(co[k]);
		Dialog.addString("p" + (2 * k + 1), known, 20);
	}
	Dialog.addString("size", "");
	Dialog.show();
	text = answered("PSF from Profile...", "p1 p3 p5 p7 size");
	return text;
}

// The text fields of the dialog as an option string, empty ones left out. The Recorder notes the fields while they
// are read, empty ones too, so it is told to begin anew and gets the options that the command gets.
function answered(command, keys) {
	keys = split(keys, " ");
	values = newArray(keys.length);
	for (k = 0; k < keys.length; k++) values[k] = String.trim(Dialog.getString());
	call("ij.plugin.frame.Recorder.setCommand", command);
	text = "";
	for (k = 0; k < keys.length; k++) {
		if (lengthOf(values[k]) > 0) {
			call("ij.plugin.frame.Recorder.recordOption", keys[k], values[k]);
			text = text + keys[k] + "=" + values[k] + " ";
		}
	}
	return text;
}
