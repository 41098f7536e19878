"""Cases of the command line, in this process and as a program of its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

from .case import Case, fresh, plain
from .figures import described
from .files import written


def row_case(prefix: str, template: str, name: str, words: str) -> Case:
    """A case of a row; without words the name is the words, too."""
    line = (template or "{}").replace("{}", words or name)
    run = program if prefix == "program" else in_process
    return Case(f"{prefix}/{name}", lambda root: run(line, root))


def in_process(line: str, root: Path) -> dict[str, Any]:
    """Run one command line in this process; "there=NAME" in front puts a file there before."""
    from edgepsf.cli import main

    out, words = fresh(root), shlex.split(line)
    while words and words[0].startswith("there="):
        (out / words.pop(0).partition("=")[2]).write_bytes(b"mine")
    stdout, stderr = io.StringIO(), io.StringIO()
    before = {p.name: p.stat().st_mtime_ns for p in root.iterdir()}
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        try:
            code: Any = main(words)
        except SystemExit as stop:
            code = stop.code
        except BaseException as error:
            code = f"{type(error).__name__}: {error}"
            traceback.print_exc()
    result = {"front": "cli", "exit": code, "stdout": spoken(stdout.getvalue(), root)}
    result |= {"stderr": plain(stderr.getvalue(), root), "files": written(out, root)}
    after = {p.name: p.stat().st_mtime_ns for p in root.iterdir() if p.name != out.name}
    changed = sorted(name for name in after if before.get(name) != after[name])
    return result | ({"changed": changed} if changed else {})


def program(line: str, root: Path) -> dict[str, Any]:
    """Run one command line as a program."""
    out = fresh(root)
    done = subprocess.run(
        [sys.executable, "-m", "edgepsf", *shlex.split(line)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    return {
        "front": "program",
        "exit": done.returncode,
        "stdout": spoken(done.stdout, root),
        "stderr": plain(done.stderr, root),
        "files": written(out, root),
    }


def spoken(text: str, root: Path) -> Any:
    """Standard output: a JSON object with the order of its keys, else text."""
    try:
        found = json.loads(text.replace(str(root), "ROOT")) if text.startswith("{") else None
    except ValueError:
        found = None
    if found is None:
        return plain(text, root)
    return {"json": described(found), "keys": " ".join(found)}


def doctor(root: Path) -> dict[str, Any]:
    """The keys of `edgepsf doctor --json`; their values are the machine's."""
    stdout = io.StringIO()
    from edgepsf.cli import main

    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(io.StringIO()):
        code = main(["doctor", "--json"])
    found = json.loads(stdout.getvalue())
    names = [row["name"] for row in found["checks"]]
    return {"front": "cli", "exit": code, "keys": " ".join(found), "rows": sorted(set(found["checks"][0])),
            "names": names}  # fmt: skip
