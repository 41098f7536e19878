// Text of a number that reads back to the same double (d2s keeps 10 digits only).
function full(value) {
	// The decimal sign follows the language of the system.
	return replace(String.format("%.17g", value), ",", ".");
}

// A number as people type it.
function sixDigits(value) {
	text = replace(String.format("%.6g", value), ",", ".");
	return text;
}

// A number for a macro text, as a whole number over powers of two: ImageJ reads those without an error, other
// numbers with one in the last digit, which would turn a g of 0 into one just beside it.
function exact(value) {
	divisors = "";
	power = 1;
	while (value != floor(value)) {
		value = 2 * value;
		power = 2 * power;
		if (power == 4503599627370496) {
			divisors = divisors + "/" + d2s(power, 0);
			power = 1;
		}
	}
	return "(" + d2s(value, 0) + divisors + "/" + d2s(power, 0) + ")";
}

// The quantile q (0..1) of sorted values, by linear interpolation between them.
function quantile(sorted, q) {
	position = (sorted.length - 1) * q;
	i = floor(position);
	t = position - i;
	if (i >= sorted.length - 1) return sorted[sorted.length - 1];
	step = sorted[i + 1] - sorted[i];
	if (t >= 0.5) return sorted[i + 1] - step * (1 - t);
	return sorted[i] + step * t;
}

function median(sorted) {
	n = sorted.length;
	if (n % 2 == 1) return sorted[(n - 1) / 2];
	return (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

// The first n values, sorted.
function sortedPart(values, n) {
	part = Array.trim(values, n);
	Array.sort(part);
	return part;
}

// Correctly rounded square root of x^2 + y^2: pixels at one distance must stay at one distance.
function hypotenuse(x, y) {
	h = sqrt(x * x + y * y);
	if (h == 0) return 0;
	return h + (squareError(x, y, h)) / (2 * h);
}

// x^2 + y^2 - h^2 without rounding, each number split into halves of 26 bits.
function squareError(x, y, h) {
	xh = upperHalf(x); xl = x - xh;
	yh = upperHalf(y); yl = y - yh;
	hh = upperHalf(h); hl = h - hh;
	if (abs(x) < abs(y)) {
		s = yh; yh = xh; xh = s;
		s = yl; yl = xl; xl = s;
	}
	return (((xh * xh - hh * hh) + yh * yh) + 2 * (xh * xl - hh * hl + yh * yl)) + (xl * xl - hl * hl + yl * yl);
}

function upperHalf(x) {
	s = 134217729 * x;
	return s - (s - x);
}

// Inverse of a symmetric positive n x n matrix (row by row in one array), scaled to ones on its diagonal and
// inverted by Gauss-Jordan elimination with pivoting; an empty array where it is singular to 1e-10.
function inverse(matrix, n) {
	scale = newArray(n);
	for (i = 0; i < n; i++) {
		if (!(matrix[i * n + i] > 0)) return newArray(0);
		scale[i] = sqrt(matrix[i * n + i]);
	}
	m = newArray(n * n);
	out = newArray(n * n);
	before = 0;
	for (i = 0; i < n; i++) {
		out[i * n + i] = 1;
		for (j = 0; j < n; j++) {
			m[i * n + j] = matrix[i * n + j] / (scale[i] * scale[j]);
			before += m[i * n + j] * m[i * n + j];
		}
	}
	if (!eliminate(m, out, n)) return newArray(0);
	after = 0;
	for (i = 0; i < n * n; i++) after += out[i] * out[i];
	if (!(sqrt(before * after) < 1e10)) return newArray(0);
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			out[i * n + j] = out[i * n + j] / (scale[i] * scale[j]);
	return out;
}

// Turns m into the unit matrix and does the same row operations to out.
function eliminate(m, out, n) {
	for (k = 0; k < n; k++) {
		best = k;
		for (i = k + 1; i < n; i++)
			if (abs(m[i * n + k]) > abs(m[best * n + k])) best = i;
		pivot = m[best * n + k];
		if (pivot == 0 || isNaN(pivot)) return false;
		for (j = 0; j < n; j++) {
			s = m[best * n + j]; m[best * n + j] = m[k * n + j]; m[k * n + j] = s / pivot;
			s = out[best * n + j]; out[best * n + j] = out[k * n + j]; out[k * n + j] = s / pivot;
		}
		for (i = 0; i < n; i++) {
			factor = m[i * n + k];
			if (i != k && factor != 0) {
				for (j = 0; j < n; j++) {
					m[i * n + j] -= factor * m[k * n + j];
					out[i * n + j] -= factor * out[k * n + j];
				}
			}
		}
	}
	return true;
}

// matrix (n x n) times a vector.
function times(matrix, vector, n) {
	out = newArray(n);
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			out[i] += matrix[i * n + j] * vector[j];
	return out;
}

// Product of two n x n matrices.
function product(left, right, n) {
	out = newArray(n * n);
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			for (k = 0; k < n; k++)
				out[i * n + j] += left[i * n + k] * right[k * n + j];
	return out;
}
