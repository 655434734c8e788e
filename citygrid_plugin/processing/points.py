"""Points: their grid and areas, who answers for them, and how people would say where they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from qgis.core import QgsProcessing

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.i18n import language, tr
from citygrid_plugin.processing.given import (
    Given,
    field_parameter,
    layer_parameter,
    workspace_parameter,
)
from citygrid_plugin.processing.in_grids import codes_at, there
from citygrid_plugin.processing.layered import Columns, JoinAlgorithm
from citygrid_plugin.processing.options import RULES_OF, Option

if TYPE_CHECKING:
    import pandas as pd

_POLYGON = [QgsProcessing.SourceType.TypeVectorPolygon]


class LocatePoints(JoinAlgorithm):
    """The exact index of `citygrid_core.locate` on layers."""

    key = "locatepoints"
    title = Text("Locate points in grids", "点定位到单元网格")
    group_key = "places"
    output = Text("Located points", "已定位的点")
    numbers: ClassVar[Mapping[str, Text]] = {
        "OUTSIDE": Text("Points outside all grids", "网格之外的点数")
    }
    help = Text(
        "Gives each point the code of its unit grid and of its community, street and county. "
        "Each point gets exactly one grid: on a shared border the lowest code. A point outside "
        "all grids keeps empty codes and is counted.",
        "为每个点填入单元网格、社区、街道与区县代码。每点仅属一个网格：位于公共边界时取编码最小者；"
        "位于网格之外的点代码为空并计数。",
    )

    def declare(self) -> None:
        """Add the grids."""
        self.addParameter(layer_parameter("GRIDS", tr("Unit grids", "单元网格"), _POLYGON))
        self.addParameter(field_parameter("CODE", tr("Grid code", "网格代码字段"), "GRIDS"))

    def answers(self, given: Given) -> tuple[pd.DataFrame, Columns, dict[str, Any]]:
        """Locate."""
        import pandas as pd

        cells = given.frame("GRIDS", {given.text("CODE"): "code"})
        codes = codes_at(given.frame("POINTS", {}), cells)
        digits = {"grid_code": None, "community_code": 12, "street_code": 9, "county_code": 6}
        columns = {name: [c and c[:end] for c in codes] for name, end in digits.items()}
        outside = int(codes.isna().sum())
        if outside:
            given.feedback.pushWarning(
                tr(f"{outside} points lie outside all grids", f"{outside} 个点位于网格之外")
            )
        answer = pd.DataFrame(columns, index=codes.index, dtype=object)
        return answer, dict.fromkeys(digits, str), {"OUTSIDE": outside}


class ResolveDuties(JoinAlgorithm):
    """`citygrid_core.operations.lookup` on a layer of points."""

    key = "resolveduties"
    title = Text("Resolve duties of points", "点位责任判定")
    group_key = "places"
    output = Text("Points with duties", "责任判定结果")
    numbers: ClassVar[Mapping[str, Text]] = {
        "SEVERAL": Text("Several bodies", "多头"),
        "NONE": Text("Nobody", "空白"),
        "NEAR_BORDER": Text("Near a border", "近边界"),
    }
    help = Text(
        "Joins to each point its grid, areas and the departments that answer there for its "
        "class, by the duty rules of a workspace. Several claims or none are answers of their "
        "own (duty_outcome), never a guess; the reasons are written out. With an error of the "
        "positions each point also tells how far the border is beyond which another body "
        "answers, who that is, and how probable it is that the point lies there.",
        "按工作库的责任规则，为每个点填入网格、区划及其类别对应的责任部门。多头或无人负责均如实给出"
        "（duty_outcome），不作猜测，并写明依据。给出定位误差时，另填距责任边界的距离、另一侧的部门"
        "及点位实际位于另一侧的概率。",
    )
    options = (
        Option("CLASS", Text("Class of all points", "全部点的类别")),
        Option("KIND", Text("Kind of object", "对象"), "choice", default=0, optional=False,
               choices=CHOICES["object_kind"]),
        Option("ACCURACY", Text("Error of the positions (m); 0: exact", "定位误差（米），0 为精确"),
               "number", default=0.0, least=0, optional=False),
        RULES_OF,
    )  # fmt: skip
    names: ClassVar[Mapping[str, str]] = {"CLASS": "class_code", "KIND": "object_kind"}

    def declare(self) -> None:
        """Add workspace, field of the class and options."""
        self.addParameter(workspace_parameter())
        code = tr("Field with the class code", "类别代码字段")
        self.addParameter(field_parameter("CLASS_FIELD", code, "POINTS", None, optional=True))
        super().declare()

    def answers(self, given: Given) -> tuple[pd.DataFrame, Columns, dict[str, Any]]:
        """Resolve."""
        from citygrid_core.operations.lookup import lookup

        field, asked = given.text("CLASS_FIELD"), self.asked(given)
        asked["accuracy"] = asked["accuracy"] or None
        if field:
            asked.pop("class_code", None)
        points = there(given.frame("POINTS", {field: "class_code"} if field else {}))
        given.progress(tr("resolving", "判定"), 0, 1)
        with given.workspace() as workspace:
            answers = lookup(workspace, points, **asked)
        answers = answers.drop(columns="class_code", errors="ignore")
        numeric = {"border_m": float, "other_probability": float, "near_border": int}
        columns = {str(c): numeric.get(str(c), str) for c in answers}
        outcome = answers.get("duty_outcome")
        numbers = {
            "SEVERAL": 0 if outcome is None else int((outcome == "several").sum()),
            "NONE": 0 if outcome is None else int((outcome == "none").sum()),
            "NEAR_BORDER": int(answers["near_border"].sum()) if "near_border" in answers else 0,
        }
        return answers, columns, numbers


class ReverseGeocode(JoinAlgorithm):
    """`Gazetteer.reverse` on a layer of points."""

    key = "reversegeocode"
    title = Text("Say where points are", "点位描述（逆地理编码）")
    group_key = "places"
    output = Text("Described points", "带位置描述的点")
    numbers: ClassVar[Mapping[str, Text]] = {
        "UNKNOWN": Text("Points without a landmark near", "附近无已知地点的点数")
    }
    help = Text(
        "Says where each point is the way an operator would, by the gazetteer of a workspace: "
        "distance and direction from the nearest plate, place or crossing. Nothing is said "
        "where nothing known is within 300 m.",
        "按工作库的地名库，以坐席人员的说法描述每个点的位置，如“友谊路32号院东侧约20米”。"
        "300 米内无已知地点者留空。",
    )

    def declare(self) -> None:
        """Add the workspace."""
        self.addParameter(workspace_parameter())

    def answers(self, given: Given) -> tuple[pd.DataFrame, Columns, dict[str, Any]]:
        """Describe."""
        from citygrid_core.operations.geocode.gazetteer import gazetteer

        points = there(given.frame("POINTS", {}))
        with given.workspace() as workspace:
            given.progress(tr("reading the gazetteer", "读取地名库"), 0, 2)
            matcher = gazetteer(workspace)
            points = points.to_crs(workspace.crs)
        given.progress(tr("describing", "描述"), 1, 2)
        told = matcher.reverse(points.geometry.x.to_numpy(), points.geometry.y.to_numpy())
        told = told.set_axis(points.index)
        told["description"] = told[language()].replace("", None)
        told = told.rename(columns={"code": "place_code", "level": "place_level"})
        columns = {"description": str, "place_code": str, "place_level": str, "distance_m": float}
        return told, columns, {"UNKNOWN": int(told["description"].isna().sum())}
