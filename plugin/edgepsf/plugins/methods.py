"""Names and parameters of the two plugins' methods: ours ("richardson_lucy") and their own ("RL 10").

A method may bring its parameters along: numbers in the plugin's order ("FISTA 20 1 0.1 3 Haar") or by name
("WPL iterations=10 gamma=0.01").
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from ..deconvolve.job import Setting
from ..deconvolve.methods import METHODS as NATIVE
from ..deconvolve.wavelets import WAVELETS
from ..errors import InputError
from .compat.checks import number, whole
from .compat.deconvolutionlab2 import ALGORITHMS, find_algorithm
from .compat.parallel_iterative import METHODS as PARALLEL_ITERATIVE
from .compat.parallel_iterative import checked_options
from .dl2_words import is_number

ITERATIONS = 20  # of an iterative method when not given, as in the native engine

# Our name -> DeconvolutionLab2's code.
CODES = {
    "richardson_lucy": "RL",
    "richardson_lucy_tv": "RLTV",
    "landweber": "LW",
    "nnls": "NNLS",
    "bvls": "BVLS",
    "tikhonov_miller": "TM",
    "constrained_tikhonov_miller": "ICTM",
    "van_cittert": "VC",
    "inverse": "NIF",
    "division": "DIV",
    "regularized_inverse": "RIF",
    "tikhonov": "TRIF",
    "ista": "ISTA",
    "fista": "FISTA",
    "convolution": "CONV",
    "simulation": "SIM",
    "identity": "I",
}
CONTROLS = ("constraint", "epsilon", "residual", "seconds")
_KNOWN = {
    *("tv", "regularization", "boundary", "axes", "workers", "psf_background"),
    *(key for algorithm in ALGORITHMS.values() for key, _ in algorithm.parameters),
    *(key for known in PARALLEL_ITERATIVE.values() for key in known),
}
# Options of the native engine that no plugin has: all that its pictures and methods declare, less the known ones.
NATIVE_ONLY = tuple(
    key
    for key in dict.fromkeys(
        [*(field.name for field in fields(Setting))]
        + [option.key for method in NATIVE.values() for option in method.options]
    )
    if key not in _KNOWN
)
BORDERS = {"reflect": "REFLEXIVE", "periodic": "PERIODIC", "zero": "ZERO"}


@dataclass(frozen=True)
class Call:
    """One method of a plugin with all of its parameters.

    Attributes
    ----------
    engine : {"DeconvolutionLab2", "Parallel Iterative"}
    code : str
        The plugin's own name: "RL", "WPL".
    parameters : dict
        By name; of DeconvolutionLab2 in the order of its command line.
    controls : dict
        Of DeconvolutionLab2: constraint, epsilon, residual, seconds.
    """

    engine: str
    code: str
    parameters: dict[str, Any]
    controls: dict[str, Any] = field(default_factory=dict)

    @property
    def iterations(self) -> int:
        """Iterations of the method; 1 where it has none."""
        return self.parameters.get("iterations", 1)


def parse(
    engine: str, method: str, iterations: float | None = None, plugin_defaults: bool = False, **options: Any
) -> Call:
    """The method of a plugin, from its name with its numbers, and from options.

    Parameters
    ----------
    engine : {"DeconvolutionLab2", "Parallel Iterative"}
    method : str
        Our name or the plugin's, with parameters or without.
    iterations : int, optional
        20 when not given.
    plugin_defaults : bool
        The plugin's own number of iterations when none is given.
    **options
        Parameters by name. DeconvolutionLab2 also takes `tv`, which turns RL into RLTV, and constraint, epsilon,
        residual, seconds; Parallel Iterative takes all options of `compat.parallel_iterative`, and
        `regularization`, the gamma of WPL and the regParam of HyBR.

    Raises
    ------
    InputError
        If a method or parameter is unknown, or a parameter is given twice.
    """
    for key in NATIVE_ONLY:
        value = options.pop(key, None)
        if value is not None and value is not False:
            raise InputError(f"{key} is an option of the native methods; {engine} has none like it")
    name, numbers, given = _words(str(method))
    given = _joined(given, options | ({} if iterations is None else {"iterations": iterations}))
    if engine == "DeconvolutionLab2":
        return _deconvolutionlab2(name, numbers, given, plugin_defaults)
    return _parallel_iterative(name, numbers, given)


def _words(method: str) -> tuple[str, list[str], dict[str, Any]]:
    """Name, bare words and key=value words of a method."""
    words = method.split()
    if not words:
        raise InputError("the method is empty: give a name such as richardson_lucy")
    pairs = [word.partition("=") for word in words[1:]]
    bare = [key for key, sign, _ in pairs if not sign]
    return words[0], bare, {key: _value(value) for key, sign, value in pairs if sign}


def _value(text: str) -> Any:
    """A number where the text is one, true and false, else the text."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if is_number(text):
        return float(text)
    try:
        float(text)  # of Python only, such as 1_0 and nan
    except ValueError:
        return text
    raise InputError(
        f'"{text}" in the method is no number as the plugins read it: write digits, such as 10 or 1E-3'
    )


def _joined(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    for key in first.keys() & second.keys():
        if first[key] != second[key]:
            raise InputError(f"{key} is given twice: {first[key]} with the method, and {second[key]}")
    return first | second


def _deconvolutionlab2(name: str, words: list[str], given: dict[str, Any], plugin_defaults: bool) -> Call:
    code = CODES.get(name.lower()) or find_algorithm(name)
    if "tv" in given and code == "RL":
        code = "RLTV"
        given = {("regularization" if key == "tv" else key): value for key, value in given.items()}
    known = dict(ALGORITHMS[code].parameters)
    if "iterations" in known:
        known["iterations"] = known["iterations"] if plugin_defaults else ITERATIONS
    elif "iterations" in given:
        whole("iterations", given["iterations"])
        given = {key: value for key, value in given.items() if key != "iterations"}
    wavelets = [w for w in words if not is_number(w)]
    order = [key for key in known if key != "wavelet"]
    numbers = [float(w) for w in words if is_number(w)]
    if len(numbers) > len(order) or len(wavelets) > ("wavelet" in known):
        raise InputError(f"{code} takes {', '.join(known) or 'no parameters'}; given were {' '.join(words)}")
    placed = dict(zip(order, numbers, strict=False)) | ({"wavelet": wavelets[0]} if wavelets else {})
    given = _joined(placed, given)
    _refuse_unknown(code, given, (*known, *CONTROLS))
    parameters = {key: _checked(key, given.get(key, default)) for key, default in known.items()}
    controls = {key: given[key] for key in CONTROLS if given.get(key) is not None}
    return Call("DeconvolutionLab2", code, parameters, controls)


def _parallel_iterative(name: str, words: list[str], given: dict[str, Any]) -> Call:
    codes = {key.lower(): key for key in PARALLEL_ITERATIVE}
    code = codes.get(name.lower())
    if code is None:
        raise InputError(f'Parallel Iterative has no method "{name}": use one of {", ".join(codes)}')
    if len(words) > 1 or not all(is_number(w) for w in words):
        raise InputError(f"{code} takes its iterations as a number and the rest as key=value, not {words}")
    given = _joined({"iterations": float(words[0])} if words else {}, given)
    if "regularization" in given and code in ("WPL", "HyBR"):
        meaning = {"gamma": given.pop("regularization")}
        if code == "HyBR":
            meaning = {"reg_param": meaning["gamma"], "reg_method": "NONE"}
        given = _joined(meaning, given)
    given = {"iterations": ITERATIONS, "precision": "DOUBLE"} | given
    return Call("Parallel Iterative", code, checked_options(code, given))


def _refuse_unknown(code: str, given: dict[str, Any], known: tuple[str, ...]) -> None:
    for key in given:
        if key not in known:
            raise InputError(f'unknown option "{key}" for {code}: it takes {", ".join(known)}')


def _checked(key: str, value: Any) -> Any:
    """A parameter of DeconvolutionLab2, checked."""
    if key == "wavelet":
        for known in WAVELETS:
            if str(value).lower() == known.lower():
                return known
        raise InputError(f'unknown wavelet "{value}": use one of {", ".join(WAVELETS)}')
    if key in ("iterations", "scales"):
        return whole(key, value)
    return number(key, value, low=-float("inf") if key == "mean" else 0, above=key == "step")
