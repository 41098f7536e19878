"""The macros that need no Python, put into the folder of a Fiji or ImageJ, and taken out again.

A manifest in that folder lists the files that were written, with their SHA-256. Only these are ever replaced or
removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ... import __version__
from ...errors import EngineError, InputError
from ..launch.folders import FORMER_IMAGEJ1, SCRIPTS, SCRIPTS_IMAGEJ1, TOOLSETS, install_folder

MANIFEST = "config/edgepsf/installed.json"  # Fiji's updater leaves what is under config/ alone
# Folders of the files that are installed, or were by earlier versions.
_PLACES = (TOOLSETS, SCRIPTS, SCRIPTS_IMAGEJ1, FORMER_IMAGEJ1)


@dataclass
class Change:
    """The effect of an installation or a removal, done or planned.

    Attributes
    ----------
    folder : Path
        Folder of the Fiji or ImageJ.
    written, removed : list of str
        Paths of files, relative to the folder, "/" between the parts.
    kept : list of str
        Listed files that were changed since and are therefore left as they are.
    folders : list of str
        Folders made by the installation, or removed with it.
    """

    folder: Path
    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)


def macro_files() -> dict[str, bytes]:
    """The files of macros/ that are installed, by their path there: the toolset and the scripts."""
    here = Path(__file__).resolve()
    places = here.parents[2] / "macros", here.parents[4] / "macros"  # in a wheel; in a clone
    root = next((place for place in places if (place / "toolsets").is_dir()), None)
    if root is None:
        raise EngineError("the folder macros/ of edgepsf is missing: install edgepsf again.")
    found = [*root.glob("toolsets/*.ijm"), *root.glob("scripts/Plugins/Edge_PSF/*.ijm")]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(found)}


def install(path: str | Path, dry_run: bool = False) -> Change:
    """Put the toolset and the scripts into a Fiji or ImageJ, or bring those there up to date.

    Parameters
    ----------
    path : str or Path
        Folder of a Fiji (Fiji.app, or Fiji of the new layout) or of a plain ImageJ.
    dry_run : bool
        Write nothing; only tell the effect.

    Returns
    -------
    Change

    Raises
    ------
    EngineError
        If the folder is none of these.
    InputError
        If a file is in the way that edgepsf did not write, or that was changed since. Nothing has been written then.
    """
    root, scripts = install_folder(path)
    new = {_target(name, scripts): data for name, data in macro_files().items()}
    old, made = _read_manifest(root)
    for target, data in new.items():
        _check_free(root, target, old.get(target), data)
    _check_free(root, MANIFEST, "ours" if old else None, b"")
    gone, kept = _sort_listed(root, {name: digest for name, digest in old.items() if name not in new})
    folders = [name for name in _missing_folders(root, [*new, MANIFEST]) if name not in made]
    change = Change(root, list(new), gone, kept, folders)
    if not dry_run:
        manifest: dict[str, Any] = {"version": __version__, "folders": sorted({*made, *folders})}
        manifest["files"] = {name: _digest(data) for name, data in new.items()}
        new[MANIFEST] = (json.dumps(manifest, indent=1) + "\n").encode()
        _write(root, folders, new, gone)
    return change


def uninstall(path: str | Path, dry_run: bool = False) -> Change:
    """Remove the files that `install` wrote, and nothing else; files that were changed since are kept.

    Parameters
    ----------
    path, dry_run
        As for `install`.

    Returns
    -------
    Change

    Raises
    ------
    InputError
        If nothing was installed there, or the manifest cannot be read.
    """
    root, _ = install_folder(path)
    listed, made = _read_manifest(root)
    if not listed:
        raise InputError(f"edgepsf is not installed in {root} (there is no {MANIFEST} in it)")
    removed, kept = _sort_listed(root, listed)
    deepest_first = sorted(made, key=lambda name: -name.count("/"))
    change = Change(root, removed=removed, kept=kept, folders=_emptied(root, deepest_first, removed))
    if not dry_run:
        for name in (*removed, MANIFEST):
            (root / name).unlink()
        for name in change.folders:
            (root / name).rmdir()
    return change


def _target(name: str, scripts: str) -> str:
    """Path in the folder of a Fiji or ImageJ for a path in macros/."""
    path = PurePosixPath(name)
    return f"{TOOLSETS if path.parts[0] == 'toolsets' else scripts}/{path.name}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _read_manifest(root: Path) -> tuple[dict[str, str], list[str]]:
    """Hashes by path and the folders made, of an earlier installation; empty when there was none."""
    path = root / MANIFEST
    if not os.path.lexists(path):
        return {}, []
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        files, folders = dict(manifest["files"]), list(manifest["folders"])
        inside = all(_ours(str(name)) for name in files) and set(map(str, folders)) <= _made_folders()
    except (OSError, ValueError, KeyError, TypeError):
        inside = False
    if not inside:
        raise InputError(
            f"{path} is no list of installed files: remove it, and the folders Edge_PSF and the toolset "
            "Edge_PSF.ijm by hand, then install again"
        )
    return files, folders


def _inside(name: str) -> bool:
    """Whether a path of a manifest stays in its folder."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "\\" not in name


def _ours(name: str) -> bool:
    """Whether `install` writes files at such a place; a manifest that names others was not written by it."""
    path = PurePosixPath(name)
    return _inside(name) and str(path.parent) in _PLACES and path.suffix == ".ijm"


def _made_folders() -> set[str]:
    """All folders that `install` may make."""
    ends = [PurePosixPath(place) for place in (*_PLACES, str(PurePosixPath(MANIFEST).parent))]
    return {str(folder) for end in ends for folder in (end, *list(end.parents)[:-1])}


def _check_free(root: Path, target: str, ours: str | None, data: bytes) -> None:
    """Refuse a target that holds another's file, or a file of edgepsf that somebody has changed."""
    path = root / target
    for parent in list(PurePosixPath(target).parents)[:-1]:
        if os.path.lexists(root / parent) and not (root / parent).is_dir():
            raise InputError(f"{root / parent} is in the way: it is no folder; nothing was written")
        if not (root / parent).resolve().is_relative_to(root):
            raise InputError(
                f"{root / parent} is a link that leads out of {root}, to {(root / parent).resolve()}: put a folder in "
                "its place, or install into the folder that it leads to; nothing was written"
            )
    if not os.path.lexists(path):
        return
    if ours is None or path.is_symlink() or not path.is_file():
        raise InputError(f"{path} is there already and not from edgepsf: move it away; nothing was written")
    if target != MANIFEST and _digest(path.read_bytes()) not in (ours, _digest(data)):
        raise InputError(
            f"{path} was changed since edgepsf wrote it: move it away to keep it; nothing was written"
        )


def _sort_listed(root: Path, listed: dict[str, str]) -> tuple[list[str], list[str]]:
    """Listed files that are still as written, and those that were changed; missing ones are in neither list."""
    same: list[str] = []
    changed: list[str] = []
    for name, digest in listed.items():
        path = root / name
        if os.path.lexists(path):
            own = path.is_file() and path.resolve() == path and _digest(path.read_bytes()) == digest
            (same if own else changed).append(name)
    return same, changed


def _missing_folders(root: Path, targets: list[str]) -> list[str]:
    """Folders to make for the targets, outermost first."""
    parents = {p for target in targets for p in list(PurePosixPath(target).parents)[:-1]}
    return sorted(
        (str(p) for p in parents if not (root / p).is_dir()), key=lambda name: (name.count("/"), name)
    )


def _emptied(root: Path, deepest_first: list[str], removed: list[str]) -> list[str]:
    """The folders that are empty once the files are removed."""
    gone = {root / name for name in (*removed, MANIFEST)}
    empty = []
    for name in deepest_first:
        folder = root / name
        if folder.is_dir() and not folder.is_symlink() and all(each in gone for each in folder.iterdir()):
            empty.append(name)
            gone.add(folder)
    return empty


def _write(root: Path, folders: list[str], files: dict[str, bytes], gone: list[str]) -> None:
    """Make the folders, write the files and remove the old ones; on any failure nothing has changed."""
    before = {name: (root / name).read_bytes() for name in (*files, *gone) if (root / name).is_file()}
    try:
        for name in folders:
            (root / name).mkdir()
        for name, data in files.items():
            _replace(root / name, data)
        for name in gone:
            (root / name).unlink()
    except BaseException:
        for name in (*files, *gone):
            with contextlib.suppress(OSError):
                if name in before:
                    _replace(root / name, before[name])
                else:
                    (root / name).unlink()
        for name in reversed(folders):
            with contextlib.suppress(OSError):
                (root / name).rmdir()
        raise


def _replace(path: Path, data: bytes) -> None:
    """Write a file in one step: it has its old content or all of the new one."""
    part = path.with_name(f"{path.name}.part")
    with part.open("xb") as file:  # refuses to write over somebody's file of that name
        try:
            file.write(data)
            file.close()
            os.replace(part, path)
        except BaseException:
            file.close()
            part.unlink(missing_ok=True)
            raise
