"""Option strings for DeconvolutionLab2, written so that its parser cannot misread them.

The parser finds its keywords anywhere, takes `.5` for 5, shows windows by default and returns before the work is
done. Therefore the string holds no title and no path, every number starts with a digit, and every setting is given
that would otherwise open a window, stay for later runs or answer early.
"""

from __future__ import annotations

from .methods import Call

_CONSTRAINTS = {"no": "no", "nonnegative": "nonnegativity", "clipped": "clipped"}


def write_options(call: Call, version: str, every: tuple[int, ...] = ()) -> str:
    """The options for one run through the plugin's Java class.

    Parameters
    ----------
    call : Call
    version : str
        Version 2.0 makes one iteration fewer than it is told, and opens a window unless told not to.
    every : tuple of int
        After every so many iterations the plugin holds its image ready for a snapshot, and reports its iterations.
    """
    old = version.startswith(("(", "2.0"))  # 2.0 tells a date only
    parameters = dict(call.parameters)
    if old and "iterations" in parameters:
        parameters["iterations"] += 1
    wavelet = parameters.pop("wavelet", None)  # after the numbers: the digit in its name would count as one
    words = ["-algorithm", call.code, *map(digits, parameters.values())]
    words += [wavelet] if wavelet else []
    controls = call.controls
    words += ["-monitor 0 -multithreading no -verbose", "log" if every else "mute"]
    norm = controls.get("normalize", 1.0)
    words += ["-norm", "no" if norm is None else digits(norm)]
    words += ["-epsilon", digits(controls.get("epsilon", 1e-6))]  # kept for later runs unless given
    words += ["-constraint", _CONSTRAINTS[controls.get("constraint", "no")]]
    words += ["-residu", digits(controls["residual"])] if "residual" in controls else []
    words += ["-time", digits(controls["seconds"])] if "seconds" in controls else []
    words += ["-out stack noshow nosave result"]
    words += [f"-out stack @{step} noshow nosave snapshot" for step in every]
    words += ["-system no -display no"] if old else []
    return " ".join(words)


def digits(value: float) -> str:
    """A number that starts with a digit, with all of its digits."""
    return repr(int(value) if float(value).is_integer() and abs(value) < 1e15 else float(value))
