"""The library of models: names, lists, refusals; what every model must do stands in test_psf_contract.py."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import edgepsf as ep
from edgepsf.psf import Airy, Blurred, Disk, FreePsf, Gaussian, Logistic, Moffat, RadialModel, Steps, Sum
from edgepsf.psf.families import family, library, model_classes, model_help, names

DOCS = Path(__file__).parent.parent / "docs"


def test_library_and_names():
    assert {"gaussian", "logistic", "logistic3", "logistic5", "disk", "moffat", "airy"} <= set(library())
    assert family("logistic7").terms == 4
    for wrong in ("cauchy", "logistic2", "logisticx"):
        with pytest.raises(ep.InputError, match="unknown edge model"):
            family(wrong)


def test_lists_for_reading():
    assert names()[:7] == ["gaussian", "logistic", "logistic3", "logistic5", "disk", "moffat", "airy"]
    assert model_help() == ", ".join(["auto", *names()]) + " or free"
    with pytest.raises(ep.InputError) as refused:
        family("cauchy")
    known = ", ".join(sorted(library()))
    assert str(refused.value) == (
        f'unknown edge model "cauchy": use auto, free, {known}, or logistic with another odd degree'
    )


def test_parts_of_compositions():
    chosen = [name for name, each in library().items() if each.compose]
    assert [n for n in chosen if n in ("airy", "disk", "gaussian", "logistic", "moffat")] == [
        "airy", "disk", "gaussian", "logistic", "moffat",
    ]  # fmt: skip
    assert not {"logistic3", "logistic5"} & set(chosen)


def test_classes_are_names_of_the_package():
    assert {Airy, Disk, Gaussian, Logistic, Moffat} <= set(model_classes().values())
    for name, each in model_classes().items():
        assert getattr(ep.psf, name) is each


@pytest.mark.parametrize(
    "call", [lambda: Gaussian(0), lambda: Disk(-1), lambda: Moffat(1, 1), lambda: Airy(np.nan)]
)
def test_impossible_parameters(call):
    with pytest.raises(ep.InputError):
        call()


class Nameless(RadialModel):
    """A model that does not tell its arguments."""

    name = "nameless"
    parameters = {}  # noqa: RUF012 stands for a property


def test_a_model_without_arguments_is_equal_to_itself_only():
    one, other = Nameless(), Nameless()
    assert one == one
    assert one != other
    assert len({one, other}) == 2
    assert "object at" in repr(one)
    assert str(one) == "nameless()"


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (Gaussian(4 / 3), "gaussian(sigma=1.333)"),
        (Moffat(2.4, 2.5), "moffat(alpha=2.4, beta=2.5)"),
        (Blurred(Disk(3.0), 0.8), "disk(radius=3) blurred by sigma=0.8"),
        (Sum(Gaussian(1.0), Disk(3.0), 0.6), "0.6 (gaussian(sigma=1)) + 0.4 (disk(radius=3))"),
        (Steps(1.5, 3.0, 0.1), "steps(0.1 within r=1.5, rest to r=3)"),
        (FreePsf([0.0, 1.0], [1.0, 0.5]), "free(2 values to r=2)"),
    ],
)
def test_descriptions_for_reading(model, text):
    assert model.description == str(model) == text


def test_repr_keeps_every_digit():
    assert repr(Gaussian(4 / 3)) == "Gaussian(1.3333333333333333)"
    composed = Sum(Blurred(Airy(0.1 + 0.2), 0.5), Logistic(1.0, 0.02), 1 / 3)
    assert repr(composed) == (
        "Sum(Blurred(Airy(0.30000000000000004), 0.5), Logistic(1.0, 0.02), 0.3333333333333333)"
    )


def test_page_of_models_is_up_to_date():
    spec = importlib.util.spec_from_file_location("docs_build", DOCS / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    assert (DOCS / "models.md").read_text(encoding="utf-8") == build.models_page(), "run `make docs`"
