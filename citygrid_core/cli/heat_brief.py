"""`citygrid heat brief`."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.answers import output_option, overwrite_option
from citygrid_core.cli.door import (
    emit_json,
    guarded,
    output_options,
    problems,
    progress_bar,
    table,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.heat_options import date_option
from citygrid_core.cli.language import current, t
from citygrid_core.errors import Text


@click.command(
    help=t(
        "One page for the morning: grids to watch, rises, yesterday's forecast scored.",
        "每日一页：重点网格、异常上升、昨日预测评分。",
    )
)
@workspace_argument
@date_option
@output_option(t("page: .html or .pdf", "页面文件：.html 或 .pdf"), file=True)
@overwrite_option
@write_options
@output_options
@guarded
def brief(
    workspace: str, on: str, output: Path | None, overwrite: bool, dry_run: bool, who: str,
    json_: bool,
) -> None:  # fmt: skip
    """Brief."""
    from citygrid_core.operations.heat.brief import heat_brief
    from citygrid_core.operations.heat.brief_page import write_brief
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        done = heat_brief(ws, on=on, who=who, dry_run=dry_run, progress=progress_bar(json_))
        if output is not None:
            write_brief(ws, done, output, lang=current(), overwrite=overwrite)
    if json_:
        emit_json(done.as_dict() | {"output": str(output) if output else None})
        return
    head = ["", t("grid", "网格"), t("expected", "预计"), t("interval", "区间"), t("chance", "概率"),
            t("class", "类别"), t("who answers", "责任单位")]  # fmt: skip
    body = [
        [w.place, w.grid_code, w.expected, f"{w.low}–{w.high}", f"{w.chance:.0%}",
         ", ".join(done.class_names.get(c, Text(c, c)).text(current()) for c in w.classes), w.department]
        for w in done.watch.itertuples()
    ]  # fmt: skip
    table(head, body, title=f"{done.city} {done.day}")
    problems(done.problems)
    if output is not None:
        click.echo(t(f"written: {output}", f"已写出：{output}"))
