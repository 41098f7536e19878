"""Arguments of public functions: a value of a wrong type is refused in one sentence, before any work."""

from __future__ import annotations

import functools
import inspect
import math
import numbers
from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeVar

from ..errors import InputError

P = ParamSpec("P")
R = TypeVar("R")
Check = Callable[[str, Any], Any]


def takes(**checks: Check) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Check arguments by their names; what a check gives takes the place of the argument.

    Parameters
    ----------
    **checks
        ``check(name, value)`` gives the value as the function wants it, or raises an InputError. An argument that is
        not given is not checked.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        unknown = checks.keys() - signature.parameters.keys()
        if unknown:
            raise ValueError(f"{function.__qualname__} has no arguments {', '.join(sorted(unknown))}")

        @functools.wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                bound = signature.bind(*args, **kwargs)
            except TypeError:
                return function(*args, **kwargs)  # its own words about missing and unknown arguments
            for name, check in checks.items():
                if name in bound.arguments:
                    bound.arguments[name] = check(name, bound.arguments[name])
            return function(*bound.args, **bound.kwargs)

        return checked

    return decorate


def optional(check: Check) -> Check:
    """The check for everything but None."""
    return lambda name, value: None if value is None else check(name, value)


def real(name: str, value: Any) -> float:
    """A number as a float; NaN and infinity are left to the function."""
    if type(value) is float or type(value) is int:
        return value
    try:
        if isinstance(value, numbers.Real) and not isinstance(value, bool):
            return float(value)
        if getattr(value, "ndim", None) == 0 and value.dtype.kind in "iuf" and not hasattr(value, "mask"):
            return float(value)
    except (TypeError, ValueError, OverflowError):
        pass
    raise InputError(f"{name} must be a number, not {shown(value)}")


def between(low: float, high: float) -> Check:
    """A finite number between two limits, both allowed."""

    def check(name: str, value: Any) -> float:
        number = real(name, value)
        if not (math.isfinite(number) and low <= number <= high):
            raise InputError(f"{name} must be a number from {low:g} to {high:g}, not {number:g}")
        return number

    return check


def whole(low: int, high: int) -> Check:
    """A whole number between two limits, both allowed."""

    def check(name: str, value: Any) -> int:
        number = real(name, value)
        if not math.isfinite(number) or number != int(number) or number < low:
            raise InputError(f"{name} must be a whole number ≥ {low}, not {number:g}")
        if number > high:
            raise InputError(f"{name} must be at most {high}, not {number:g}")
        return int(number)

    return check


def text(name: str, value: Any) -> str:
    """A text."""
    if not isinstance(value, str):
        raise InputError(f"{name} must be a text, not {shown(value)}")
    return value


def flag(name: str, value: Any) -> bool:
    """True or False, of Python's or of numpy's type."""
    if type(value).__name__ not in ("bool", "bool_"):
        raise InputError(f"{name} must be True or False, not {shown(value)}")
    return bool(value)


def function(name: str, value: Any) -> Callable[..., Any]:
    """Something that can be called."""
    if not callable(value):
        raise InputError(f"{name} must be a function, not {shown(value)}")
    return value


def gray_values(name: str, value: Any) -> Any:
    """Something that numpy takes for an array of real numbers; the value itself."""
    import numpy as np

    try:
        kind = np.asarray(value).dtype.kind
    except (TypeError, ValueError):
        kind = "O"
    if kind not in "buif":
        raise InputError(f"{name} must hold real numbers, not {shown(value)}")
    return no_masked_pixels(name, value)


def scalar(name: str, value: Any) -> Any:
    """One value and no array; the value itself."""
    if getattr(value, "ndim", 0) or isinstance(value, (list, tuple, dict)):
        raise InputError(f"{name} must be a whole number, not {shown(value)}")
    return value


def no_masked_pixels(name: str, value: Any) -> Any:
    """A picture that is no masked array with masked pixels, whose mask would be lost; the value itself."""
    if type(value).__module__.startswith("numpy.ma"):
        import numpy as np

        if np.ma.is_masked(value):
            raise InputError(
                f"the {name} is a masked array with {np.ma.count_masked(value)} masked pixels: give NaN in their "
                f"place, {name}.filled(numpy.nan) of floating point numbers, and they are left out"
            )
    return value


def sizes(count: int | None = None) -> Check:
    """A sequence of whole numbers of pixels, such as the shape of an array."""

    def check(name: str, value: Any) -> tuple[int, ...]:
        items = (
            tuple(value)
            if isinstance(value, Iterable) and not isinstance(value, (str, bytes, dict))
            else None
        )
        if items is None or (count is not None and len(items) != count):
            many = "" if count is None else f"{count} "
            raise InputError(f"{name} must be {many}whole numbers of pixels, not {shown(value)}")
        return tuple(whole(1, 10**9)(name, item) for item in items)

    return check


def origin_of(name: str, value: Any) -> tuple[int, int]:
    """Indices (x, y) of the first pixel."""
    items = tuple(value) if isinstance(value, Iterable) and not isinstance(value, (str, bytes, dict)) else ()
    if len(items) != 2:
        raise InputError(f"{name} must be two whole numbers (x, y), not {shown(value)}")
    x, y = (whole(-(10**9), 10**9)(name, item) for item in items)
    return x, y


ASPECT = between(1e-3, 1e3)  # height of a pixel divided by its width


def shown(value: Any) -> str:
    """A value for a sentence, cut short."""
    line = " ".join(repr(value).split())
    return line if len(line) <= 60 else line[:57] + "..."
