"""pyproject.toml, constraints.txt, fiji-env.yml, Makefile and `edgepsf doctor` name the same packages and versions."""

import re
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from edgepsf.imagej import doctor

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]
CONDA_FILE = (ROOT / "fiji-env.yml").read_text(encoding="utf-8")
# Names by which conda-forge has a package of PyPI, and what is no Python package.
CONDA = {"matplotlib-base": "matplotlib"}
CONDA_ONLY = {"python", "openjdk", "maven", "pip"}
# What hatchling requires; it works in an environment of its own, so that it is mostly not installed here.
OF_THE_BUILD = {"packaging", "pathspec", "pluggy", "tomlkit", "trove-classifiers"}


def pins(text: str, between: str) -> dict[str, str]:
    """Versions by name of all lines such as "numpy==2.4.6" or "- numpy=2.4.6"."""
    found = re.findall(rf"^[ -]*([\w.-]+){between}([\w.]+)$", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


PINS = pins((ROOT / "constraints.txt").read_text(encoding="utf-8"), "==")
CONDA_PINS = pins(CONDA_FILE, "=")
DEPENDENCIES = [Requirement(each) for each in PROJECT["dependencies"]]
WANTED = [*DEPENDENCIES, *(Requirement(each) for extra in EXTRAS.values() for each in extra)]
WANTED += [Requirement(each) for each in PYPROJECT["build-system"]["requires"]]


@cache
def requirements(name: str) -> tuple[Requirement, ...]:
    """What an installed package requires here, without its extras; nothing if it is not installed."""
    try:
        told = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return ()
    found = (Requirement(each) for each in told)
    return tuple(each for each in found if each.marker is None or each.marker.evaluate({"extra": ""}))


def needed() -> set[str]:
    """Names of the packages that this project requires, and of those that these require, and so on."""
    names, left = set(), [canonicalize_name(each.name) for each in WANTED]
    while left:
        name = left.pop()
        if name not in names:
            names.add(name)
            left += [canonicalize_name(each.name) for each in requirements(name)]
    return names


def installed(name: str) -> bool:
    try:
        return bool(metadata.version(name))
    except metadata.PackageNotFoundError:
        return False


def test_every_package_is_pinned():
    pinned = set(PINS)
    wanted = [*PROJECT["dependencies"], *(each for extra in EXTRAS.values() for each in extra)]
    assert {re.match(r"[\w-]+", each)[0].lower() for each in wanted} <= pinned
    assert needed() <= pinned


def test_every_pin_is_a_package_that_something_requires():
    absent = {canonicalize_name(each.name) for each in WANTED if not installed(each.name)}
    if absent - {"ducc0", "hatchling"}:
        pytest.skip(
            f"not installed here, so that what they require is not known: {', '.join(sorted(absent))}"
        )
    assert set(PINS) - needed() <= OF_THE_BUILD
    assert set(PINS) >= OF_THE_BUILD


@pytest.mark.parametrize("wanted", WANTED, ids=str)
def test_the_bounds_admit_the_pins(wanted):
    assert wanted.specifier.contains(PINS[canonicalize_name(wanted.name)])


@pytest.mark.parametrize("name", sorted(PINS))
def test_the_pins_fit_together(name):
    """What one pinned package requires of another; told by the installed version, if it is the pinned one."""
    if not installed(name) or metadata.version(name) != PINS[name]:
        pytest.skip(f"{name} {PINS[name]} is not installed here")
    for each in requirements(name):
        version = PINS.get(canonicalize_name(each.name))
        assert version is None or each.specifier.contains(version, prereleases=True), str(each)


def test_the_conda_environment_has_the_pinned_versions_and_extras_that_exist():
    shared = {CONDA.get(name, name): v for name, v in CONDA_PINS.items() if name not in CONDA_ONLY}
    assert "numpy" in shared
    assert shared == {name: PINS.get(name) for name in shared}, "the same versions as in constraints.txt"
    assert set(shared) <= {canonicalize_name(each.name) for each in DEPENDENCIES}
    assert set(re.search(r"editable \.\[([\w,]+)\]", CONDA_FILE)[1].split(",")) <= set(EXTRAS)
    assert "--constraint constraints.txt" in CONDA_FILE


def test_make_and_conda_install_the_same_extras():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    by_make = re.search(r'--editable "\.\[([\w,]+)\]"', makefile)[1]
    assert by_make == re.search(r"editable \.\[([\w,]+)\]", CONDA_FILE)[1]
    assert "PIP_CONSTRAINT := $(CURDIR)/constraints.txt" in makefile


def test_the_conda_environment_has_a_python_and_a_java_that_work():
    assert SpecifierSet(PROJECT["requires-python"]).contains(CONDA_PINS["python"])
    assert int(CONDA_PINS["openjdk"].split(".")[0]) >= 11
    lowest = re.search(r">=(\d+\.\d+)", PROJECT["requires-python"])[1]
    assert PYPROJECT["tool"]["mypy"]["python_version"] == lowest
    assert PYPROJECT["tool"]["ruff"]["target-version"] == "py" + lowest.replace(".", "")


def test_doctor_and_pages_offer_extras_that_exist():
    assert set(doctor._EXTRAS) <= set(EXTRAS)
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for extras in re.findall(r'(?:edgepsf|install -e "\.)\[([\w,]+)\]', page.read_text(encoding="utf-8")):
            assert set(extras.split(",")) <= set(EXTRAS), page.name
