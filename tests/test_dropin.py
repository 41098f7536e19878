"""Macros written for DeconvolutionLab2 and Parallel Iterative Deconvolution, without either plugin."""

import numpy as np
import pytest
import tifffile
from macros.comparison import MACROS

import edgepsf as ep
from blurred import spot
from conftest import image_of, show
from edgepsf.errors import MacroError
from edgepsf.plugins.compat import deconvolutionlab2, parallel_iterative
from edges import write_blurred

pytest.importorskip("scyjava", reason='needs pip install "edgepsf[imagej]"')

RNG = np.random.default_rng(5)
IMAGE = RNG.uniform(10, 100, (40, 37)).astype(np.float32)
VOLUME = RNG.uniform(10, 100, (6, 20, 22)).astype(np.float32)
PSF, PSF3 = (spot(shape, 3).astype(np.float32) for shape in ((7, 7), (3, 7, 7)))
CLASS = "edu.emory.mathcs.restoretools.iterative.ParallelIterativeDeconvolution"


pytestmark = pytest.mark.usefixtures("no_plugins", "tidy")


def dl2(imagej, options):
    return imagej.run_macro(f'run("DeconvolutionLab2 Run", "{options}"); return getTitle();')


def test_open_images_and_the_final_display(imagej, capfd):
    show(imagej, IMAGE, "y")
    show(imagej, PSF, "h")
    title = dl2(imagej, "-image platform y -psf platform h -algorithm RL 10")
    assert title == "Final Display of RL"
    np.testing.assert_array_equal(image_of(imagej, title), deconvolutionlab2(IMAGE, PSF, "RL", 10))
    assert "native engine answered DeconvolutionLab2 (RL)" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("algorithm", "arguments"),
    [
        ("LW 5 0.5", ("LW", 5, 0.5)),
        ("TRIF 0.01", ("TRIF", 0.01)),
        ("RIF 0.1", ("RIF", 0.1)),
        ("NIF", ("NIF",)),
        ("VC 3 0.8", ("VC", 3, 0.8)),
        ("NNLS 5", ("NNLS", 5)),
        ("FISTA 5 1 0.1 2 Haar", ("FISTA", 5, 1.0, 0.1, 2, "Haar")),
        ("CONV", ("CONV",)),
        ("I", ("I",)),
    ],
)
def test_algorithms(imagej, algorithm, arguments):
    show(imagej, IMAGE, "y")
    show(imagej, PSF, "h")
    title = dl2(imagej, f"-image platform y -psf platform h -algorithm {algorithm}")
    np.testing.assert_array_equal(image_of(imagej, title), deconvolutionlab2(IMAGE, PSF, *arguments))


def test_controls(imagej):
    show(imagej, IMAGE, "y")
    show(imagej, 3 * PSF, "h")
    title = dl2(
        imagej,
        "-image platform y -psf platform h -algorithm LW 30 -constraint clipped -residu 0.01 -norm 0.9 -pad E2 NO 3 0 "
        "-apo HANN NO -epsilon 1e-5",
    )
    want = deconvolutionlab2(
        IMAGE,
        3 * PSF,
        "LW",
        30,
        constraint="clipped",
        residual=0.01,
        normalize=0.9,
        pad=("E2", "NO", 3, 0),
        apodize=("HANN", "NO"),
        epsilon=1e-5,
    )
    np.testing.assert_array_equal(image_of(imagej, title), want)
    assert not np.allclose(want, deconvolutionlab2(IMAGE, 3 * PSF, "LW", 30))


def test_files_are_read_and_written_where_path_says(imagej, tmp_path):
    folder = tmp_path / "Ordner mit Ä (b) [c]"
    folder.mkdir()
    tifffile.imwrite(folder / "mein Bild.tif", VOLUME, imagej=True)
    tifffile.imwrite(folder / "h.tif", PSF3, imagej=True)
    answer = imagej.run_macro(
        f'run("DeconvolutionLab2 Run", "-image file mein Bild.tif -psf file {folder}/h.tif -algorithm LW 4 '
        f'-out stack noshow result A -out mip noshow short m -out series noshow @2 s -path {folder}");'
        "return d2s(nImages, 0);"
    )
    assert answer == "0"
    want = deconvolutionlab2(VOLUME, PSF3, "LW", 4)
    np.testing.assert_array_equal(tifffile.imread(folder / "resultA.tif"), want)
    assert tifffile.imread(folder / "m.tif").dtype == np.uint16
    names = {f.name for f in folder.iterdir()}
    assert {f"s-z{k:06d}.tif" for k in range(6)} | {f"s@2-z{k:06d}.tif" for k in range(6)} <= names
    np.testing.assert_array_equal(
        tifffile.imread(folder / "s@2-z000003.tif"), deconvolutionlab2(VOLUME, PSF3, "LW", 2)[3]
    )
    assert not [n for n in names if n.startswith(".")]


def test_a_folder_of_slices(imagej, tmp_path):
    (tmp_path / "z").mkdir()
    for k, plane in enumerate(VOLUME):
        tifffile.imwrite(tmp_path / "z" / f"s{k}.tif", plane)
    (tmp_path / "z" / "notes.txt").write_text("no image")
    show(imagej, PSF3, "h")
    title = dl2(imagej, f"-image dir z pattern s.*tif -psf platform h -algorithm RL 3 -path {tmp_path}")
    np.testing.assert_array_equal(image_of(imagej, title), deconvolutionlab2(VOLUME, PSF3, "RL", 3))


def test_planes_of_a_hyperstack_are_z(imagej):
    imp = imagej.to_imageplus(VOLUME, "y")
    imp.setDimensions(2, 3, 1)
    imp.show()
    show(imagej, PSF, "h")
    title = dl2(imagej, "-image platform y -psf platform h -algorithm RL 3")
    np.testing.assert_array_equal(image_of(imagej, title), deconvolutionlab2(VOLUME, PSF, "RL", 3))


def test_a_volume_psf_for_a_plane_gives_its_middle(imagej):
    show(imagej, IMAGE, "y")
    show(imagej, PSF3, "h")
    title = dl2(imagej, "-image platform y -psf platform h -algorithm RL 3")
    np.testing.assert_array_equal(image_of(imagej, title), deconvolutionlab2(IMAGE, PSF3[1], "RL", 3))


def test_rgb_is_luminance_and_the_scale_is_kept(imagej):
    show(imagej, PSF, "h")
    answer = imagej.run_macro(
        'newImage("y", "RGB ramp", 40, 30, 1); makeOval(5, 5, 9, 9); setColor(255, 0, 90); fill(); '
        'run("Select None"); setVoxelSize(0.2, 0.2, 1, "um"); run("Duplicate...", "title=g"); run("32-bit");'
        'selectImage("y"); run("DeconvolutionLab2 Run", "-image platform active -psf platform h -algorithm RL 4");'
        'getPixelSize(unit, w, h); return unit + " " + w + " " + bitDepth();'
    )
    assert answer == "µm 0.2 32"
    want = deconvolutionlab2(image_of(imagej, "g"), PSF, "RL", 4)
    np.testing.assert_allclose(image_of(imagej, "Final Display of RL"), want, rtol=1e-5)


def test_reference_and_stats(imagej, tmp_path, capfd):
    show(imagej, IMAGE, "y")
    show(imagej, PSF, "h")
    show(imagej, IMAGE + 1, "truth")
    rows = imagej.run_macro(
        'run("DeconvolutionLab2 Run", "-image platform y -psf platform h -reference platform truth -algorithm I '
        f'-stats show save figures -path {tmp_path}"); return "" + nResults + " " + getResult("PSNR", 1);'
    )
    psnr = 20 * np.log10((IMAGE + 1).max())
    assert rows.split()[0] == "2"
    assert float(rows.split()[1]) == pytest.approx(psnr, abs=1e-3)
    assert f"PSNR {psnr:.2f} dB" in capfd.readouterr().err
    lines = (tmp_path / "figures.csv").read_text().splitlines()
    assert lines[0].startswith("Signal,Mean,Minimum,Maximum,Stdev,Energy")
    assert lines[2].startswith("Out: I,")


def test_titles_with_keywords_brackets_and_umlauts(imagej):
    for title in ("a -psf.tif", "ä [b] (-out) c", "x.y"):
        show(imagej, IMAGE, title)
        show(imagej, PSF, "h -time")
        last = dl2(imagej, f"-image platform {title} -psf platform h -time -algorithm RL 2")
        np.testing.assert_array_equal(image_of(imagej, last), deconvolutionlab2(IMAGE, PSF, "RL", 2))
        imagej.run_macro('run("Close All");')


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("-image platform nix -psf platform h -algorithm RL 10", 'no open image titled "nix"'),
        ("-image platform y -psf file nix.tif -algorithm RL 10", 'no file "nix.tif"'),
        ("-image platform y -psf platform h -algorithm RK 10", 'unknown algorithm "RK"'),
        ("-image platform y -psf platform h", "has no -algorithm"),
        ("-image platform y -psf platform h -algorithm RL 10 -path /nix -out stack r", "does not exist"),
        ("-image platform bad -psf platform h -algorithm RL 10", "NaN"),
        ("-image platform y -psf platform black -algorithm RL 10", "must be positive"),
    ],
)
def test_failures_stop_the_macro_and_show_nothing(imagej, options, says):
    show(imagej, IMAGE, "y")
    show(imagej, PSF, "h")
    show(imagej, np.full_like(IMAGE, np.nan), "bad")
    show(imagej, 0 * PSF, "black")
    with pytest.raises(MacroError, match=says):
        imagej.run_macro(f'run("DeconvolutionLab2 Run", "{options}"); print("went on");')
    assert imagej.run_macro("return d2s(nImages, 0);") == "4"


def test_the_lab_and_launch_windows_are_refused(imagej):
    with pytest.raises(MacroError, match='only "DeconvolutionLab2 Run" works'):
        imagej.run_macro('run("DeconvolutionLab2 Launch", "-image platform y");')
    with pytest.raises(MacroError, match="options are missing"):
        imagej.run_macro('run("DeconvolutionLab2 Run");')


# ---- call("edu.emory.…")


def pid_call(dimension, method, *arguments):
    values = ", ".join(f'"{a}"' for a in arguments)
    return f'return call("{CLASS}{dimension}D.deconvolve{method}", {values});'


SOLVE = ("NONE", "-1", "REFLEXIVE", "AUTO", "FLOAT", "DOUBLE", "-1", "0", "false", "6", "2", "false")
LINES = {
    "CGLS": (SOLVE, {"threshold": 0.0}),
    "MRNSD": (SOLVE, {"threshold": 0.0}),
    "HyBR": (
        (*SOLVE[:6], "0", "false", "6", "2", "false", "TIKHONOV", "GCV", "-1", "0", "true", "2", "0.0001"),
        {"reg_method": "GCV", "reorth": True, "threshold": 0.0},
    ),
    "WPL": (
        (
            "ZERO",
            "MINIMAL",
            "FLOAT",
            "DOUBLE",
            "-1",
            "6",
            "2",
            "false",
            "0.01",
            "2.0",
            "Z",
            *["true"] * 3,
            "0.1",
            "false",
            "false",
        ),
        {
            "boundary": "ZERO",
            "resizing": "MINIMAL",
            "gamma": 0.01,
            "filter_xy": 2.0,
            "normalize": True,
            "anti_ring": True,
            "change_thresh_percent": 0.1,
        },
    ),
}


@pytest.mark.parametrize("method", LINES)
@pytest.mark.parametrize("dimension", [2, 3])
def test_calls_of_parallel_iterative(imagej, tmp_path, capfd, dimension, method):
    image, psf = (IMAGE, PSF) if dimension == 2 else (VOLUME, PSF3)
    y, h, x = (tmp_path / f"{n} a.tif" for n in "yhx")
    tifffile.imwrite(y, image, imagej=True)
    tifffile.imwrite(h, psf, imagej=True)
    values, options = LINES[method]
    values = [v for v in values if v != "Z"] if dimension == 2 else ["1.5" if v == "Z" else v for v in values]
    if dimension == 3 and method == "WPL":
        options = options | {"filter_z": 1.5}
    assert imagej.run_macro(pid_call(dimension, method, y, h, x, *values)) == str(x)
    want = parallel_iterative(image, psf, method, iterations=6, precision="DOUBLE", **options)
    np.testing.assert_allclose(tifffile.imread(x), want, rtol=1e-5, atol=1e-5)
    assert f"native engine answered Parallel Iterative Deconvolution ({method})" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("dimension", "change", "says"),
    [
        (2, {0: "/nix.tif"}, 'there is no file "/nix.tif"'),
        (3, {}, "has 1 planes: it needs ParallelIterativeDeconvolution2D"),
        (2, {2: "/nix/x.tif"}, "of the result does not exist"),
        (2, {5: "MIRROR"}, 'unknown boundary "MIRROR"'),
        (2, {7: "RGB"}, "output must be one of"),
        (2, {12: "six"}, 'iterations must be a number, not "six"'),
    ],
)
def test_calls_that_fail_stop_the_macro(imagej, tmp_path, dimension, change, says):
    y, h, x = (tmp_path / f"{n}.tif" for n in "yhx")
    tifffile.imwrite(y, IMAGE, imagej=True)
    tifffile.imwrite(h, PSF, imagej=True)
    arguments = [y, h, x, *SOLVE]
    for i, value in change.items():
        arguments[i] = value
    with pytest.raises(MacroError, match=says):
        imagej.run_macro(pid_call(dimension, "CGLS", *arguments))
    assert not x.exists()


def test_output_types_do_not_stretch(imagej, tmp_path):
    y, h, x = (tmp_path / f"{n}.tif" for n in "yhx")
    tifffile.imwrite(y, IMAGE.astype(np.uint8), imagej=True)
    tifffile.imwrite(h, PSF, imagej=True)
    arguments = list(SOLVE)
    arguments[4] = "SAME_AS_SOURCE"
    imagej.run_macro(pid_call(2, "CGLS", y, h, x, *arguments))
    out = tifffile.imread(x)
    want = parallel_iterative(
        IMAGE.astype(np.uint8), PSF, "CGLS", iterations=6, precision="DOUBLE", threshold=0.0
    )
    assert out.dtype == np.uint8
    np.testing.assert_array_equal(out, np.clip(np.floor(want + 0.5), 0, 255))


def test_deconvolve_command_with_the_numbers_of_a_plugin(imagej):
    show(imagej, IMAGE, "y")
    show(imagej, PSF, "h")
    imagej.run_macro(
        'selectImage("y"); run("Deconvolve...", "psf=h compat=[Parallel Iterative] method=[HyBR 4]");'
    )
    want = ep.deconvolve(IMAGE, PSF, "hybr", 4, compat="Parallel Iterative")
    np.testing.assert_array_equal(image_of(imagej, "y-deconvolved"), want)
    with pytest.raises(MacroError, match=r"Deconvolve: engine .* is not installed here"):
        imagej.run_macro(
            'selectImage("y"); run("Deconvolve...", "psf=h engine=DeconvolutionLab2 method=[RL 3]");'
        )


# ---- the macros to copy from


@pytest.mark.parametrize("name", ["with_engine", "deconvolutionlab2", "parallel_iterative"])
def test_macros_from_an_edge_to_a_restored_picture(imagej, tmp_path, name):
    image = write_blurred(tmp_path)
    kernel = ep.fit_edge(image, (80, 100, 40, 40)).psf.kernel()
    imagej.run_macro(MACROS / f"restore_{name}.ijm", str(tmp_path))
    (made,) = {p.name for p in tmp_path.iterdir()} - {"blurred.tif", "blurred-not-negative.tif", "psf.tif"}
    file, want = {
        "with_engine": ("restored-by-engine.tif", lambda: ep.deconvolve(image, kernel, iterations=40)),
        "deconvolutionlab2": (
            "restored-deconvolutionlab2.tif",
            lambda: deconvolutionlab2(image, kernel, "RL", 40),
        ),
        "parallel_iterative": (
            "restored-parallel-iterative.tif",
            lambda: ep.deconvolve(image, kernel, "MRNSD 20", compat="Parallel Iterative"),
        ),
    }[name]
    assert made == file
    np.testing.assert_allclose(tifffile.imread(tmp_path / file), want(), rtol=1e-4)
