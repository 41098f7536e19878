"""The blocks of code in README and docs, and a process that runs them as a reader does: `python pages.py RESULTS`.

A block names its language: `sh`, `python` and `ijm` (an ImageJ macro) are run, `csv` and `text` are shown. The line
above a block can say more:

- "Save these lines as `FILE`", as a part of a sentence: the block becomes this file;
- `<!-- needs NAME NAME -->`: the block runs where these environment variables are set. ~/plugins is then the folder
  EDGEPSF_PLUGINS, and ~/Fiji.app a copy of EDGEPSF_FIJI, with the plugins if both are set. EDGEPSF_CLONE=1 allows the
  blocks that set up an environment in a fresh copy of the repository; they need a network;
- `<!-- not run: REASON -->`.

A Python block whose first line is `# plugin/…` is a new file of the package, which tests/test_extending.py uses.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RUN = ("sh", "python", "ijm")
SHOWN = ("csv", "text")
CLONE = "EDGEPSF_CLONE"
# What a folder with a clone has beside the pictures of the demo; every page begins with these only.
BESIDE = ("demo", "examples", "macros")


@dataclass(frozen=True)
class Block:
    """A block of code in a page.

    Attributes
    ----------
    page, line : str, int
        Path of the page inside the repository, and the line of the page in which the block begins.
    language, text : str
    file : str
        File that a reader saves the block as, or "".
    needs : tuple of str
        Environment variables without which it cannot run.
    reason : str
        Why it is not run, or "".
    """

    page: str
    line: int
    language: str
    text: str
    file: str = ""
    needs: tuple[str, ...] = ()
    reason: str = ""

    @property
    def name(self) -> str:
        """README.md:12."""
        return f"{self.page}:{self.line}"

    @property
    def shell_lines(self) -> list[str]:
        """The commands of a shell block; a line that ends with a backslash goes on in the next one."""
        lines = self.text.replace("\\\n", " ").splitlines() if self.language == "sh" else []
        return [line for line in lines if line.strip() and not line.startswith("#")]


def pages() -> list[Path]:
    """README, and the pages of docs in the order of their names."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path) -> list[Block]:
    """The blocks of a page, in order."""
    name = page.relative_to(ROOT).as_posix() if page.is_relative_to(ROOT) else page.name
    found: list[Block] = []
    lines = page.read_text(encoding="utf-8").splitlines()
    begin, above = None, ""
    for number, line in enumerate(lines, 1):
        if not line.startswith("```"):
            above = line if begin is None and line.strip() else above
        elif begin is None:
            begin = number
        else:
            language = lines[begin - 1].removeprefix("```").strip()
            text = "\n".join(lines[begin : number - 1]) + "\n"
            found.append(Block(name, begin, language, text, **marks(above, language, text)))
            begin, above = None, ""
    return found


def marks(above: str, language: str, text: str) -> dict[str, Any]:
    """What the line above a block says about it."""
    file = re.search(r"Save these lines as `([\w.-]+)`", above)
    needs = re.search(r"<!-- needs ([A-Z_ ]+) -->", above)
    reason = re.search(r"<!-- not run: (.+?) -->", above)
    told = reason[1] if reason else ""
    if language == "python" and text.startswith("# plugin/"):
        told = "a file of the package: tests/test_extending.py uses it"
    return {
        "file": file[1] if file else "",
        "needs": tuple(needs[1].split()) if needs else (),
        "reason": told,
    }


def main(results: Path) -> None:
    """Run the blocks in stdin (JSON: blocks, variables, places) in the current folder; a line of JSON for each."""
    from edgepsf.cli import main as command_line

    given = json.loads(sys.stdin.read())
    for name in given["variables"]:
        os.environ.pop(name, None)
    reader = Reader(command_line, given["variables"], given["places"])
    with results.open("w", encoding="utf-8") as file:
        for entry in given["blocks"]:
            block = Block(**{**entry, "needs": tuple(entry["needs"])})
            ok, said = reader.tried(block)
            file.write(json.dumps({"name": block.name, "ok": ok, "said": said}) + "\n")
            file.flush()


class Reader:
    """A reader who tries block after block: one Python for a page, an empty folder (but for BESIDE) for each page.

    Command lines of edgepsf run in this process, and macros in its ImageJ with all images closed beforehand. Blocks
    that need something run in processes of their own, where an ImageJ of another kind starts.
    """

    def __init__(self, command_line: Any, variables: dict[str, str], places: dict[str, str]):
        self.command_line, self.variables, self.places = command_line, variables, places
        self.page, self.names = "", {}

    def tried(self, block: Block) -> tuple[bool, str]:
        """Whether the block works, and what was printed."""
        if block.page != self.page:
            self.page, self.names = block.page, {"__name__": "__main__"}
            _empty(Path())
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), self._needed(block):
            try:
                self._run(block)
                ok = True
            except SystemExit as stop:
                ok = stop.code in (None, 0)
            except Exception:
                traceback.print_exc()
                ok = False
        return ok, printed.getvalue()

    @contextlib.contextmanager
    def _needed(self, block: Block) -> Iterator[None]:
        """The variables that the block needs are set while it runs."""
        os.environ.update({name: self.variables[name] for name in block.needs})
        yield
        for name in block.needs:
            os.environ.pop(name, None)

    def _run(self, block: Block) -> None:
        text = block.text
        for written, real in self.places.items():
            text = text.replace(written, real) if block.needs else text
        if block.file:
            Path(block.file).write_text(text, encoding="utf-8")
        elif block.language == "python":
            exec(compile(text, block.name, "exec"), self.names)
            self._check_figures(text)
        elif block.language == "ijm":
            Path("block.ijm").write_text(text, encoding="utf-8")
            self._command("edgepsf macro block.ijm", alone=bool(block.needs))
        elif CLONE in block.needs:
            _shell(text, Path(self.places["clone"]))
        elif block.needs:
            _shell(text)
        else:
            for line in block.shell_lines:
                self._command(line, alone=not line.startswith("edgepsf "))

    def _check_figures(self, text: str) -> None:
        """`name = …  # {"key": 0.0194}`: the numbers in the comment, to their last digit."""
        for name, told in re.findall(r"^(\w+) = .*  # (\{.+\})$", text, re.MULTILINE):
            for key, number in re.findall(r'"(\w+)": ([\d.]+)', told):
                digits = len(number.partition(".")[2])
                if round(self.names[name][key], digits) != float(number):
                    raise ValueError(f"{name}: {self.names[name]}, not {told}")

    def _command(self, line: str, alone: bool) -> None:
        """A command line, in this process or alone in one of its own."""
        if alone:
            return _shell(line)
        words = shlex.split(line, comments=True)[1:]
        if words[0] == "macro":
            self._close_all()
        code = self.command_line(words)
        if code:
            raise RuntimeError(f"exit code {code}: {line}")
        return None

    def _close_all(self) -> None:
        from edgepsf.imagej import register

        register().run_macro('run("Close All"); run("Clear Results");')


def _empty(folder: Path) -> None:
    """Remove everything but what a page begins with."""
    for path in folder.iterdir():
        if path.name not in BESIDE:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _shell(text: str, folder: Path | None = None) -> None:
    """Run lines in bash until one fails; `edgepsf` and `python` are those of this process, or those of a clone."""
    environment = dict(os.environ)
    if folder is None:
        programs = Path(os.environ["EDGEPSF_PROGRAMS"])
        environment["PATH"] = f"{programs}{os.pathsep}{environment['PATH']}"
    else:
        environment = {name: value for name, value in environment.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        ["bash", "-ec", text],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout, done.stderr, sep="\n")
    if done.returncode:
        raise RuntimeError(f"exit code {done.returncode}: {text}")


def as_json(chosen: list[Block]) -> list[dict[str, Any]]:
    """Blocks for `main`."""
    return [asdict(block) for block in chosen]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
