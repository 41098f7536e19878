"""The subcommands beside the commands of the registry: macro, fiji, doctor, demo."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..errors import InputError
from .fiji import add_fiji
from .sources import add_plugin_folders


def add_tools(commands: Any) -> None:
    """Add the subcommands to the parsers of the command line."""
    macro = commands.add_parser("macro", help="run an ImageJ macro headless with the commands registered")
    macro.add_argument("file", metavar="FILE.ijm")
    macro.add_argument("argument", metavar="ARG", nargs="?", default="", help="what getArgument() returns")
    add_plugin_folders(macro)
    macro.set_defaults(run=_run_macro)
    fiji = commands.add_parser("fiji", help="ImageJ's window, installation: see edgepsf fiji --help")
    add_fiji(fiji.add_subparsers(required=True, metavar="WHAT"))
    doctor = commands.add_parser("doctor", help="versions, paths, and what is missing with its remedy")
    doctor.add_argument("--json", action="store_true")
    add_plugin_folders(doctor)
    doctor.set_defaults(run=_run_doctor)
    demo = commands.add_parser("demo", help="from one edge to a restored picture, on shipped photographs")
    demo.add_argument(
        "-o", "--output", metavar="FOLDER", default="demo", help="folder to write to (default demo)"
    )
    demo.add_argument("--no-imagej", action="store_true", help="skip the run inside ImageJ")
    demo.set_defaults(run=_run_demo)


def _run_macro(given: argparse.Namespace) -> int:
    path = Path(given.file)
    if not path.is_file():
        raise InputError(f'there is no macro file "{path}"')
    from ..imagej.bridge import register

    value = register().run_macro(path, given.argument)
    if value:
        print(value)
    return 0


def _run_doctor(given: argparse.Namespace) -> int:
    from ..imagej import doctor

    return doctor.main(as_json=given.json)


def _run_demo(given: argparse.Namespace) -> int:
    from ..demo import main as demo

    return demo(Path(given.output), imagej=not given.no_imagej)
