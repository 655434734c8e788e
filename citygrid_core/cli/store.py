"""`citygrid init`, `info`, `verify`: the workspace itself."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from citygrid_core.cli.door import (
    DATUMS,
    emit_json,
    guarded,
    output_options,
    plain,
    problems,
    progress_bar,
    show,
    table,
    today,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.language import t
from citygrid_core.cli.readable import read_key


@click.command(
    help=t(
        "Make WORKSPACE from a file of county, street and community polygons.",
        "由区县、街道、社区面文件新建 WORKSPACE。",
    )
)
@workspace_argument
@click.option(
    "--areas",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help=t("polygons with code and name", "带代码与名称的面文件"),
)
@click.option("--edition", help=t("edition of the standards", "标准版本"))
@click.option("--crs", help=t("projected CRS, e.g. EPSG:4547", "投影坐标系，如 EPSG:4547"))
@click.option("--name", default="", help=t("name of the city", "城市名称"))
@click.option("--profile", default="default", help=t("city profile", "城市配置"))
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=t("TOML file: their columns to ours", "字段对照文件（TOML）"),
)
@click.option("--layer", help=t("layer of the file", "图层"))
@click.option("--datum", type=click.Choice(DATUMS), help=t("datum of the file", "坐标基准"))
@click.option("--at", metavar="DATE", help=t("valid from this day", "起始日期"))
@write_options
@output_options
@guarded
def init(
    workspace: str,
    areas: Path,
    edition: str | None,
    crs: str | None,
    name: str,
    profile: str,
    mapping: Path | None,
    layer: str | None,
    datum: str | None,
    at: str | None,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """Make a workspace."""
    from citygrid_core.operations.areas import init as run
    from citygrid_core.operations.importing.intake import SourceOptions
    from citygrid_core.standards import DEFAULT_EDITION

    report = run(
        workspace,
        areas,
        edition=edition or DEFAULT_EDITION,
        crs=crs,
        name=name,
        profile=profile,
        options=SourceOptions(mapping, None, datum, None, layer),
        on=today(at),
        who=who,
        dry_run=dry_run,
        progress=progress_bar(json_),
    )
    show(report, json_)


@click.command(help=t("Say what WORKSPACE holds.", "查看 WORKSPACE 的内容。"))
@workspace_argument
@output_options
@guarded
def info(workspace: str, json_: bool) -> None:
    """Say what a workspace holds."""
    from citygrid_core.operations.store import info as run
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report = run(ws)
    if json_:
        emit_json(report.as_dict())
        return
    counts = report.details.pop("counts")
    for key, value in report.details.items():
        click.echo(f"{read_key(key)}: {plain(value)}")
    table(
        [t("layer", "图层"), t("valid now", "现行"), t("ever", "全部")],
        [[read_key(name), n["now"], n["ever"]] for name, n in counts.items()],
    )


@click.command(
    help=t(
        "Check WORKSPACE: rows against their seals, hash chain, history, references, heat counts.",
        "检验 WORKSPACE：记录封印、哈希链、历史、引用与热力计数。",
    )
)
@workspace_argument
@click.option(
    "--adopt",
    is_flag=True,
    help=t(
        "take edits made outside, in QGIS say, into the journal", "将在 QGIS 等外部所作编辑记入日志"
    ),
)
@click.option("--who", default="", help=t("recorded in the journal", "操作人，记入日志"))
@output_options
@guarded
def verify(workspace: str, adopt: bool, who: str, json_: bool) -> None:
    """Check a workspace."""
    from citygrid_core.operations import store
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        if adopt:
            taken = store.adopt(ws, who=who).stored
            if not json_:
                click.echo(t(f"{taken} edits adopted", f"已记入 {taken} 处编辑"))
        report = store.verify(ws, progress=progress_bar(json_))
    if json_:
        emit_json(report.as_dict())
    else:
        problems(report.problems)
        n = len(report.problems)
        click.echo(
            t(
                f"{n} findings; head {report.details['head']}",
                f"{n} 条问题；链首 {report.details['head']}",
            )
            if n
            else t(
                f"clean; head {report.details['head']}", f"无问题；链首 {report.details['head']}"
            )
        )
    sys.exit(report.exit_code)
