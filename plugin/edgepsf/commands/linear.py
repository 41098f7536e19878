"""`Linear Channels...`: encoded pictures to linear light, one 32-bit image a channel, and back."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from ..pictures.light import linear_to_srgb, srgb_to_linear
from ..pictures.picture import Picture, Result
from .operations import new_image

CHANNELS = ("red", "green", "blue")


def white_level(data: np.ndarray) -> float:
    """Full scale of a picture's number type: 255, 65535, or 1 for floats."""
    return float(np.iinfo(data.dtype).max) if data.dtype.kind in "ui" else 1.0


def decode(data: np.ndarray, gamma: float | None, maximum: float | None) -> np.ndarray:
    """Linear light, 0 to 1, of encoded values; the sRGB curve is undone when no gamma is given.

    Raises
    ------
    InputError
        If values lie below 0, where no curve is defined.
    """
    maximum = white_level(data) if maximum is None else maximum
    values = np.asarray(data, dtype=np.float64) / maximum
    if np.nanmin(values) < 0:
        raise InputError(f"an encoded picture has no negative values; the lowest here is {np.nanmin(data):g}")
    return srgb_to_linear(values) if gamma is None else values**gamma


def encode(linear: np.ndarray, gamma: float | None, bits: int) -> np.ndarray:
    """Encoded integers of linear light; what lies outside 0 to 1 is clipped, NaN becomes 0."""
    light = np.clip(np.nan_to_num(np.asarray(linear, dtype=np.float64)), 0.0, 1.0)
    values = linear_to_srgb(light) if gamma is None else light ** (1.0 / gamma)
    return np.round(values * (2**bits - 1)).astype(np.uint8 if bits == 8 else np.uint16)


def linear_channels(
    picture: Picture,
    gamma=None,
    maximum=None,
    merge=False,
    red: Picture | None = None,
    green: Picture | None = None,
    blue: Picture | None = None,
    bits="8",
    stack=False,
) -> Result:
    """One linear 32-bit image a channel; with `merge`, three such images back into one colour picture."""
    for name, value in (("gamma", gamma), ("maximum", maximum)):
        if value is not None and not value > 0:
            raise InputError(f"{name} must be positive, not {value:g}")
    if merge:
        return _merge(picture, (red, green, blue), gamma, int(bits))
    if any(channel is not None for channel in (red, green, blue)):
        raise InputError("red=, green= and blue= go with merge")
    if stack and picture.data.ndim == 2:
        light = decode(picture.all_planes(), gamma, maximum)
        return Result([new_image(picture, light, "-linear")])
    light = decode(picture.data, gamma, maximum)
    if light.ndim == 2:
        return Result([new_image(picture, light, "-linear")])
    return Result([new_image(picture, light[..., i], f"-{name}") for i, name in enumerate(CHANNELS)])


def _merge(picture: Picture, channels, gamma, bits: int) -> Result:
    missing = [name for name, channel in zip(CHANNELS, channels, strict=True) if channel is None]
    if missing:
        raise InputError(f"merge needs the three channels: {'=, '.join(missing)}= missing")
    shapes = {np.shape(channel.data) for channel in channels}
    if len(shapes) != 1:
        raise InputError(f"the three channels differ in size: {', '.join(str(s) for s in sorted(shapes))}")
    out = new_image(picture, channels[0].data, "-RGB")
    out.data = np.stack([encode(channel.data, gamma, bits) for channel in channels], axis=-1)
    return Result([out])
