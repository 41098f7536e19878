"""A plugin in a process of its own: whatever happens there, the result here is an image or one sentence."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import EngineError, InputError
from ..launch.imagej_jars import find_jars
from ..launch.java import find_java
from ..launch.libraries import missing_extra
from ..launch.plugin_jars import Place

TIMEOUT = 3600.0
_POLL = 0.05
_WORKER = Path(__file__).with_name("worker.py")
_NOISE = re.compile(r"^\s*(at |Picked up|WARNING|File |Traceback|\^|$)")


def run_in_child(
    job: dict[str, Any],
    images: np.ndarray,
    psf: np.ndarray,
    place: Place,
    memory: str | None = None,
    timeout: float = TIMEOUT,
    waiting: Callable[[], None] = lambda: None,
) -> tuple[np.ndarray, float, dict[int, np.ndarray]]:
    """Let a plugin restore images in a child process.

    Parameters
    ----------
    job : dict
        The request of `requests.build`.
    images : ndarray of float32, shape (n, …)
        One image after another, all with the same PSF.
    psf : ndarray of float32
    place : Place
        The folder of the plugin.
    memory : str, optional
        Largest Java heap, such as "2G"; three quarters of the machine's memory by default.
    timeout : float
        Seconds after which the process is ended.
    waiting : callable
        Called while the plugin works; an error that it raises ends the process.

    Returns
    -------
    restored : ndarray of float32, same shape as `images`
    seconds : float
        The plugin's own time.
    snapshots : dict of ndarray
        By iteration, each of the shape of an image; the space of each is free again when it is gone.

    Raises
    ------
    InputError
        If the job needs more memory than it may have, or the plugin refused or failed.
    EngineError
        If the process could not do its work, or ran out of time.
    """
    with tempfile.TemporaryDirectory(prefix="edgepsf-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "job.json").write_text(json.dumps(job | _java(place, memory, folder)), encoding="utf-8")
        np.save(folder / "image.npy", images)
        np.save(folder / "psf.npy", psf)
        code = _work(folder, timeout, waiting, job["engine"])
        answer = folder / "answer.json"
        if not answer.exists():
            raise _died(code, job["engine"], (folder / "log").read_text(errors="replace"))
        told = json.loads(answer.read_text(encoding="utf-8"))
        if "refused" in told:
            raise InputError(f"{told['refused']}{_last_words(folder)}")
        out = _load(folder / "result.npy")
        steps = {int(p.stem.partition("-")[2]): _load(p) for p in folder.glob("snapshot-*.npy")}
        if out.shape != images.shape:
            raise EngineError(f"{job['engine']} gave shape {out.shape} instead of {images.shape}")
        return out, told["seconds"], dict(sorted(steps.items()))


def _load(path: Path) -> np.ndarray:
    """An array mapped, not read: the caller copies it into its place; the file is gone with the folder."""
    return np.load(path, mmap_mode="r" if os.name == "posix" else None)


def _java(place: Place, memory: str | None, folder: Path) -> dict[str, Any]:
    """The library, options and class path with which the child starts its JVM."""
    try:
        import jpype
    except ImportError as error:
        raise missing_extra(error) from error
    java = find_java()
    own = [] if "ImageJ" in place.found else [j for j in find_jars(java) if j.name.startswith("ij-")]
    os.environ.setdefault("JAVA_HOME", str(java.home))
    jvm = _library(java.home) or jpype.getDefaultJVMPath()
    heap = f"-Xmx{check_memory(memory)}" if memory else "-XX:MaxRAMPercentage=75"
    # Out of memory ends Java: DeconvolutionLab2 would give the input back as its result.
    flags = ["-Djava.awt.headless=true", heap, "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData"]
    flags += [f"-XX:ErrorFile={folder}/java-error", "-XX:-CreateCoredumpOnCrash"]
    return {"jvm": str(jvm), "flags": flags, "classpath": [str(jar) for jar in (*own, *place.jars)]}


def _library(home: Path) -> Path | None:
    """The library of the JVM in the folder of a Java."""
    names = ("libjvm.so", "libjvm.dylib", "jvm.dll")
    found = [path for name in names for path in home.glob(f"**/server/{name}")]
    return found[0] if found else None


def check_memory(text: str) -> str:
    """A size of Java's heap such as "512M" or "2G", checked.

    Raises
    ------
    InputError
        If it is no such size.
    """
    if not re.fullmatch(r"[1-9]\d*[kKmMgG]", str(text)):
        raise InputError(f'memory must be a size such as "512M" or "2G", not "{text}"')
    return str(text)


def _work(folder: Path, timeout: float, waiting: Callable[[], None], engine: str) -> int:
    """Run the worker to its end; it does not outlive this call."""
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-X", "utf8", str(_WORKER)],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + timeout
        while child.poll() is None:
            waiting()
            if time.monotonic() > end:
                raise EngineError(
                    f"{engine} was not done after {timeout:g} s and was ended: give it more time (timeout=)"
                )
            try:
                child.wait(_POLL)
            except subprocess.TimeoutExpired:
                continue
        return child.returncode
    finally:
        child.kill()
        if child.stdin is not None:
            child.stdin.close()
        child.wait()


def _died(code: int, engine: str, log: str) -> Exception:
    """The sentence for a child that left no answer."""
    if "OutOfMemoryError" in log or code == 3:
        return InputError(f"{engine} ran out of memory: give it more (memory=) or take a smaller image")
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    lines = [line.strip() for line in log.splitlines() if not _NOISE.match(line)]
    return EngineError(f"{engine} died ({how}): {lines[-1][:300] if lines else 'it left no message'}")


def _last_words(folder: Path) -> str:
    """The line that the plugin printed about an exception, which it does not pass on."""
    for line in (folder / "log").read_text(errors="replace").splitlines():
        if "Exception" in line or "Error" in line:
            return f" ({line.strip()[:200]})"
    return ""
