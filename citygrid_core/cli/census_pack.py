"""`citygrid census pack`: field packs for the teams."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.door import (
    emit_json,
    guarded,
    output_options,
    problems,
    progress_bar,
    table,
    today,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.language import current, t


@click.command(
    help=t("Divide the survey into field packs in DIR.", "划分作业并在 DIR 生成外业包。")
)
@workspace_argument
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--teams", type=click.IntRange(1), required=True, help=t("how many", "作业组数"))
@click.option("--name", "names", multiple=True, help=t("name of a team", "作业组名称"))
@click.option(
    "--until", metavar="DATE", required=True, help=t("lease is good until", "号段有效期止")
)
@click.option("--reserve", default=20, show_default=True, help=t("numbers a class", "每类预留号数"))
@click.option(
    "--margin", default=1.5, show_default=True, help=t("numbers per new one", "每个预计新增的号数")
)
@click.option(
    "--new-share",
    default=0.3,
    show_default=True,
    help=t("new components as a part of those expected", "预计新增比例"),
)
@click.option(
    "--walking",
    "weight",
    default=0.5,
    show_default=True,
    type=click.FloatRange(0, 1),
    help=t("weight of streets in the balance", "街巷长度在均衡中的权重"),
)
@click.option(
    "--base",
    "base",
    multiple=True,
    metavar="FILE[:LAYER]",
    help=t("layers for the base map", "底图数据"),
)
@click.option("--overlap", is_flag=True, help=t("grids may be out twice", "允许网格重复外带"))
@click.option("--at", metavar="DATE", help=t("day of making", "制作日期"))
@write_options
@output_options
@guarded
def pack(
    workspace: str,
    directory: Path,
    teams: int,
    names: tuple[str, ...],
    until: str,
    reserve: int,
    margin: float,
    new_share: float,
    weight: float,
    base: tuple[str, ...],
    overlap: bool,
    at: str | None,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """Make field packs."""
    import sys

    from citygrid_core.operations.census.packs.base import base_layers
    from citygrid_core.operations.census.packs.make import PackPlan, make_packs
    from citygrid_core.workspace import Workspace

    plan = PackPlan(
        teams=teams,
        until=today(until),
        names=names,
        reserve=reserve,
        margin=margin,
        new_share=new_share,
        weight=weight,
        overlap=overlap,
    )
    with Workspace.open(workspace) as ws:
        report = make_packs(
            ws,
            directory,
            plan,
            on=today(at, ws.timezone),
            base=base_layers(ws, base),
            lang=current(),
            who=who,
            dry_run=dry_run,
            progress=progress_bar(json_),
        )
    if json_:
        emit_json(report.as_dict())
        sys.exit(report.exit_code)
    columns = ["code", "team", "grids", "streets_m", "expected", "taken", "leased", "load"]
    table(columns, [[p[c] for c in columns] for p in report.details["packs"]])
    problems(report.problems)
    sys.exit(report.exit_code)
