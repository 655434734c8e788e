"""`citygrid cases overdue|show`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.answers import hand_out, output_option, overwrite_option
from citygrid_core.cli.door import (
    emit_json,
    guarded,
    now,
    output_options,
    table,
    workspace_argument,
)
from citygrid_core.cli.language import current, t
from citygrid_core.cli.readable import read_key, read_value

_at = click.option("--at", metavar="TIME", help=t("when, default now", "时间，默认当前"))


@click.command(
    help=t(
        "List cases that departments are handling, by the share of their limit that is used "
        "(red: above the limit). Cases on hold stand where they stood when the hold began.",
        "按已用时限比例列出处置中的案件（红灯：超过时限）；挂账、缓办案件按暂停时的状态计。",
    )
)
@workspace_argument
@_at
@click.option(
    "--light",
    "lights",
    multiple=True,
    type=click.Choice(["red", "yellow", "green", "none"]),
    help=t("which lights, default red; may be repeated", "灯色，默认红灯，可重复指定"),
)
@click.option("--department", default="", metavar="CODE", help=t("only this body", "仅此部门"))
@output_option(t("write a table (CSV, XLSX)", "输出表格（CSV、XLSX）"), file=True)
@overwrite_option
@output_options
@guarded
def overdue(
    workspace: str,
    at: str | None,
    lights: tuple[str, ...],
    department: str,
    output: Path | None,
    overwrite: bool,
    json_: bool,
) -> None:
    """List late cases."""
    from citygrid_core.operations.cases.standing import overdue as late
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, found = late(
            ws, now(at, ws.timezone), lights=lights or ("red",), department=department
        )
        edition = ws.edition
    shown = ["number", "class_code", "department_code", "due_at", "limit_h", "used_h", "share",
             "light", "hold", "hold_until"]  # fmt: skip
    hand_out(report, found, output, overwrite, json_, shown, edition=edition)


@click.command(
    help=t(
        "Show one case: what it is, its log, its limit and light, who answers and why, its twins.",
        "案件卡片：基本信息、流程记录、时限与灯色、责任部门及理由、相似案件。",
    )
)
@workspace_argument
@click.argument("number")
@_at
@output_options
@guarded
def show(workspace: str, number: str, at: str | None, json_: bool) -> None:
    """Show one case."""
    from citygrid_core.operations.cases.clock import profile_of
    from citygrid_core.operations.cases.standing import card
    from citygrid_core.standards import load_edition
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        told = card(ws, number, now(at, ws.timezone), lang=current())
        label = load_edition(ws.edition).class_label
        named = {name: step.label.text(current()) for name, step in profile_of(ws).steps.items()}
    photos = [str(file) for file in told.photos]
    if json_:
        emit_json(
            {
                "case": told.case, "stands": told.stands, "duty": told.duty, "photos": photos,
                "log": json.loads(told.log.to_json(orient="records")),
                "twins": json.loads(told.twins.to_json(orient="records")),
            }
        )  # fmt: skip
        return
    case = told.case
    name = label(case["object_kind"], case["class_code"]).text(current())
    case = case | {"class_code": f"{case['class_code']} {name}"}
    for title, part in (
        (t("case", "案件"), case),
        (t("standing", "状态"), told.stands),
        (t("duty", "责任"), told.duty),
    ):
        table(
            [title, ""],
            [
                [read_key(k), read_value(k, _text(v))]
                for k, v in part.items()
                if v is not False and _text(v)
            ],
        )
    log = told.log[["at", "step", "before", "after", "who", "department_code", "reason"]]
    log = log.assign(step=log["step"].map(lambda step: named.get(step, step)))
    table([t("log", "流程"), *log.columns[1:]], log.map(_text).values.tolist())
    if photos:
        table([t("photos", "照片")], [[file] for file in photos])
    if len(told.twins):
        head = [t("twins", "相似案件"), *map(str, told.twins.columns[1:])]
        table(head, told.twins.map(_text).values.tolist())


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)
