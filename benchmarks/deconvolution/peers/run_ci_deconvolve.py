"""ci-deconvolve without background, offset, tiles or early stop, from a flat start."""

import torch
from _worker import main
from core.deconvolve_ci import ci_rl_deconvolve


def prepare(job):
    """Its accelerated Richardson-Lucy (scaled heavy ball), the same number of iterations."""
    torch.set_num_threads(job.threads)
    settings = {
        "niter": job.iterations,
        "offset": 0.0,
        "background": 1e-6,
        "start": "flat",
        "convergence": "fixed",
        "two_d_mode": "legacy_2d",
        "tiling": "none",
        "device": "cpu",
    }
    return lambda: ci_rl_deconvolve(job.image, job.psf, **settings)["result"]


if __name__ == "__main__":
    main(prepare, "ci-deconvolve")
