"""`eval("script", "System.exit(CODE);")` in a macro."""

import pytest

from children import child
from edgepsf.errors import MacroError
from edgepsf.imagej.session.exits import exit_code

pytest.importorskip("scyjava", reason='needs pip install "edgepsf[imagej]"')


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("System.exit(0);", 0),
        ("  java.lang.System.exit( 3 )", 3),
        ("Packages.java.lang.System.exit(-1); // done", -1),
        ("importClass(java.lang.System); System.exit(2);", 2),
        ("java.lang.Runtime.getRuntime().halt(4);", 4),
        ("System.exit(0);;", 0),
        ("/* bye */ System.exit(0); // bye", 0),
        ("importPackage(java.lang);\nSystem.exit(0);\n", 0),
        ("System.exit();", None),
        ("System.exit(a);", None),
        ("print(1); System.exit(0);", None),
        ("if (false) System.exit(0);", None),
        ("", None),
    ],
)
def test_scripts_that_only_end_the_process(script, code):
    assert exit_code(script) == code


@pytest.mark.parametrize("call", ['eval("script", "System.exit(4);");', 'eval("js", "System.exit(4);");'])
def test_a_session_raises_system_exit_and_works_on(imagej, capfd, call):
    with pytest.raises(SystemExit) as raised:
        imagej.run_macro(f'{call} print("went on");')
    assert raised.value.code == 4
    assert "went on" not in capfd.readouterr().err
    assert imagej.run_macro('return "still here";') == "still here"


def test_a_macro_in_a_macro_ends_the_process(imagej, tmp_path):
    (tmp_path / "inner.ijm").write_text('eval("script", "System.exit(5);"); print("inner went on");')
    with pytest.raises(SystemExit) as raised:
        imagej.run_macro(f'runMacro("{tmp_path}/inner.ijm"); print("went on");')
    assert raised.value.code == 5
    assert imagej.run_macro('return "still here";') == "still here"


def test_another_script_is_refused_where_java_has_no_javascript(imagej):
    from jpype import JClass

    if JClass("javax.script.ScriptEngineManager")().getEngineByName("ECMAScript") is not None:
        pytest.skip("this Java has JavaScript")
    with pytest.raises(MacroError, match=r"this Java has no JavaScript, and only System\.exit"):
        imagej.run_macro('eval("script", "1 + 1;");')


@pytest.mark.parametrize("code", [0, 7])
def test_the_command_ends_with_the_code(tmp_path, code):
    macro = tmp_path / "m.ijm"
    macro.write_text(
        f'newImage("a", "8-bit", 9, 9, 1); saveAs("tiff", "{tmp_path}/a.tif"); print("saved");\n'
        f'eval("script", "System.exit({code});");\nprint("went on"); return "value";'
    )
    done = child("-m", "edgepsf", "macro", str(macro))
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "saved\n")
    assert (tmp_path / "a.tif").stat().st_size > 81
