"""`python -m tests.recorder write OUT.json | compare A.json B.json`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

from . import pictures
from .case import Case
from .compare import differences, read

# Left out of the quick subset: new processes, windows, drawings, and what asks for all cores.
_SLOW = (
    *("window/", "cli/demo", "cli/doctor", "cli/psf edge/rois workers", "cli/psf edge/report", "program/"),
    *("cli/compare/report", "cli/psf edge/optical", "cli/psf edge/free", "cli/psf edge/auto text"),
    *("python/fit_edge/mask auto", "python/fit_edge/model", "cli/macro/chain commands restored"),
)
_IMAGEJ = ("macro/", "window/", "cli/macro/", "cli/doctor", "program/macro", "program/embedded")


def all_cases() -> list[Case]:
    """Every case that can run here; the macros come last, since Java then stays in this process."""
    from . import cli_cases, macro_cases, python_cases, window_cases

    out = [*python_cases.all_cases(), *cli_cases.all_cases()]
    out += [*macro_cases.all_cases(), *window_cases.all_cases()]
    names = [case.name for case in out]
    assert len(set(names)) == len(names), sorted(n for n in names if names.count(n) > 1)
    return out


def record(chosen: list[Case], show: bool) -> dict[str, Any]:
    """Run cases in a temporary folder; what happened by their names."""
    out: dict[str, Any] = {"_": {"python": ".".join(platform.python_version_tuple()[:2])}}
    here = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="edgepsf-record-") as name:
        root = Path(name).resolve()
        pictures.make(root)
        from . import macro_cases

        macro_cases.write_macros(root)
        os.chdir(root)
        try:
            for case in chosen:
                begin = time.perf_counter()
                out[case.name] = case.run(root)
                if show:
                    print(f"{time.perf_counter() - begin:7.2f} s  {case.name}", file=sys.stderr)
        finally:
            os.chdir(here)
    return out


def rounded(value: Any, digits: int) -> Any:
    """The same record with figures of so many digits and without hashes: for other machines to compare with."""
    if isinstance(value, float):
        return float(f"{value:.{digits}g}")
    if isinstance(value, dict):
        return {k: rounded(v, digits) for k, v in value.items() if k != "sha256"}
    return [rounded(v, digits) for v in value] if isinstance(value, list) else value


def write(path: Path, found: dict[str, Any]) -> None:
    """Write a record, one case a line, in the order of the names."""
    lines = (f"{json.dumps(k)}: {_line(found[k])}" for k in sorted(found))
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def settle() -> None:
    """Make what the surroundings decide the same everywhere: width of help, variables, Python's own warnings.

    Warnings of numpy and scipy carry the line of the code that caused them, which may change.
    """
    os.environ |= {"COLUMNS": "100", "NO_COLOR": "1", "PYTHONWARNINGS": "ignore", "MPLBACKEND": "agg"}
    for name in ("EDGEPSF_PLUGINS", "EDGEPSF_FIJI", "DISPLAY"):
        os.environ.pop(name, None)
    warnings.simplefilter("ignore")


def main() -> int:
    """Run the recorder's own command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.recorder", description=__doc__)
    words = parser.add_subparsers(dest="word", required=True)
    writing = words.add_parser("write", help="run the cases and write what happens")
    writing.add_argument("output", type=Path)
    writing.add_argument("--fast", action="store_true", help="the quick cases only")
    writing.add_argument("--only", default="", metavar="TEXT", help="the cases with this text in their names")
    writing.add_argument("--show", action="store_true", help="say the time of each case on stderr")
    comparing = words.add_parser("compare", help="print every difference of two records")
    comparing.add_argument("records", nargs=2, type=Path)
    comparing.add_argument("--tolerance", type=float, help="compare figures relatively, and no hashes")
    comparing.add_argument("--common", action="store_true", help="leave out cases that only one has")
    writing.add_argument(
        "--digits",
        type=int,
        metavar="N",
        help="round figures to N digits and leave hashes out, for other machines",
    )
    writing.add_argument("--no-imagej", action="store_true", help="no case that needs ImageJ")
    given = parser.parse_args()
    if given.word == "compare":
        found = differences(*map(read, given.records), given.tolerance, given.common)
        print("\n".join(found), end="\n" if found else "")
        return 1 if found else 0
    settle()
    target = given.output.resolve()
    chosen = [case for case in all_cases() if given.only in case.name]
    if given.fast:
        chosen = [case for case in chosen if not case.name.startswith(_SLOW)]
    if given.no_imagej:
        chosen = [case for case in chosen if not case.name.startswith(_IMAGEJ)]
    found = record(chosen, given.show)
    write(target, rounded(found, given.digits) if given.digits else found)
    import edgepsf

    print(f"{len(found) - 1} cases of {Path(edgepsf.__file__).parent} in {target}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)
