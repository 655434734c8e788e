"""`citygrid duties import|audit|what-if|disputes`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.answers import hand_out, output_option, overwrite_option
from citygrid_core.cli.disputes import disputes
from citygrid_core.cli.door import (
    DATUMS,
    guarded,
    output_options,
    progress_bar,
    today,
    workspace_argument,
)
from citygrid_core.cli.imports import import_command
from citygrid_core.cli.language import current, t

_BORDERS = click.Path(exists=True, path_type=Path)


@click.group(help=t("Duty rules: who answers where.", "责任规则：何处归谁管。"))
def duties() -> None:
    """Duty rules."""


def _load() -> Any:
    from citygrid_core.operations.responsibility.duties import import_duties

    return import_duties


duties.add_command(
    import_command(_load, t("Import duty rules from FILE.", "由 FILE 导入责任规则。"))
)
duties.add_command(disputes)
_output = output_option(
    t("output file: a table or, as .gpkg, a layer", "输出文件：表格，或 .gpkg 图层")
)


@duties.command(
    help=t(
        "Find places and classes with no owner or two, and what they touch.",
        "查找责任空白与重叠及其影响的部件与案件。",
    )
)
@workspace_argument
@click.option("--at", metavar="DATE", help=t("the rules of that day", "该日的规则"))
@_output
@overwrite_option
@output_options
@guarded
def audit(
    workspace: str, at: str | None, output: Path | None, overwrite: bool, json_: bool
) -> None:
    """Audit the rules."""
    from citygrid_core.operations.responsibility.audit import audit_duties
    from citygrid_core.workspace import Workspace

    day = today(at) if at else None
    with Workspace.open(workspace) as ws:
        report, found = audit_duties(ws, at=day, lang=current(), progress=progress_bar(json_))
    shown = ["class_name", "role", "outcome", "rules", "grids", "area_m2", "components", "cases"]
    hand_out(report, found, output, overwrite, json_, shown)


@duties.command(
    "what-if",
    help=t(
        "Which components and last year's cases would change body if RULES were imported, "
        "or borders moved; nothing is stored.",
        "若导入 RULES 或调整边界，哪些部件与近一年案件将改变责任部门；不入库。",
    ),
)
@workspace_argument
@click.argument("rules", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--grids", type=_BORDERS, help=t("unit grids with other borders", "调整后的单元网格"))
@click.option("--areas", type=_BORDERS, help=t("communities with other borders", "调整后的社区"))
@click.option(
    "--polygons", type=_BORDERS, help=t("rules' polygons with other borders", "调整后的规则范围面")
)
@click.option("--layer", help=t("layer or sheet", "图层或工作表"))
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=t("TOML file: their columns to ours", "字段对照文件（TOML）"),
)
@click.option("--crs", help=t("CRS of the file, e.g. EPSG:4547", "文件坐标系，如 EPSG:4547"))
@click.option("--datum", type=click.Choice(DATUMS), help=t("datum of the file", "坐标基准"))
@click.option("--at", metavar="DATE", help=t("valid from this day", "起始日期"))
@_output
@overwrite_option
@output_options
@guarded
def what_if(
    workspace: str,
    rules: Path | None,
    grids: Path | None,
    areas: Path | None,
    polygons: Path | None,
    layer: str | None,
    mapping: Path | None,
    crs: str | None,
    datum: str | None,
    at: str | None,
    output: Path | None,
    overwrite: bool,
    json_: bool,
) -> None:
    """Ask before anything is stored."""
    from citygrid_core.operations.importing.intake import SourceOptions
    from citygrid_core.operations.responsibility import what_if as asking
    from citygrid_core.workspace import Workspace

    borders = {"grids": grids, "areas": areas, "polygons": polygons}
    if (rules is None) == (not any(borders.values())):
        raise click.UsageError(
            t(
                "give either RULES or --grids, --areas, --polygons",
                "请给出 RULES，或 --grids、--areas、--polygons",
            )
        )
    options = SourceOptions(mapping, crs, datum, layer=layer)
    progress = progress_bar(json_)
    with Workspace.open(workspace) as ws:
        day = today(at, ws.timezone)
        if rules is not None:
            report, changes = asking.what_if(ws, rules, options=options, on=day, progress=progress)
        else:
            given = {
                name: asking.read_borders(ws, path, options)
                for name, path in borders.items()
                if path is not None
            }
            report, changes = asking.what_if_borders(ws, on=day, progress=progress, **given)
    shown = ["object", "code", "class_code", "role", "before_name", "after_name"]
    hand_out(report, changes, output, overwrite, json_, shown)
