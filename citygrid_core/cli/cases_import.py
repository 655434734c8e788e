"""`citygrid cases import`."""

from __future__ import annotations

from typing import Any

import click

from citygrid_core.accept import ACCEPT
from citygrid_core.cli.imports import import_command
from citygrid_core.cli.language import t


def _load() -> Any:
    from functools import partial

    from citygrid_core.operations.cases.imported import import_cases

    return partial(import_cases, processes=2)


import_ = import_command(
    _load,
    t("Import cases from FILE..., one delivery.", "由 FILE... 导入案件（可为多个文件）。"),
    click.option(
        "--source-system",
        default="",
        help=t("who delivers; names cases with their number", "来源系统，与来源编号一起标识案件"),
    ),
    click.option(
        "--accept",
        type=click.FloatRange(0, 1),
        default=ACCEPT,
        show_default=True,
        help=t("least probability of an address match", "地址匹配的最低可信度"),
    ),
    many=True,
)
