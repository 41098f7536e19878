"""The menu, the dialogs and the Recorder: the same pictures and rows from a dialog and from the line it records."""

from __future__ import annotations

import numpy as np
import pytest

from edgepsf.commands import COMMANDS
from edgepsf.options import split_options
from edges import EDGE
from recorder.awt import choose, dialog, fields, fill, finished, press, select, showing, texts
from recorder.imagej_state import java

from .outcome import close, images, outcome, show


def check_menu(imagej):
    menu = java("ij.Menus").getImageJMenu("Plugins")
    own = menu.getItem(menu.getItemCount() - 1)
    assert own.getLabel() == "Edge PSF"
    labels = [str(own.getItem(i).getLabel()) for i in range(own.getItemCount())]
    assert labels == [command.name for command in COMMANDS]
    assert all(java("ij.Menus").getCommands().get(label) for label in labels)
    from edgepsf.imagej.window import menu as code

    before = menu.getItemCount()
    code.add_menu(imagej)
    assert menu.getItemCount() == before, "installed once"


def prepare(imagej, name):
    """Open what the command needs; the title of the image to work on."""
    show(imagej)
    if name in ("Fit Edge Plane", "Edge Distance Map", "Fit Edge Profile..."):
        imagej.run_macro('run("Edge f...", "v1=30 v2=100"); run("Fit Edge Plane");')
        return "img-f"
    if name in ("Deconvolve...", "Compare Sharpening...", "Check PSF..."):
        imagej.run_macro('run("PSF from Profile...", "p1=1.2 size=15"); rename("PSF");')
    return "PSF" if name == "Check PSF..." else "img"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def check_dialog_recorder_and_replay(imagej, command):
    title = prepare(imagej, command.name)
    select(title)
    with outcome(imagej) as first:
        choose(command.name)
        if command.options:
            window = dialog()
            usual = {option.key for option in command.options if not option.rare}
            assert set(fields(window)) - {"preview", "more_options", "or"} == usual
            assert ("more_options" in fields(window)) == (len(usual) < len(command.options))
            assert len(usual) <= 10, "a dialog that can be overlooked"
            fill(window, {key: text or "true" for key, text in split_options(command.example)})
            press(window)
        finished(command.name)
        assert showing() == []
    lines = [line for line in first["lines"].splitlines() if not line.startswith("selectImage")]
    assert len(lines) == 1
    assert lines[0].startswith(f'run("{command.name}"')
    for word in command.example.split():
        assert word in lines[0]
    assert first["images"] or first["rows"]
    select(title)
    with outcome(imagej) as again:
        imagej.run_macro(lines[0])
    assert "run(" not in again["lines"], "a macro is not recorded"
    assert again["rows"] == first["rows"]
    assert list(again["images"]) == list(first["images"])
    for name, image in first["images"].items():
        np.testing.assert_array_equal(again["images"][name], image)


def check_defaults_from_the_image(imagej):
    imp = show(imagej)
    choose("Edge g...")
    window = dialog()
    levels = [float(str(fields(window)[key].getText())) for key in ("v1", "v2")]
    np.testing.assert_allclose(levels, [30, 100], atol=0.2)
    assert "gray value" in texts(window)
    press(window)
    finished("Edge g...")
    select("img-g")
    choose("Edge f...")  # a g image: levels would be wrong here
    window = dialog()
    assert [str(fields(window)[key].getText()) for key in ("v1", "v2")] == ["", ""]
    press(window, "Cancel")
    finished("Edge f...")
    select("img")
    imagej.run_macro('run("PSF from Edge...", "model=logistic");')
    show(imagej, EDGE[:9, :9], "other")
    select("img")
    choose("Deconvolve...")
    window = dialog()
    assert fields(window)["psf"].getSelectedItem() == "img-PSF"
    items = [str(fields(window)["psf"].getItem(i)) for i in range(fields(window)["psf"].getItemCount())]
    assert items == ["img-g", "img-PSF", "other"]
    press(window, "Cancel")
    finished("Deconvolve...")
    select("img")
    choose("PSF from Edge...")
    window = dialog()
    assert str(fields(window)["v1"].getText()) == "", "the fit finds the levels together with the shape"
    assert "(about 30" in texts(window)
    press(window, "Cancel")
    finished("PSF from Edge...")
    assert imp.getTitle() == "img"


def check_cancel_does_nothing(imagej):
    show(imagej)
    with outcome(imagej) as made:
        for label in ("Cancel", None):
            choose("Edge g...")
            window = dialog()
            press(window, label) if label else close(window)
            finished("Edge g...")
    assert (made["images"], made["rows"], made["lines"]) == ({}, [], "")
    assert showing() == []
    assert imagej.run_macro('return "next";') == "next"


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ({"v1": "thirty", "v2": "100"}, 'v1 must be a number, not "thirty"'),
        ({"v1": "3 0", "v2": "100"}, 'v1 must be a number, not "3 0"'),
        ({"v1": "30", "v2": ""}, "give both plateau levels v1 and v2"),
        ({"v1": "&x", "v2": "100"}, "no variable x"),
        ({"v1": "9", "v2": "9"}, "both 9"),
    ],
)
def check_wrong_entries_come_back_with_the_sentence(imagej, entries, sentence):
    show(imagej)
    with outcome(imagej) as made:
        choose("Edge g...")
        first = dialog()
        fill(first, entries)
        press(first)
        second = dialog(but=first)
        assert sentence in texts(second)
        assert str(fields(second)["v1"].getText()) == entries["v1"], "what was entered is kept"
        fill(second, {"v1": "30", "v2": "100"})
        press(second)
        finished("Edge g...")
    assert list(made["images"]) == ["img-g"]
    assert made["lines"].endswith('run("Edge g...", "v1=30 v2=100");\n')


def check_titles_with_blanks_and_umlauts(imagej):
    show(imagej)
    imagej.run_macro('run("PSF from Profile...", "p1=1.2"); rename("größe 1 [a]");')
    select("img")
    with outcome(imagej) as made:
        choose("Deconvolve...")
        window = dialog()
        fill(window, {"psf": "größe 1 [a]", "iterations": "2"})
        press(window)
        finished("Deconvolve...")
    line = next(line for line in made["lines"].splitlines() if line.startswith("run("))
    select("img")
    with outcome(imagej) as again:
        imagej.run_macro(line)
    np.testing.assert_array_equal(again["images"]["img-deconvolved"], made["images"]["img-deconvolved"])


def check_no_image(imagej):
    choose("Edge g...")
    box = dialog("ij.gui.MessageDialog")
    assert "there is no image open" in texts(box)
    press(box)
    finished("Edge g...")


def check_long_sentences_fit_the_screen(imagej):
    show(imagej).setRoi(java("ij.gui.PointRoi")(3, 3))
    choose("Fit Edge Plane")
    box = dialog("ij.gui.MessageDialog")
    assert box.getWidth() < 800
    press(box)
    finished("Fit Edge Plane")


def check_a_macro_is_never_asked(imagej):
    show(imagej)
    for batch in ("false", "true"):
        assert imagej.run_macro(f'setBatchMode({batch}); run("Edge g..."); return getTitle();').startswith(
            "img-g"
        )
        assert showing() == []
    java("ij.IJ").run("Close All")
    show(imagej)
    java("ij.IJ").run("Edge g...")
    assert "img-g" in images()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def check_help_names_every_key(imagej, command):
    from edgepsf.imagej.window.fields import help_text

    text = help_text(command)
    assert text.startswith("<html>")
    assert all(f"<b>{option.key}</b>" in text for option in command.options)
