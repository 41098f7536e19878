"""Macros: the commands by run("Name...", "key=value") in the embedded ImageJ, which all cases share."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np

from . import imagej_state as state
from .case import ITERATIVE, METHODS, Case, fresh, plain, rows
from .command_line import in_process, row_case
from .figures import array, described
from .files import written

OK = """
print("log line"); p = 1.2345678901234567; run("PSF from Profile...", "p1=&p size=7");
return getTitle() + " " + getArgument() + " " + d2s(getResult("p1", 0), 12);
"""
BAD = 'newImage("a", "8-bit", 9, 9, 1); run("Edge g...", "v1=1 v2=1"); print("went on"); return "end";'
FILES = {
    "returns": 'macro ok.ijm "a b"',
    "aborts": "macro bad.ijm",
    "returns nothing": "macro void.ijm",
    "exits": "macro exit.ijm",
    "syntax": "macro syntax.ijm",
}
TEXTS = {
    "ok": OK,
    "bad": BAD,
    "void": 'newImage("a", "8-bit", 9, 9, 1);',
    "exit": 'exit("my own words");',
    "syntax": "x = (1 + ; return x;",
}
CHAINS = {
    "commands": ("edge_chain_commands.ijm", "v1=30 v2=100 x=20 y=8 width=56 height=60 degree=3"),
    "commands estimated": ("edge_chain_commands.ijm", "x=20 y=8 width=56 height=60 degree=5"),
    "commands restored": (
        "edge_chain_commands.ijm",
        "v1=30 v2=100 x=20 y=8 width=56 height=60 degree=3 model=logistic iterations=4",
    ),
    "plain": ("edge_chain_plain.ijm", "v1=30 v2=100 x=20 y=8 width=56 height=60 degree=3"),
}
TABLE = Path(__file__).with_name("macros.txt")


def write_macros(root: Path) -> None:
    """Write the macro files that the command line runs."""
    for name, text in TEXTS.items():
        (root / f"{name}.ijm").write_text(text)


def macro(pictures: str, text: str, root: Path) -> dict[str, Any]:
    """Run a macro with pictures opened beforehand, the first of them the current image."""
    from edgepsf.imagej import register

    session, out = register(), fresh(root)
    state.tidy(session)
    names = pictures.split()
    before = "".join(f'open("{root / name}.tif");' for name in names)
    if names:
        before += f'selectImage("{names[0]}.tif");'
    log, result = io.StringIO(), {"front": "macro"}
    with contextlib.redirect_stderr(io.StringIO()):
        session.run_macro(before)
    seen = state.identities()
    with contextlib.redirect_stderr(log):
        try:
            value = session.run_macro(text.replace("ROOT", str(root)).replace("OUT", str(out)))
            result["value"] = plain(value, root)
        except Exception as error:
            result["error"] = f"{type(error).__name__}: {plain(str(error), root)}"
    result |= {"log": plain(log.getvalue(), root), "images": state.opened(session, root, seen)}
    if rows := state.results():
        result["results"] = rows
    if files := written(out, root):
        result["files"] = files
    state.tidy(session)
    return result


def chain(name: str, root: Path) -> dict[str, Any]:
    """Run a macro of the repository as a file, from the command line."""
    file, argument = CHAINS[name]
    path = Path(__file__).resolve().parents[2] / "macros" / file
    words = f"path=[{root / 'edge.tif'}] {argument} out=[{root / 'out'}]"
    result = in_process(f'macro "{path}" "{words}"', root)
    from edgepsf.imagej import register

    if rows := state.results():
        result["results"] = rows
    state.tidy(register())
    return result


def convert(root: Path) -> dict[str, Any]:
    """Images between numpy, ImageJ and xarray, by way of the names that the package gives."""
    from edgepsf import imagej

    imagej.register()
    planes = np.arange(2 * 3 * 2 * 8 * 9, dtype=np.float32).reshape(2, 3, 2, 8, 9)
    imp = imagej.to_imageplus(planes, "planes", axes="tzcyx")
    named, frame = imagej.to_named(imp), imagej.to_xarray(imp)
    out = {"dimensions": [int(n) for n in imp.getDimensions()], "named": described(named)}
    out |= {
        "dims": [str(name) for name in frame.dims],
        "name": str(frame.name),
        "attrs": described(frame.attrs),
    }
    out["kinds"] = {
        str(kind): array(imagej.to_numpy(imagej.to_imageplus(np.ones((4, 5), kind), "one")))
        for kind in ("uint8", "uint16", "float32", "float64", "int32", "bool")
    }
    refused = {"complex": (planes[0, 0, 0] * 1j, None), "axes": (planes, None), "letters": (planes, "abcyx")}
    for name, (image, axes) in refused.items():
        try:
            imagej.to_imageplus(image, "bad", axes=axes)
        except Exception as error:
            out[name] = f"{type(error).__name__}: {error}"
    return {"front": "python", "value": out}


def _case(prefix: str, name: str, pictures: str, text: str) -> Case:
    return Case(f"{prefix}/{name}", lambda root: macro(pictures, text, root))


def _of_table() -> list[Case]:
    """The cases of macros.txt."""
    table = TABLE.read_text(encoding="utf-8")
    for line in table.splitlines():
        if line.startswith("="):
            word, text = line[1:].split("|", 1)
            table = table.replace(f"= {word.strip()} |", "=").replace(word.strip(), text.strip())
    return [_case(prefix, *cells) for prefix, _, cells in rows(table, 3)]


def _methods() -> list[Case]:
    out = []
    for method in METHODS:
        count = " iterations=4" if method in ITERATIVE else ""
        line = f'run("Deconvolve...", "psf=psf.tif method={method}{count}");'
        out.append(_case("macro/deconvolve", method, "blurred psf", line))
    return out


def all_cases() -> list[Case]:
    """Every case of this module."""
    return [
        *(row_case("cli/macro", "", name, words) for name, words in FILES.items()),
        *(Case(f"cli/macro/chain {name}", lambda root, n=name: chain(n, root)) for name in CHAINS),
        Case("macro/python/convert", convert),
        *_of_table(),
        *_methods(),
    ]
