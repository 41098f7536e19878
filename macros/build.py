"""Puts the macros together: ImageJ's macro language has no include, so each file carries what it calls.

`source/NAME.main.ijm` holds the steps of one macro, the other files of `source/` hold the shared functions.
After a change run `python macros/build.py`. The made files are committed, and a test holds them equal to the source;
README.md in this folder lists both.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "source"
# Fiji and ImageJ make the command's name of the file's: "_" is a space, and "..." stands before ".ijm".
MENU = "scripts/Plugins/Edge_PSF/"
MADE = {
    "chain_plain": "edge_chain_plain.ijm",
    "edge_g": MENU + "Edge_g....ijm",
    "edge_f": MENU + "Edge_f....ijm",
    "edge_plane": MENU + "Fit_Edge_Plane.ijm",
    "edge_distance": MENU + "Edge_Distance_Map.ijm",
    "edge_profile": MENU + "Fit_Edge_Profile....ijm",
    "linear": MENU + "Linear_Channels....ijm",
    "guided": MENU + "Edge_to_PSF....ijm",
    "psf_edge": MENU + "PSF_from_Edge....ijm",
    "psf_profile": MENU + "PSF_from_Profile....ijm",
}

_BLOCK = re.compile(r"((?:^//[^\n]*\n)*)^function (\w+)\(.*?^}\n", re.M | re.S)
_VARIABLE = re.compile(r"((?:^//[^\n]*\n)*)^var (\w+) =.*\n", re.M)
_NOTE = "// Functions shared with the other macros; this file is made by macros/build.py.\n"


def library() -> dict[str, tuple[int, str]]:
    """Name → (rank, text) of every shared function and global variable, with the comment above it."""
    found: dict[str, tuple[int, str]] = {}
    for path in sorted(SOURCE.glob("*.ijm")):
        if path.name.endswith(".main.ijm"):
            continue
        text = path.read_text(encoding="utf-8")
        for rank, pattern in enumerate((_VARIABLE, _BLOCK)):
            for match in pattern.finditer(text):
                if match[2] in found:
                    raise SystemExit(f"{match[2]} is defined twice")
                found[match[2]] = (rank, match[0])
    return found


def made(main: str, shared: dict[str, tuple[int, str]]) -> str:
    """A main part followed by all that it calls."""
    text = (SOURCE / f"{main}.main.ijm").read_text(encoding="utf-8")
    own = {match[2] for match in _BLOCK.finditer(text)}
    used: list[str] = []
    waiting = [text]
    while waiting:
        for word in re.findall(r"\b[A-Za-z]\w*\b", re.sub(r"//[^\n]*", "", waiting.pop(0))):
            if word in shared and word not in used and word not in own:
                used.append(word)
                waiting.append(shared[word][1])
    ordered = sorted((shared[name] for name in used), key=lambda item: item[0])
    variables = "".join(part for rank, part in ordered if rank == 0)
    functions = [part for rank, part in ordered if rank == 1]
    return "\n".join([text, _NOTE, variables, *functions] if variables else [text, _NOTE, *functions])


def outputs() -> dict[Path, str]:
    """Path → text of every made file."""
    shared = library()
    return {HERE / target: made(main, shared) for main, target in MADE.items()}


def main() -> int:
    """Write the made files and name them."""
    for path, text in outputs().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        print(path.relative_to(HERE.parent))
    return 0


if __name__ == "__main__":
    sys.exit(main())
