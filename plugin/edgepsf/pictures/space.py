"""The size of a picture, checked before memory is taken for it."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import InputError

_BOMB = 2**28  # bytes up to which a picture may be, however small its file is
_RATIO = 400  # bytes of picture that one byte of a larger file may stand for


def check_size(path: Path, shape: Sequence[int], itemsize: int, packed: bool = True) -> None:
    """Refuse a picture that is larger than its file can be meant to hold, or than the free memory.

    Parameters
    ----------
    path : Path
    shape : sequence of int
    itemsize : int
        Bytes of a value.
    packed : bool
        Whether the file is compressed; if not, it must hold every byte.

    Raises
    ------
    InputError
    """
    size, words = math.prod(int(n) for n in shape) * itemsize, " × ".join(str(n) for n in shape)
    stored = os.path.getsize(path)
    if size <= 0:
        raise InputError(f'"{path}" holds no pixels: its size is {words}')
    if not packed and size > stored:
        raise InputError(
            f'"{path}" is damaged: a picture of {words} values needs {readable(size)}, the file has {readable(stored)}'
        )
    if size > _BOMB and size > _RATIO * stored:
        raise InputError(
            f'"{path}" has {readable(stored)} and would become {readable(size)} ({words} values): such a file is '
            "damaged or made to fill the memory; if it is meant, save it without compression"
        )
    free = short_of(1.25 * size)
    if free is not None:
        raise InputError(
            f'"{path}" needs {readable(size)} of memory ({words} values), and {readable(free)} are free: save a part '
            "of it, or close other programs"
        )


def short_of(needed: float) -> int | None:
    """The free bytes where they are fewer than needed; None where they suffice or the system does not tell."""
    free = free_memory()
    return free if free is not None and needed > free else None


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
