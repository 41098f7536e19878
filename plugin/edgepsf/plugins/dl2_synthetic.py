"""Pictures that DeconvolutionLab2 makes from a formula: `-psf synthetic Gaussian 2 2 2 size 64 64 32 intensity 255`."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from ..errors import InputError
from ..pictures import space
from .dl2_shapes import SHAPES, Grid
from .dl2_words import is_number, refuse_commas

_LARGEST = 2**31 - 1  # px; the plugin counts with 32-bit integers
_BYTES = 40  # of memory for a pixel: at most, five arrays of float64 at once
_ABSENT = {
    "besselj0": "the plugin takes the 0 in its name for the first number",
    "laplacian": "it is the inverse transform of a filter",
    "directional-derivative": "it is the inverse transform of a filter",
    "randomlines": "it is made of random numbers",
}
_KEYS = {"size": (128.0, 128.0, 32.0), "intensity": (255.0,), "center": (0.5, 0.5, 0.5)}


@dataclass(frozen=True)
class Synthetic:
    """A picture to be made: the name of its shape, the numbers of the shape, and the grid."""

    name: str
    numbers: tuple[float, ...]
    grid: Grid

    def make(self) -> np.ndarray:
        """The picture, float32, shape (nz, ny, nx).

        Raises
        ------
        InputError
            If the numbers give no picture, or the free memory cannot hold it.
        """
        self._check_memory()
        numbers = " ".join(f"{n:g}" for n in self.numbers)
        try:
            with np.errstate(all="ignore"):
                out = np.asarray(SHAPES[self.name.lower()][2](self.grid, *self.numbers), np.float32)
        except ArithmeticError:  # a division by 0, a number that is too large
            raise InputError(
                f'synthetic "{self.name} {numbers}" gives no picture of {self._size} px: change its numbers'
            ) from None
        if not np.isfinite(out).all():
            raise InputError(
                f'synthetic "{self.name} {numbers}" has pixels that are no number: change its numbers'
            )
        return np.ascontiguousarray(np.broadcast_to(out, self.grid.size[::-1]))

    @property
    def _size(self) -> str:
        return " × ".join(map(str, self.grid.size))

    def _check_memory(self) -> None:
        """Refuse a picture that does not fit into the free memory."""
        needed = _BYTES * prod(self.grid.size)
        free = space.short_of(needed)
        if free is not None:
            raise InputError(
                f'synthetic "{self.name}" of {self._size} px needs about {space.readable(needed)} of memory, and '
                f"{space.readable(free)} are free: write a smaller size, or close other programs"
            )


def read_synthetic(key: str, text: str) -> Synthetic:
    """The picture that a text such as "Gaussian 2 2 2 size 64 64 32" describes.

    Parameters
    ----------
    key : str
        The keyword, for the sentences.
    text : str

    Raises
    ------
    InputError
        If the shape is unknown, or the plugin would read the numbers otherwise than they look.
    """
    mend = f"make the image with newImage or a macro, and give it as -{key} platform TITLE"
    name, *words = text.split() or [""]
    if name.lower() not in SHAPES:
        why = _ABSENT.get(
            name.lower(), f"known shapes are {', '.join(shape for shape, _, _ in SHAPES.values())}"
        )
        raise InputError(f'-{key} synthetic "{name}" is not made here ({why}): {mend}')
    refuse_commas(f"{key} synthetic", text)
    name, wanted, _ = SHAPES[name.lower()]
    given = _grouped(key, text, words)
    numbers = given.pop("")
    if len(numbers) != len(wanted):
        takes = f"{len(wanted)} numbers ({', '.join(wanted)})" if wanted else "no numbers"
        raise InputError(
            f'-{key} synthetic {name} takes {takes} before size, intensity and center; "{text}" has '
            f"{len(numbers)}: give just these (the plugin would take others in their place), or {mend}"
        )
    nx, ny, nz = (int(n) for n in given["size"])
    if min(nx, ny, nz) < 1 or prod((nx, ny, nz)) > _LARGEST:
        raise InputError(f"-{key} synthetic {text}: a picture of {nx:g} × {ny:g} × {nz:g} px cannot be made")
    return Synthetic(name, numbers, Grid((nx, ny, nz), given["intensity"][0], given["center"]))


def _grouped(key: str, text: str, words: list[str]) -> dict[str, tuple[float, ...]]:
    """The numbers before and behind size, intensity and center."""
    given: dict[str, tuple[float, ...]] = {"": ()}
    part = ""
    for word in words:
        if word.lower() in _KEYS and word.lower() not in given:
            part = word.lower()
            given[part] = ()
        elif is_number(word):
            given[part] += (float(word),)
        else:
            raise InputError(
                f'"{word}" in -{key} synthetic {text} is no number, and none of size, intensity, center'
            )
    for part, default in _KEYS.items():
        count = len(given.setdefault(part, default))
        if count != len(default):
            raise InputError(f"{part} in -{key} synthetic {text} takes {len(default)} numbers, not {count}")
    return given
