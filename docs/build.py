"""Writes docs/commands.md from the declarations of the commands and docs/models.md from the models: `make docs`."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

from edgepsf.commands import COMMANDS, Command
from edgepsf.options import Image, Option
from edgepsf.psf.families import library, model_classes, names

PAGE = Path(__file__).with_name("commands.md")
MODELS_PAGE = Path(__file__).with_name("models.md")
HEAD = """# Commands

Made from the declarations in `plugin/edgepsf/commands/` by `make docs`; the tests run every example. In ImageJ the
commands stand under Plugins > Edge PSF and are called by `run("Name...", "key=value key2=[a value]")`; a flag is a
bare word or `flag=true`; `key=&name` passes the macro variable `name` with all its digits. Coordinates are
whole-image pixels, (0, 0) the centre of the top-left one. The region is the current selection: a rectangle, any
area, or a line with a width (32 px for a thin one). On the command line it is `--roi X,Y,W,H`, images are files, and
`-o` names the output.
"""
MODELS_HEAD = """# Models

Made from the files in `plugin/edgepsf/psf/models` by `make docs`. `model=` takes a name of the first column, "auto", or
"free"; [mathematics.md](mathematics.md) says how auto chooses and what free does. A composition is what free looks for
first: sums of models, and models blurred once more.

| name | what | parameters | in compositions |
|---|---|---|---|
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


def models_page() -> str:
    """The text of the page of models: a table of the families, then each class with its formulas."""
    rows = []
    for each in (library()[name] for name in names()):
        parameters = ", ".join(each.examples()[0].model.parameters)
        rows.append(f"| `{each.name}` | {each.help} | {parameters} | {'yes' if each.compose else ''} |\n")
    on_request = dict.fromkeys(each.relatives for each in library().values() if each.relatives)
    rows += [f"\nMade on request: {each}.\n" for each in on_request]
    classes = model_classes()
    order = dict.fromkeys(library()[name].model_class.__name__ for name in names())
    return MODELS_HEAD + "".join(rows) + "".join(model_section(name, classes[name]) for name in order)


def model_section(name: str, model_class: type) -> str:
    """One class: how it is made, and the formulas of its file."""
    formulas = inspect.getdoc(sys.modules[model_class.__module__])
    parameters = inspect.signature(model_class).parameters.values()
    call = ", ".join(str(each.replace(annotation=inspect.Parameter.empty)) for each in parameters)
    about = inspect.getdoc(model_class).split("\n\n")[0]
    return f"\n## {name}\n\n`edgepsf.psf.{name}({call})`: {about}\n\n{formulas}\n"


if __name__ == "__main__":
    for path, text in ((PAGE, page()), (MODELS_PAGE, models_page())):
        path.write_text(text, encoding="utf-8")
        print(f"written: {path}")
