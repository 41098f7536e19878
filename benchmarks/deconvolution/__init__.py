"""Deconvolution side by side with its peers: `python -m benchmarks.deconvolution --help`."""
