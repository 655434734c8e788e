"""`citygrid lookup WORKSPACE (--point X,Y | POINTS)`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.answers import answer_options, hand_out
from citygrid_core.cli.door import (
    DATUMS,
    emit_json,
    guarded,
    progress_bar,
    workspace_argument,
)
from citygrid_core.cli.language import current, t
from citygrid_core.cli.readable import read_key, read_value


@click.command(
    help=t(
        "Answer grid, community, street, county and departments for a point or a file of points.",
        "查询一点或一批点所在的网格、社区、街道、区县与责任部门。",
    )
)
@workspace_argument
@click.argument("points", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--point", metavar="X,Y", help=t("one point", "一个点"))
@click.option("--class", "class_code", help=t("class: code or name", "类别：代码或名称"))
@click.option(
    "--kind",
    "object_kind",
    type=click.Choice(["component", "event"]),
    default="component",
    show_default=True,
    help=t("what the class is", "类别所属对象"),
)
@click.option(
    "--crs", help=t("CRS of the points (default: the workspace's)", "点的坐标系（默认同工作库）")
)
@click.option("--datum", type=click.Choice(DATUMS), help=t("datum of the file", "坐标基准"))
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=t("TOML file: their columns to ours", "字段对照文件（TOML）"),
)
@click.option("--at", metavar="DATE", help=t("the city of that day", "该日的城市"))
@click.option(
    "--accuracy",
    type=click.FloatRange(min=0),
    metavar="M",
    help=t(
        "error of the positions in metres: says where a border is too near to be sure",
        "位置误差（米）：提示因靠近边界而不能确定的答案",
    ),
)
@click.option("--explain", "why", is_flag=True, help=t("say why", "说明理由"))
@answer_options
@guarded
def lookup(
    workspace: str,
    points: Path | None,
    point: str | None,
    class_code: str | None,
    object_kind: str,
    crs: str | None,
    datum: str | None,
    mapping: Path | None,
    at: str | None,
    accuracy: float | None,
    why: bool,
    output: Path | None,
    overwrite: bool,
    json_: bool,
) -> None:
    """Answer who is responsible."""
    from citygrid_core.operations.importing.intake import SourceOptions
    from citygrid_core.operations.lookup import lookup_file
    from citygrid_core.workspace import Workspace

    if (points is None) == (point is None):
        raise click.UsageError(
            t("give either --point X,Y or a file", "请给出 --point X,Y 或一个文件")
        )
    with Workspace.open(workspace) as ws:
        if point is not None:
            _one(ws, point, class_code, object_kind, crs, at, accuracy, why, json_)
            return
        assert points is not None
        report, rows = lookup_file(
            ws,
            points,
            class_code=class_code,
            object_kind=object_kind,
            options=SourceOptions(mapping, crs or str(ws.crs), datum),
            at=at,
            accuracy=accuracy,
            progress=progress_bar(json_),
        )
    shown = [
        "x",
        "y",
        "grid_code",
        "community_name",
        "handling_name",
        "maintaining_name",
        "duty_outcome",
        "near_border",
    ]
    hand_out(report, rows, output, overwrite, json_, shown)


_BORDER = ("near_border", "border_m", "other_probability", "other_grid_code")


def _border(answer: dict[str, Any]) -> str:
    """Say how near the border is where the answer changes."""
    metres, share = answer["border_m"], answer["other_probability"]
    code = answer["other_grid_code"]
    sure = not answer["near_border"]
    return t(
        f"{'border' if sure else 'NEAR A BORDER'}: {metres:.2f} m to {code or 'no grid'}; "
        f"another answer is right with {share:.1%}",
        f"{'边界' if sure else '靠近边界'}：距 {code or '网格以外'} {metres:.2f} 米；"
        f"应为另一答案的概率 {share:.1%}",
    )


def point_frame(ws: Any, point: str, crs: str | None) -> Any:
    """Return the point that ``--point X,Y`` names as a frame."""
    import geopandas as gpd

    try:
        x, y = (float(v) for v in point.replace("，", ",").split(","))
    except ValueError:
        raise click.BadParameter(
            t(f"{point!r} is not X,Y", f"“{point}”不是 X,Y"), param_hint="--point"
        ) from None
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy([x], [y]), crs=crs or ws.crs)


def _one(
    ws: Any,
    point: str,
    class_code: str | None,
    kind: str,
    crs: str | None,
    at: str | None,
    accuracy: float | None,
    why: bool,
    json_: bool,
) -> None:
    from citygrid_core.operations.city import City
    from citygrid_core.operations.lookup import explain
    from citygrid_core.operations.lookup import lookup as run
    from citygrid_core.operations.misplaced import misplaced

    frame = point_frame(ws, point, crs)
    city = City(ws, at)
    answer = run(
        ws, frame, class_code=class_code, object_kind=kind, at=at, accuracy=accuracy, city=city
    ).iloc[0]
    reasons: list[Any] = []
    if why and class_code and answer["community_code"] is not None:
        reasons = explain(ws, frame, class_code=class_code, object_kind=kind, at=at, city=city)
    plain = {
        str(k): (None if v is None or v != v else v.item() if hasattr(v, "item") else v)
        for k, v in answer.items()
    }
    outside = plain.get("community_code") is None
    suspicion = None
    if outside:
        at_place = frame.to_crs(ws.crs).geometry
        suspicion = misplaced(city, at_place.x.to_numpy(), at_place.y.to_numpy(), fewest=1)
    if json_:
        plain["suspicion"] = suspicion.text(current()) if suspicion else None
        plain["reasons"] = [r.text(current()) for r in reasons] or plain.get("reasons")
        emit_json(plain)
        return
    for key, value in plain.items():
        if value not in (None, "") and key != "reasons" and key not in _BORDER:
            click.echo(f"{read_key(key)}: {read_value(key, value)}")
    if outside:
        click.echo(t("outside the city", "不在城市范围内"))
    if suspicion is not None:
        click.echo(suspicion.text(current()))
    if plain.get("border_m") is not None:
        click.echo(_border(plain))
    for reason in reasons:
        click.echo(f"  · {reason.text(current())}")
