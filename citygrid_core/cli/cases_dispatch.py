"""`citygrid cases dispatch`."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.answers import hand_out, output_option, overwrite_option
from citygrid_core.cli.door import guarded, now, output_options, workspace_argument, write_options
from citygrid_core.cli.language import current, t


@click.command(
    help=t(
        "Propose who handles cases, with reasons and confidence: each NUMBER, else all that are "
        "registered. --auto sends those that are clear at the profile's confidence; the rest "
        "are listed with their candidates. --to sends each NUMBER to one department.",
        "为案件建议承办部门，给出理由与可信度：各 NUMBER，缺省为全部已立案案件。"
        "--auto 按方案设定的可信度自动派遣明确的案件，其余列出候选部门；--to 将各 NUMBER 派往指定部门。",
    )
)
@workspace_argument
@click.argument("numbers", nargs=-1, metavar="[NUMBER...]")
@click.option("--to", default="", metavar="CODE", help=t("department to send to", "派往的部门代码"))
@click.option("--auto", is_flag=True, help=t("send what is clear", "自动派遣明确的案件"))
@click.option("--at", metavar="TIME", help=t("when, default now", "时间，默认当前"))
@output_option(t("write the proposals to a table", "输出建议表"), file=True)
@overwrite_option
@write_options
@output_options
@guarded
def dispatch(
    workspace: str,
    numbers: tuple[str, ...],
    to: str,
    auto: bool,
    at: str | None,
    output: Path | None,
    overwrite: bool,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """Dispatch."""
    from citygrid_core.cases.dispatch import WAITS
    from citygrid_core.operations.cases.dispatch import dispatch_cases
    from citygrid_core.workspace import Workspace

    lang = current()
    with Workspace.open(workspace) as ws:
        report, found = dispatch_cases(
            ws, list(numbers) or None, to=to, auto=auto, at=now(at, ws.timezone), who=who, dry_run=dry_run,
            lang=lang,
        )  # fmt: skip
    found["waits"] = [WAITS[str(k)].text(lang) for k in found["waits"]]
    shown = ["number", "class_code", "handling_name", "confidence", "waits", "candidates", "sent"]
    hand_out(report, found, output, overwrite, json_, shown)
