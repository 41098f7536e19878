"""Checks of the commands in the window of an ImageJ, run by test_window.py in a pytest of their own."""
