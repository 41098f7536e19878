"""Writes docs/commands.md from the declarations of the commands: `make docs`."""

from __future__ import annotations

from pathlib import Path

from edgepsf.commands import COMMANDS, Command
from edgepsf.options import Image, Option

PAGE = Path(__file__).with_name("commands.md")
HEAD = """# Commands

Made from the declarations in `plugin/edgepsf/commands/` by `make docs`; the tests run every example. In ImageJ the
commands stand under Plugins > Edge PSF and are called by `run("Name...", "key=value key2=[a value]")`; a flag is a
bare word or `flag=true`; `key=&name` passes the macro variable `name` with all its digits. Coordinates are
whole-image pixels, (0, 0) the centre of the top-left one. The region is the current selection: a rectangle, any
area, or a line with a width (32 px for a thin one). On the command line it is `--roi X,Y,W,H`, images are files, and
`-o` names the output.
"""
OUTPUTS = {
    "image": "a new 32-bit image",
    "numbers": "a row of the Results table",
    "both": "a kernel image and a row",
}


def page() -> str:
    """The text of the page."""
    return "\n".join([HEAD, *(section(command) for command in COMMANDS)])


def section(command: Command) -> str:
    """One command: what it does, its keys, and examples."""
    lines = [
        f"## {command.name}",
        "",
        f"{command.help} Makes {command.makes or OUTPUTS[command.output]}.",
        "",
    ]
    if command.options:
        lines += ["| key | kind | default | unit | meaning |", "|---|---|---|---|---|"]
        lines += [row(option) for option in command.options]
        lines.append("")
    arguments = f', "{command.example}"' if command.example else ""
    lines += ["```", f'run("{command.name}"{arguments});', f"edgepsf {cli_example(command)}", "```", ""]
    return "\n".join(lines)


def row(option: Option) -> str:
    """One key of the table."""
    kind = " \\| ".join(f"`{word}`" for word in option.words) or option.kind
    default = "" if option.default in (None, False) else f"`{option.default}`"
    default = "required" if option.required else default
    return f"| `{option.key}` | {kind} | {default} | {option.unit} | {option.help} |"


def cli_example(command: Command) -> str:
    """The same example as a command line."""
    words = [command.cli] + (["IMAGE.tif"] if command.image == "needed" else [])
    for part in command.example.split():
        key, _, value = part.partition("=")
        files = any(o.key == key and isinstance(o, Image) for o in command.options)
        words.append(f"--{key} {value}{'.tif' if files else ''}".rstrip())
    return " ".join(words + (["-o OUT.tif"] if command.output != "numbers" else []))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"written: {PAGE}")
