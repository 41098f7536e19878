"""Values as plain JSON: arrays as a hash and a few figures, fits and PSFs by all that they show."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

import edgepsf as ep

# Times and peak memory differ between two runs of the same code.
VOLATILE = ("seconds", "memory")
_SHORT = 12  # numbers that are kept as they are
_AT = np.array([0.0, 0.5, 1.0, 2.0, 3.5])


def hashed(data: bytes) -> str:
    """The first digits of the SHA-256."""
    return hashlib.sha256(data).hexdigest()[:16]


def number(value: float) -> float | str:
    """A float that JSON holds."""
    return value if math.isfinite(value) else str(value)


def noted(text: str) -> Any:
    """A note of an image: what its JSON holds, else the text."""
    return json.loads(text) if text.startswith("{") else text


def array(values: np.ndarray) -> dict[str, Any]:
    """Shape, type, hash and figures of an array; the figures are over its finite values."""
    values = np.ascontiguousarray(values)
    out: dict[str, Any] = {"shape": list(values.shape), "dtype": str(values.dtype)}
    out["sha256"] = hashed(values.tobytes())
    finite = values[np.isfinite(values)].astype(np.float64)
    if finite.size:
        for name in ("min", "max", "mean", "std"):
            out[name] = float(getattr(finite, name)())
    if finite.size < values.size:
        out["not_finite"] = int(values.size - finite.size)
    return out


def described(value: Any) -> Any:
    """Any result as plain JSON."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (float, np.floating)):
        return number(float(value))
    if isinstance(value, (np.integer, np.bool_)):
        return value.item()
    if isinstance(value, Path):
        return value.name
    if isinstance(value, np.ndarray):
        return [described(v) for v in value.tolist()] if value.size <= _SHORT else array(value)
    if isinstance(value, dict):
        return {str(k): described(v) for k, v in value.items() if k not in VOLATILE}
    if isinstance(value, (list, tuple)):
        return _listed(value)
    if isinstance(value, ep.PointSpread):
        return _psf(value)
    if isinstance(value, ep.EdgeFit):
        return _fit(value)
    if isinstance(value, ep.psf.RadialModel):
        return {"repr": type(value).__name__, **_curves(value)}
    if dataclasses.is_dataclass(value):
        return {f.name: described(getattr(value, f.name)) for f in dataclasses.fields(value)} | _more(value)
    return str(value)


def _listed(values: Any) -> Any:
    if len(values) > _SHORT and all(isinstance(v, (int, float)) for v in values):
        return array(np.asarray(values, dtype=np.float64))
    return [described(v) for v in values]


def _more(value: Any) -> dict[str, Any]:
    """The computed properties of a plane, a polynomial or a comparison."""
    names = [n for n in dir(type(value)) if isinstance(getattr(type(value), n), property)]
    return {n: described(getattr(value, n)) for n in names if not n.startswith("_") and n != "pictures"}


def _curves(psf: Any) -> dict[str, Any]:
    names = ("esf", "lsf", "radial", "mtf", "energy")
    out = {n: described(np.asarray(getattr(psf, n)(_AT if n != "mtf" else _AT / 8))) for n in names}
    return out | {"parameters": described(psf.parameters)}


def _psf(psf: ep.PointSpread) -> dict[str, Any]:
    out = {"repr": repr(psf), "summary": described(psf.summary()), "kernel": array(psf.kernel())}
    out |= {"size": psf.default_size, "loss": psf.crop_loss(), "loss5": psf.crop_loss(5)}
    out |= {"fwhm": psf.fwhm, "mtf50": psf.mtf50, "warnings": list(psf.warnings)}
    return out | _curves(psf)


def _fit(fit: ep.EdgeFit) -> dict[str, Any]:
    names = ["fwhm", "mtf50", "v1", "v2", "normal_angle", "offset", *fit.parameters]
    out = {n: described(getattr(fit, n)) for n in ("model", "noise", "n", "curvature", "gradients")}
    out |= {n: described(getattr(fit, n)) for n in ("center", "aspect", "plane", "warnings")}
    out |= {"summary": described(fit.summary()), "esf": described(fit.esf(_AT))}
    out |= {"interval": {n: described(fit.interval(n, 0.9)) for n in names}}
    out |= {"sd": {n: described(fit.sd(n)) for n in names}, "kernel": array(fit.psf.kernel())}
    return out | {"distance": described(fit.distance([3, 10], [5, 40])), "psf": repr(fit.psf)}
