"""The script Linear Channels... of ImageJ's menu, in the real ImageJ, against Python."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import tifffile

from conftest import image_of
from edgepsf.commands.linear import decode, encode, linear_channels
from edgepsf.errors import MacroError
from edgepsf.pictures.picture import Picture
from macro_scripts import script


def show_colour(imagej, folder: Path, kind: str) -> np.ndarray:
    """An RGB picture, a composite of three 16-bit channels, or a gray picture, in ImageJ; shape (ny, nx[, 3])."""
    rng = np.random.default_rng(3)
    path = folder / "photo.tif"
    if kind == "rgb":
        picture = rng.integers(0, 256, (20, 30, 3)).astype(np.uint8)
        tifffile.imwrite(path, picture)
    elif kind == "composite":
        picture = rng.integers(0, 65536, (20, 30, 3)).astype(np.uint16)
        planes = np.moveaxis(picture, -1, 0)
        tifffile.imwrite(path, planes, imagej=True, metadata={"axes": "CYX", "mode": "composite"})
    else:
        picture = rng.integers(0, 256, (20, 30)).astype(np.uint8)
        tifffile.imwrite(path, picture, imagej=True)
    imagej.run_macro(f'open("{path}"); setVoxelSize(0.5, 0.5, 1, "um"); makeRectangle(2, 3, 10, 9);')
    return picture


@pytest.mark.parametrize("options", ["", "gamma=2.2", "gamma=1.8 maximum=70000"])
@pytest.mark.parametrize("kind", ["rgb", "composite", "gray"])
def test_linear_channels_agree_with_python(tidy, tmp_path, kind, options):
    picture = Picture(show_colour(tidy, tmp_path, kind), "photo.tif")
    keys = {k: float(v) for k, v in (pair.split("=") for pair in options.split())}
    tidy.run_macro(script("Linear Channels..."), options)
    for expected in linear_channels(picture, **keys).pictures:
        np.testing.assert_allclose(image_of(tidy, expected.title), expected.data, rtol=0, atol=1e-6)
    state = tidy.run_macro('getPixelSize(u, w, h); return "" + w + u + selectionType();')
    assert state == "0.5µm0"
    if kind == "gray":
        return
    bits = "8" if kind == "rgb" else "16"
    names = " ".join(f"{name}=photo-{name}" for name in ("red", "green", "blue"))
    gamma = " ".join(word for word in options.split() if word.startswith("gamma"))
    tidy.run_macro(script("Linear Channels..."), f"merge {names} bits={bits} {gamma}")
    title, depth, channels = tidy.run_macro(
        'getDimensions(w, h, c, z, t); return getTitle() + " " + bitDepth() + " " + c;'
    ).split()
    assert (title, depth, channels) == (
        "photo-RGB",
        "24" if bits == "8" else "16",
        "1" if bits == "8" else "3",
    )
    if bits == "8":
        tidy.run_macro('run("RGB Stack");')
    back = np.moveaxis(image_of(tidy, "photo-RGB"), 0, -1).astype(int)
    planes = [image_of(tidy, f"photo-{name}") for name in ("red", "green", "blue")]
    expected = encode(np.stack(planes, axis=-1), keys.get("gamma"), int(bits))
    assert np.abs(back - expected).max() <= 1
    if "maximum" not in keys:
        assert np.abs(back - picture.data).max() <= 1


def test_linear_channels_of_a_stack(tidy, tmp_path):
    stack = np.random.default_rng(0).random((2, 3, 2, 20, 30)).astype(np.float32)
    tifffile.imwrite(tmp_path / "s.tif", stack, imagej=True, metadata={"axes": "TZCYX"})
    tidy.run_macro(f'open("{tmp_path / "s.tif"}");')
    tidy.run_macro(script("Linear Channels..."), "stack")
    np.testing.assert_allclose(
        image_of(tidy, "s-linear"), decode(stack, None, None).reshape(-1, 20, 30), atol=1e-6
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("gamma=0", "gamma must be positive, not 0"),
        ("maximum=-1", "maximum must be positive"),
        ("bits=12", 'bits must be one of 8, 16, not "12"'),
        ("red=photo.tif", "red=, green= and blue= go with merge"),
        ("merge red=photo.tif", "merge needs the three channels: green=, blue= missing"),
        ("merge red=a green=a blue=a", 'there is no open image titled "a"'),
        ("merge=maybe", "merge is a flag"),
    ],
)
def test_linear_channels_refuse_with_a_sentence(tidy, tmp_path, options, sentence):
    show_colour(tidy, tmp_path, "rgb")
    with pytest.raises(MacroError, match=re.escape(sentence)):
        tidy.run_macro(script("Linear Channels..."), options)
    assert tidy.run_macro('return "" + nImages;') == "1"
