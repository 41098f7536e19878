"""Linear light: the sRGB curve (IEC 61966-2-1) undone and applied."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt


def srgb_to_linear(encoded: npt.ArrayLike) -> np.ndarray:
    """Linear light (0 to 1) of sRGB values (0 to 1), any shape; float64."""
    encoded = np.asarray(encoded, dtype=np.float64)
    curve = ((np.maximum(encoded, 0.04045) + 0.055) / 1.055) ** 2.4
    return np.where(encoded <= 0.04045, encoded / 12.92, curve)


def linear_to_srgb(linear: npt.ArrayLike) -> np.ndarray:
    """sRGB values (0 to 1) of linear light (0 to 1), any shape; float64."""
    linear = np.asarray(linear, dtype=np.float64)
    curve = 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, 12.92 * linear, curve)


def profile_name(icc: bytes) -> str:
    """Name of a colour profile; "" where there is none, or it cannot be read."""
    if not icc:
        return ""
    from PIL import ImageCms

    try:
        return ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(icc))).strip()
    except (ImageCms.PyCMSError, OSError):
        return ""


def srgb_slope(linear: npt.ArrayLike) -> np.ndarray:
    """Derivative of `linear_to_srgb` at linear light (0 to 1), any shape; float64."""
    linear = np.asarray(linear, dtype=np.float64)
    curve = 1.055 / 2.4 * np.maximum(linear, 0.0031308) ** (1 / 2.4 - 1)
    return np.where(linear <= 0.0031308, 12.92, curve)
