"""`citygrid grids`: draw and check; the other commands stand beside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.answers import answer_options, hand_out
from citygrid_core.cli.door import (
    guarded,
    output_options,
    progress_bar,
    show,
    workspace_argument,
)
from citygrid_core.cli.grid_edits import EDITS
from citygrid_core.cli.grid_layers import LAYERS
from citygrid_core.cli.grid_options import (
    LAYER,
    buildings_option,
    cause_of,
    edit_options,
    policy_of,
    redraw_option,
    target_option,
)
from citygrid_core.cli.grid_plan import edit
from citygrid_core.cli.language import t


@click.group(help=t("Unit grids.", "单元网格。"))
def grids() -> None:
    """Unit grids."""


for _command in (*EDITS, *LAYERS, edit):
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
@buildings_option
@click.option("--compounds", type=LAYER, help=t("compounds: stay whole", "院落小区：保持完整"))
@click.option("--water", type=LAYER, help=t("water polygons: stay whole", "水域面：保持完整"))
@click.option("--parks", type=LAYER, help=t("park polygons: stay whole", "公园面：保持完整"))
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=lambda: min(os.cpu_count() or 1, 8),
    help=t("processes (default: as many as cores)", "并行进程数（默认同核数）"),
)
@target_option
@redraw_option
@edit_options
@output_options
@guarded
def draw(workspace: str, json_: bool, **said: Any) -> None:
    """Draw unit grids."""
    from citygrid_core.operations.grids.drawn import draw_grids
    from citygrid_core.workspace import Workspace

    policy = policy_of(said)
    with Workspace.open(workspace) as ws:
        cause = cause_of(said, ws.timezone)
        report = draw_grids(
            ws,
            policy=policy,
            on=cause.on,
            who=cause.who,
            reason=cause.reason,
            document=cause.document,
            progress=progress_bar(json_),
            **said,
        )
    show(report, json_)


@grids.command(
    help=t(
        "Check the unit grids of WORKSPACE, and that every component is in one. --repair NAME "
        "mends instead, as one edit: preview it with --dry-run, take it back with grids undo.",
        "检查 WORKSPACE 的单元网格及部件归属。--repair NAME 按策略修复（一次编辑）："
        "可用 --dry-run 预览，用 grids undo 撤销。",
    )
)
@workspace_argument
@buildings_option
@target_option
@click.option(
    "--components/--no-components",
    default=True,
    help=t("check that components are in their grids", "检查部件是否在所属网格内"),
)
@click.option(
    "--repair",
    "strategy",
    type=click.Choice(["largest", "smallest", "first", "slivers", "codes", "components"]),
    help=t(
        "largest, smallest, first: who gets overlaps, and gaps and edges closed; slivers merged; "
        "wrong codes minted anew; components given the grid they are in",
        "largest、smallest、first：重叠归谁并闭合缝隙；slivers：并入邻格；"
        "codes：重新分配错误编码；components：改写部件所属网格",
    ),
)
@click.option(
    "--gap-m",
    type=click.FloatRange(0),
    default=30.0,
    show_default=True,
    help=t("with --repair: close gaps narrower than this", "配合 --repair：闭合窄于此宽度的缝隙"),
)
@edit_options
@answer_options
@guarded
def check(
    workspace: str,
    buildings: Path | None,
    components: bool,
    strategy: str | None,
    gap_m: float,
    dry_run: bool,
    output: Path | None,
    overwrite: bool,
    json_: bool,
    **said: Any,
) -> None:
    """Check unit grids."""
    from citygrid_core.operations.grids.drawn import check_grids
    from citygrid_core.operations.grids.repairs import repair_by_name
    from citygrid_core.workspace import Workspace

    asked, policy = said["at"], policy_of(said)
    with Workspace.open(workspace) as ws:
        cause = cause_of(said, ws.timezone)
        if strategy is not None:
            report = repair_by_name(
                ws, strategy, cause, gap_m=gap_m, policy=policy, dry_run=dry_run
            )
            show(report, json_)
            return
        report, findings = check_grids(
            ws,
            buildings=buildings,
            policy=policy,
            components=components,
            at=None if asked is None else cause.on,
            progress=progress_bar(json_),
        )
    columns = ["id", "number", "rule", "severity", "codes", "measure", "x", "y"]
    hand_out(report, findings, output, overwrite, json_, columns)
