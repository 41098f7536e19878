"""Measurements: a package for each kind, the contract and the registry of kinds, and the batch over regions."""
