"""`citygrid cases queue`."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.answers import hand_out, output_option, overwrite_option
from citygrid_core.cli.door import guarded, now, output_options, today, workspace_argument
from citygrid_core.cli.language import t


@click.command(
    help=t(
        "List open cases of an area or a department, the most pressing first: by light, then by "
        "deadline.",
        "列出区域或部门的在办案件，按灯色与截止时间由急到缓。",
    )
)
@workspace_argument
@click.option("--at", metavar="TIME", help=t("when, default now", "时间，默认当前"))
@click.option(
    "--area",
    default="",
    metavar="CODE",
    help=t("county, street, community or grid", "区县、街道、社区或网格代码"),
)
@click.option("--department", default="", metavar="CODE", help=t("whose turn it is", "承办部门"))
@click.option("--source", default="", help=t("source", "问题来源"))
@click.option("--kind", type=click.Choice(["component", "event"]), help=t("object kind", "对象"))
@click.option(
    "--class",
    "class_code",
    default="",
    metavar="CODE",
    help=t("class, or the beginning of its code", "类别代码或其前缀"),
)
@click.option(
    "--since", default="", metavar="DATE", help=t("reported from then on", "起始上报日期")
)
@click.option("--until", default="", metavar="DATE", help=t("reported before then", "截止上报日期"))
@click.option("--stage", "stages", multiple=True, help=t("stage, may be repeated", "阶段，可重复"))
@click.option(
    "--light", "lights", multiple=True, type=click.Choice(["red", "yellow", "green", "none"]),
    help=t("light, may be repeated", "灯色，可重复"),
)  # fmt: skip
@output_option(t("table", "输出表格"), file=True)
@overwrite_option
@output_options
@guarded
def queue(
    workspace: str,
    at: str | None,
    area: str,
    department: str,
    source: str,
    kind: str | None,
    class_code: str,
    since: str,
    until: str,
    stages: tuple[str, ...],
    lights: tuple[str, ...],
    output: Path | None,
    overwrite: bool,
    json_: bool,
) -> None:
    """List a queue."""
    from citygrid_core.operations.cases.queue import Filter, as_table
    from citygrid_core.operations.cases.queue import queue as waiting
    from citygrid_core.workspace import Workspace

    first, last = (today(day) if day else "" for day in (since, until))
    asked = Filter(area, department, source, kind or "", class_code, first, last, stages, lights)
    with Workspace.open(workspace) as ws:
        report, found = waiting(ws, now(at, ws.timezone), asked)
        edition = ws.edition
    shown = ["number", "stage", "light", "share", "due_at", "department_code", "class_code",
             "address"]  # fmt: skip
    hand_out(report, as_table(found), output, overwrite, json_, shown, edition=edition)
