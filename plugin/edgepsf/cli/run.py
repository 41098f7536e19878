"""One command of the registry, done for the command line."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..commands import Command
from ..options import OutputFile
from ..pictures import files, writing
from ..pictures.picture import Picture
from .output import check_report, print_result, remark, remark_first_plane, write_pictures
from .places import check_not_input, check_place
from .regions import run_regions, wanted
from .values import roi_of, values_of


def run_command(command: Command, given: argparse.Namespace) -> int:
    """Read the picture, do the command, write and print its result; gives the exit code.

    Raises
    ------
    InputError
        An option or a file is unusable.
    EdgeError
        No PSF can be read from the picture.
    EngineError
        An ImageJ plugin is needed and missing.
    """
    declared = wanted(command, given)
    if declared is not None:
        return run_regions(command, declared, given)
    output = getattr(given, "output", None)
    if output:
        files.check_output(output, given.overwrite, floats=not command.integers(given.__dict__))
    extras = {}
    if getattr(given, "report", None):
        extras["report"] = check_report(given.report, given.overwrite)
    values = values_of(command, given)
    further = _further_files(command, values, given)
    picture = _opened(command, values, given)
    for path in (*extras.values(), *further.values()):
        check_not_input(Path(str(path)), given.image)
    if output:
        check_place(command, output, given.image, picture, values)
    with writing.together(getattr(given, "overwrite", False)):
        with _bar(command) as reports:
            result = command.run(picture, values, **extras, **reports)
        for warning in result.warnings:
            remark(f"warning: {warning}")
        written = write_pictures(result.pictures, output, given.overwrite) if output else []
    print_result(result, given.json, written, further | {name: str(path) for name, path in extras.items()})
    return 0


def _further_files(command: Command, values: dict[str, Any], given: argparse.Namespace) -> dict[str, str]:
    """Paths of the files that options name, by these options; refused before any work is done."""
    paths = {
        o.key: (o, values[o.key]) for o in command.options if isinstance(o, OutputFile) and values[o.key]
    }
    for option, path in paths.values():
        writing.check_file(f'the file "{path}"', path, (option.ending,), option.ending, given.overwrite)
    return {key: path for key, (_, path) in paths.items()}


def _opened(command: Command, values: dict[str, Any], given: argparse.Namespace) -> Picture | None:
    """The picture, with its region, if there is one; the pictures among the values are read too."""
    picture = files.read_picture(given.image, command.color) if given.image else None
    if picture is not None:
        picture.roi = roi_of(given.roi)
    for option in command.options:
        values[option.key] = option.opened(values[option.key], files.read_picture)
    if picture is not None:
        remark_first_plane(picture, values)
    return picture


@contextlib.contextmanager
def _bar(command: Command) -> Iterator[dict[str, Any]]:
    """The arguments by which a command reports its progress, if it does: a bar on a terminal's stderr."""
    if not command.reports_progress or not sys.stderr.isatty():
        yield {}
        return
    from tqdm import tqdm

    with tqdm(desc=command.cli, unit="it", leave=False, file=sys.stderr) as bar:

        def report(i: int, n: int, info: dict[str, Any]) -> None:
            if i < bar.n or n != bar.total:
                bar.reset(n)
            bar.set_description(f"{command.cli}: {info.get('stage', 'restoring')}", refresh=False)
            bar.update(i - bar.n)

        yield {"callback": report}
