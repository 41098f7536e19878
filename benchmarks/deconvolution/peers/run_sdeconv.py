"""sdeconv without padding, its default; it wants the PSF in an array of the picture's size."""

import numpy as np
import torch
from _worker import main
from sdeconv.deconv import SRichardsonLucy


def prepare(job):
    """Richardson-Lucy on the CPU."""
    torch.set_num_threads(job.threads)
    psf = np.zeros_like(job.image)
    start = [n // 2 - k // 2 for n, k in zip(job.image.shape, job.psf.shape, strict=True)]
    psf[tuple(slice(s, s + k) for s, k in zip(start, job.psf.shape, strict=True))] = job.psf
    solver = SRichardsonLucy(torch.from_numpy(psf), job.iterations, 0)
    return lambda: solver(torch.from_numpy(job.image)).numpy()


if __name__ == "__main__":
    main(prepare, "sdeconv")
