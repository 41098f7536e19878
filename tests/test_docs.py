"""Made pages and tables are up to date, their command lines run, and links lead to files and headings."""

import re
from pathlib import Path

import pytest
import tifffile

import edgepsf as ep
import house
from edgepsf.cli import main
from edgepsf.commands import COMMANDS
from edgepsf.testing import edge_image

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "macros/README.md")),
    *sorted(DOCS.glob("*.md")),
]


@pytest.mark.parametrize("name", ["commands.md", "models.md", "deconvolution.md", "README.md"])
def test_made_pages_and_tables_are_up_to_date(docs, name):
    made = {path.name: (path, text) for path, text in docs.pages().items()}
    path, text = made[name]
    assert path.read_text(encoding="utf-8") == text, "run `make docs`"


def test_a_page_without_its_marks_is_refused(docs, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("no marks")
    with pytest.raises(ValueError, match=r"page\.md needs each of these marks once"):
        docs.with_table(page, "methods", "")


def anchors(page):
    """The anchors of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_and_headings(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        file, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_page_of_the_house_names_every_room():
    rooms = re.findall(
        r"^\| (\d+) \| (.+?) \|", (DOCS / "house.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    named = [
        room.removesuffix("/").removesuffix(".py")
        for _, cell in rooms
        for room in re.findall("`(.+?)`", cell)
    ]
    there = {name.split(".")[0] for name in house.modules()}
    row = [name for names in house.ROWS for name in names if name in there]
    assert [name.removeprefix("__init__") for name in named] == row


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def test_command_line_examples_run(docs, command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    image = edge_image(ep.psf.Logistic(1.2), noise=0.01)
    tifffile.imwrite("edge.tif", image.astype("float32"))
    tifffile.imwrite("edge-f.tif", ep.edge.f(ep.edge.g(image, 30, 100)).astype("float32"))
    tifffile.imwrite("PSF.tif", ep.psf.from_profile(p1=1.2).kernel())
    assert main(docs.cli_example(command).split()) == 0
