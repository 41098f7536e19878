"""The options that say which ImageJ and which plugins are used."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import Any


def add_sources(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which ImageJ is used."""
    parser.add_argument(
        "--fiji",
        dest="use_fiji",
        metavar="DIR",
        help="use the Fiji in this folder; default the environment variable EDGEPSF_FIJI",
    )
    parser.add_argument(
        "--imagej",
        dest="use_imagej",
        metavar="NAME",
        help="use an ImageJ from Maven, such as sc.fiji:fiji:2.16.0, or: embedded",
    )


class _Remember(argparse.Action):
    """Keeps a folder in an environment variable, where everything below looks, child processes included."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        if not values:
            parser.error(f"{option_string} is empty: give it a folder, or leave it out")
        os.environ[self.dest] = str(values)


def add_plugin_folders(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where ImageJ plugins are, for a subcommand that can use them."""
    for name, variable, help in (
        ("fiji", "EDGEPSF_FIJI", "Fiji that runs the macros, and whose plugins are used"),
        ("plugins", "EDGEPSF_PLUGINS", "folder with the jars of ImageJ plugins"),
    ):
        parser.add_argument(
            f"--{name}",
            dest=variable,
            metavar="FOLDER",
            action=_Remember,
            help=f"{help}; default {variable}",
        )
