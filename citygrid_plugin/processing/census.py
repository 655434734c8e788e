"""The census as algorithms: photos, rule book, twins, comparison, map book, delivery."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFileDestination,
)

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.i18n import tr
from citygrid_plugin.processing.base import CitygridAlgorithm
from citygrid_plugin.processing.commands import CommandAlgorithm
from citygrid_plugin.processing.given import workspace_parameter
from citygrid_plugin.processing.options import WHO, Option, choices_of, table


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
    group_key = "census"
    dry_run = False
    options = (
        Option("FOLDER", Text("Folder of photos", "照片文件夹"), "folder", "", optional=False),
        Option("COMPONENT", Text("Component code (all show it)", "部件标识码（全部归属）")),
        WHO,
    )


class CheckComponents(CommandAlgorithm):
    """The rule book."""

    key = "checkcomponents"
    title = Text("Check components by the rule book", "按规则库检查部件")
    help = Text(
        "Judges components by the numbered rules of the book. Findings are kept in the workspace "
        "with state, who and when, and shown in the census dock with next, zoom and fix; what is "
        "not found again is closed. A rule with nothing to judge says so: no data is not clean.",
        "按编号规则检查部件。检查发现连同状态、人员与日期存入工作库，可在普查面板中逐条查看、缩放、修正；"
        "不再出现的自动关闭。无可检查数据的规则如实说明：无数据不等于无问题。",
    )
    command = ("census", "check")
    group_key = "census"
    options = (
        Option("RULES", Text("Rules or groups (all)", "规则或规则组（默认全部）"), "texts", "--rule"),
        Option("CHANGED", Text("Only what began since the last check", "仅检查上次检查以来的部件"),
               "flag"),
        Option("PROFILE", Text("Profile of the city (TOML)", "本市规则配置（TOML）"), "file",
               files="TOML (*.toml)", advanced=True),
        WHO,
        table(Text("Findings", "检查发现")),
    )  # fmt: skip


class FixComponents(CommandAlgorithm):
    """The safe fix of a rule."""

    key = "fixcomponents"
    title = Text("Apply a rule's safe fix", "执行规则的安全修正")
    help = Text(
        "Mends what a rule finds, where the rule knows a safe way; a dry run previews each value "
        "before and after.",
        "对有安全修正方法的规则，修正其检查发现；试运行可预览每处修正前后的值。",
    )
    command = ("census", "check")
    group_key = "census"
    options = (
        Option("RULE", Text("Rule (e.g. S07)", "规则（如 S07）"), "text", "--fix", optional=False),
        WHO,
        table(Text("Values before and after", "修正前后的值")),
    )  # fmt: skip


class FindTwins(CommandAlgorithm):
    """Components that were surveyed twice."""

    key = "findtwins"
    title = Text("Find components surveyed twice", "查找重复普查的部件")
    help = Text(
        "Lists pairs of one class within the class's radius, the surest first; with a score, merges "
        "all pairs that reach it: the younger code ends, both histories stay.",
        "列出同类且在该类判重半径内的部件对，最可信者在前；给出得分时合并达到该得分的全部疑似对："
        "较新的标识码终止，两者历史均保留。",
    )
    command = ("census", "twins")
    group_key = "census"
    options = (
        Option("MERGE_ABOVE", Text("Merge pairs of this score or more", "合并得分不低于此值的疑似对"),
               "number", least=0),
        Option("REASON", Text("Why", "理由")),
        WHO,
        table(Text("Pairs", "疑似重复对")),
    )  # fmt: skip


class CompareCensus(CommandAlgorithm):
    """Two censuses, without keys."""

    key = "comparecensus"
    title = Text("Compare two censuses", "比较两次普查")
    help = Text(
        "Tells what is new, gone, moved, changed and unchanged between two days of a workspace, or "
        "between it and another workspace or file, without relying on keys: components are paired "
        "so that all moves together are the least.",
        "比较工作库两个日期，或与另一工作库、文件之间的新增、消失、移位、变更与未变部件；"
        "不依赖主键，以总位移最小的方式配对。",
    )
    command = ("census", "compare")
    group_key = "census"
    dry_run = False
    options = (
        Option("OTHER", Text("Newer census: workspace or file", "新一次普查：工作库或文件"), "file", ""),
        Option("AT", Text("Day of the older state", "旧状态日期")),
        Option("OTHER_AT", Text("Day of the newer state", "新状态日期")),
        Option("REACH", Text("Farthest move (m)", "最大移动距离（米）"), "number", default=5.0,
               least=0, optional=False),
        Option("SAME", Text("Not moved within (m)", "视为未移动的距离（米）"), "number", default=0.5,
               least=0, optional=False),
        Option("MAPPING", Text("Mapping file (TOML)", "字段对照文件（TOML）"), "file", advanced=True),
        Option("CRS", Text("CRS of the file", "文件坐标系"), "crs", advanced=True),
        table(Text("Outcomes", "比较结果"), optional=False),
    )  # fmt: skip


class NotVisited(CommandAlgorithm):
    """What a round has not seen yet."""

    key = "notvisited"
    title = Text("Components not visited in a round", "复核批次中未复核的部件")
    help = Text(
        "Lists the components that a round of re-survey has given no outcome yet.",
        "列出复核批次中尚无结果的部件。",
    )
    command = ("census", "not-visited")
    group_key = "census"
    dry_run = False
    options = (
        Option("ROUND", Text("Round", "复核批次"), optional=False),
        table(Text("Not visited", "未复核部件"), optional=False),
    )  # fmt: skip


#: Levels of a map book.
_LEVELS = ("community", "street", "county")
_LEVEL = Option(
    "LEVEL", Text("A sheet for each", "分幅单位"), "choice", default=0, optional=False,
    choices=choices_of(CHOICES["area_level"], *_LEVELS),
)  # fmt: skip
_DPI = Option(
    "DPI", Text("Resolution (dots per inch)", "分辨率（每英寸点数）"), "whole", default=150, least=50,
    optional=False,
)  # fmt: skip


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
    group_key = "census"

    def flags(self) -> QgsProcessingAlgorithm.Flags:
        """Run in the main thread: layouts and projects belong there."""
        return super().flags() | QgsProcessingAlgorithm.Flag.FlagNoThreading

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare workspace, level, resolution and the file."""
        self.addParameter(workspace_parameter())
        for option in (_LEVEL, _DPI):
            self.addParameter(option.parameter())
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
        file = self.parameterAsFileOutput(parameters, "OUTPUT", context)
        sheets = _book(self, parameters, context, feedback, Path(file))
        return {"OUTPUT": file, "SHEETS": sheets}


def _book(
    algorithm: QgsProcessingAlgorithm,
    parameters: dict[str, Any],
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
    file: Path,
) -> int:
    from citygrid_plugin.services.map_book import make_map_book

    return make_map_book(
        Path(algorithm.parameterAsFile(parameters, "WORKSPACE", context)),
        file,
        level=_LEVELS[algorithm.parameterAsEnum(parameters, "LEVEL", context)],
        dpi=algorithm.parameterAsInt(parameters, "DPI", context),
        feedback=feedback,
    )


class DeliverCensus(CommandAlgorithm):
    """The delivery, with its map book."""

    key = "delivercensus"
    title = Text("Deliver a census", "普查成果交付")
    help = Text(
        "Writes a folder with the edition's own layers, field names, types and lengths, metadata, "
        "statistics, and the hash of each file; with a map book, one A3 sheet for each area. The "
        "folder must be new or empty.",
        "输出成果目录：标准版本规定的图层、字段名、类型与长度，元数据、统计表及各文件哈希；"
        "可附图集（逐区 A3 图幅）。目录须不存在或为空。",
    )
    command = ("census", "deliver")
    group_key = "census"
    dry_run = False
    options = (
        Option("FOLDER", Text("Folder of the delivery", "成果目录"), "new_folder", "",
               optional=False),
        Option("EDITION", Text("Edition of the standards", "标准版本"), advanced=True),
        Option("AT", Text("State of the day (date)", "该日的状态"), advanced=True),
    )  # fmt: skip

    def flags(self) -> QgsProcessingAlgorithm.Flags:
        """Run in the main thread: layouts and projects belong there."""
        return super().flags() | QgsProcessingAlgorithm.Flag.FlagNoThreading

    def declare(self) -> None:
        """Add the options, and those of the map book."""
        super().declare()
        book = Option("MAP_BOOK", Text("With a map book", "附图集"), "flag", default=True)
        for option in (book, _LEVEL, _DPI):
            self.addParameter(option.parameter())

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Make the book, then the delivery with it."""
        with tempfile.TemporaryDirectory(prefix="citygrid_") as folder:
            self._file = Path(folder) / "map_book.pdf"
            if self.parameterAsBool(parameters, "MAP_BOOK", context):
                _book(self, parameters, context, feedback, self._file)
            return super().work(parameters, context, feedback)

    def arguments(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[str]:
        """Return the options, and the book when it was made."""
        words = list(super().arguments(parameters, context))
        return [*words, "--book", str(self._file)] if self._file.is_file() else words


#: In the order of the work.
CENSUS: tuple[type[CitygridAlgorithm], ...] = (
    AttachPhotos, CheckComponents, FixComponents, FindTwins, NotVisited, CompareCensus, MapBook,
    DeliverCensus,
)  # fmt: skip
