"""The strings of a call to Parallel Iterative Deconvolution as numbers, words and flags.

The plugin reads them by Java's rules. What it refuses is refused here. What it misreads is refused, too: a word other
than true that stands for false, and NaN.
"""

from __future__ import annotations

import re
from typing import Any

from ...errors import InputError
from ...plugins.methods import Call, parse

ENGINE = "Parallel Iterative"
_COMMON = ("preconditioner", "preconditioner_tol", "boundary", "resizing", "output", "precision")
_LAST = ("threshold", "logConvergence", "iterations", "nOfThreads", "showIter")
_SOLVE = (*_COMMON, "stopping_tol", *_LAST)
_HYBR = ("inner_solver", "reg_method", "reg_param", "omega", "reorth", "begin_reg", "flat_tol")
_WPL = (*_COMMON[2:], "threshold", "iterations", "nOfThreads", "showIter", "gamma", "filter_xy")
_WPL_END = ("normalize", "logMean", "anti_ring", "change_thresh_percent", "db", "detectDivergence")
# Parameters behind the three paths, in the plugin's order, by dimension and method.
ORDER = {
    (d, method): names
    for d in (2, 3)
    for method, names in {
        "CGLS": _SOLVE,
        "MRNSD": _SOLVE,
        "HyBR": (*_COMMON, *_LAST, *_HYBR),
        "WPL": (*_WPL, *(("filter_z",) if d == 3 else ()), *_WPL_END),
    }.items()
}
PATHS = ("image", "psf", "result")
METHODS = ("CGLS", "MRNSD", "HyBR", "WPL")
OUTPUTS = ("SAME_AS_SOURCE", "BYTE", "SHORT", "FLOAT")
_IDLE = ("output", "logConvergence", "nOfThreads", "showIter", "logMean", "detectDivergence")
_FLAGS = ("reorth", "normalize", "anti_ring", "db")
_WORDS = ("preconditioner", "boundary", "resizing", "precision", "inner_solver", "reg_method")
_WHOLE = ("iterations", "begin_reg", "nOfThreads")
_SHARES = ("preconditioner_tol", "stopping_tol", "reg_param")
_LARGEST = 2**31 - 1  # of Java's int
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[fFdD]?")


def named(dimension: int, method: str, arguments: list[str]) -> dict[str, str]:
    """The strings behind the paths by their names.

    Raises
    ------
    InputError
        If there are too few or too many.
    """
    order = ORDER[dimension, method]
    if len(arguments) != len(PATHS) + len(order):
        raise InputError(
            f"deconvolve{method} of the {dimension}-D class takes {len(PATHS) + len(order)} strings, not "
            f"{len(arguments)}: {', '.join((*PATHS, *order))}"
        )
    return dict(zip(order, arguments[len(PATHS) :], strict=True))


def read(method: str, values: dict[str, str]) -> tuple[Call, str]:
    """The method with its parameters, and one of `OUTPUTS`.

    Raises
    ------
    InputError
        If a value is none that the plugin takes.
    """
    output = values["output"]
    if output not in OUTPUTS:
        raise InputError(f'output must be one of {", ".join(OUTPUTS)}, not "{output}"')
    threads = _whole("nOfThreads", values["nOfThreads"])
    if threads < 1 or threads & (threads - 1):
        raise InputError(f"nOfThreads must be a power of 2, such as 1, 2 or 4, not {threads}")
    options = {key: _value(key, text) for key, text in values.items() if key not in _IDLE}
    if method == "WPL":
        options.pop("threshold")  # the plugin ignores it
    return parse(ENGINE, method, **options), output


def _value(key: str, text: str) -> Any:
    """A parameter from its text."""
    if key in _FLAGS:
        if text.lower() not in ("true", "false"):
            raise InputError(
                f'{key} must be true or false, not "{text}", which the plugin would take for false'
            )
        return text.lower() == "true"
    if key in _WORDS:
        if text != text.upper():
            raise InputError(f'unknown {key} "{text}": the plugin takes it in capital letters only')
        return text
    if key in _WHOLE:
        return _whole(key, text)
    value = _real(key, text)
    if key in _SHARES and value != -1 and not 0 <= value <= 1:
        raise InputError(f"{key} must be a number from 0 to 1, or -1 for automatic, not {text.strip()}")
    return value


def _whole(key: str, text: str) -> int:
    """A number that Java's Integer.parseInt takes."""
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        _real(key, text)
        raise InputError(
            f'{key} must be a whole number of digits only, such as 5, not "{text}": the plugin takes no blank, '
            f"point or exponent there"
        )
    if not -_LARGEST <= int(text) <= _LARGEST:
        raise InputError(f"{key} must be at most {_LARGEST}, not {text}")
    return int(text)


def _real(key: str, text: str) -> float:
    """A finite number that Java's Double.parseDouble takes."""
    plain = text.strip()
    if re.fullmatch(r"[+-]?\d*,\d+([eE][+-]?\d+)?", plain):
        raise InputError(
            f'{key} must have a decimal point, not the comma of "{text}": write {plain.replace(",", ".")}'
        )
    if not (plain.isascii() and _NUMBER.fullmatch(plain)):
        raise InputError(f'{key} must be a number, not "{text}"')
    return float(plain.rstrip("fFdD"))
