"""The command line in this process."""

from __future__ import annotations

from edgepsf.cli import main


def run(capsys, *words) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    try:
        code = main([str(w) for w in words])
    except SystemExit as stop:
        code = stop.code
    return (code, *capsys.readouterr())
