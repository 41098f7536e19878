"""What every worker does: three calls of one peer in a fresh process, measured.

1. a small crop, one iteration: lazy imports and thread pools, unmeasured;
2. the whole job: peak resident memory above what the process held before the call; compilers and FFT plans warm up;
3. the whole job again: wall time and CPU time of the process.

Needs numpy only. A worker calls `main(prepare, package)`; `prepare(job)` returns a call without arguments that
returns the restored picture.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import sys
import time
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Job:
    """A picture to restore, as float32."""

    image: np.ndarray
    psf: np.ndarray
    truth: np.ndarray  # only to give a peer its best regularisation where the user has to give one
    method: str
    iterations: int
    threads: int
    options: dict

    def small(self) -> Job:
        """A crop of twice the PSF's size, one iteration."""
        crop = tuple(slice(0, min(n, 2 * k)) for n, k in zip(self.image.shape, self.psf.shape, strict=True))
        return replace(self, image=self.image[crop].copy(), truth=self.truth[crop].copy(), iterations=1)


def load(path: str) -> Job:
    """Job from its file."""
    with np.load(path) as file:
        return Job(file["image"], file["psf"], file["truth"], **json.loads(str(file["parameters"])))


def best_regularization(restore, truth, values) -> float:
    """The value whose restored picture is nearest to the truth."""
    return min(values, key=lambda value: float(np.mean((restore(value) - truth) ** 2)))


def resident_peak_reset() -> None:
    """Start the kernel's count of the peak resident size anew (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")


def resident(key: str) -> int:
    """Resident size of this process in bytes: `VmRSS` now, `VmHWM` its peak."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024
    raise OSError(f"no {key} in /proc/self/status")


def peak_memory(call) -> float:
    """Bytes by which the resident size rose during a call; NaN where the system does not say."""
    gc.collect()
    try:
        resident_peak_reset()
        before = resident("VmRSS")
    except OSError:
        call()
        return float("nan")
    call()
    return float(resident("VmHWM") - before)


def main(prepare, package: str) -> None:
    """Measure a peer: `worker JOB.npz RESULT.npz`."""
    job = load(sys.argv[1])
    prepare(job.small())()
    call = prepare(job)
    memory = peak_memory(call)
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    result = call()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    facts = {
        "wall": wall,
        "cpu": cpu,
        "memory": memory,
        "version": version(package),
        "python": platform.python_version(),
    }
    partial = sys.argv[2] + ".part.npz"
    np.savez(partial, result=np.asarray(result, dtype=np.float32), facts=json.dumps(facts))
    os.replace(partial, sys.argv[2])
