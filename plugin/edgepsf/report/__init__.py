"""Drawings: overlays, plots and pages of figures."""
