"""`citygrid heat surface`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from citygrid_core.cli.answers import output_option, overwrite_option
from citygrid_core.cli.door import guarded, output_options, progress_bar, show, workspace_argument
from citygrid_core.cli.heat_options import selection_options
from citygrid_core.cli.language import t

_FILE = click.Path(path_type=Path)


@click.command(help=t("Density of cases as a raster, with contours.", "案件密度面与等值线。"))
@workspace_argument
@selection_options
@click.option("--at", metavar="DATE", help=t("outline of that day", "该日的城市轮廓"))
@click.option(
    "--radius", "radius_m", type=click.FloatRange(0, min_open=True), default=300.0,
    show_default=True, help=t("metres at which a case no longer counts", "影响半径（米）"),
)  # fmt: skip
@click.option(
    "--cell", "cell_m", type=click.FloatRange(0, min_open=True), default=10.0, show_default=True,
    help=t("side of a cell, metres", "像元边长（米）"),
)  # fmt: skip
@click.option(
    "--kernel", type=click.Choice(["quartic", "gaussian"]), default="quartic", show_default=True,
    help=t("shape of the influence", "核函数"),
)  # fmt: skip
@click.option(
    "--edge", type=click.Choice(["uniform", "conserve", "none"]), default="uniform",
    show_default=True,
    help=t("correction at the city's border; conserve: the surface sums to the cases",
           "边界校正；conserve：密度面总和等于案件数"),
)  # fmt: skip
@click.option(
    "--weight", type=click.Choice(["none", "probability"]), default="none", show_default=True,
    help=t("what a case counts", "案件权重：probability 为定位可信度"),
)  # fmt: skip
@click.option("--contours", type=_FILE, help=t(".gpkg or .geojson", "等值线文件 .gpkg 或 .geojson"))
@click.option("--bands", is_flag=True, help=t("areas between contours", "等值面代替等值线"))
@click.option("--plain-tiff", is_flag=True, help=t("no COG", "普通 GeoTIFF（非 COG）"))
@output_option(t(".tif file", "输出 .tif 文件"))
@overwrite_option
@output_options
@guarded
def surface(workspace: str, output: Path | None, json_: bool, **asked: Any) -> None:
    """Density of cases as a raster."""
    from citygrid_core.operations.heat.surface import heat_surface
    from citygrid_core.workspace import Workspace

    with Workspace.open(workspace) as ws:
        report, _ = heat_surface(ws, output, progress=progress_bar(json_), **asked)
    show(report, json_)
