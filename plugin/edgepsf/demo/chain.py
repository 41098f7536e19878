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
from ..pictures import files as io
from ..pictures.picture import Picture

ITERATIONS = 40


@dataclass
class Chain:
    """Every intermediate of the method on one picture."""

    pictures: dict[str, Picture]
    numbers: dict[str, float]
    edge: dict
    warnings: list[str]


def run_chain(picture: Picture, degree: int = 1) -> Chain:
    """g → f → plane → distance map → profile → PSF, then the full fit and the restored picture."""
    fit = psf_from_edge(picture)
    levels = {"v1": fit.row["v1"], "v2": fit.row["v2"]}
    g = edge_g(picture, **levels).picture
    f = edge_f(g).picture
    plane = edge_plane(f)
    f.properties |= plane.properties
    distance = edge_distance(f).picture
    profile = edge_profile(f, distance, degree)
    by_profile = psf_from_profile(picture, **{k: profile.row[k] for k in profile.row if k[0] == "p"})
    restored = deconvolve(picture, fit.picture, iterations=ITERATIONS).picture
    pictures = {"g": g, "f": f, "distance": distance, "psf": fit.picture, "psf_profile": by_profile.picture}
    numbers = levels | {k: plane.row[k] for k in ("a", "b", "c", "p", "angle")}
    numbers |= {k: v for k, v in profile.row.items() if k[0] == "p"}
    return Chain(pictures | {"restored": restored}, numbers, fit.summary, fit.warnings)


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


def run_in_imagej(
    path: Path, macro: Path, roi: tuple[int, int, int, int], degree: int = 1
) -> tuple[dict, dict]:
    """Write the chain as a macro file, run it in the embedded ImageJ; numbers and images that it made."""
    from ..imagej.bridge import register
    from ..imagej.exchange.windows import find_picture

    x, y, width, height = roi
    text = _MACRO.format(
        name=macro.name, path=path.absolute().as_posix(), x=x, y=y, width=width, height=height,
        degree=degree, iterations=ITERATIONS,
    )  # fmt: skip
    with io.atomic_path(macro) as temporary:
        temporary.write_text(text, encoding="utf-8")
    answer = register().run_macro(macro)
    values = [float(v) for v in answer.split()]
    titles = {"g": "blurred-g", "f": "blurred-f", "distance": "blurred-distance", "psf": "blurred-PSF"}
    titles |= {"psf_profile": "blurred-PSF-1", "restored": "blurred-deconvolved"}
    return dict(zip(("a", "b", "c", "p", "p1"), values, strict=True)), {
        k: find_picture(t) for k, t in titles.items()
    }


def largest_difference(chain: Chain, numbers: dict, pictures: dict) -> dict[str, float]:
    """How far the two runs differ: numbers relatively, images relative to their largest value.

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
    worst = max(out, key=out.get)
    if out[worst] > 1e-4:
        raise EngineError(f"ImageJ and Python disagree: {worst} differs by {out[worst]:.2g}")
    return out
