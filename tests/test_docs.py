"""The reference page is that of the table of commands, and its command lines run."""

from pathlib import Path

import pytest
import tifffile

import edgepsf as ep
from edgepsf.cli import main
from edgepsf.commands import COMMANDS
from edgepsf.testing import edge_image

DOCS = Path(__file__).parent.parent / "docs"


def test_page_is_up_to_date(docs):
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == docs.page(), "run `make docs`"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def test_command_line_examples_run(docs, command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    image = edge_image(ep.psf.Logistic(1.2), noise=0.01)
    if command.name in ("Fit Edge Plane", "Fit Edge Profile..."):
        image = ep.edge.f(ep.edge.g(image, 30, 100))
    tifffile.imwrite("IMAGE.tif", image.astype("float32"))
    tifffile.imwrite("PSF.tif", ep.psf.from_profile(p1=1.2).kernel())
    assert main(docs.cli_example(command).split()) == 0
