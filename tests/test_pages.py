"""Every dotted name and import that README, docs, examples and CHANGELOG show works.

EDGEPSF_PAGES may name further pages, separated as in PATH.
"""

from __future__ import annotations

import importlib
import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "examples").glob("*.py")),
    *(Path(page) for page in os.environ.get("EDGEPSF_PAGES", "").split(os.pathsep) if page),
]
# Notes that commands leave in an image, and a file: they look like names of the package.
NOTES = {"plane", "levels", "profile", "source", "program", "py", "psf"}


def imports(text: str) -> list[tuple[str, str]]:
    """(module, name) of every `from edgepsf… import …`; the name is "" for `import edgepsf…`."""
    found = []
    for module, names in re.findall(r"from (edgepsf[\w.]*) import \(?([\w, \n]+)", text):
        words = names.split("\n\n")[0].replace("\n", " ").split(",")
        found += [(module, word.split(" as ")[0].strip().split(" ")[0]) for word in words if word.strip()]
    return found + [(module, "") for module in re.findall(r"^\s*import (edgepsf[\w.]*)", text, re.MULTILINE)]


def dotted(text: str) -> set[str]:
    """Names such as edgepsf.imagej.register, and ep.fit_edge as edgepsf.fit_edge."""
    names = re.findall(r"(?<![\w./-])(?:ep|edgepsf)((?:\.[A-Za-z_]\w*)+)(?![\w/-])", text)
    return {name for name in names if name.split(".")[1] not in NOTES or name.count(".") > 1}


def resolve(name: str) -> object:
    """What a dotted name behind edgepsf means: attributes as far as they go, else modules."""
    here = importlib.import_module("edgepsf")
    path = "edgepsf"
    for part in name.strip(".").split("."):
        path += f".{part}"
        try:
            here = getattr(here, part)
        except AttributeError:
            here = importlib.import_module(path)
    return here


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_imports_work(page):
    for module, name in imports(page.read_text(encoding="utf-8")):
        found = importlib.import_module(module)
        assert not name or hasattr(found, name) or importlib.import_module(f"{module}.{name}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_dotted_names_work(page):
    for name in dotted(page.read_text(encoding="utf-8")):
        assert resolve(name) is not None


def test_the_pages_show_names():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert ("edgepsf.io", "read_picture") in imports(text)
    assert {".fit_edge", ".deconvolve", ".imagej.register"} <= dotted(text)
    with pytest.raises(ImportError):
        resolve(".no_such_name")
