"""The command line's cases: those of command_lines.txt, methods × borders, and what takes several steps."""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path
from typing import Any

from .case import BOUNDARIES, ITERATIVE, METHODS, Case, fresh, plain, rows
from .command_line import doctor, in_process, row_case

TABLE = Path(__file__).with_name("command_lines.txt")
DECONVOLVE = "deconvolve blurred.tif --psf psf.tif {} -o out/x.tif --json"
STEPS = ("install {} --dry-run", "install {}", "install {}", "uninstall {} --dry-run", "uninstall {}")
PIXELS = {
    "mask": "--mask mask.tif",
    "background": "--background 5",
    "saturation": "--saturation 200",
    "all": "--mask mask.tif --background 5 --saturation 200",
}


def tall_chain(root: Path) -> dict[str, Any]:
    """The chain from g to the PSF, each step from the file of the one before, on pixels that are not square."""
    lines = ("g tall.tif --v1 30 --v2 100 -o t-g.tif", "f t-g.tif -o t-f.tif", "plane t-f.tif --json",
             "distance t-f.tif -o t-d.tif --json", "profile t-f.tif --distance t-d.tif --degree 3 --json",
             "psf profile t-f.tif --p1 1.1 --p3 0.03 --json", "profile t-d.tif --json")  # fmt: skip
    out = {line: in_process(line, root) for line in lines}
    for path in root.glob("t-?.tif"):
        path.unlink()
    return {"front": "cli", "steps": out}


def fiji_folders(root: Path) -> dict[str, Any]:
    """What `fiji install`, `uninstall` and `site` write into the folders of three programs."""
    fresh(root)
    places = {"fiji": ("jars", "plugins"), "imagej": ("plugins",), "other": ("photos",)}
    steps = {}
    for name, folders in places.items():
        place = root / f"at-{name}"
        for folder in folders:
            (place / folder).mkdir(parents=True)
        if name == "imagej":
            (place / "ij.jar").write_bytes(b"")
        for step in STEPS:
            key = f"{len(steps)} " + step.format(name)
            before = _names(place)
            steps[key] = in_process("fiji " + step.format(place), root)
            if _names(place) != before:
                steps[key]["tree"] = _names(place)
        shutil.rmtree(place)
    site = {}
    for step in ("at-site", "at-site", "at-site --overwrite", "at-site.zip", "at-site.txt"):
        key = f"{len(steps)} site {step}"
        before, steps[key] = site, in_process(f"fiji site {step}", root)
        site = _site(root)
        if site != before:
            steps[key]["tree"] = site
    shutil.rmtree(root / "at-site", ignore_errors=True)
    for path in root.glob("at-site*"):
        path.unlink() if path.is_file() else shutil.rmtree(path)
    return {"front": "cli", "steps": steps}


def _names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def _site(root: Path) -> dict[str, Any]:
    """Names of a site's files without their timestamps, and its list of them without those and checksums."""
    site = root / "at-site"
    names = sorted({plain(name, root) for name in _names(site)}) if site.is_dir() else []
    if not (site / "db.xml.gz").is_file():
        return {"names": names}
    text = plain(gzip.decompress((site / "db.xml.gz").read_bytes()).decode(), root)
    return {"names": names, "list": sorted(set(re.findall(r'filename="([^"]*)"', text)))}


def demo(root: Path) -> dict[str, Any]:
    """The demo without ImageJ: what it prints and which files it writes."""
    found = in_process("demo -o out --no-imagej", root)
    found["files"] = {name: value for name, value in found["files"].items() if not name.endswith(".png")}
    return found


def _grid() -> list[tuple[str, str]]:
    """Methods × borders, and methods × what is left out: name and words."""
    out = []
    for method in METHODS:
        head = f"--method {method}" + (" --iterations 4" if method in ITERATIVE else "")
        for boundary in BOUNDARIES:
            out.append((f"{method} {boundary}", f"{head} --boundary {boundary}"))
        out += [(f"{method} {name}", f"{head} {words}") for name, words in PIXELS.items()]
    return out


def all_cases() -> list[Case]:
    """Every case of this module."""
    text = TABLE.read_text(encoding="utf-8")
    return [
        *(row_case(prefix, template, *cells) for prefix, template, cells in rows(text, 2)),
        *(row_case("cli/deconvolve", DECONVOLVE, *cells) for cells in _grid()),
        Case("cli/chain/tall", tall_chain),
        Case("cli/fiji folders", fiji_folders),
        Case("cli/doctor", doctor),
        Case("cli/demo", demo),
    ]
