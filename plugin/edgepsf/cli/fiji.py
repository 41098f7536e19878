"""`edgepsf fiji …`: ImageJ's window, and the macros put into a Fiji or onto an update site."""

from __future__ import annotations

import argparse
from typing import Any


def add_fiji(words: Any) -> None:
    """Add the subcommands of `edgepsf fiji` to its parsers."""
    opened = words.add_parser("open", help="open ImageJ with the menu Plugins > Edge PSF")
    opened.set_defaults(run=_open)
    for name, text, run in (
        ("install", "put the macros that need no Python into a Fiji or ImageJ", _install),
        ("uninstall", "remove what install wrote, and nothing else", _uninstall),
    ):
        parser = words.add_parser(name, help=text, description=text)
        parser.add_argument("folder", metavar="DIR", help="folder of the Fiji or ImageJ, such as Fiji.app")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.set_defaults(run=run)
    text = "write the macros as an update site for Fiji: a folder for a web server, or a .zip of it"
    site = words.add_parser("site", help=text, description=text)
    site.add_argument("output", metavar="OUT", help="folder, or file that ends in .zip")
    site.add_argument(
        "--overwrite", action="store_true", help="add a version to the update site that is there"
    )
    site.set_defaults(run=_site)


def _open(given: argparse.Namespace) -> int:
    from ..imagej.opening import open_window

    open_window()
    return 0


def _install(given: argparse.Namespace) -> int:
    from ..imagej.install.folder import install

    change = install(given.folder, given.dry_run)
    would = "would be " if given.dry_run else ""
    _say(change, would)
    print(
        f"{len(change.written)} files {would}written into {change.folder}: start Fiji or ImageJ again to see them"
    )
    return 0


def _uninstall(given: argparse.Namespace) -> int:
    from ..imagej.install.folder import uninstall

    change = uninstall(given.folder, given.dry_run)
    would = "would be " if given.dry_run else ""
    _say(change, would)
    print(f"{len(change.removed)} files {would}removed from {change.folder}")
    return 0


def _say(change: Any, would: str) -> None:
    for what, names in (("written", change.written), ("removed", change.removed)):
        for name in names:
            print(f"{would}{what}  {name}")
    for name in change.kept:
        print(f"kept, since it was changed  {name}")


def _site(given: argparse.Namespace) -> int:
    from ..imagej.install.site import write_site

    site = write_site(given.output, given.overwrite)
    for what, names in (("new", site.new), ("obsolete", site.obsolete)):
        for name in names:
            print(f"{what}  {name}")
    print(f"{len(site.new)} new versions of files in {given.output}")
    return 0
