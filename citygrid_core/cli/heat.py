"""`citygrid heat update|table`."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.answers import hand_out, overwrite_option
from citygrid_core.cli.door import (
    guarded,
    output_options,
    progress_bar,
    show,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.language import t


@click.group(help=t("Counts of cases per grid.", "网格案件热力。"))
def heat() -> None:
    """Heat."""


@heat.command(help=t("Bring the counts in step with the cases.", "按案件更新热力计数。"))
@workspace_argument
@write_options
@output_options
@guarded
def update(workspace: str, dry_run: bool, who: str, json_: bool) -> None:
    """Update the counts."""
    from citygrid_core.operations.heat import update_heat
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report = update_heat(ws, who=who, dry_run=dry_run, progress=progress_bar(json_))
    show(report, json_)


@heat.command("table", help=t("Cases per hectare of each grid.", "各网格每公顷案件数。"))
@workspace_argument
@click.option(
    "--kind", "object_kind", type=click.Choice(["component", "event"]), help=t("kind", "对象")
)
@click.option("--class", "class_code", help=t("class or prefix", "类别代码或前缀"))
@click.option("--source", help=t("source of the cases", "问题来源"))
@click.option("--from", "from_day", metavar="DATE", help=t("first day", "起始日"))
@click.option("--to", "to_day", metavar="DATE", help=t("last day", "截止日"))
@click.option("--at", metavar="DATE", help=t("grids of that day", "该日的网格"))
@click.option("-o", "--output", type=click.Path(path_type=Path), help=t("output file", "输出文件"))
@overwrite_option
@output_options
@guarded
def table_(
    workspace: str,
    object_kind: str | None,
    class_code: str | None,
    source: str | None,
    from_day: str | None,
    to_day: str | None,
    at: str | None,
    output: Path | None,
    overwrite: bool,
    json_: bool,
) -> None:
    """Print the hottest grids."""
    from citygrid_core.operations.heat import heat_table
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, rows = heat_table(
            ws,
            object_kind=object_kind,
            class_code=class_code,
            source=source,
            from_day=from_day,
            to_day=to_day,
            at=at,
        )
    hand_out(
        report,
        rows,
        output,
        overwrite,
        json_,
        ["rank", "grid_code", "cases", "per_hectare", "weak_share"],
    )
