"""Images between numpy, xarray, ImageJ's ImagePlus and ImageJ2's Dataset; `exchange.convert` says what is kept."""

from __future__ import annotations

from typing import Any

from .exchange.convert import to_imageplus, to_named, to_xarray
from .exchange.images import to_numpy
from .session import session

__all__ = ["to_dataset", "to_imageplus", "to_named", "to_numpy", "to_xarray"]


def to_dataset(image: Any, title: str | None = None, axes: str | None = None) -> Any:
    """Any image as a new net.imagej.Dataset of the running ImageJ2; arguments as for `to_named`.

    Raises
    ------
    EngineError
        If the running ImageJ is the embedded one, which has no Datasets, or none can be started.
    InputError
        If this is no image, or one that ImageJ cannot hold; see `to_named`.
    """
    return session().to_dataset(image, title, axes)
