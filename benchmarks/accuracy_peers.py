"""What other tools make of the images of the accuracy tables; they run in an environment of their own."""

from __future__ import annotations

import math
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np

import edgepsf as ep
from accuracy_cells import Case, image_of, jumps, l1_distance
from accuracy_tables import fits
from edgepsf.psf import RadialModel
from peers_accuracy import abel_fwhm, peer_error, rms, setting_name, setting_width


def ask_peers(python: str, cases: list[Case], results: dict, seed: int) -> tuple[dict, str]:
    """(case, figure) → sentence about the peers on the same images, and their versions."""
    found = {c.name: fits(results[c.name]) for c in cases}
    images = [image_of(c, seed, r["run"])[0] for c in cases for r in found[c.name]]
    lines = [r["line"] for c in cases for r in found[c.name]]
    with tempfile.TemporaryDirectory() as folder:
        given, answers = Path(folder, "images.npz"), Path(folder, "answers.npz")
        np.savez(given, images=images, lines=lines)
        script = Path(__file__).with_name("peers_accuracy.py")
        env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        subprocess.run([python, str(script), str(given), str(answers)], check=True, env=env)
        with np.load(answers) as loaded:
            told = dict(loaded)
    out, start = {}, 0
    for case in cases:
        stop = start + len(found[case.name])
        out |= compare_peers(case, {k: v[start:stop] for k, v in told.items() if k != "versions"})
        start = stop
    return out, str(told["versions"])


def compare_peers(case: Case, told: dict) -> dict:
    truth = ep.PointSpread(case.model)
    curves = [
        f"{name} {peer_error(np.asarray(told[name]) / truth.mtf50 - 1)}" for name in ("quickMTF", "micro-CT")
    ]
    out = {(case.name, "mtf50"): ", ".join(curves)}
    abel = {k: v for k, v in told.items() if k.startswith("abel")}
    width = {
        k: np.array([abel_fwhm(p, setting_width(k)) for p in v]) / truth.fwhm - 1 for k, v in abel.items()
    }
    away = {k: np.mean([abel_l1(p, setting_width(k), case.model) for p in v]) for k, v in abel.items()}
    # The best of all settings, known only because the truth is: more than a user of it could have.
    best = min(width, key=lambda k: rms(width[k]) if np.isfinite(width[k]).all() else math.inf)
    out[case.name, "fwhm"] = f"PyAbel {peer_error(width[best])}, best of {len(abel)}: {setting_name(best)}"
    best = min(away, key=away.get)
    out[case.name, "l1"] = f"PyAbel {away[best]:.3f}, best of {len(abel)}: {setting_name(best)}"
    return out


def abel_l1(profile, step: float, model: RadialModel) -> float:
    radii = np.arange(len(profile)) * step
    return l1_distance(lambda r: np.interp(r, radii, profile, right=0.0), model.radial, jumps(model))
