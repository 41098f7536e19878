"""Methods of the plugins: their names and options, and the option strings for DeconvolutionLab2, without any plugin."""

import numpy as np
import pytest

import edgepsf as ep
from edgepsf.plugins.compat import ALGORITHMS
from edgepsf.plugins.dl2_command import split_command
from edgepsf.plugins.dl2_options import digits, write_options
from edgepsf.plugins.methods import CODES, parse
from plugin_jars import DL2, PID

# Names


@pytest.mark.parametrize(
    ("method", "options", "code", "parameters"),
    [
        ("RL 10", {}, "RL", {"iterations": 10}),
        ("rl", {"iterations": 7}, "RL", {"iterations": 7}),
        ("richardson_lucy", {}, "RL", {"iterations": 20}),
        ("richardson_lucy", {"tv": 0.01}, "RLTV", {"iterations": 20, "regularization": 0.01}),
        ("LW+ 5 0.5", {}, "NNLS", {"iterations": 5, "step": 0.5}),
        ("tikhonov", {"regularization": 0.1}, "TRIF", {"regularization": 0.1}),
        ("TRIF 0.01", {}, "TRIF", {"regularization": 0.01}),
        ("inverse", {"iterations": 3}, "NIF", {}),
        (
            "FISTA 20 1 0.1 3 Spline3",
            {},
            "FISTA",
            {"iterations": 20, "step": 1, "regularization": 0.1, "scales": 3, "wavelet": "Spline3"},
        ),
    ],
)
def test_names_of_deconvolutionlab2(method, options, code, parameters):
    call = parse(DL2, method, **options)
    assert (call.code, call.parameters) == (code, parameters)


def test_every_algorithm_has_one_name_of_ours():
    assert sorted(CODES.values()) == sorted(ALGORITHMS)


@pytest.mark.parametrize("name", ["cgls", "MRNSD", "HyBR", "wpl"])
def test_names_of_parallel_iterative(name):
    call = parse(PID, f"{name} 7 boundary=ZERO")
    assert call.parameters["iterations"] == 7
    assert call.parameters["boundary"] == "ZERO"
    assert call.parameters["precision"] == "DOUBLE"  # HyBR is wrong and WPL inexact in SINGLE
    assert call.parameters.get("preconditioner", "NONE") == "NONE"


@pytest.mark.parametrize(
    ("engine", "method", "options", "says"),
    [
        (DL2, "WIF 1", {}, 'unknown algorithm "WIF"'),  # the plugin would give a copy of the input
        (DL2, "RL 10", {"iterations": 5}, "iterations is given twice"),
        (DL2, "RL 10 20", {}, "RL takes iterations"),
        (DL2, "RL 1.5", {}, "whole number"),
        (DL2, "RL", {"gamma": 1}, 'unknown option "gamma"'),
        (DL2, "RL", {"mask": np.ones((24, 21), bool)}, "mask is an option of the native methods"),
        (DL2, "", {}, "method is empty"),
        (PID, "richardson_lucy", {}, "use one of cgls, mrnsd, hybr, wpl"),
        (PID, "WPL boundary=mirror", {}, 'unknown boundary "mirror"'),
        (PID, "WPL iterations=2.5", {}, "iterations must be a whole number"),
        (PID, "HyBR reorth=2", {}, "reorth must be True or False"),
        (PID, "WPL preconditioner=FFT", {}, 'unknown option "preconditioner" for method WPL'),
    ],
)
def test_wrong_methods_are_refused(engine, method, options, says):
    with pytest.raises(ep.InputError, match=says):
        parse(engine, method, **options)


# Option strings for DeconvolutionLab2


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "0.5"), (10, "10"), (1e-06, "1e-06"), (2.0, "2"), (1e20, "1e+20")]
)
def test_numbers_start_with_a_digit(value, text):
    assert digits(value) == text
    assert float(text) == value


@pytest.mark.parametrize("code", ALGORITHMS)
def test_option_string_survives_the_plugins_parser(code):
    call = parse(DL2, f"{code}")
    text = write_options(call, "2.1.2 (27.06.2018)")
    values = dict(split_command(text))
    assert values["algorithm"].split()[0] == code
    assert values["multithreading"] == "no"  # else the call returns before the work is done
    assert values["monitor"] == "0"  # else a window opens
    assert values["epsilon"] == "1e-06"  # else that of an earlier run stays
    assert values["out"] == "stack noshow nosave result"
    assert values["constraint"] == "no"  # "none" would mean non-negative
    assert {"image", "psf", "path", "pad", "apo"}.isdisjoint(values)  # no title and no path to be misread


def test_version_2_0_gets_one_iteration_more_and_no_window():
    text = write_options(parse(DL2, "RL 10"), "(08.05.2017)")
    assert "-algorithm RL 11 " in text
    assert "-system no -display no" in text
    assert "-display" not in write_options(parse(DL2, "RL 10"), "2.1.2 (27.06.2018)")
    assert "-algorithm TRIF 0.5 " in write_options(parse(DL2, "TRIF 0.5"), "(08.05.2017)")


def test_wavelet_stands_behind_the_numbers():
    text = write_options(parse(DL2, "ISTA Spline3 5 1 0.5 2"), "2.1.2")
    assert dict(split_command(text))["algorithm"] == "ISTA 5 1 0.5 2 Spline3"
