"""`citygrid heat update`."""

from __future__ import annotations

import click

from citygrid_core.cli.door import (
    guarded,
    output_options,
    progress_bar,
    show,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.language import t


@click.command(help=t("Bring the counts in step with the cases.", "按案件更新热力计数。"))
@workspace_argument
@click.option("--rebuild", is_flag=True, help=t("count all cases anew", "全部重新计数"))
@write_options
@output_options
@guarded
def update(workspace: str, rebuild: bool, dry_run: bool, who: str, json_: bool) -> None:
    """Update the counts."""
    from citygrid_core.operations.heat.cube import update_heat
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report = update_heat(
            ws, rebuild=rebuild, who=who, dry_run=dry_run, progress=progress_bar(json_)
        )
    show(report, json_)
