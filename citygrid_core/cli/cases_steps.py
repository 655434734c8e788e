"""`citygrid cases advance|register|steps`."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.door import (
    emit_json,
    guarded,
    now,
    output_options,
    progress_bar,
    rejects_file,
    show,
    table,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.language import current, t

_at = click.option("--at", metavar="TIME", help=t("when, default now", "时间，默认当前"))
_numbers = click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...")


@click.command(
    help=t(
        "Do steps on cases: those that FILE lists (number, step, at, who, reason, "
        "department_code, until, document), or one --step on each NUMBER.",
        "办理案件：执行 FILE 所列操作（案卷号、操作、时间、操作人、原因、部门代码、期限、文号），"
        "或对各 NUMBER 执行 --step。",
    )
)
@workspace_argument
@click.argument("cases", nargs=-1, required=True, metavar="FILE | NUMBER...")
@click.option("--step", help=t("name of the step, see `cases steps`", "操作名，见 cases steps"))
@_at
@click.option("--reason", default="", help=t("why", "原因"))
@click.option("--to", "department", default="", help=t("code of the department", "部门代码"))
@click.option("--until", default="", metavar="TIME", help=t("new deadline or end", "新期限或截止"))
@click.option("--document", default="", help=t("document number", "文号"))
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help=t("where refused rows go", "退回行文件"),
)
@write_options
@output_options
@guarded
def advance(
    workspace: str,
    cases: tuple[str, ...],
    step: str | None,
    at: str | None,
    reason: str,
    department: str,
    until: str,
    document: str,
    rejects: Path | None,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """Do steps."""
    import pandas as pd

    from citygrid_core.operations.cases.steps import advance_cases, advance_file
    from citygrid_core.workspace import Workspace

    if step is None:
        if len(cases) != 1:
            raise click.UsageError(
                t(
                    "name one FILE, or a --step for each NUMBER",
                    "请指定一个 FILE，或用 --step 指定操作",
                )
            )
        path = Path(cases[0])
        if not path.is_file():
            raise click.UsageError(
                t(f"no file {path}; a NUMBER needs --step", f"没有文件 {path}；案卷号需配合 --step")
            )
        where = rejects_file(rejects, path, workspace, dry_run)
        with Workspace.open(workspace) as ws:
            report = advance_file(
                ws, path, who=who, dry_run=dry_run, rejects=where, progress=progress_bar(json_)
            )
        show(report, json_, where)
        return
    with Workspace.open(workspace) as ws:
        said = {
            "step": step, "at": now(at, ws.timezone), "reason": reason, "document": document,
            "department_code": department, "until": now(until, ws.timezone) if until else "",
        }  # fmt: skip
        entries = pd.DataFrame([{"number": number, **said} for number in cases])
        report = advance_cases(ws, entries, who=who, dry_run=dry_run)
    show(report, json_)


@click.command(help=t("Register cases.", "立案。"))
@workspace_argument
@_numbers
@_at
@write_options
@output_options
@guarded
def register(
    workspace: str, numbers: tuple[str, ...], at: str | None, dry_run: bool, who: str, json_: bool
) -> None:
    """Register."""
    import pandas as pd

    from citygrid_core.operations.cases.steps import advance_cases
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        when = now(at, ws.timezone)
        entries = pd.DataFrame({"number": list(numbers), "step": "register", "at": when})
        report = advance_cases(ws, entries, who=who, dry_run=dry_run, operation="cases register")
    show(report, json_)


@click.command(help=t("Which steps are legal for a case now.", "列出案件当前可执行的操作。"))
@workspace_argument
@click.argument("number")
@_at
@output_options
@guarded
def steps(workspace: str, number: str, at: str | None, json_: bool) -> None:
    """List legal steps."""
    from citygrid_core.operations.cases.steps import POSTS, legal_steps
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        found = legal_steps(ws, number, now(at, ws.timezone))
    lang = current()
    rows = [
        {
            "step": s.name, "label": s.label.text(lang), "post": POSTS[s.post].text(lang),
            "to": s.to, "needs": list(s.needs),
        }
        for s in found
    ]  # fmt: skip
    if json_:
        emit_json({"number": number, "steps": rows})
        return
    head = [
        t("step", "操作"),
        t("label", "名称"),
        t("post", "岗位"),
        t("to", "到"),
        t("needs", "必填"),
    ]
    table(head, [[r["step"], r["label"], r["post"], r["to"], ", ".join(r["needs"])] for r in rows])
