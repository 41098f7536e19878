"""A command on many regions: `--rois SET --workers N`, a row for each region."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ..commands import Command
from ..commands.command import Regions
from ..errors import EdgeError, InputError
from ..measure import regions as batch
from ..options import Count
from ..pictures import files, writing
from ..pictures.picture import Picture
from .output import print_rows, remark, remark_first_plane
from .values import value_of, values_of

_WORKERS = Count("workers", default=1)


def add_regions(parser: argparse.ArgumentParser) -> None:
    """Add the options of a command that can work on many regions."""
    parser.add_argument(
        "--rois",
        metavar="SET",
        help="many regions: a .csv (x, y, width, height, name), ImageJ's .roi or .zip, a TIFF with an overlay, or "
        "the word overlay for that of IMAGE; -o is then a .csv with a row for each",
    )
    parser.add_argument("--workers", metavar="N", default="1", help="processes for --rois; default 1")


def wanted(command: Command, given: argparse.Namespace) -> Regions | None:
    """How the command works on many regions, if many are given."""
    declared = command.regions
    if declared is None or not (given.rois or getattr(given, declared.overlay)):
        return None
    return declared


def run_regions(command: Command, declared: Regions, given: argparse.Namespace) -> int:
    """Do the command on many regions and write its rows; gives the exit code.

    Raises
    ------
    InputError
        An option, the image or the set of regions is unusable.
    EdgeError
        No region gave a PSF; the rows have been written.
    """
    for name in ("roi", *declared.single, "report"):
        if getattr(given, name, None) is not None:
            raise InputError(f"--{name} is for a single region; leave it out with --rois")
    if given.output:
        batch.check_csv_output(given.output, given.overwrite)
    elif not given.json:
        raise InputError("--rois needs -o OUT.csv (or --json) for its rows")
    values = values_of(command, given)
    workers = value_of(_WORKERS, given.workers)
    picture = files.read_picture(given.image)
    for sentence in command.remarks(picture, values):
        remark(f"warning: {sentence}")
    regions = _regions(given, picture)
    remark_first_plane(picture, values)
    apart = {declared.overlay, *declared.single, *(o.key for o in command.options if o.windows)}
    options = {key: value for key, value in values.items() if key not in apart}
    rows = declared.rows(picture, regions, workers=workers, callback=_progress, **options)
    if given.output:
        with writing.together(given.overwrite):
            batch.write_csv(given.output, rows)
    print_rows(rows, given.json, given.output)
    if not any(row["status"] == "ok" for row in rows):
        raise EdgeError(batch.none_fitted(rows))
    return 0


def _regions(given: argparse.Namespace, picture: Picture) -> list[tuple[str, Any]]:
    """The regions of --rois that lie on the plane that is read."""
    from ..pictures.rois import read_selections

    source = given.rois if given.rois and given.rois != "overlay" else given.image
    found = read_selections(source, picture.data.shape, picture.calibration)
    if picture.plane_count > 1:
        here = [each for each in found if not each.elsewhere]
        if len(here) < len(found):
            remark(f"{len(found) - len(here)} regions of other planes are left out")
        if not here:
            raise InputError(f'"{source}" has no region for the first plane, which is the one that is read')
        found = here
    return [(each.name, each.region) for each in found]


def _progress(done: int, total: int, row: dict[str, Any]) -> None:
    """The count on stderr: live on a terminal, else ten lines."""
    if sys.stderr.isatty():
        print(f"\redgepsf: {done} of {total} regions", end="\n" if done == total else "", file=sys.stderr)
    elif done == total or done % max(1, -(-total // 10)) == 0:
        remark(f"{done} of {total} regions")
