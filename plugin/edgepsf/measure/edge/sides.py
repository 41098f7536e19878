"""What the averaged profile of an edge shows beside the PSF: overshoot on a side, and sides of unequal width.

No PSF makes an edge overshoot its plateaus, and no radial PSF makes one side wider than the other. Sharpening
does the first; flare, coma, a clipped picture, or an object with a rounded rim do the second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import EdgeError
from .answer import Answer
from .binned import line_distance
from .irregular import edge_width
from .slots import OFFSET
from .views import Views

_BIN = 0.5  # widths of the transition
_NEAR = 1.2  # widths: nearer to the line the transition itself is seen
_REACH = 10.0  # widths: farther away is no halo
_SIGNIFICANT = 4.5  # standard deviations
_LEAST = 0.012  # share of the step
_REFUSED = 0.10  # share of the step, on both sides
_UNEQUAL = 0.08  # difference of the two half-widths over their mean


@dataclass(frozen=True)
class Side:
    """One side of the averaged profile, seen outwards: 0 at the line's level, 1 at its plateau.

    Attributes
    ----------
    distance : ndarray, shape (bins,)
        From the line, px.
    value : ndarray, shape (bins,)
        Share of the way from the middle level to the plateau, times ½: ½ on the plateau.
    error : ndarray, shape (bins,)
        Standard deviation of each value by the noise.
    width : float
        Scale of the transition, px.
    """

    distance: np.ndarray
    value: np.ndarray
    error: np.ndarray
    width: float

    @property
    def overshoot(self) -> float:
        """How far the profile rises over the plateau near the line, in steps; 0 where it does not clearly."""
        far = self.distance > max(0.5 * self.distance[-1], 4.0 * self.width)
        near = (self.distance > _NEAR * self.width) & (self.distance < _REACH * self.width) & ~far
        if far.sum() < 4 or not near.any():
            return 0.0
        line = np.polyfit(self.distance[far], self.value[far], 1, w=1.0 / self.error[far])
        floor = max(
            np.polyval(line, 0.0), np.polyval(line, self.distance[-1]), float(np.max(self.value[far])) - 1e-12
        )
        rise = self.value[near] - floor
        best = int(np.argmax(rise / self.error[near]))
        clear = rise[best] > _SIGNIFICANT * self.error[near][best] and rise.max() > _LEAST
        return float(rise.max()) if clear else 0.0

    @property
    def half_width(self) -> float:
        """Distance at which four fifths of this side's way to the plateau are done, px; NaN where it is not seen."""
        risen = np.nonzero(self.value > 0.4)[0]
        if not len(risen) or risen[0] == 0:
            return float("nan")
        k = risen[0]
        share = (0.4 - self.value[k - 1]) / (self.value[k] - self.value[k - 1])
        return float(self.distance[k - 1] + share * (self.distance[k] - self.distance[k - 1]))


def both_sides(views: Views, answer: Answer) -> tuple[Side, Side]:
    """The v1 and the v2 side of an edge."""
    candidate, scene, noise = answer.candidate, views.every, answer.noise
    slope = candidate.solution.jacobian[int(candidate.free[:OFFSET].sum())]
    width = edge_width(candidate, slope / views.fitted(candidate).samples.root)
    d, _ = line_distance(scene, candidate.parameters)
    low, high = candidate.slots.levels
    share = (scene.samples.values - low) / (high - low) - 0.5
    inflation = noise.correlated * noise.scatter
    sides = []
    for sign, sd in ((1.0, noise.low), (-1.0, noise.high)):
        here = sign * d > 0
        place = np.floor(sign * d[here] / (_BIN * width)).astype(int)
        count = np.bincount(place)
        full = count > 3
        safe = np.maximum(count, 1)
        mean, value = (np.bincount(place, weights=w) / safe for w in (sign * d[here], -sign * share[here]))
        error = sd * np.sqrt(inflation / safe)
        sides.append(Side(mean[full], value[full], np.maximum(error[full], 1e-9), width))
    return sides[0], sides[1]


def check_sides(views: Views, answer: Answer) -> list[str]:
    """Refuse a sharpened edge; warn of overshoot, and of sides of unequal width.

    Raises
    ------
    EdgeError
        If the edge overshoots both plateaus by a tenth of the step or more.
    """
    first, second = both_sides(views, answer)
    if min(len(first.distance), len(second.distance)) < 4:
        return []
    over = first.overshoot, second.overshoot
    names = ("v1", "v2") if views.start.given else ("dark", "bright")
    parts = " and ".join(f"{100 * o:.2g} % on the {n} side" for o, n in zip(over, names, strict=True) if o)
    if min(over) > _REFUSED:
        raise EdgeError(
            f"the picture was sharpened: the edge overshoots its plateaus by {parts}, which no PSF does, and the "
            "width before it is lost; use one that was not sharpened (camera without sharpening, raw data)"
        )
    if min(over) > 0:
        return [
            f"the picture looks sharpened: the edge overshoots its plateaus by {parts}; the PSF is too narrow; "
            "use a picture that was not sharpened"
        ]
    if max(over) > 0:
        return [
            f"the edge overshoots its plateau by {parts}: a bright or dark line along the edge, or sharpening; "
            "the PSF may be off; choose another edge"
        ]
    return _unequal(first, second, answer, names)


def _unequal(first: Side, second: Side, answer: Answer, names: tuple[str, str]) -> list[str]:
    """A warning where the two sides clearly differ in width."""
    one, two = first.half_width, second.half_width
    if answer.noise.lopsided == 1.0 or not abs(one - two) > _UNEQUAL * 0.5 * (one + two):
        return []
    return [
        f"the edge is asymmetric: from half of the step to 90 % of the way it takes {one:.3g} px on the {names[0]} "
        f"side and {two:.3g} px on the {names[1]} side; the radial PSF is a mean of both; look for flare, an off-axis "
        "lens or a rounded rim"
    ]
