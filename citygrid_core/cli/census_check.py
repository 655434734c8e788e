"""`citygrid census check|rules|findings`."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.answers import hand_out, output_option, overwrite_option
from citygrid_core.cli.door import (
    guarded,
    output_options,
    progress_bar,
    show,
    today,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.language import current, t

_output = output_option(
    t("output file: a table or, as .gpkg, a layer", "输出文件：表格，或 .gpkg 图层")
)


@click.command(
    help=t(
        "Check components by the rule book; findings are kept in the workspace with state, who "
        "and when. --fix applies a safe fix, --accept keeps a finding with a reason.",
        "按规则库检查部件，发现连同状态、人员与日期存入工作库。--fix 执行安全修正，--accept 说明理由后接受。",
    )
)
@workspace_argument
@click.option("--rule", "rule_ids", multiple=True, help=t("rule or group", "规则或规则组"))
@click.option("--since", metavar="DATE", help=t("only what began since", "仅检查该日起的部件"))
@click.option(
    "--changed",
    is_flag=True,
    help=t("only what began since the last check", "仅检查上次检查以来的部件"),
)
@click.option("--fix", metavar="ID", help=t("apply this rule's safe fix", "执行该规则的安全修正"))
@click.option(
    "--accept", multiple=True, metavar="FINDING", help=t("accept a finding", "接受某项发现")
)
@click.option("--reason", default="", help=t("why it is accepted", "接受理由"))
@click.option(
    "--profile",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=t("tolerances, severities, rules off (TOML)", "容差、级别与停用规则（TOML）"),
)
@click.option("--at", metavar="DATE", help=t("day of the check", "检查日期"))
@_output
@overwrite_option
@write_options
@output_options
@guarded
def check(
    workspace: str,
    rule_ids: tuple[str, ...],
    since: str | None,
    changed: bool,
    fix: str | None,
    accept: tuple[str, ...],
    reason: str,
    profile: Path | None,
    at: str | None,
    output: Path | None,
    overwrite: bool,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """Check, fix or accept."""
    from citygrid_core.workspace import Workspace

    bar = progress_bar(json_)
    with Workspace.open(workspace) as ws:
        on = today(at, ws.timezone)
        if accept:
            from citygrid_core.operations.census.rules.findings import accept_finding

            show(
                accept_finding(ws, list(accept), reason=reason, on=on, who=who, dry_run=dry_run),
                json_,
            )
        elif fix:
            from citygrid_core.operations.census.rules.fix import fix_components

            report, cells = fix_components(
                ws, fix, on=on, profile=profile, who=who, dry_run=dry_run, progress=bar
            )
            hand_out(report, cells, output, overwrite, json_, list(cells.columns))
        else:
            from citygrid_core.operations.census.rules.check import check_components

            report, found = check_components(
                ws,
                on=on,
                rule_ids=rule_ids,
                since=today(since) if since else None,
                changed=changed,
                profile=profile,
                who=who,
                dry_run=dry_run,
                progress=bar,
            )
            shown = ["finding", "severity", f"message_{current()}"]
            hand_out(report, found, output, overwrite, json_, shown)


@click.command(help=t("List the rule book.", "列出规则库。"))
@click.option("--group", help=t("only this group", "仅该组"))
@output_options
@guarded
def rules(group: str | None, json_: bool) -> None:
    """List the rules."""
    from citygrid_core.census.rules import rule_book
    from citygrid_core.cli.door import emit_json, table
    from citygrid_core.workspace.schema import CHOICES

    groups = CHOICES["rule_group"]
    if group is not None and group not in groups:
        known = ", ".join(groups)
        raise click.UsageError(t(f"groups: {known}", f"规则组：{known}"))
    book = [r for r in rule_book().values() if group in (None, r.group)]
    if json_:
        emit_json(
            {
                "rules": [
                    {
                        "id": r.id, "group": r.group, "severity": r.severity, "field": r.field,
                        "tolerance": r.tolerance, "unit": r.unit, "fix": r.fixes(),
                        "en": r.title.en, "zh": r.title.zh, "source": r.source,
                    }
                    for r in book
                ]
            }
        )  # fmt: skip
        return
    table(
        [t("id", "编号"), t("severity", "级别"), t("rule", "规则"), t("tolerance", "容差"),
         t("fix", "修正"), t("source", "依据")],
        [
            [r.id, CHOICES["severity"][r.severity].text(current()), r.title.text(current()),
             f"{r.tolerance:g} {r.unit}" if r.tolerance is not None else "",
             "✓" if r.fixes() else "", r.source]
            for r in book
        ],
    )  # fmt: skip


@click.command(help=t("List findings of the check.", "列出检查发现。"))
@workspace_argument
@click.option("--state", type=click.Choice(["open", "fixed", "accepted"]), default="open")
@click.option("--rule", "rule_id", help=t("only this rule", "仅该规则"))
@_output
@overwrite_option
@output_options
@guarded
def findings(
    workspace: str,
    state: str,
    rule_id: str | None,
    output: Path | None,
    overwrite: bool,
    json_: bool,
) -> None:
    """List what is stored."""
    from citygrid_core.report import Report
    from citygrid_core.workspace import Workspace

    where = {"state": state, **({"rule": rule_id.upper()} if rule_id else {})}
    with Workspace.open(workspace, read_only=True) as ws:
        found = ws.read("findings", where=where)
    report = Report("census findings", read=len(found), unchanged=len(found))
    shown = ["finding", "severity", f"message_{current()}", "found_on", "reason"]
    hand_out(report, found, output, overwrite, json_, shown)
