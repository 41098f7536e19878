"""The views in which DeconvolutionLab2 shows and saves a result, as functions of arrays of shape (nz, ny, nx)."""

from __future__ import annotations

import numpy as np


def view(volume: np.ndarray, kind: str, keypoint: tuple[int, ...] | None = None) -> np.ndarray:
    """One view: the stack, maximum projections, sections, or the slices side by side.

    Parameters
    ----------
    volume : ndarray, shape (nz, ny, nx)
    kind : {"stack", "mip", "ortho", "figure", "planar"}
    keypoint : (x, y, z), optional
        The point through which ortho and figure cut; the middle by default.

    Returns
    -------
    ndarray, shape (ny, nx) or, for the stack of more than one plane, (nz, ny, nx)
    """
    if len(volume) == 1:
        return volume[0]
    if kind == "stack":
        return volume
    if kind == "planar":
        return _side_by_side(volume)
    if kind == "mip":
        return _joined(volume.max(0), volume.max(2).T, volume.max(1), volume.min())
    x, y, z = _inside(keypoint, volume.shape)
    if kind == "ortho":
        return _joined(volume[z], volume[:, :, x].T, volume[:, y, :], volume.min())
    return _figure(volume[z], volume[:, :, x].T, volume.max())


def frame(shape: tuple[int, ...], kind: str) -> list[tuple[int, int, int, int]]:
    """The lines that the plugin draws over a shown view, as an overlay.

    Parameters
    ----------
    shape : (nz, ny, nx)
    kind : str
        As for `view`.

    Returns
    -------
    list of (x1, y1, x2, y2)
        Between the parts of mip and ortho, with slanting lines in their empty corner; around the slices of planar.
    """
    nz, ny, nx = shape
    if nz == 1 or kind not in ("mip", "ortho", "planar"):
        return []
    if kind == "planar":
        places = [divmod(k, int(np.sqrt(nz))) for k in range(nz)]
        corners = [(column * nx, row * ny, column * nx + nx, row * ny + ny) for row, column in places]
        sides = [
            ((x1, y1, x2, y1), (x2, y1, x2, y2), (x2, y2, x1, y2), (x1, y2, x1, y1))
            for x1, y1, x2, y2 in corners
        ]
        return [side for four in sides for side in four]
    slanting = [(nx + z, ny, nx, ny + z) for z in range(2, 2 * nz, 2)] if nz > 3 else []
    return [(nx, 0, nx, ny + nz), (0, ny, nx + nz, ny), *slanting]


def _inside(keypoint: tuple[int, ...] | None, shape: tuple[int, ...]) -> list[int]:
    """The key point (x, y, z), moved into the volume."""
    sizes = shape[::-1]
    wanted = [n // 2 for n in sizes] if keypoint is None else [*keypoint, 0, 0, 0][:3]
    return [min(max(w, 0), n - 1) for w, n in zip(wanted, sizes, strict=True)]


def _joined(xy: np.ndarray, yz: np.ndarray, xz: np.ndarray, fill: float) -> np.ndarray:
    """The y-z view to the right of the x-y view, the x-z view below it."""
    (ny, nx), nz = xy.shape, len(xz)
    out = np.full((ny + nz, nx + nz), fill, xy.dtype)
    out[:ny, :nx], out[:ny, nx:], out[ny:, :nx] = xy, yz, xz
    return out


def _figure(xy: np.ndarray, yz: np.ndarray, fill: float) -> np.ndarray:
    """The x-y and y-z views with a frame of one pixel."""
    (ny, nx), nz = xy.shape, yz.shape[1]
    out = np.full((ny + 2, nx + nz + 4), fill, xy.dtype)
    out[1:-1, 1 : nx + 1], out[1:-1, nx + 3 : nx + nz + 3] = xy, yz
    return out


def _side_by_side(volume: np.ndarray) -> np.ndarray:
    """Slices row by row, √nz of them in a row."""
    nz, ny, nx = volume.shape
    columns = int(np.sqrt(nz))
    rows = -(-nz // columns)
    out = np.full((rows * ny, columns * nx), volume.min(), volume.dtype)
    for k, plane in enumerate(volume):
        row, column = divmod(k, columns)
        out[row * ny : (row + 1) * ny, column * nx : (column + 1) * nx] = plane
    return out


def ranged(volume: np.ndarray, dynamic: str, image: np.ndarray) -> np.ndarray:
    """Gray values in the range that -out names.

    Parameters
    ----------
    volume : ndarray
    dynamic : {"intact", "rescaled", "clipped", "normalized"}
        As they are, stretched to 0 … 255, clipped to the range of the image, or with the image's mean and deviation.
    image : ndarray
        The image before the deconvolution.
    """
    low, high = float(volume.min()), float(volume.max())
    if dynamic == "rescaled":
        return volume if low == high else ((volume - low) * (255 / (high - low))).astype(np.float32)
    if dynamic == "clipped":
        return np.clip(volume, image.min(), image.max())
    if dynamic == "normalized":
        spread = volume.std(dtype=np.float64) or 1.0
        scale = image.std(dtype=np.float64) / spread
        return ((volume - volume.mean(dtype=np.float64)) * scale + image.mean(dtype=np.float64)).astype(
            np.float32
        )
    return volume


def typed(array: np.ndarray, kind: str) -> np.ndarray:
    """Gray values as numbers of a kind: "float" as they are; "byte" and "short" rounded and clipped, not stretched."""
    if kind == "float":
        return array
    dtype = np.uint8 if kind == "byte" else np.uint16
    return np.clip(np.floor(array + 0.5), 0, np.iinfo(dtype).max).astype(dtype)
