// Plateau levels (v1, v2) of the one edge among n pixels; v1 is the darker side. Pixels are split at the middle
// gray value; the halves' centres of mass give the direction, the share of dark pixels the position, and each
// level is the median of the half of its side's pixels that lies farthest from that line.
function estimateLevels(x, y, v, n) {
	if (n < 8) fail("no edge: the region has " + n + " usable pixels; at least 8 are needed");
	sorted = sortedPart(v, n);
	low = quantile(sorted, 0.02);
	high = quantile(sorted, 0.98);
	if (!(high > low)) {
		low = sorted[0];
		high = sorted[n - 1];
	}
	if (!(high > low))
		fail("no edge: the region is constant (every pixel is " + v[0] + "); choose a region that crosses a contrast edge");
	line = coarseNormal(x, y, v, n, 0.5 * (low + high));
	nx = line[0]; ny = line[1];
	distance = newArray(n);
	for (i = 0; i < n; i++) distance[i] = nx * x[i] + ny * y[i];
	sorted = sortedPart(distance, n);
	t = quantile(sorted, 1.0 - line[2]);
	return newArray(farMedian(v, distance, t, n, 1), farMedian(v, distance, t, n, -1));
}

// Unit normal towards the darker side and the share of dark pixels.
function coarseNormal(x, y, v, n, middle) {
	count = 0; xDark = 0; yDark = 0; xBright = 0; yBright = 0;
	for (i = 0; i < n; i++) {
		if (v[i] < middle) {
			count++; xDark += x[i]; yDark += y[i];
		} else {
			xBright += x[i]; yBright += y[i];
		}
	}
	nx = xDark / count - xBright / (n - count);
	ny = yDark / count - yBright / (n - count);
	norm = hypotenuse(nx, ny);
	if (!(norm >= 1e-9))
		fail("no edge: dark and bright pixels have no sides; choose a region with one straight edge");
	return newArray(nx / norm, ny / norm, count / n);
}

// Median of the values in the farther half of the pixels on one side, sign * (distance - t) > 0.
function farMedian(v, distance, t, n, sign) {
	side = newArray(n); beside = newArray(n);
	count = 0;
	for (i = 0; i < n; i++) {
		d = sign * (distance[i] - t);
		if (d > 0) { side[count] = d; beside[count] = v[i]; count++; }
	}
	if (count == 0)
		fail("no edge: one side of it has no pixels; choose a region that shows both plateaus");
	sorted = sortedPart(side, count);
	middle = median(sorted);
	far = newArray(count);
	m = 0;
	for (i = 0; i < count; i++)
		if (side[i] >= middle) far[m++] = beside[i];
	far = sortedPart(far, m);
	return median(far);
}
