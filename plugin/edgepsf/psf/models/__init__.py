"""The model library: every module here that has a `FAMILIES` tuple is found, so a new model is one new file."""
