"""Heat as algorithms: counts and rates, hot spots, how they came about, when cases come, surfaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from qgis.core import QgsProcessing, QgsWkbTypes

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.i18n import tr
from citygrid_plugin.processing.base import CitygridAlgorithm
from citygrid_plugin.processing.commands import CommandAlgorithm
from citygrid_plugin.processing.given import Given, field_parameter, layer_parameter
from citygrid_plugin.processing.grids import LayerNotMetric
from citygrid_plugin.processing.in_grids import codes_at, there
from citygrid_plugin.processing.layered import AskAlgorithm, Columns, JoinAlgorithm
from citygrid_plugin.processing.options import WHO, Option

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from citygrid_core.report import Report
    from citygrid_core.workspace import Workspace

_HECTARE = 10_000.0
_CSV = "CSV (*.csv)"
#: Which cases, as every command of heat takes it.
SELECTION = (
    Option("KIND", Text("Components or events", "部件或事件"), "choice", "--kind",
           choices=CHOICES["object_kind"]),
    Option("CLASS", Text("Class or beginning of its code", "类别代码或其前缀"), flag="--class"),
    Option("SOURCE", Text("Source", "问题来源"), "choice", "--source",
           choices=CHOICES["case_source"]),
    Option("FROM", Text("First day (YYYY-MM-DD)", "起始日（YYYY-MM-DD）"), flag="--from"),
    Option("TO", Text("Last day (YYYY-MM-DD)", "截止日（YYYY-MM-DD）"), flag="--to"),
)  # fmt: skip
#: Whose day's grids.
GRIDS = (
    Option("AT", Text("Grids of the day (YYYY-MM-DD)", "网格日期（YYYY-MM-DD）"), advanced=True),
    Option("RECOUNT", Text("Count by the cases' points on these grids", "按案件点位在该套网格上重新计数"),
           "flag", advanced=True),
)  # fmt: skip
_BASES = (
    Option("RESIDENTS", Text("Residents (CSV: grid_code, residents)",
                             "人口（CSV：grid_code, residents）"), "file", files=_CSV, advanced=True),
    Option("TRACKS", Text("Tracks of collectors (CSV: collector, at, x, y)",
                          "采集员轨迹（CSV：collector, at, x, y）"), "file", files=_CSV, advanced=True),
)  # fmt: skip
_FALSE_SHARE = Option(
    "FALSE_SHARE", Text("Accepted share of false findings", "可接受的错误发现率"), "number",
    default=0.05, least=0, optional=False,
)  # fmt: skip
PERIOD = Option(
    "PERIOD", Text("Instead of days: 2026-10, 2026-W41, …",
                   "统计期（代替起止日期）：2026-10、2026-W41 等"),
)  # fmt: skip
SEED = Option(
    "SEED", Text("Random seed", "随机种子"), "whole", default=0, optional=False, advanced=True
)


class HeatPerGrid(JoinAlgorithm):
    """Cases of a layer of points counted per grid."""

    key = "heatpergrid"
    title = Text("Cases per grid", "网格案件计数")
    group_key = "heat"
    layer = ("GRIDS", Text("Unit grids", "单元网格"), [QgsProcessing.SourceType.TypeVectorPolygon])
    output = Text("Heat", "案件热力")
    numbers: ClassVar[Mapping[str, Text]] = {
        "OUTSIDE": Text("Cases outside all grids", "网格之外的案件数")
    }
    help = Text(
        "Counts points in unit grids: number and rate in cases per hectare. Each point counts "
        "once: on a shared border for the lowest code. Points outside all grids are reported.",
        "统计各单元网格内的点数及密度（件/公顷）。每点只计一次：位于公共边界时归编码最小的网格；"
        "网格之外的点数另行报告。",
    )

    def declare(self) -> None:
        """Add the cases and the field of the code."""
        points = [QgsProcessing.SourceType.TypeVectorPoint]
        self.addParameter(layer_parameter("CASES", tr("Cases", "案件点"), points))
        self.addParameter(field_parameter("CODE", tr("Grid code", "网格代码字段"), "GRIDS"))

    def answers(self, given: Given) -> tuple[pd.DataFrame, Columns, dict[str, Any]]:
        """Count."""
        import pandas as pd

        from citygrid_core.heat import count

        layer = given.source("GRIDS")
        if layer.sourceCrs().isGeographic():
            raise LayerNotMetric(layer.sourceName(), layer.sourceCrs().authid())
        cells = given.frame("GRIDS", {given.text("CODE"): "code"})
        cases = there(given.frame("CASES", {}))
        codes = codes_at(cases, cells).fillna("")
        counts = count(cases.assign(grid_code=codes), by=("grid_code",))
        number = counts.set_index("grid_code")["cases"]
        area = cells.geometry.area / _HECTARE
        held = cells["code"].map(number).fillna(0).astype(int)
        answer = pd.DataFrame({"cases": held, "cases_per_ha": held / area.where(area > 0)})
        outside = int(number.get("", 0))
        if outside:
            given.feedback.pushWarning(
                tr(f"{outside} cases lie outside all grids", f"{outside} 个案件位于网格之外")
            )
        return answer, {"cases": int, "cases_per_ha": float}, {"OUTSIDE": outside}


class AskHeat(AskAlgorithm):
    """Asks one operation on the heat of a workspace; its rows become grids with columns.

    The numbers are those of the report, by their names in small letters.
    """

    group_key = "heat"
    kind = QgsWkbTypes.Type.MultiPolygon
    names: ClassVar[Mapping[str, str]] = {
        "KIND": "object_kind", "CLASS": "class_code", "FROM": "from_day", "TO": "to_day",
    }  # fmt: skip

    def ask(self, workspace: Workspace, **asked: Any) -> tuple[Report, pd.DataFrame]:
        """Call the operation; return its report and rows with the columns of this algorithm."""
        raise NotImplementedError

    def shaped(
        self, rows: pd.DataFrame, workspace: Workspace, at: str | None
    ) -> tuple[pd.DataFrame, Any]:
        """Return the rows that come out and their geometries: those of the grids of the day."""
        shapes = workspace.read("grids", at=at, columns=["code"]).set_index("code").geometry
        mine = rows[rows["grid_code"].isin(shapes.index)]
        return mine, shapes.reindex(mine["grid_code"]).to_numpy()

    def rows(self, given: Given) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
        """Ask, warn of what the report warns of; a column that the answer lacks is empty."""
        import geopandas as gpd

        asked = self.asked(given)
        with given.workspace() as workspace:
            report, answer = self.ask(workspace, **asked)
            rows, geometry = self.shaped(answer, workspace, asked.get("at"))
            crs = workspace.crs
        given.warn((*report.problems, *report.cautions))
        lacking = {name: None for name in self.columns if name not in rows}
        numbers = {name: int(report.details[name.lower()]) for name in self.numbers}
        return gpd.GeoDataFrame(rows.assign(**lacking), geometry=geometry, crs=crs), numbers


class HeatTable(AskHeat):
    """`citygrid heat table` as a layer."""

    key = "heattable"
    title = Text("Heat of a workspace", "工作库案件热力")
    output = Text("Heat", "案件热力")
    options = (
        *SELECTION,
        PERIOD, *_BASES, *GRIDS,
    )  # fmt: skip
    columns: ClassVar[Columns] = {
        "rank": int, "grid_code": str, "cases": int, "weak": int, "weak_share": float,
        "area_m2": float, "per_hectare": float, "per_hectare_smoothed": float,
        "components": float, "per_100_components": float, "per_100_components_smoothed": float,
        "residents": float, "per_1000_residents": float, "per_1000_residents_smoothed": float,
        "patrol_hours": float, "per_patrol_hour": float, "per_patrol_hour_smoothed": float,
        "cases_before": int, "ratio_before": float, "low_before": float, "high_before": float,
        "cases_year_before": int, "ratio_year_before": float, "low_year_before": float,
        "high_year_before": float,
    }  # fmt: skip
    numbers: ClassVar[Mapping[str, Text]] = {
        "CASES": Text("Cases", "案件数"),
        "WITHOUT_GRID": Text("Cases without a grid", "未落入网格的案件数"),
        "WEAK": Text("Cases in uncertain places", "位置存疑的案件数"),
    }
    help = Text(
        "Cases of each grid with rates per hectare, 100 components, 1,000 residents and hour of "
        "patrol (where the base is given), each beside its empirical-Bayes estimate; with a "
        "period also the period before and last year, with ratio and 95 % interval. The log warns "
        "of weak geocoding and of reports that follow patrols.",
        "各网格案件数，及每公顷、每百个部件、每千人、每巡查小时的比率（给出相应基数时），并列经验贝叶斯"
        "平滑值；给出统计期时另列上期与上年同期及其倍数与 95% 区间。定位可靠性不足、上报随巡查变化时日志予以提示。",
    )

    def ask(self, workspace: Workspace, **asked: Any) -> tuple[Report, pd.DataFrame]:
        """Count."""
        from citygrid_core.operations.heat.tables import heat_table

        report, frame = heat_table(workspace, **asked)
        return report, frame[frame["status"] == "valid"]


_SPOTS = {
    "HOT": Text("Hot spots", "热点数"),
    "COLD": Text("Cold spots", "冷点数"),
}


class HeatHotspots(AskHeat):
    """`citygrid heat hotspots` as a layer."""

    key = "heathotspots"
    title = Text("Significant hot and cold spots", "显著冷热点")
    output = Text("Hot and cold spots", "冷热点")
    options = (
        *SELECTION,
        Option("RATE", Text("What is judged (a column of the heat)", "分析指标（热力表中的列）"),
               default="per_hectare"),
        Option("INFERENCE", Text("Inference", "推断方式"), "choice", default=0, optional=False,
               choices={"analytic": Text("analytic", "解析"),
                        "permutation": Text("permutations", "置换检验")}),
        Option("PERMUTATIONS", Text("Number of permutations", "置换次数"), "whole", default=999,
               least=99, optional=False, advanced=True),
        SEED, _FALSE_SHARE, *_BASES, *GRIDS,
    )  # fmt: skip
    columns: ClassVar[Columns] = {
        "grid_code": str, "cases": int, "weak_share": float, "value": float, "z": float,
        "p": float, "q": float, "spot": str, "moran": float, "p_moran": float, "q_moran": float,
        "cluster": str,
    }  # fmt: skip
    numbers: ClassVar[Mapping[str, Text]] = _SPOTS
    help = Text(
        "Getis-Ord Gi* and local Moran of each grid with its neighbours; p two-sided, q after "
        "false discovery control (Benjamini and Hochberg): of the grids marked at most the "
        "accepted share is expected to be chance.",
        "对各网格及其邻格计算 Getis-Ord Gi* 与局部 Moran；p 为双侧，q 经错误发现率校正"
        "（Benjamini-Hochberg）：所标网格中预计误判比例不超过设定值。",
    )

    def ask(self, workspace: Workspace, **asked: Any) -> tuple[Report, pd.DataFrame]:
        """Judge."""
        from citygrid_core.operations.heat.tables import heat_hotspots

        report, frame = heat_hotspots(workspace, **asked)
        return report, frame.rename(columns={report.details["rate"]: "value"})


class HeatPatterns(AskHeat):
    """`citygrid heat patterns` as a layer."""

    key = "heatpatterns"
    title = Text("How hot spots came about", "热点演变")
    output = Text("Patterns", "热点演变")
    options = (
        *SELECTION,
        Option("STEP", Text("Length of one time", "时间步长"), "choice", default=2, optional=False,
               choices={"day": Text("day", "日"), "week": Text("week", "周"),
                        "month": Text("month", "月")}),
        _FALSE_SHARE,
        Option("FALSE_ALARMS", Text("Probability of an alarm without a change", "无变化时误报的概率"),
               "number", default=0.01, least=0, optional=False, advanced=True),
        *GRIDS,
    )  # fmt: skip
    columns: ClassVar[Columns] = {
        "grid_code": str, "cases": int, "last_cases": int, "spot": str, "pattern": str,
        "hot_times": int, "cold_times": int, "z": float, "q": float, "tau": float,
        "trend_p": float, "trend_q": float, "streak": int, "longest": int,
        "last_expected": float, "last_p": float, "alarm": int,
    }  # fmt: skip
    numbers: ClassVar[Mapping[str, Text]] = {"ALARMS": Text("Alarms", "预警数")}
    help = Text(
        "New, consecutive, intensifying, persistent, diminishing, oscillating, sporadic and "
        "historical hot and cold spots over whole days, weeks or months; trend, streak, and "
        "alarms of the last time against the grid's own history at a stated false-alarm rate.",
        "按整日、整周或整月判断新增、连续、加剧、持续、减弱、摆动、零星与历史冷热点；给出趋势、连续期数，"
        "以及最近一期相对网格自身历史的预警（误报率已声明）。",
    )

    def ask(self, workspace: Workspace, **asked: Any) -> tuple[Report, pd.DataFrame]:
        """Find."""
        from citygrid_core.operations.heat.patterns import heat_patterns

        return heat_patterns(workspace, **asked)


class UpdateHeat(CommandAlgorithm):
    """`citygrid heat update`."""

    key = "updateheat"
    title = Text("Update the heat of a workspace", "更新案件热力")
    command = ("heat", "update")
    group_key = "heat"
    help = Text(
        "Brings the counts of cases per grid, class, source, day and hour in step with the cases, at "
        "the price of what changed.",
        "按案件更新各网格、类别、来源、日期与小时的计数，只处理有变化的部分。",
    )
    options = (
        Option("REBUILD", Text("Count all cases anew", "全部重新计数"), "flag", advanced=True),
        WHO,
    )


class HeatSurface(CommandAlgorithm):
    """`citygrid heat surface`."""

    key = "heatsurface"
    title = Text("Density surface of cases", "案件密度面")
    command = ("heat", "surface")
    group_key = "heat"
    dry_run = False
    help = Text(
        "Kernel density of the cases within the city's outline, in cases per hectare, with a "
        "radius in metres and a correction at the border; a GeoTIFF that names unit, radius, "
        "kernel and selection, and contours.",
        "在城市轮廓内计算案件核密度（件/公顷），半径以米计并作边界校正；输出注明单位、半径、核函数与"
        "选取条件的 GeoTIFF 及等值线。",
    )
    options = (
        *SELECTION,
        Option("RADIUS", Text("Radius (m)", "影响半径（米）"), "number", default=300.0, least=1,
               optional=False),
        Option("CELL", Text("Side of a cell (m)", "像元边长（米）"), "number", default=10.0, least=0.5,
               optional=False),
        Option("KERNEL", Text("Kernel", "核函数"), "choice", default=0, optional=False, advanced=True,
               choices={"quartic": Text("quartic", "四次"), "gaussian": Text("Gaussian", "高斯")}),
        Option("EDGE", Text("Correction at the border", "边界校正"), "choice", default=0,
               optional=False, advanced=True,
               choices={"uniform": Text("uniform", "均匀校正"),
                        "conserve": Text("conserve the number of cases", "保持案件总数"),
                        "none": Text("none", "不校正")}),
        Option("WEIGHT", Text("What a case counts", "案件权重"), "choice", default=0,
               optional=False, advanced=True,
               choices={"none": Text("one", "各计一件"),
                        "probability": Text("the probability of its place", "按定位可信度")}),
        Option("AT", Text("Outline of the day (YYYY-MM-DD)", "城市轮廓日期（YYYY-MM-DD）"),
               advanced=True),
        Option("CONTOURS", Text("Contours", "等值线"), "output",
               files="GeoPackage (*.gpkg);;GeoJSON (*.geojson)"),
        Option("BANDS", Text("Areas between contours", "等值面代替等值线"), "flag", advanced=True),
        Option("PLAIN_TIFF", Text("Plain GeoTIFF, no COG", "普通 GeoTIFF（不作云优化）"), "flag",
               "--plain-tiff", advanced=True),
        Option("OUTPUT", Text("Surface", "密度面"), "raster", "-o", optional=False,
               then=("--overwrite",)),
    )  # fmt: skip


#: In the order of the work.
HEAT: tuple[type[CitygridAlgorithm], ...] = (
    UpdateHeat, HeatTable, HeatHotspots, HeatPatterns, HeatSurface, HeatPerGrid,
)  # fmt: skip
