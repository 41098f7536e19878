"""PSFs outside the library: sums, blurs and steps of library models, as many parts as BIC asks for.

The method is a sieve: a growing set of shapes that comes near any isotropic PSF. The search runs on the ESF
averaged in bins of the distance to the line, where a fit costs next to nothing. The winner is then fitted to the
pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ...psf.composite import BlurredFamily, StepsFamily, SumFamily, sharpest_width
from ...psf.families import library
from ...psf.model import ShapeFamily
from .binned import Profile, binned, line_distance
from .candidate import Bic, Candidate
from .lm import levenberg_marquardt
from .scene import Scene
from .slots import SCENE

_BIN = 0.1  # bin width at the edge in half-widths of the edge
_SCALES = np.geomspace(0.2, 8.0, 24)  # widths of parts, relative to the best single model
_KEPT = 4  # pairs that are fitted after the scan
_PARTS = 3
# px; a part that holds the pixel box has 1/L(0) ≥ 1/√2, and a sharper one is a spike in the noise
_SHARPEST = 0.7
_NEAR = 2.0  # in BIC: compositions worse than this by their profile are not tried on the pixels

Atom = tuple[ShapeFamily, np.ndarray]  # a single model of one width
Start = tuple[ShapeFamily, np.ndarray]  # a composed family and its first shape


@dataclass(frozen=True)
class Composition:
    """A composed family fitted to a profile.

    Attributes
    ----------
    family : ShapeFamily
    shape : ndarray, shape (k,)
        Shape numbers.
    rss : float
        Sum of squares that is left, in steps; infinite where the composition is no possible PSF.
    """

    family: ShapeFamily
    shape: np.ndarray
    rss: float

    @property
    def size(self) -> int:
        """Number of shape numbers."""
        return len(self.shape)


Score = Callable[[Composition], float]


def compose(scene: Scene, best: Candidate, bic: Bic, limit: float) -> list[Candidate]:
    """Candidates beyond the library, the most promising first, fitted to the pixels of the scene.

    Parameters
    ----------
    scene : Scene
    best : Candidate
        The best model of the library, fitted to this scene; line, levels and extras start from its values.
    bic : Bic
    limit : float
        BIC that the compositions have to beat, or nearly so by their profile.
    """
    model = best.model
    width = model.half_width(0.16)
    d, along = line_distance(scene, best.parameters)
    position = np.arcsinh(d / width) / _BIN
    profile = binned(scene, best.parameters, np.floor(position - position.min()).astype(int), d, along)
    rest = best.cost - float((profile.weight * (model.esf(profile.d) - profile.value) ** 2).sum())
    others = int(best.free[SCENE].sum())

    def score(found: Composition) -> float:
        """BIC of a composition by its profile."""
        return bic.value(rest + found.rss, best.count, found.size + others)

    found = _search(profile, 4.0 * float(model.lsf(0.0)), score, limit)
    return [scene.refit(each.family, each.shape, best) for each in found if score(each) < limit + _NEAR]


def _search(profile: Profile, slope: float, score: Score, limit: float) -> list[Composition]:
    """The best composition of each number of parts, lowest BIC first; more parts only where two come near `limit`."""
    single = [f for f in library().values() if f.compose]
    atoms = [(f, f.start(slope / scale)) for f in single for scale in _SCALES]
    columns = np.stack([f.esf_and_gradient(shape, profile.d)[0] for f, shape in atoms])
    starts = [*_pairs(profile, atoms, columns), *_blurred(single, slope), *_steps(slope)]
    best = min((_fit(profile, *start) for start in starts), key=score)
    found = [best]
    for _ in range(_PARTS - 2 if score(best) < limit + _NEAR else 0):
        grown = min((_fit(profile, *start) for start in _grown(profile, best, atoms, columns)), key=score)
        if score(grown) >= score(best):
            break
        found, best = [grown, *found], grown
    return found


def _blurred(single: list[ShapeFamily], slope: float) -> Iterator[Start]:
    """Single models blurred by a Gaussian; a blurred Gaussian is one itself."""
    for family in single:
        if family.name != "gaussian":
            shape = np.append(family.start(1.2 * slope), np.log(0.9 / slope))
            yield BlurredFamily(family), shape


def _steps(slope: float) -> Iterator[Start]:
    """Two disks one in the other, from two starts, and a ring."""
    outer = np.log(3.0 / slope)
    for share in (0.05, 0.6):
        yield StepsFamily(), np.array([outer, 0.5, share])
    yield StepsFamily(hollow=True), np.array([outer, 0.5])


def _fit(profile: Profile, family: ShapeFamily, first: np.ndarray) -> Composition:
    """Fit levels, a shift of the line and the shape to the profile; of no use where a part is a spike."""
    root = profile.root

    def residual(p: np.ndarray) -> tuple[np.ndarray, Callable[[], np.ndarray]]:
        low, high, shift = p[:3]
        esf, derivatives = family.edge(p[3:], profile.d - shift)
        contrast = high - low

        def jacobian() -> np.ndarray:
            slope, by_shape = derivatives()
            return np.vstack([1.0 - esf, esf, -contrast * slope, contrast * by_shape]) * root

        return (low + contrast * esf - profile.value) * root, jacobian

    lower, upper = [-1.0, 0.0, -3.0, *family.lower], [1.0, 2.0, 3.0, *family.upper]
    solution = levenberg_marquardt(residual, [0.0, 1.0, 0.0, *first], lower, upper, 40, 1e-5)
    shape = solution.x[3:]
    # A region that is no edge may leave a fit without numbers.
    possible = np.isfinite(shape).all() and sharpest_width(family.model(shape)) >= _SHARPEST
    return Composition(family, shape, solution.cost if possible else np.inf)


def _left(profile: Profile, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Columns and values, weighted, without the part that a free level explains; and the products of the columns."""
    root = profile.root
    unit = root / np.linalg.norm(root)
    rows = np.vstack([columns, profile.value]) * root
    rows -= (rows @ unit)[:, None] * unit
    return rows[:-1], rows[-1], rows[:-1] @ rows[:-1].T


def _pairs(profile: Profile, atoms: list[Atom], columns: np.ndarray) -> Iterator[Start]:
    """Sums of two atoms from a scan of all pairs: the best one of each two families, the best few of these."""
    rows, target, gram = _left(profile, columns)
    along = rows @ target
    power = np.diag(gram)
    determinant = power[:, None] * power - gram**2
    determinant[determinant < 1e-9 * power[:, None] * power] = np.inf
    first = (power * along[:, None] - gram * along) / determinant
    second = first.T
    explained = np.where((first >= 0) & (second >= 0), first * along[:, None] + second * along, -np.inf)
    names = np.array([f.name for f, _ in atoms])
    best = []
    for i, one in enumerate(dict.fromkeys(names)):
        for other in list(dict.fromkeys(names))[i:]:
            block = np.where((names == one)[:, None] & (names == other), explained, -np.inf)
            a, b = np.unravel_index(np.argmax(block), block.shape)
            if np.isfinite(block[a, b]) and first[a, b] + second[a, b] > 0:
                best.append((block[a, b], a, b, first[a, b] / (first[a, b] + second[a, b])))
    for _, a, b, weight in sorted(best, reverse=True)[:_KEPT]:
        (f, shape), (g, other) = atoms[a], atoms[b]
        yield SumFamily(f, g), np.concatenate([shape, other, [weight]])


def _grown(profile: Profile, found: Composition, atoms: list[Atom], columns: np.ndarray) -> Iterator[Start]:
    """The composition with one atom more, the best one of each family."""
    base = found.family.esf_and_gradient(found.shape, profile.d)[0]
    rows, target, gram = _left(profile, np.vstack([base, columns]))
    along, power = rows @ target, np.diag(gram)
    determinant = np.maximum(power[0] * power[1:] - gram[0, 1:] ** 2, 1e-9 * power[0] * power[1:])
    part = np.clip((power[0] * along[1:] - gram[0, 1:] * along[0]) / determinant, 0.0, None)
    whole = np.clip((power[1:] * along[0] - gram[0, 1:] * along[1:]) / determinant, 1e-6, None)
    explained = part * along[1:] + whole * along[0]
    names = np.array([f.name for f, _ in atoms])
    for name in dict.fromkeys(names):
        k = int(np.argmax(np.where(names == name, explained, -np.inf)))
        weight = min(max(whole[k] / (whole[k] + part[k]), 0.02), 0.98)
        yield SumFamily(found.family, atoms[k][0]), np.concatenate([found.shape, atoms[k][1], [weight]])
