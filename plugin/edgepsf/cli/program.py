"""The command line: `edgepsf COMMAND IMAGE … -o OUT`, made from the declarations of the commands."""

from __future__ import annotations

import argparse
import functools
import re
import sys
from typing import Any, NoReturn

from .. import __version__
from ..commands import COMMANDS, Command
from ..errors import EdgeError, EngineError, InputError, MacroError
from ..imagej.launch.sources import choose
from ..options import Option
from .regions import add_regions
from .run import run_command
from .sources import add_plugin_folders, add_sources
from .terminal import ended_by_signals, show_every_name
from .tools import add_tools
from .values import check_not_empty


class Parser(argparse.ArgumentParser):
    """Says one sentence and exits with 2 on bad usage; options are not abbreviated, values may be negative."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_abbrev": False, **options})
        # What argparse takes for a number after an option, not for another option: -3, -3.2e-2, -1,0,30,30.
        self._negative_number_matcher = re.compile(r"^-[\d.,eE+-]+$")

    def error(self, message: str) -> NoReturn:
        """Exit with 2 and the sentence."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code (0, 1 macro stopped, 2 input, 3 refused, 4 engine, 130 Ctrl-C)."""
    show_every_name()
    options = build_parser().parse_args(arguments)
    try:
        ended_by_signals()
        check_not_empty(options)
        choose(options.use_fiji, options.use_imagej)
        return options.run(options)
    except (InputError, EdgeError, EngineError, MacroError) as error:
        print(f"edgepsf: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("edgepsf: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # nobody reads any more; Python would complain once more at its end
        return 0
    except OSError as error:
        print(f"edgepsf: {error.strerror or error}: {error.filename or 'no file'}", file=sys.stderr)
        return 2
    except MemoryError:
        print("edgepsf: not enough memory for this picture", file=sys.stderr)
        return 2


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = Parser(
        prog="edgepsf", description="Point spread functions from edges, and deconvolution with them."
    )
    parser.add_argument("--version", action="version", version=f"edgepsf {__version__}")
    add_sources(parser)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    groups: dict[str, Any] = {}
    for command in COMMANDS:
        *group, word = command.cli.split()
        where = commands
        for name in group:
            if name not in groups:
                groups[name] = _add_group(commands, name)
            where = groups[name]
        help = command.help.replace("%", "%%")
        add_command(where.add_parser(word, help=help, description=command.help), command)
    add_tools(commands)
    return parser


def _add_group(commands: Any, name: str) -> Any:
    """The parsers behind the first of two words, such as `psf`."""
    group = commands.add_parser(name, help=f"{name.upper()} from …: see edgepsf {name} --help")
    return group.add_subparsers(required=True, metavar="FROM")


def add_command(parser: argparse.ArgumentParser, command: Command) -> None:
    """Add the arguments of one command, from its declaration."""
    parser.add_argument(
        "image",
        metavar="IMAGE",
        nargs=None if command.image == "needed" else "?",
        help="picture, gray or colour" if command.color else "gray picture",
    )
    if command.output != "numbers":
        parser.add_argument("-o", "--output", metavar="OUT.tif", required=command.output == "image")
        parser.add_argument("--overwrite", action="store_true", help="replace an existing output file")
    if command.region:
        parser.add_argument("--roi", metavar="X,Y,W,H", help="region in whole-image pixels")
    else:
        parser.set_defaults(roi=None)
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    for option in command.options:
        _add_option(parser, option)
    if command.report:
        parser.add_argument("--report", metavar="OUT.png", help=command.report.replace("%", "%%"))
    if command.regions is not None:
        add_regions(parser)
    if command.plugins:
        add_plugin_folders(parser)
    parser.set_defaults(run=functools.partial(run_command, command))


def _add_option(parser: argparse.ArgumentParser, option: Option) -> None:
    help = option.described().replace("%", "%%")
    if option.windows:
        parser.set_defaults(**{option.key: None})
    elif option.bare:
        parser.add_argument(f"--{option.key}", action="store_const", const="true", help=help)
    else:
        names = dict.fromkeys((f"--{option.key.replace('_', '-')}", f"--{option.key}"))
        parser.add_argument(*names, dest=option.key, metavar=option.metavar, help=help)
