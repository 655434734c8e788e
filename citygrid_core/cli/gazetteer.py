"""`citygrid gazetteer import | check | alias | datum`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.answers import hand_out, output_option, overwrite_option
from citygrid_core.cli.door import (
    DATUMS,
    guarded,
    output_options,
    show,
    source_of,
    today,
    workspace_argument,
    write_options,
)
from citygrid_core.cli.imports import import_command, source_option
from citygrid_core.cli.language import t

_KINDS = click.Choice(["region", "zone", "block", "street", "plate", "poi"])


@click.group(help=t("The gazetteer: places that addresses match.", "地名库：地址匹配的依据。"))
def gazetteer() -> None:
    """Gazetteer."""


def _load() -> Any:
    from citygrid_core.operations.geocode.gazetteer import import_places

    return import_places


gazetteer.add_command(
    import_command(
        _load,
        t("Import places from FILE.", "由 FILE 导入地名。"),
        click.option(
            "--kind",
            type=_KINDS,
            help=t("kind of all rows", "全部记录的类别"),
        ),
        source_option,
    )
)


@gazetteer.command(
    help=t(
        "Check the gazetteer: twin numbers, wrong sides, broken orders, far plates, one name in "
        "two places. With FILE: check its rows beside the gazetteer, before they are imported.",
        "检查地名库：重号、错侧、号序错乱、门牌远离街巷、一名两地。给出 FILE 时，在导入前"
        "对照地名库检查该文件。",
    )
)
@workspace_argument
@click.argument("file", required=False, type=click.Path(exists=True, path_type=Path))
@output_option()
@click.option(
    "--far",
    type=click.FloatRange(min=0),
    default=100.0,
    show_default=True,
    help=t("a plate further than this from its street is a finding, m", "门牌距街巷的限值（米）"),
)
@click.option(
    "--apart",
    type=click.FloatRange(min=0),
    default=300.0,
    show_default=True,
    help=t("one name at two places this far apart is a finding, m", "同名两地的距离限值（米）"),
)
@click.option("--at", metavar="DATE", help=t("places of that day", "该日的地名"))
@click.option("--kind", type=_KINDS, help=t("kind of all rows of FILE", "文件全部记录的类别"))
@source_option
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=t("TOML file: their columns to ours", "字段对照文件（TOML）"),
)
@click.option("--crs", help=t("CRS of the file, e.g. EPSG:4547", "文件坐标系，如 EPSG:4547"))
@click.option("--datum", type=click.Choice((*DATUMS, "auto")), help=t("its datum", "坐标基准"))
@click.option("--encoding", help=t("encoding, when detection errs", "文件编码"))
@click.option("--layer", help=t("layer or sheet", "图层或工作表"))
@overwrite_option
@output_options
@guarded
def check(
    workspace: str,
    file: Path | None,
    output: Path | None,
    far: float,
    apart: float,
    at: str | None,
    kind: str | None,
    source: str,
    overwrite: bool,
    json_: bool,
    **said: Any,
) -> None:
    """Check the gazetteer."""
    from citygrid_core.operations.geocode.gazetteer import check_places
    from citygrid_core.operations.geocode.gazetteer_file import check_file
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        if file is None:
            report, findings = check_places(ws, far_m=far, apart_m=apart, at=at)
        else:
            report, findings = check_file(
                ws,
                file,
                kind=kind,
                source=source,
                options=source_of(said),
                far_m=far,
                apart_m=apart,
                at=at,
            )
    shown = ["rule", "severity", "place", "measure", "x", "y", "grid_code", t("en", "zh")]
    hand_out(report, findings, output, overwrite, json_, shown)


@gazetteer.command(
    help=t(
        "Give PLACE (its code, or a name that is one place's) a further NAME.",
        "为 PLACE（代码或唯一名称）增加别名 NAME。",
    )
)
@workspace_argument
@click.argument("place")
@click.argument("name")
@click.option("--former", is_flag=True, help=t("a former name", "曾用名"))
@click.option("--since", default="", metavar="DATE", help=t("in use from", "启用日期"))
@click.option("--until", default="", metavar="DATE", help=t("in use until", "停用日期"))
@click.option("--at", metavar="DATE", help=t("valid from this day", "起始日期"))
@write_options
@output_options
@guarded
def alias(
    workspace: str,
    place: str,
    name: str,
    former: bool,
    since: str,
    until: str,
    at: str | None,
    dry_run: bool,
    who: str,
    json_: bool,
) -> None:
    """Add a name."""
    from citygrid_core.operations.geocode.review import NewName, add_names
    from citygrid_core.report import Report
    from citygrid_core.workspace import Workspace

    dates = [today(d) if d else "" for d in (since, until)]
    new = NewName(place, name, former or any(dates), *dates)
    with Workspace.open(workspace) as ws:
        added = add_names(ws, [new], on=today(at, ws.timezone), who=who, dry_run=dry_run)
    report = Report("gazetteer alias", read=1, stored=added, unchanged=1 - added, dry_run=dry_run)
    report.details = {"place": place, "name": new.told}
    show(report, json_)


@gazetteer.command(
    help=t(
        "Tell CRS and datum of the coordinates in FILE from the city's outline and gazetteer.",
        "由城市范围与地名库判定 FILE 的坐标系与基准。",
    )
)
@workspace_argument
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=t("TOML file: their columns to ours", "字段对照文件（TOML）"),
)
@click.option("--encoding", help=t("encoding, when detection errs", "文件编码"))
@click.option("--layer", help=t("layer or sheet", "图层或工作表"))
@output_options
@guarded
def datum(
    workspace: str,
    file: Path,
    mapping: Path | None,
    encoding: str | None,
    layer: str | None,
    json_: bool,
) -> None:
    """Detect the datum."""
    from citygrid_core.operations.geocode.datum import detect_file
    from citygrid_core.operations.importing.intake import SourceOptions
    from citygrid_core.workspace import Workspace

    options = SourceOptions(mapping, encoding=encoding, layer=layer)
    with Workspace.open(workspace) as ws:
        report, _ = detect_file(ws, file, options=options)
    show(report, json_)
