"""Groups that import a command's module only when the command is called."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from citygrid_core.cli.language import t
from citygrid_core.errors import Text


class LazyGroup(click.Group):
    """A group whose commands live in modules of their own: help stays instant.

    Parameters
    ----------
    commands : mapping
        Command to its module in this package and one line of help. The module holds
        the command under its own name: ``-`` written ``_``, a Python keyword with ``_`` behind.
    """

    def __init__(self, *args: Any, commands: Mapping[str, tuple[str, Text]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.modules = dict(commands)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the declaration."""
        return list(self.modules)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import and return one command."""
        if name not in self.modules:
            return None
        module = import_module(f"citygrid_core.cli.{self.modules[name][0]}")
        command: click.Command = getattr(module, _variable(name))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        with formatter.section(t("Commands", "命令")):
            formatter.write_dl([(name, t(*text)) for name, (_, text) in self.modules.items()])


def _variable(name: str) -> str:
    variable = name.replace("-", "_")
    return f"{variable}_" if keyword.iskeyword(variable) else variable
