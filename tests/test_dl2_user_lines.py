"""Command lines of DeconvolutionLab2 as people write them: read as the plugin reads them, or refused with the mend."""

from pathlib import Path

import numpy as np
import pytest

import edgepsf as ep
from edgepsf.pictures import space
from edgepsf.plugins.dl2_command import Location, Output, check_words, parse_command
from edgepsf.plugins.dl2_locations import mend
from edgepsf.plugins.dl2_outputs import refuse_characters
from edgepsf.plugins.dl2_synthetic import read_synthetic
from edgepsf.plugins.methods import parse

BASE = "-image platform a -psf file h.tif -algorithm RL 10"


def output(text):
    (made,) = parse_command(f"{BASE} -out {text}").outputs
    return made


# Titles, names and paths


@pytest.mark.parametrize(
    "title",
    ["s.czi - T=0 C=0", "  two  blanks", "x-out stack.tif", "test-image.tif", "a (-psf b)", "Ω – copy.tif"],
)
def test_titles_with_dashes_and_blanks(title):
    text = f"-image platform {title} -psf file h.tif -algorithm RL 3 -out stack r"
    command = parse_command(text, [title.strip()])
    assert command.image == Location("platform", title.strip())
    if "(-psf" not in title:  # a keyword in the title of a picture that is not open is one
        assert parse_command(text) == command


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("stack deconv - T=1 C=0", "deconv-T=1C=0"),  # the plugin leaves the blanks out
        ("stack a-1 -2.5", "a-1-2.5"),
        ("stack mip a", "a"),
        ("stack sub/a", "sub/a"),
        ("stack", ""),
    ],
)
def test_names_of_results(text, name):
    assert output(text) == Output("stack", name)


@pytest.mark.parametrize(
    "words", ["noshow short x", "short noshow x", "x short noshow", "x  noshow\tshort", "NoShow SHORT x"]
)
def test_words_of_out_in_any_order(words):
    assert output(f"stack {words}") == Output("stack", "x", show=False, type="short")


@pytest.mark.parametrize("space", ["  ", "\t", "\n", " \r\n "])
def test_blanks_tabs_and_line_breaks(space):
    text = BASE + " -out stack noshow x -path /data"
    assert parse_command(text.replace(" ", space)) == parse_command(text)


def test_an_equals_sign_behind_a_keyword_is_a_blank():
    assert parse_command("-image=platform a -psf=file h.tif -algorithm=RL 10") == parse_command(BASE)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("current", Path.cwd()),
        ("home", Path.home()),
        ("desktop", Path.home() / "Desktop"),
        ("Desktop", Path("Desktop")),  # a folder of this name, as in the plugin
        ("/data/a b/", Path("/data/a b")),
        ("~/x", Path.home() / "x"),
    ],
)
def test_folders(path, wanted):
    assert parse_command(f"{BASE} -path {path}").path == wanted
    assert parse_command(f"{BASE} -path  {path}  -norm 1").path == wanted


# Numbers and codes


@pytest.mark.parametrize(
    ("algorithm", "parameters"),
    [
        ("RL 5.00", {"iterations": 5}),
        ("rl 1E1", {"iterations": 10}),
        ("RLTV 30 1.000E-04", {"iterations": 30, "regularization": 1e-4}),
        ("Richardson-Lucy 7", {"iterations": 7}),
        ("LANDWEBER 3 0.5", {"iterations": 3, "step": 0.5}),
        ("Tikhonov-Miller 3", {"iterations": 3, "step": 1.0, "regularization": 0.1}),
        ("LW+ 50 1.5", {"iterations": 50, "step": 1.5}),
    ],
)
def test_algorithms_and_their_numbers(algorithm, parameters):
    command = parse_command(BASE.replace("RL 10", algorithm))
    assert command.call.parameters == parameters
    assert command.notes == ()


def test_iterations_are_rounded_as_in_the_plugin():
    command = parse_command(BASE.replace("RL 10", "RL 25.0025"))
    assert command.call.parameters == {"iterations": 25}
    assert command.notes == ("25.0025 iterations are 25, as in the plugin",)


@pytest.mark.parametrize(
    ("words", "pad", "apo", "notes"),
    [
        ("-pad AUTO AUTO 4 2", ("NO", "NO", 4, 2), ("NO", "NO"), ['"AUTO" of -pad is passed over'] * 2),
        ("-pad mirror -apo tukey", ("NO", "NO", 0, 0), ("NO", "NO"), ['"mirror" of -pad', '"tukey" of -apo']),
        ("-pad EXTENDED EXTENDED 0 0", ("NO", "NO", 0, 0), ("NO", "NO"), ['"EXTENDED" of -pad'] * 2),
        (
            "-pad X23 X23",
            ("NO", "NO", 0, 0),
            ("NO", "NO"),
            ['"X23" of -pad is passed over, as in the plugin, which'] * 2,
        ),
        ("-pad e2 X2X3", ("NO", "X2X3", 0, 0), ("NO", "NO"), ['"e2" of -pad is passed over']),
        ("-pad E2 E2 10.0 2.6", ("E2", "E2", 10, 3), ("NO", "NO"), []),
        ("-apo hann COS", ("NO", "NO", 0, 0), ("NO", "COS"), ['"hann" of -apo is passed over']),
        ("-apo Hanning", ("NO", "NO", 0, 0), ("NO", "NO"), ['"Hanning" of -apo is passed over']),
    ],
)
def test_codes_that_the_plugin_passes_over_are_noted(words, pad, apo, notes):
    command = parse_command(f"{BASE} {words}")
    assert (command.pad, command.apodize) == (pad, apo)
    assert len(command.notes) == len(notes)
    assert all(note.startswith(start) for note, start in zip(command.notes, notes, strict=True))


@pytest.mark.parametrize(
    "words",
    [
        *(
            "-monitor no",
            "-monitor none",
            "-monitor console table",
            "-monitor 0 -monitor 1",
            "-verbose prolix",
        ),
        *("-fft jtransforms", "-fft FFTW2", "-multithreading no", "-system no", "-display no -disable stats"),
    ],
)
def test_words_without_effect_on_the_numbers(words):
    command = parse_command(f"{BASE} {words}")
    assert set(command.idle) == {word[1:] for word in words.split() if word.startswith("-")}
    assert command.call == parse_command(BASE).call
    assert len(command.notes) == sum("-dis" in word for word in words.split())


@pytest.mark.parametrize(
    ("stats", "wanted", "notes"),
    [
        ("show", Output("stack", "stats", True, True), 0),
        ("noshow RL", Output("stack", "RL", False, True), 0),
        ("show + save", Output("stack", "+", True, True), 0),  # how the plugin's own window writes it
        ("nosave noshow", None, 0),
        ("false", None, 0),
        ("no", Output("stack", "no", True, True), 1),
    ],
)
def test_stats(stats, wanted, notes):
    command = parse_command(f"{BASE} -stats {stats}")
    assert command.stats == wanted
    assert len(command.notes) == notes


@pytest.mark.parametrize("view", ["stats @1 x", "profile (1,2,3)"])
def test_views_that_the_plugin_passes_over(view):
    command = parse_command(f"{BASE} -out {view} -out mip m")
    assert command.outputs == (Output("mip", "m"),)
    assert "makes nothing" in command.notes[0]


def test_a_keyword_without_a_blank_in_a_name_is_noted():
    command = parse_command(f"{BASE} -out mip y-pad E2")
    assert command.outputs == (Output("mip", "y-padE2"),)
    assert command.notes == (
        'the name of -out is "y-padE2", as in the plugin; "y-pad" has no blank before -pad: write a blank there',
    )
    assert parse_command(f"{BASE} -out mip cell-image noshow").notes == ()


@pytest.mark.parametrize(
    ("text", "every"), [("@2 x", 2), ("@2.6 x", 2), ("noshow @3 x", 3), ("x @4", 4), (" @5 x", 5)]
)
def test_snapshots_in_a_place_where_the_plugin_does_not_look(text, every):
    line = f"{BASE} -out stack {text} nosave"
    command = parse_command(line)
    assert command.outputs[0].every == every
    if text.startswith("@"):
        assert command.notes == ()
        check_words(line)
    else:
        (note,) = command.notes
        assert f"@{every} in -out" in note
        assert "must stand directly behind stack: the plugin passes over it there; here it counts" in note
        with pytest.raises(ep.InputError, match="must stand directly behind stack"):
            check_words(line)


def test_key_points_are_rounded_as_in_the_plugin():
    assert output("ortho (10.7,20.2,3.6) o").keypoint == (11, 20, 4)
    assert output("ortho (1,2,-.6) o").keypoint == (1, 2, -1)
    assert output("stack result(2)") == Output("stack", "result(2)")


def test_a_saved_result_without_a_name_is_noted():
    (note,) = parse_command(f"{BASE} -out stack noshow").notes
    assert 'its file is ".tif", which many programs hide' in note
    assert not parse_command(f"{BASE} -out stack nosave -out series noshow -out mip m").notes


def test_names_with_a_colon():
    assert output("stack a:b").name == "a:b"  # of a file on every system but Windows
    refuse_characters("out", "sub\\x - T=1.a")
    with pytest.raises(ep.InputError, match=r'no : in the name of a file: change "a:b" of -out'):
        refuse_characters("out", "a:b")


@pytest.mark.parametrize("word", ["1_0", "٣", "１０", "nan", "inf", "-Infinity", "1e999"])
def test_numbers_of_python_only_are_no_numbers(word):
    for line in (
        BASE.replace("RL 10", f"RL {word}"),
        f"{BASE} -norm {word}",
        f"{BASE} -epsilon {word}",
        f"{BASE} -pad E2 E2 {word} 0",
        f"{BASE} -out stack @{word} x",
        f"{BASE} -out ortho ({word},1,1) x",
        BASE.replace("file h.tif", f"synthetic Gaussian 2 2 2 size {word} 64 1"),
        BASE.replace("file h.tif", f"synthetic Gaussian {word} 2 2"),
        BASE.replace("file h.tif", f"synthetic Impulse center {word} 0 0"),
    ):
        with pytest.raises(ep.InputError, match=word):
            parse_command(line)
        if "synthetic" not in line:  # where the images come from is not looked at
            with pytest.raises(ep.InputError, match=word):
                check_words(line)
    for method in (f"RL {word}", f"RL iterations={word}", f"LW 10 step={word}"):
        with pytest.raises(ep.InputError, match=word):
            parse("DeconvolutionLab2", method)
    with pytest.raises(ep.InputError, match=word):
        parse("Parallel Iterative", f"WPL {word}")
    with pytest.raises(ep.InputError, match=word):
        parse("Parallel Iterative", f"WPL gamma={word}")


def test_the_same_value_twice_counts_once():
    assert parse_command(f"{BASE} -algorithm RL 10") == parse_command(BASE)


# Refusals


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BASE.replace("RL 10", "RIF 0,1"), '"0,1" in -algorithm RIF 0,1 has a decimal comma.*write 0.1'),
        (BASE.replace("RL 10", "TM 200 1,0000 0,0100"), '"1,0000".*decimal comma.*write 1.0000'),
        (BASE.replace("RL 10", "RLTV 10 ,5"), "write .5"),
        (BASE + " -norm 0,9", "decimal comma"),
        (BASE + " -epsilon 1,5E-6", "write 1.5E-6"),
        (BASE + " -residu 0,01", "decimal comma"),
        (BASE + " -pad E2 E2 1,5", "decimal comma"),
        (BASE.replace("RL 10", "RLTV 40 0.1000-path /d"), '"0.1000-path" has no blank before -path'),
        (BASE + "-out stack x", "has no blank before -out: write a blank there"),
        (
            "-image platform a -psf file h.tif-algorithm RL 10",
            '"h.tif-algorithm" has no blank before -algorithm',
        ),
        (BASE + " - fft FFTW2", '"- fft" has a blank behind the dash: write -fft'),
        (BASE + " -stats show + save - fft FFTW2", '"- fft" has a blank behind the dash'),
        (BASE + " -time 5 - out stack x", "write -out"),
        (BASE.replace("-image", "-Image"), '"-Image platform a".*"-Image" is no keyword: write -image'),
        (BASE + " -showstats @3", "-showstats"),
        (BASE + " -constraint no -showstats", '"-showstats" in -constraint'),
        (BASE + " -path/data", '"-path/data": write a blank behind -path'),
        (BASE + " -out stackname", "write a blank behind stack"),
        (BASE + " -out stack nosaved", "write nosave, and behind a blank the rest"),
        (BASE + " -out ortho (3, 4, 5)", "without blanks"),
        (BASE.replace("-algorithm", "-algoritm"), '"-algoritm": did you mean -algorithm'),
        (BASE.replace("-algorithm", "–algorithm"), '"–algorithm" has a long dash: write -algorithm'),
        (BASE.replace("-algorithm", "—algoritm"), '"—algoritm": did you mean -algorithm'),
        (BASE.replace("-image", "–image"), '"–image" has a long dash: write -image'),
        (BASE.replace("-image", "-imgae"), '"-imgae": did you mean -image'),
        (BASE.replace("-psf", "-spf"), '"-spf": did you mean -psf'),
        (BASE + " -nrom 1", '"-nrom": did you mean -norm'),
        (BASE + " -norm 1 -constrain no", '"-constrain": did you mean -constraint'),
        (BASE + " -out stack x -sats no", '"-sats": did you mean -stats'),
        (BASE.replace("platform a", "plattform a b"), 'did you mean "platform a b"'),
        (BASE.replace("platform a", "active"), 'write "-image platform active"'),
        (BASE.replace("file h.tif", "fle h.tif"), 'did you mean "file h.tif"'),
        (BASE + " -out ortho 5) x", '"5." in -out ortho 5. x is no point'),
        (BASE + " -out ortho (1,2) x", "write its three numbers as .x,y,z."),
        (BASE + " -out stack a (b)", '".b." in -out'),
        (BASE + " -out ortho (3,4,5", "without blanks"),
        (BASE + " -out stack @-2 x", "@-2 in -out stack @-2 x must be @1 or more"),
        (BASE + " -out stack @.5 x", "must be @1 or more"),
        (BASE + " -out stack @2 @3 x", "two @N, of which the plugin takes the first"),
        (BASE + " -out stack x -out mip noshow x", 'two -out save the file "x.tif"'),
        (BASE + " -out stack -out mip", 'two -out save the file ".tif"'),
        (BASE + " -stats /data/x", "-path FOLDER and -stats NAME"),
        (BASE + " -out stack /data/x", "-path FOLDER and -out stack NAME"),
        (BASE + " -out stack C:\\data\\x", "-path FOLDER and -out stack NAME"),
        (BASE + " -out stack x -Path /d", '"-Path" is no keyword: write -path'),
        (
            BASE + " -psf file g.tif",
            '-psf is given twice.*"file h.tif" and as "file g.tif" .the plugin takes the first',
        ),
        (BASE + " -norm 1 -norm 2", "the plugin takes the last"),
        (BASE + " -reference r.tif", "write -reference file r.tif"),
        (BASE.replace("RL 10", "Richardson-Lucy Total Variation 5"), "RL takes iterations"),
        (BASE.replace("RL 10", "Naive Inverse Filter"), 'unknown algorithm "Naive"'),
    ],
)
def test_lines_that_the_plugin_would_misread(text, says):
    with pytest.raises(ep.InputError, match=says):
        parse_command(text)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ('"/data/a b.tif"', "as part of the name: leave them out"),
        ("'/data/a.tif'", "leave them out"),
        ("[/data/a.tif]", "leave them out"),
        ("C:/data/a.tif", "path of Windows"),
        ("D:\\data\\a.tif", "path of Windows"),
        ("h.tif-algorithm RL 10", "has no blank before -algorithm"),
        ("h.tif -algoritm RL 10", '"-algoritm": did you mean -algorithm?'),
        ("h.tif –norm 1", '"–norm" has a long dash: write -norm'),
    ],
)
def test_the_mend_for_a_name_that_is_not_there(value, says):
    assert says in mend(value)
    assert mend("a.tif") == mend("/data/my-image.tif") == mend("cell-image") == ""


# Pictures from formulas


def test_a_synthetic_psf():
    command = parse_command(
        BASE.replace("file h.tif", "synthetic Gaussian 2.0 3 1 size 17 15 8 intensity 128")
    )
    made = read_synthetic("psf", command.psf.value).make()
    assert (made.shape, made.dtype) == ((8, 15, 17), np.float32)
    z, y, x = np.indices(made.shape) - np.array([4, 7.5, 8.5])[:, None, None, None]
    want = 128 * np.exp(-(x**2 / 8 + y**2 / 18 + z**2 / 2))
    np.testing.assert_allclose(made, want, rtol=1e-6)


def test_a_synthetic_picture_of_the_size_of_the_plugin():
    assert read_synthetic("image", "Constant intensity 3").make().shape == (32, 128, 128)
    made = read_synthetic("image", "impulse size 9 8 7 center 0 .5 .5").make()
    assert np.argwhere(made).tolist() == [[3, 4, 0]]
    assert made.max() == 255
    bead = read_synthetic("image", "Sphere 3 0.5 size 16 16 16 intensity 10 center 0.5 0.5 0.5").make()
    assert bead[8, 8, 8] == pytest.approx(10, rel=0.01)
    assert bead[8, 8, 11] == pytest.approx(5)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("GridSpots 3 1 16", "known shapes are Gaussian"),
        ("BesselJ0 2 5 0.2 0.2", "the 0 in its name"),
        ("RandomLines 10", "random numbers"),
        ("Gaussian 2 size 64 64 64", "takes 3 numbers .sigma x, sigma y, sigma z."),  # of the plugin 2 64 64
        (
            "gaussian 100.0 0.0 1 1 1 size 9 9 9",
            '"gaussian 100.0 0.0 1 1 1 size 9 9 9" has 5',
        ),  # an old order
        ("Gaussian 2 2 2 size 64 64", "size .* takes 3 numbers, not 2"),
        ("Gaussian 2 2 2 size 64 64 64 x", '"x" in'),
        ("Gaussian 2,5 2 2 size 64 64 64", "decimal comma"),
        ("Gaussian 2 2 2 size 0 64 64", "cannot be made"),
        ("", 'synthetic "" is not made here'),
    ],
)
def test_synthetic_pictures_that_are_refused(text, says):
    with pytest.raises(ep.InputError, match=says) as caught:
        parse_command(BASE.replace("file h.tif", f"synthetic {text}"))
    assert "-psf synthetic" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Ramp 1 0 1", "also for z"),
        ("Astigmatism 5 2", "write 1"),
        ("Impulse center 1e308 0 0", "not inside"),
        ("Impulse center -0.1 0 0", "not inside"),
        ("CubeSphericalBeads 3 1 0 0", "gives no picture of 128 × 128 × 32 px: change its numbers"),
    ],
)
def test_numbers_that_the_plugin_does_not_take(text, says):
    with pytest.raises(ep.InputError, match=says):
        read_synthetic("image", text).make()


def test_a_synthetic_picture_that_is_larger_than_the_memory(monkeypatch):
    made = read_synthetic("image", "Gaussian 2 2 2 size 2000 2000 200")
    monkeypatch.setattr(space, "free_memory", lambda: 10**9)
    with pytest.raises(
        ep.InputError, match=r"2000 × 2000 × 200 px needs about 32 GB of memory, and 1 GB are"
    ):
        made.make()
    assert read_synthetic("image", "Constant size 4 4 1").make().shape == (1, 4, 4)
