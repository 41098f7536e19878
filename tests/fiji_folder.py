"""A Fiji with both plugins inside, as users have it, put together by copying into a temporary folder.

A plugin's own jar goes to plugins/, its libraries go to jars/, as Fiji's updater does it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

OWN = ("DeconvolutionLab", "Parallel_Iterative", "Iterative_Deconvolve")  # how the plugins' own files begin


def assemble(folder: Path, fiji: str | Path, plugins: str | Path) -> Path:
    """Copy a Fiji into a folder and put the plugins into it.

    Parameters
    ----------
    folder : Path
        Where Fiji.app is made; it must not be there.
    fiji, plugins : path
        A Fiji, and the folder with the jars of the plugins and their libraries.

    Returns
    -------
    Path
        The folder of the Fiji.
    """
    made = folder / "Fiji.app"
    shutil.copytree(fiji, made)
    present = {jar.name for jar in made.glob("jars/**/*.jar")}
    for part in sorted(Path(plugins).iterdir()):
        inside = "plugins" if part.name.startswith(OWN) else "jars"
        if part.suffix in (".jar", ".class") and part.name not in present:
            shutil.copy2(part, made / inside / part.name)
    return made
