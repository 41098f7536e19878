"""PSFs from the JSON text that their `to_json` wrote."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from ..errors import EdgeError, InputError
from .families import family
from .kernel import KernelPsf
from .model import RadialModel
from .pointspread import PointSpread
from .protocol import Psf
from .record import from_record


def from_json(text: str) -> Psf:
    """The PSF that a text of `Psf.to_json` tells.

    The text may hold more keys than are needed; they are passed over. A text of a composed or free PSF without
    the key "composition", as it was written before there was one, tells too little.

    Parameters
    ----------
    text : str

    Returns
    -------
    Psf
        A `KernelPsf` where the text has the key "kernel", else a `PointSpread`.

    Raises
    ------
    InputError
        If the text is not JSON, or tells no PSF, or one that cannot be.
    """
    try:
        told = json.loads(text)
    except (TypeError, ValueError) as error:
        raise InputError(f"this is no PSF: the text is not JSON ({error})") from None
    if not isinstance(told, dict) or not isinstance(told.get("model"), str):
        raise InputError('this is no PSF: the text needs an object with the key "model"')
    if "kernel" in told:
        return KernelPsf(told["kernel"])
    try:
        return PointSpread(_model(told), told.get("pixel", "sampled"), _aspect(told.get("aspect", 1.0)))
    except EdgeError as error:
        raise InputError(f"the text tells a model that is no PSF: {error}") from None


def _model(told: dict[str, Any]) -> RadialModel:
    """The model, from its name and parameters or from its composition."""
    if "composition" in told:
        return from_record(told["composition"])
    if told["model"] == "free":
        raise InputError(
            'the text tells a composed or free PSF without its parts (key "composition"), as earlier versions wrote '
            "it: fit the edge again, or use the kernel image"
        )
    parameters = told.get("parameters")
    if not isinstance(parameters, dict) or not all(_number(value) for value in parameters.values()):
        raise InputError(
            f'the parameters of "{told["model"]}" must be numbers by name, not {parameters!r:.80}'
        )
    try:
        model = family(told["model"]).from_parameters(parameters)
    except (KeyError, TypeError):
        model = None
    if model is None or model.parameters.keys() != parameters.keys():
        raise InputError(
            f'"{told["model"]}" cannot be made from the parameters {", ".join(parameters) or "none"}'
        )
    return model


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _aspect(value: Any) -> float:
    if not (_number(value) and np.isfinite(value) and value > 0):
        raise InputError(f"aspect must be a positive number, not {value!r:.80}")
    return float(value)
