"""A batch over regions: one row of figures for each region, refusals included, whatever is measured there."""

from __future__ import annotations

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
import numpy.typing as npt

from ..errors import EdgeError, EngineError, InputError
from ..pictures import writing
from ..pictures.picture import Picture
from ..pictures.region import Area, check_gray
from .measurement import Row, mtf_columns
from .registry import Measure, kind_of

_SHARES = 8  # packets of work for each process: few enough to be cheap, enough to share evenly


@dataclass(frozen=True)
class _Job:
    """One region of one of the pictures, small enough to be sent to another process."""

    name: str
    picture: int
    roi: tuple[int, ...]
    area: Area | None = None

    @property
    def region(self) -> tuple[int, ...] | Area:
        """The region as a measurement takes it: a rectangle, or an area."""
        return self.roi if self.area is None else self.area


@dataclass(frozen=True)
class _Work:
    """The work that all regions share: pictures, the function that measures, and its options."""

    pictures: list[Picture]
    measure: Measure
    options: dict[str, Any]
    mtf_at: float | None = None

    def row(self, job: _Job) -> Row:
        """The row of one region; a refusal is a row too."""
        picture = self.pictures[job.picture]
        row: Row = {"name": job.name}
        row |= dict(zip(("x", "y", "width", "height"), job.roi, strict=False))
        ends = {"warnings": "", "reason": ""}
        try:
            found = self.measure(picture.data, job.region, aspect=picture.calibration.aspect, **self.options)
            figures = found.row(picture.calibration) | mtf_columns(found, self.mtf_at)
        except (EdgeError, InputError) as error:
            return row | {"status": "refused"} | ends | {"reason": str(error)}
        except np.linalg.LinAlgError as error:
            return row | {"status": "refused"} | ends | {"reason": f"the fit failed: {error}"}
        return row | {"status": "ok"} | figures | ends | {"warnings": "; ".join(found.warnings)}


def fit_regions(
    image: npt.ArrayLike | Picture,
    regions: Sequence[tuple],
    *,
    kind: str = "edge",
    workers: int = 1,
    mtf_at: float | None = None,
    callback: Callable[[int, int, Row], None] | None = None,
    **options: Any,
) -> list[Row]:
    """Measure each of many regions; a refusal becomes a row too and the rest goes on.

    Parameters
    ----------
    image : array_like, shape (ny, nx), or Picture
        A Picture's scale gives the pixel's aspect and the columns in its unit.
    regions : sequence of (name, roi) or (name, roi, image)
        `roi` is None, a rectangle (x, y, width, height) or a mask; a third element is the image (or Picture)
        that this region belongs to instead.
    kind : str
        Kind of the measurement, "edge" for `fit_edge`; see `edgepsf.measure.registry.kinds`.
    workers : int
        Processes to share the work. Each one imports the main module, so a script that asks for more than one
        needs ``if __name__ == "__main__":``.
    mtf_at : float, optional
        Frequency (cycles/px) at which the rows have the MTF.
    callback : callable, optional
        Gets (regions done, regions, their row).
    **options
        Options of the kind; for an edge model, pixel, v1 and v2.

    Returns
    -------
    list of dict
        One row for each region, in their order: name, x, y, width, height (the bounding box), status ("ok" or
        "refused"), the figures where there are any, warnings and reason.

    Raises
    ------
    InputError
        If the image, the kind, the options or the number of workers are unusable, or there is no region.
    EngineError
        If a worker process died.
    """
    if workers < 1 or int(workers) != workers:
        raise InputError(f"workers must be a whole number of at least 1, not {workers}")
    if not regions:
        raise InputError("there is no region: at least one is needed")
    chosen = kind_of(kind)
    values = chosen.completed(options)
    pictures, jobs = _jobs(image, regions)
    work = _Work(pictures, chosen.measure, values, mtf_at)
    rows: list[Row] = []
    for row in _computed(work, jobs, min(int(workers), len(jobs))):
        rows.append(row)
        if callback is not None:
            callback(len(rows), len(jobs), row)
    return rows


def _jobs(image: Any, regions: Sequence[tuple]) -> tuple[list[Picture], list[_Job]]:
    """The different pictures, and the regions with the number of theirs."""
    pictures: list[Picture] = []
    numbers: dict[int, int] = {}

    def number(source: Any) -> int:
        if id(source) not in numbers:
            numbers[id(source)] = len(pictures)
            picture = source if isinstance(source, Picture) else Picture(np.asarray(source))
            check_gray(picture.data)
            pictures.append(Picture(picture.data, picture.title, None, picture.calibration))
        return numbers[id(source)]

    jobs = []
    for name, roi, *own in regions:
        index = number(own[0] if own else image)
        jobs.append(_job(str(name), index, roi, np.shape(pictures[index].data)))
    return pictures, jobs


def _job(name: str, picture: int, roi: Any, shape: tuple[int, ...]) -> _Job:
    if roi is None:
        return _Job(name, picture, (0, 0, shape[1], shape[0]))
    if isinstance(roi, np.ndarray) and roi.ndim == 2:
        roi = Area.of(roi)
    if not isinstance(roi, Area):
        try:
            return _Job(name, picture, tuple(roi))
        except TypeError:
            raise InputError(f'the region of "{name}" is no rectangle and no mask: {roi!r}') from None
    if roi.shape != shape:
        raise InputError(f'the mask of "{name}" has shape {roi.shape}, its image {shape}')
    return _Job(name, picture, roi.box, roi if roi.mask.any() else None)


def _computed(work: _Work, jobs: list[_Job], workers: int) -> Iterator[Row]:
    """Rows in the order of the jobs, from this process or from others."""
    if workers == 1:
        yield from map(work.row, jobs)
        return
    # "spawn" on every system: a forked copy of a process with Java or other threads in it may hang.
    context = multiprocessing.get_context("spawn")
    share = max(1, min(16, len(jobs) // (_SHARES * workers)))
    executor = ProcessPoolExecutor(workers, context, _start_worker, (work,))
    try:
        yield from executor.map(_in_worker, jobs, chunksize=share)
    except BrokenProcessPool:
        raise EngineError(
            "a worker process ended before its work was done: try again with one worker (a script that starts "
            'workers needs if __name__ == "__main__":)'
        ) from None
    finally:
        executor.shutdown(cancel_futures=True)


_work: _Work  # of a worker process


def _start_worker(work: _Work) -> None:
    global _work
    _work = work


def _in_worker(job: _Job) -> Row:
    return _work.row(job)


def columns_of(rows: Sequence[Row]) -> list[str]:
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


def write_csv(path: str | os.PathLike[str], rows: Sequence[Row]) -> None:
    """Write rows as a CSV file, complete or not at all; numbers read back to the same doubles.

    Parameters
    ----------
    path : path ending in .csv
    rows : sequence of dict
        Cells that a row lacks stay empty.
    """
    with writing.atomic_path(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns_of(rows), restval="")
        writer.writeheader()
        writer.writerows({k: _cell(v) for k, v in row.items()} for row in rows)


def _cell(value: Any) -> Any:
    return repr(float(value)) if isinstance(value, (float, np.floating)) else value


def check_csv_output(path: str | os.PathLike[str], overwrite: bool = False) -> Path:
    """Refuse an output path of `write_csv` before any work is done.

    Raises
    ------
    InputError
        If it does not end in .csv, its folder is missing or read-only, or it exists and `overwrite` is false.
    """
    return writing.check_file(
        f'the output "{path}"', path, (".csv",), ".csv (one row for each region)", overwrite
    )


def none_fitted(rows: Sequence[Row]) -> str:
    """The sentence for rows of which none holds a PSF."""
    first = rows[0]
    return f"none of the {len(rows)} regions gave a PSF; {first['name']}: {first['reason']}"
