"""The exceptions of edgepsf: each carries one sentence for the user and maps to one exit code of the CLI."""

from __future__ import annotations


class EdgeError(ValueError):
    """No PSF can be had from this data; the message says why and what to do (exit code 3)."""

    exit_code = 3


class InputError(ValueError):
    """Bad usage or input: a wrong option, image, region or file (exit code 2)."""

    exit_code = 2


class EngineError(RuntimeError):
    """ImageJ, Java or a plugin is missing or cannot start (exit code 4)."""

    exit_code = 4


class MacroError(RuntimeError):
    """An ImageJ macro stopped before its end (exit code 1)."""

    exit_code = 1
