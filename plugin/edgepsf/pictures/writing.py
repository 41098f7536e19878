"""Files written complete or not at all; the several files of one command all or none."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import tempfile
import zlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InputError

_START = ".edgepsf-"


@dataclass(frozen=True)
class _Finished:
    """A temporary file that is complete, and its place; `target` is where a symbolic link leads."""

    temporary: Path
    target: Path


@dataclass
class _Group:
    """The files of one command that appear together at its end."""

    overwrite: bool
    finished: list[_Finished] = field(default_factory=list)


_group: ContextVar[_Group | None] = ContextVar("_group", default=None)


@contextlib.contextmanager
def together(overwrite: bool) -> Iterator[None]:
    """Let all files written meanwhile appear at the end, or none of them.

    Parameters
    ----------
    overwrite : bool
        Whether files may be replaced; if not, a file that another program has made meanwhile is kept.

    Raises
    ------
    InputError
        If a file appeared at one of the places meanwhile and `overwrite` is false.
    OSError
        If the files cannot be put in place.
    """
    group = _Group(overwrite)
    token = _group.set(group)
    try:
        yield
        _put_in_place(group)
    finally:
        _group.reset(token)
        for each in group.finished:
            each.temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary name beside `path` that gets the name `path` at the end, or is removed on any failure.

    The file is on the disk before it gets its name. A file that is there is replaced and leaves its permissions to
    the new one; of a symbolic link the file it leads to is replaced. Inside `together` the file gets its name with
    the others.

    Raises
    ------
    InputError
        If nothing was written.
    """
    target = Path(os.path.realpath(path))
    _remove_stale(target.parent)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=_own_start(), suffix=target.suffix)
    os.close(handle)
    temporary, group = Path(name), _group.get()
    kept = False
    try:
        yield temporary
        temporary.chmod(_mode(target))
        _to_disk(temporary)
        if group is None:
            _put_in_place(_Group(True, [_Finished(temporary, target)]))
        else:
            group.finished.append(_Finished(temporary, target))
            kept = True
    finally:
        if not kept:
            temporary.unlink(missing_ok=True)


def _put_in_place(group: _Group) -> None:
    """Give all files their names; where one cannot get it, all are as before."""
    undo = contextlib.ExitStack()
    with contextlib.ExitStack() as tidy, undo:
        for each in group.finished:
            if group.overwrite:
                _replace(each, undo, tidy)
            else:
                _create(each)
                undo.callback(each.target.unlink, missing_ok=True)
        undo.pop_all()
    for folder in {each.target.parent for each in group.finished}:
        _to_disk(folder)


def _replace(each: _Finished, undo: contextlib.ExitStack, tidy: contextlib.ExitStack) -> None:
    """Give a file its name in the place of whatever has it."""
    kept = each.temporary.with_name(f"{each.temporary.name}-before")
    try:
        os.link(each.target, kept)
    except OSError:  # nothing there, or a disk without hard links
        before = each.target.exists()
        os.replace(each.temporary, each.target)
        if not before:
            undo.callback(each.target.unlink, missing_ok=True)
        return
    tidy.callback(kept.unlink, missing_ok=True)
    os.replace(each.temporary, each.target)
    undo.callback(os.replace, kept, each.target)


def _create(each: _Finished) -> None:
    """Give a file its name, which nothing may have.

    Raises
    ------
    InputError
        If something has it.
    """
    try:
        try:
            os.link(each.temporary, each.target)
        except FileExistsError:
            raise
        except OSError:  # a disk without hard links
            os.close(os.open(each.target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            os.replace(each.temporary, each.target)
    except FileExistsError:
        raise InputError(
            f'"{each.target}" was made by another program meanwhile and is kept; nothing was written: give another '
            "name or --overwrite"
        ) from None


def _mode(target: Path) -> int:
    """The permissions of the file that is replaced, or those of a new one."""
    try:
        return target.stat().st_mode & 0o7777
    except OSError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask


def _to_disk(path: Path) -> None:
    """Let a file, or the names in a folder, reach the disk.

    Raises
    ------
    OSError
        If the disk is full or fails.
    """
    try:
        handle = os.open(path, os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR)
    except OSError:
        return  # Windows has no handle of a folder
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):  # some network disks
            raise
    finally:
        os.close(handle)


def _own_start() -> str:
    """How the temporary files of this process begin: with the machine and the process."""
    return f"{_START}{_machine()}-{os.getpid()}-"


def _machine() -> str:
    """A short name of this machine, and on Linux of the container: within it process numbers are unique."""
    try:
        space = os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        space = 0
    return f"{zlib.crc32(f'{socket.gethostname()} {space}'.encode()):08x}"


def _remove_stale(folder: Path) -> None:
    """Remove the temporary files of processes of this machine that were killed."""
    if os.name == "nt":  # where a process cannot be asked whether it lives without harm
        return
    start = f"{_START}{_machine()}-"
    for path in folder.glob(f"{start}*"):
        number = path.name.removeprefix(start).partition("-")[0]
        if number.isdecimal() and not _alive(int(number)):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    """Whether a process of this number runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def check_file(
    name: str, path: str | os.PathLike[str], endings: tuple[str, ...], ending: str, overwrite: bool
) -> Path:
    """Refuse the path of a file to write, before any work is done.

    Parameters
    ----------
    name : str
        The file in the sentence of a refusal, such as 'the report "fit.png"'.
    path : path
    endings : tuple of str
        Endings that are allowed, in small letters.
    ending : str
        The demanded ending in words, for the sentence.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        If the ending is none of these, the folder is missing or read-only, or the file exists and `overwrite` is
        false.
    """
    if not os.fspath(path):
        raise InputError(f"{name} has no name; give one that ends in {ending}")
    path = Path(path)
    if not path.name.lower().endswith(endings):
        raise InputError(f"{name} must end in {ending}")
    check_writable(path, overwrite)
    return path


def check_writable(path: Path, overwrite: bool) -> None:
    """Refuse a path that cannot be written.

    Raises
    ------
    InputError
        If its folder is missing or read-only, the path is a folder, or something of this name exists, be it a
        symbolic link that leads nowhere, and `overwrite` is false.
    """
    if not path.parent.is_dir():
        raise InputError(f'the output folder "{path.parent}" does not exist; make it first')
    if path.is_dir():
        raise InputError(f'the output "{path}" is a folder; give a file name')
    if os.path.lexists(path) and not overwrite:
        raise InputError(f'"{path}" exists already; give another name or --overwrite')
    folder = Path(os.path.realpath(path)).parent
    try:
        handle, probe = tempfile.mkstemp(dir=folder, prefix=_own_start())
    except OSError as error:
        raise InputError(f'the output folder "{folder}" cannot be written to: {error.strerror}') from None
    os.close(handle)
    os.unlink(probe)
