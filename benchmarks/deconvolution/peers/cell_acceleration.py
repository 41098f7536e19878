"""Iterations that accelerated Richardson-Lucy needs for the likelihood of plain Richardson-Lucy after 100.

Judged twice: from the restored picture, its likelihood computed here (periodic borders, where the picture is the
whole scene), and for unknown pixels beyond the border from the objective in the engine's own record.
"""

import itertools
import json
import sys

import numpy as np
from _worker import load

import edgepsf

PLAIN, MOST = 100, 45


def divergence(scene, image, psf) -> float:
    """Σ m − y log m of a periodic scene: minus the log-likelihood, up to a constant."""
    kernel = np.zeros(image.shape)
    kernel[tuple(slice(0, k) for k in psf.shape)] = psf
    kernel = np.roll(kernel, [-(k // 2) for k in psf.shape], range(psf.ndim))
    model = np.fft.irfftn(np.fft.rfftn(scene.astype(np.float64)) * np.fft.rfftn(kernel), s=image.shape)
    model = np.maximum(model, 1e-9)
    return float(np.sum(model - image * np.log(model)))


def first_below(values, limit):
    """Iterations until the value is at the limit or below; None if never. `values[k]` is after k + 1 iterations."""
    return next((i + 1 for i, value in enumerate(values) if value <= limit), None)


def rises(values) -> int:
    """How often the value rises by more than rounding (1e-7 of it)."""
    return sum(b > a + 1e-7 * abs(a) for a, b in itertools.pairwise(values))


def judged_here(job) -> dict:
    """From restored pictures, one run for each number of iterations."""
    image = job.image.astype(np.float64)

    def after(iterations, **options):
        settings = {"boundary": "periodic", "workers": job.threads, **options}
        scene = edgepsf.deconvolve(job.image, job.psf, iterations=iterations, **settings)
        return divergence(scene, image, job.psf)

    values = [after(k, accelerate=True) for k in range(1, MOST + 1)]
    return {"iterations": first_below(values, after(PLAIN)), "rises": rises(values)}


def judged_by_record(job) -> dict:
    """From the engine's record; its entry k is the objective before step k + 1."""

    def objective(iterations, **options):
        settings = {"full_output": True, "workers": job.threads, **options}
        record = edgepsf.deconvolve(job.image, job.psf, iterations=iterations, **settings)[1]
        return record["objective"]

    limit = objective(PLAIN + 1)[PLAIN]
    values = objective(MOST + 1, accelerate=True)[1:]
    return {"iterations": first_below(values, limit), "rises": rises(values)}


def main() -> None:
    """Both judgements of one job; what the engine cannot do yet is left out with the reason."""
    job, facts = load(sys.argv[1]), {}
    for name, judge in (("periodic", judged_here), ("extended", judged_by_record)):
        try:
            facts[name] = judge(job)
        except (edgepsf.InputError, KeyError, IndexError) as error:
            facts[name] = {"reason": f"{type(error).__name__}: {error}"}
    np.savez(sys.argv[2], result=np.zeros(1, np.float32), facts=json.dumps(facts))


if __name__ == "__main__":
    main()
