"""Requests to a plugin in Java's terms, and the check that its answer can be a result."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import EngineError, InputError
from ...plugins.dl2_options import write_options
from ...plugins.jobs import Job, bytes_needed
from ...plugins.methods import Call

_SYMMETRIC = 1e-5
_TINY = 64  # pixels; a PSF that fills so small a picture may rightly leave it as it is
# Methods in whose place a plugin computes another one.
CAVEATS = {
    "NNLS": "DeconvolutionLab2's NNLS is Landweber with its result clipped at 0 at the end",
    "BVLS": "DeconvolutionLab2's BVLS is Landweber with its result clipped at the end",
    "ICTM": "DeconvolutionLab2's ICTM is Tikhonov–Miller with its result clipped at 0 at the end",
    "ISTA": "DeconvolutionLab2's ISTA enlarges negative wavelet coefficients instead of shrinking them",
    "FISTA": "DeconvolutionLab2's FISTA enlarges negative wavelet coefficients instead of shrinking them",
    "RLTV": "DeconvolutionLab2's RLTV takes wrong gradients at the borders, and in 2-D everywhere: it loses light",
}


def build(job: Job, version: str) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
    """The request to a plugin for a job.

    Parameters
    ----------
    job : Job
    version : str
        Version of the plugin.

    Returns
    -------
    request : dict
        engine and code; for DeconvolutionLab2 its option string and the steps of snapshots; for Parallel Iterative
        parameters and bytes needed.
    images, psf : ndarray of float32
        As the plugin needs them.

    Raises
    ------
    InputError
        If the plugin's result would not be exact.
    """
    call, images, psf = job.call, job.images, job.psf
    request: dict[str, Any] = {"engine": call.engine, "code": call.code}
    if call.engine == "DeconvolutionLab2":
        if call.code in ("RIF", "TRIF") and not _symmetric(psf):
            images, psf = zero_phase(images, psf)
        own = {"options": write_options(call, version, job.every), "every": list(job.every)}
        return request | own, images, psf
    p = call.parameters
    if call.code in ("HyBR", "WPL") and p["precision"] == "SINGLE":
        raise InputError(f"{call.code} of Parallel Iterative is not exact in SINGLE: leave precision out")
    return request | {"parameters": p, "bytes": bytes_needed(job)}, images, psf


def _symmetric(psf: np.ndarray) -> bool:
    """Whether a PSF on the image grid is symmetric about its centre N // 2, so that its spectrum is real."""
    core = psf[
        tuple(slice(1 - n % 2, None) for n in psf.shape)
    ]  # an even axis has one index without a partner
    limit = _SYMMETRIC * float(psf.max())
    return all(np.abs(a - b).max() <= limit for a, b in zip(core, np.flip(core), strict=True))


def zero_phase(images: np.ndarray, psf: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Images and PSF with the PSF's phase taken off both: (Y conj(H)/|H|, |H|).

    DeconvolutionLab2's regularised filters have H² in place of |H|², which is the same only for H ≥ 0. With
    the phase moved to the image they give conj(H) Y / (|H|² + λ …), as they should.
    """
    axes = tuple(range(1, images.ndim))
    spectrum = np.fft.rfftn(np.fft.ifftshift(psf.astype(np.float64)))
    size = np.abs(spectrum)
    spectrum /= np.where(size > 0, size, 1)
    turned = np.fft.irfftn(np.fft.rfftn(images, axes=axes) * spectrum.conj(), s=psf.shape, axes=axes)
    kernel = np.fft.fftshift(np.fft.irfftn(size, s=psf.shape, axes=tuple(range(psf.ndim))))
    return turned.astype(np.float32), kernel.astype(np.float32)


def caveats(job: Job) -> list[str]:
    """Sentences that the user has to know about the plugin's result."""
    call = job.call
    if call.engine == "DeconvolutionLab2" and call.code in CAVEATS:
        return [f'{CAVEATS[call.code]}; compat="DeconvolutionLab2" does it rightly']
    if (
        call.parameters.get("preconditioner") == "FFT"
        and np.abs(job.psf - np.flip(job.psf)).max() > _SYMMETRIC * job.psf.max()
    ):
        return ["Parallel Iterative's FFT preconditioner can be wrong for a PSF that is not symmetric"]
    return []


def check(out: np.ndarray, images: np.ndarray, psf: np.ndarray, call: Call) -> None:
    """Check that images can be the result of a plugin.

    Parameters
    ----------
    out, images : ndarray, shape (n, …)
        The result and the input.
    psf : ndarray
    call : Call

    Raises
    ------
    EngineError
        If the shape is another one, all is zero, or the result is the input bit for bit, which DeconvolutionLab2
        gives after a failure inside it.
    InputError
        If a number is not finite: the method diverged.
    """
    if out.shape != images.shape:
        raise EngineError(f"{call.engine} gave shape {out.shape} instead of {images.shape}")
    for result, image in zip(out, images, strict=True):
        if not np.isfinite(result).all():
            raise InputError(
                f"{call.code} of {call.engine} diverged (NaN or infinite values): fewer iterations, a smaller step "
                f"or more regularisation"
            )
        if image.any() and not result.any():
            raise EngineError(f"{call.engine} gave a picture of zeros; look at the picture and the PSF")
        changes = call.code != "I" and np.count_nonzero(psf) > 1 and np.ptp(image) > 0 and image.size > _TINY
        if changes and np.array_equal(result, image):
            raise EngineError(
                f"{call.engine} gave the input back unchanged, which it does when it fails inside, mostly for want "
                f"of memory: give it more (memory=)"
            )
