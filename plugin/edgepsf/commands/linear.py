"""`Linear Channels...`: encoded pictures to linear light, one 32-bit image a channel, and back."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from ..errors import InputError
from ..options import Choice, Flag, Image, Number
from ..pictures.light import linear_to_srgb, profile_name, srgb_to_linear
from ..pictures.picture import Picture
from ..pictures.result import Result
from .command import command
from .shared import LIGHT, STACK, new_image

CHANNELS = ("red", "green", "blue")
_BEYOND = 2.0  # times full light: more is no overshoot but another scale


def white_level(data: np.ndarray) -> float:
    """Full scale of a picture's number type: 255, 65535, or 1 for floats.

    Raises
    ------
    InputError
        The number type has no full scale, or floats reach beyond 1.
    """
    if data.dtype.name in ("uint8", "uint16"):
        return float(np.iinfo(data.dtype).max)
    largest = float(np.nanmax(data)) if data.size else 0.0
    if data.dtype.kind != "f":
        raise InputError(
            f"{data.dtype} gray values do not tell which one is full light (the largest here is {largest:g}): give "
            "maximum="
        )
    if largest > _BEYOND:
        raise InputError(
            f"full light is 1 in floats, and gray values here reach {largest:g}: give the gray value of full light "
            "as maximum="
        )
    return 1.0


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


@command(
    "Linear Channels...",
    cli="linear",
    place=10,
    help="Linear light, 0 to 1: undoes the sRGB curve or a gamma, one 32-bit image a channel; merge goes back.",
    options=(
        Number("gamma", "exponent of the encoding, such as 2.2; the sRGB curve when not given"),
        Number("maximum", "gray value of full light; 255, 65535 or 1 by the depth", unit="gray value"),
        Flag("merge", "encode red=, green= and blue= into one colour picture"),
        Image("red", "linear red channel, with merge"),
        Image("green", "linear green channel, with merge"),
        Image("blue", "linear blue channel, with merge"),
        Choice("bits", "depth of the merged picture", ("8", "16"), default="8"),
        STACK,
    ),
    color=True,
    image="optional",
    integers=lambda values: bool(values.get("merge")),
    suffixes=("linear", *CHANNELS),
    kept=CHANNELS,
    example="gamma=2.2 maximum=255",
)
def linear_channels(
    picture: Picture | None,
    gamma: float | None = None,
    maximum: float | None = None,
    merge: bool = False,
    bits: str = "8",
    stack: bool = False,
    **channels: Picture | None,
) -> Result:
    """One linear 32-bit image a channel; with `merge`, three such images back into one colour picture.

    Parameters
    ----------
    picture : Picture, optional
        Encoded, gray or colour; `merge` needs none.
    gamma : float, optional
        Exponent of the encoding; the sRGB curve when not given.
    maximum : float, optional
        Gray value of full light; by default that of the number type.
    merge : bool
        Make one encoded picture of the three channels.
    bits : {"8", "16"}
        Depth of the merged picture.
    stack : bool
        Every plane of a gray stack.
    **channels
        The pictures `red`, `green` and `blue`, with `merge`.

    Raises
    ------
    InputError
        A number is not positive, the picture has negative values, or channels are missing or not wanted.
    """
    for name, value in (("gamma", gamma), ("maximum", maximum)):
        if value is not None and not value > 0:
            raise InputError(f"{name} must be positive, not {value:g}")
    given = {name: channel for name, channel in channels.items() if channel is not None}
    if merge:
        return _merge(picture, given, gamma, int(bits))
    if given:
        raise InputError("red=, green= and blue= go with merge")
    if picture is None:
        raise InputError("there is no picture to make linear: give one, or merge with red=, green= and blue=")
    level = picture.meta.white if maximum is None else maximum
    light = decode(picture.all_planes() if stack else picture.data, gamma, level)
    warnings = [] if gamma is not None else _profile_warnings(picture)
    if picture.color:
        made = [new_image(picture, light[..., i], f"-{name}") for i, name in enumerate(CHANNELS)]
        for each in made:  # one black and white for all, so that the channels can be compared
            each.display = float(np.nanmin(light)), float(np.nanmax(light))
    else:
        made = [new_image(picture, light, "-linear")]
    for each in made:
        each.properties[LIGHT] = "sRGB" if gamma is None else f"{gamma:g}"
    return Result(made, warnings=warnings)


def _profile_warnings(picture: Picture) -> list[str]:
    """The warning for a picture with a colour profile that is not sRGB."""
    name = profile_name(picture.meta.icc)
    if not name or "srgb" in name.lower().replace(" ", ""):
        return []
    return [
        f'the colour profile of "{picture.title}" is "{name}", and the curve of sRGB was undone: convert the picture '
        "to sRGB first, or give the exponent of its encoding as gamma="
    ]


def _merge(picture: Picture | None, given: dict[str, Picture], gamma: float | None, bits: int) -> Result:
    missing = [name for name in CHANNELS if name not in given]
    if missing:
        raise InputError(f"merge needs the three channels: {'=, '.join(missing)}= missing")
    channels = [given[name] for name in CHANNELS]
    shapes = {np.shape(channel.data) for channel in channels}
    if len(shapes) != 1:
        raise InputError(f"the three channels differ in size: {', '.join(str(s) for s in sorted(shapes))}")
    source = picture or channels[0]
    out = new_image(source, channels[0].data, "-RGB")
    out.title = re.sub(rf"(?<=.)-({'|'.join(CHANNELS)})(-\d+)?$", "", source.base) + "-RGB"
    out.data = np.stack([encode(channel.data, gamma, bits) for channel in channels], axis=-1)
    out.meta = replace(out.meta, icc=source.meta.icc, alpha=_alpha(source, out.data))
    return Result([out])


def _alpha(picture: Picture, colors: np.ndarray) -> np.ndarray | None:
    """The alpha of the picture in the depth of the merged colours, where it has their size."""
    alpha = picture.meta.alpha
    if alpha is None or alpha.shape != colors.shape[:2]:
        return None
    return encode(alpha / white_level(alpha), 1.0, 8 * colors.dtype.itemsize)
