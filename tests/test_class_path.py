"""The order of jars on Java's class path, with small jars that hold the marks of plugins and libraries."""

import os
import zipfile

import pytest

from edgepsf.imagej.launch import plugin_jars
from edgepsf.imagej.launch.class_path import MARKS, fiji_jars, in_order

COLT, FFT2, PID, DL2 = "Parallel Colt", "JTransforms 2", "Parallel Iterative", "DeconvolutionLab2"


def jar(path, *marks):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as file:
        for name in marks or ("none",):
            file.writestr(MARKS.get(name, name), "")
    return path


def names(jars):
    return [each.name for each in jars]


@pytest.mark.parametrize("colt", ["parallelcolt-0.10.1.jar", "parallelcolt.jar", "zz-colt.jar"])
@pytest.mark.parametrize("libraries", ["jars", "plugins", "plugins/lib"])
@pytest.mark.parametrize("own", ["plugins", "plugins/Deconvolution", "jars"])
def test_libraries_come_before_those_that_hide_their_classes(tmp_path, own, libraries, colt):
    """Whatever the folders and names are: Parallel Colt, then JTransforms, then jplasma."""
    jar(tmp_path / "jars" / "ij-1.54p.jar", "ImageJ")
    jar(tmp_path / libraries / colt, COLT)
    jar(tmp_path / libraries / "jtransforms-2.4.0-with-dependencies.jar", FFT2)
    jar(tmp_path / libraries / "jplasma-1.2.0.jar")
    jar(tmp_path / own / "DeconvolutionLab_2.jar", DL2)
    jar(tmp_path / own / "Parallel_Iterative_Deconvolution-1.12.jar", PID)
    (tmp_path / "plugins").mkdir(exist_ok=True)
    order = names(fiji_jars(tmp_path))
    first = ["ij-1.54p.jar", colt, "DeconvolutionLab_2.jar", "Parallel_Iterative_Deconvolution-1.12.jar"]
    assert order == [*first, "jtransforms-2.4.0-with-dependencies.jar", "jplasma-1.2.0.jar"]


def test_a_plugin_is_found_in_each_place(tmp_path, monkeypatch):
    for place in ("jars/sub", "plugins", "plugins/sub/sub"):
        folder = tmp_path / place.replace("/", "-")
        for name in ("jars", "plugins"):
            (folder / name).mkdir(parents=True)
        made = jar(folder / place / "any name.jar", DL2, FFT2, "deconvolutionlab/Constants.class")
        monkeypatch.delenv("EDGEPSF_PLUGINS", raising=False)
        monkeypatch.setenv("EDGEPSF_FIJI", str(folder))
        assert plugin_jars.find_plugin(DL2).found[DL2] == made


@pytest.mark.parametrize(
    "newest_first",
    [
        ("parallelcolt-0.10.1.jar", "parallelcolt-0.9.4.jar", "parallelcolt.jar"),
        ("a_2.1.2.jar", "a_2.1.jar", "a_2.0.jar"),
        ("x-1.10.jar", "x-1.9.jar", "x-1.9-beta-2.jar"),
    ],
)
def test_the_newest_of_several_versions_counts(tmp_path, newest_first):
    for name in newest_first:
        jar(tmp_path / name, COLT)
    assert names(in_order(tmp_path.glob("*.jar"))) == list(newest_first)
    (tmp_path / "jars").mkdir()
    (tmp_path / newest_first[1]).rename(tmp_path / "jars" / newest_first[1])  # another folder changes nothing
    assert names(in_order(tmp_path.glob("**/*.jar"))) == list(newest_first)


def test_two_libraries_with_like_names_are_not_versions_of_one(tmp_path):
    jar(tmp_path / "JTransforms-3.1.jar", "JTransforms 3")
    jar(tmp_path / "jtransforms-2.4.0.jar", FFT2)
    assert plugin_jars.holders(in_order(tmp_path.glob("*.jar"))) == {
        "JTransforms 3": tmp_path / "JTransforms-3.1.jar",
        FFT2: tmp_path / "jtransforms-2.4.0.jar",
    }


def test_a_fiji_that_runs_is_a_place_to_look_in(tmp_path, monkeypatch):
    monkeypatch.delenv("EDGEPSF_PLUGINS", raising=False)
    monkeypatch.delenv("EDGEPSF_FIJI", raising=False)
    monkeypatch.setattr(plugin_jars, "_in_use", [])
    (tmp_path / "jars").mkdir()
    plugin_jars.use_folder(tmp_path)  # without plugins/ it is no Fiji
    assert plugin_jars.places() == []
    made = jar(tmp_path / "plugins" / "D.jar", DL2, FFT2, "deconvolutionlab/Constants.class")
    plugin_jars.use_folder(tmp_path)
    assert plugin_jars.find_plugin(DL2).found[DL2] == made
    with pytest.raises(
        plugin_jars.EngineError, match=r"the Fiji that runs here is .*, which does not hold it"
    ):
        plugin_jars.find_plugin(PID)
    monkeypatch.setenv("EDGEPSF_FIJI", str(tmp_path))
    assert [place.source for place in plugin_jars.places()] == ["EDGEPSF_FIJI"]


@pytest.mark.skipif(os.name == "nt", reason="links need a permission on Windows")
def test_links_that_lead_nowhere_and_folders_are_no_jars(tmp_path):
    good = jar(tmp_path / "plugins" / "good.jar")
    (tmp_path / "plugins" / "gone.jar").symlink_to(tmp_path / "nowhere.jar")
    (tmp_path / "plugins" / "folder.jar").mkdir()
    assert fiji_jars(tmp_path) == [good]
    assert in_order((tmp_path / "plugins").glob("*.jar")) == [good]
