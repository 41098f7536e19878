"""The commands in ImageJ's own window: menu, dialogs, Recorder, progress and Esc, on a display without a screen.

One ImageJ is either with or without a window: the functions check_* in the folder window run in a pytest of their own,
under Xvfb, which `test_everything_in_the_window` starts.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from children import child
from edgepsf.commands import BY_NAME
from edgepsf.errors import InputError
from edgepsf.options import Flag, Image, Number

pytest.importorskip("scyjava", reason='needs pip install "edgepsf[imagej]"')
CHECKS = Path(__file__).with_name("window")


def test_everything_in_the_window(display):
    names = ("-o", "python_files=check_*.py", "-o", "python_functions=check_*")
    # Java needs SIGSEGV for itself; at its end pytest's faulthandler would take it away from a running ImageJ.
    own = ("-p", "no:cacheprovider", "-p", "no:faulthandler")
    done = child("-m", "pytest", str(CHECKS), *names, *own, DISPLAY=display)
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
