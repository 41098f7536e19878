"""What a file says about a picture beside its gray values and sizes: names, display, colour profile, alpha."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True)
class Metadata:
    """What goes with a picture from its file to the files made from it.

    Attributes
    ----------
    channels : tuple of str
        Names of the channels.
    labels : tuple of str
        Names of all planes, channels running fastest, then slices, then frames.
    ranges : tuple of (low, high)
        Gray values shown as black and as white, for each channel.
    mode : {"", "composite", "color", "grayscale"}
        How ImageJ shows the channels.
    luts : tuple of bytes
        ImageJ's lookup tables: for each channel 256 red, 256 green and 256 blue values.
    value_unit : str
        Unit of calibrated gray values, such as "OD".
    icc : bytes
        Colour profile.
    alpha : ndarray, shape (ny, nx), optional
        How opaque each pixel of the plane shown is, in the depth of the file.
    white : float, optional
        The gray value of full light, where the file tells it and the number type does not.
    scaled : bool
        Whether the file gives the gray values a meaning of its own (a calibration of ImageJ, BSCALE of FITS).
    remarks : tuple of str
        Sentences for the user: what was changed, assumed or left out when the file was read.
    encoded : str
        Hint for commands that need linear light; empty where the gray values may be linear.
    """

    channels: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    ranges: tuple[tuple[float, float], ...] = ()
    mode: str = ""
    luts: tuple[bytes, ...] = ()
    value_unit: str = ""
    icc: bytes = b""
    alpha: np.ndarray | None = field(default=None, repr=False, compare=False)
    white: float | None = None
    scaled: bool = False
    remarks: tuple[str, ...] = ()
    encoded: str = ""

    def saying(self, *remarks: str) -> Metadata:
        """The same with further remarks, empty ones left out."""
        return replace(self, remarks=(*self.remarks, *(each for each in remarks if each)))

    def derived(self, planes: int, of: int, same_values: bool = False) -> Metadata:
        """What holds for a 32-bit picture that was made from this one.

        Parameters
        ----------
        planes : int
            Planes of the new picture.
        of : int
            Planes of this one; the first is meant where only one was used.
        same_values : bool
            Whether the gray values mean the same as before, so that their unit and their display range do.
        """
        whole = planes == of
        return Metadata(
            channels=self.channels if whole else self.channels[:1],
            labels=self.labels if whole else self.labels[:1],
            ranges=(self.ranges if whole else self.ranges[:1]) if same_values else (),
            mode=self.mode if whole else "",
            luts=self.luts if whole else self.luts[:1],
            value_unit=self.value_unit if same_values else "",
        )
