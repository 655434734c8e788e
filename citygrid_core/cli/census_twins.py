"""`citygrid census twins`."""

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
from citygrid_core.cli.language import t


@click.command(
    help=t(
        "List components that were probably surveyed twice, the surest first; --merge ends the "
        "second code and keeps both histories.",
        "列出疑似重复普查的部件（最可信者在前）；--merge 终止后者并保留两者历史。",
    )
)
@workspace_argument
@click.option(
    "--merge",
    nargs=2,
    multiple=True,
    metavar="KEEP MERGE",
    help=t("two codes: the one that stays, the one that goes", "两个标识码：保留者、并入者"),
)
@click.option(
    "--merge-above",
    type=float,
    metavar="SCORE",
    help=t("merge every pair of this score or more", "合并得分不低于此值的全部疑似对"),
)
@click.option("--reason", default="", help=t("why", "理由"))
@click.option(
    "--radii",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=t("radii of your own (CSV: word, radius_m)", "自定义半径（CSV：word, radius_m）"),
)
@click.option("--at", metavar="DATE", help=t("merged from this day", "合并日期"))
@output_option()
@overwrite_option
@write_options
@output_options
@guarded
def twins(
    workspace: str,
    merge: tuple[tuple[str, str], ...],
    merge_above: float | None,
    reason: str,
    radii: Path | None,
    at: str | None,
    output: Path | None,
    overwrite: bool,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """List or merge."""
    from citygrid_core.operations.census import twins as twinning
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        pairs = list(merge)
        if not pairs:
            report, found = twinning.find_twins(ws, radii=radii, progress=progress_bar(json_))
            if merge_above is None:
                hand_out(report, found, output, overwrite, json_, list(found.columns))
            pairs = twinning.disjoint(found, merge_above or 0.0)
        show(
            twinning.merge_twins(
                ws, pairs, on=today(at, ws.timezone), reason=reason, who=who, dry_run=dry_run
            ),
            json_,
        )
