"""`citygrid grids split|merge|divide|move|reshape|add|impact|undo|number`: one transaction each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from citygrid_core.cli.answers import hand_out
from citygrid_core.cli.door import (
    guarded,
    output_options,
    show,
    stacked,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.grid_options import (
    buildings_option,
    cause_of,
    day_option,
    edit_options,
    line_options,
    policy_of,
    target_option,
)
from citygrid_core.cli.language import t

if TYPE_CHECKING:
    from citygrid_core.workspace import Workspace

POLYGON = click.option("--polygon", help=t("WKT in the city's CRS", "WKT（城市坐标系）"))
CUTS = click.option(
    "--accept-cuts",
    is_flag=True,
    help=t("cut buildings as an exception; needs --reason", "作为例外切割建筑物，须附 --reason"),
)
ONE, TWO = click.argument("codes", metavar="CODE"), "CODE CODE"

#: Name, what it takes beside the common options, and its help.
EDIT_COMMANDS: tuple[tuple[str, tuple[Any, ...], str], ...] = (
    (
        "split",
        (click.argument("codes", metavar="[CODE]", nargs=-1), line_options),
        t(
            "Split grid CODE, or without a code every grid that the line divides.",
            "沿线分割单元网格 CODE；不指定编码则分割该线经过的全部网格。",
        ),
    ),
    (
        "merge",
        (click.argument("codes", metavar="CODE CODE...", nargs=-1),),
        t("Merge adjacent grids of one community.", "合并同一社区内相邻的单元网格。"),
    ),
    (
        "divide",
        (ONE, click.argument("n", type=click.IntRange(2, 50))),
        t("Divide grid CODE into N of equal area.", "将单元网格 CODE 等分为 N 个。"),
    ),
    (
        "move",
        (click.argument("codes", metavar=TWO, nargs=2), line_options),
        t("Move the border between two grids to a line.", "将两个单元网格的公共边移至给定线。"),
    ),
    (
        "reshape",
        (ONE, line_options),
        t(
            "Reshape grid CODE by a line that leaves and re-enters it; neighbours follow.",
            "用离开并重新进入边界的线修整单元网格 CODE，邻格随之调整。",
        ),
    ),
    (
        "add",
        (click.argument("codes", metavar="COMMUNITY"), POLYGON),
        t(
            "Draw a new grid on ground of COMMUNITY that has none.",
            "在社区 COMMUNITY 的空白处新绘网格。",
        ),
    ),
)


def _command(name: str, takes: tuple[Any, ...], help_: str) -> click.Command:
    """Return the command of one edit."""

    def call(workspace: str, codes: str | tuple[str, ...], json_: bool, **said: Any) -> None:
        _run(name, workspace, codes, json_, said)

    call.__doc__ = help_
    options = (workspace_argument, *takes, target_option, buildings_option, CUTS, edit_options)
    return click.command(name, help=help_)(stacked(*options, output_options)(guarded(call)))


@click.command(
    help=t(
        "Say what an edit would move: codes, components, open cases, duty rules, grid groups. "
        "Stores nothing.",
        "说明一次编辑的影响：编码、部件、未结案件、责任规则、网格组。不入库。",
    )
)
@workspace_argument
@click.argument("operation", type=click.Choice([name for name, *_ in EDIT_COMMANDS]))
@click.argument("codes", metavar="[CODE]...", nargs=-1)
@line_options
@click.option("--n", type=click.IntRange(2, 50), default=2, help=t("for divide", "用于 divide"))
@POLYGON
@target_option
@buildings_option
@day_option
@output_options
@guarded
def impact(
    workspace: str, operation: str, codes: tuple[str, ...], json_: bool, **said: Any
) -> None:
    """Tell the impact of an edit."""
    _run(operation, workspace, codes, json_, {**said, "dry_run": True})


@click.command(
    help=t(
        "Take back the last edit of grids that stands: every row is as it was. "
        "Codes that the edit minted stay used.",
        "撤销最近一次网格编辑：各行恢复原状；该次编辑分配的编码永不再用。",
    )
)
@workspace_argument
@write_options
@output_options
@guarded
def undo(workspace: str, json_: bool, dry_run: bool, who: str) -> None:
    """Undo."""
    from citygrid_core.operations.grids.undo import undo_grids
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report = undo_grids(ws, who=who, dry_run=dry_run)
    show(report, json_)


@click.command(
    help=t(
        "Tell how communities are numbered. --renumber retires their codes and mints new ones "
        "in reading order; codes are never reused.",
        "报告各社区编码情况。--renumber 废止原编码并按次序分配新编码；编码永不复用。",
    )
)
@workspace_argument
@click.option("--community", "communities", multiple=True, help=t("only this one", "仅此社区"))
@click.option("--renumber", is_flag=True, help=t("number anew", "重新编码"))
@click.option("--row-tolerance", "row_tolerance_m", type=float, help=t("metres", "行容差（米）"))
@target_option
@edit_options
@output_options
@guarded
def number(workspace: str, json_: bool, **said: Any) -> None:
    """Tell or renew numbers."""
    from citygrid_core.operations.grids.history import number_grids
    from citygrid_core.workspace import Workspace

    policy = policy_of(said)
    with Workspace.open(workspace) as ws:
        cause = cause_of(said, ws.timezone)
        report, rows = number_grids(ws, cause, policy=policy, **said)
    hand_out(report, rows, None, False, json_, list(rows.columns))


def _run(
    name: str, workspace: str, codes: str | tuple[str, ...], json_: bool, said: dict[str, Any]
) -> None:
    """Make one edit and show its report."""
    from citygrid_core.operations.grids.drawn import read_layer
    from citygrid_core.operations.grids.edits import KINDS, edit_grids
    from citygrid_core.workspace import Workspace

    policy = policy_of(said)
    named = (codes,) if isinstance(codes, str) else codes
    with Workspace.open(workspace) as ws:
        cause = cause_of(said, ws.timezone)
        path = said.get("buildings")
        report = edit_grids(
            ws,
            name,
            named,
            cause,
            drawn=_drawn(ws, KINDS[name].drawn, said),
            n=said.get("n") or 2,
            policy=policy,
            buildings=None if path is None else read_layer(path, ws),
            accept_cuts=said.get("accept_cuts", False),
            dry_run=said["dry_run"],
        )
    show(report, json_)


def _drawn(workspace: Workspace, kind: str, said: dict[str, Any]) -> Any:
    """Return what --line, --lines or --polygon says, in the workspace's CRS."""
    if not kind:
        return None
    if kind == "polygon":
        if not said.get("polygon"):
            raise click.UsageError(t("give --polygon WKT", "请用 --polygon 给出面"))
        return _wkt(said["polygon"], "--polygon", 2)
    wkt, lines = said.get("wkt"), said.get("lines")
    if (wkt is None) == (lines is None):
        raise click.UsageError(t("give --line WKT or --lines FILE", "请用 --line 或 --lines 之一"))
    return _wkt(str(wkt), "--line", 1) if lines is None else _lines_of(workspace, lines)


def _lines_of(workspace: Workspace, path: Path) -> Any:
    import shapely

    from citygrid_core.operations.grids.drawn import read_layer

    shapes = shapely.get_parts(read_layer(path, workspace).geometry.to_numpy())
    shapes = shapes[shapely.get_dimensions(shapes) == 1]
    if not len(shapes):
        raise click.UsageError(t(f"{path} has no line", f"{path} 中没有线"))
    return shapely.multilinestrings(shapes) if len(shapes) > 1 else shapes[0]


def _wkt(text: str, option: str, dimension: int) -> Any:
    import shapely

    try:
        shape = shapely.from_wkt(text)
    except shapely.errors.GEOSException as error:
        raise click.BadParameter(str(error), param_hint=option) from None
    if shape is None or shape.is_empty or shapely.get_dimensions(shape) != dimension:
        raise click.BadParameter(
            t("not the kind of geometry that is asked for", "几何类型不符"), param_hint=option
        )
    return shape


EDITS = (*(_command(*one) for one in EDIT_COMMANDS), impact, undo, number)
