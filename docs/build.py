"""Writes the pages and tables that are made from declarations: `make docs`.

commands.md comes from the commands, and models.md from the PSF models. README.md and deconvolution.md are written by
hand, except for one table between two marks: the commands with their keys, and the methods with their options.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

from edgepsf.commands import COMMANDS, Command
from edgepsf.deconvolve.method import Method, as_given
from edgepsf.deconvolve.methods import METHODS
from edgepsf.options import Image, Option
from edgepsf.psf.families import library, model_classes, names

PAGE = Path(__file__).with_name("commands.md")
MODELS_PAGE = Path(__file__).with_name("models.md")
METHODS_PAGE = Path(__file__).with_name("deconvolution.md")
README = Path(__file__).resolve().parents[1] / "README.md"
HEAD = """# Commands

`make docs` makes this page from the declarations in `plugin/edgepsf/commands/`; the tests run every example. In ImageJ
the commands are in the menu Plugins > Edge PSF. A macro calls them by `run("Name...", "key=value key2=[a value]")`. A
flag is a bare word or `flag=true`. `key=&name` passes the macro variable `name` with all its digits. Coordinates are
whole-image pixels; (0, 0) is the centre of the top-left pixel. The region is the current selection: a rectangle, any
area, or a line with a width (32 px for a thin line). On the command line, `--roi X,Y,W,H` is the region, images are
files, and `-o` names the output. In ImageJ, an option of the kind "image" takes the title of an open image, else the
path of a file.

The examples work after these lines, which write the picture of an edge, its f image and a PSF. Each macro and each
command line stands for itself.

```python
import tifffile
import edgepsf as ep
from edgepsf.testing import edge_image

edge = edge_image(ep.psf.Logistic(1.2), noise=0.01)  # levels 30 and 100
tifffile.imwrite("edge.tif", edge.astype("float32"))
tifffile.imwrite("edge-f.tif", ep.edge.f(ep.edge.g(edge, 30, 100)).astype("float32"))
tifffile.imwrite("PSF.tif", ep.psf.from_profile(p1=1.2).kernel())
```
"""
# Pictures of the examples, other than a gray picture.
INPUTS = {"Fit Edge Plane": "edge-f.tif", "Fit Edge Profile...": "edge-f.tif", "Check PSF...": "PSF.tif"}
MODELS_HEAD = """# Models

`make docs` makes this page from the files in `plugin/edgepsf/psf/models`. `model=` takes a name of the first column,
"auto" or "free". [mathematics.md](mathematics.md) explains how "auto" chooses a model, and how "free" finds a PSF
without one. "free" first tries compositions: sums of models, and models that are blurred once more.

| name | what | parameters | in compositions |
|---|---|---|---|
"""
OUTPUTS = {
    "image": "a new 32-bit image",
    "numbers": "a row of the Results table",
    "both": "a kernel image and a row",
}


def pages() -> dict[Path, str]:
    """The text of every page that is made as a whole or in a part."""
    return {
        PAGE: page(),
        MODELS_PAGE: models_page(),
        METHODS_PAGE: with_table(METHODS_PAGE, "methods", method_table()),
        README: with_table(README, "commands", command_table()),
    }


def with_table(path: Path, name: str, made: str) -> str:
    """The text of a page with a new table between its two marks."""
    text = path.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: made by `make docs` -->\n", f"<!-- end of {name} -->\n"
    if text.count(begin) != 1 or text.count(end) != 1:
        raise ValueError(f"{path.name} needs each of these marks once: {begin.strip()} {end.strip()}")
    return f"{text.partition(begin)[0]}{begin}\n{made}\n{end}{text.partition(end)[2]}"


def command_table() -> str:
    """All commands with their keys and results."""
    lines = [("command", "keys", "result")]
    for command in COMMANDS:
        keys = " ".join(key(option) for option in command.options)
        lines.append((f"`{command.name}`", f"`{keys}`" if keys else "", result(command)))
    return table(lines)


def table(lines: list[tuple[str, ...]]) -> str:
    """A table in Markdown; the first line is its head."""
    rows = [" | ".join(cell.replace("|", "\\|") for cell in line) for line in lines]
    rows.insert(1, " | ".join("---" for _ in lines[0]))
    return "".join(f"| {row} |\n" for row in rows)


def key(option: Option) -> str:
    """A key as a macro writes it, with its default."""
    return option.key if option.bare else f"{option.key}={'' if option.default is None else option.default}"


def result(command: Command) -> str:
    """What a command makes, with the titles of the images."""
    *others, last = (f"*name*-{suffix}" for suffix in command.suffixes or ("",))
    image = f"image {', '.join(others)} or {last}" if others else f"image {last}"
    if command.makes:
        return f"{image}: {command.makes}"
    return {"image": image, "numbers": OUTPUTS["numbers"], "both": f"kernel {image}, and a row"}[
        command.output
    ]


def method_table() -> str:
    """All methods of the native engine with their options."""
    lines = [("method", "what it does", "options (defaults)", "chosen from the picture")]
    for method in METHODS.values():
        options = ", ".join(f"`{o.key}`" + (f" ({o.default})" if o.default else "") for o in method.options)
        lines.append((f"`{method.name}`", method.help, options, chosen(method)))
    return table(lines)


def chosen(method: Method) -> str:
    """The numbers that a method chooses, in the words of its own documentation."""
    return "" if method.choose is as_given else inspect.getdoc(method.choose).partition("\n")[0]


def page() -> str:
    """The text of the page of commands."""
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
    lines += ["```ijm", *macro_example(command), "```", ""]
    lines += ["```sh", f"edgepsf {cli_example(command)}", "```", ""]
    return "\n".join(lines)


def row(option: Option) -> str:
    """One key of the table."""
    kind = " \\| ".join(f"`{word}`" for word in option.words) or option.kind
    default = "" if option.default in (None, False) else f"`{option.default}`"
    default = "required" if option.required else default
    return f"| `{option.key}` | {kind} | {default} | {option.unit} | {option.help} |"


def picture(command: Command) -> list[str]:
    """The file of the picture that the example works on, if the command needs one."""
    return [INPUTS.get(command.name, "edge.tif")] if command.image == "needed" or command.color else []


def example(command: Command) -> list[tuple[str, str]]:
    """Key and value of each part of the example; images are files."""
    images = {option.key for option in command.options if isinstance(option, Image)}
    parts = (part.partition("=") for part in command.example.split())
    return [(key, f"{value}.tif" if key in images else value) for key, _, value in parts]


def macro_example(command: Command) -> list[str]:
    """The lines of the example as a macro."""
    words = " ".join(f"{key}={value}" if value else key for key, value in example(command))
    arguments = f', "{words}"' if words else ""
    return [f'open("{name}");' for name in picture(command)] + [f'run("{command.name}"{arguments});']


def cli_example(command: Command) -> str:
    """The same example as a command line."""
    words = [command.cli, *picture(command)]
    words += [f"--{key} {value}".rstrip() for key, value in example(command)]
    output = [] if command.output == "numbers" else [f"-o {command.cli.replace(' ', '-')}.tif"]
    return " ".join(words + output)


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
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(f"written: {path}")
