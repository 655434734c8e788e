"""`citygrid departments import`."""

from __future__ import annotations

from typing import Any

import click

from citygrid_core.cli.imports import import_command
from citygrid_core.cli.language import t


@click.group(help=t("The register of departments.", "部门名录。"))
def departments() -> None:
    """Departments."""


def _load() -> Any:
    from citygrid_core.operations.responsibility.departments import import_departments

    return import_departments


departments.add_command(
    import_command(_load, t("Import departments from FILE.", "由 FILE 导入部门。"))
)
