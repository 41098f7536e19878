"""Damaged pictures and sets of regions end with a picture or a sentence; `python -m tests.mutated` tries many more."""

from __future__ import annotations

import pytest
from tests import mutated


@pytest.mark.filterwarnings("ignore")
def test_damaged_files_are_read_or_refused_by_a_sentence(capfd):
    counts = mutated.run(320, seed=11)
    told = capfd.readouterr()
    assert counts["wrong"] == 0, told.out
    assert counts["large"] == 0, told.out
    assert told.err == ""
    assert counts["read"] > 30
    assert counts["refused"] > 100
