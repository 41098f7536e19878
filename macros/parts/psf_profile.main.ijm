// PSF from Profile...: P(r) of f(d) = p1 d + p3 d^3 + ... by the regular integral, as a kernel image name-PSF of
// sum 1, sampled at the pixel centres. A row p1 p3 ... fwhm mtf50 energy_outside in the Results table.
//   run("PSF from Profile...", "p1=1.2 p3=0.01");
// p1 ... p15  coefficients in px^-1, px^-3, ... (default: the profile last fitted on this image)
// size        side of the kernel in px, odd (default: the smallest that holds 99.9 % of the energy)

requires("1.54f");
commandName = "PSF from Profile";
text = commandOptions();
if (nImages > 0) checkImage();
if (mustAsk(text)) text = askProfile();
readOptions(text, "p1 p3 p5 p7 p9 p11 p13 p15 size");
size = optionInteger("size", 0, 1);
co = profileGiven();
title = "PSF";
if (nImages > 0) title = "" + baseTitle() + "-PSF";
source = 0;
if (nImages > 0) source = getImageID();
beginQuiet();
psfImage(co, size, title);
if (source != 0) takeScale(source);
endQuiet();
