"""python -m benchmarks.restoration SECTION ...: see `--help`."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from . import __doc__ as about
from . import tables
from .settings import Settings

SECTIONS = ("six", "defocus", "cells", "lowlight", "jpeg", "auto", "sheet")


def main(words: list[str] | None = None) -> None:
    """Run the sections that the command line names."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.restoration",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("section", nargs="+", choices=(*SECTIONS, "all"))
    parser.add_argument(
        "--methods", nargs="*", default=(), metavar="NAME", help="or a row's label; default: all"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the noise (default 1)")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds, one after another (default 1)")
    parser.add_argument(
        "--photograph",
        nargs="*",
        type=Path,
        default=(),
        metavar="PATH",
        help="files or folders (else scikit-image's)",
    )
    parser.add_argument(
        "--jpeg",
        nargs="*",
        type=Path,
        default=(),
        metavar="PATH",
        help="section jpeg: photographs of 3 MP or more",
    )
    parser.add_argument("--quick", action="store_true", help="tiny pictures: does it run?")
    parser.add_argument("--save", type=Path, metavar="FILE.json", help="section auto: keep every figure")
    parser.add_argument(
        "--before", type=Path, metavar="FILE.json", help="section auto: figures kept by an earlier version"
    )
    parser.add_argument("--picture", type=Path, metavar="FILE.png", help="section sheet: where it is written")
    given = parser.parse_args(words)
    settings = Settings(
        methods=tuple(given.methods),
        seeds=tuple(range(given.seed, given.seed + given.seeds)),
        photographs=tuple(given.photograph),
        jpegs=tuple(given.jpeg),
        quick=given.quick,
        save=given.save,
        before=given.before,
        picture=given.picture,
    )
    for name in SECTIONS if "all" in given.section else given.section:
        importlib.import_module(f".{name}", __package__).run(settings)
        tables.notes()


if __name__ == "__main__":
    main()
