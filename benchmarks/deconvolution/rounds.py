"""Interleaved rounds A B C A B C …, each call in a fresh process of the peer's own environment."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .environments import HERE, Peer
from .measure import psnr_regions

_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "DUCC0_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
)


@dataclass
class Score:
    """What a peer did in a case: one value a round, or why it did nothing."""

    peer: Peer
    wall: list[float] = field(default_factory=list)  # s
    cpu: list[float] = field(default_factory=list)  # s
    memory: list[float] = field(default_factory=list)  # bytes above the process before the call
    psnr: dict[str, float] = field(default_factory=dict)  # dB
    version: str = ""
    python: str = ""
    reason: str = ""
    edges: str = ""

    def median(self, name: str) -> float:
        """Median over the rounds."""
        return statistics.median(getattr(self, name))


def environment(threads: int) -> dict[str, str]:
    """Variables of a worker: so many threads, no GPU, no chatter, none of our paths."""
    out = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    out.update({name: str(threads) for name in _THREADS}, TF_NUM_INTEROP_THREADS="1")
    out.update(CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3", PYTHONWARNINGS="ignore")
    return out


def write_job(path: Path, picture: dict, method: str, iterations: int, threads: int, options=None) -> Path:
    """Save the job that workers load."""
    parameters = {"method": method, "iterations": iterations, "threads": threads, "options": options or {}}
    np.savez(path, **picture, parameters=json.dumps(parameters))
    return path


def work(peer: Peer, job: Path, threads: int, script: str | None = None) -> tuple[np.ndarray, dict]:
    """One run of a worker in a fresh process.

    Returns
    -------
    result : ndarray
    facts : dict
        What the worker measured.

    Raises
    ------
    RuntimeError
        If the worker fails: its last line of complaint.
    """
    answer = job.with_name("answer.npz")
    answer.unlink(missing_ok=True)
    command = [str(peer.interpreter), str(HERE / "peers" / (script or peer.script)), str(job), str(answer)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(threads))
    if done.returncode or not answer.exists():
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise RuntimeError((lines or [f"it ended with exit code {done.returncode}"])[-1].strip()[:150])
    with np.load(answer) as file:
        return file["result"], json.loads(str(file["facts"]))


def compete(scores: list[Score], picture: dict, job: Path, rounds: int, threads: int, say=print) -> None:
    """Fill the scores of those that have no reason to be left out."""
    for number in range(rounds):
        for score in scores:
            if score.reason:
                continue
            try:
                result, facts = work(score.peer, job, threads)
                score.psnr = psnr_regions(result, picture["truth"])
            except (RuntimeError, ValueError) as error:
                score.reason = f"fails: {error}"
                continue
            for name in ("wall", "cpu", "memory"):
                getattr(score, name).append(facts[name])
            score.version, score.python = facts["version"], facts["python"]
            say(f"  round {number + 1} {score.peer.name:<15}{facts['wall']:8.3f} s", flush=True)


def compare(
    case, peers: list[tuple[Peer, str | None]], picture: dict, rounds: int, threads: int
) -> list[Score]:
    """Scores of the peers in a case; each peer comes with the reason why it cannot run, or None."""
    edges = 0 if case.method == "richardson_lucy" else -1
    scores = [
        Score(
            peer,
            reason=reason or ("" if case.name in peer.cases else "does not do this"),
            edges=peer.edges[edges],
        )
        for peer, reason in peers
    ]
    with tempfile.TemporaryDirectory() as folder:
        job = write_job(Path(folder) / "job.npz", picture, case.method, case.iterations, threads)
        compete(scores, picture, job, rounds, threads)
    return scores
