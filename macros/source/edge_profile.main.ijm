// Fit Edge Profile...: odd polynomial f(d) = p1 d + p3 d^3 + ... of an f image over its distance map, in the
// selection. A row p1 p3 ... sd_p1 sd_p3 ... n monotone in the Results table.
//   run("Fit Edge Profile...", "degree=3");
// distance  title of the distance map (default: that of the last plane fitted; on a distance map: itself)
// degree    odd degree of the polynomial (default 5)
// plot      show f(d) and the polynomial in a Plot window name-profile

requires("1.54f");
commandName = "Fit Edge Profile";
text = commandOptions();
checkImage();
if (mustAsk(text)) text = askDegree();
readOptions(text, "distance degree", "plot");
degree = optionInteger("degree", 5, 1);
map = optionText("distance", "");
if (map != "" && !isOpen(map)) fail("there is no open image titled \"" + map + "\"");
start = getImageID();
beginQuiet();
origin = Property.get("edgepsf.source");
if (origin != "") {
	if (map != "") fail("\"" + getTitle() + "\" is a distance map; give the f image, and this one as distance=");
	map = getTitle();
	if (!isOpen(origin)) fail("there is no open image titled \"" + origin + "\"");
	selectImage(origin);
}
here = getTitle();
title = "" + baseTitle() + "-profile";
readRegion();
if (map != "") distance = distancesOf(map, here);
else {
	plane = knownPlane();
	distance = planeDistances(plane);
}
fit = fitProfile(distance, regionV, regionN, degree);
co = Array.trim(fit, (degree + 1) / 2);
if (!monotone(co)) print("edgepsf: f(d) does not rise everywhere: no PSF can be made of it; fit a lower degree");
addProfileRow(fit);
noteProfile(co);
selectImage(start);
endQuiet();
if (optionFlag("plot")) plotProfile(freeTitle(title), distance, regionV, regionN, co);
