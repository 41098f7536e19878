// Plot window of f over d, where the polynomial is within +-8, with the polynomial.
function plotProfile(title, d, f, n, co) {
	near = newArray(n); value = newArray(n); count = 0;
	for (i = 0; i < n; i++) {
		if (abs(oddValue(co, d[i])) < 8) {
			near[count] = d[i]; value[count] = f[i]; count++;
		}
	}
	near = Array.trim(near, count);
	value = Array.trim(value, count);
	order = Array.rankPositions(near);
	// Some thousand dots, taken evenly, show as much as all of them.
	step = maxOf(1, floor(count / 4000));
	count = floor((count - 1) / step) + 1;
	dots = newArray(count); heights = newArray(count);
	for (i = 0; i < count; i++) {
		dots[i] = near[order[i * step]];
		heights[i] = value[order[i * step]];
	}
	line = newArray(201); curve = newArray(201);
	for (i = 0; i <= 200; i++) {
		line[i] = dots[0] + i / 200 * (dots[count - 1] - dots[0]);
		curve[i] = oddValue(co, line[i]);
	}
	Plot.create(title, "distance d (px)", "f(d)");
	Plot.setColor("black");
	Plot.add("dots", dots, heights);
	Plot.setColor("red");
	Plot.add("line", line, curve);
	Plot.setColor("black");
	Plot.setLimitsToFit();
	Plot.addLegend("f\nodd polynomial, degree " + (2 * co.length - 1));
	Plot.show();
}

// Plot window of P(r) out to a radius.
function plotRadial(title, co, reach, end) {
	r = newArray(201); p = newArray(201);
	for (i = 0; i <= 200; i++) {
		r[i] = i / 200 * end;
		p[i] = radial(co, reach, r[i]);
	}
	Plot.create(title, "radius r (px)", "P(r) (px^-2)");
	Plot.setColor("black");
	Plot.add("line", r, p);
	Plot.setLimitsToFit();
	Plot.show();
}
