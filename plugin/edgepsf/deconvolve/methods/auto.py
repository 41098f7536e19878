"""The method that serves the picture best, chosen without the truth."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...errors import InputError
from ...options import Choice, Option
from ..automatic import EFFORTS, Advice, advise
from ..memory import Size
from ..method import Method, method
from ..observation import Observation
from ..operator import Blur
from ..record import Log
from .collaborative import collaborative
from .richardson_lucy import richardson_lucy
from .richardson_lucy_collaborative import richardson_lucy_collaborative
from .tv import tv

_USED: dict[str, Method] = {
    each.name: each for each in (collaborative, tv, richardson_lucy_collaborative, richardson_lucy)
}
EFFORT = Choice("effort", "how much time a good picture is worth", EFFORTS, default=EFFORTS[1])
USE = Choice("use", "the method; chosen from the picture when not given", tuple(_USED), rare=True)
_PASSED = ("iterations", "regularization", "noise", "gain", "steps", "offset")


def _passed(key: str) -> Option:
    """An option of the used methods: a number that `choose` found, and that `restore` gets back."""
    of = next(option for each in _USED.values() for option in each.options if option.key == key)
    return replace(of, default=None, rare=True, help=f"as for the method that is used: {of.help}")


def choose(
    seen: Observation, blur: Blur, log: Log, *, effort: str, use: str | None, **numbers: Any
) -> dict[str, Any]:
    """The method from dimensions, size, noise and spread of the light, and its numbers."""
    advice = advise(seen, blur, effort) if use is None else Advice(use, "as given")
    advice = _with_numbers(advice, use, {key for key, value in numbers.items() if value is not None})
    for doubt in advice.doubts:
        log.warn(doubt)
    log.note(use=advice.use, reason=advice.reason)
    used = _USED[advice.use]
    given = _of(used, numbers)
    if advice.iterations is not None:
        given["iterations"] = given["iterations"] or advice.iterations
    elif used is richardson_lucy and given["iterations"] is None:
        given["stop"] = "auto"
    found = used.choose(seen, blur, log, **given)
    return {"use": used.name} | {key: found[key] for key in _PASSED if key in found}


def _with_numbers(advice: Advice, use: str | None, given: set[str]) -> Advice:
    """The advice, or a method that takes the given numbers.

    Raises
    ------
    InputError
        If the method that was asked for, or any, takes not all of them.
    """
    taking = [name for name, each in _USED.items() if given <= {option.key for option in each.options}]
    if advice.use in taking:
        return advice
    if use is not None or not taking:
        takes = ", ".join(sorted(given))
        raise InputError(
            f"{use or 'no method'} does not take {takes} together: leave out what it does not know, or name another use"
        )
    return replace(advice, use=taking[0], reason="takes the numbers that were given", iterations=None)


def _of(used: Method, numbers: dict[str, Any]) -> dict[str, Any]:
    """The options of a method: the given numbers, else its defaults."""
    given = {option.key: numbers.get(option.key) for option in used.options}
    return {
        option.key: option.default if given[option.key] is None else given[option.key]
        for option in used.options
    }


def memory(size: Size, *, use: str | None, **others: Any) -> float:
    """The largest of the methods that may be used."""
    may = [_USED[use]] if use else list(_USED.values())
    return max(each.memory(size, **_of(each, others) | _stop(each)) for each in may)


def _stop(used: Method) -> dict[str, Any]:
    return {"stop": "auto"} if used is richardson_lucy else {}


@method(EFFORT, USE, *map(_passed, _PASSED), choose=choose, memory=memory, place=5)
def auto(seen: Observation, blur: Blur, log: Log, *, use: str, **numbers: Any) -> np.ndarray:
    """The method that serves the picture: patches, total variation, or Richardson–Lucy where the PSF is in doubt.

    Parameters
    ----------
    use : str
        Name of the method.
    **numbers
        Its numbers.
    """
    log.note(use=use)
    used = _USED[use]
    settings = {key: value for key, value in _of(used, numbers).items() if key != "stop"}
    return used.restore(seen, blur, log, **settings)
