"""One virtual environment for each peer, made on first use under `.bench/environments`."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / ".bench"


@dataclass(frozen=True)
class Peer:
    """An entry of peers.toml."""

    name: str
    script: str
    package: str
    requirements: tuple[str, ...]
    cases: tuple[str, ...]
    edges: tuple[str, ...]
    note: str
    extras: str | None = None
    python: str = "3.11"

    @property
    def folder(self) -> Path:
        """Where the environment is."""
        return WORK / "environments" / self.name

    @property
    def interpreter(self) -> Path:
        """Python of the environment."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def peers() -> dict[str, Peer]:
    """The peers of peers.toml by name, in its order."""
    table = tomllib.loads((HERE / "peers.toml").read_text(encoding="utf-8"))
    lists = ("requirements", "cases", "edges")
    return {
        name: Peer(name, **{key: tuple(value) if key in lists else value for key, value in entry.items()})
        for name, entry in table.items()
    }


def ready(peer: Peer) -> str | None:
    """Make the environment of a peer if it is not there yet.

    Returns
    -------
    str or None
        Why the peer cannot be run here, in one line; None when it can.
    """
    mark = peer.folder / "installed"
    ours = "" if peer.extras is None else (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = hashlib.sha256(repr((peer.requirements, peer.extras, str(ROOT), ours)).encode()).hexdigest()
    if mark.exists() and mark.read_text() == wanted:
        return None
    base = _base_python(peer.python)
    if base is None:
        return f"needs Python ≥ {peer.python}; none was found"
    shutil.rmtree(peer.folder, ignore_errors=True)
    print(f"installing {peer.name} …", flush=True)
    project = [] if peer.extras is None else ["--editable", f"{ROOT}[{peer.extras}]".removesuffix("[]")]
    steps = [
        [base, "-m", "venv", str(peer.folder)],
        [str(peer.interpreter), "-m", "pip", "install", "--quiet", *peer.requirements, *project],
    ]
    # The project's own pins are not those of its peers.
    free = {k: v for k, v in os.environ.items() if k not in ("PIP_CONSTRAINT", "PYTHONPATH")}
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, env=free)
        if done.returncode:
            shutil.rmtree(peer.folder, ignore_errors=True)
            return _reason(done.stderr)
    mark.write_text(wanted)
    return None


def _base_python(oldest: str) -> str | None:
    """This Python if it is new enough, else a newer one on the PATH that starts."""
    needed = tuple(map(int, oldest.split(".")))
    if sys.version_info[:2] >= needed:
        return sys.executable
    for minor in range(needed[1], needed[1] + 6):
        found = shutil.which(f"python3.{minor}")
        if found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0:
            return found
    return None


def _reason(stderr: str) -> str:
    """The sentence of pip's complaint that says why."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.upper().startswith("ERROR")] or lines or ["no reason given"]
    return f"does not install: {errors[-1].removeprefix('ERROR:').strip()[:150]}"
