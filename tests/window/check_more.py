"""More options: the rare options behind a box, in a window of their own; the line of the Recorder is the same."""

from __future__ import annotations

import pytest

from edgepsf.commands import BY_NAME, COMMANDS
from recorder.awt import choose, dialog, entries, fields, fill, finished, press, select, showing, texts, wait
from recorder.imagej_state import java

from .check_preview import pick, toggle
from .outcome import outcome, show

WITH_RARE = [command for command in COMMANDS if any(option.rare for option in command.options)]


def rare(command):
    return {option.key for option in command.options if option.rare}


def refused_for_its_size():
    """The dialog that comes back after an even size was entered behind "More options"."""
    first = dialog()
    fill(first, {"more_options": "true"})
    press(first)
    second = dialog(but=first)
    fill(second, {"size": "20"})
    press(second)
    return dialog(but=second)


def check_rare_options_have_a_window_of_their_own(imagej):
    show(imagej)
    with outcome(imagej) as made:
        choose("PSF from Edge...")
        first = dialog()
        assert not rare(BY_NAME["PSF from Edge..."]) & set(fields(first))
        assert not fields(first)["more_options"].getState()
        assert "MTF at" in str(fields(first)["more_options"].getLabel())
        pick(first, "model", "gaussian")
        fill(first, {"more_options": "true"})
        press(first)
        second = dialog(but=first)
        assert set(fields(second)) - {"preview", "or"} == rare(BY_NAME["PSF from Edge..."])
        wait(lambda: "model gaussian" in texts(second))
        fill(second, {"size": "21", "mtf_at": "0.1"})
        press(second)
        finished("PSF from Edge...")
    lines = [line for line in made["lines"].splitlines() if line.startswith("run(")]
    assert lines == ['run("PSF from Edge...", "model=gaussian pixel=sampled size=21 mtf_at=0.1");']
    assert made["images"]["img-PSF"].shape == (21, 21)


def check_the_entries_come_back_with_the_sentence(imagej):
    show(imagej)
    with outcome(imagej) as made:
        choose("PSF from Edge...")
        third = refused_for_its_size()
        assert "odd" in texts(third)
        assert fields(third)["more_options"].getState(), "the wrong entry is there"
        press(third)
        fourth = dialog(but=third)
        assert str(fields(fourth)["size"].getText()) == "20"
        press(fourth, "Cancel")
        finished("PSF from Edge...")
    assert (made["images"], made["rows"], made["lines"]) == ({}, [], "")
    assert showing() == []


def check_what_is_not_seen_does_not_count(imagej):
    show(imagej)
    with outcome(imagej) as made:
        choose("PSF from Edge...")
        third = refused_for_its_size()
        toggle(third, "more_options")
        wait(lambda: "FWHM" in texts(third))
        press(third)
        finished("PSF from Edge...")
    assert 'run("PSF from Edge...", "model=auto pixel=sampled");' in made["lines"]
    assert list(made["images"]) == ["img-PSF"]


def check_numbers_from_the_picture_are_seen(imagej):
    """Coefficients of a high degree, noted in the picture, stand in the second window, which opens."""
    show(imagej)
    imagej.run_macro(
        'run("Edge f...", "v1=30 v2=100"); run("Fit Edge Plane"); run("Edge Distance Map"); selectImage("img-f"); '
        'run("Fit Edge Profile...", "degree=9");'
    )
    select("img-f")
    choose("PSF from Profile...")
    window = dialog()
    assert str(fields(window)["p7"].getText())
    assert fields(window)["more_options"].getState()
    press(window, "Cancel")
    finished("PSF from Profile...")


def check_a_word_that_is_not_in_the_list(imagej):
    show(imagej)
    with outcome(imagej) as made:
        choose("PSF from Edge...")
        window = dialog()
        chosen, *items = entries(window)["model"]
        assert chosen == items[0] == "auto"
        assert {"logistic", "disk", "free"} <= set(items)
        fill(window, {"or": "logistic7"})
        press(window)
        box = dialog("ij.gui.MessageDialog")
        assert "p7=" in texts(box), "a polynomial of degree 7 does not fit this edge"
        press(box)
        finished("PSF from Edge...")
    assert (made["images"], made["rows"]) == ({}, [])


def check_a_file_has_a_line_and_a_button(imagej, tmp_path):
    show(imagej)
    target = tmp_path / "with blanks.csv"
    with outcome(imagej) as made:
        choose("PSF from Edge...")
        first = dialog()
        fill(first, {"more_options": "true"})
        press(first)
        second = dialog(but=first)
        field = fields(second)["curves"]
        assert int(field.getColumns()) >= 25
        labels = [
            str(part.getLabel())
            for part in second.getComponents()
            if isinstance(part, java("java.awt.Button"))
        ]
        assert "Browse..." in labels
        fill(second, {"curves": str(target)})
        press(second)
        finished("PSF from Edge...")
    assert f"curves=[{target}]" in made["lines"]
    assert target.read_text().count("\n") > 50


@pytest.mark.parametrize("command", WITH_RARE, ids=lambda c: c.name)
def check_help_has_the_rare_options_apart(imagej, command):
    from edgepsf.imagej.window.fields import help_text

    above, below = help_text(command).split("More options")
    assert all(f"<b>{key}</b>" in below for key in rare(command))
    assert not any(f"<b>{key}</b>" in above for key in rare(command))
