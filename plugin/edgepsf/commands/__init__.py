"""The commands, a file each; from their declarations come ImageJ's `run()`, the dialogs, the CLI and the docs."""

from .table import BY_CLI, BY_NAME, COMMANDS, Command

__all__ = ["BY_CLI", "BY_NAME", "COMMANDS", "Command"]
