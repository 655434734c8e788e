"""Field work as algorithms: packs out and back, samples, acceptance, progress."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
)

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.processing.commands import CommandAlgorithm, file_parameter, text_parameter


class MakePacks(CommandAlgorithm):
    """Field packs for the teams."""

    key = "makepacks"
    title = Text("Make field packs", "制作外业包")
    help = Text(
        "Divides the responsibility grids among teams, balanced by streets and components "
        "expected, and makes a folder for each: a GeoPackage, a project that QField opens, and "
        "codes of its own to give out offline.",
        "按责任网格划分作业（以街巷长度与预计部件数均衡），为每组生成目录：GeoPackage、QField "
        "可直接打开的工程，以及离线编码的专用号段。",
    )
    command = ("census", "pack")

    def declare(self) -> None:
        """Add folder, teams and lease."""
        self.addParameter(
            QgsProcessingParameterFolderDestination("FOLDER", tr("Folder of packs", "外业包目录"))
        )
        self.addParameter(
            QgsProcessingParameterNumber(
                "TEAMS", tr("Teams", "作业组数"), defaultValue=2, minValue=1
            )
        )
        self.addParameter(
            text_parameter(
                "UNTIL", tr("Codes are good until (YYYY-MM-DD)", "号段有效期止（YYYY-MM-DD）"),
                advanced=False,
            )
        )  # fmt: skip

    def arguments(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[str]:
        """Return folder and options."""
        return [
            self.parameterAsString(parameters, "FOLDER", context),
            "--teams", str(self.parameterAsInt(parameters, "TEAMS", context)),
            "--until", self.parameterAsString(parameters, "UNTIL", context),
        ]  # fmt: skip


class ReturnPack(CommandAlgorithm):
    """A field pack that comes back."""

    key = "returnpack"
    title = Text("Return a field pack", "回传外业包")
    help = Text(
        "Merges what a team brings back, field by field, with what the workspace holds now. "
        "What both changed becomes a conflict; the same pack again changes nothing.",
        "将外业成果逐字段与工作库合并；双方都改过的列为冲突。重复回传不作任何更改。",
    )
    command = ("census", "return")

    def declare(self) -> None:
        """Add the pack and the layer of conflicts."""
        self.addParameter(file_parameter("PACK", tr("pack.gpkg", "外业包 pack.gpkg"), "*.gpkg"))
        self.addParameter(
            QgsProcessingParameterFileDestination(
                "CONFLICTS", tr("Layer of conflicts", "冲突图层"), "GeoPackage (*.gpkg)",
                optional=True, createByDefault=False,
            )
        )  # fmt: skip

    def arguments(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[str]:
        """Return the pack and options."""
        words = [self.parameterAsFile(parameters, "PACK", context)]
        conflicts = self.parameterAsFileOutput(parameters, "CONFLICTS", context)
        return words + (["--conflicts", conflicts] if conflicts else [])


class SamplePlan(CommandAlgorithm):
    """What is inspected."""

    key = "sampleplan"
    title = Text("Draw a sample for the acceptance", "制定验收抽样方案")
    help = Text(
        "Draws components of every stratum, or whole units by the table of sample sizes, and "
        "writes the list to go out with. The same seed draws the same sample.",
        "按层抽取部件，或按样本量表抽取整个单元，并输出外业检查表；相同随机种子得到相同样本。",
    )
    command = ("census", "sample-plan")
    _designs = ("components", "units")
    _units = ("community", "sheet", "class")

    def declare(self) -> None:
        """Add design, unit, seed and the list."""
        for name, title, choice, values in (
            ("DESIGN", tr("Design", "抽样方式"), "sample_design", self._designs),
            ("BY", tr("Unit", "抽样单元"), "sample_unit", self._units),
        ):
            offered = [shown(CHOICES[choice][v]) for v in values]
            self.addParameter(QgsProcessingParameterEnum(name, title, offered, defaultValue=0))
        self.addParameter(
            QgsProcessingParameterNumber("SEED", tr("Random seed", "随机种子"), defaultValue=1)
        )
        self.addParameter(
            QgsProcessingParameterFileDestination(
                "OUTPUT", tr("Field list", "外业检查表"), "XLSX (*.xlsx);;CSV (*.csv)"
            )
        )

    def arguments(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[str]:
        """Return the options."""
        return [
            "--design", self._designs[self.parameterAsEnum(parameters, "DESIGN", context)],
            "--by", self._units[self.parameterAsEnum(parameters, "BY", context)],
            "--seed", str(self.parameterAsInt(parameters, "SEED", context)),
            "-o", self.parameterAsFileOutput(parameters, "OUTPUT", context), "--overwrite",
        ]  # fmt: skip


class AcceptCensus(CommandAlgorithm):
    """The acceptance report."""

    key = "acceptcensus"
    title = Text("Judge a census by its sample", "普查成果验收")
    help = Text(
        "Takes in the list filled in, and writes the report: defect rate with its interval, "
        "position accuracy by class, completeness, everything needed to sign.",
        "录入填好的检查表并输出验收报告：差错率及置信区间、分等级位置精度、完整率与签字所需内容。",
    )
    command = ("census", "accept")
    dry_run = False

    def declare(self) -> None:
        """Add the plan, its results and the report."""
        self.addParameter(text_parameter("PLAN", tr("Plan", "抽样方案编号"), advanced=False))
        files = "*.xlsx *.csv"
        self.addParameter(
            file_parameter("RESULTS", tr("List filled in", "填好的检查表"), files, optional=True)
        )
        for name, title in (
            ("CHECK_POINTS", tr("Check points", "位置检测点")),
            ("SECOND_SURVEY", tr("Second survey", "独立复查数据")),
        ):
            self.addParameter(
                QgsProcessingParameterFile(
                    name, title, QgsProcessingParameterFile.Behavior.File, optional=True
                )
            )
        self.addParameter(
            QgsProcessingParameterFileDestination(
                "OUTPUT", tr("Report", "验收报告"), "PDF (*.pdf);;HTML (*.html);;XLSX (*.xlsx)"
            )
        )

    def arguments(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[str]:
        """Return plan and options."""
        words = [self.parameterAsString(parameters, "PLAN", context)]
        for option in ("RESULTS", "CHECK_POINTS", "SECOND_SURVEY"):
            value = self.parameterAsFile(parameters, option, context)
            words += ["--" + option.lower().replace("_", "-"), value] if value else []
        output = self.parameterAsFileOutput(parameters, "OUTPUT", context)
        return [*words, "-o", output, "--overwrite"]


class CensusProgress(CommandAlgorithm):
    """Grids done and not done."""

    key = "censusprogress"
    title = Text("Progress of the census", "普查进度")
    help = Text(
        "Writes each unit grid with what is expected, what was visited and its state; the log "
        "has pace, findings and the finishing day.",
        "输出各单元网格的预计数、完成数与状态；日志给出人均效率、未处理问题与预计完工日期。",
    )
    command = ("census", "progress")
    dry_run = False

    def declare(self) -> None:
        """Add the first day and the layer."""
        self.addParameter(
            text_parameter(
                "SINCE", tr("First day (YYYY-MM-DD)", "普查起始日（YYYY-MM-DD）"), advanced=False
            )
        )
        self.addParameter(
            QgsProcessingParameterFileDestination(
                "OUTPUT", tr("Grids", "网格进度"), "GeoPackage (*.gpkg);;GeoJSON (*.geojson)"
            )
        )

    def arguments(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[str]:
        """Return the options."""
        return [
            "--since", self.parameterAsString(parameters, "SINCE", context),
            "-o", self.parameterAsFileOutput(parameters, "OUTPUT", context), "--overwrite",
        ]  # fmt: skip


#: In the order of the work.
FIELDWORK: tuple[type[CommandAlgorithm], ...] = (
    MakePacks, ReturnPack, CensusProgress, SamplePlan, AcceptCensus,
)  # fmt: skip
