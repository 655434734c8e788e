"""`citygrid census import`."""

from __future__ import annotations

from typing import Any

from citygrid_core.cli.imports import import_command, source_option
from citygrid_core.cli.language import t


def _load() -> Any:
    from citygrid_core.operations.census import import_components

    return import_components


import_ = import_command(
    _load, t("Import components from FILE.", "由 FILE 导入部件。"), source_option
)
