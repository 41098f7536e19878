"""The macros in the folders of Fijis and ImageJs: trees of both layouts, files in the way, update sites."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest

from edgepsf.cli import main
from edgepsf.errors import EngineError, InputError
from edgepsf.imagej.install import folder as installer
from edgepsf.imagej.install import site as sites
from edgepsf.imagej.install.folder import MANIFEST, install, uninstall
from edgepsf.imagej.launch.folders import check_fiji_directory, install_folder

MACROS = Path(__file__).resolve().parents[1] / "macros"
TOOLSET = "macros/toolsets/Edge_PSF.ijm"
SCRIPT = "scripts/Plugins/Edge_PSF/Edge_g....ijm"

# Files of each layout as they are shipped, in short; a path that ends in "/" is an empty folder.
OLD = (
    "ImageJ-linux64",
    "db.xml.gz",
    "jars/ij-1.54f.jar",
    "plugins/Analyze_.jar",
    "luts/fire.lut",
    "scripts/",
)
OLD += ("macros/StartupMacros.fiji.ijm", "macros/toolsets/Drawing Tools.ijm", "images/icon.png", "retro/")
NEW = ("fiji", "fiji-linux-x64", "config/jaunch/fiji.toml", "config/jaunch/jvm.toml", "jars/ij-1.54p.jar")
NEW += (
    "plugins/Stitching_.jar",
    "macros/toolsets/Drawing Tools.ijm",
    "scripts/Plugins/Mine/Do_it.ijm",
    "java/",
)
NEW += ("Fiji.app/Contents/Info.plist", "luts/fire.lut")
BARE = ("jars/ij.jar", "plugins/a.jar")
IMAGEJ1 = ("ij.jar", "plugins/", "macros/StartupMacros.txt", "luts/")
LAYOUTS = {"old": OLD, "new": NEW, "bare": BARE, "ImageJ 1": IMAGEJ1}


@pytest.fixture(params=LAYOUTS)
def folder(request, tmp_path):
    return tree(tmp_path / f"a {request.param} Fiji", LAYOUTS[request.param])


@pytest.fixture
def fiji(tmp_path):
    return tree(tmp_path / "Fiji.app", OLD)


def tree(root: Path, names) -> Path:
    for name in names:
        if name.endswith("/"):
            (root / name).mkdir(parents=True)
        else:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(f"content of {name}".encode())
    return root


def snapshot(root: Path) -> dict[str, bytes | None]:
    """Content of every file by path; None for folders."""
    return {p.relative_to(root).as_posix(): p.read_bytes() if p.is_file() else None for p in root.rglob("*")}


def test_installed_files_are_those_of_the_macros_and_of_the_manifest(folder):
    before = snapshot(folder)
    change = install(folder)
    after = snapshot(folder)
    new = {name for name in after if after[name] is not None} - set(before)
    manifest = json.loads(after[MANIFEST])
    assert new == {*change.written, MANIFEST} == {*manifest["files"], MANIFEST}
    assert {name: after[name] for name in before} == before, "nothing else was touched"
    assert sum(name.endswith(".ijm") for name in new) == len(list(MACROS.glob("scripts/*/*/*.ijm"))) + 1
    assert after[TOOLSET] == (MACROS / "toolsets" / "Edge_PSF.ijm").read_bytes()
    script = SCRIPT if (folder / "jars").is_dir() else "plugins/Edge PSF/Edge_g....ijm"
    assert after[script] == (MACROS / SCRIPT).read_bytes()
    assert all(hashlib.sha256(after[n]).hexdigest() == digest for n, digest in manifest["files"].items())


def test_the_tree_is_byte_identical_after_uninstall(folder):
    before = snapshot(folder)
    install(folder)
    install(folder)  # a second time changes nothing
    uninstall(folder)
    assert snapshot(folder) == before


def test_dry_runs_write_and_remove_nothing(folder):
    before = snapshot(folder)
    planned = install(folder, dry_run=True)
    assert snapshot(folder) == before
    done = install(folder)
    assert planned == done
    installed = snapshot(folder)
    planned = uninstall(folder, dry_run=True)
    assert snapshot(folder) == installed
    assert uninstall(folder) == planned


@pytest.mark.parametrize("name", [TOOLSET, SCRIPT, MANIFEST])
def test_a_file_in_the_way_stops_it_and_nothing_is_written(fiji, name):
    tree(fiji, [name])
    before = snapshot(fiji)
    with pytest.raises(InputError) as stop:
        install(fiji)
    assert str(fiji / name) in str(stop.value)
    assert "\n" not in str(stop.value)
    assert snapshot(fiji) == before


@pytest.mark.parametrize("name", ["scripts", "macros/toolsets", "config"])
def test_a_file_where_a_folder_should_be(tmp_path, name):
    root = tree(tmp_path / "Fiji", [*BARE, name])
    before = snapshot(root)
    with pytest.raises(InputError, match="it is no folder; nothing was written"):
        install(root)
    assert snapshot(root) == before


def test_a_folder_or_a_link_where_a_file_should_be(fiji):
    (fiji / TOOLSET).mkdir(parents=True)
    with pytest.raises(InputError, match="there already and not from edgepsf"):
        install(fiji)
    (fiji / TOOLSET).rmdir()
    (fiji / TOOLSET).symlink_to(fiji / "nowhere")
    with pytest.raises(InputError, match="there already and not from edgepsf"):
        install(fiji)
    assert not (fiji / "nowhere").exists()


def test_changed_files_are_kept_and_named(fiji, capsys):
    install(fiji)
    (fiji / TOOLSET).write_text("// my own")
    (fiji / "scripts/Plugins/Edge_PSF/Mine.ijm").write_text("// another")
    before = snapshot(fiji)
    with pytest.raises(InputError, match="was changed since edgepsf wrote it"):
        install(fiji)
    assert snapshot(fiji) == before
    assert main(["fiji", "uninstall", str(fiji)]) == 0
    assert f"kept, since it was changed  {TOOLSET}\n" in capsys.readouterr().out
    left = set(snapshot(fiji)) - set(snapshot(tree(fiji.parent / "other", OLD)))
    folders = {"scripts/Plugins", "scripts/Plugins/Edge_PSF"}
    assert left == folders | {TOOLSET, "scripts/Plugins/Edge_PSF/Mine.ijm"}
    with pytest.raises(InputError, match="not installed"):
        uninstall(fiji)


def test_an_update_replaces_and_removes_its_own_files(fiji, monkeypatch):
    before = snapshot(fiji)
    real = installer.macro_files()
    older = {name: data + b"// older" for name, data in real.items()} | {"toolsets/Gone.ijm": b"// gone"}
    monkeypatch.setattr(installer, "macro_files", lambda: older)
    install(fiji)
    assert (fiji / "macros/toolsets/Gone.ijm").exists()
    monkeypatch.setattr(installer, "macro_files", lambda: real)
    change = install(fiji)
    assert change.removed == ["macros/toolsets/Gone.ijm"]
    assert (fiji / TOOLSET).read_bytes() == real["toolsets/Edge_PSF.ijm"]
    uninstall(fiji)
    assert snapshot(fiji) == before


@pytest.mark.skipif(sys.platform == "win32", reason="needs a file system that refuses a long name")
def test_a_failure_midway_leaves_the_tree_as_it_was(fiji, monkeypatch):
    before = snapshot(fiji)
    real = installer.macro_files()
    monkeypatch.setattr(installer, "macro_files", lambda: real | {f"toolsets/{'z' * 300}.ijm": b""})
    with pytest.raises(OSError, match="too long"):
        install(fiji)
    assert snapshot(fiji) == before


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "{}",
        "[]",
        '{"files": {"../x": "0"}, "folders": []}',
        '{"files": {"/x": "0"}, "folders": []}',
    ],
)
def test_a_manifest_that_is_none(fiji, text):
    tree(fiji, [MANIFEST, "x"])
    (fiji / MANIFEST).write_text(text)
    before = snapshot(fiji.parent)
    for act in (install, uninstall):
        with pytest.raises(InputError, match="is no list of installed files"):
            act(fiji)
    assert snapshot(fiji.parent) == before


def test_a_manifest_cannot_name_files_of_others(fiji):
    install(fiji)
    jar = fiji / "jars" / "other.jar"
    jar.write_bytes(b"a library")
    (fiji / "empty").mkdir()
    manifest = json.loads((fiji / MANIFEST).read_text())
    for entry in ({"files": manifest["files"] | {"jars/other.jar": hashlib.sha256(b"a library").hexdigest()}},
                  {"folders": [*manifest["folders"], "empty"]}):  # fmt: skip
        (fiji / MANIFEST).write_text(json.dumps(manifest | entry))
        before = snapshot(fiji)
        for change in (install, uninstall):
            with pytest.raises(InputError, match="is no list of installed files"):
                change(fiji)
        assert snapshot(fiji) == before


@pytest.mark.skipif(os.name == "nt", reason="links need a permission on Windows")
def test_a_linked_folder_that_leads_out_is_refused(fiji, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.rmtree(fiji / "macros")
    (fiji / "macros").symlink_to(elsewhere)
    with pytest.raises(InputError, match="is a link that leads out of"):
        install(fiji)
    assert not list(elsewhere.iterdir())


def test_which_folders_are_taken(tmp_path):
    new = tree(tmp_path / "Fiji", NEW)
    assert check_fiji_directory(new / "Fiji.app") == new, "the app of the new layout lies in the folder"
    assert check_fiji_directory(os.path.relpath(new)) == new
    with pytest.raises(EngineError, match=rf"has no jars and no plugins folder.*; {new} is one"):
        check_fiji_directory(tmp_path)
    imagej = tree(tmp_path / "ImageJ", IMAGEJ1)
    assert install_folder(imagej) == (imagej, "plugins/Edge PSF")
    with pytest.raises(EngineError, match="is an ImageJ without ImageJ2"):
        check_fiji_directory(imagej)
    with pytest.raises(EngineError, match="is not a folder, so it is no Fiji"):
        install_folder(tmp_path / "none")


def test_command_line(fiji, capsys):
    before = snapshot(fiji)
    assert main(["fiji", "install", str(fiji), "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert f"would be written  {TOOLSET}\n" in out
    assert snapshot(fiji) == before
    assert main(["fiji", "install", str(fiji)]) == 0
    assert f"written  {TOOLSET}\n" in capsys.readouterr().out
    assert main(["fiji", "uninstall", str(fiji)]) == 0
    assert snapshot(fiji) == before
    assert main(["fiji", "uninstall", str(fiji)]) == 2
    assert main(["fiji", "install", str(fiji / "jars")]) == 4
    said = capsys.readouterr().err
    assert said.count("\n") == 2


# Update sites


def read_index(data: bytes) -> dict[str, ET.Element]:
    return {plugin.get("filename"): plugin for plugin in ET.fromstring(gzip.decompress(data))}


@pytest.mark.parametrize("name", ["site", "site.zip"])
def test_site_lists_and_holds_every_file(tmp_path, name):
    out = tmp_path / name
    assert main(["fiji", "site", str(out)]) == 0
    if name.endswith("zip"):
        with zipfile.ZipFile(out) as archive:
            archive.extractall(tmp_path / "unpacked")
        out = tmp_path / "unpacked"
    files = snapshot(out)
    index = read_index(files["db.xml.gz"])
    assert {TOOLSET, SCRIPT} <= set(index)
    for path, plugin in index.items():
        version = plugin.find("version")
        data = files[f"{path}-{version.get('timestamp')}"]
        assert version.get("checksum") == hashlib.sha1(path.encode() + data).hexdigest()
        assert int(version.get("filesize")) == len(data)
    assert sum(content is not None for content in files.values()) == len(index) + 1


def test_a_new_version_of_a_site_keeps_the_old_ones(monkeypatch):
    real = sites.macro_files()
    older = real | {"toolsets/Edge_PSF.ijm": b"// older", "toolsets/Gone.ijm": b"// gone"}
    monkeypatch.setattr(sites, "macro_files", lambda: older)
    first = sites.make_site(timestamp=20250101000000)
    monkeypatch.setattr(sites, "macro_files", lambda: real)
    second = sites.make_site(first.files, timestamp=20260101000000)
    assert (second.new, second.obsolete) == ([TOOLSET], ["macros/toolsets/Gone.ijm"])
    index = read_index(second.files["db.xml.gz"])
    assert index[SCRIPT].find("version").get("timestamp") == "20250101000000"
    past = index[TOOLSET].find("previous-version").attrib
    assert past["checksum"] == sites.checksum(TOOLSET, b"// older")
    assert (past["timestamp"], past["timestamp-obsolete"]) == ("20250101000000", "20260101000000")
    assert index["macros/toolsets/Gone.ijm"].find("version") is None
    third = sites.make_site(second.files, timestamp=20270101000000)
    assert third.files == second.files, "nothing new"


def test_a_site_is_not_written_over_something_else(tmp_path, capsys):
    out = tmp_path / "site"
    tree(out, ["photo.jpg"])
    for words in ([], ["--overwrite"]):
        assert main(["fiji", "site", str(out), *words]) == 2
    said = capsys.readouterr().err.splitlines()
    assert "is there already" in said[0]
    assert "is no update site" in said[1]
    assert set(snapshot(out)) == {"photo.jpg"}


def test_a_former_folder_of_imagej_is_replaced(tmp_path):
    """Earlier versions wrote into plugins/Edge_PSF, which plain ImageJ shows with its underscore."""
    (tmp_path / "ij.jar").touch()
    (tmp_path / "plugins").mkdir()
    install(tmp_path)
    now, former = tmp_path / "plugins" / "Edge PSF", tmp_path / "plugins" / "Edge_PSF"
    count = len(list(now.iterdir()))
    now.rename(former)
    manifest = tmp_path / MANIFEST
    manifest.write_text(manifest.read_text().replace("plugins/Edge PSF", "plugins/Edge_PSF"))
    install(tmp_path)
    assert len(list(now.iterdir())) == count
    assert not list(former.glob("*"))
    uninstall(tmp_path)
    assert not now.exists()
    assert not former.exists()
