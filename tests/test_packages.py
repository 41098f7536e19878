"""pyproject.toml, constraints.txt, fiji-env.yml and `edgepsf doctor` name the same packages."""

import re
import tomllib
from pathlib import Path

from edgepsf.imagej import doctor

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
# Names by which conda-forge has a package of PyPI.
CONDA = {"matplotlib-base": "matplotlib"}


def pins(text: str, between: str) -> dict[str, str]:
    """Versions by name of all lines such as "numpy==2.4.6" or "- numpy=2.4.6"."""
    return dict(re.findall(rf"^[ -]*([\w.-]+){between}([\w.]+)$", text, re.MULTILINE))


def test_every_package_is_pinned():
    pinned = {name.lower() for name in pins((ROOT / "constraints.txt").read_text(), "==")}
    wanted = [*PROJECT["dependencies"], *(each for extra in EXTRAS.values() for each in extra)]
    assert {re.match(r"[\w-]+", each)[0].lower() for each in wanted} <= pinned


def test_the_conda_environment_has_the_pinned_versions_and_extras_that_exist():
    text = (ROOT / "fiji-env.yml").read_text(encoding="utf-8")
    pinned = pins((ROOT / "constraints.txt").read_text(), "==")
    shared = {CONDA.get(name, name): version for name, version in pins(text, "=").items()}
    assert "numpy" in shared
    assert all(pinned[name] == version for name, version in shared.items() if name in pinned)
    assert set(re.search(r"editable \.\[([\w,]+)\]", text)[1].split(",")) <= set(EXTRAS)


def test_doctor_and_pages_offer_extras_that_exist():
    assert set(doctor._EXTRAS) <= set(EXTRAS)
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for extras in re.findall(r'(?:edgepsf|install -e "\.)\[([\w,]+)\]', page.read_text(encoding="utf-8")):
            assert set(extras.split(",")) <= set(EXTRAS), page.name
