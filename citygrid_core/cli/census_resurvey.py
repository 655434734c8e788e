"""`citygrid census not-visited`."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.answers import answer_options, hand_out
from citygrid_core.cli.door import guarded, workspace_argument
from citygrid_core.cli.language import t


@click.command(
    "not-visited",
    help=t(
        "List the components that a second survey has not reached.",
        "列出某复核批次尚未到达的部件。",
    ),
)
@workspace_argument
@click.option("--round", "round_", required=True, help=t("name of the round", "复核批次"))
@click.option(
    "--area", default="", metavar="CODE", help=t("only this area or grid", "仅该区划或网格")
)
@answer_options
@guarded
def not_visited(
    workspace: str, round_: str, area: str, output: Path | None, overwrite: bool, json_: bool
) -> None:
    """List what was not visited."""
    from citygrid_core.operations.census.capture.captured import SurveyArea
    from citygrid_core.operations.census.resurvey import not_visited as left
    from citygrid_core.report import Report
    from citygrid_core.workspace import Workspace

    codes = frozenset({area}) if area else frozenset()
    with Workspace.open(workspace) as ws:
        rows = left(ws, round_, SurveyArea(area, codes))
        total = ws.count("components")
    report = Report("census not-visited", read=total, unchanged=total)
    report.details = {"not_visited": len(rows)}
    hand_out(report, rows, output, overwrite, json_, ["code", "name", "grid_code"])
