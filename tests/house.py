"""The structure of the package, measured from its source: rows, circles, sizes. `python -m tests.house` prints it.

Every import counts, those inside functions too.
"""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "plugin" / "edgepsf"

# A file may import from its own row and from the rows above it.
ROWS = (
    ("errors", "options", "former"),
    ("pictures",),
    ("psf",),
    ("deconvolve",),
    ("plugins",),
    ("measure",),
    ("recover",),
    ("report",),
    ("commands",),
    ("imagej",),
    ("cli", "demo"),
    ("testing", "engines", "", "__main__"),
)

# The same inside imagej/. Its package itself, and the modules that stand on all others, come last.
IMAGEJ_ROWS = (
    ("launch",),
    ("exchange", "install"),
    ("session",),
    ("plugins",),
    ("window",),
    ("bridge", "convert"),
    ("doctor", "opening", ""),
)

# Functions whose many parameters are the documented interface itself.
FACADES = {
    "deconvolve.api.deconvolve",
    "plugins.compat.deconvolutionlab2.deconvolutionlab2",
    "report.sharpening.compare_sharpening",
    "imagej.plugins.engine.restore",
    "testing.scenes.edge_image",
}


def modules() -> dict[str, Path]:
    """Dotted names below edgepsf, "" for the package itself, with their files."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports() -> dict[str, set[str]]:
    """The modules that each module imports."""
    files = modules()
    graph = {}
    for name, path in files.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        tree = ast.parse(path.read_text(encoding="utf-8"))
        hits = {_module(target, files) for node in ast.walk(tree) for target in _targets(node, package)}
        # A package hands on what is in it; that is no arrow.
        own = name + "." if path.name == "__init__.py" else "?"
        graph[name] = {hit for hit in hits if hit is not None and hit != name and not hit.startswith(own)}
        if name == "":
            graph[name] = set()
    return graph


def _targets(node: ast.AST, package: str) -> Iterator[str]:
    """Dotted names below edgepsf that a statement imports."""
    if isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            up = package.split(".") if package else []
            base = ".".join([*up[: len(up) - node.level + 1], *([base] if base else [])])
        elif base == "edgepsf" or base.startswith("edgepsf."):
            base = base[len("edgepsf.") :]
        else:
            return
        yield from (f"{base}.{alias.name}" if base else alias.name for alias in node.names)
    elif isinstance(node, ast.Import):
        yield from (a.name[len("edgepsf.") :] for a in node.names if a.name.startswith("edgepsf."))


def _module(name: str, files: dict[str, Path]) -> str | None:
    """The module that a dotted name lies in; None for a name of the package itself."""
    while name and name not in files:
        name = name.rpartition(".")[0]
    return name or None


def row(module: str) -> tuple[int, int]:
    """Number of the row a module stands in, the ground first; behind it that of its row inside imagej."""
    room, _, rest = module.partition(".")
    inner = _row(rest, IMAGEJ_ROWS) if room == "imagej" else 0
    return _row(room, ROWS), inner


def _row(name: str, rows: tuple[tuple[str, ...], ...]) -> int:
    return next(i for i, names in enumerate(rows) if name.split(".")[0] in names)


def upward(graph: dict[str, set[str]]) -> list[str]:
    """Imports from a lower row, as "file → file"."""
    return sorted(f"{a} → {b}" for a, targets in graph.items() for b in targets if row(b) > row(a))


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that import each other in a loop."""
    reached = {name: _reach(name, graph) for name in graph}
    rings, done = [], set()
    for name in graph:
        ring = sorted(m for m in reached[name] if name in reached.get(m, ()))
        if ring and name not in done:
            done |= set(ring)
            rings.append(ring)
    return rings


def _reach(name: str, graph: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    todo = [name]
    while todo:
        for target in graph.get(todo.pop(), ()):
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


def module_lines() -> dict[str, int]:
    """Lines of each module."""
    return {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules().items()}


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function and method with its dotted name."""
    for name, path in modules().items():
        yield from _functions(ast.parse(path.read_text(encoding="utf-8")), name)


def _functions(tree: ast.AST, name: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        inner = f"{name}.{node.name}" if hasattr(node, "name") else name
        if isinstance(node, ast.FunctionDef):
            yield inner, node
        yield from _functions(node, inner)


def function_lines(node: ast.FunctionDef) -> int:
    """Lines of a function without its docstring."""
    lines = node.end_lineno - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is not None:
        lines -= first.end_lineno - first.lineno + 1
    return lines


def parameters(node: ast.FunctionDef) -> list[ast.arg]:
    """Parameters of a function without self and cls."""
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [a for a in given if a.arg not in ("self", "cls")]


def wide() -> list[str]:
    """Functions of more than eight parameters that are no declared facade."""
    return [name for name, node in functions() if len(parameters(node)) > 8 and name not in FACADES]


def public(name: str) -> bool:
    """Whether no part of a dotted name is private."""
    return not any(part.startswith("_") and not part.startswith("__") for part in name.split("."))


def untyped() -> list[str]:
    """Public functions with a parameter that has no type."""
    return [n for n, f in functions() if public(n) and any(a.annotation is None for a in parameters(f))]


def undocumented() -> list[str]:
    """Public functions and methods without a docstring, those apart that a base class explains."""
    return [n for n, f in functions() if public(n) and "__" not in n and ast.get_docstring(f) is None]


def percentile(values: list[int], share: float) -> int:
    """The value that a share of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    """Print the table."""
    graph, lines = imports(), list(module_lines().values())
    bodies = [function_lines(node) for _, node in functions()]
    typed = [a.annotation is not None for _, node in functions() for a in parameters(node)]
    print(f"modules / lines                {len(lines)} / {sum(lines)}")
    print(
        f"module median / p90 / max      {statistics.median(lines):g} / {percentile(lines, 0.9)} / {max(lines)}"
    )
    print(f"function p90 / max             {percentile(bodies, 0.9)} / {max(bodies)}")
    print(f"arguments typed                {100 * sum(typed) / len(typed):.0f} %")
    print(f"public functions not typed     {len(untyped())}")
    print(f"public, without a docstring    {len(undocumented())} of {sum(public(n) for n, _ in functions())}")
    print(f"more than 8 parameters         {', '.join(wide()) or 0}")
    print(f"circles                        {len(circles(graph))}")
    for ring in circles(graph):
        print("   ", ", ".join(ring))
    print(f"arrows upward                  {len(upward(graph))}")
    for arrow in upward(graph):
        print("   ", arrow)


if __name__ == "__main__":
    main()
