"""`citygrid geocode WORKSPACE ADDRESSES -o FILE`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from citygrid_core.accept import ACCEPT
from citygrid_core.cli.answers import hand_out, output_option, overwrite_option
from citygrid_core.cli.door import (
    DATUMS,
    guarded,
    output_options,
    progress_bar,
    show,
    source_of,
    today,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.language import t

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    help=t(
        "Match the ADDRESSES of a file: point, error, grid, areas and who answers, or an honest "
        "doubt. --apply-review takes back what people decided of the doubtful ones; --fit "
        "learns from addresses whose places are known how far an answer is to be believed.",
        "匹配文件中的地址：给出点位、误差、网格、区域与责任单位，或如实存疑。"
        "--apply-review 收回人工判定的结果；--fit 由已知位置的地址学习可信度。",
    )
)
@workspace_argument
@click.argument("addresses", type=_FILE, required=False)
@output_option()
@click.option(
    "--review",
    type=click.Path(path_type=Path),
    help=t("file for the rows a person has to decide", "待人工判定的记录文件"),
)
@click.option("--apply-review", type=_FILE, help=t("a review file filled in", "已填写的判定文件"))
@click.option(
    "--fit",
    "labelled",
    type=_FILE,
    help=t("addresses with true positions", "带真实坐标的地址文件"),
)
@click.option(
    "--accept",
    type=click.FloatRange(0, 1),
    default=ACCEPT,
    show_default=True,
    help=t("least probability that is accepted", "接受的最低可信度"),
)
@click.option("--class", "class_code", help=t("class of all: names who answers", "全部的类别代码"))
@click.option(
    "--object",
    "object_kind",
    type=click.Choice(["component", "event"]),
    default="component",
    show_default=True,
    help=t("what the class is of", "类别所属对象"),
)
@click.option("--mapping", type=_FILE, help=t("TOML file: their columns to ours", "字段对照文件"))
@click.option("--encoding", help=t("encoding, when detection errs", "文件编码"))
@click.option("--layer", help=t("layer or sheet", "图层或工作表"))
@click.option("--crs", help=t("CRS of the positions for --fit", "--fit 坐标的坐标系"))
@click.option(
    "--datum", type=click.Choice(DATUMS), help=t("datum of these positions", "其坐标基准")
)
@click.option("--at", metavar="DATE", help=t("places of that day", "该日的地名"))
@overwrite_option
@write_options
@output_options
@guarded
def geocode(
    workspace: str,
    addresses: Path | None,
    output: Path | None,
    review: Path | None,
    apply_review: Path | None,
    labelled: Path | None,
    accept: float,
    class_code: str | None,
    object_kind: str,
    at: str | None,
    overwrite: bool,
    dry_run: bool,
    who: str,
    json_: bool,
    **said: Any,
) -> None:
    """Match addresses."""
    from citygrid_core.operations.geocode.addresses import geocode_file
    from citygrid_core.operations.geocode.fit import fit_city
    from citygrid_core.operations.geocode.review import apply_review as take_back
    from citygrid_core.operations.geocode.review import review_rows
    from citygrid_core.tables import write
    from citygrid_core.workspace import Workspace

    if sum(f is not None for f in (addresses, apply_review, labelled)) != 1:
        raise click.UsageError(
            t(
                "give one of ADDRESSES, --apply-review and --fit",
                "请给出 ADDRESSES、--apply-review、--fit 之一",
            )
        )
    options = source_of(said)
    with Workspace.open(workspace) as ws:
        if labelled is not None:
            fitted = fit_city(
                ws, labelled, options=replace(options, crs=options.crs or str(ws.crs)), who=who,
                dry_run=dry_run, output=output, progress=progress_bar(json_),
            )  # fmt: skip
            show(fitted, json_)
        if apply_review is not None:
            report, rows = take_back(
                ws, apply_review, accept=accept, on=today(at, ws.timezone), who=who, dry_run=dry_run
            )
            seen = ["address", "outcome", "decided_by", "level", "x", "y", "grid_code"]
            hand_out(report, rows, output, overwrite, json_, seen)
        assert addresses is not None
        report, answers = geocode_file(
            ws,
            addresses,
            accept=accept,
            class_code=class_code,
            object_kind=object_kind,
            options=options,
            at=at,
            progress=progress_bar(json_),
        )
    if review is not None:
        write(review_rows(answers), review, overwrite=overwrite)
    shown = ["address", "outcome", "probability", "level", "x", "y", "error_m", "grid_code"]
    shown += ["handling_name", "maintaining_name"]
    hand_out(report, answers, output, overwrite, json_, shown)
