"""`citygrid census progress`: the leader's numbers."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from citygrid_core.cli.answers import output_option, overwrite_option
from citygrid_core.cli.door import (
    emit_json,
    guarded,
    output_options,
    problems,
    table,
    today,
    workspace_argument,
)
from citygrid_core.cli.language import t


@click.command(help=t("How far the census is, and when it is done.", "普查进度与完工预测。"))
@workspace_argument
@click.option("--since", metavar="DATE", required=True, help=t("first day", "普查起始日"))
@click.option("--at", metavar="DATE", help=t("as of this day", "统计日期"))
@click.option("--tracks", multiple=True, metavar="FILE[:LAYER]", help=t("tracks", "轨迹（GPX等）"))
@click.option(
    "--confidence", default=0.8, show_default=True, help=t("of the forecast", "预测置信度")
)
@output_option(t("grids as a layer", "网格进度"))
@click.option(
    "--streets", type=click.Path(path_type=Path), help=t("streets walked or not", "街巷踏勘图层")
)
@overwrite_option
@output_options
@guarded
def progress(
    workspace: str,
    since: str,
    at: str | None,
    tracks: tuple[str, ...],
    confidence: float,
    output: Path | None,
    streets: Path | None,
    overwrite: bool,
    json_: bool,
) -> None:
    """Show the progress."""
    from citygrid_core.operations.census.progress import census_progress
    from citygrid_core.tables import write
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, grids, pieces = census_progress(
            ws,
            since=today(since, ws.timezone),
            on=today(at, ws.timezone),
            tracks=tracks,
            confidence=confidence,
        )
    if output is not None:
        write(grids, output, overwrite=overwrite)
    if streets is not None and pieces is not None:
        write(pieces, streets, overwrite=overwrite)
    if json_:
        emit_json(report.as_dict())
        sys.exit(report.exit_code)
    said = report.details
    done, made, day = said["grids"], said["components"], said["forecast"]
    rows = [
        [t("grids done", "完成网格"), f"{done['done']} / {done['all']}"],
        [t("components", "部件"), f"{made['visited']:,} / {made['expected']:,}"],
        [t("open findings", "未处理问题"), said["findings_open"]],
        [t("twins", "疑似重复"), said["twins"]],
        [t("packs out", "外业包在外"), said["packs"]["out"]],
        [
            t("finished on", "预计完工"),
            f"{day['day'] or '—'} ({day['early'] or '—'} – {day['late'] or '—'})",
        ],
    ]
    if said["streets"]:
        walked = said["streets"]
        rows.append(
            [t("streets walked", "踏勘街巷"), f"{walked['walked_m']:,} / {walked['metres']:,} m"]
        )
    table([t("item", "项目"), t("value", "值")], rows)
    if said["people"]:
        table(
            [t("who", "人员"), t("days", "天数"), t("components", "部件"), t("per hour", "每小时")],
            [[p["who"], p["days"], p["components"], p["per_hour"] or "—"] for p in said["people"]],
        )
    problems(report.problems)
    sys.exit(report.exit_code)
