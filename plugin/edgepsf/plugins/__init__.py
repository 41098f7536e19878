"""The two ImageJ plugins: their names, option strings and numbers, without Java."""

PROGRAMS = ("DeconvolutionLab2", "Parallel Iterative")
