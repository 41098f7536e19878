"""Memory of a deconvolution: what is told beforehand against what a process really takes, and what is free."""

from __future__ import annotations

import json
import os
import sys

import pytest

from blurred import blobs, gaussian
from children import child
from edgepsf.deconvolve import memory_usage
from edgepsf.deconvolve.methods import METHODS
from edgepsf.deconvolve.record import memory_now, memory_peak
from edgepsf.pictures import space

# Options that fix how far a method goes, and those that take more memory.
CALLS = [
    # auto tells the largest of the methods that it may use.
    *((name, {}) for name in METHODS if name not in ("hybr", "fista", "auto")),
    ("fista", {"regularization": 1.0}),
    ("hybr", {"iterations": 6, "regularization": 0.1}),
    ("richardson_lucy", {"iterations": 2, "tv": 0.01, "accelerate": True}),
    ("richardson_lucy", {"iterations": 2, "stop": "auto"}),
    ("fista", {"iterations": 2, "penalty": "wavelet", "regularization": 1.0}),
    ("wiener", {"saturation": 40.0}),
]
SHAPES = {"plane": ((1024, 1024), (31, 31)), "volume": ((24, 96, 96), (9, 11, 11))}


def peaks(kind: str) -> list[int]:
    """Bytes by which a process grows with each call, in a fork of this one for each."""
    shape, size = SHAPES[kind]
    image, kernel = blobs(shape, 1.0), gaussian(size, 2.0)
    found = []
    for name, options in CALLS:
        read, write = os.pipe()
        if os.fork() == 0:
            before = memory_now()
            _restore(image, kernel, name, options)
            os.write(write, str(memory_peak() - before).encode())
            os._exit(0)
        os.wait()
        found.append(int(os.read(read, 99)))
    return found


def _restore(image, kernel, name, options) -> None:
    import edgepsf as ep

    ep.deconvolve(
        image, kernel, name, callback=lambda i, n, info: i < 2 or name == "hybr", workers=2, **options
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a forked process")
@pytest.mark.parametrize("kind", SHAPES)
def test_told_memory_is_the_measured_peak(kind):
    """Not less than the peak, and at most half more."""
    # With its own thresholds malloc would keep freed memory, and the next array would not count.
    done = child(__file__, kind, MALLOC_MMAP_THRESHOLD_="65536", MALLOC_TRIM_THRESHOLD_="65536")
    assert done.returncode == 0, done.stderr
    shares = {}
    for (name, options), peak in zip(CALLS, json.loads(done.stdout), strict=True):
        shares[f"{name} {options}"] = memory_usage(*SHAPES[kind], name, workers=2, **options) / peak
    assert {call: share for call, share in shares.items() if not 0.99 < share < 1.52} == {}


@pytest.fixture
def machine(tmp_path):
    """Writes the files of a Linux machine below a folder."""

    def write(**files: str):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_DOT_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    write(proc__meminfo="MemTotal: 16000 kB\nMemAvailable: 9000 kB\nSwapFree: 1000 kB\nHugePages_Total: 0\n")
    return write


def test_free_memory_of_a_machine(machine):
    assert space._free_on_linux(machine()) == 10_000 * 1024


def test_free_memory_of_a_control_group(machine):
    root = machine(
        proc__self__cgroup="0::/jobs/one\n",
        sys__fs__cgroup__jobs__memory_DOT_max="5000000\n",
        sys__fs__cgroup__jobs__memory_DOT_current="3000000\n",
        sys__fs__cgroup__jobs__memory_DOT_stat="anon 1\ninactive_file 500000\n",
        sys__fs__cgroup__jobs__one__memory_DOT_max="max\n",
        sys__fs__cgroup__jobs__one__memory_DOT_current="1\n",
    )
    assert space._free_on_linux(root) == 2_500_000


def test_free_memory_of_an_older_control_group(machine):
    root = machine(
        proc__self__cgroup="4:memory:/job\n3:cpu:/job\n0::/\n",
        sys__fs__cgroup__memory__job__memory_DOT_limit_in_bytes="4000000\n",
        sys__fs__cgroup__memory__job__memory_DOT_usage_in_bytes="4500000\n",
    )
    assert space._free_on_linux(root) == 0


def test_unknown_memory(tmp_path):
    assert space._free_on_linux(tmp_path) is None


def test_this_machine_tells():
    free = space.free_memory()
    assert free is None or free > 0
    assert [space.readable(n) for n in (999, 1000, 2.5e9, 3e13)] == ["999 bytes", "1 kB", "2.5 GB", "30 TB"]


if __name__ == "__main__":
    json.dump(peaks(sys.argv[1]), sys.stdout)
