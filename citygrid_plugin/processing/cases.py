"""Cases as algorithms: taken in, dispatched, advanced, queued, linked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from qgis.core import QgsWkbTypes

from citygrid_core.cases.clock import LIGHTS
from citygrid_core.errors import Text
from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.processing.commands import CommandAlgorithm
from citygrid_plugin.processing.given import Given
from citygrid_plugin.processing.imports import ImportAlgorithm
from citygrid_plugin.processing.layered import AskAlgorithm, Columns
from citygrid_plugin.processing.options import WHO, Option, table

if TYPE_CHECKING:
    import geopandas as gpd

_AT = Option(
    "AT", Text("Moment (YYYY-MM-DD HH:MM), now when open", "时间（YYYY-MM-DD HH:MM），默认当前")
)
_NUMBERS = Option("NUMBERS", Text("Case numbers", "案卷号"), "texts", "")
_KIND = Option("KIND", Text("Components or events", "部件或事件"), "choice",
               choices=CHOICES["object_kind"])  # fmt: skip
_SOURCE = Option("SOURCE", Text("Source", "问题来源"), "choice", choices=CHOICES["case_source"])
_STAGE = Option("STAGE", Text("Stage", "阶段"), "choice", choices=CHOICES["case_stage"])
_LIGHT = Option("LIGHT", Text("Light", "灯色"), "choice", choices=LIGHTS)
_REPORTED = (
    Option("SINCE", Text("Reported from then on", "起始上报时间")),
    Option("UNTIL", Text("Reported before then", "截止上报时间")),
)


class ImportLimits(ImportAlgorithm):
    """Time limits."""

    key = "importlimits"
    title = Text("Import time limits", "办理时限入库")
    command = ("cases", "limits")
    what = Text(
        "Imports limits by stage, kind, class, condition and area class.",
        "导入办理时限：环节、对象、类别、情形、区域类别 → 时限与单位。",
    )


class ImportWorkDays(ImportAlgorithm):
    """The city's own days of work and rest."""

    key = "importworkdays"
    title = Text("Import days of work and rest", "工作日历入库")
    command = ("cases", "calendar")
    what = Text(
        "Imports days that are worked or not, beside the built-in holidays.",
        "导入内置节假日之外的上班日与休息日。",
    )


class TakeCaseIn(CommandAlgorithm):
    """One report becomes a case."""

    key = "takecasein"
    title = Text("Take one report in", "受理一个问题")
    group_key = "cases"
    command = ("cases", "intake")
    help = Text(
        "Tells grid, areas, who answers, the limit, twins and components near by, what contradicts "
        "itself, and stores the case with its number and log in one transaction. A dry run tells only.",
        "给出网格、区划、责任部门、时限、附近相似案件与部件及矛盾之处，并在一个事务中编号入库；试运行仅查看。",
    )
    options = (
        Option("CLASS", Text("Class: code or name", "类别代码或名称"), optional=False),
        _KIND,
        Option("POINT", Text("X,Y in the workspace's CRS", "工作库坐标系中的 X,Y")),
        Option("ADDRESS", Text("Address, when there is no point", "地址（无坐标时）")),
        Option("COMPONENT", Text("Component code", "部件标识码")),
        Option("GRID", Text("Grid that was told", "所报网格编码"), advanced=True),
        _SOURCE,
        Option("DESCRIPTION", Text("What is wrong", "问题描述")),
        Option("REPORTED", Text("Moment of the report", "上报时间")),
        Option("REGISTER", Text("Register it at once", "同时立案"), "flag"),
        Option("TWIN_OF", Text("It repeats this case", "重复于案卷")),
        _AT,
        WHO,
    )


class RegisterCases(CommandAlgorithm):
    """Cases are registered."""

    key = "registercases"
    title = Text("Register cases", "立案")
    group_key = "cases"
    command = ("cases", "register")
    help = Text(
        "Registers cases; what may not be registered is refused with the steps that are legal.",
        "对案件立案；不可立案者退回并列出可执行的操作。",
    )
    options = (
        Option("NUMBERS", Text("Case numbers", "案卷号"), "texts", "", optional=False),
        _AT,
        WHO,
    )


class AdvanceCases(CommandAlgorithm):
    """Steps that a file lists."""

    key = "advancecases"
    title = Text("Advance cases by a file of steps", "按操作表办理案件")
    group_key = "cases"
    command = ("cases", "advance")
    help = Text(
        "Does the steps that a file lists (number, step, at, who, reason, department_code, until, "
        "document), all that are legal in one transaction; the others go to the file of rejects.",
        "执行操作表所列操作（案卷号、操作、时间、操作人、原因、部门代码、期限、文号），合规者同一事务入库，其余写入退回文件。",
    )
    options = (
        Option("FILE", Text("File of steps", "操作表"), "file", "", optional=False,
               files=Text("Tables (*.csv *.tsv *.xlsx)", "表格 (*.csv *.tsv *.xlsx)")),
        Option("REJECTS", Text("Refused steps", "退回文件"), "output", files="CSV (*.csv)"),
        WHO,
    )  # fmt: skip


class AdvanceOneStep(CommandAlgorithm):
    """One step of some cases."""

    key = "stepofcases"
    title = Text("Do one step on cases", "对案件执行一项操作")
    group_key = "cases"
    command = ("cases", "advance")
    help = Text(
        "Does one step (handle, check, close, delay …) on each of some cases; one that is not legal "
        "is refused with those that are.",
        "对若干案件执行同一操作（处置反馈、核查、结案、延期……）；不合规者退回并列出可执行的操作。",
    )
    options = (
        Option("NUMBERS", Text("Case numbers", "案卷号"), "texts", "", optional=False),
        Option("STEP", Text("Step", "操作名"), optional=False),
        Option("REASON", Text("Why", "原因")),
        Option("TO", Text("Department code", "部门代码")),
        Option("UNTIL", Text("New deadline or end", "新期限或截止")),
        Option("DOCUMENT", Text("Document number", "文号"), advanced=True),
        _AT,
        WHO,
    )


class DispatchCases(CommandAlgorithm):
    """Who should handle cases."""

    key = "dispatchcases"
    title = Text("Propose and dispatch cases", "案件派遣建议与派遣")
    group_key = "cases"
    command = ("cases", "dispatch")
    help = Text(
        "Proposes a body for cases, or for all that wait, with reasons and confidence. Sends those "
        "that are clear when asked to; the rest are listed with their candidates.",
        "为案件（默认全部待派遣案件）建议承办部门，给出理由与可信度；可自动派遣明确的案件，其余列出候选部门。",
    )
    options = (
        _NUMBERS,
        Option("TO", Text("Send all to this department", "全部派往该部门代码")),
        Option("AUTO", Text("Send what is clear", "自动派遣明确的案件"), "flag"),
        _AT,
        WHO,
        table(Text("Proposals", "派遣建议")),
    )


class OverdueCases(CommandAlgorithm):
    """Which cases are late."""

    key = "overduecases"
    title = Text("Cases by light", "超期与将超期案件")
    group_key = "cases"
    command = ("cases", "overdue")
    dry_run = False
    help = Text(
        "Lists cases that departments were handling at a moment, by the share of their limit that is "
        "used: green, yellow, red.",
        "列出某一时点部门处置中的案件及其已用时限比例：绿灯、黄灯、红灯。",
    )
    options = (
        _AT,
        _LIGHT,
        Option("DEPARTMENT", Text("Department code", "部门代码")),
        table(Text("Cases", "案件表"), optional=False),
    )  # fmt: skip


class BouncedCases(CommandAlgorithm):
    """Cases that were sent back."""

    key = "bouncedcases"
    title = Text("Bounces of cases", "回退案件分析")
    group_key = "cases"
    command = ("cases", "bounces")
    dry_run = False
    help = Text(
        "Counts returns by pair of departments, by class, or by stretch of border.",
        "按部门对、类别或网格边界段统计案件回退。",
    )
    options = (
        Option("BY", Text("Counted by", "统计方式"), "choice", default=0, optional=False, choices={
            "pair": Text("pair of departments", "部门对"), "class": Text("class", "类别"),
            "border": Text("border", "边界"),
        }),
        Option("SINCE", Text("Returned from then on", "起始时间")),
        Option("UNTIL", Text("Returned before then", "截止时间")),
        table(Text("Bounces", "回退统计"), optional=False),
    )  # fmt: skip


class CaseQueue(AskAlgorithm):
    """Open cases as points, with their light."""

    key = "casequeue"
    title = Text("Queue of open cases", "在办案件队列")
    group_key = "cases"
    output = Text("Open cases", "在办案件")
    kind = QgsWkbTypes.Type.Point
    columns: ClassVar[Columns] = {
        "number": str, "light": str, "share": float, "due_at": str, "stage": str, "hold": str,
        "hold_until": str,
        "department_code": str, "object_kind": str, "class_code": str, "source": str,
        "address": str, "description": str, "reported_at": str, "grid_code": str,
        "community_code": str,
    }  # fmt: skip
    numbers: ClassVar[Mapping[str, Text]] = {
        "RED": Text("On red", "红灯数"), "YELLOW": Text("On yellow", "黄灯数"),
        "GREEN": Text("On green", "绿灯数"),
    }  # fmt: skip
    help = Text(
        "Cases that were open at a moment, the most pressing first, of an area, a department, a "
        "class or a source.",
        "某一时点在办的案件，由急到缓；可按区域、部门、类别、来源筛选。",
    )
    options = (
        Option("AT", Text("Moment (YYYY-MM-DD HH:MM)", "时点（YYYY-MM-DD HH:MM）"), optional=False),
        Option("AREA", Text("Area code", "区域代码")),
        Option("DEPARTMENT", Text("Department code", "部门代码")),
        _KIND,
        Option("CLASS", Text("Class, or the beginning of its code", "类别代码或其前缀")),
        _SOURCE,
        _STAGE,
        _LIGHT,
        *_REPORTED,
    )
    names: ClassVar[Mapping[str, str]] = {"KIND": "object_kind", "CLASS": "class_code"}

    def rows(self, given: Given) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
        """Read the queue."""
        import datetime as dt

        from citygrid_core.operations.cases.queue import Filter, queue

        asked = self.asked(given)
        chosen = {f"{name}s": (asked.pop(name),) for name in ("stage", "light") if name in asked}
        moment = dt.datetime.fromisoformat(asked.pop("at")).isoformat(timespec="seconds")
        with given.workspace() as workspace:
            report, found = queue(workspace, moment, Filter(**asked, **chosen))
        lights = report.details["lights"]
        return found, {name: lights[name.lower()] for name in self.numbers}


class TwinCases(AskAlgorithm):
    """Cases that tell of the same problem, as lines from the later to the earlier."""

    key = "twincases"
    title = Text("Cases reported twice", "重复上报的案件")
    group_key = "cases"
    output = Text("Twins", "相似案件")
    kind = QgsWkbTypes.Type.LineString
    columns: ClassVar[Columns] = {
        "number": str, "twin": str, "class_code": str, "metres": float, "hours": float,
        "reported_at": str, "original": str, "linked": str,
    }  # fmt: skip
    numbers: ClassVar[Mapping[str, Text]] = {"PAIRS": Text("Pairs", "案件对数")}
    help = Text(
        "Lines between cases of one class within the profile's metres and hours of each other; "
        "original is the case that a later one repeats.",
        "在方案规定的距离与时间内上报的同类案件，以连线给出；original 为被重复的首报案件。",
    )
    options = _REPORTED

    def rows(self, given: Given) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
        """Find twins."""
        import geopandas as gpd
        import shapely

        from citygrid_core.operations.cases.twins import twins

        with given.workspace() as workspace:
            found = twins(workspace, **self.asked(given))
            both = sorted({*found["number"], *found["twin"]})
            held = workspace.read("cases", columns=["number"], where={"number": both})
            crs = workspace.crs
        at = held.set_index("number").geometry
        lines = [
            shapely.LineString([at[a], at[b]])
            for a, b in zip(found["number"], found["twin"], strict=True)
        ]
        return gpd.GeoDataFrame(found, geometry=gpd.GeoSeries(lines, crs=crs), crs=crs), {
            "PAIRS": len(found)
        }


#: In the order of the work.
CASES = (
    ImportLimits, ImportWorkDays, TakeCaseIn, RegisterCases, DispatchCases, AdvanceCases,
    AdvanceOneStep, CaseQueue, OverdueCases, TwinCases, BouncedCases,
)  # fmt: skip
