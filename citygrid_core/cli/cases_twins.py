"""`citygrid cases twins`."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.answers import hand_out, output_option, overwrite_option
from citygrid_core.cli.door import guarded, now, output_options, workspace_argument, write_options
from citygrid_core.cli.language import t


@click.command(
    help=t(
        "List cases of one class that were reported within the profile's metres and hours of each "
        "other; --link marks each as a repeat of the first and logs it.",
        "列出方案规定的距离与时间内上报的同类案件；--link 将其关联到首报案件并记入流程。",
    )
)
@workspace_argument
@click.option("--since", metavar="TIME", help=t("reported from then on", "起始上报时间"))
@click.option("--until", metavar="TIME", help=t("reported before then", "截止上报时间"))
@click.option("--metres", type=click.FloatRange(0), help=t("other than the profile's", "距离，米"))
@click.option("--hours", type=click.FloatRange(0), help=t("other than the profile's", "时间，小时"))
@click.option(
    "--link", "linked", is_flag=True, help=t("link to the first report", "关联到首报案件")
)
@click.option(
    "--at", metavar="TIME", help=t("moment of the link, default now", "关联时间，默认当前")
)
@output_option(t("table", "输出表格"), file=True)
@overwrite_option
@write_options
@output_options
@guarded
def twins(
    workspace: str,
    since: str | None,
    until: str | None,
    metres: float | None,
    hours: float | None,
    linked: bool,
    at: str | None,
    output: Path | None,
    overwrite: bool,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """Find twins."""
    from citygrid_core.operations.cases import twins as case_twins
    from citygrid_core.report import Report
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        found = case_twins.twins(
            ws, since=now(since, ws.timezone) if since else None, until=now(until, ws.timezone) if until else None,
            metres=metres, hours=hours,
        )  # fmt: skip
        repeats = int(found["original"].notna().groupby(found["number"]).any().sum())
        report = Report("cases twins", read=repeats, unchanged=repeats)
        if linked:
            report = case_twins.link(ws, found, at=now(at, ws.timezone), who=who, dry_run=dry_run)
    report.details = {"pairs": len(found), "repeats": repeats}
    shown = ["number", "twin", "original", "class_code", "metres", "hours", "linked"]
    hand_out(report, found, output, overwrite, json_, shown)
