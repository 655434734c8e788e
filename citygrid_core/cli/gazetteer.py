"""`citygrid gazetteer import`."""

from __future__ import annotations

from typing import Any

import click

from citygrid_core.cli.imports import import_command, source_option
from citygrid_core.cli.language import t


@click.group(help=t("The gazetteer: places that addresses match.", "地名库：地址匹配的依据。"))
def gazetteer() -> None:
    """Gazetteer."""


def _load() -> Any:
    from citygrid_core.operations.gazetteer import import_places

    return import_places


gazetteer.add_command(
    import_command(
        _load,
        t("Import places from FILE.", "由 FILE 导入地名。"),
        click.option(
            "--kind",
            type=click.Choice(["region", "zone", "block", "street", "plate", "poi"]),
            help=t("kind of all rows", "全部记录的类别"),
        ),
        source_option,
    )
)
