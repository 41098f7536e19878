"""The chain of the method, step by step in Python, and the same by macro commands in ImageJ."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..commands.operations import (
    deconvolve,
    edge_distance,
    edge_f,
    edge_g,
    edge_plane,
    edge_profile,
    psf_from_edge,
    psf_from_profile,
)
from ..errors import EngineError
from ..pictures import writing
from ..pictures.picture import Picture
from ..pictures.result import Result

ITERATIONS = 40


@dataclass(frozen=True)
class Chain:
    """Every intermediate of the method on one picture.

    Attributes
    ----------
    pictures : dict of Picture
        "g", "f", "distance", "psf", "psf_profile" and "restored".
    numbers : dict of float
        Levels, plane and profile.
    """

    pictures: dict[str, Picture]
    numbers: dict[str, float]


def _made(result: Result) -> Picture:
    """The picture that a command made."""
    return result.pictures[-1]


def run_chain(picture: Picture, degree: int = 1) -> Chain:
    """g → f → plane → distance map → profile → PSF, then the full fit and the restored picture."""
    fit = psf_from_edge(picture)
    levels = {"v1": fit.row["v1"], "v2": fit.row["v2"]}
    g = _made(edge_g(picture, **levels))
    f = _made(edge_f(g))
    plane = edge_plane(f)
    f.properties |= plane.properties
    distance = _made(edge_distance(f))
    profile = edge_profile(f, distance, degree)
    coefficients = {k: v for k, v in profile.row.items() if k[0] == "p"}
    by_profile = _made(psf_from_profile(picture, **coefficients))
    psf = _made(fit)
    pictures = {"g": g, "f": f, "distance": distance, "psf": psf, "psf_profile": by_profile}
    restored = _made(deconvolve(picture, psf, iterations=ITERATIONS))
    numbers = levels | {k: plane.row[k] for k in ("a", "b", "c", "p", "angle")} | coefficients
    return Chain(pictures | {"restored": restored}, numbers)


_MACRO = """// The same chain by macro commands: {name}.
open("{path}");
rename("blurred");
makeRectangle({x}, {y}, {width}, {height});
run("PSF from Edge...", "model=auto");
v1 = getResult("v1", nResults - 1);
v2 = getResult("v2", nResults - 1);
selectWindow("blurred");
run("Edge g...", "v1=&v1 v2=&v2");
run("Edge f...");
run("Fit Edge Plane");
a = getResult("a", nResults - 1);
b = getResult("b", nResults - 1);
c = getResult("c", nResults - 1);
p = getResult("p", nResults - 1);
run("Edge Distance Map");
run("Fit Edge Profile...", "degree={degree}");
p1 = getResult("p1", nResults - 1);
selectWindow("blurred");
run("PSF from Profile...", "p1=&p1");
selectWindow("blurred");
run("Deconvolve...", "psf=blurred-PSF method=richardson_lucy iterations={iterations}");
return d2s(a, -16) + " " + d2s(b, -16) + " " + d2s(c, -16) + " " + d2s(p, -16) + " " + d2s(p1, -16);
"""


def write_macro(path: Path, macro: Path, roi: tuple[int, int, int, int], degree: int = 1) -> None:
    """Write the chain as a macro file.

    Parameters
    ----------
    path : Path
        The blurred picture.
    macro : Path
        The macro file to write.
    roi : (x, y, width, height)
        The region of the edge.
    degree : int
        Odd degree of the profile.
    """
    x, y, width, height = roi
    text = _MACRO.format(
        name=macro.name, path=path.absolute().as_posix(), x=x, y=y, width=width, height=height,
        degree=degree, iterations=ITERATIONS,
    )  # fmt: skip
    with writing.atomic_path(macro) as temporary:
        temporary.write_text(text, encoding="utf-8")


def start_imagej() -> None:
    """Start ImageJ with the commands.

    Raises
    ------
    EngineError
        It is not there, or does not start.
    """
    from ..imagej.bridge import register

    register()


def run_in_imagej(macro: Path) -> tuple[dict[str, float], dict[str, Picture]]:
    """Run the macro of the chain in ImageJ.

    Returns
    -------
    numbers, pictures : dict
        As in `Chain`, as far as the macro gives them.
    """
    from ..imagej.bridge import register
    from ..imagej.exchange.windows import find_picture

    answer = register().run_macro(macro)
    values = [float(v) for v in answer.split()]
    titles = {"g": "blurred-g", "f": "blurred-f", "distance": "blurred-distance", "psf": "blurred-PSF"}
    titles |= {"psf_profile": "blurred-PSF-1", "restored": "blurred-deconvolved"}
    return dict(zip(("a", "b", "c", "p", "p1"), values, strict=True)), {
        k: find_picture(t) for k, t in titles.items()
    }


def largest_difference(
    chain: Chain, numbers: dict[str, float], pictures: dict[str, Picture]
) -> dict[str, float]:
    """Largest differences of two runs: numbers relatively, images relative to their largest value.

    Raises
    ------
    EngineError
        If they differ by more than rounding.
    """
    out = {"a, b, c, p, p1": max(abs(numbers[k] / chain.numbers[k] - 1) for k in numbers)}
    for key, picture in pictures.items():
        ours = np.asarray(chain.pictures[key].data, dtype=np.float64)
        difference = np.abs(ours - picture.data)
        defined = np.isfinite(difference)
        out[key] = float(difference[defined].max() / np.abs(ours[defined]).max())
    worst = max(out, key=lambda key: out[key])
    if out[worst] > 1e-4:
        raise EngineError(f"ImageJ and Python disagree: {worst} differs by {out[worst]:.2g}")
    return out
