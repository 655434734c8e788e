"""`citygrid grids`: draw and check; the other commands stand beside."""

from __future__ import annotations

import os
from pathlib import Path

import click

from citygrid_core.cli.answers import hand_out, overwrite_option
from citygrid_core.cli.door import (
    guarded,
    output_options,
    progress_bar,
    show,
    today,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.grid_edits import EDITS, cause_options
from citygrid_core.cli.grid_layers import LAYERS
from citygrid_core.cli.language import t

LAYER = click.Path(path_type=Path)


@click.group(help=t("Unit grids.", "单元网格。"))
def grids() -> None:
    """Unit grids."""


for _command in (*EDITS, *LAYERS):
    grids.add_command(_command)


@grids.command(
    help=t(
        "Divide the communities of WORKSPACE into unit grids along streets and barriers. "
        "A layer is FILE or FILE:LAYER.",
        "沿道路与屏障把 WORKSPACE 的社区划分为单元网格。图层写作 FILE 或 FILE:LAYER。",
    )
)
@workspace_argument
@click.option("--roads", type=LAYER, help=t("street centre lines", "道路中心线"))
@click.option("--barriers", type=LAYER, help=t("rivers, railways, walls", "河流、铁路、围墙"))
@click.option("--buildings", type=LAYER, help=t("buildings: never cut", "建筑物：不得切割"))
@click.option("--compounds", type=LAYER, help=t("compounds: stay whole", "院落小区：保持完整"))
@click.option("--water", type=LAYER, help=t("water polygons: stay whole", "水域面：保持完整"))
@click.option("--parks", type=LAYER, help=t("park polygons: stay whole", "公园面：保持完整"))
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=lambda: min(os.cpu_count() or 1, 8),
    help=t("processes (default: as many as cores)", "并行进程数（默认同核数）"),
)
@click.option(
    "--target-area",
    type=click.FloatRange(500, 10_000_000),
    default=10_000,
    show_default=True,
    help=t("target area of a cell, m²", "目标面积（平方米）"),
)
@click.option("--redraw", is_flag=True, help=t("retire the grids there are", "废止现有网格后重划"))
@click.option("--reason", default="", help=t("recorded with the grids", "原因"))
@click.option("--document", default="", help=t("document number", "文号"))
@click.option("--at", metavar="DATE", help=t("valid from this day", "起始日期"))
@write_options
@output_options
@guarded
def draw(
    workspace: str,
    roads: Path | None,
    barriers: Path | None,
    buildings: Path | None,
    compounds: Path | None,
    water: Path | None,
    parks: Path | None,
    workers: int,
    target_area: float,
    redraw: bool,
    reason: str,
    document: str,
    at: str | None,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """Draw unit grids."""
    from citygrid_core.grids import Policy
    from citygrid_core.operations.grids import draw_grids
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report = draw_grids(
            ws,
            roads=roads,
            barriers=barriers,
            buildings=buildings,
            compounds=compounds,
            water=water,
            parks=parks,
            workers=workers,
            policy=Policy(target_m2=target_area),
            on=today(at),
            who=who,
            reason=reason,
            document=document,
            redraw=redraw,
            dry_run=dry_run,
            progress=progress_bar(json_),
        )
    show(report, json_)


@grids.command(help=t("Check the unit grids of WORKSPACE.", "检查 WORKSPACE 的单元网格。"))
@workspace_argument
@click.option("--buildings", type=LAYER, help=t("buildings: never cut", "建筑物：不得切割"))
@click.option(
    "--target-area", type=float, default=10_000, show_default=True, help=t("m²", "平方米")
)
@click.option("--at", metavar="DATE", help=t("the grids of that day", "该日的网格"))
@click.option(
    "--repair",
    "overlap",
    type=click.Choice(["largest", "smallest", "first"]),
    help=t(
        "mend first: who gets what several grids claim; preview with --dry-run",
        "先修复：重叠部分归谁；可用 --dry-run 预览",
    ),
)
@click.option(
    "--gap-m",
    type=click.FloatRange(0),
    default=30.0,
    show_default=True,
    help=t("with --repair: close gaps narrower than this", "配合 --repair：闭合窄于此宽度的缝隙"),
)
@cause_options
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help=t("findings as a layer", "问题图层")
)
@overwrite_option
@output_options
@guarded
def check(
    workspace: str,
    buildings: Path | None,
    target_area: float,
    at: str | None,
    overlap: str | None,
    gap_m: float,
    reason: str,
    document: str,
    dry_run: bool,
    who: str,
    output: Path | None,
    overwrite: bool,
    json_: bool,
) -> None:
    """Check unit grids."""
    if overlap is not None:
        _repair(workspace, overlap, gap_m, target_area, at, reason, document, dry_run, who, json_)
        return
    from citygrid_core.grids import Policy
    from citygrid_core.operations.grids import check_grids
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, findings = check_grids(
            ws,
            buildings=buildings,
            policy=Policy(target_m2=target_area),
            at=at,
            progress=progress_bar(json_),
        )
    hand_out(report, findings, output, overwrite, json_, ["rule", "severity", "codes", "measure"])


def _repair(
    workspace: str,
    overlap: str,
    gap_m: float,
    target_area: float,
    at: str | None,
    reason: str,
    document: str,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    from citygrid_core.grids import Policy, Strategies
    from citygrid_core.operations.grid_edits import Cause
    from citygrid_core.operations.grid_import import repair_grids
    from citygrid_core.workspace import Workspace

    strategies = Strategies(
        overlap=overlap,  # type: ignore[arg-type]
        gap_m=gap_m,
        part="split",
        part_m2=0.1 * target_area,
    )
    with Workspace.open(workspace) as ws:
        report = repair_grids(
            ws,
            strategies,
            Cause(today(at), who, reason, document),
            policy=Policy(target_m2=target_area),
            dry_run=dry_run,
        )
    show(report, json_)
