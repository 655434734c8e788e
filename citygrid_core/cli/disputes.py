"""`citygrid duties disputes list|show|propose|confirm|contest|decide|document|precedents`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, cast

import click

from citygrid_core.cli.answers import answer_options, hand_out
from citygrid_core.cli.door import (
    F,
    guarded,
    output_options,
    show,
    stacked,
    today,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.grid_options import cause_of
from citygrid_core.cli.language import t

_LISTED = [
    "code", "state", "class_code", "role", "grid_code", "candidates", "department_code",
    "proposed_on", "settled_on",
]  # fmt: skip
_STEPS = ["seq", "step", "on", "who", "state", "department_code", "document", "note"]
_SIMILAR = [
    "code", "department_code", "role", "class_code", "distance_m", "similarity", "settled_on",
    "document",
]  # fmt: skip


@click.group(
    help=t(
        "The co-ordination list: proposed → confirmed | disputed → decided.",
        "责任协调：提出 → 确认｜争议 → 裁定。",
    )
)
def disputes() -> None:
    """Disputes."""


def _cause_and_clause(command: F) -> F:
    """Add --reason, --document, --clause, --at, --dry-run and --who."""
    return stacked(
        write_options,
        click.option("--reason", default="", help=t("recorded with the step", "事由")),
        click.option("--document", default="", help=t("document number", "文号")),
        click.option("--clause", default="", help=t("clause", "条款")),
        click.option(
            "--at", metavar="DATE", help=t("the day (default: today)", "日期（默认今天）")
        ),
    )(command)


_code = click.argument("code")
_department = click.option("--department", help=t("code or name", "代码或名称"))
_point = click.option("--point", metavar="X,Y", required=True, help=t("the place", "位置"))
_class = click.option(
    "--class", "class_code", required=True, help=t("class: code or name", "类别：代码或名称")
)
_kind = click.option(
    "--kind",
    "object_kind",
    type=click.Choice(["component", "event"]),
    default="component",
    show_default=True,
    help=t("what the class is", "类别所属对象"),
)
_crs = click.option("--crs", help=t("CRS of the point", "点的坐标系（默认同工作库）"))
_scope = click.option(
    "--scope",
    type=click.Choice(["part", "finding", "grid", "community"]),
    default="part",
    show_default=True,
    help=t(
        "where it holds: the part of the grid, all ground of the same question, grid, community",
        "适用范围：网格局部、同一问题全部范围、整个网格、整个社区",
    ),
)


@disputes.command("list", help=t("Show the list.", "列出协调事项。"))
@workspace_argument
@click.option("--state", type=click.Choice(["proposed", "confirmed", "disputed", "decided"]))
@answer_options
@guarded
def list_(
    workspace: str, state: str | None, output: Path | None, overwrite: bool, json_: bool
) -> None:
    """List disputes."""
    from citygrid_core.operations.responsibility import disputes as work
    from citygrid_core.report import Report
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        rows = work.disputes(ws, state=state)
    report = Report("duties disputes list", read=len(rows), unchanged=len(rows))
    report.details = {"disputes": len(rows)}
    hand_out(report, rows, output, overwrite, json_, _LISTED)


@disputes.command("show", help=t("Show the steps of one dispute.", "查看一项的全部步骤。"))
@workspace_argument
@_code
@output_options
@guarded
def show_(workspace: str, code: str, json_: bool) -> None:
    """Show a dispute."""
    from citygrid_core.operations.responsibility import disputes as work
    from citygrid_core.report import Report
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        steps = work.dispute_log(ws, work.held(ws, code)["code"].iloc[0])
    report = Report("duties disputes show", read=len(steps), unchanged=len(steps))
    hand_out(report, steps, None, False, json_, _STEPS, most=len(steps))


@disputes.command("propose", help=t("Put a question on the list.", "提出一项。"))
@workspace_argument
@_point
@_class
@_kind
@_crs
@click.option("--role", type=click.Choice(["supervising", "owning", "maintaining", "handling"]))
@_department
@click.option("--case", "case_number", help=t("case number", "案卷号"))
@_cause_and_clause
@output_options
@guarded
def propose(
    workspace: str,
    point: str,
    class_code: str,
    object_kind: str,
    crs: str | None,
    role: str | None,
    department: str | None,
    case_number: str | None,
    clause: str,
    dry_run: bool,
    json_: bool,
    **said: Any,
) -> None:
    """Propose."""
    from citygrid_core.cli.lookup import point_frame
    from citygrid_core.operations.lookup import class_of
    from citygrid_core.operations.responsibility import disputes as work
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report = work.propose(
            ws,
            point_frame(ws, point, crs),
            cause_of(said, ws.timezone),
            class_code=class_of(ws, object_kind, class_code),
            object_kind=object_kind,
            role=role,
            department=work.department_code(ws, department),
            case_number=case_number,
            clause=clause,
            dry_run=dry_run,
        )
    show(report, json_)


def _advance(step: str, help_: str) -> click.Command:
    def run(
        workspace: str,
        code: str,
        department: str | None,
        clause: str,
        dry_run: bool,
        json_: bool,
        scope: Literal["part", "finding", "grid", "community"] = "part",
        **said: Any,
    ) -> None:
        from citygrid_core.operations.responsibility import disputes as work
        from citygrid_core.workspace import Workspace

        with Workspace.open(workspace) as ws:
            report = work.advance(
                ws,
                code,
                cast(work.Step, step),
                cause_of(said, ws.timezone),
                department=work.department_code(ws, department),
                clause=clause,
                scope=scope,
                dry_run=dry_run,
            )
        show(report, json_)

    made: Any = _cause_and_clause(output_options(guarded(run)))
    if step in ("confirm", "decide"):
        made = _scope(made)
    return click.command(step, help=help_)(workspace_argument(_code(_department(made))))


for _step, _help in (
    ("confirm", t("The proposed body takes it; a rule is made.", "拟定部门确认，形成规则。")),
    ("contest", t("The proposed body does not take it.", "拟定部门提出异议。")),
    ("decide", t("A body is told to answer; a rule is made.", "裁定责任部门，形成规则。")),
    ("document", t("Add a document.", "补充材料。")),
):
    disputes.add_command(_advance(_step, _help))


@disputes.command(help=t("What was settled in similar questions.", "类似问题的先例。"))
@workspace_argument
@_point
@_class
@_kind
@_crs
@click.option("--at", metavar="DATE", help=t("as of that day", "该日"))
@output_options
@guarded
def precedents(
    workspace: str,
    point: str,
    class_code: str,
    object_kind: str,
    crs: str | None,
    at: str | None,
    json_: bool,
) -> None:
    """Show precedents."""
    from citygrid_core.cli.lookup import point_frame
    from citygrid_core.operations.lookup import class_of
    from citygrid_core.operations.responsibility import disputes as work
    from citygrid_core.report import Report
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        found = work.similar(
            ws,
            point_frame(ws, point, crs),
            class_code=class_of(ws, object_kind, class_code),
            object_kind=object_kind,
            at=today(at) if at else None,
        )
    report = Report("duties disputes precedents", read=len(found), unchanged=len(found))
    hand_out(report, found, None, False, json_, _SIMILAR)
