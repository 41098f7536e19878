"""Snapshots after some iterations (`-out … @N`): all from one run, with the numbers of runs of so many iterations.

EDGEPSF_PLUGINS names a folder with the plugins' jars, EDGEPSF_PLUGINS_20 one with DeconvolutionLab2 2.0.
"""

import os
import tempfile

import numpy as np
import pytest
import tifffile

from blurred import relative, spot
from children import child
from conftest import image_of, show
from edgepsf.errors import InputError, MacroError
from edgepsf.imagej.plugins import child as children_of_plugins
from edgepsf.imagej.plugins import engine
from edgepsf.plugins import snapshots
from edgepsf.plugins.compat import deconvolutionlab2
from edgepsf.plugins.compat.dl2_setup import Grid
from edgepsf.plugins.jobs import Job, centred_in
from edgepsf.plugins.methods import Call, parse
from edgepsf.plugins.native import compute
from plugin_jars import DL2, needs_plugins

FOLDER_20 = os.environ.get("EDGEPSF_PLUGINS_20")
RNG = np.random.default_rng(11)
IMAGE = RNG.uniform(10, 100, (40, 36)).astype(np.float32)
VOLUME = RNG.uniform(10, 100, (4, 20, 22)).astype(np.float32)
PSF, PSF3 = (spot(shape, 2).astype(np.float32) for shape in ((8, 8), (2, 8, 8)))
ITERATIVE = (
    "RL 5",
    "RLTV 5 0.001",
    "LW 5 0.7",
    "NNLS 5",
    "BVLS 5",
    "TM 5 1 0.001",
    "ICTM 5 1 0.001",
    "VC 5 0.8",
    "ISTA 5 1 0.1 2 Haar",
    "FISTA 5 1 0.1 2 Haar",
)


def shorter(call, iterations, **controls):
    """The same call with fewer iterations."""
    return Call(
        call.engine, call.code, call.parameters | {"iterations": iterations}, call.controls | controls
    )


def collected(call, image, psf, every):
    """The native result, and its snapshots by iteration."""
    kept = {}
    wanted = snapshots.Snapshots(every, lambda i, volume: kept.update({i: volume}))
    return compute(call, image, psf, snapshots=wanted), kept


# ---- the native engine


@pytest.mark.parametrize("constraint", ["no", "nonnegative", "clipped"])
@pytest.mark.parametrize("text", ITERATIVE)
def test_a_snapshot_is_the_result_of_so_many_iterations(text, constraint):
    call = parse(DL2, text, constraint=constraint)
    image = IMAGE if call.code.startswith("RL") else IMAGE - 30
    out, kept = collected(call, image, PSF, (2, 3))
    assert sorted(kept) == [2, 3, 4]
    np.testing.assert_array_equal(out, compute(call, image, PSF))
    for i, volume in kept.items():
        np.testing.assert_array_equal(volume, compute(shorter(call, i), image, PSF))


@pytest.mark.parametrize(("pad", "window"), [(("E2", "NO", 0, 0), (64, 64)), (("NO", "NO", 9, 0), (49, 45))])
def test_a_snapshot_of_a_padded_picture_has_its_size(pad, window):
    call = shorter(parse(DL2, "LW 4"), 4, pad=pad, apodize=("HANN", "NO"))
    _, kept = collected(call, IMAGE, PSF, (2,))
    assert {volume.shape for volume in kept.values()} == {IMAGE.shape}
    np.testing.assert_array_equal(kept[2], compute(shorter(call, 2), IMAGE, PSF))


@pytest.mark.parametrize("text", ITERATIVE)
def test_snapshots_make_no_iteration_twice(text, monkeypatch):
    counted = {"forward": 0, "inverse": 0}

    def counting(name):
        original = getattr(Grid, name)

        def count(self, *arguments):
            counted[name] += 1
            return original(self, *arguments)

        return count

    for name in counted:
        monkeypatch.setattr(Grid, name, counting(name))
    call = parse(DL2, text)
    compute(call, IMAGE, PSF)
    without = dict(counted)
    counted.update(forward=0, inverse=0)
    _, kept = collected(call, IMAGE, PSF, (1,))
    assert sorted(kept) == [1, 2, 3, 4, 5]
    assert counted["forward"] == without["forward"]
    assert counted["inverse"] - without["inverse"] in (0, 5)  # LW, TM and VC stay in the frequency domain


def test_after_the_run_has_stopped_there_is_no_snapshot():
    call = parse(DL2, "RL 300", residual=0.01)
    count = []
    compute(call, IMAGE, PSF, callback=lambda i, n, info: count.append(i))
    out, kept = collected(call, IMAGE, PSF, (1,))
    assert 1 < len(count) < 300
    assert sorted(kept) == count
    np.testing.assert_array_equal(out, kept[count[-1]])


def test_a_snapshot_that_is_not_finite_is_refused():
    with pytest.raises(InputError, match="TM diverged"):
        collected(parse(DL2, "TM 400 1 50"), IMAGE, PSF, (100,))


# ---- in a macro


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """An empty folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


LINE = (
    'run("DeconvolutionLab2 Run", "-image platform y -psf platform h -algorithm {} -out stack @2 nosave a '
    '-out mip @3 noshow b -out stack nosave c -path {}");'
)


def check_line(imagej, folder, text, image, psf, numbers):
    """Run a line with three outputs, and compare titles, files and numbers."""
    show(imagej, image, "y")
    show(imagej, psf, "h")
    titles = imagej.run_macro(
        LINE.format(text, folder) + ' t = getList("image.titles"); return String.join(t, ",");'
    )
    assert set(titles.split(",")) == {"y", "h", "a@2", "a@4", "a@6", "a", "c"}
    files = {file.name for file in folder.glob("*.tif")}
    assert files == {"b@3.tif", "b@6.tif", "b.tif"}
    for title, i in {"a@2": 2, "a@4": 4, "a@6": 6, "a": 6, "c": 6}.items():
        assert relative(image_of(imagej, title), numbers(i)) < 1e-6, title
    for name, i in {"b@3": 3, "b@6": 6, "b": 6}.items():
        front = tifffile.imread(folder / f"{name}.tif")[: image.shape[1], : image.shape[2]]
        assert relative(front, numbers(i).max(axis=0)) < 1e-6, name


def test_several_outputs_with_steps_of_their_own(tidy, no_plugins, tmp_path, temporary):
    check_line(tidy, tmp_path, "RL 6", VOLUME, PSF3, lambda i: deconvolutionlab2(VOLUME, PSF3, "RL", i))
    assert list(temporary.iterdir()) == []


def test_a_method_without_iterations_gives_its_result_only(tidy, no_plugins, tmp_path):
    show(tidy, IMAGE, "y")
    show(tidy, PSF, "h")
    count = tidy.run_macro(f'{LINE.format("TRIF 0.1", tmp_path)} return "" + nImages;')
    assert (count, [file.name for file in tmp_path.glob("*.tif")]) == ("4", ["b.tif"])


@pytest.mark.parametrize("by_plugin", [False, pytest.param(True, marks=needs_plugins)])
def test_a_disk_without_space_for_the_snapshots(tidy, monkeypatch, tmp_path, by_plugin):
    if not by_plugin:
        monkeypatch.delenv("EDGEPSF_PLUGINS", raising=False)
    usage = snapshots.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(snapshots.shutil, "disk_usage", lambda path: usage._replace(free=2**20))
    show(tidy, np.tile(IMAGE, (10, 10)), "y")
    show(tidy, PSF, "h")
    with pytest.raises(
        MacroError, match=r"8 snapshots need 4 MB, and the disk of .* has 1 MB free: .*TMPDIR"
    ):
        tidy.run_macro(LINE.format("RL 12", tmp_path))
    assert tidy.run_macro('return "" + nImages;') == "2"
    tidy.run_macro(LINE.format("RL 1", tmp_path))


def test_a_snapshot_on_disk_keeps_its_numbers(temporary):
    kept = snapshots.spill(VOLUME[:, ::2])
    assert list(temporary.iterdir()) == []
    np.testing.assert_array_equal(kept, VOLUME[:, ::2])


# ---- the plugin itself


@pytest.fixture
def started(monkeypatch):
    """The jobs for which a child process was started."""
    jobs, original = [], children_of_plugins._work

    def work(folder, *rest):
        jobs.append(folder)
        return original(folder, *rest)

    monkeypatch.setattr(children_of_plugins, "_work", work)
    return jobs


def by_plugin(call, image, psf, every=()):
    """The plugin's result and snapshots."""
    kernel, _ = centred_in(psf, image.shape, scaled=False)
    window = tuple(slice(0, n) for n in image.shape)
    out, _, kept = engine.run_with_snapshots(Job(call, image[None], kernel, window, [], every))
    return out[0], kept


@needs_plugins
@pytest.mark.parametrize("text", ITERATIVE)
def test_the_plugin_gives_all_snapshots_in_one_run(text, started):
    call = parse(DL2, text, constraint="nonnegative" if text.startswith("VC") else "no")
    out, kept = by_plugin(call, IMAGE, PSF, (2, 3))
    assert len(started) == 1
    assert sorted(kept) == [2, 3, 4]
    values = [value for key, value in call.parameters.items() if key != "iterations"]
    shipped = call.code in ("NNLS", "BVLS", "ICTM", "ISTA", "FISTA")
    for i, volume in (kept | {5: out}).items():
        if call.code == "RLTV":  # the plugin's own gradients are wrong: it is compared with itself
            want = by_plugin(shorter(call, i), IMAGE, PSF)[0]
        else:
            controls = {"constraint": call.controls.get("constraint"), "as_shipped": shipped}
            want = deconvolutionlab2(IMAGE, PSF, call.code, i, *values, **controls)
        assert relative(volume, want) < 2e-6, i


@needs_plugins
@pytest.mark.skipif(not FOLDER_20, reason="EDGEPSF_PLUGINS_20 does not name DeconvolutionLab2 2.0")
@pytest.mark.parametrize("text", ["RL 5", "LW 5 0.7", "VC 5", "TM 5 1 0.01"])
def test_snapshots_of_version_2_0_count_iterations_alike(text, monkeypatch):
    monkeypatch.setenv("EDGEPSF_PLUGINS", FOLDER_20)
    call = parse(DL2, text)
    _, kept = by_plugin(call, IMAGE, PSF, (2, 5))
    assert sorted(kept) == [2, 4, 5]
    for i, volume in kept.items():
        assert relative(volume, compute(shorter(call, i), IMAGE, PSF)) < 1e-6


@needs_plugins
def test_the_plugin_stops_early_and_gives_no_snapshot_after_it():
    call = parse(DL2, "RL 300", residual=0.01)
    out, kept = by_plugin(call, IMAGE, PSF, (1,))
    assert 1 < max(kept) < 300
    assert sorted(kept) == list(range(1, max(kept) + 1))
    np.testing.assert_array_equal(out, kept[max(kept)])


@needs_plugins
def test_a_macro_line_starts_one_process(tidy, tmp_path, started, temporary):
    numbers = {i: deconvolutionlab2(VOLUME, PSF3, "RL", i) for i in range(1, 7)}
    check_line(tidy, tmp_path, "RL 6", VOLUME, PSF3, numbers.__getitem__)
    assert len(started) == 1
    assert list(temporary.iterdir()) == []


@needs_plugins
def test_the_plugins_own_snapshots_in_a_window(display, tidy, tmp_path):
    """The oracle: names and numbers of the files that the plugin writes in an open ImageJ."""
    for name, array in (("y", VOLUME), ("h", PSF3), ("y2", IMAGE), ("h2", PSF)):
        tifffile.imwrite(tmp_path / f"{name}.tif", array, imagej=True)
    lines = ""
    for text in ("RL 6", "NNLS 6", "FISTA 6 1 0.1 2 Haar", "CONV"):
        for end in ("", "2"):
            lines += (
                f'run("DeconvolutionLab2 Run", "-image file y{end}.tif -psf file h{end}.tif -algorithm {text} '
                "-monitor 0 -multithreading no -system no "
                f'-out stack @2 noshow {text.split()[0]}{end} -path FOLDER"); '
            )
    folders = {place: tmp_path / place for place in ("window", "here")}
    for folder in folders.values():
        folder.mkdir()
        for name in ("y", "h", "y2", "h2"):
            (folder / f"{name}.tif").write_bytes((tmp_path / f"{name}.tif").read_bytes())
    code = (
        "from edgepsf.imagej.session import start\nfrom edgepsf.imagej.bridge import register\n"
        f"print(register(start(headless=False)).run_macro({lines.replace('FOLDER', str(folders['window']))!r} "
        "+ 'return \"done\";'))\n"
    )
    done = child("-c", code, DISPLAY=display)
    assert done.stdout.split()[-1:] == ["done"], done.stderr
    tidy.run_macro(lines.replace("FOLDER", str(folders["here"])))
    names = sorted(file.name for file in folders["here"].glob("*.tif"))
    assert names == sorted(file.name for file in folders["window"].glob("*.tif"))
    assert {"RL@2.tif", "RL@4.tif", "RL@6.tif", "RL.tif", "CONV.tif", "NNLS2@2.tif"} <= set(names)
    assert "CONV@2.tif" not in names
    for name in names:
        ours, theirs = (tifffile.imread(folder / name) for folder in folders.values())
        assert relative(ours, theirs) < 1e-5, name


@needs_plugins
def test_the_plugin_in_an_open_window_gives_snapshots_in_one_run(display, tmp_path):
    """`Deconvolve...` and the bridge work there in that ImageJ, without a child process."""
    np.save(tmp_path / "y.npy", IMAGE)
    np.save(tmp_path / "h.npy", PSF)
    code = f"""
import numpy as np
from edgepsf.imagej.bridge import register
from edgepsf.imagej.session import start
from edgepsf.imagej.plugins import engine, inside
from edgepsf.plugins.jobs import Job, centred_in
from edgepsf.plugins.methods import parse
register(start(headless=False))
y, h = np.load(r"{tmp_path}/y.npy"), np.load(r"{tmp_path}/h.npy")
job = Job(parse("DeconvolutionLab2", "LW 6"), y[None], centred_in(h, y.shape, scaled=False)[0], (), [], (2, 3))
calls, original = [], inside.run_here
inside.run_here = lambda *given: calls.append(given) or original(*given)
out, _, kept = engine.run_with_snapshots(job)
np.savez(r"{tmp_path}/kept.npz", **{{str(i): kept[i] for i in kept}}, out=out[0])
print(len(calls), *kept)
"""
    done = child("-c", code, DISPLAY=display)
    assert done.stdout.split() == ["1", "2", "3", "4", "6"], done.stderr
    with np.load(tmp_path / "kept.npz") as kept:
        for i in (2, 3, 4, 6):
            assert relative(kept[str(i)], deconvolutionlab2(IMAGE, PSF, "LW", i)) < 1e-5
        np.testing.assert_allclose(kept["out"], kept["6"], rtol=1e-5, atol=1e-4)
