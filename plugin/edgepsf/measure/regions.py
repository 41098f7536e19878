"""The PSF from every region of a set: one row of figures each, refusals included."""

from __future__ import annotations

import contextlib
import csv
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..commands.operations import edge_row
from ..errors import EdgeError, EngineError, InputError
from ..pictures import files as io
from ..pictures.picture import Picture
from ..pictures.region import gray_image
from ..pictures.result import Result
from .edge import fit as edge_fit

_SHARES = 8  # packets of work for each process: few enough to be cheap, enough to share evenly


@dataclass(frozen=True)
class _Job:
    """One region of one of the pictures, small enough to be sent to another process."""

    name: str
    picture: int
    roi: tuple[int, int, int, int] | None
    mask: np.ndarray | None = None

    def region(self, shape: tuple[int, int]):
        """What `fit_edge` takes as its region."""
        if self.mask is None:
            return self.roi
        whole = np.zeros(shape, dtype=bool)
        x, y, width, height = self.roi
        whole[y : y + height, x : x + width] = self.mask
        return whole


def fit_regions(
    image,
    regions: Sequence[tuple],
    *,
    workers: int = 1,
    callback: Callable[[int, int, dict], None] | None = None,
    **options: Any,
) -> list[dict[str, Any]]:
    """Fit the edge in each of many regions; a refusal becomes a row too and the rest goes on.

    Parameters
    ----------
    image : array_like, shape (ny, nx), or Picture
        A Picture's scale gives the pixel's aspect and the columns in its unit.
    regions : sequence of (name, roi) or (name, roi, image)
        `roi` as `fit_edge` takes it (None, a rectangle, a mask); a third element is the image (or Picture)
        that this region belongs to instead.
    workers : int
        Processes to share the work. Each one imports the main module, so a script that asks for more than one
        needs ``if __name__ == "__main__":``.
    callback : callable, optional
        Gets (regions done, regions, their row).
    **options
        Further arguments of `fit_edge`: model, v1, v2, …

    Returns
    -------
    list of dict
        One row for each region, in their order: name, x, y, width, height (the bounding box), status ("ok" or
        "refused"), the figures where there are any, warnings and reason.

    Raises
    ------
    InputError
        If the image, the options or the number of workers are unusable, or there is no region.
    EngineError
        If a worker process died.
    """
    if workers < 1 or int(workers) != workers:
        raise InputError(f"workers must be a whole number of at least 1, not {workers}")
    if not regions:
        raise InputError("there is no region: at least one is needed")
    _check(options)
    pictures, jobs = _jobs(image, regions)
    rows = []
    for row in _computed(pictures, jobs, options, min(int(workers), len(jobs))):
        rows.append(row)
        if callback is not None:
            callback(len(rows), len(jobs), row)
    return rows


def _check(options: dict[str, Any]) -> None:
    """Refuse at once what would be wrong for every region: options are judged before pixels are."""
    with contextlib.suppress(EdgeError):
        edge_fit.fit_edge(np.zeros((8, 8)), **options)


def _jobs(image, regions) -> tuple[list[Picture], list[_Job]]:
    """The different pictures, and the regions with the number of theirs."""
    pictures: list[Picture] = []
    numbers: dict[int, int] = {}

    def number(source) -> int:
        if id(source) not in numbers:
            numbers[id(source)] = len(pictures)
            picture = source if isinstance(source, Picture) else Picture(np.asarray(source))
            gray_image(picture.data)
            pictures.append(Picture(picture.data, picture.title, None, picture.calibration))
        return numbers[id(source)]

    jobs = []
    for name, roi, *own in regions:
        index = number(own[0] if own else image)
        jobs.append(_job(str(name), index, roi, np.shape(pictures[index].data)))
    return pictures, jobs


def _job(name: str, picture: int, roi, shape: tuple[int, int]) -> _Job:
    if roi is None:
        return _Job(name, picture, (0, 0, shape[1], shape[0]))
    if not (isinstance(roi, np.ndarray) and roi.ndim == 2):
        try:
            return _Job(name, picture, tuple(roi))
        except TypeError:
            raise InputError(f'the region of "{name}" is no rectangle and no mask: {roi!r}') from None
    if roi.shape != tuple(shape):
        raise InputError(f'the mask of "{name}" has shape {roi.shape}, its image {tuple(shape)}')
    mask = roi.astype(bool)
    rows, columns = (np.nonzero(mask.any(axis=axis))[0] for axis in (1, 0))
    if not rows.size:
        return _Job(name, picture, (0, 0, 0, 0))
    x, y, x1, y1 = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    return _Job(name, picture, (x, y, x1 - x, y1 - y), mask[y:y1, x:x1])


def _computed(pictures, jobs, options, workers: int) -> Iterator[dict[str, Any]]:
    """Rows in the order of the jobs, from this process or from others."""
    if workers == 1:
        yield from (_row(pictures[job.picture], job, options) for job in jobs)
        return
    # "spawn" on every system: a forked copy of a process with Java or other threads in it may hang.
    context = multiprocessing.get_context("spawn")
    share = max(1, min(16, len(jobs) // (_SHARES * workers)))
    executor = ProcessPoolExecutor(workers, context, _start_worker, (pictures, options))
    try:
        yield from executor.map(_in_worker, jobs, chunksize=share)
    except BrokenProcessPool:
        raise EngineError(
            "a worker process ended before its work was done: try again with one worker (a script that starts "
            'workers needs if __name__ == "__main__":)'
        ) from None
    finally:
        executor.shutdown(cancel_futures=True)


_given: tuple[list[Picture], dict[str, Any]]  # of a worker process


def _start_worker(pictures: list[Picture], options: dict[str, Any]) -> None:
    global _given
    _given = pictures, options


def _in_worker(job: _Job) -> dict[str, Any]:
    pictures, options = _given
    return _row(pictures[job.picture], job, options)


def _row(picture: Picture, job: _Job, options: dict[str, Any]) -> dict[str, Any]:
    """The row of one region."""
    row: dict[str, Any] = {"name": job.name}
    row |= dict(zip(("x", "y", "width", "height"), job.roi or (), strict=False))
    ends = {"warnings": "", "reason": ""}
    try:
        region = job.region(np.shape(picture.data))
        fit = edge_fit.fit_edge(picture.data, region, aspect=picture.calibration.aspect, **options)
        figures = edge_row(picture, fit)
    except (EdgeError, InputError) as error:
        return row | {"status": "refused"} | ends | {"reason": str(error)}
    except np.linalg.LinAlgError as error:
        return row | {"status": "refused"} | ends | {"reason": f"the fit failed: {error}"}
    return row | {"status": "ok"} | figures | ends | {"warnings": "; ".join(fit.warnings)}


def columns_of(rows: Sequence[dict[str, Any]]) -> list[str]:
    """All columns of the rows; one that only some rows have stands behind the column it follows there."""
    names: list[str] = []
    for row in rows:
        place = 0
        for name in row:
            if name in names:
                place = names.index(name) + 1
            else:
                names.insert(place, name)
                place += 1
    return names


def write_csv(path: str | os.PathLike, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows as a CSV file, complete or not at all; numbers read back to the same doubles.

    Parameters
    ----------
    path : path ending in .csv
    rows : sequence of dict
        Cells that a row lacks stay empty.
    """
    with io.atomic_path(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns_of(rows), restval="")
        writer.writeheader()
        writer.writerows({k: _cell(v) for k, v in row.items()} for row in rows)


def _cell(value: Any) -> Any:
    return repr(float(value)) if isinstance(value, (float, np.floating)) else value


def check_csv_output(path: str | os.PathLike, overwrite: bool = False) -> Path:
    """Refuse an output path of `write_csv` before any work is done.

    Raises
    ------
    InputError
        If it does not end in .csv, its folder is missing or read-only, or it exists and `overwrite` is false.
    """
    path = Path(path)
    if path.suffix.lower() != ".csv":
        raise InputError(f'the output "{path}" must end in .csv (one row for each region)')
    io.check_writable(path, overwrite)
    return path


def fit_overlay(picture: Picture, **options: Any) -> Result:
    """Fit the edges in all areas of the overlay of an image open in ImageJ, a row for each.

    Raises
    ------
    InputError
        If the picture is not open in ImageJ, or its overlay holds no area.
    """
    if picture.areas is None:
        raise InputError(
            "overlay is for an image open in ImageJ; read_rois and fit_regions do the same elsewhere"
        )
    regions = picture.areas()
    if not regions:
        raise InputError(
            f'the overlay of "{picture.title}" holds no area: add one around each edge '
            "(Image > Overlay > Add Selection...)"
        )
    rows = fit_regions(picture, regions, **options)
    # A cell that is not set would read 0 in ImageJ.
    texts = {name for row in rows for name, value in row.items() if isinstance(value, str)}
    empty = {name: "" if name in texts else float("nan") for name in columns_of(rows)}
    refused = [row for row in rows if row["status"] != "ok"]
    result = Result(
        rows=[empty | row for row in rows], summary={"regions": len(rows), "refused": len(refused)}
    )
    if len(refused) == len(rows):
        result.refusal = none_fitted(rows)
    else:
        result.warnings += [f"{row['name']} was refused: {row['reason']}" for row in refused]
    return result


def none_fitted(rows: Sequence[dict[str, Any]]) -> str:
    """The sentence for rows of which none holds a PSF."""
    first = rows[0]
    return f"none of the {len(rows)} regions gave a PSF; {first['name']}: {first['reason']}"
