"""`citygrid census sample-plan`: draw what is to be inspected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.answers import hand_out, output_option, overwrite_option
from citygrid_core.cli.door import (
    guarded,
    output_options,
    today,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.language import current, t


@click.command(
    "sample-plan", help=t("Draw a sample for the acceptance.", "制定验收抽样方案并输出外业检查表。")
)
@workspace_argument
@click.option(
    "--design",
    type=click.Choice(["components", "units"]),
    default="components",
    show_default=True,
    help=t("components of every stratum, or whole units", "部件分层抽样，或整个单元"),
)
@click.option(
    "--by",
    "unit",
    type=click.Choice(["sheet", "community", "class"]),
    default="community",
    show_default=True,
    help=t("strata or units", "层或单元"),
)
@click.option("--size", default=0, help=t("components (default: by the margin)", "样本量"))
@click.option("--margin", default=0.02, show_default=True, help=t("half interval", "允许误差"))
@click.option(
    "--expected", default=0.03, show_default=True, help=t("rate reckoned with", "预计差错率")
)
@click.option("--limit", default=0.05, show_default=True, help=t("rate allowed", "允许差错率"))
@click.option(
    "--sheet-size", "sheet_m", default=250.0, show_default=True, help=t("m", "图幅边长（米）")
)
@click.option(
    "--table",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=t("CSV of sample sizes", "样本量表（CSV）"),
)
@click.option("--seed", default=1, show_default=True, help=t("of the draw", "随机种子"))
@click.option("--at", metavar="DATE", help=t("components of that day", "该日的部件"))
@output_option(t("field list", "外业检查表"))
@overwrite_option
@write_options
@output_options
@guarded
def sample_plan(
    workspace: str,
    at: str | None,
    output: Path | None,
    overwrite: bool,
    dry_run: bool,
    who: str,
    json_: bool,
    **wish: Any,
) -> None:
    """Draw a sample."""
    from citygrid_core.operations.census.acceptance.sample import (
        SampleWish,
        list_for_people,
        make_plan,
    )
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, rows = make_plan(
            ws,
            SampleWish(**wish),
            on=today(at, ws.timezone),
            who=who,
            dry_run=dry_run,
            lang=current(),
        )
    columns = ["number", "stratum", "component_code", "class_name", "grid_code", "x", "y"]
    if output and output.suffix in (".csv", ".xlsx"):
        rows = list_for_people(rows.drop(columns="geometry"), current())
    hand_out(report, rows, output, overwrite, json_, columns)
