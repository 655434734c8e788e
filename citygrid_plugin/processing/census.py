"""The census as algorithms: photos, what was not visited, the map book."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
)

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.processing.base import CitygridAlgorithm
from citygrid_plugin.processing.commands import (
    CommandAlgorithm,
    text_parameter,
    workspace_parameter,
)


class AttachPhotos(CommandAlgorithm):
    """A folder of photos into a workspace."""

    key = "attachphotos"
    title = Text("Attach photos to components", "照片关联部件")
    help = Text(
        "Photos of a folder find their component by the time and place in their EXIF; one that "
        "fits none, or several, is named and left out. With a component code all photos are its "
        "own. Files are copied beside the workspace; the same photo again changes nothing.",
        "文件夹中的照片按 EXIF 时间与位置匹配部件；无匹配或有多个候选的逐一列出，不作关联。"
        "给出部件标识码时全部归该部件。照片复制到工作库旁，重复关联不作任何更改。",
    )
    command = ("census", "photos")
    group_key = "import"
    dry_run = False

    def declare(self) -> None:
        """Add the folder and the component."""
        self.addParameter(
            QgsProcessingParameterFile(
                "FOLDER",
                tr("Folder of photos", "照片文件夹"),
                QgsProcessingParameterFile.Behavior.Folder,
            )
        )
        self.addParameter(
            text_parameter(
                "COMPONENT", tr("Component code (all show it)", "部件标识码（全部归属）")
            )
        )
        self.addParameter(text_parameter("WHO", tr("Who, for the journal", "操作人（记入日志）")))

    def arguments(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[str]:
        """Return folder and options."""
        words = [self.parameterAsFile(parameters, "FOLDER", context)]
        for option, name in (("--component", "COMPONENT"), ("--who", "WHO")):
            value = self.parameterAsString(parameters, name, context)
            words += [option, value] if value else []
        return words


class MapBook(CitygridAlgorithm):
    """A sheet for each area, as PDF."""

    key = "mapbook"
    title = Text("Map book of components", "部件图集")
    help = Text(
        "A PDF with one A3 sheet for each community, street or county: components by major "
        "class, unit grids, legend, scale, number of components. Made by QGIS's atlas.",
        "按社区、街道或区县逐幅输出 A3 图集（PDF）：分大类符号的部件、单元网格、图例、比例尺与部件数，"
        "由 QGIS 地图集生成。",
    )
    group_key = "workspace"
    _levels = ("community", "street", "county")

    def flags(self) -> QgsProcessingAlgorithm.Flags:
        """Run in the main thread: layouts and projects belong there."""
        return super().flags() | QgsProcessingAlgorithm.Flag.FlagNoThreading

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare workspace, level, resolution and the file."""
        self.addParameter(workspace_parameter())
        self.addParameter(
            QgsProcessingParameterEnum(
                "LEVEL",
                tr("A sheet for each", "分幅单位"),
                [shown(CHOICES["area_level"][level]) for level in self._levels],
                defaultValue=0,
            )
        )
        self.addParameter(
            QgsProcessingParameterNumber(
                "DPI", tr("Resolution (dots per inch)", "分辨率（每英寸点数）"), defaultValue=150,
                minValue=50, maxValue=600,
            )
        )  # fmt: skip
        self.addParameter(
            QgsProcessingParameterFileDestination("OUTPUT", tr("Map book", "图集"), "PDF (*.pdf)")
        )
        self.addOutput(QgsProcessingOutputNumber("SHEETS", tr("Sheets", "图幅数")))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Make the book."""
        from citygrid_plugin.services.map_book import make_map_book

        file = self.parameterAsFileOutput(parameters, "OUTPUT", context)
        sheets = make_map_book(
            Path(self.parameterAsFile(parameters, "WORKSPACE", context)),
            Path(file),
            level=self._levels[self.parameterAsEnum(parameters, "LEVEL", context)],
            dpi=self.parameterAsInt(parameters, "DPI", context),
            feedback=feedback,
        )
        return {"OUTPUT": file, "SHEETS": sheets}
