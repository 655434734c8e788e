"""`citygrid census compare`."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.answers import answer_options, hand_out
from citygrid_core.cli.door import (
    DATUMS,
    guarded,
    progress_bar,
    today,
    workspace_argument,
)
from citygrid_core.cli.language import t


@click.command(
    help=t(
        "Compare the census with a newer one, without keys: OTHER is a workspace or a file; "
        "without it, two days of the same workspace (--at, --other-at).",
        "不依赖主键比较两次普查：OTHER 为另一工作库或文件；省略时比较同一工作库的两个日期。",
    )
)
@workspace_argument
@click.argument("other", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--at", metavar="DATE", help=t("day of the older state", "旧状态日期"))
@click.option("--other-at", metavar="DATE", help=t("day of the newer state", "新状态日期"))
@click.option(
    "--reach",
    type=float,
    default=5.0,
    show_default=True,
    help=t("farthest move (m)", "最大移动距离（米）"),
)
@click.option(
    "--same",
    type=float,
    default=0.5,
    show_default=True,
    help=t("not moved within (m)", "视为未移动的距离（米）"),
)
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=t("TOML file: their columns to ours", "字段对照文件（TOML）"),
)
@click.option("--crs", help=t("CRS of the file, e.g. EPSG:4547", "文件坐标系，如 EPSG:4547"))
@click.option("--datum", type=click.Choice(DATUMS), help=t("datum of the file", "坐标基准"))
@click.option("--layer", help=t("layer or sheet", "图层或工作表"))
@click.option("--from-edition", help=t("edition of the file's codes", "文件类别代码所属版本"))
@answer_options
@guarded
def compare(
    workspace: str,
    other: Path | None,
    at: str | None,
    other_at: str | None,
    reach: float,
    same: float,
    mapping: Path | None,
    crs: str | None,
    datum: str | None,
    layer: str | None,
    from_edition: str | None,
    output: Path | None,
    overwrite: bool,
    json_: bool,
) -> None:
    """Compare two censuses."""
    from citygrid_core.operations.census.compare import compare as comparing
    from citygrid_core.operations.importing.intake import SourceOptions
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace, read_only=True) as ws:
        report, found = comparing(
            ws,
            other,
            at=today(at) if at else None,
            other_at=today(other_at) if other_at else None,
            options=SourceOptions(mapping, crs, datum, layer=layer),
            from_edition=from_edition,
            reach_m=reach,
            same_m=same,
            on=today(other_at, ws.timezone),
            progress=progress_bar(json_),
        )
    changes = found if output is not None else found[found["outcome"] != "unchanged"]
    shown = ["outcome", "old_code", "new_code", "name", "distance_m", "fields"]
    hand_out(report, changes, output, overwrite, json_, shown)
