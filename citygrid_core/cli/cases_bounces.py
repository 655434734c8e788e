"""`citygrid cases bounces`."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.answers import hand_out, output_option, overwrite_option
from citygrid_core.cli.door import guarded, now, output_options, workspace_argument
from citygrid_core.cli.language import t


@click.command(
    help=t(
        "Count cases that departments returned: by pair of departments, class, or stretch of border.",
        "统计回退案件：按部门对、类别或网格边界段。",
    )
)
@workspace_argument
@click.option(
    "--by", type=click.Choice(["pair", "class", "border"]), default="pair", show_default=True,
    help=t("counted by", "统计方式"),
)  # fmt: skip
@click.option("--since", metavar="TIME", help=t("returned from then on", "起始时间"))
@click.option("--until", metavar="TIME", help=t("returned before then", "截止时间"))
@output_option(t("table", "输出表格"), file=True)
@overwrite_option
@output_options
@guarded
def bounces(
    workspace: str,
    by: str,
    since: str | None,
    until: str | None,
    output: Path | None,
    overwrite: bool,
    json_: bool,
) -> None:
    """Count bounces."""
    from citygrid_core.operations.cases.bounces import BY, analyse_bounces
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, found = analyse_bounces(
            ws,
            by=by,
            since=now(since, ws.timezone) if since else None,
            until=now(until, ws.timezone) if until else None,
        )
    hand_out(
        report, found, output, overwrite, json_, [*BY[by], "bounces", "cases", "loops", "median_h"]
    )
