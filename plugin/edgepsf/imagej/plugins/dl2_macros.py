"""Macros written for DeconvolutionLab2: `run("DeconvolutionLab2 Run", "-image ... -algorithm RL 10 ...")`.

Where ImageJ has a window and the plugin on its class path, the line goes to the plugin. Else it is answered here: by
the plugin in a child process where EDGEPSF_PLUGINS, EDGEPSF_FIJI or the Fiji that runs has it, by the native engine
with the plugin's numbers where not.
"""

from __future__ import annotations

import csv
import math
import time
from typing import Any

import numpy as np

from ...errors import InputError
from ...pictures import space
from ...pictures.writing import atomic_path
from ...plugins import jobs as plugin_jobs
from ...plugins.compat.checks import check_psf
from ...plugins.compat.dl2_setup import apodise, padded_shape, window_of
from ...plugins.dl2_command import CommandLine, Output, check_words, mend, parse_command
from ...plugins.dl2_views import frame, ranged, typed, view
from ...plugins.jobs import Job
from ...plugins.methods import Call
from ...plugins.native import compute
from ...plugins.snapshots import Snapshots, check_space, spill
from ..exchange import images, io_imagej
from ..exchange.table import add_rows
from ..launch.plugin_jars import find_plugin, places
from ..session.current import heed_interrupt
from ..session.running import Session
from . import inside
from .dl2_images import read
from .engine import run_with_snapshots

ENGINE, PREFIX = "DeconvolutionLab2", "DeconvolutionLab2 "
_UNKNOWN = "is no command that works here"
# What the other commands of the plugin do, and what to write in their place.
_OTHERS = {
    f"{ENGINE} Launch": f'opens a window that waits for a click on its button Run: write "{ENGINE} Run" with the same '
    f"options, and leave waitForUser out",
    f"{ENGINE} Lab": f'opens the window of the plugin: write "{ENGINE} Run" with options',
    f"{ENGINE} Help": "opens a page in a browser: leave the line out",
}


def due(name: str, running: Session) -> bool:
    """Whether a command is one of the plugin's and is to be answered here: the plugin itself needs a window."""
    return name.startswith(PREFIX) and not inside.usable(ENGINE)


def answer_run(name: str, text: Any, running: Session) -> None:
    """Do the work of `run(name, text)` in the place of DeconvolutionLab2.

    Parameters
    ----------
    name : str
        The command, such as "DeconvolutionLab2 Run".
    text : str or None
        The option string.
    running : Session

    Raises
    ------
    InputError
        If the command cannot be understood or done; nothing is shown or saved then.
    EngineError
        If the plugin lacks a library or fails.
    """
    if name != f"{ENGINE} Run":
        raise InputError(
            f'only "{ENGINE} Run" works without a window; "{name}" {_OTHERS.get(name, _UNKNOWN)}'
        )
    if text is None or not str(text).strip():
        raise InputError('options are missing: "-image platform TITLE -psf file PATH -algorithm RL 10"')
    work(parse_command(str(text), io_imagej.titles()))


def warn(name: str, text: Any) -> None:
    """Say in the log where the plugin itself, to which a line goes, reads it otherwise than it looks.

    Parameters
    ----------
    name, text
        As for `answer_run`.
    """
    from jpype import JClass

    if name != f"{ENGINE} Run" or text is None:
        return
    try:
        check_words(str(text), io_imagej.titles())
    except InputError as error:
        JClass("ij.IJ").log(f"edgepsf: DeconvolutionLab2 reads this line otherwise than it looks: {error}")
    except Exception as error:  # the line is the plugin's: a fault of this check must not stop it
        JClass("ij.IJ").log(f"edgepsf: this line for DeconvolutionLab2 could not be checked: {error!r}")


def work(command: CommandLine) -> None:
    """Read the images, restore, show and save; errors as of `answer_run`."""
    from jpype import JClass

    notes = list(command.notes)
    source, image = read("image", command.image, command.path, notes.append)
    _, psf = read("psf", command.psf, command.path, notes.append)
    reference = None
    if command.reference:
        _, reference = read("reference", command.reference, command.path, notes.append)
    if reference is not None and reference.shape != image.shape:
        raise InputError(f"the reference has shape {reference.shape}, the image {image.shape}")
    outputs = command.outputs or (Output("stack", f"Final Display of {command.call.code}", save=False),)
    _check_places(command, outputs)
    begin, engine = time.perf_counter(), _engine()
    out, steps = _restore(command, image, psf, _every(command, outputs), engine)
    seconds = time.perf_counter() - begin
    for i in sorted(steps):
        step = steps.pop(i)  # its space on disk is free again after its last use
        for output in outputs:
            if output.every and i % output.every == 0:
                _give(output, step, image, source, command, f"{output.name}@{i}")
    for output in outputs:
        _give(output, out, image, source, command, output.name)
    _tell(command, image, out, reference, seconds)
    who = f"{ENGINE} in a process of its own" if engine else "native engine"
    idle = f"; without meaning here: {', '.join('-' + k for k in command.idle)}" if command.idle else ""
    for note in notes:
        JClass("ij.IJ").log(f"edgepsf: DeconvolutionLab2: {note}")
    JClass("ij.IJ").log(f"edgepsf: {who} answered DeconvolutionLab2 ({command.call.code}){idle}")


def _engine() -> bool:
    """Whether the plugin itself can answer."""
    if not any(ENGINE in place.found for place in places()):
        return False
    find_plugin(ENGINE)  # raises an error where a library is missing
    return True


def _check_places(command: CommandLine, outputs: tuple[Output, ...]) -> None:
    """Check before the work that the results can be saved after it."""
    saved = [o for o in (*outputs, command.stats) if o is not None and o.save]
    if saved and not command.path.is_dir():
        raise InputError(
            f'the folder "{command.path}" of -path does not exist; make it first{mend(str(command.path))}'
        )
    for output in saved:
        folder = (command.path / output.name).parent
        if not folder.is_dir():
            raise InputError(
                f'the folder "{folder}" of the result {output.name} does not exist; make it first'
            )


def _every(command: CommandLine, outputs: tuple[Output, ...]) -> tuple[int, ...]:
    """The steps of iterations after which outputs are wanted; none of a method without iterations."""
    if "iterations" not in command.call.parameters:
        return ()
    return tuple(sorted({output.every for output in outputs if output.every}))


def _restore(
    command: CommandLine, image: np.ndarray, psf: np.ndarray, every: tuple[int, ...], engine: bool
) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """The restored volume, (nz, ny, nx), and the snapshots of the same run by iteration."""
    call = command.call
    flat = len(image) == 1
    if flat and len(psf) > 1:
        psf = psf[len(psf) // 2][None]  # the plugin takes the middle plane, too
    y, h = (image[0], psf[0]) if flat else (image, psf)
    y = plugin_jobs.checked(y, call.code)
    _check_memory(y.shape, padded_shape(y.shape, command.pad))
    out, steps = (_by_plugin if engine else _by_us)(command, y, h, every)
    return out.reshape(image.shape), {i: step.reshape(image.shape) for i, step in steps.items()}


def _check_memory(shape: tuple[int, ...], padded: tuple[int, ...]) -> None:
    """Refuse a padding whose picture, PSF, their spectra and result do not fit into the free memory."""
    needed = 5 * 4 * math.prod(padded)
    free = None if padded == shape else space.short_of(needed)
    if free is not None:
        size = " × ".join(f"{n:g}" for n in padded[::-1])
        raise InputError(
            f"-pad makes a picture of {size} px, which needs at least {space.readable(needed)} of memory, and "
            f"{space.readable(free)} are free: write smaller extensions, or close other programs"
        )


def _by_us(
    command: CommandLine, y: np.ndarray, h: np.ndarray, every: tuple[int, ...]
) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """The native engine's result, and its snapshots, which lie on disk."""
    call, steps = command.call, dict[int, np.ndarray]()

    def keep(iteration: int, volume: np.ndarray) -> None:
        """Put a snapshot on disk."""
        steps[iteration] = spill(volume)

    check_space(every, call.iterations, y.shape)
    controls = call.controls | {"pad": command.pad, "apodize": command.apodize}
    wanted = Snapshots(every, keep) if every else None
    asked = Call(call.engine, call.code, call.parameters, controls)
    return compute(asked, y, h, callback=heed_interrupt, snapshots=wanted), steps


def _by_plugin(
    command: CommandLine, y: np.ndarray, h: np.ndarray, every: tuple[int, ...]
) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """The plugin's result for an image padded and apodised here: its own -pad and -apo misread their values."""
    shape = padded_shape(y.shape, command.pad)
    window = window_of(y.shape, shape)
    padded = np.zeros(shape, np.float32)
    padded[window] = y
    padded = apodise(padded, command.apodize)
    psf, _ = plugin_jobs.centred_in(check_psf(h, y.ndim), shape, scaled=False)
    out, _, steps = run_with_snapshots(
        Job(command.call, padded[None], psf, window, [], every), callback=heed_interrupt
    )
    return out[0][window], {i: step[window] for i, step in steps.items()}


def _give(
    output: Output, volume: np.ndarray, image: np.ndarray, source: Any, command: CommandLine, title: str
) -> None:
    """Show and save one view of a volume; `source` is the ij.ImagePlus that gives the scale, or None."""
    array = ranged(volume, output.dynamic, image)
    if output.view == "series":
        parts = [(f"{title}-z{k:06d}", plane) for k, plane in enumerate(array)]
    else:
        parts = [(title, view(array, output.view, output.keypoint))]
    for name, part in parts:
        imp = images.to_imageplus(typed(np.ascontiguousarray(part), output.type), name)
        if source is not None and output.view in ("stack", "series"):
            io_imagej.copy_scale(source, imp)
        if output.save:
            io_imagej.save_tiff(imp, command.path / f"{name}.tif")
        if output.show:
            _show(imp, output, frame(volume.shape, output.view))


def _show(imp: Any, output: Output, lines: list[tuple[int, int, int, int]]) -> None:
    """Show an image as the plugin does: its middle plane, or that of the key point, the range of this plane, lines."""
    from jpype import JClass

    planes = int(imp.getStackSize())
    wanted = planes // 2 if output.keypoint is None else [*output.keypoint, 0, 0][2]
    imp.show()
    imp.setSlice(min(max(wanted, 1), planes))
    imp.getProcessor().resetMinAndMax()
    if lines:
        overlay = JClass("ij.gui.Overlay")()
        for line in lines:
            overlay.add(JClass("ij.gui.Line")(*line))
        imp.setOverlay(overlay)


def _tell(
    command: CommandLine, image: np.ndarray, out: np.ndarray, reference: np.ndarray | None, seconds: float
) -> None:
    """Log the figures of -reference, show and save those of -stats."""
    from jpype import JClass

    psnr = snr = float("nan")
    if reference is not None:
        error = float(np.sqrt(np.mean((out.astype(np.float64) - reference) ** 2)))
        psnr = _decibel(float(reference.max()), error)
        snr = _decibel(float(np.sqrt(np.mean(reference.astype(np.float64) ** 2))), error)
        JClass("ij.IJ").log(f"edgepsf: PSNR {psnr:.2f} dB, SNR {snr:.2f} dB against the reference")
    if command.stats is None:
        return
    rows = [_row("In", image, "", "", "")]
    rows.append(_row(f"Out: {command.call.code}", out, seconds, psnr, snr))
    if command.stats.show:
        add_rows([{k: (v if isinstance(v, str) else float(v)) for k, v in row.items()} for row in rows])
    if command.stats.save:
        with (
            atomic_path(command.path / f"{command.stats.name}.csv") as path,
            path.open("w", newline="", encoding="utf-8") as file,
        ):
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)


def _row(
    name: str, volume: np.ndarray, seconds: float | str, psnr: float | str, snr: float | str
) -> dict[str, Any]:
    """One line of the statistics."""
    v = volume.astype(np.float64)
    row = {"Signal": name, "Mean": v.mean(), "Minimum": v.min(), "Maximum": v.max(), "Stdev": v.std()}
    return row | {"Energy": float(np.mean(v**2)), "Time": seconds, "PSNR": psnr, "SNR": snr}


def _decibel(signal: float, error: float) -> float:
    """Ratio of a signal to an error in dB."""
    return float("inf") if error == 0 else 20 * float(np.log10(signal / error))
