// Least-squares plane f = a + b x + c y: (a, b, c, p, angle, sd_a, sd_b, sd_c, sd_p, n), p per pixel width.
// Pixels are chosen by position, the distance to the line, and weighted by the model's (E (1 - E))^2, iterated:
// chosen by their measured 0 < g < 1/2, plateau noise would make the slope up to 90 % too small.
function fitPlane(x, y, f, n, aspect) {
	if (n < 4)
		fail("no edge: f has " + n + " defined pixels here (0 < g < 1/2); at least 4 are needed. Check v1 and v2 and the region");
	cx = mean(x, n);
	cy = mean(y, n);
	s = startPlane(x, y, f, n, cx, cy);
	band = newArray(0); bx = band; by = band; bf = band; center = newArray(3); reach = 0; m = 0;
	for (k = 0; k < 200; k++) {
		limit = maxOf(4, 2 * planeSlope(s[1], s[2], aspect));
		if (k == 0 || planeChange(s, center, x, y, n, cx, cy) > reach - limit) {
			// Only pixels near the line can have a weight: the others are set aside until it has moved too far.
			center = Array.copy(s);
			reach = 1.5 * limit;
			bx = newArray(n); by = newArray(n); bf = newArray(n); m = 0;
			for (i = 0; i < n; i++) {
				u = x[i] - cx; w = y[i] - cy;
				if (abs(s[0] + s[1] * u + s[2] * w) <= reach) {
					bx[m] = u; by[m] = w; bf[m] = f[i]; m++;
				}
			}
		}
		before = s;
		s = weightedPlane(bx, by, bf, m, before, limit);
		change = 0; largest = 1;
		for (i = 0; i < 3; i++) {
			change = maxOf(change, abs(s[i] - before[i]));
			largest = maxOf(largest, abs(s[i]));
		}
		if (change <= 1e-11 * largest) {
			row = planeRow(bx, by, bf, m, before, s, limit, cx, cy, aspect);
			return row;
		}
	}
	fail("the plane fit did not settle: f has no single straight edge in this region");
}

// Slope of a plane per pixel width.
function planeSlope(b, c, aspect) {
	return sqrt(b * b + c * c / (aspect * aspect));
}

function mean(values, n) {
	sum = 0;
	for (i = 0; i < n; i++) sum += values[i];
	return sum / n;
}

// The largest difference between two planes over the pixels' bounding box: it lies in a corner.
function planeChange(s, r, x, y, n, cx, cy) {
	largest = 0;
	Array.getStatistics(x, left, right);
	Array.getStatistics(y, top, bottom);
	for (i = 0; i < 4; i++) {
		u = left; w = top;
		if (i % 2 == 1) u = right;
		if (i >= 2) w = bottom;
		largest = maxOf(largest, abs(s[0] - r[0] + (s[1] - r[1]) * (u - cx) + (s[2] - r[2]) * (w - cy)));
	}
	return largest;
}

// First plane: pixels near f = 0 only, the band widened until it determines a plane.
function startPlane(x, y, f, n, cx, cy) {
	limits = newArray(1, 1.5, 2, 3, 5, 1e300);
	for (k = 0; k < limits.length; k++) {
		sums = newArray(9);
		for (i = 0; i < n; i++)
			if (abs(f[i]) <= limits[k]) addPixel(sums, x[i] - cx, y[i] - cy, f[i], 1);
		if (sums[0] >= 4) {
			s = solvePlane(sums);
			// && would look at s[1] of an empty array too.
			if (s.length == 3) {
				if (s[1] * s[1] + s[2] * s[2] > 0) return s;
			}
		}
	}
	fail("no edge: the pixels with a defined f lie on one line or show no slope");
}

// The sums 1, x, y, x^2, x y, y^2, f, f x, f y, each weighted.
function addPixel(sums, x, y, f, w) {
	sums[0] += w; sums[1] += w * x; sums[2] += w * y;
	sums[3] += w * x * x; sums[4] += w * x * y; sums[5] += w * y * y;
	sums[6] += w * f; sums[7] += w * f * x; sums[8] += w * f * y;
}

// a, b, c from the sums; an empty array where they do not determine a plane.
function solvePlane(s) {
	inv = inverse(newArray(s[0], s[1], s[2], s[1], s[3], s[4], s[2], s[4], s[5]), 3);
	if (inv.length == 0) return inv;
	solution = times(inv, newArray(s[6], s[7], s[8]), 3);
	return solution;
}

// One step: weights (E (1 - E))^2 of the plane r, and a taper that ends smoothly at |f| = limit.
function weightedPlane(x, y, f, n, r, limit) {
	a = r[0]; b = r[1]; c = r[2];
	s1 = 0; sx = 0; sy = 0; sxx = 0; sxy = 0; syy = 0; sf = 0; sfx = 0; sfy = 0;
	for (i = 0; i < n; i++) {
		u = x[i]; v = y[i];
		m = a + b * u + c * v;
		t = 1 - m * m / (limit * limit);
		if (t > 0) {
			e = 1 / (1 + exp(m));
			w = e * (1 - e) * t;
			w = w * w;
			q = w * f[i];
			wx = w * u; wy = w * v;
			s1 += w; sx += wx; sy += wy;
			sxx += wx * u; sxy += wx * v; syy += wy * v;
			sf += q; sfx += q * u; sfy += q * v;
		}
	}
	s = solvePlane(newArray(s1, sx, sy, sxx, sxy, syy, sf, sfx, sfy));
	if (s.length == 0)
		fail("no plane: the usable pixels lie on one line; choose a larger region or check v1 and v2");
	return s;
}

// The fitted plane in whole-image coordinates, with standard deviations for noise of variance s^2 / (E (1 - E))^2.
function planeRow(x, y, f, n, r, s, limit, cx, cy, aspect) {
	a = r[0]; b = r[1]; c = r[2];
	s0 = s[0]; s1 = s[1]; s2 = s[2];
	n1 = 0; nx = 0; ny = 0; nxx = 0; nxy = 0; nyy = 0;
	m1 = 0; mx = 0; my = 0; mxx = 0; mxy = 0; myy = 0;
	share = 0; shares = 0; squares = 0; count = 0;
	for (i = 0; i < n; i++) {
		u = x[i]; v = y[i];
		m = a + b * u + c * v;
		t = 1 - m * m / (limit * limit);
		if (t > 0) {
			e = 1 / (1 + exp(m));
			t = t * t;
			w = e * (1 - e) * e * (1 - e) * t;
			q = w * t;
			n1 += w; nx += w * u; ny += w * v; nxx += w * u * u; nxy += w * u * v; nyy += w * v * v;
			m1 += q; mx += q * u; my += q * v; mxx += q * u * u; mxy += q * u * v; myy += q * v * v;
			d = f[i] - s0 - s1 * u - s2 * v;
			count++; share += t; shares += t * t; squares += w * d * d;
		}
	}
	normal = newArray(n1, nx, ny, nx, nxx, nxy, ny, nxy, nyy);
	middle = newArray(m1, mx, my, mx, mxx, mxy, my, mxy, myy);
	effective = share * share / shares;
	noise = squares / share * effective / maxOf(effective - 3, 1);
	inv = inverse(normal, 3);
	v = product(inv, middle, 3);
	v = product(v, inv, 3);
	for (j = 0; j < 9; j++) v[j] = v[j] * noise;
	b = s[1]; c = s[2]; p = planeSlope(b, c, aspect);
	if (!(p > 0)) fail("no edge: the fitted plane has no slope");
	// The variance of a = s0 - b cx - c cy, and that of p along (b, c / aspect^2) / p.
	va = v[0] + cx * cx * v[4] + cy * cy * v[8] - 2 * cx * v[1] - 2 * cy * v[2] + 2 * cx * cy * v[5];
	e = c / (aspect * aspect);
	vp = (b * b * v[4] + 2 * b * e * v[5] + e * e * v[8]) / (p * p);
	return newArray(s[0] - b * cx - c * cy, b, c, p, atan2(c / aspect, b) * 180 / PI, sqrt(va), sqrt(v[4]), sqrt(v[8]), sqrt(vp), count);
}
