"""`citygrid grids show|lineage|recount|group|import`: layers in and out, and the past."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.answers import hand_out, overwrite_option
from citygrid_core.cli.door import (
    guarded,
    import_options,
    output_options,
    progress_bar,
    rejects_file,
    show,
    today,
    workspace_argument,
)
from citygrid_core.cli.grid_edits import at_option, cause_options
from citygrid_core.cli.language import t

OUTPUT = click.option(
    "-o", "--output", type=click.Path(path_type=Path), help=t("output file", "输出文件")
)
DAY = click.option("--at", metavar="DATE", help=t("the grids of that day", "该日的网格"))


def _day(at: str | None) -> str | None:
    return None if at is None else today(at)


@click.command("show", help=t("Hand out the grids of any day.", "输出任一日期的单元网格。"))
@workspace_argument
@DAY
@OUTPUT
@overwrite_option
@output_options
@guarded
def show_(
    workspace: str, at: str | None, output: Path | None, overwrite: bool, json_: bool
) -> None:
    """Show grids."""
    from citygrid_core.operations.grid_history import show_grids
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, rows = show_grids(ws, at=_day(at))
    columns = ["code", "area_m2", "valid_from", "valid_to", "reason", "document"]
    hand_out(report, rows, output, overwrite, json_, columns)


@click.command(help=t("Ancestors and descendants of a grid.", "单元网格的前身与后继。"))
@workspace_argument
@click.argument("code")
@click.option("--at", metavar="DATE", help=t("who was valid that day", "该日有效者"))
@OUTPUT
@overwrite_option
@output_options
@guarded
def lineage(
    workspace: str, code: str, at: str | None, output: Path | None, overwrite: bool, json_: bool
) -> None:
    """Tell where a grid comes from and what became of it."""
    from citygrid_core.operations.grid_history import lineage_of
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, rows = lineage_of(ws, code, at=_day(at))
    hand_out(report, rows, output, overwrite, json_, list(rows.columns))


@click.command(
    help=t(
        "Count the cases of all time on the grids of one day, each by its own point.",
        "按案件自身位置，将全部案件统计到某一日的单元网格上。",
    )
)
@workspace_argument
@DAY
@OUTPUT
@overwrite_option
@output_options
@guarded
def recount(
    workspace: str, at: str | None, output: Path | None, overwrite: bool, json_: bool
) -> None:
    """Recount cases."""
    from citygrid_core.operations.grid_history import recount_cases
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, rows = recount_cases(ws, at=_day(at))
    hand_out(
        report, rows, output, overwrite, json_, ["grid_code", "class_code", "day", "cases", "weak"]
    )


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
    help=t("load of a group: m², components or cases", "每组负荷：平方米、部件数或案件数"),
)
@click.option(
    "--by",
    type=click.Choice(["area", "components", "cases"]),
    default="area",
    show_default=True,
    help=t("what is balanced", "均衡依据"),
)
@click.option(
    "--within",
    type=click.Choice(["community", "street", "county"]),
    help=t("a group stays inside", "不跨越的范围"),
)
@click.option("--most", type=click.IntRange(0), default=0, help=t("most grids", "最多网格数"))
@click.option("--redraw", is_flag=True, help=t("retire the groups there are", "废止现有网格组"))
@OUTPUT
@overwrite_option
@at_option
@cause_options
@output_options
@guarded
def group(
    workspace: str,
    kind: Any,
    target: float,
    by: Any,
    within: str | None,
    most: int,
    redraw: bool,
    output: Path | None,
    overwrite: bool,
    at: str | None,
    reason: str,
    document: str,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """Group unit grids."""
    from citygrid_core.operations.grid_edits import Cause
    from citygrid_core.operations.grid_groups import group_grids
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, rows = group_grids(
            ws,
            kind,
            Cause(today(at), who, reason, document),
            target=target,
            by=by,
            within=within or "",
            most=most,
            redraw=redraw,
            dry_run=dry_run,
            progress=progress_bar(json_),
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
@click.option(
    "--target-area", type=float, default=10_000, show_default=True, help=t("m²", "平方米")
)
@click.option("--redraw", is_flag=True, help=t("retire the grids there are", "废止现有网格"))
@click.option("--reason", default="", help=t("recorded with the grids", "原因"))
@click.option("--document", default="", help=t("document number", "文号"))
@import_options
@output_options
@guarded
def import_(
    workspace: str,
    file: Path,
    overlap: Any,
    gap_m: float,
    part: Any,
    target_area: float,
    redraw: bool,
    reason: str,
    document: str,
    mapping: Path | None,
    rejects: Path | None,
    crs: str | None,
    datum: str | None,
    encoding: str | None,
    layer: str | None,
    at: str | None,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """Import hand-drawn grids."""
    from citygrid_core.grids import Policy, Strategies
    from citygrid_core.operations.grid_edits import Cause
    from citygrid_core.operations.grid_import import import_grids
    from citygrid_core.operations.intake import SourceOptions
    from citygrid_core.workspace import Workspace

    policy = Policy(target_m2=target_area)
    limit = policy.limit_low_m2 if part == "split" else 0.0
    set_aside = rejects_file(rejects, file, workspace, dry_run)
    with Workspace.open(workspace) as ws:
        report, _ = import_grids(
            ws,
            file,
            Cause(today(at), who, reason, document),
            options=SourceOptions(mapping, crs, datum, encoding, layer),
            strategies=Strategies(overlap=overlap, gap_m=gap_m, part=part, part_m2=limit),
            policy=policy,
            redraw=redraw,
            dry_run=dry_run,
            rejects=set_aside,
            progress=progress_bar(json_),
        )
    show(report, json_, set_aside)


LAYERS = (show_, lineage, recount, group, import_)
