"""The command line: `edgepsf COMMAND IMAGE … -o OUT`, made from the table of commands."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .. import __version__
from ..commands import COMMANDS, Command
from ..errors import EdgeError, EngineError, InputError, MacroError
from ..imagej.launch.sources import choose
from ..options import Count, Option, complete
from .fiji import add_fiji, add_sources


class _Parser(argparse.ArgumentParser):
    """Says one sentence and exits with 2 on bad usage; options are not abbreviated, values may be negative."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, allow_abbrev=False, **options)
        # What argparse takes for a number after an option, not for another option: -3, -3.2e-2, -1,0,30,30.
        self._negative_number_matcher = re.compile(r"^-[\d.,eE+-]+$")

    def error(self, message: str):
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code (0, 1 macro stopped, 2 input, 3 refused, 4 engine, 130)."""
    options = _parser().parse_args(arguments)
    try:
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


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="edgepsf", description="Point spread functions from edges, and deconvolution with them."
    )
    parser.add_argument("--version", action="version", version=f"edgepsf {__version__}")
    add_sources(parser)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    groups: dict[str, Any] = {}
    for command in COMMANDS:
        words = command.cli.split()
        where = commands
        if len(words) == 2:
            if words[0] not in groups:
                group = commands.add_parser(
                    words[0], help=f"{words[0].upper()} from …: see edgepsf {words[0]} --help"
                )
                groups[words[0]] = group.add_subparsers(required=True, metavar="FROM", parser_class=_Parser)
            where = groups[words[0]]
        _add_command(where.add_parser(words[-1], help=command.help, description=command.help), command)
    _add_tools(commands)
    return parser


def _add_command(parser: argparse.ArgumentParser, command: Command) -> None:
    """Arguments of one command, from its declaration."""
    parser.add_argument(
        "image", metavar="IMAGE", nargs=None if command.image == "needed" else "?", help="gray picture"
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
        if option.windows:
            parser.set_defaults(**{option.key: None})
            continue
        names = [f"--{option.key}"]
        text = option.described()
        if option.bare:
            parser.add_argument(*names, action="store_const", const="true", help=text.replace("%", "%%"))
        else:
            parser.add_argument(*names, metavar=option.metavar, help=text.replace("%", "%%"))
    if command.report:
        parser.add_argument("--report", metavar="OUT.png", help=command.report)
    if command.regions is not None:
        _add_edge_extras(parser)
    if command.plugins:
        _add_plugin_folders(parser)
    parser.set_defaults(run=lambda given: _run_command(command, given))


def _add_plugin_folders(parser: argparse.ArgumentParser) -> None:
    """Where ImageJ plugins are, for the commands that can use them."""
    for name, variable, what in (
        ("fiji", "EDGEPSF_FIJI", "Fiji whose plugins are used"),
        ("plugins", "EDGEPSF_PLUGINS", "folder with the jars of ImageJ plugins"),
    ):

        class Remember(argparse.Action):
            """The variable is what everything below looks at, child processes included."""

            variable_name = variable

            def __call__(self, parser, namespace, values, option_string=None):
                os.environ[self.variable_name] = values

        parser.add_argument(
            f"--{name}", metavar="FOLDER", action=Remember, help=f"{what}; default {variable}"
        )


def _add_edge_extras(parser: argparse.ArgumentParser) -> None:
    """What `psf edge` has on the command line only."""
    parser.add_argument(
        "--rois",
        metavar="SET",
        help="many regions: a .csv (x, y, width, height, name), ImageJ's .roi or .zip, a TIFF with an overlay, or "
        "the word overlay for that of IMAGE; -o is then a .csv with a row for each",
    )
    parser.add_argument("--workers", metavar="N", default="1", help="processes for --rois; default 1")


def _run_command(command: Command, given: argparse.Namespace) -> int:
    from ..pictures import files as io

    if getattr(given, "rois", None) or getattr(given, "overlay", None):
        return _run_regions(command, given)
    extras = {}
    if command.output != "numbers" and given.output:
        io.check_output(given.output, given.overwrite)
    if getattr(given, "report", None):
        extras["report"] = _check_report(given.report, given.overwrite)
    values = _values(command, given)
    picture = io.read_picture(given.image, command.color) if given.image else None
    if picture is not None:
        picture.roi = _roi(given.roi)
    for option in command.options:
        values[option.key] = option.opened(values[option.key], io.read_picture)
    if picture is not None:
        _say_first_plane(picture, values)
    with _bar(command) as reports:
        result = command.run(picture, values, **extras, **reports)
    for warning in result.warnings:
        print(f"edgepsf: warning: {warning}", file=sys.stderr)
    written = _write(result, given) if command.output != "numbers" and given.output else []
    _report(result, given.json, written, {name: str(path) for name, path in extras.items()})
    return 0


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


def _values(command: Command, given: argparse.Namespace) -> dict[str, Any]:
    """Values of the command's options."""
    texts = {o: getattr(given, o.key) for o in command.options}
    return complete({o.key: _value(o, t) for o, t in texts.items() if t is not None}, command.options)


def _say_first_plane(picture, values: dict[str, Any]) -> None:
    if picture.plane_count > 1 and picture.data.ndim == 2 and not values.get("stack"):
        hint = "; --stack takes all" if "stack" in values else ""
        print(f"edgepsf: the first of {picture.plane_count} planes is used{hint}", file=sys.stderr)


def _check_report(text: str, overwrite: bool) -> Path:
    from ..pictures import files as io

    path = Path(text)
    if path.suffix.lower() != ".png":
        raise InputError(f'the report "{path}" must end in .png')
    io.check_writable(path, overwrite)
    return path


def _run_regions(command: Command, given: argparse.Namespace) -> int:
    """`psf edge --rois`: a row for each region."""
    from ..measure import regions as batch
    from ..pictures import files as io

    for name in ("roi", "size", "plot", "report"):
        if getattr(given, name) is not None:
            raise InputError(f"--{name} is for a single region; leave it out with --rois")
    if given.output:
        batch.check_csv_output(given.output, given.overwrite)
    elif not given.json:
        raise InputError("--rois needs -o OUT.csv (or --json) for its rows")
    values = _values(command, given)
    workers = Count("workers", default=1)
    count = _value(workers, given.workers)
    picture = io.read_picture(given.image)
    regions = _regions(given, picture)
    _say_first_plane(picture, values)
    options = {k: v for k, v in values.items() if k not in ("size", "plot", "overlay")}
    rows = batch.fit_regions(picture, regions, workers=count, callback=_progress, **options)
    if given.output:
        batch.write_csv(given.output, rows)
    return _report_rows(rows, given)


def _regions(given: argparse.Namespace, picture) -> list[tuple]:
    """The regions of --rois that lie on the plane that is read."""
    from ..pictures.rois import read_selections

    source = given.rois if given.rois and given.rois != "overlay" else given.image
    found = read_selections(source, picture.data.shape)
    if picture.plane_count > 1:
        here = [each for each in found if not each.elsewhere]
        if len(here) < len(found):
            print(f"edgepsf: {len(found) - len(here)} regions of other planes are left out", file=sys.stderr)
        if not here:
            raise InputError(f'"{source}" has no region for the first plane, which is the one that is read')
        found = here
    return [(each.name, each.roi) for each in found]


def _progress(done: int, total: int, row: dict[str, Any]) -> None:
    """The count on stderr: live on a terminal, else ten lines."""
    if sys.stderr.isatty():
        print(f"\redgepsf: {done} of {total} regions", end="\n" if done == total else "", file=sys.stderr)
    elif done == total or done % max(1, -(-total // 10)) == 0:
        print(f"edgepsf: {done} of {total} regions", file=sys.stderr)


def _report_rows(rows: list[dict[str, Any]], given: argparse.Namespace) -> int:
    from ..measure.regions import none_fitted

    fitted = sum(row["status"] == "ok" for row in rows)
    counts = {"regions": len(rows), "fitted": fitted, "refused": len(rows) - fitted}
    if given.json:
        written = {"output": given.output} if given.output else {}
        print(json.dumps(_finite({**counts, "rows": rows, **written})))
    else:
        for name, value in (*counts.items(), ("written", given.output)):
            print(f"{name:>16}  {value}")
    if not fitted:
        raise EdgeError(none_fitted(rows))
    return 0


def _write(result, given) -> list[str]:
    """Write the images: one under the name given, several with the channel added to it."""
    from ..pictures import files as io

    path = Path(given.output)
    if len(result.pictures) == 1:
        names = [path]
    else:
        names = [
            path.with_name(f"{path.stem}-{p.title.rsplit('-', 1)[-1]}{path.suffix}") for p in result.pictures
        ]
    for name in names:
        io.check_output(name, given.overwrite)
    for name, picture in zip(names, result.pictures, strict=True):
        io.write_picture(name, picture)
    return [str(name) for name in names]


def _value(option: Option, text: str) -> Any:
    try:
        return option.parse(text)
    except InputError as error:
        raise InputError(f"--{error}") from None


def _roi(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        numbers = tuple(int(v) for v in text.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) != 4:
        raise InputError(f'--roi must be four whole numbers X,Y,W,H, not "{text}"')
    return numbers


def _report(result, as_json: bool, written: list[str], extras: dict[str, str]) -> None:
    """Figures on stdout: one JSON object, or a line each."""
    figures = {**result.summary, **result.row} | ({"rows": result.rows} if result.rows else {})
    if as_json:
        extra = {"warnings": result.warnings} | (
            {"output": written[0] if len(written) == 1 else written} if written else {}
        )
        print(json.dumps(_finite({**figures, **extra, **extras})))
        return
    for name, value in (
        result.row or {k: v for k, v in figures.items() if not isinstance(v, (dict, list))}
    ).items():
        print(f"{name:>16}  {value:.8g}" if isinstance(value, float) else f"{name:>16}  {value}")
    if result.rows:
        _print_table(result.rows)
    for name in (*written, *extras.values()):
        print(f"{'written':>16}  {name}")


def _print_table(rows: list[dict[str, Any]]) -> None:
    """Rows as columns of text, a line for each of their figures."""
    for name in rows[0]:
        cells = (row[name] for row in rows)
        texts = ("" if v != v else f"{v:.5g}" if isinstance(v, float) else str(v) for v in cells)
        print(f"{name:>16}  " + "  ".join(f"{text:>15}" for text in texts).rstrip())


def _finite(value: Any) -> Any:
    """JSON has no NaN: such numbers become null."""
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(v) for v in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value


def _add_tools(commands) -> None:
    """The subcommands that are not in the table: macro, fiji, doctor, demo."""
    macro = commands.add_parser("macro", help="run an ImageJ macro headless with the commands registered")
    macro.add_argument("file", metavar="FILE.ijm")
    macro.add_argument("argument", metavar="ARG", nargs="?", default="", help="what getArgument() returns")
    _add_plugin_folders(macro)
    macro.set_defaults(run=_run_macro)
    fiji = commands.add_parser("fiji", help="ImageJ's window, installation: see edgepsf fiji --help")
    add_fiji(fiji.add_subparsers(required=True, metavar="WHAT", parser_class=_Parser))
    doctor = commands.add_parser("doctor", help="versions, paths, and what is missing with its remedy")
    doctor.add_argument("--json", action="store_true")
    _add_plugin_folders(doctor)
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
    from ..imagej.launch import doctor

    return doctor.main(as_json=given.json)


def _run_demo(given: argparse.Namespace) -> int:
    from ..demo import main as demo

    return demo(Path(given.output), imagej=not given.no_imagej)


if __name__ == "__main__":
    sys.exit(main())
