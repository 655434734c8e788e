"""`citygrid census deliver`."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.door import (
    guarded,
    output_options,
    progress_bar,
    show,
    today,
    workspace_argument,
)
from citygrid_core.cli.language import t


@click.command(
    help=t(
        "Write the components as an edition's delivery into FOLDER: layers with its own field "
        "names, types and lengths, metadata, statistics, hashes.",
        "按标准版本将部件成果写入 FOLDER：图层及字段、元数据、统计与文件哈希。",
    )
)
@workspace_argument
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--edition", help=t("edition (default: the workspace's)", "标准版本（默认同工作库）"))
@click.option("--at", metavar="DATE", help=t("state of that day", "该日的状态"))
@click.option(
    "--book",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=t(
        "map book (PDF) to hand over too: QGIS's citygrid:mapbook makes it, "
        "citygrid:delivercensus makes both",
        "一并交付的图集（PDF）：由 QGIS 算法 citygrid:mapbook 生成；citygrid:delivercensus 一次完成",
    ),
)
@output_options
@guarded
def deliver(
    workspace: str,
    folder: Path,
    edition: str | None,
    at: str | None,
    book: Path | None,
    json_: bool,
) -> None:
    """Write a delivery."""
    from citygrid_core.operations.census.deliver import deliver as delivering
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace, read_only=True) as ws:
        report = delivering(
            ws,
            folder,
            edition=edition,
            at=today(at) if at else None,
            book=book,
            progress=progress_bar(json_),
        )
    show(report, json_)
