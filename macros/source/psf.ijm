// The distance beyond which E(d) is 0 to double precision: f(d) = 42.
function psfReach(co) {
	high = 1;
	while (oddValue(co, high) < 42) high = 2 * high;
	low = 0;
	for (i = 0; i < 100; i++) {
		half = 0.5 * (low + high);
		if (oddValue(co, half) < 42) low = half;
		else high = half;
	}
	return 0.5 * (low + high);
}

// P(r) = (2/pi) int_0^inf g''(s) / s du with s = sqrt(r^2 + u^2), regular for every r, by the midpoint rule.
// With 80 nodes its error is below 1e-12 of P(0) for all the profiles tried: it falls exponentially with their number.
function radial(co, reach, r) {
	terms = co.length;
	c1 = co[0]; c3 = 0; c5 = 0;
	if (terms > 1) c3 = co[1];
	if (terms > 2) c5 = co[2];
	step = reach / 80;
	end = reach * reach;
	rr = r * r;
	sum = 0;
	for (j = 0; j < 80; j++) {
		u = (j + 0.5) * step;
		q = rr + u * u;
		if (q > end) j = 80; // nothing is left beyond the reach
		else {
			s = sqrt(q);
			f = c1 + q * (c3 + q * c5);
			slope = c1 + q * (3 * c3 + q * 5 * c5);
			bend = 6 * c3 + q * 20 * c5;
			if (terms > 3) {
				z = q * q;
				for (k = 3; k < terms; k++) {
					bend += 2 * k * (2 * k + 1) * co[k] * z;
					z = z * q;
					f += co[k] * z;
					slope += (2 * k + 1) * co[k] * z;
				}
			}
			e = 1 / (1 + exp(s * f));
			sum += e * (1 - e) * ((1 - 2 * e) * slope * slope / s - bend);
		}
	}
	return sum * step / PI;
}

// P(r) on 2001 radii from 0 to the reach: every fifth by the integral, those between from their eight neighbours by
// Lagrange's polynomial, which is right to 1e-10 of P(0) and takes a tenth of the time. P is even in r.
function radialTable(co, reach) {
	nodes = newArray(401);
	for (i = 0; i <= 400; i++) nodes[i] = radial(co, reach, i * reach / 400);
	table = newArray(2001);
	for (i = 0; i <= 400; i++) table[5 * i] = nodes[i];
	for (k = 1; k < 5; k++) {
		weights = neighbourWeights(k / 5);
		for (i = 0; i < 400; i++) {
			sum = 0;
			for (j = 0; j < 8; j++) {
				near = abs(i + j - 3);
				if (near <= 400) sum += weights[j] * nodes[near];
			}
			table[5 * i + k] = sum;
		}
	}
	return table;
}

// Lagrange's weights of the values at -3, -2, ... 4 for the place t.
function neighbourWeights(t) {
	weights = newArray(8);
	for (j = 0; j < 8; j++) {
		w = 1;
		for (k = 0; k < 8; k++)
			if (k != j) w = w * (t - k + 3) / (j - k);
		weights[j] = w;
	}
	return weights;
}

// Energy below zero as a share of the energy above it.
function negativeShare(table) {
	above = 0; below = 0;
	for (i = 0; i < table.length; i += 5) {
		if (table[i] > 0) above += i * table[i];
		else below -= i * table[i];
	}
	if (above > 0) return below / above;
	return 1;
}

// Share of the energy within each radius of the table, by Simpson's rule.
function energyTable(table, reach) {
	n = table.length;
	h = reach / (n - 1);
	density = newArray(n); energy = newArray(n);
	for (i = 0; i < n; i++) density[i] = 2 * PI * i * h * maxOf(table[i], 0);
	largest = 0; sum = 0;
	for (i = 0; i < n - 1; i++) {
		if (i % 2 == 0) part = 5 * density[i] + 8 * density[i + 1] - density[i + 2];
		else part = 5 * density[i + 1] + 8 * density[i] - density[i - 1];
		sum += part * h / 12;
		energy[i + 1] = maxOf(energy[i], sum);
	}
	for (i = 0; i < n; i++) energy[i] = energy[i] / energy[n - 1];
	return energy;
}

// Radius that holds a share of the energy.
function energyRadius(energy, reach, share) {
	i = 1;
	while (energy[i] < share) i++;
	return (i - 1 + (share - energy[i - 1]) / (energy[i] - energy[i - 1])) * reach / (energy.length - 1);
}

// Energy within a radius.
function energyWithin(energy, reach, r) {
	position = r / reach * (energy.length - 1);
	i = floor(position);
	if (i >= energy.length - 1) return 1;
	return energy[i] + (position - i) * (energy[i + 1] - energy[i]);
}

// Full width at half maximum: twice the largest radius at which P is half of its maximum.
function psfFwhm(co, reach, table) {
	Array.getStatistics(table, least, most);
	half = 0.5 * most;
	if (!(half > 0)) return NaN;
	i = table.length - 1;
	while (table[i] < half) i--;
	i++;
	if (i == table.length) return NaN;
	low = (i - 1) * reach / 2000; high = i * reach / 2000;
	for (k = 0; k < 45; k++) {
		middle = 0.5 * (low + high);
		if (radial(co, reach, middle) > half) low = middle;
		else high = middle;
	}
	return low + high;
}

// Lowest frequency with MTF = 1/2; the MTF is the cosine transform of L(d) = E (1 - E) f'.
function psfMtf50(co, reach, fwhm) {
	nodes = 400;
	// The sum repeats itself at 1/step cycles/px; the step keeps that beyond the frequencies looked at.
	nodes = maxOf(nodes, floor(4 * reach / fwhm) + 1);
	step = reach / nodes;
	lsf = newArray(nodes);
	for (j = 0; j < nodes; j++) {
		d = (j + 0.5) * step;
		e = 1 / (1 + exp(oddValue(co, d)));
		slope = 0;
		for (k = co.length - 1; k >= 0; k--) slope = slope * d * d + (2 * k + 1) * co[k];
		lsf[j] = 2 * step * e * (1 - e) * slope;
	}
	low = 0; high = 0.001;
	while (mtf(lsf, step, high) > 0.5) {
		low = high;
		high = 1.25 * high;
	}
	for (i = 0; i < 48; i++) {
		half = 0.5 * (low + high);
		if (mtf(lsf, step, half) > 0.5) low = half;
		else high = half;
	}
	return 0.5 * (low + high);
}

function mtf(lsf, step, nu) {
	sum = 0;
	turn = 2 * PI * nu * step;
	for (j = 0; j < lsf.length; j++) sum += lsf[j] * cos(turn * (j + 0.5));
	return sum;
}

// Text of a profile for messages: "p1=1.2, p3=0.01".
function profileText(co) {
	text = "";
	for (k = 0; k < co.length; k++) {
		if (k > 0) text = text + ", ";
		text = text + "p" + (2 * k + 1) + "=" + replace(String.format("%.4g", co[k]), ",", ".");
	}
	return text;
}

// Refuses a profile that is no edge, and one whose P(r) is no PSF; gives P(r) on 2001 radii.
function checkedTable(co, reach) {
	table = radialTable(co, reach);
	share = negativeShare(table);
	if (share > 0.05)
		fail("no PSF: P(r) is negative over " + round(100 * share) + " % of its energy; the profile is not that of an isotropic blur (for degree 3, p3 must not exceed p1^3/12). Fit a lower degree");
	if (share > 1e-4) print("edgepsf: " + negativeWarning(share));
	return table;
}

function negativeWarning(share) {
	return "P(r) dips below zero over " + d2s(100 * share, 2) + " % of its energy; the kernel is clipped at zero there";
}

function checkMonotone(co) {
	if (!monotone(co))
		fail("no PSF: f(d) with " + profileText(co) + " does not rise everywhere, so it is no edge; fit a lower degree, a larger region or better levels v1, v2");
}

// Odd side whose inscribed circle holds 99.9 % of the energy, between 3 and 255 px.
function defaultSize(energy, reach) {
	r = energyRadius(energy, reach, 0.999);
	return minOf(255, maxOf(3, 2 * Math.ceil(r) + 1));
}

// New 32-bit image with P sampled at the pixel centres, sum 1; across and down pixels lie on each side of its centre.
// P is the blur of the sampled edge, so it holds the pixel box already: integrating over pixels would apply it twice.
function makeKernel(co, reach, across, down, aspect, title) {
	values = newArray((across + 1) * (down + 1));
	sum = 0;
	for (j = 0; j <= down; j++) {
		for (i = 0; i <= across; i++) {
			k = j * (across + 1) + i;
			// Square pixels: the quarter is its own mirror image.
			if (aspect == 1 && across == down && i < j) values[k] = values[i * (across + 1) + j];
			else values[k] = maxOf(0, radial(co, reach, sqrt(i * i + aspect * aspect * j * j)));
			copies = 4;
			if (i == 0) copies = copies / 2;
			if (j == 0) copies = copies / 2;
			sum += copies * values[k];
		}
	}
	newImage(title, "32-bit black", 2 * across + 1, 2 * down + 1, 1);
	for (j = 0; j <= 2 * down; j++)
		for (i = 0; i <= 2 * across; i++)
			setPixel(i, j, values[abs(j - down) * (across + 1) + abs(i - across)] / sum);
	updateDisplay();
	resetMinAndMax();
}
