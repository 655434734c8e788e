"""Imports into a workspace: one algorithm for each register."""

from __future__ import annotations

from citygrid_core.errors import Text
from citygrid_plugin.i18n import tr
from citygrid_plugin.processing.commands import CommandAlgorithm
from citygrid_plugin.processing.options import WHO, Option

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
_FILES = "(*.csv *.tsv *.txt *.xlsx *.xls *.gpkg *.shp *.geojson *.json)"
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


#: What every import is asked for.
OPTIONS = (
    Option(
        "FILE", Text("File", "文件"), "file", "", optional=False,
        files=Text(f"Tables and layers {_FILES}", f"表格与图层 {_FILES}"),
    ),
    Option(
        "MAPPING", Text("Mapping file (TOML)", "字段对照文件（TOML）"), "file",
        files="TOML (*.toml)",
    ),
    Option("LAYER", Text("Layer or sheet", "图层或工作表"), advanced=True),
    Option("CRS", Text("CRS of the file", "文件坐标系"), "crs", advanced=True),
    Option(
        "DATUM", Text("Datum of the coordinates", "坐标基准"), "choice", advanced=True,
        choices={name: Text(name, name) for name in DATUMS},
    ),
    Option("AT", Text("Valid from (date)", "起始日期"), advanced=True),
    WHO,
    Option(
        "REJECTS", Text("Rejected rows", "退回文件"), "output",
        files="CSV (*.csv)",
    ),
)  # fmt: skip


class ImportAlgorithm(CommandAlgorithm):
    """One file into one register."""

    group_key = "import"
    what: Text
    options = OPTIONS

    def shortHelpString(self) -> str:
        """Return what is imported, then what all imports have in common."""
        return tr(self.what.en + _HOW.en, self.what.zh + _HOW.zh)


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
    options = (
        *OPTIONS,
        Option("SOURCE", Text("Name of the source", "来源名称"), advanced=True),
        Option(
            "FROM_EDITION", Text("Edition of the file's class codes", "文件类别代码所属版本"),
            advanced=True,
        ),
        Option(
            "PROPOSALS",
            Text("Proposals for classes and bodies not matched", "未匹配类别与部门的建议表"),
            "output", files="CSV (*.csv)", advanced=True,
        ),
    )  # fmt: skip


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
