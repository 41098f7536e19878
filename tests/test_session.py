"""The embedded ImageJ, for real: macros, failures, commands in Python, images."""

from __future__ import annotations

import time

import numpy as np
import pytest

from edgepsf.errors import InputError, MacroError
from edgepsf.imagej.session import abort_macro

# Macros


def test_macro_returns_its_value_as_str(imagej):
    assert imagej.run_macro('return "é" + getArgument();', " ü") == "é ü"
    assert imagej.run_macro("x = 1;") == ""
    assert imagej.run_macro("") == ""
    assert imagej.run_macro('macro "A" { return "q"; }') == "q"


def test_commands_work_without_a_window(imagej):
    macro = 'newImage("a","32-bit ramp",64,64,1); run("Macro...","code=v=v*2"); getStatistics(a,m); close();'
    assert imagej.run_macro(macro + ' return "" + m;') == "0.9844"


def test_macro_from_a_file(imagej, tmp_path):
    path = tmp_path / "a b.ijm"
    path.write_text('return "ß" + getArgument();', encoding="utf-8")
    assert imagej.run_macro(path, "x") == "ßx"
    path.write_bytes('return "ß";'.encode("latin-1"))
    assert imagej.run_macro(path) == "ß"
    with pytest.raises(InputError, match=r"missing\.ijm cannot be read"):
        imagej.run_macro(tmp_path / "missing.ijm")


@pytest.mark.parametrize("macro", ["exit();", "exit", 'print("x"); if (1) exit; x = y;', 'exit("");'])
def test_exit_without_a_message_is_success(imagej, macro):
    assert imagej.run_macro(macro) == ""


NEW = 'newImage("a", "8-bit", 4, 4, 1);'
CLOSED = "while (nImages > 0) close();"
FAILURES = {
    "syntax": ("a = 1;\nx = ;\ny = 2;", "Number or numeric function expected in line 2: x = <;>"),
    "undefined variable": ("x = 1;\n\nb = c + 1;", "Undefined variable in line 3"),
    "in a function": ("function f(x) {\n return y;\n}\nf(1);", "Undefined variable in line 2"),
    "unrecognised command": ('run("Nope...");', 'Unrecognized command: "Nope..." in line 1'),
    "exit with a message": ('print("before"); exit("bye\\nand");', "bye and"),
    "index": ("a = newArray(3); x = a[7];", "Index (7) out of 0-2 range"),
    "no image": (CLOSED + 'run("Invert");', "There are no images open"),
    "no image to save": (CLOSED + 'saveAs("Tiff", "/x.tif");', "There are no images open"),
    "formula": (NEW + 'run("Macro...", "code=v=zz*2");', "Undefined variable"),
    "missing file": ('open("/no/such.tif");', "File not found"),
    "missing macro": ('runMacro("/no/such.ijm");', "Macro or script not found"),
    "Java exception": ('call("java.lang.Integer.parseInt", "zz");', "java.lang.NumberFormatException"),
    "exception in a command": (
        'run("Brightness/Contrast...");',
        "java.awt.HeadlessException (this needs a window",
    ),
    "dialog": ('x = getNumber("x", 1);', "this needs a window"),
    "version": ('requires("9.9");', "requires ImageJ 9.9"),
    "abort": ('call("ij.IJ.error", "from Java");', "from Java"),
    "number returned": ("return 3;", "Macros can only return strings"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_macro_that_stops_raises_with_the_reason(imagej, name, capfd):
    macro, reason = FAILURES[name]
    begin = time.perf_counter()
    with pytest.raises(MacroError) as caught:
        imagej.run_macro(macro + '\nprint("went on");')
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "went on" not in capfd.readouterr().err
    assert time.perf_counter() - begin < 1.5, "ImageJ's two-second stall"
    # ... and the next macro starts in good order.
    begin = time.perf_counter()
    assert imagej.run_macro('return "next";') == "next"
    assert time.perf_counter() - begin < 1


def test_a_macro_may_handle_the_failure_of_another(imagej, tmp_path):
    (tmp_path / "bad.ijm").write_text('exit("in bad");')
    macro = f'r = runMacro("{(tmp_path / "bad.ijm").as_posix()}"); return "got " + r;'
    assert imagej.run_macro(macro) == "got [aborted]"
    assert imagej.run_macro('return eval("x=;");') == "[aborted]"


def test_print_goes_to_stderr_only(imagej, capfd):
    imagej.run_macro('print("one"); print("two\\nzwölf"); IJ.log("three"); showMessage("four");')
    out, err = capfd.readouterr()
    assert out == ""
    assert err == "one\ntwo\nzwölf\nthree\nfour\n"


# Commands written in Python


@pytest.fixture
def failing_command(imagej):
    """A command "Fail..." in Python that stops with its option as the sentence; "Inner..." runs a macro."""
    import jpype

    @jpype.JImplements("ij.CommandListener")
    class Listener:
        @jpype.JOverride
        def commandExecuting(self, command):
            options = str(jpype.JClass("ij.Macro").getOptions() or "").strip()
            if str(command) == "Fail...":
                abort_macro(options or "No options.")
            elif str(command) == "Inner...":
                try:
                    imagej.run_macro("x = y;")
                except MacroError as error:
                    abort_macro(f"Inner: {error}")
            else:
                return command
            return None

    executer = jpype.JClass("ij.Executer")
    listener = Listener()
    executer.addCommandListener(listener)
    yield
    executer.removeCommandListener(listener)


SENTENCE = "No edge was found (contrast 0.01): choose another region."


@pytest.mark.parametrize(
    "macro",
    [
        f'run("Fail...", "{SENTENCE}"); print("went on");',
        f'for (i = 0; i < 3; i++) {{ run("Fail...", "{SENTENCE}"); print("went on"); }}',
        f'function f(x) {{ run("Fail...", "{SENTENCE}"); return 1; }}\nx = f(1); print("went on");',
        f"eval(\"run('Fail...', '{SENTENCE}')\"); print(\"went on\");",
    ],
    ids=["plain", "loop", "function", "eval"],
)
def test_abort_macro_gives_exactly_its_sentence(imagej, failing_command, capfd, macro):
    begin = time.perf_counter()
    with pytest.raises(MacroError) as caught:
        imagej.run_macro(macro)
    assert str(caught.value) == SENTENCE
    assert capfd.readouterr().err == ""
    assert time.perf_counter() - begin < 1.5


def test_a_command_may_run_a_macro_itself(imagej, failing_command):
    with pytest.raises(MacroError, match="Inner: Undefined variable in line 1"):
        imagej.run_macro('run("Inner...");')
    assert imagej.run_macro('return "next";') == "next"


def test_abort_outside_of_a_macro_shows_the_sentence(imagej, capfd):
    imagej.abort_macro(SENTENCE)
    assert SENTENCE in capfd.readouterr().err


def test_abort_through_the_interpreter(imagej):
    import jpype

    @jpype.JImplements("ij.CommandListener")
    class Listener:
        @jpype.JOverride
        def commandExecuting(self, command):
            if str(command) != "Abort...":
                return command
            jpype.JClass("ij.macro.Interpreter").getInstance().abort("by hand")

    executer = jpype.JClass("ij.Executer")
    listener = Listener()
    executer.addCommandListener(listener)
    try:
        with pytest.raises(MacroError, match="by hand"):
            imagej.run_macro('run("Abort..."); print("went on");')
    finally:
        executer.removeCommandListener(listener)


# Images


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("shape", [(5, 7), (3, 5, 7), (1, 1)])
def test_images_keep_values_depth_and_axes(imagej, dtype, shape):
    top = 1 if dtype is np.float32 else np.iinfo(dtype).max
    image = (np.random.default_rng(0).random(shape) * top).astype(dtype)
    imp = imagej.to_imageplus(image, "täst")
    assert str(imp.getTitle()) == "täst"
    assert (int(imp.getWidth()), int(imp.getHeight())) == (shape[-1], shape[-2])
    assert int(imp.getNSlices()) == (shape[0] if len(shape) == 3 else 1)
    back = imagej.to_numpy(imp)
    assert back.dtype == dtype
    np.testing.assert_array_equal(back, image)


def test_images_are_copies(imagej):
    image = np.zeros((4, 6), np.float32)
    imp = imagej.to_imageplus(image)
    image[1, 2] = 5
    assert float(imp.getProcessor().getf(2, 1)) == 0
    out = imagej.to_numpy(imp)
    imp.getProcessor().setf(3, 1, 7.0)
    assert out[1, 3] == 0
    assert imagej.to_numpy(imp)[1, 3] == 7


def test_views_and_other_numbers(imagej):
    ramp = np.arange(24, dtype=np.float64).reshape(4, 6)
    for image in (ramp[::-1, ::2], ramp.T, ramp.astype(">f4"), ramp.astype(np.int64), ramp.astype(">u2")):
        np.testing.assert_array_equal(imagej.to_numpy(imagej.to_imageplus(image)), image)
    mask = imagej.to_numpy(imagej.to_imageplus(ramp > 3))
    assert mask.dtype == np.uint8
    assert set(np.unique(mask)) == {0, 255}


@pytest.mark.parametrize(
    "image", [np.zeros(4), np.zeros((0, 3)), np.zeros((2, 2), complex), np.zeros((1,) * 4)]
)
def test_arrays_imagej_does_not_take(imagej, image):
    with pytest.raises(InputError, match="ImageJ takes"):
        imagej.to_imageplus(image)


def test_rgb_is_refused(imagej):
    import jpype

    imp = jpype.JClass("ij.IJ").createImage("colour", "RGB", 4, 4, 1)
    with pytest.raises(InputError, match=r'"colour" is RGB'):
        imagej.to_numpy(imp)
    with pytest.raises(InputError, match="no image"):
        imagej.to_numpy(None)


def test_script_parameters_are_refused_with_what_to_do(imagej):
    with pytest.raises(InputError, match=r'line 2 of the macro, "#@ File input", .* getArgument\(\)'):
        imagej.run_macro("// batch\n#@ File input\nprint(input);")
