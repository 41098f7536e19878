"""The first stage of an edge fit: the usable pixels of a region, centred."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...pictures.region import Region


@dataclass(frozen=True)
class Pixels:
    """The pixels that are fitted, with their positions relative to their centre of mass.

    Attributes
    ----------
    region : Region
    use : ndarray of bool
        Which pixels of the region are fitted, in the shape of the region.
    aspect : float
        Height of a pixel divided by its width; all lengths are in pixel widths.
    rows, columns : ndarray of int, shape (n,)
        Indices in the region.
    center : ndarray, shape (2,)
        Centre of mass (x, y) in the whole image, in pixel widths.
    x, y : ndarray, shape (n,)
        Positions relative to the centre, px.
    values : ndarray, shape (n,)
        Gray values.
    reach : float
        Slightly more than the largest distance from the centre, px.
    """

    region: Region
    use: np.ndarray
    aspect: float
    rows: np.ndarray
    columns: np.ndarray
    center: np.ndarray
    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    reach: float

    @classmethod
    def of(cls, region: Region, use: np.ndarray, aspect: float) -> Pixels:
        """The pixels of a region that are marked in `use`, a bool array of its shape."""
        rows, columns = np.nonzero(use)
        middle, origin = (columns.mean(), rows.mean()), region.origin
        x, y = columns - middle[0], (rows - middle[1]) * aspect
        return cls(
            region=region,
            use=use,
            aspect=aspect,
            rows=rows,
            columns=columns,
            center=np.array([middle[0] + origin[0], (middle[1] + origin[1]) * aspect]),
            x=x,
            y=y,
            values=region.values[use],
            reach=float(np.hypot(x, y).max()) + 1.0,
        )

    def without(self, mask: np.ndarray) -> Pixels:
        """The other pixels, centred anew.

        Parameters
        ----------
        mask : ndarray of bool, shape (n,)
            Pixels to leave out.
        """
        use = self.use.copy()
        use[self.rows[mask], self.columns[mask]] = False
        return Pixels.of(self.region, use, self.aspect)

    def picture(self) -> np.ndarray:
        """Gray values in the shape of the region, NaN at the pixels that are left out."""
        return np.where(self.use, self.region.values, np.nan)

    @property
    def corner(self) -> np.ndarray:
        """Centre of mass (x, y) relative to the first pixel of the region, in pixel widths."""
        return self.center - np.multiply(self.region.origin, (1.0, self.aspect))

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Whole-image indices x and y of each pixel, as floats."""
        return self.x + self.center[0], (self.y + self.center[1]) / self.aspect

    def distance(self, angle: float, offset: float) -> np.ndarray:
        """Signed distance of each pixel from a straight line, px.

        Parameters
        ----------
        angle, offset : float
            Direction of the normal (radians) and offset (px), relative to the centre.
        """
        return self.x * np.cos(angle) + self.y * np.sin(angle) - offset
