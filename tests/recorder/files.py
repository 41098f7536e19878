"""The files that a case has written, as plain JSON."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

from .case import plain
from .figures import array, described, hashed, noted

_LONG = 3000  # characters of a text that is kept as it is


def written(folder: Path, root: Path) -> dict[str, Any]:
    """Every file under a folder by its name."""
    found = sorted(p for p in folder.rglob("*") if p.is_file())
    return {plain(p.relative_to(folder).as_posix(), root): _file(p, root) for p in found}


def _file(path: Path, root: Path) -> Any:
    suffix = path.suffix.lower()
    try:
        if suffix in (".tif", ".tiff"):
            return _tiff(path)
        if suffix in (".png", ".jpg"):
            return _picture(path)
        if suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                return sorted(plain(name, root) for name in archive.namelist())
        if suffix == ".json":
            return described(json.loads(plain(path.read_text(encoding="utf-8"), root)))
        if suffix == ".gz":
            return _text(gzip.decompress(path.read_bytes()).decode(), root)
        return _text(path.read_text(encoding="utf-8"), root)
    except (OSError, ValueError):  # what a case has put there, not a picture
        return {"bytes": path.stat().st_size, "sha256": hashed(path.read_bytes())}


def _text(text: str, root: Path) -> Any:
    text = plain(text, root)
    lines = text.count("\n")
    return text if len(text) <= _LONG else {"lines": lines, "sha256": hashed(text.encode())}


def _tiff(path: Path) -> dict[str, Any]:
    """Pixels, axes, scale and notes of a TIFF."""
    import tifffile

    with tifffile.TiffFile(path) as file:
        page, meta = file.pages[0], dict(file.imagej_metadata or {})
        out = array(file.asarray()) | {"axes": file.series[0].axes}
        for tag in ("XResolution", "YResolution"):
            if tag in page.tags and "unit" in meta:
                top, bottom = page.tags[tag].value
                out[tag] = top / bottom
    keep = ("unit", "mode", "channels", "slices", "frames", "Properties", "Labels", "min", "max", "Overlays")
    notes = {name: meta[name] for name in keep if name in meta}
    if isinstance(notes.get("Properties"), dict):
        notes["Properties"] = {k: noted(str(v)) for k, v in notes["Properties"].items()}
    if "Overlays" in notes:
        notes["Overlays"] = len(notes["Overlays"])
    return out | ({"notes": described(notes)} if notes else {})


def _picture(path: Path) -> dict[str, Any]:
    """Size of a PNG or JPEG; its pixels as a hash only, since fonts differ between machines."""
    import numpy as np
    from PIL import Image

    with Image.open(path) as image:
        return {"size": list(image.size), "mode": image.mode, "sha256": hashed(np.asarray(image).tobytes())}
