"""`citygrid census import`."""

from __future__ import annotations

from typing import Any

import click

from citygrid_core.cli.imports import import_command, source_option
from citygrid_core.cli.language import t


@click.group(help=t("The component census.", "部件普查。"))
def census() -> None:
    """Census."""


def _load() -> Any:
    from citygrid_core.operations.census import import_components

    return import_components


census.add_command(
    import_command(_load, t("Import components from FILE.", "由 FILE 导入部件。"), source_option)
)
