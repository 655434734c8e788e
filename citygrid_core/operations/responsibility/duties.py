"""Duty rules come into the workspace: who answers where, for what, by which document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from citygrid_core.census import match_departments
from citygrid_core.errors import Text
from citygrid_core.operations.importing.intake import (
    Importing,
    Rows,
    choices,
    import_file,
    problem,
    text_column,
)
from citygrid_core.operations.importing.storing import Following
from citygrid_core.operations.responsibility.departments import check_dates
from citygrid_core.report import Report
from citygrid_core.responsibility import validate
from citygrid_core.standards import load_edition
from citygrid_core.tables import Field
from citygrid_core.workspace import Workspace

if TYPE_CHECKING:
    from typing_extensions import Unpack


def fields() -> tuple[Field, ...]:
    """Return what a file of duty rules may carry."""

    return (
        Field("code", "text", labels=("规则编号", "编号"), required=True),
        Field(
            "place",
            "choice",
            labels=("地域类型", "范围类型"),
            choices=choices("duty_place"),
            required=True,
        ),
        Field("place_code", "text", labels=("地域代码", "区域代码", "网格代码")),
        Field("width_m", "number", labels=("两侧宽度", "宽度")),
        Field("object_kind", "choice", labels=("对象",), choices=choices("object_kind")),
        Field("class_code", "text", labels=("类别代码", "类别代码前缀", "类别")),
        Field("attribute", "text", labels=("部件属性条件", "属性条件")),
        Field("area_class", "text", labels=("区域类别",)),
        Field(
            "role", "choice", labels=("责任角色", "角色"), choices=choices("role"), required=True
        ),
        Field("department_code", "text", labels=("部门代码", "责任部门", "部门"), required=True),
        Field("valid_from", "date", labels=("起始日期", "生效日期")),
        Field("valid_to", "date", labels=("终止日期", "失效日期")),
        Field("hours", "text", labels=("时段",)),
        Field("weekdays", "text", labels=("星期",)),
        Field("season", "text", labels=("季节",)),
        Field("document", "text", labels=("文号", "依据")),
        Field("clause", "text", labels=("条款",)),
        Field("priority", "integer", labels=("优先级",)),
        Field("note", "text", labels=("备注",)),
    )


COMPARE = (
    "place", "place_code", "width_m", "object_kind", "class_code", "attribute", "area_class", "role",
    "department_code", "valid_to", "hours", "weekdays", "season", "document", "clause", "priority",
    "note", "geometry",
)  # fmt: skip


def import_duties(
    workspace: Workspace,
    path: Path,
    *,
    follow: Following | None = None,
    **how: Unpack[Importing],
) -> Report:
    """Import duty rules from a table, or from a layer of polygons or lines.

    Departments by code, or by a name of the register. A rule that names an unknown
    department, class or area, or whose dates are reversed, is set aside.
    """
    departments = workspace.read("departments", at="all")
    areas = workspace.read("areas", at="all")
    edition = load_edition(workspace.edition)

    def prepare(rows: Rows) -> None:
        _name_departments(rows, departments)
        check_dates(rows)
        by_row = {int(n): index for index, n in rows.frame["source_row"].items()}
        for p in validate(rows.good, departments, edition, areas):
            if p.row is None:
                rows.findings.append(p)
            else:
                rows.reject(by_row[p.row], p)

    return import_file(
        workspace,
        path,
        operation="duties import",
        family="duty_rules",
        fields=fields(),
        key=("code",),
        compare=COMPARE,
        prepare=prepare,
        positions="optional",
        follow=follow,
        **how,
    )


def _name_departments(rows: Rows, departments: pd.DataFrame) -> None:
    """Turn names of departments into codes; unknown names are set aside with proposals."""
    typed = text_column(rows.frame, "department_code")
    distinct = pd.Series(typed.unique(), dtype=object)
    found = match_departments(distinct, departments)
    found.index = pd.Index(distinct)
    known = found.index[found["code"].notna()]
    for index in typed.index[~typed.isin(known)]:
        proposals: Any = found.at[typed[index], "proposals"]
        near = "、".join(str(p) for p in proposals[:3])
        rows.reject(
            index,
            problem(
                "department.unmatched",
                "department_code",
                typed[index],
                Text("a department of the register", "部门名录中的部门"),
                Text(f"perhaps {near}", f"可能是 {near}") if near else Text("", ""),
            ),
        )
    rows.frame["department_code"] = typed.map(found["code"].to_dict())
