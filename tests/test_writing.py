"""Files appear complete or not at all, several of one command all or none; nothing of others is replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgepsf.cli import main
from edgepsf.errors import InputError
from edgepsf.pictures import writing
from edges import write_edge

posix = pytest.mark.skipif(os.name == "nt", reason="permissions and signals of POSIX")


def write(path: Path, text: str) -> None:
    with writing.atomic_path(path) as temporary:
        temporary.write_text(text)


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_together_writes_all(tmp_path):
    with writing.together(overwrite=False):
        write(tmp_path / "a", "1")
        write(tmp_path / "b", "2")
        assert not (tmp_path / "a").exists()
    assert names(tmp_path) == ["a", "b"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_together_writes_none_after_an_error(tmp_path, overwrite):
    (tmp_path / "c").write_text("old")

    def fail() -> None:
        with writing.together(overwrite):
            write(tmp_path / "a", "1")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk"):
        fail()
    assert names(tmp_path) == ["c"]


def test_a_file_that_appeared_meanwhile_is_kept_and_nothing_is_written(tmp_path):
    def work() -> None:
        with writing.together(overwrite=False):
            write(tmp_path / "a", "1")
            write(tmp_path / "b", "2")
            (tmp_path / "b").write_text("theirs")

    with pytest.raises(InputError, match="by another program meanwhile"):
        work()
    assert names(tmp_path) == ["b"]
    assert (tmp_path / "b").read_text() == "theirs"


def test_files_replaced_before_a_failure_come_back(tmp_path):
    (tmp_path / "a").write_text("old")

    def work() -> None:
        with writing.together(overwrite=True):
            write(tmp_path / "a", "new")
            write(tmp_path / "b", "new")
            write(tmp_path / "c", "new")
            (tmp_path / "c").mkdir()  # a folder, which no file replaces

    with pytest.raises(IsADirectoryError):
        work()
    assert names(tmp_path) == ["a", "c"]
    assert (tmp_path / "a").read_text() == "old"


def test_a_disk_without_hard_links(tmp_path, monkeypatch):
    def refuse(*names):
        raise OSError("no hard links here")

    monkeypatch.setattr(writing.os, "link", refuse)
    with writing.together(overwrite=False):
        write(tmp_path / "a", "1")
    with writing.together(overwrite=True):
        write(tmp_path / "a", "2")
    assert (tmp_path / "a").read_text() == "2"
    with pytest.raises(InputError, match="meanwhile"), writing.together(overwrite=False):
        write(tmp_path / "a", "3")
    assert names(tmp_path) == ["a"]


@posix
def test_the_file_behind_a_link_is_replaced_and_keeps_its_permissions(tmp_path):
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "a.txt"
    target.write_text("old")
    target.chmod(0o600)
    link = tmp_path / "link.txt"
    link.symlink_to(target)
    write(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o600
    assert names(tmp_path / "real") == ["a.txt"]


@posix
def test_a_link_that_leads_nowhere_is_no_free_name(tmp_path):
    link = tmp_path / "x.tif"
    link.symlink_to(tmp_path / "gone.tif")
    with pytest.raises(InputError, match="exists already"):
        writing.check_file("the output", link, (".tif",), ".tif", overwrite=False)


@posix
def test_what_a_killed_process_left_goes_with_the_next_write(tmp_path):
    code = (
        "import os, signal, sys; from edgepsf.pictures import writing\n"
        "with writing.atomic_path(sys.argv[1]): os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a")], check=False)
    (left,) = names(tmp_path)
    assert left.startswith(".edgepsf-")
    theirs = tmp_path / ".edgepsf-0000aaaa-1-xyz"  # of another machine
    theirs.touch()
    with writing.atomic_path(tmp_path / "b") as own:
        write(tmp_path / "a", "1")
        assert own.exists()
    assert names(tmp_path) == [theirs.name, "a", "b"] or names(tmp_path) == sorted([theirs.name, "a", "b"])


@posix
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_leaves_nothing_behind(tmp_path, name):
    code = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import edgepsf.cli.run as run\n"
        "from edgepsf.pictures import writing\n"
        "def slow(pictures, output, overwrite):\n"
        "    with writing.atomic_path(output) as temporary:\n"
        "        print('writing', flush=True)\n"
        "        time.sleep(60)\n"
        "run.write_pictures = slow\n"
        "from edgepsf.cli import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    picture = write_edge(tmp_path / "edge.tif")
    arguments = ["g", str(picture), "--v1", "0", "--v2", "1", "-o", str(tmp_path / "out.tif")]
    number = getattr(signal, name)
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "writing\n"
        assert len(names(tmp_path)) == 2
        time.sleep(0.2)
        process.send_signal(number)
        assert process.wait(60) == 128 + number
    assert names(tmp_path) == ["edge.tif"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["g", "", "--v1", "0", "--v2", "1", "-o", "x.tif"], "IMAGE"),
        (["g", "EDGE", "--v1", "0", "--v2", "1", "-o", ""], "--output"),
        (["psf", "edge", "EDGE", "--rois", ""], "--rois"),
        (["psf", "edge", "EDGE", "--report", ""], "--report"),
        (["psf", "edge", "EDGE", "--roi", ""], "--roi"),
        (["deconvolve", "EDGE", "--psf", "", "-o", "x.tif"], "--psf"),
        (["--fiji", "", "macro", "x.ijm"], "--fiji"),
        (["macro", ""], "FILE"),
        (["demo", "-o", ""], "--output"),
    ],
)
def test_an_empty_argument_is_refused(tmp_path, monkeypatch, capsys, arguments, word):
    monkeypatch.chdir(tmp_path)
    picture = write_edge(tmp_path / "edge.tif")
    assert main([str(picture) if a == "EDGE" else a for a in arguments]) == 2
    assert f"{word} is empty" in capsys.readouterr().err
    assert names(tmp_path) == ["edge.tif"]


def test_an_empty_folder_of_plugins_is_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["macro", "x.ijm", "--plugins", ""])
    assert ended.value.code == 2
    assert "--plugins is empty" in capsys.readouterr().err


@posix
def test_a_file_name_that_the_terminal_cannot_show(tmp_path):
    picture = write_edge(tmp_path / "edge.tif")
    output = tmp_path / "größe-µ.tif"
    done = subprocess.run(
        [sys.executable, "-m", "edgepsf", "g", str(picture), "--v1", "0", "--v2", "1", "-o", str(output)],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "gr\\xf6\\xdfe-\\xb5.tif" in done.stdout
    assert output.exists()
