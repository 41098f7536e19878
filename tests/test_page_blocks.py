"""A newcomer's day: every block of README and docs works as written, in order, beside the demo's pictures.

tests/pages.py tells what the words around a block mean. The blocks run in one process of their own.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

import pages
from conftest import FIJI
from edgepsf.cli.program import build_parser
from fiji_folder import assemble
from pages import CLONE, ROOT, Block

BLOCKS = [block for page in pages.pages() for block in pages.blocks(page)]
RUN = [block for block in BLOCKS if block.language in pages.RUN or block.file]
DEMO = Block("demo", 0, "sh", "edgepsf demo -o demo\n")
# Variables that a reader's shell does not have, if a block does not ask for them.
VARIABLES = {name: value for name, value in os.environ.items() if name.startswith("EDGEPSF_")}
VARIABLES |= {"EDGEPSF_FIJI": FIJI} if FIJI else {}


def missing(block: Block) -> str:
    """Why a block cannot run here, or ""."""
    unset = [name for name in block.needs if not VARIABLES.get(name)]
    return block.reason or (f"not set: {', '.join(unset)}" if unset else "")


class Day:
    """What became of the blocks."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.programs = folder / "bin"

    def run(self, chosen: list[Block], places: dict[str, str]) -> dict[str, dict]:
        """Run blocks in the folder; {"ok", "said"} by the names of the blocks."""
        work = self.folder / "work"
        work.mkdir()
        for name in ("examples", "macros"):
            (work / name).symlink_to(ROOT / name)
        self._write_programs()
        results = self.folder / "results.jsonl"
        given = {"blocks": pages.as_json(chosen), "variables": VARIABLES, "places": places}
        done = subprocess.run(
            [sys.executable, str(ROOT / "tests" / "pages.py"), str(results)],
            input=json.dumps(given),
            cwd=work,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        told = (json.loads(line) for line in results.read_text(encoding="utf-8").splitlines())
        return {each["name"]: each for each in told}

    def _write_programs(self) -> None:
        """`edgepsf` and `python` of this Python."""
        self.programs.mkdir()
        for name, words in (("edgepsf", "-m edgepsf"), ("python", "")):
            program = self.programs / name
            program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
            program.chmod(0o755)

    def _environment(self) -> dict[str, str]:
        path = os.pathsep.join(os.path.abspath(folder) for folder in sys.path if folder)
        return {**os.environ, "PYTHONPATH": path, "EDGEPSF_PROGRAMS": str(self.programs), "MPLBACKEND": "agg"}


def places(folder: Path) -> dict[str, str]:
    """The folders that ~/plugins, ~/Fiji.app and the clone stand for, as far as they are needed."""
    found = {}
    if "EDGEPSF_PLUGINS" in VARIABLES:
        found["~/plugins"] = VARIABLES["EDGEPSF_PLUGINS"]
    if FIJI and "EDGEPSF_PLUGINS" in VARIABLES:
        found["~/Fiji.app"] = str(assemble(folder, FIJI, VARIABLES["EDGEPSF_PLUGINS"]))
    elif FIJI:
        found["~/Fiji.app"] = str(shutil.copytree(FIJI, folder / "Fiji.app"))
    if CLONE in VARIABLES:
        found["clone"] = str(shutil.copytree(ROOT, folder / "clone", ignore=not_in_a_clone))
    return found


def not_in_a_clone(folder: str, names: list[str]) -> list[str]:
    """Environments, results and caches among the names in a folder of the repository."""
    made = {"demo", "build", "dist", *(name for name in names if name.startswith("."))}
    return [name for name in names if name == "__pycache__" or (Path(folder) == ROOT and name in made)]


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """The results of all blocks that can run here, by name."""
    pytest.importorskip("scyjava", reason='needs pip install "edgepsf[imagej]"')
    pytest.importorskip("skimage", reason='needs pip install "edgepsf[demo]"')
    folder = tmp_path_factory.mktemp("day")
    return Day(folder).run([DEMO, *(block for block in RUN if not missing(block))], places(folder))


@pytest.mark.parametrize("block", RUN, ids=lambda block: block.name)
def test_block_works_as_written(block, request):
    if missing(block):
        pytest.skip(missing(block))
    result = request.getfixturevalue("day")[block.name]
    assert result["ok"], result["said"]
    assert "Traceback" not in result["said"]


def test_readme_tells_what_the_demo_prints(day):
    """The table, and the numbers of the sentences below it."""
    assert day["demo:0"]["ok"], day["demo:0"]["said"]
    printed = day["demo:0"]["said"]
    table = re.findall(r"^   (\S.*?) {2,}([\d.]+) +([+\d.]+)$", printed, re.MULTILINE)
    assert len(table) == 4
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| .+ \| ([\d.]+) \| (\+[\d.]+)? *\|$", text, re.MULTILINE)
    assert shown == [(psnr, "" if gain == "+0.00" else gain) for _, psnr, gain in table]
    fwhm, low, high = re.search(r"FWHM ([\d.]+) px \(95 % ([\d.]+) to ([\d.]+)\)", printed).groups()
    true, error = re.search(r"true FWHM ([\d.]+) px: error \+([\d.]+) %", printed).groups()
    own = re.search(r"\+([\d.]+) % of FWHM are to be expected", printed)[1]
    told = re.search(r"is ([\d.]+) px \(95 % interval ([\d.]+) to ([\d.]+)\)", text).groups()
    assert told == tuple(f"{float(each):.2f}" for each in (fwhm, low, high))
    assert f"The true FWHM is {float(true):.2f} px" in text
    assert f"{float(error):.1f} % too wide" in text
    assert f"accounts for {float(own):.1f} of these {float(error):.1f} %" in text


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.name)
def test_block_names_its_language(block):
    assert block.language in pages.RUN + pages.SHOWN
    assert not block.file or block.language in ("ijm", "csv"), "what is saved is run by a later line"


def test_no_two_blocks_write_the_same_file():
    """A reader who tries one page after the other in one folder is not refused because of an earlier page."""
    text = "\n".join(line for block in RUN for line in block.shell_lines)
    written = re.findall(r"(?:-o|--report|--curves) (\S+)", text) + [
        block.file for block in RUN if block.file
    ]
    again = {name for name in written if written.count(name) > 1}
    assert again <= {"demo"}, "the demo replaces its own files"


def test_most_blocks_run_without_anything_else():
    free = [block for block in RUN if not (block.needs or block.reason)]
    assert len(free) > len(RUN) / 2
    assert {block.page for block in free} >= {"README.md", "docs/commands.md", "docs/engines.md"}
    assert {block.language for block in free} >= set(pages.RUN)


@pytest.mark.parametrize(
    "line", [line for block in RUN for line in block.shell_lines], ids=lambda line: line[:60]
)
def test_shell_line_names_things_that_exist(line):
    """Lines that do not run here too: options of edgepsf, targets of make, files and modules for Python."""
    words = re.sub(r"^(\w+=\S+ )+", "", line.partition("  #")[0]).split()
    if words[0] == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        assert words[1] in targets
    elif words[0] == "python":
        check_python(words[1:])
    elif words[0] == "edgepsf":
        with mock.patch.dict(os.environ):  # --plugins and --fiji are kept there
            build_parser().parse_args(shlex.split(line, comments=True)[1:])


@pytest.mark.parametrize("page", pages.pages(), ids=lambda page: page.name)
def test_commands_in_sentences_name_things_that_exist(page):
    """`make …`, `python …` and `pytest …` between the blocks."""
    for span in re.findall(r"`((?:make|python|pytest) [^`]+)`", page.read_text(encoding="utf-8")):
        if span.startswith("pytest"):
            span = f"python {span.removeprefix('pytest ')}"
        test_shell_line_names_things_that_exist(span)


def check_python(words: list[str]) -> None:
    """The file or module that `python …` runs is there."""
    if words[0] != "-m":
        assert (ROOT / words[0]).is_file()
    elif words[1] not in ("venv", "pytest"):
        assert importlib.util.find_spec(words[1]) is not None


def test_a_block_that_does_not_work_is_found(tmp_path):
    """A wrong line of each language, after a block that works and one that fails."""
    page = tmp_path / "page.md"
    texts = (
        "python\nx = 3",
        "python\nassert x == 3",
        "python\nx.y",
        'python\nn = {"a": 0.0194}  # {"a": 0.02}',
        'python\nn = {"a": 0.0194}  # {"a": 0.018}',
        "sh\nedgepsf g none.tif -o g.tif",
        "sh\nfalse\ntrue",
    )
    page.write_text("\n\n".join(f"```{text}\n```" for text in texts), encoding="utf-8")
    chosen = pages.blocks(page)
    (tmp_path / "day").mkdir()
    told = Day(tmp_path / "day").run(chosen, {})
    assert [told[block.name]["ok"] for block in chosen] == [True, True, False, True, False, False, False]
    assert "'int' object has no attribute 'y'" in told[chosen[2].name]["said"]
    assert 'there is no file "none.tif"' in told[chosen[5].name]["said"]


def test_words_around_a_block(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "Save these lines as `a.ijm`:\n\n```ijm\nx\n```\n\n```sh\ny \\\n z\n```\n"
        "<!-- needs EDGEPSF_FIJI EDGEPSF_PLUGINS -->\n```python\n```\n\n<!-- not run: hours -->\n\n```sh\n```\n"
    )
    one, two, three, four = pages.blocks(page)
    assert one == Block("page.md", 3, "ijm", "x\n", file="a.ijm")
    assert two.shell_lines == ["y   z"]
    assert replace(three, text="") == Block(
        "page.md", 12, "python", "", needs=("EDGEPSF_FIJI", "EDGEPSF_PLUGINS")
    )
    assert four.reason == "hours"
