"""`citygrid duties import`."""

from __future__ import annotations

from typing import Any

import click

from citygrid_core.cli.imports import import_command
from citygrid_core.cli.language import t


@click.group(help=t("Duty rules: who answers where.", "责任规则：何处归谁管。"))
def duties() -> None:
    """Duty rules."""


def _load() -> Any:
    from citygrid_core.operations.duties import import_duties

    return import_duties


duties.add_command(
    import_command(_load, t("Import duty rules from FILE.", "由 FILE 导入责任规则。"))
)
