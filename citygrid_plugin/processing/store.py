"""The workspace itself: make it, draw its grids, bring its heat up to date, verify it."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterCrs,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
)

from citygrid_core.errors import Text
from citygrid_plugin.i18n import tr
from citygrid_plugin.processing.commands import CommandAlgorithm, file_parameter, text_parameter


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

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare; the workspace is an output here."""
        super().initAlgorithm(configuration)
        self.removeParameter("WORKSPACE")
        self.addParameter(
            QgsProcessingParameterFileDestination(
                "WORKSPACE", tr("New workspace", "新工作库"), "GeoPackage (*.gpkg)"
            )
        )

    def declare(self) -> None:
        """Add areas, CRS, name and edition."""
        self.addParameter(file_parameter("AREAS", tr("Areas", "行政区域文件")))
        self.addParameter(text_parameter("NAME", tr("City", "城市名称"), advanced=False))
        self.addParameter(
            QgsProcessingParameterCrs("CRS", tr("Projected CRS", "投影坐标系"), optional=True)
        )
        self.addParameter(text_parameter("EDITION", tr("Edition of the standards", "标准版本")))

    def arguments(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[str]:
        """Return the options that are given."""
        words = ["--areas", self.parameterAsFile(parameters, "AREAS", context)]
        crs = self.parameterAsCrs(parameters, "CRS", context)
        for option, value in (
            ("--name", self.parameterAsString(parameters, "NAME", context)),
            ("--crs", crs.authid() if crs.isValid() else ""),
            ("--edition", self.parameterAsString(parameters, "EDITION", context)),
        ):
            if value:
                words += [option, value]
        return words


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

    def declare(self) -> None:
        """Add what steers the division."""
        for name, title in _STEERING.items():
            self.addParameter(text_parameter(name, tr(*title), advanced=False))
        self.addParameter(
            QgsProcessingParameterNumber(
                "TARGET_AREA",
                tr("Target area (m²)", "目标面积（平方米）"),
                QgsProcessingParameterNumber.Type.Double,
                10_000,
                False,
                500,
            )
        )
        self.addParameter(
            QgsProcessingParameterBoolean(
                "REDRAW", tr("Retire the grids there are", "废止现有网格后重划"), False
            )
        )

    def arguments(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[str]:
        """Return the options that are given."""
        area = self.parameterAsDouble(parameters, "TARGET_AREA", context)
        words = ["--target-area", f"{area:g}"]
        for name in _STEERING:
            value = self.parameterAsString(parameters, name, context)
            if value:
                words += [f"--{name.lower()}", value]
        if self.parameterAsBool(parameters, "REDRAW", context):
            words.append("--redraw")
        return words


_STEERING = {
    "ROADS": Text("Street centre lines", "道路中心线"),
    "BARRIERS": Text("Rivers, railways, walls", "河流、铁路、围墙"),
    "BUILDINGS": Text("Buildings", "建筑物"),
    "COMPOUNDS": Text("Compounds", "院落小区"),
}


class UpdateHeat(CommandAlgorithm):
    """`citygrid heat update`."""

    key = "updateheat"
    title = Text("Update the heat of a workspace", "更新案件热力")
    command = ("heat", "update")
    help = Text(
        "Brings the counts of cases per grid, class, source and day in step with the cases.",
        "按案件更新各网格、类别、来源与日期的计数。",
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
