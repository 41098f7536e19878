"""Pages of figures: a measurement, a comparison of sharpening."""
