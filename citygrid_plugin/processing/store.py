"""The workspace itself: make it, draw its grids, verify it."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingParameterFileDestination

from citygrid_core.errors import Text
from citygrid_plugin.i18n import tr
from citygrid_plugin.processing.commands import CommandAlgorithm
from citygrid_plugin.processing.options import TARGET_AREA, Option


class MakeWorkspace(CommandAlgorithm):
    """`citygrid init`."""

    key = "makeworkspace"
    title = Text("Make a workspace", "新建城市工作库")
    command = ("init",)
    dry_run = False
    help = Text(
        "Makes a city's workspace, one GeoPackage, from a file of county, street and community "
        "polygons with codes and names.",
        "由带代码与名称的区县、街道、社区面文件新建一座城市的工作库（一个 GeoPackage）。",
    )
    options = (
        Option("AREAS", Text("Areas", "行政区域文件"), "file", optional=False),
        Option("NAME", Text("City", "城市名称")),
        Option("CRS", Text("Projected CRS", "投影坐标系"), "crs"),
        Option("EDITION", Text("Edition of the standards", "标准版本"), advanced=True),
    )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare; the workspace is an output here."""
        super().initAlgorithm(configuration)
        self.removeParameter("WORKSPACE")
        self.addParameter(
            QgsProcessingParameterFileDestination(
                "WORKSPACE", tr("New workspace", "新工作库"), "GeoPackage (*.gpkg)"
            )
        )


class DrawWorkspaceGrids(CommandAlgorithm):
    """`citygrid grids draw`."""

    key = "drawworkspacegrids"
    title = Text("Draw the grids of a workspace", "工作库网格划分")
    command = ("grids", "draw")
    help = Text(
        "Divides the communities of a workspace into unit grids along streets and barriers, "
        "numbers and stores them. Compounds stay whole, buildings are not cut. Files are given "
        "as FILE or FILE:LAYER.",
        "沿道路与屏障把工作库内的社区划分为单元网格，编号入库。院落小区保持完整，不切割建筑物。"
        "文件写作 FILE 或 FILE:LAYER。",
    )
    options = (
        Option("ROADS", Text("Street centre lines", "道路中心线")),
        Option("BARRIERS", Text("Rivers, railways, walls", "河流、铁路、围墙")),
        Option("BUILDINGS", Text("Buildings", "建筑物")),
        Option("COMPOUNDS", Text("Compounds", "院落小区")),
        TARGET_AREA,
        Option("REDRAW", Text("Retire the grids there are", "废止现有网格后重划"), "flag"),
    )


class VerifyWorkspace(CommandAlgorithm):
    """`citygrid verify`."""

    key = "verifyworkspace"
    title = Text("Verify a workspace", "检验工作库")
    command = ("verify",)
    dry_run = False
    help = Text(
        "Checks rows against their seals, the chain of hashes, history, references, and the heat "
        "counts against a full recount. Every finding stands in the log.",
        "检验记录封印、哈希链、历史与引用，并将热力计数与全量重算比对。全部问题列于日志。",
    )
