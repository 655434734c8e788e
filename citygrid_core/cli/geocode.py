"""`citygrid geocode WORKSPACE ADDRESSES -o FILE`."""

from __future__ import annotations

from pathlib import Path

import click

from citygrid_core.cli.answers import hand_out, overwrite_option
from citygrid_core.cli.door import guarded, output_options, progress_bar, workspace_argument
from citygrid_core.cli.language import t


@click.command(
    help=t(
        "Match the ADDRESSES of a file: point, error, grid and areas, or an honest doubt.",
        "匹配文件中的地址：给出点位、误差、网格与区域，或如实存疑。",
    )
)
@workspace_argument
@click.argument("addresses", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help=t("output file", "输出文件"))
@click.option(
    "--review",
    type=click.Path(path_type=Path),
    help=t("file for the rows a person has to decide", "待人工判定的记录文件"),
)
@click.option(
    "--accept",
    type=click.FloatRange(0, 1),
    default=0.8,
    show_default=True,
    help=t("least probability that is accepted", "接受的最低可信度"),
)
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=t("TOML file: their columns to ours", "字段对照文件（TOML）"),
)
@click.option("--at", metavar="DATE", help=t("places of that day", "该日的地名"))
@overwrite_option
@output_options
@guarded
def geocode(
    workspace: str,
    addresses: Path,
    output: Path | None,
    review: Path | None,
    accept: float,
    mapping: Path | None,
    at: str | None,
    overwrite: bool,
    json_: bool,
) -> None:
    """Match addresses."""
    from citygrid_core.operations.gazetteer import geocode_file
    from citygrid_core.operations.intake import SourceOptions
    from citygrid_core.tables import write
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, answers = geocode_file(
            ws,
            addresses,
            accept=accept,
            options=SourceOptions(mapping),
            at=at,
            progress=progress_bar(json_),
        )
    if review is not None:
        write(answers[answers["outcome"] != "accepted"], review, overwrite=overwrite)
    shown = ["address", "outcome", "probability", "level", "x", "y", "error_m", "grid_code"]
    hand_out(report, answers, output, overwrite, json_, shown)
