"""The commands in ImageJ's own window: menu, dialogs, Recorder, progress and Esc, on a display without a screen.

One ImageJ is either with or without a window: the functions named check_* run in a pytest of their own, under
Xvfb, which `test_everything_in_the_window` starts.
"""

from __future__ import annotations

import contextlib
import sys
import time

import numpy as np
import pytest

import edgepsf as ep
from children import child
from edgepsf.commands import BY_NAME, COMMANDS
from edgepsf.errors import InputError
from edgepsf.options import Flag, Image, Number, split_options
from edgepsf.testing import edge_image

pytest.importorskip("scyjava", reason='needs pip install "edgepsf[imagej]"')
EDGE = edge_image(ep.psf.Logistic(1.1, 0.03), noise=0.01).astype(np.float32)


# Outside of the window


def test_everything_in_the_window(display):
    own = ("-m", "pytest", __file__, "-o", "python_functions=check_*", "-p", "no:cacheprovider")
    # Java needs SIGSEGV for itself; at its end pytest's faulthandler would take it away from a running ImageJ.
    done = child(*own, "-p", "no:faulthandler", DISPLAY=display)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def test_fiji_open_waits_until_imagej_is_quit(display):
    code = (
        "import sys, threading, time\nfrom edgepsf.cli import main\n"
        "def quit():\n"
        "    from edgepsf.imagej import session\n"
        "    while session.current.running() is None: time.sleep(0.1)\n"
        "    from jpype import JClass\n"
        "    time.sleep(1); print(JClass('ij.Menus').getCommands().get('Edge g...'))\n"
        "    JClass('ij.IJ').getInstance().quit()\n"
        "threading.Thread(target=quit).start()\n"
        "sys.exit(main(['fiji', 'open']))"
    )
    done = child("-c", code, DISPLAY=display)
    assert (done.returncode, done.stdout, done.stderr) == (0, "edgepsf\n", "")


def test_ctrl_c_ends_fiji_open(display):
    code = (
        "import os, signal, sys, threading, time\nfrom edgepsf.cli import main\n"
        "def interrupt():\n"
        "    from edgepsf.imagej import session\n"
        "    while session.current.running() is None: time.sleep(0.1)\n"
        "    time.sleep(1); os.kill(os.getpid(), signal.SIGINT)\n"
        "threading.Thread(target=interrupt).start()\n"
        "sys.exit(main(['fiji', 'open']))"
    )
    done = child("-c", code, DISPLAY=display)
    assert (done.returncode, done.stderr) == (130, "edgepsf: interrupted\n")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="DISPLAY is a matter of Linux")
@pytest.mark.parametrize(
    ("display", "sentence"), [(None, "DISPLAY is not set"), (":987", "window cannot open")]
)
def test_fiji_open_without_a_display(display, sentence):
    done = child("-m", "edgepsf", "fiji", "open", DISPLAY=display)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1)
    assert sentence in done.stderr


def test_fiji_open_on_a_mac(monkeypatch, capsys):
    from edgepsf.cli import main

    monkeypatch.setattr(sys, "platform", "darwin")
    assert main(["fiji", "open"]) == 4
    assert "main thread on macOS" in capsys.readouterr().err


def test_option_strings_of_dialogs():
    from edgepsf.imagej.window.fields import option_string

    options = (
        Number("v1"),
        Image("psf"),
        Flag("plot"),
        Flag("tidy", default=True),
    )

    def string(**entries):
        return option_string({"tidy": "true", **entries}, options)

    assert string() == ""
    assert string(v1=" 3 ", psf="a b", plot="true", tidy="false") == "v1=3 psf=[a b] plot tidy=false"
    assert string(psf="[a]") == "psf=[[a]]"
    for title in ("a] b", "&a"):
        with pytest.raises(InputError, match="cannot be written in a macro"):
            string(psf=title)


def test_progress_and_escape_without_a_window(capfd):
    from edgepsf.imagej.bridge import register
    from edgepsf.imagej.window import progress

    register()
    from jpype import JClass

    with progress.shown(BY_NAME["Edge g..."]) as reports:
        assert reports == {}
    with progress.shown(BY_NAME["Deconvolve..."]) as reports:
        assert reports["callback"](1, 2, {}) is None
        JClass("ij.IJ").setKeyDown(27)
        with pytest.raises(InputError, match="cancelled with Esc after 1 of 2 iterations; nothing was made"):
            reports["callback"](1, 2, {})
        assert reports["callback"](2, 2, {}) is None, "all is done"
        progress.callback("again")(1, 2, {})
    assert capfd.readouterr() == ("", "")


# In the window


@pytest.fixture(scope="module")
def imagej():
    from edgepsf.imagej.bridge import register
    from edgepsf.imagej.session import start

    running = register(start(headless=False))
    java("ij.Prefs").set("recorder.mode", "Macro")
    java("ij.IJ").run("Record...")
    wait(java("ij.plugin.frame.Recorder").getInstance)
    return running


@pytest.fixture(autouse=True)
def tidy(request):
    yield
    if "imagej" in request.fixturenames:
        for window in showing():
            close(window)
            wait(lambda window=window: not window.isShowing())
        request.getfixturevalue("imagej").run_macro('run("Close All"); run("Clear Results");')


def java(name):
    from jpype import JClass

    return JClass(name)


def wait(condition, seconds=20):
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"waited in vain; dialogs: {[texts(w) for w in showing()]}"
        time.sleep(0.01)
    return value


def showing(kind="java.awt.Dialog"):
    return [w for w in java("java.awt.Window").getWindows() if isinstance(w, java(kind)) and w.isShowing()]


def texts(container):
    """All words in a dialog, joined."""
    words = []
    for part in container.getComponents():
        if hasattr(part, "getComponents"):
            words.append(texts(part))
        elif isinstance(part, java("java.awt.Label")):
            words.append(str(part.getText()))
        elif isinstance(part, java("ij.gui.MultiLineLabel")):
            lines = part.getClass().getDeclaredField("lines")
            lines.setAccessible(True)
            words.extend(str(line) for line in lines.get(part))
    return " ".join(" ".join(words).split())


def select(title):
    """Make an image the current one, and wait until no late window event makes it another."""
    since = time.monotonic()

    def steady():
        nonlocal since
        current = java("ij.WindowManager").getCurrentImage()
        if current is None or current.getTitle() != title:
            java("ij.IJ").selectWindow(title)
            since = time.monotonic()
        return time.monotonic() - since > 0.1

    wait(steady)


def post(event):
    """Let Java handle an event as it handles a click: after what it is doing now, in its own thread."""
    java("java.awt.Toolkit").getDefaultToolkit().getSystemEventQueue().postEvent(event)


def close(window):
    post(java("java.awt.event.WindowEvent")(window, 201))


def choose(name):
    """Choose a command from the menu Plugins > Edge PSF."""
    menu = java("ij.Menus").getImageJMenu("Plugins")
    menu = next(
        menu.getItem(i) for i in range(menu.getItemCount()) if menu.getItem(i).getLabel() == "Edge PSF"
    )
    item = next(menu.getItem(i) for i in range(menu.getItemCount()) if menu.getItem(i).getLabel() == name)
    post(java("java.awt.event.ActionEvent")(item, 1001, name))


def dialog(kind="ij.gui.GenericDialog", but=None):
    """The dialog that is open, but not the one that was."""
    window = wait(lambda: next((w for w in showing(kind) if w != but), None))
    wait(is_waiting)
    time.sleep(0.02)
    return window


def is_waiting():
    """Whether a dialog waits for the user: pressed a moment earlier than any user can, it would wait for ever."""
    stacks = java("java.lang.Thread").getAllStackTraces().values()
    return any("WaitDispatchSupport.enter(" in str(frame) for stack in stacks for frame in stack)


def press(window, label="OK"):
    button = next(b for b in buttons(window) if str(b.getLabel()).strip() == label)
    post(java("java.awt.event.ActionEvent")(button, 1001, label))


def buttons(container):
    for part in container.getComponents():
        if isinstance(part, java("java.awt.Button")):
            yield part
        elif hasattr(part, "getComponents"):
            yield from buttons(part)


def fields(window):
    """Fields by key, found as users find them: the key is the first word of the label, in lower case."""
    found, key = {}, None
    for part in window.getComponents():
        if isinstance(part, java("java.awt.Checkbox")):
            found[str(part.getLabel()).split(" ")[0].rstrip(":").lower()] = part
        elif isinstance(part, java("java.awt.Label")):
            key = str(part.getText()).split(" ")[0].rstrip(":").lower()
        elif key:
            found[key] = part.getComponent(0) if isinstance(part, java("java.awt.Panel")) else part
            key = None
    return found


def fill(window, **entries):
    found = fields(window)
    for key, text in entries.items():
        if isinstance(found[key], java("java.awt.Choice")):
            found[key].select(text)
        elif isinstance(found[key], java("java.awt.Checkbox")):
            found[key].setState(text in (None, "true"))
        else:
            found[key].setText(text)


def finished(name, seconds=30):
    """Wait until a command chosen from the window has ended."""
    threads = java("java.lang.Thread")
    java("java.awt.EventQueue").invokeAndWait(lambda: None)  # the click has been handled

    def ended():
        return name not in [str(t.getName()) for t in threads.getAllStackTraces().keySet()]

    # Twice: Java's list is wrong for a moment where one thread ends that has just started another.
    wait(lambda: ended() and ended(), seconds)


def recorded():
    return str(java("ij.plugin.frame.Recorder").getInstance().getText())


def images():
    manager = java("ij.WindowManager")
    found = [manager.getImage(n) for n in manager.getIDList() or ()]
    return {str(imp.getTitle()): imp for imp in found}


def rows():
    table = java("ij.measure.ResultsTable").getResultsTable()
    return [str(table.getRowAsString(i)).split("\t")[1:] for i in range(table.size())]


def show(imagej, array=EDGE, title="img"):
    imp = imagej.to_imageplus(array, title)
    imp.show()
    imp.setRoi(20, 10, 100, 100)
    return imp


@contextlib.contextmanager
def outcome(imagej):
    """What is made meanwhile: new images by title, new rows, new lines of the Recorder; the images are closed."""
    before, count, text = images(), len(rows()), recorded()
    made = {}
    yield made
    new = {title: imp for title, imp in images().items() if title not in before}
    made["images"] = {title: imagej.to_numpy(imp) for title, imp in new.items()}
    made["rows"], made["lines"] = rows()[count:], recorded()[len(text) :]
    for imp in new.values():
        imp.changes = False
        imp.close()


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
    if name in ("Deconvolve...", "Compare Sharpening..."):
        imagej.run_macro('run("PSF from Profile...", "p1=1.2 size=15"); rename("PSF");')
    return "img"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def check_dialog_recorder_and_replay(imagej, command):
    title = prepare(imagej, command.name)
    select(title)
    with outcome(imagej) as first:
        choose(command.name)
        if command.options:
            window = dialog()
            assert set(fields(window)) - {"preview"} == {option.key for option in command.options}
            fill(window, **dict(split_options(command.example)))
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
        fill(first, **entries)
        press(first)
        second = dialog(but=first)
        assert sentence in texts(second)
        assert str(fields(second)["v1"].getText()) == entries["v1"], "what was entered is kept"
        fill(second, v1="30", v2="100")
        press(second)
        finished("Edge g...")
    assert list(made["images"]) == ["img-g"]
    assert made["lines"].endswith('run("Edge g...", "v1=30 v2=100");\n')


def toggle(window, key):
    """Click a checkbox."""
    box = fields(window)[key]
    box.setState(not box.getState())
    post(java("java.awt.event.ItemEvent")(box, 701, box.getLabel(), 1 if box.getState() else 2))


def line_names(imp):
    overlay = imp.getOverlay()
    return [] if overlay is None else [str(overlay.get(i).getName()) for i in range(overlay.size())]


def check_preview_of_the_fit(imagej):
    imp = show(imagej)
    imagej.run_macro(
        'makeRectangle(1, 1, 5, 5); Overlay.addSelection("blue"); makeRectangle(20, 10, 100, 100);'
    )
    own = line_names(imp)
    assert len(own) == 1
    with outcome(imagej) as made:
        choose("PSF from Edge...")
        window = dialog()
        fit = ep.fit_edge(EDGE, (20, 10, 100, 100))
        wait(lambda: f"FWHM {fit.psf.fwhm:.4g} px" in texts(window))
        assert f"model {fit.model}" in texts(window)
        assert [name for name in line_names(imp) if name not in own] == [
            "edgepsf edge",
            "edgepsf band-",
            "edgepsf band+",
        ]
        x, y = (
            float(v[0]) for v in (lambda p: (p.xpoints, p.ypoints))(imp.getOverlay().get(1).getFloatPolygon())
        )
        assert abs(fit.distance(x, y)) < 0.02, "the line that is drawn is the edge"
        fill(window, model="gaussian")
        wait(lambda: "model gaussian" in texts(window))
        fill(window, model="cauchy")
        wait(lambda: "unknown edge model" in texts(window))
        assert line_names(imp) == own
        fill(window, model="logistic")
        wait(lambda: "model logistic" in texts(window))
        toggle(window, "preview")
        wait(lambda: line_names(imp) == own)
        assert "FWHM" not in texts(window)
        toggle(window, "preview")
        wait(lambda: "model logistic" in texts(window))
        press(window, "Cancel")
        finished("PSF from Edge...")
    assert line_names(imp) == own, "the image has its own overlay again"
    assert (made["images"], made["rows"], made["lines"]) == ({}, [], "")


def check_preview_says_why_there_is_no_psf(imagej):
    show(imagej, np.zeros_like(EDGE))
    choose("PSF from Edge...")
    window = dialog()
    sentence = ""
    try:
        ep.fit_edge(np.zeros_like(EDGE), (20, 10, 100, 100))
    except ep.EdgeError as error:
        sentence = str(error)
    assert sentence
    wait(lambda: sentence[:40] in texts(window))
    press(window, "Cancel")
    finished("PSF from Edge...")


def check_preview_waits_where_the_region_is_large(imagej):
    imp = show(imagej, np.tile(EDGE, (4, 4)))
    imp.deleteRoi()
    choose("PSF from Edge...")
    window = dialog()
    assert not fields(window)["preview"].getState()
    press(window, "Cancel")
    finished("PSF from Edge...")
    assert line_names(imp) == []


def check_titles_with_blanks_and_umlauts(imagej):
    show(imagej)
    imagej.run_macro('run("PSF from Profile...", "p1=1.2"); rename("größe 1 [a]");')
    select("img")
    with outcome(imagej) as made:
        choose("Deconvolve...")
        window = dialog()
        fill(window, psf="größe 1 [a]", iterations="2")
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


def check_progress_escape_and_other_commands_meanwhile(imagej):
    show(imagej, np.tile(EDGE, (4, 4)))
    imagej.run_macro('run("PSF from Profile...", "p1=1.2"); rename("PSF");')
    select("img")
    with outcome(imagej) as made:
        choose("Deconvolve...")
        first = dialog()
        fill(first, iterations="100000")
        press(first)
        status = java("ij.ImageJ").getStatusBarText
        wait(lambda: "of 100000 iterations (Esc cancels)" in str(status()))
        java("ij.Executer")("Select All", None)  # another command does not have to wait
        wait(lambda: int(images()["img"].getRoi().getBounds().width) == 512, 5)
        assert "of 100000" in str(status())
        java("ij.IJ").setKeyDown(27)
        second = dialog(but=first)
        assert "cancelled with Esc after" in texts(second)
        assert "of 100000 iterations; nothing was made" in texts(second)
        assert "of 100000" not in str(status())
        press(second, "Cancel")
        finished("Deconvolve...")
    assert made["images"] == {}
    assert "Deconvolve" not in made["lines"]


def check_escape_stops_a_macro_with_the_sentence(imagej):
    import threading

    show(imagej, np.tile(EDGE, (4, 4)))
    imagej.run_macro('run("PSF from Profile...", "p1=1.2"); rename("PSF");')
    select("img")
    timer = threading.Timer(1, java("ij.IJ").setKeyDown, [27])
    timer.start()
    with pytest.raises(ep.errors.MacroError, match="Deconvolve: cancelled with Esc after"):
        imagej.run_macro('run("Deconvolve...", "psf=PSF iterations=100000"); print("went on");')
    timer.join()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def check_help_names_every_key(imagej, command):
    from edgepsf.imagej.window.fields import help_text

    text = help_text(command)
    assert text.startswith("<html>")
    assert all(f"<b>{option.key}</b>" in text for option in command.options)
