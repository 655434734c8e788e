"""Imports into a workspace: one algorithm for each register."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingParameterCrs,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFileDestination,
)

from citygrid_core.errors import Text
from citygrid_plugin.i18n import tr
from citygrid_plugin.processing.commands import CommandAlgorithm, file_parameter, text_parameter

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
_HOW = Text(
    "\n\nCSV, TSV, XLSX, GeoPackage, Shapefile or GeoJSON. Encoding, header and codes that lost "
    "their leading zeros are recognised; a mapping file (TOML) ties other columns to ours. Rows "
    "that can't be used are written to the file of rejects with their reasons. One import is one "
    "transaction: cancelled or killed it changes nothing, and importing the same file again "
    "changes nothing.",
    "\n\n可读 CSV、TSV、XLSX、GeoPackage、Shapefile、GeoJSON。"
    "自动识别编码、表头及丢失前导零的代码；字段对照文件（TOML）可将来源字段对应到标准字段。不能入库的记录连同原因写入退回文件。"
    "一次导入即一个事务：取消或中断不作任何更改，重复导入同一文件也不作任何更改。",
)


class ImportAlgorithm(CommandAlgorithm):
    """One file into one register."""

    group_key = "import"
    what: Text

    def shortHelpString(self) -> str:
        """Return what is imported, then what all imports have in common."""
        return tr(self.what.en + _HOW.en, self.what.zh + _HOW.zh)

    def declare(self) -> None:
        """Add the file and how to read it."""
        self.addParameter(
            file_parameter(
                "FILE",
                tr("File", "文件"),
                tr("Tables and layers", "表格与图层")
                + " (*.csv *.tsv *.txt *.xlsx *.xls *.gpkg *.shp *.geojson *.json)",
            )
        )
        mapping = tr("Mapping file (TOML)", "字段对照文件（TOML）")
        self.addParameter(file_parameter("MAPPING", mapping, "TOML (*.toml)", optional=True))
        self.addParameter(text_parameter("LAYER", tr("Layer or sheet", "图层或工作表")))
        advanced = QgsProcessingParameterDefinition.Flag.FlagAdvanced
        crs = QgsProcessingParameterCrs("CRS", tr("CRS of the file", "文件坐标系"), optional=True)
        datum = QgsProcessingParameterEnum(
            "DATUM", tr("Datum of the coordinates", "坐标基准"), DATUMS, optional=True
        )
        for parameter in (crs, datum):
            parameter.setFlags(parameter.flags() | advanced)
            self.addParameter(parameter)
        self.addParameter(text_parameter("AT", tr("Valid from (date)", "起始日期")))
        self.addParameter(text_parameter("WHO", tr("Who, for the journal", "操作人（记入日志）")))
        self.addParameter(
            QgsProcessingParameterFileDestination(
                "REJECTS", tr("Rejected rows", "退回文件"), "CSV (*.csv)", optional=True
            )
        )

    def arguments(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[str]:
        """Return file and options."""
        words = [self.parameterAsFile(parameters, "FILE", context)]
        options = {
            "--mapping": self.parameterAsFile(parameters, "MAPPING", context),
            "--layer": self.parameterAsString(parameters, "LAYER", context),
            "--at": self.parameterAsString(parameters, "AT", context),
            "--who": self.parameterAsString(parameters, "WHO", context),
            "--rejects": self.parameterAsFileOutput(parameters, "REJECTS", context),
        }
        crs = self.parameterAsCrs(parameters, "CRS", context)
        options["--crs"] = crs.authid() if crs.isValid() else ""
        if parameters.get("DATUM") is not None:
            options["--datum"] = DATUMS[self.parameterAsEnum(parameters, "DATUM", context)]
        for option, value in options.items():
            if value:
                words += [option, value]
        return words


class ImportComponents(ImportAlgorithm):
    """Components of a census."""

    key = "importcomponents"
    title = Text("Import components", "部件入库")
    command = ("census", "import")
    what = Text(
        "Imports surveyed components: their classes are recognised, their codes minted, grid and "
        "areas located, departments filled in by the duty rules.",
        "导入普查部件：识别类别、编制标识码、定位网格与区划，并按责任规则填入部门。",
    )


class ImportCases(ImportAlgorithm):
    """Cases."""

    key = "importcases"
    title = Text("Import cases", "案件入库")
    command = ("cases", "import")
    what = Text(
        "Imports cases. A case with coordinates is located; one with an address only is "
        "matched against the gazetteer, and a weak match stays marked as weak.",
        "导入案件：有坐标者直接定位；只有地址者与地名库匹配，可信度不足的保留标记。",
    )


class ImportDepartments(ImportAlgorithm):
    """Departments."""

    key = "importdepartments"
    title = Text("Import departments", "部门入库")
    command = ("departments", "import")
    what = Text(
        "Imports the register of departments, named by their social credit codes.",
        "导入部门名录，以统一社会信用代码标识。",
    )


class ImportDuties(ImportAlgorithm):
    """Duty rules."""

    key = "importduties"
    title = Text("Import duty rules", "责任规则入库")
    command = ("duties", "import")
    what = Text(
        "Imports duty rules: who answers where, for which class, in which role, and by which "
        "document.",
        "导入责任规则：何处、何类、何种角色由谁负责，依据何文件。",
    )


class ImportGazetteer(ImportAlgorithm):
    """Places."""

    key = "importgazetteer"
    title = Text("Import places", "地名入库")
    command = ("gazetteer", "import")
    what = Text(
        "Imports places that addresses are matched against: streets, door plates, points of "
        "interest, zones.",
        "导入地名库，即地址匹配的依据：街巷、门（楼）牌、兴趣点、地片。",
    )
