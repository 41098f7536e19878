"""The two plugins: their names, and the folder with their jars that the tests with the real plugins need."""

from __future__ import annotations

import os

import pytest

DL2, PID = "DeconvolutionLab2", "Parallel Iterative"
FOLDER = os.environ.get("EDGEPSF_PLUGINS")
needs_plugins = pytest.mark.skipif(
    not FOLDER, reason="EDGEPSF_PLUGINS does not name the folder with the jars of both plugins"
)
