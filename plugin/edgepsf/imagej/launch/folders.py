"""The folder of an ImageJ or Fiji on this machine: what kind it is, and where its macros and scripts go."""

from __future__ import annotations

from pathlib import Path

from ...errors import EngineError

SCRIPTS, TOOLSETS = "scripts/Plugins/Edge_PSF", "macros/toolsets"
# In an ImageJ without ImageJ2, which shows the folder's name in its menu as it is, while Fiji puts a blank for "_".
SCRIPTS_IMAGEJ1, FORMER_IMAGEJ1 = "plugins/Edge PSF", "plugins/Edge_PSF"


def is_fiji(folder: Path) -> bool:
    """Whether a folder has the jars/ and plugins/ of a Fiji (or another ImageJ2)."""
    return (folder / "jars").is_dir() and (folder / "plugins").is_dir()


def is_imagej1(folder: Path) -> bool:
    """Whether a folder is that of an ImageJ without ImageJ2: ij.jar (on a Mac ImageJ.app) beside plugins/."""
    own = (folder / "ij.jar").is_file() or (folder / "ImageJ.app").is_dir()
    return own and (folder / "plugins").is_dir() and not is_fiji(folder)


def check_fiji_directory(path: str | Path) -> Path:
    """The folder of a Fiji, checked: it holds jars/ and plugins/.

    Parameters
    ----------
    path : str or Path
        Fiji's folder. In the new layout on a Mac (Fiji/Fiji.app beside Fiji/jars) this may be the Fiji.app too.

    Raises
    ------
    EngineError
        If it is not there, or not a Fiji.
    """
    folder = Path(path).expanduser().resolve()
    if is_fiji(folder):
        return folder
    if folder.suffix == ".app" and is_fiji(folder.parent):
        return folder.parent
    if not folder.is_dir():
        seen = "is not a folder"
    elif is_imagej1(folder):
        raise EngineError(
            f"{folder} is an ImageJ without ImageJ2 (no jars folder), which cannot be started from Python: give the "
            "folder of a Fiji, or leave it out to use the ImageJ that comes with edgepsf."
        )
    else:
        missing = [name for name in ("jars", "plugins") if not (folder / name).is_dir()]
        seen = f"has no {' and no '.join(missing)} folder"
    raise EngineError(
        f"{folder} {seen}, so it is no Fiji: give the folder that holds jars/ and plugins/ (Fiji.app){_hint(folder)}."
    )


def install_folder(path: str | Path) -> tuple[Path, str]:
    """Where macros are installed: a Fiji's or an ImageJ's folder, and the place of the scripts in it.

    Raises
    ------
    EngineError
        If it is neither.
    """
    folder = Path(path).expanduser().resolve()
    if is_imagej1(folder):
        return folder, SCRIPTS_IMAGEJ1
    return check_fiji_directory(folder), SCRIPTS


def _hint(folder: Path) -> str:
    """Words that name the Fiji inside the folder given, if there is one."""
    inside = sorted(f for f in folder.glob("*") if is_fiji(f)) if folder.is_dir() else []
    return f"; {inside[0]} is one" if inside else ""
