// PSF from Profile...: P(r) of f(d) = p1 d + p3 d^3 + ... by the regular integral, as a kernel image name-PSF of
// sum 1, sampled at the pixel centres. A row p1 p3 ... fwhm mtf50 energy_outside in the Results table.
//   run("PSF from Profile...", "p1=1.2 p3=0.01");
// p1 ... p15  coefficients in px^-1, px^-3, ... (default: the profile last fitted on this image)
// size        side of the kernel in px, odd (default: the smallest that holds 99.9 % of the energy)
// plot        show P(r) in a Plot window name-P(r)

requires("1.54f");
commandName = "PSF from Profile";
text = commandOptions();
if (mustAsk(text)) text = askProfile();
readOptions(text, "p1 p3 p5 p7 p9 p11 p13 p15 size", "plot");
size = optionInteger("size", 0, 1);
co = profileGiven();
name = "PSF";
title = "PSF";
if (nImages > 0) {
	name = baseTitle();
	title = "" + name + "-PSF";
}
plotTitle = "";
if (optionFlag("plot")) plotTitle = "" + name + "-P(r)";
psfImage(co, size, title, plotTitle);
