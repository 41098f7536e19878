"""Measurements: PSFs read from pictures, one region or many."""
