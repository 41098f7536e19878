"""Models as plain values and back, for JSON: the class and its arguments, part by part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import InputError
from .composite import Blurred, Steps, Sum
from .families import model_classes
from .free import FreePsf
from .model import RadialModel


def _classes() -> dict[str, Callable[..., RadialModel]]:
    """Every class that can be made from text."""
    return {**model_classes(), **{each.__name__: each for each in (Blurred, Steps, Sum, FreePsf)}}


def to_record(model: RadialModel) -> dict[str, Any] | None:
    """Class and arguments of a model: {"class": "Sum", "arguments": [{"class": …}, {"class": …}, 0.6]}.

    None where the model, or a part of it, is of a class that `from_record` does not know.
    """
    arguments = [to_record(each) if isinstance(each, RadialModel) else each for each in model.arguments]
    name = type(model).__name__
    if _classes().get(name) is not type(model) or None in arguments:
        return None
    return {"class": name, "arguments": arguments}


def from_record(record: Any) -> RadialModel:
    """The model of a record.

    Raises
    ------
    InputError
        If it is no record, or tells a class or arguments that do not exist.
    """
    if not isinstance(record, dict) or not isinstance(record.get("arguments"), list):
        raise InputError(f'a model is written as {{"class": …, "arguments": […]}}, not as {record!r:.80}')
    make = _classes().get(str(record.get("class")))
    if make is None:
        known = ", ".join(sorted(_classes()))
        raise InputError(f'unknown class of models "{record.get("class")}": use {known}')
    arguments = [from_record(each) if isinstance(each, dict) else each for each in record["arguments"]]
    try:
        with np.errstate(all="ignore"):
            model = make(*arguments)
            possible = bool(np.isfinite(model.esf(0.0)))
    except (TypeError, ValueError, AttributeError, IndexError, ZeroDivisionError):
        possible = False
    if not possible:
        raise InputError(f"{record['class']} cannot be made from the arguments {record['arguments']!r:.80}")
    return model
