"""Processes a folder of pictures in one ImageJ without a window, with a macro or a Python function for each picture.

    python batch_in_fiji.py PICTURES RESULTS --macro restore.ijm [--fiji /path/to/Fiji.app]
    python batch_in_fiji.py PICTURES RESULTS --python restore.py

The script opens each picture, which becomes the current image. A macro gets the path of the picture by getArgument(). A
Python file defines `process(imp, session)`, which may return a value. If another image is the current image afterwards,
the script saves this image as RESULTS/NAME.tif. For each picture it writes a line with the returned value into
RESULTS/record.csv. Then it closes all images and clears the Results table.

Run the same command again to continue after an interruption. The exit code is 0 if all pictures are done, 1 if some
failed (the record gives the reasons), 2 for bad usage, 4 if ImageJ does not start, and 130 after an interruption.
"""

from __future__ import annotations

import argparse
import csv
import runpy
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edgepsf.imagej.sources import choose

from edgepsf.errors import EdgeError, EngineError, InputError, MacroError
from edgepsf.imagej import register, start

COLUMNS = ("picture", "status", "value", "written", "seconds", "java_mb")


def main(arguments: list[str] | None = None) -> int:
    given = parser().parse_args(arguments)
    try:
        choose(given.fiji, given.imagej)
        return run(given)
    except (InputError, EngineError) as error:
        print(f"batch_in_fiji: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("batch_in_fiji: interrupted; the same command goes on from here", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("pictures", type=Path, help="folder to read")
    words.add_argument("results", type=Path, help="folder to write to")
    work = words.add_mutually_exclusive_group(required=True)
    work.add_argument("--macro", type=Path, metavar="FILE.ijm")
    work.add_argument("--python", type=Path, metavar="FILE.py")
    words.add_argument("--pattern", default="*.tif", help="which files of the folder; default *.tif")
    words.add_argument("--memory", default="2G", help="Java's largest heap; default 2G")
    words.add_argument("--fiji", metavar="DIR")
    words.add_argument("--imagej", metavar="NAME")
    return words


def run(given: argparse.Namespace) -> int:
    """All pictures that are not done yet; 1 if any has failed."""
    pictures = sorted(path for path in given.pictures.glob(given.pattern) if path.is_file())
    if not pictures:
        raise InputError(f'there is no file {given.pattern} in "{given.pictures}"')
    for path in (given.macro, given.python):
        if path is not None and not path.is_file():
            raise InputError(f'there is no file "{path}"')
    if given.results.resolve() == given.pictures.resolve():
        raise InputError("the results need another folder than the pictures")
    given.results.mkdir(parents=True, exist_ok=True)
    done = done_before(given.results / "record.csv")
    session = register(start(memory=given.memory))
    work = python_work(given.python, session) if given.python else macro_work(given.macro, session)
    failed = 0
    for number, picture in enumerate(pictures, 1):
        if picture.name in done:
            continue
        row = one(picture, given.results, work)
        note(given.results / "record.csv", row)
        failed += row["status"] != "ok"
        print(f"{number} of {len(pictures)}  {picture.name}  {row['status']}", file=sys.stderr)
    print(f"{len(pictures) - failed} of {len(pictures)} pictures done, {failed} failed")
    return 1 if failed else 0


def done_before(record: Path) -> set[str]:
    """Names of the pictures that an earlier run has done, from its record."""
    if not record.exists():
        return set()
    with record.open(newline="", encoding="utf-8") as file:
        return {row["picture"] for row in csv.DictReader(file) if row.get("status") == "ok"}


def note(record: Path, row: dict[str, Any]) -> None:
    """Add a line to the record."""
    new = not record.exists()
    with record.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        if new:
            writer.writeheader()
        writer.writerow(row)


def _value(work: Callable[[Path, Any], Any], picture: Path, imp: Any) -> Any:
    """The value of the work; a macro that ends its ImageJ by System.exit(0) has ended well, and the batch goes on."""
    try:
        return work(picture, imp)
    except SystemExit as ended:
        if isinstance(ended.code, int) and ended.code > 128:  # by a signal
            raise
        if ended.code not in (None, 0):
            raise MacroError(f"the macro ended with the exit code {ended.code}") from None
        return ""


def one(picture: Path, results: Path, work: Callable[[Path, Any], Any]) -> dict[str, Any]:
    """Open a picture, do the work, save the new image, close everything; gives the line for the record."""
    from jpype import JClass

    begin, written = time.perf_counter(), ""
    try:
        imp = JClass("ij.IJ").openImage(str(picture))
        if imp is None:
            raise InputError("ImageJ cannot read this file")
        imp.show()
        value = _value(work, picture, imp)
        made = JClass("ij.WindowManager").getCurrentImage()
        if made is not None and made.getID() != imp.getID():
            written = save(made, results / f"{picture.stem}.tif")
        status = "ok"
    except (InputError, EdgeError, EngineError, MacroError) as error:
        status, value = f"failed: {error}", ""
    except Exception as error:  # an error of the user's function or of Java; the next picture may succeed
        status, value = f"failed: {type(error).__name__}: {error}", ""
    finally:
        close_all()
    heap = JClass("ij.IJ").currentMemory() / 2**20
    seconds = time.perf_counter() - begin
    return dict(
        zip(COLUMNS, (picture.name, status, value, written, f"{seconds:.2f}", f"{heap:.0f}"), strict=True)
    )


def macro_work(macro: Path, session: Any) -> Callable[[Path, Any], Any]:
    return lambda picture, imp: session.run_macro(macro, str(picture))


def python_work(file: Path, session: Any) -> Callable[[Path, Any], Any]:
    process = runpy.run_path(str(file)).get("process")
    if not callable(process):
        raise InputError(f'"{file}" defines no function process(imp, session)')
    return lambda picture, imp: process(imp, session)


def save(imp: Any, path: Path) -> str:
    """Save an image as a TIFF; the file gets its name only when it is complete."""
    from jpype import JClass

    part = path.with_name(f"{path.stem}.part.tif")
    if not JClass("ij.IJ").saveAsTiff(imp, str(part)):
        raise InputError(f'ImageJ could not write "{path}"')
    part.replace(path)
    return path.name


def close_all() -> None:
    """Close every image without a question, and empty the Results table."""
    from jpype import JClass

    manager = JClass("ij.WindowManager")
    for number in manager.getIDList() or ():
        imp = manager.getImage(number)
        imp.changes = False
        imp.close()
        imp.flush()
    JClass("ij.measure.ResultsTable").getResultsTable().reset()


if __name__ == "__main__":
    sys.exit(main())
