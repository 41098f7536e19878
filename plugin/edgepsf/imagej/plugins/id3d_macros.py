"""Macros written for Iterative Deconvolve 3D: `run("Iterative Deconvolve 3D", "image=y point=h output=x ...")`.

In an ImageJ with a window that has the plugin, the line goes to the plugin. Else it is answered here with the plugin's
numbers: without a window the plugin cannot make its dialog and stops with a HeadlessException.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError
from ...plugins.compat.damas3 import Damas3Result, damas3
from ...plugins.id3d_command import COMMAND, Id3dCommand, parse_line
from ..exchange import images, io_imagej
from ..exchange.calls import macro_variable
from ..launch.class_files import ITERATIVE_DECONVOLVE, holder
from ..launch.plugin_jars import places
from ..session.running import Session

CLASS = ITERATIVE_DECONVOLVE.removesuffix(".class")


def due(name: str, running: Session) -> bool:
    """Whether a command is the plugin's and is to be answered here."""
    return name == COMMAND and not usable(running)


def usable(running: Session) -> bool:
    """Whether the plugin itself works here: with a window, in an ImageJ that lists its command and can load it."""
    from jpype import JClass, JException

    if running.headless:
        return False
    commands = JClass("ij.Menus").getCommands()
    name = commands.get(COMMAND) if commands is not None else None
    if name is None:
        return False
    try:
        JClass("ij.IJ").getClassLoader().loadClass(str(name).partition("(")[0])
    except JException:
        return False
    return True


def list_command(running: Session) -> None:
    """Let an ImageJ with a window find the plugin where EDGEPSF_PLUGINS has it on the class path."""
    from jpype import JClass

    loader = JClass("java.lang.ClassLoader").getSystemClassLoader()
    if not running.headless and loader.getResource(ITERATIVE_DECONVOLVE) is not None:
        JClass("ij.Menus").getCommands().putIfAbsent(COMMAND, CLASS)


def answer_run(name: str, text: Any, running: Session) -> None:
    """Do the work of `run("Iterative Deconvolve 3D", text)` in the place of the plugin.

    Parameters
    ----------
    name : str
        The command.
    text : str or None
        The option string.
    running : Session

    Raises
    ------
    InputError
        If the line cannot be understood or done; nothing is shown then.
    KeyboardInterrupt
        If Ctrl-C stopped the macro.
    """
    from jpype import JClass

    if text is None or not str(text).strip():
        raise InputError(
            'options are missing: "image=TITLE point=TITLE output=Deconvolved normalize maximum=100"'
        )
    command = parse_line(str(text), macro_variable)
    source, image = _read(command.image, "image")
    _, psf = _read(command.point, "point")
    steps = _Steps(command, source, running)
    try:
        done = damas3(image, psf, command.settings, callback=steps.report)
    finally:
        steps.close()
    steps.tell_end(done)
    _show(f"{command.output}_{done.iterations}", done.image, source)
    JClass("ij.IJ").log(f"edgepsf: native engine answered {COMMAND}{_remarks(command, running)}")


def _read(title: str, key: str) -> tuple[Any, np.ndarray]:
    """The first open image of a title, and its planes: (ny, nx), or (nz, ny, nx) with all planes of a hyperstack."""
    from jpype import JClass

    manager = JClass("ij.WindowManager")
    opened = [manager.getImage(int(number)) for number in manager.getIDList() or ()]
    found = [imp for imp in opened if str(imp.getTitle()) == title]
    if not found:
        # ImageJ takes a name that is no title as that of a macro variable, without & too.
        meant = macro_variable(title)
        found = [imp for imp in opened if str(imp.getTitle()) == meant]
    if not found:
        names = ", ".join(f'"{imp.getTitle()}"' for imp in opened) or "none"
        raise InputError(f"{key}={title}: there is no open image of this title; open are {names}")
    if int(found[0].getBitDepth()) == 24:
        raise InputError(images.rgb_sentence(title))
    planes = io_imagej.volume(found[0])
    return found[0], planes if len(planes) > 1 else planes[0]


class _Steps:
    """What the user sees of the iterations: the change, the progress, the picture of each.

    Parameters
    ----------
    command : Id3dCommand
    source : ij.ImagePlus
        The picture that is restored.
    running : Session
    """

    def __init__(self, command: Id3dCommand, source: Any, running: Session):
        from jpype import JClass

        self.imagej, self.command, self.source, self.running = JClass("ij.IJ"), command, source, running
        batch = JClass("ij.macro.Interpreter").isBatchMode()
        self.window = command.show and not running.headless and not batch
        self.shown: Any = None
        self.imagej.resetEscape()

    def report(self, i: int, change: float, X: np.ndarray) -> None:
        """Tell one iteration; raises InputError after Esc, KeyboardInterrupt after Ctrl-C."""
        from jpype import JClass, JFloat

        if self.running.interrupted:
            raise KeyboardInterrupt
        if self.imagej.escapePressed():
            raise InputError(f"cancelled with Esc after {i} iterations; nothing was made")
        if self.command.log:
            self.imagej.write(JClass("java.lang.Float").toString(JFloat(change)))
        if self.imagej.getInstance() is not None:
            self.imagej.showProgress(i / self.command.settings.iterations)
            self.imagej.showStatus(f"{COMMAND}: {i} iterations complete")
        if self.window:
            self._display(X)

    def _display(self, X: np.ndarray) -> None:
        """Show the whole grid, as the plugin does, under the title of the result with "Temp"."""
        made = images.to_imageplus(X, f"{self.command.output}Temp")
        if self.shown is None:
            self.shown = made
            made.setSlice(int(made.getStackSize()) // 2 + 1)
            made.show()
        else:
            self.shown.setStack(made.getStack())
        _as_source(self.shown, self.source)
        self.shown.updateAndDraw()

    def tell_end(self, done: Damas3Result) -> None:
        """Write the plugin's line about an early end."""
        reason = {"change": "after", "divergence": "due to divergence"}.get(done.ended)
        if self.command.log and reason:
            self.imagej.write(f"Automatically terminated {reason} {done.iterations} iterations.")

    def close(self) -> None:
        """Take the window of the iterations and the progress bar away."""
        if self.shown is not None:
            self.shown.hide()
        if self.imagej.getInstance() is not None:
            self.imagej.showProgress(1.0)
            self.imagej.showStatus("")


def _show(title: str, image: np.ndarray, source: Any) -> None:
    """Show the result as the plugin does: middle plane, the colours of the source, pixels without a unit."""
    imp = images.to_imageplus(image, title)
    imp.setSlice(int(imp.getStackSize()) // 2 + 1)
    _as_source(imp, source)
    imp.show()


def _as_source(imp: Any, source: Any) -> None:
    """The colour table of the source, and a display range from the plane in front."""
    processor = imp.getProcessor()
    processor.resetMinAndMax()
    processor.setColorModel(source.getStack().getProcessor(1).getColorModel())


def _remarks(command: Id3dCommand, running: Session) -> str:
    """What the log has to say beside who answered."""
    text = ""
    if command.assumed:
        text += f"; not given, so the plugin's first defaults: {', '.join(command.assumed)}"
    if running.headless and _installed():
        text += "; the plugin itself needs a window for its dialog"
    return text


def _installed() -> bool:
    """Whether a folder that the environment names, or ImageJ's own, has the plugin."""
    from jpype import JClass

    own = JClass("ij.Menus").getPlugInsPath()
    folders = [place.folder for place in places()] + ([] if own is None else [Path(str(own))])
    return any(holder(folder, ITERATIVE_DECONVOLVE) is not None for folder in folders)
