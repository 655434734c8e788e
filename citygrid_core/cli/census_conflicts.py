"""`citygrid census conflicts`: list and decide conflicts of packs."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.answers import hand_out, output_option
from citygrid_core.cli.door import (
    guarded,
    output_options,
    show,
    today,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.language import t


@click.command(help=t("List conflicts of packs, or decide them.", "查看或处理外业包冲突。"))
@workspace_argument
@click.argument("codes", nargs=-1)
@click.option(
    "--take",
    type=click.Choice(["mine", "theirs", "both", "split"]),
    help=t("decide CODES (conflicts or packs)", "处理方式（冲突或外业包编号）"),
)
@click.option("--pack", default="", help=t("only of this pack", "仅此外业包"))
@click.option("--all", "all_", is_flag=True, help=t("decided ones too", "包括已处理"))
@output_option(t("output layer", "输出图层"))
@click.option("--at", metavar="DATE", help=t("day of the decision", "处理日期"))
@write_options
@output_options
@guarded
def conflicts(
    workspace: str,
    codes: tuple[str, ...],
    take: str | None,
    pack: str,
    all_: bool,
    output: Path | None,
    at: str | None,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """List or decide."""
    from citygrid_core.operations.census.packs.conflicts import list_conflicts, resolve_conflicts
    from citygrid_core.workspace import Workspace

    if bool(take) != bool(codes):
        raise click.UsageError(t("say which conflicts, and --take", "请同时指明冲突编号与 --take"))
    with Workspace.open(workspace) as ws:
        if take:
            day = today(at, ws.timezone)
            show(
                resolve_conflicts(ws, codes, take, on=day, who=who, dry_run=dry_run),  # type: ignore[arg-type]
                json_,
            )
        report, rows = list_conflicts(ws, pack=pack, state="" if all_ else "open")
    columns = ["code", "component_code", "kind", "field", "side", "base", "mine", "theirs", "state"]
    hand_out(report, rows, output, True, json_, columns)
