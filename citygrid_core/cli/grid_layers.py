"""`citygrid grids show|quality|lineage|recount|group|import`: layers in and out, and the past."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.answers import answer_options, hand_out
from citygrid_core.cli.door import (
    guarded,
    import_options,
    output_options,
    progress_bar,
    rejects_file,
    show,
    source_of,
    today,
    workspace_argument,
)
from citygrid_core.cli.grid_options import (
    LAYER,
    buildings_option,
    cause_of,
    day_option,
    document_options,
    edit_options,
    policy_of,
    redraw_option,
    target_option,
)
from citygrid_core.cli.language import t


def _day(at: str | None) -> str | None:
    return None if at is None else today(at)


@click.command("show", help=t("Hand out the grids of any day.", "输出任一日期的单元网格。"))
@workspace_argument
@day_option
@answer_options
@guarded
def show_(
    workspace: str, at: str | None, output: Path | None, overwrite: bool, json_: bool
) -> None:
    """Show grids."""
    from citygrid_core.operations.grids.history import show_grids
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, rows = show_grids(ws, at=_day(at))
    columns = ["code", "area_m2", "valid_from", "valid_to", "reason", "document"]
    hand_out(report, rows, output, overwrite, json_, columns)


@click.command(
    help=t(
        "Measure the division: areas against the policy, shapes, borders on streets, buildings "
        "cut; -o has each grid.",
        "量测网格质量：面积与策略、形状、边界沿路比例、切割建筑；-o 输出每个网格。",
    )
)
@workspace_argument
@click.option("--roads", type=LAYER, help=t("street centre lines", "道路中心线"))
@click.option("--barriers", type=LAYER, help=t("rivers, railways, walls", "河流、铁路、围墙"))
@buildings_option
@target_option
@day_option
@answer_options
@guarded
def quality(
    workspace: str,
    at: str | None,
    output: Path | None,
    overwrite: bool,
    json_: bool,
    **said: Any,
) -> None:
    """Measure the grids."""
    from citygrid_core.operations.grids.drawn import grid_quality
    from citygrid_core.workspace import Workspace

    policy = policy_of(said)
    with Workspace.open(workspace) as ws:
        report, rows = grid_quality(ws, policy=policy, at=_day(at), **said)
    shown = ["code", "area_m2", "polsby_popper", "reock", "on_lines", "in_soft_range", "reason"]
    hand_out(report, rows, output, overwrite, json_, shown)


@click.command(help=t("Ancestors and descendants of a grid.", "单元网格的前身与后继。"))
@workspace_argument
@click.argument("code")
@day_option
@answer_options
@guarded
def lineage(
    workspace: str, code: str, at: str | None, output: Path | None, overwrite: bool, json_: bool
) -> None:
    """Tell where a grid comes from and what became of it."""
    from citygrid_core.operations.grids.history import lineage_of
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, rows = lineage_of(ws, code, at=_day(at))
    hand_out(report, rows, output, overwrite, json_, list(rows.columns))


@click.command(
    help=t(
        "Count the cases of all time on the grids of one day, each by its own point: "
        "a time series on today's cells.",
        "按案件自身位置，将全部案件统计到某一日的单元网格上：当前网格上的时间序列。",
    )
)
@workspace_argument
@day_option
@click.option(
    "--period",
    type=click.Choice(["day", "month", "quarter", "year"]),
    help=t("one count for each grid and period", "按网格与时段汇总"),
)
@answer_options
@guarded
def recount(
    workspace: str,
    at: str | None,
    period: Any,
    output: Path | None,
    overwrite: bool,
    json_: bool,
) -> None:
    """Recount cases."""
    from citygrid_core.operations.grids.history import recount_cases, series
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, rows = recount_cases(ws, at=_day(at))
    if period is not None:
        rows = series(rows, period)
    columns = ["grid_code", "class_code", "day", "period", "cases", "weak"]
    hand_out(report, rows, output, overwrite, json_, columns)


@click.command(
    help=t(
        "Group unit grids into responsibility, management or evaluation grids.",
        "将单元网格组合为责任网格、管理网格或评价网格。",
    )
)
@workspace_argument
@click.option(
    "--kind",
    type=click.Choice(["responsibility", "management", "evaluation"]),
    default="responsibility",
    show_default=True,
    help=t("kind", "类别"),
)
@click.option(
    "--target",
    type=click.FloatRange(0, min_open=True),
    required=True,
    help=t(
        "load of a group: m², components, cases or metres of street",
        "每组负荷：平方米、部件数、案件数或道路米数",
    ),
)
@click.option(
    "--by",
    type=click.Choice(["area", "components", "cases", "streets"]),
    default="area",
    show_default=True,
    help=t("what is balanced", "均衡依据"),
)
@click.option("--roads", type=LAYER, help=t("for --by streets", "用于 --by streets"))
@click.option(
    "--within",
    type=click.Choice(["community", "street", "county"]),
    help=t("a group stays inside", "不跨越的范围"),
)
@click.option("--most", type=click.IntRange(0), default=0, help=t("most grids", "最多网格数"))
@redraw_option
@edit_options
@answer_options
@guarded
def group(
    workspace: str,
    kind: Any,
    roads: Path | None,
    within: str | None,
    output: Path | None,
    overwrite: bool,
    json_: bool,
    **said: Any,
) -> None:
    """Group unit grids."""
    from citygrid_core.operations.grids.drawn import read_layer
    from citygrid_core.operations.grids.groups import group_grids
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        cause = cause_of(said, ws.timezone)
        report, rows = group_grids(
            ws,
            kind,
            cause,
            roads=None if roads is None else read_layer(roads, ws),
            within=within or "",
            progress=progress_bar(json_),
            **said,
        )
    hand_out(report, rows, output, overwrite, json_, ["code", "grids", "load", "area_m2"])


@click.command(
    "import",
    help=t(
        "Import hand-drawn grids: repaired so that they fill the communities, numbered anew.",
        "导入手工绘制的网格：修复为铺满社区的无缝网格并重新编码。",
    ),
)
@workspace_argument
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--overlap",
    type=click.Choice(["largest", "smallest", "first"]),
    default="largest",
    show_default=True,
    help=t("who gets what several claim", "重叠部分归谁"),
)
@click.option(
    "--snap-m",
    type=click.FloatRange(0, 5),
    default=0.5,
    show_default=True,
    help=t("vertices of neighbours nearer than this become one", "相邻面顶点近于此距离则合一"),
)
@click.option(
    "--gap-m",
    type=click.FloatRange(0),
    default=30.0,
    show_default=True,
    help=t("close gaps narrower than this; wider ones become grids", "闭合窄于此宽度的缝隙"),
)
@click.option(
    "--part",
    type=click.Choice(["split", "absorb"]),
    default="split",
    show_default=True,
    help=t("loose parts of a polygon", "多部件面的处理"),
)
@target_option
@redraw_option
@document_options
@import_options
@output_options
@guarded
def import_(
    workspace: str,
    file: Path,
    overlap: Any,
    snap_m: float,
    gap_m: float,
    part: Any,
    redraw: bool,
    rejects: Path | None,
    dry_run: bool,
    json_: bool,
    **said: Any,
) -> None:
    """Import hand-drawn grids."""
    from citygrid_core.grids import Strategies
    from citygrid_core.operations.grids.imported import import_grids
    from citygrid_core.workspace import Workspace

    policy = policy_of(said)
    limit = policy.limit_low_m2 if part == "split" else 0.0
    strategies = Strategies(overlap=overlap, gap_m=gap_m, part=part, part_m2=limit, snap_m=snap_m)
    set_aside = rejects_file(rejects, file, workspace, dry_run)
    with Workspace.open(workspace) as ws:
        cause = cause_of(said, ws.timezone)
        report, _ = import_grids(
            ws,
            file,
            cause,
            options=source_of(said),
            strategies=strategies,
            policy=policy,
            redraw=redraw,
            dry_run=dry_run,
            rejects=set_aside,
            progress=progress_bar(json_),
        )
    show(report, json_, set_aside)


LAYERS = (show_, quality, lineage, recount, group, import_)
