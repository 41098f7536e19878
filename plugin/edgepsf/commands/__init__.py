"""The commands, a file each; from their declarations come ImageJ's `run()`, the dialogs, the CLI and the docs.

Every module of this package is imported, and what it declares is a command: a new command is a new file.
"""

import importlib
import pkgutil

from .command import Command, declared

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

COMMANDS: tuple[Command, ...] = declared()
BY_NAME: dict[str, Command] = {command.name: command for command in COMMANDS}
BY_CLI: dict[str, Command] = {command.cli: command for command in COMMANDS}

__all__ = ["BY_CLI", "BY_NAME", "COMMANDS", "Command"]
