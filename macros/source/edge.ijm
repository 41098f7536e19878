// Given levels, else those estimated in the region.
function chainLevels() {
	if (hasOption("v1") != hasOption("v2")) fail("give both plateau levels v1 and v2, or neither");
	if (hasOption("v1")) levels = newArray(optionNumber("v1", 0), optionNumber("v2", 0));
	else {
		readRegion();
		levels = estimateLevels(regionX, regionY, regionV, regionN);
	}
	checkLevels(levels[0], levels[1]);
	return levels;
}

function checkLevels(v1, v2) {
	if (v1 == v2) fail("v1 and v2 are both " + v1 + ": an edge needs two different plateau levels");
}

// f of a gray image with its levels, without the rounding of a g image in between.
function makeFOfGray(v1, v2, all) {
	checkLevels(v1, v2);
	g = "v=(v-" + exact(v1) + ")/" + exact(2 * (v2 - v1)) + "; ";
	derivedImage(g + "if (v>0 && v<0.5) v=log((0.5-v)/v); else v=NaN;", "" + baseTitle() + "-f", all);
	Property.set("edgepsf.levels", full(v1) + " " + full(v2));
}

// Refuses an image whose values are not those of g.
function checkIsG() {
	noted = Property.get("edgepsf.levels");
	if (noted != "") return;
	values = newArray(getWidth() * getHeight());
	n = 0;
	for (y = 0; y < getHeight(); y++) {
		for (x = 0; x < getWidth(); x++) {
			v = getPixel(x, y);
			if (abs(v) < 1e300) values[n++] = v;
		}
	}
	low = NaN; high = NaN;
	if (n > 0) {
		values = sortedPart(values, n);
		low = quantile(values, 0.01);
		high = quantile(values, 0.99);
		if (low > -0.25 && low < high && high < 0.75) return;
	}
	fail("this is no g image (values from " + low + " to " + high + ", not 0 to 0.5): run Edge g... first, or give v1= and v2=");
}

// The plane of the current f image in its region.
function planeHere() {
	readRegion();
	aspect = pixelAspect();
	plane = fitPlane(regionX, regionY, regionV, regionN, aspect);
	return plane;
}

function notePlane(plane) {
	Property.set("edgepsf.plane", full(plane[0]) + " " + full(plane[1]) + " " + full(plane[2]));
}

// The plane last fitted on the current image, or fitted now.
function knownPlane() {
	plane = notedNumbers("edgepsf.plane");
	if (plane.length == 0) plane = planeHere();
	return plane;
}

// Distances of the region's pixels from a plane's edge, in pixel widths.
function planeDistances(plane) {
	p = planeSlope(plane[1], plane[2], pixelAspect());
	distance = newArray(regionN);
	for (i = 0; i < regionN; i++) distance[i] = (plane[0] + plane[1] * regionX[i] + plane[2] * regionY[i]) / p;
	return distance;
}

// Distances of the region's pixels in a distance map; another image stays the current one.
function distancesOf(map, here) {
	getDimensions(width, height, channels, slices, frames);
	selectImage(map);
	if (getWidth() != width || getHeight() != height)
		fail("the distance map \"" + map + "\" has " + getWidth() + " x " + getHeight() + " pixels, the f image " + width + " x " + height);
	distance = valuesThere();
	selectImage(here);
	return distance;
}

function noteProfile(co) {
	text = full(co[0]);
	for (k = 1; k < co.length; k++) text = text + " " + full(co[k]);
	Property.set("edgepsf.profile", text);
}

// Coefficients given as p1=, p3=, ..., else those of the profile last fitted on the current image.
function profileGiven() {
	last = 0;
	for (k = 1; k <= 15; k += 2)
		if (hasOption("p" + k)) last = k;
	if (last == 0) {
		co = newArray(0);
		if (nImages > 0) co = notedNumbers("edgepsf.profile");
		if (co.length == 0) fail("p1 is missing: the slope of f at the edge, px^-1");
		return co;
	}
	if (!hasOption("p1")) fail("p1 is missing: the slope of f at the edge, px^-1");
	co = newArray((last + 1) / 2);
	for (k = 0; k < co.length; k++) co[k] = optionNumber("p" + (2 * k + 1), 0);
	terms = co.length;
	while (terms > 1 && co[terms - 1] == 0) terms--;
	return Array.trim(co, terms);
}
