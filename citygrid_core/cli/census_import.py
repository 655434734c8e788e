"""`citygrid census import`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.imports import import_command, source_option
from citygrid_core.cli.language import t


def _load() -> Any:
    from functools import partial

    from citygrid_core.operations.census.imported import import_components

    return partial(import_components, processes=2)


_from_edition = click.option(
    "--from-edition",
    metavar="EDITION",
    help=t("edition of the file's class codes, if another", "文件类别代码所属版本（若不同）"),
)
_proposals = click.option(
    "--proposals",
    type=click.Path(dir_okay=False, path_type=Path),
    help=t("where texts that match nothing go, with proposals", "未匹配文本及建议的输出文件"),
)

import_ = import_command(
    _load,
    t(
        "Import components from FILE: a table, a layer, points of an instrument, or blocks of "
        "a DXF drawing.",
        "由 FILE 导入部件：表格、图层、仪器点文件或 DXF 图块。",
    ),
    source_option,
    _from_edition,
    _proposals,
)
