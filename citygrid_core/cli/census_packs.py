"""`citygrid census packs`: what is out; extend, void, write again."""

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
from citygrid_core.cli.language import current, t


@click.command(
    help=t("Field packs: list, extend, void, write again.", "外业包：查看、延期、作废、重写。")
)
@workspace_argument
@click.option("--extend", metavar="CODE", help=t("let it be returned later", "延期"))
@click.option("--until", metavar="DATE", help=t("new last day", "新的有效期止"))
@click.option("--void", "void", metavar="CODE", help=t("declare it lost", "作废"))
@click.option("--reason", default="", help=t("why", "原因"))
@click.option("--again", metavar="CODE", help=t("write its folder again", "重写外业包"))
@output_option(t("folder or file", "输出"))
@click.option("--at", metavar="DATE", help=t("as of this day", "日期"))
@write_options
@output_options
@guarded
def packs(
    workspace: str,
    extend: str | None,
    until: str | None,
    void: str | None,
    reason: str,
    again: str | None,
    output: Path | None,
    at: str | None,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """List packs, or change one."""
    from citygrid_core.operations.census.packs.again import rewrite_pack
    from citygrid_core.operations.census.packs.out import extend_pack, list_packs, void_pack
    from citygrid_core.report import Report
    from citygrid_core.workspace import Workspace

    if bool(extend) + bool(void) + bool(again) > 1 or bool(extend) != bool(until):
        raise click.UsageError(
            t(
                "say one of --extend CODE --until DATE, --void CODE, --again CODE",
                "请只用其一：--extend 与 --until、--void、--again",
            )
        )
    if again and output is None:
        raise click.UsageError(t("say where (-o FOLDER)", "请指明目录（-o）"))
    if dry_run and not (extend or void):
        raise click.UsageError(
            t("--dry-run is for --extend and --void", "--dry-run 仅用于 --extend 与 --void")
        )
    with Workspace.open(workspace) as ws:
        if extend and until:
            last = today(until, ws.timezone)
            show(extend_pack(ws, extend, last, who=who, dry_run=dry_run), json_)
        if void:
            on = today(at, ws.timezone)
            show(void_pack(ws, void, reason=reason, on=on, who=who, dry_run=dry_run), json_)
        if again and output:
            made = rewrite_pack(ws, again, output, lang=current())
            show(Report("census packs again", details={"folder": str(made)}), json_)
        report, rows = list_packs(ws, on=today(at, ws.timezone))
    columns = ["code", "team", "status", "made_on", "expires_on", "taken", "returns",
               "last_return", "open_conflicts", "overdue"]  # fmt: skip
    hand_out(report, rows, output, True, json_, columns)
