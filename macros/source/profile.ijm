// Odd polynomial f = p1 d + p3 d^3 + ...: (p1, p3, ..., sd_p1, sd_p3, ..., n). Weighted least squares with the
// weights of a slope that is fitted first.
function fitProfile(d, f, n, degree) {
	if (degree != floor(degree) || degree < 1 || degree % 2 == 0)
		fail("degree must be an odd number >= 1 (1, 3, 5, ...), not " + degree);
	slope = fitSlope(d, f, n);
	fit = solveOdd(d, f, n, slope, (degree + 1) / 2);
	return fit;
}

// The slope of f = p d, iterated with the weights of its own model.
function fitSlope(d, f, n) {
	slope = startSlope(d, f, n);
	bd = d; bf = f; m = n; far = -1;
	for (k = 0; k < 200; k++) {
		if (!(slope > 0))
			fail("no profile: f falls with the distance (slope " + slope + "); were v1 and v2 swapped?");
		limit = maxOf(4, 2 * slope);
		if (limit / slope > far) {
			far = 1.5 * limit / slope;
			bd = newArray(n); bf = newArray(n); m = 0;
			for (i = 0; i < n; i++) {
				if (abs(d[i]) <= far) {
					bd[m] = d[i]; bf[m] = f[i]; m++;
				}
			}
		}
		before = slope;
		slope = weightedSlope(bd, bf, m, before, limit);
		if (abs(slope - before) <= 1e-12 * abs(slope)) return slope;
	}
	fail("no profile: the slope did not settle; f does not follow the distance");
}

function startSlope(d, f, n) {
	limits = newArray(1, 1.5, 2, 3, 5, 1e300);
	for (k = 0; k < limits.length; k++) {
		near = 0; sdd = 0; sdf = 0;
		for (i = 0; i < n; i++) {
			if (abs(f[i]) <= limits[k]) {
				near++; sdd += d[i] * d[i]; sdf += d[i] * f[i];
			}
		}
		if (near >= 2 && sdd > 1e-6) return sdf / sdd;
	}
	fail("no profile: fewer than two pixels have a defined f and a distance");
}

function weightedSlope(d, f, n, slope, limit) {
	sdd = 0; sdf = 0;
	for (i = 0; i < n; i++) {
		m = slope * d[i];
		t = 1 - m * m / (limit * limit);
		if (t > 0) {
			e = 1 / (1 + exp(m));
			w = e * (1 - e) * t;
			w = w * w * d[i];
			sdd += w * d[i]; sdf += w * f[i];
		}
	}
	return sdf / sdd;
}

// Least squares for the odd powers of d / (largest distance used), with standard deviations.
function solveOdd(d, f, n, slope, terms) {
	limit = maxOf(4, 2 * slope);
	used = newArray(n); uf = newArray(n); away = newArray(n); count = 0; scale = 0;
	for (i = 0; i < n; i++) {
		if (abs(slope * d[i]) < limit) {
			used[count] = d[i]; uf[count] = f[i]; away[count] = round(abs(d[i]) * 1e6);
			scale = maxOf(scale, abs(d[i]));
			count++;
		}
	}
	away = sortedPart(away, count);
	different = countDifferent(away);
	if (different < terms)
		fail("no profile: " + different + " different distances cannot determine " + terms + " coefficients; use a lower degree or a slanted edge");
	normal = newArray(terms * terms); middle = newArray(terms * terms); right = newArray(terms); power = newArray(terms);
	share = 0; shares = 0;
	for (i = 0; i < count; i++) {
		m = slope * used[i];
		t = 1 - m * m / (limit * limit); t = t * t;
		e = 1 / (1 + exp(m));
		w = e * (1 - e) * e * (1 - e) * t;
		share += t; shares += t * t;
		u = used[i] / scale; z = u;
		for (j = 0; j < terms; j++) { power[j] = z; z = z * u * u; }
		for (j = 0; j < terms; j++) {
			q = w * power[j];
			right[j] += q * uf[i];
			for (k = 0; k < terms; k++) {
				normal[j * terms + k] += q * power[k];
				middle[j * terms + k] += q * power[k] * t;
			}
		}
	}
	inv = inverse(normal, terms);
	if (inv.length == 0) fail("no profile: the distances do not determine " + terms + " coefficients; use a lower degree");
	s = times(inv, right, terms);
	squares = 0;
	for (i = 0; i < count; i++) {
		m = slope * used[i];
		t = 1 - m * m / (limit * limit);
		e = 1 / (1 + exp(m));
		w = e * (1 - e) * t;
		u = used[i] / scale;
		r = (uf[i] - oddValue(s, u)) * w;
		squares += r * r;
	}
	effective = share * share / shares;
	noise = squares / share * effective / maxOf(effective - terms, 1);
	v = product(inv, middle, terms);
	v = product(v, inv, terms);
	out = newArray(2 * terms + 1);
	for (j = 0; j < terms; j++) {
		unit = pow(scale, -(2 * j + 1));
		out[j] = s[j] * unit;
		out[terms + j] = sqrt(noise * v[j * terms + j]) * unit;
	}
	out[2 * terms] = count;
	return out;
}

function countDifferent(sorted) {
	different = minOf(1, sorted.length);
	for (i = 1; i < sorted.length; i++)
		if (sorted[i] != sorted[i - 1]) different++;
	return different;
}

// p1 d + p3 d^3 + ... (Horner).
function oddValue(co, d) {
	u = d * d;
	sum = 0;
	for (k = co.length - 1; k >= 0; k--) sum = sum * u + co[k];
	return sum * d;
}

// Whether f(d) rises everywhere: f' = p1 + 3 p3 u + 5 p5 u^2 + ..., u = d^2, is nowhere below zero.
function monotone(co) {
	m = co.length;
	while (m > 1 && co[m - 1] == 0) m--;
	slope = newArray(m);
	for (k = 0; k < m; k++) slope[k] = (2 * k + 1) * co[k];
	if (!(slope[0] > 0) || slope[m - 1] < 0) return false;
	lowest = slope[0];
	places = turningPoints(slope);
	for (k = 0; k < places.length; k++) lowest = minOf(lowest, evaluate(slope, 0, places[k]));
	if (lowest >= -1e-12 * slope[0]) return true;
	return false;
}

// The places u > 0 where the derivative of a polynomial is zero: between two such places of one derivative the
// derivative before it is monotone, so its zeros are found by bisection, from the highest derivative down.
function turningPoints(poly) {
	degree = poly.length - 1;
	if (degree < 2) return newArray(0);
	bound = 1;
	for (k = 0; k < degree; k++) bound = maxOf(bound, 2 * pow(abs(poly[k] / poly[degree]), 1 / (degree - k)));
	zeros = newArray(0);
	for (order = degree - 1; order >= 1; order--) {
		ends = Array.concat(Array.concat(newArray(1), zeros), newArray(1));
		ends[ends.length - 1] = bound;
		zeros = newArray(0);
		for (k = 0; k + 1 < ends.length; k++) {
			low = ends[k]; high = ends[k + 1];
			sign = evaluate(poly, order, low);
			if (sign * evaluate(poly, order, high) < 0) {
				for (step = 0; step < 100; step++) {
					half = 0.5 * (low + high);
					if (sign * evaluate(poly, order, half) > 0) low = half;
					else high = half;
				}
				zeros = Array.concat(zeros, newArray(1));
				zeros[zeros.length - 1] = 0.5 * (low + high);
			}
		}
	}
	return zeros;
}

// Derivative of some order of a polynomial at u.
function evaluate(poly, order, u) {
	sum = 0;
	for (k = poly.length - 1; k >= order; k--) {
		factor = poly[k];
		for (j = 0; j < order; j++) factor = factor * (k - j);
		sum = sum * u + factor;
	}
	return sum;
}
