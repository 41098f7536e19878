"""Memory of a deconvolution, told before the work starts, and the memory that is free."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .fft import loaded_bytes
from .operator import domain_and_scene, threads
from .parallel import BLOCK

_PER_THREAD = 16 * BLOCK  # of blockwise work
_SAFETY = 1.05


@dataclass(frozen=True)
class Size:
    """Bytes of the arrays of a deconvolution.

    Attributes
    ----------
    picture : int
        An array of the picture's shape.
    scene : int
        An array of the scene's shape.
    domain : int
        An array of the shape of the FFTs, or its half spectrum.
    axes : int
        Number of spatial axes.
    masked : bool
        Whether pixels are left out.
    number : int
        Bytes of a number: 4 in single precision, 8 in double precision.
    """

    picture: int
    scene: int
    domain: int
    axes: int
    masked: bool = False
    number: int = 4

    @classmethod
    def of(
        cls,
        shape: tuple[int, ...],
        kernel_shape: tuple[int, ...],
        boundary: str,
        masked: bool = False,
        number: int = 4,
    ) -> Size:
        """The sizes for the shapes of a picture and of a kernel."""
        domain, scene = domain_and_scene(kernel_shape, shape, boundary)
        picture, scene_bytes, domain_bytes = (number * math.prod(each) for each in (shape, scene, domain))
        return cls(picture, scene_bytes, domain_bytes, len(shape), masked, number)

    @property
    def noise(self) -> int:
        """Bytes for the estimate of the noise: differences and local means of the pixels, and their order."""
        return 5 * self.picture

    @property
    def holes(self) -> int:
        """Bytes for the values of left-out pixels: the picture filled, and the place of the nearest valid pixel."""
        return 4 * self.picture if self.masked else 0

    def total(self, method: float, image: int, workers: int | None) -> int:
        """Bytes of a deconvolution at its peak.

        Parameters
        ----------
        method : float
            Bytes that the method holds beside the operator.
        image : int
            Number of pixels of the whole image, of which this size is a plane or a volume.
        workers : int, optional
            Threads; all cores by default.
        """
        operator = self.picture * (1.5 if self.masked else 1) + 3 * self.domain
        arrays = _SAFETY * (operator + method + self.number * image)
        return int(arrays) + loaded_bytes() + threads(workers) * _PER_THREAD


def free_memory() -> int | None:
    """Bytes that this process can still get, swap included; None where the system does not tell."""
    if sys.platform == "win32":
        return _free_on_windows()
    if sys.platform == "linux":
        return _free_on_linux(Path("/"))
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):  # macOS
        return None


def _free_on_linux(root: Path) -> int | None:
    """The bytes left on the machine, or in a control group around the process that has fewer."""
    machine = _pairs(root / "proc/meminfo", 1024)
    left = [machine["MemAvailable:"] + machine.get("SwapFree:", 0)] if "MemAvailable:" in machine else []
    left += [free for folder in _groups(root) if (free := _left_in(folder)) is not None]
    return max(min(left), 0) if left else None


def _groups(root: Path) -> Iterator[Path]:
    """Folders of the control groups that hold this process, of version 2 and of version 1."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        number, controllers, path = line.split(":", 2)
        if number == "0" or "memory" in controllers.split(","):
            top = root / "sys/fs/cgroup" / ("" if number == "0" else "memory")
            inner = top / path.strip("/")
            yield inner
            yield from (parent for parent in inner.parents if parent == top or top in parent.parents)


def _left_in(folder: Path) -> int | None:
    """Bytes left in a control group, its file cache counted as free; None without a limit."""
    for limit, usage, cache in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        try:
            most, used = int((folder / limit).read_text()), int((folder / usage).read_text())
        except (OSError, ValueError):  # not of this version, or "max"
            continue
        return most - used + _pairs(folder / "memory.stat", 1).get(cache, 0)
    return None


def _pairs(path: Path, unit: int) -> dict[str, int]:
    """Numbers of a file of lines "name number …", times a unit; empty if it cannot be read."""
    try:
        lines = [line.split() for line in path.read_text().splitlines()]
    except OSError:
        return {}
    return {words[0]: unit * int(words[1]) for words in lines if len(words) > 1 and words[1].isdigit()}


def _free_on_windows() -> int | None:
    if sys.platform != "win32":
        return None
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("physical", "free", "page_file", "free_page_file")),
            *((name, ctypes.c_ulonglong) for name in ("virtual", "free_virtual", "extended")),
        )

    status = Status(length=ctypes.sizeof(Status))
    done = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return int(status.free_page_file) if done else None


def readable(count: float) -> str:
    """A number of bytes for people, such as "3.2 GB"."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"
