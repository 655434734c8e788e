"""`citygrid grids split|merge|divide|move|reshape|add|impact|number`: edits, one transaction each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from citygrid_core.cli.answers import hand_out
from citygrid_core.cli.door import (
    F,
    guarded,
    output_options,
    show,
    today,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.language import t

if TYPE_CHECKING:
    from citygrid_core.workspace import Workspace

LAYER = click.Path(path_type=Path)


def cause_options(command: F) -> F:
    """Add --reason, --document, --dry-run and --who."""
    for option in (
        click.option("--document", default="", help=t("document number", "文号")),
        click.option("--reason", default="", help=t("recorded with the change", "变更原因")),
    ):
        command = option(command)
    return write_options(command)


def at_option(command: F) -> F:
    """Add --at: the first day of the new state."""
    return click.option(
        "--at",
        metavar="DATE",
        help=t("valid from this day (default: today)", "起始日期（默认今天）"),
    )(command)


def line_options(command: F) -> F:
    """Add --line WKT and --lines FILE."""
    for option in (
        click.option("--lines", type=LAYER, help=t("lines: FILE or FILE:LAYER", "线图层")),
        click.option("--line", "wkt", help=t("WKT in the city's CRS", "WKT（城市坐标系）")),
    ):
        command = option(command)
    return command


def policy_options(command: F) -> F:
    """Add --target-area and --buildings."""
    for option in (
        click.option("--buildings", type=LAYER, help=t("buildings: never cut", "建筑物")),
        click.option(
            "--target-area",
            type=click.FloatRange(500, 10_000_000),
            default=10_000,
            show_default=True,
            help=t("target area of a cell, m²", "目标面积（平方米）"),
        ),
    ):
        command = option(command)
    return command


def _given_line(workspace: Workspace, wkt: str | None, lines: Path | None) -> Any:
    """Return what --line or --lines says, in the workspace's CRS."""
    import shapely

    from citygrid_core.operations.grids import read_layer

    if (wkt is None) == (lines is None):
        raise click.UsageError(t("give --line WKT or --lines FILE", "请用 --line 或 --lines 之一"))
    if lines is not None:
        shapes = shapely.get_parts(read_layer(lines, workspace).geometry.to_numpy())
        shapes = shapes[shapely.get_dimensions(shapes) == 1]
        if not len(shapes):
            raise click.UsageError(t(f"{lines} has no line", f"{lines} 中没有线"))
        return shapely.multilinestrings(shapes) if len(shapes) > 1 else shapes[0]
    return _wkt(str(wkt), "--line", 1)


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


def _run(operation: str, workspace: str, codes: tuple[str, ...], json_: bool, **said: Any) -> None:
    """Make one edit and show its report."""
    from citygrid_core.grids import Policy
    from citygrid_core.operations import grid_edits as edits
    from citygrid_core.operations.grid_edits import Cause
    from citygrid_core.operations.grids import read_layer
    from citygrid_core.workspace import Workspace

    cause = Cause(
        today(said["at"]), said.get("who", ""), said.get("reason", ""), said.get("document", "")
    )
    common: dict[str, Any] = {
        "policy": Policy(target_m2=said["target_area"]),
        "dry_run": said["dry_run"],
    }
    needs = {"merge": 2, "move": 2, "divide": 1, "reshape": 1, "add": 1}.get(operation)
    if needs is not None and (len(codes) < needs or (operation != "merge" and len(codes) != needs)):
        raise click.UsageError(t(f"give {needs} codes", f"请给出{needs}个编码"))
    with Workspace.open(workspace) as ws:
        if operation == "merge":
            report = edits.merge_grids(ws, codes, cause, **common)
        elif operation == "add":
            shape = _wkt(said["polygon"], "--polygon", 2)
            report = edits.add_grid(ws, codes[0], shape, cause, **common)
        else:
            path = said.get("buildings")
            common["buildings"] = None if path is None else read_layer(path, ws)
            if operation == "divide":
                report = edits.divide_grid(ws, codes[0], said["n"], cause, **common)
            else:
                line = _given_line(ws, said["wkt"], said["lines"])
                if operation == "split":
                    report = edits.split_grids(ws, codes, line, cause, **common)
                elif operation == "move":
                    pair = (codes[0], codes[1])
                    report = edits.move_grid_border(ws, pair, line, cause, **common)
                else:
                    report = edits.reshape_grid(ws, codes[0], line, cause, **common)
    show(report, json_)


@click.command(
    help=t(
        "Split grid CODE, or without a code every grid that the line divides.",
        "沿线分割单元网格 CODE；不指定编码则分割该线经过的全部网格。",
    )
)
@workspace_argument
@click.argument("codes", metavar="[CODE]", nargs=-1)
@line_options
@policy_options
@at_option
@cause_options
@output_options
@guarded
def split(workspace: str, codes: tuple[str, ...], json_: bool, **said: Any) -> None:
    """Split."""
    _run("split", workspace, codes, json_, **said)


@click.command(help=t("Merge adjacent grids of one community.", "合并同一社区内相邻的单元网格。"))
@workspace_argument
@click.argument("codes", metavar="CODE CODE...", nargs=-1)
@policy_options
@at_option
@cause_options
@output_options
@guarded
def merge(workspace: str, codes: tuple[str, ...], json_: bool, **said: Any) -> None:
    """Merge."""
    _run("merge", workspace, codes, json_, **said)


@click.command(help=t("Divide grid CODE into N of equal area.", "将单元网格 CODE 等分为 N 个。"))
@workspace_argument
@click.argument("code")
@click.argument("n", type=click.IntRange(2, 50))
@policy_options
@at_option
@cause_options
@output_options
@guarded
def divide(workspace: str, code: str, json_: bool, **said: Any) -> None:
    """Divide."""
    _run("divide", workspace, (code,), json_, **said)


@click.command(
    help=t("Move the border between two grids to a line.", "将两个单元网格的公共边移至给定线。")
)
@workspace_argument
@click.argument("codes", metavar="CODE CODE", nargs=2)
@line_options
@policy_options
@at_option
@cause_options
@output_options
@guarded
def move(workspace: str, codes: tuple[str, ...], json_: bool, **said: Any) -> None:
    """Move a border."""
    _run("move", workspace, codes, json_, **said)


@click.command(
    help=t(
        "Reshape grid CODE by a line that leaves and re-enters it; neighbours follow.",
        "用离开并重新进入边界的线修整单元网格 CODE，邻格随之调整。",
    )
)
@workspace_argument
@click.argument("code")
@line_options
@policy_options
@at_option
@cause_options
@output_options
@guarded
def reshape(workspace: str, code: str, json_: bool, **said: Any) -> None:
    """Reshape."""
    _run("reshape", workspace, (code,), json_, **said)


@click.command(
    help=t(
        "Draw a new grid on ground of COMMUNITY that has none.",
        "在社区 COMMUNITY 的空白处新绘网格。",
    )
)
@workspace_argument
@click.argument("community")
@click.option("--polygon", required=True, help=t("WKT in the city's CRS", "WKT（城市坐标系）"))
@policy_options
@at_option
@cause_options
@output_options
@guarded
def add(workspace: str, community: str, json_: bool, **said: Any) -> None:
    """Draw a new grid."""
    _run("add", workspace, (community,), json_, **said)


@click.command(
    help=t(
        "Say what an edit would move: codes, components, open cases, duty rules, grid groups. "
        "Stores nothing.",
        "说明一次编辑的影响：编码、部件、未结案件、责任规则、网格组。不入库。",
    )
)
@workspace_argument
@click.argument(
    "operation", type=click.Choice(["split", "merge", "divide", "move", "reshape", "add"])
)
@click.argument("codes", metavar="[CODE]...", nargs=-1)
@line_options
@click.option("--n", type=click.IntRange(2, 50), default=2, help=t("for divide", "用于 divide"))
@click.option("--polygon", default="", help=t("for add: WKT", "用于 add：WKT"))
@policy_options
@at_option
@output_options
@guarded
def impact(
    workspace: str, operation: str, codes: tuple[str, ...], json_: bool, **said: Any
) -> None:
    """Tell the impact of an edit."""
    _run(operation, workspace, codes, json_, dry_run=True, **said)


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
@click.option("--row-tolerance", type=float, help=t("metres", "行容差（米）"))
@click.option(
    "--target-area", type=float, default=10_000, show_default=True, help=t("m²", "平方米")
)
@at_option
@cause_options
@output_options
@guarded
def number(
    workspace: str,
    communities: tuple[str, ...],
    renumber: bool,
    row_tolerance: float | None,
    target_area: float,
    at: str | None,
    reason: str,
    document: str,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """Tell or renew numbers."""
    from citygrid_core.grids import Policy
    from citygrid_core.operations.grid_edits import Cause
    from citygrid_core.operations.grid_history import number_grids
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, rows = number_grids(
            ws,
            Cause(today(at), who, reason, document),
            communities=communities,
            renumber=renumber,
            row_tolerance_m=row_tolerance,
            policy=Policy(target_m2=target_area),
            dry_run=dry_run,
        )
    hand_out(report, rows, None, False, json_, list(rows.columns))


EDITS = (split, merge, divide, move, reshape, add, impact, number)
