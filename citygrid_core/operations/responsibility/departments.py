"""The register of departments comes into the workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from citygrid_core.errors import CitygridError, Text
from citygrid_core.operations.importing.intake import (
    Importing,
    Rows,
    import_file,
    problem,
    text_column,
)
from citygrid_core.report import Report
from citygrid_core.standards import is_social_credit_code, social_credit_check
from citygrid_core.tables import Field
from citygrid_core.workspace import Workspace

if TYPE_CHECKING:
    from typing_extensions import Unpack

FIELDS = (
    Field(
        "code",
        "text",
        labels=("统一社会信用代码", "信用代码", "部门代码", "单位代码"),
        required=True,
    ),
    Field("name", "text", labels=("部门名称", "单位名称", "名称"), required=True),
    Field("short_name", "text", labels=("简称",)),
    Field("aliases", "text", labels=("别名",)),
    Field("parent_code", "text", labels=("上级部门代码", "上级代码")),
    Field("successor_code", "text", labels=("承接部门代码", "承接部门")),
    Field("valid_from", "date", labels=("起始日期", "成立日期")),
    Field("valid_to", "date", labels=("终止日期", "撤销日期")),
    Field("note", "text", labels=("备注",)),
)
COMPARE = ("name", "short_name", "aliases", "parent_code", "successor_code", "valid_to", "note")


def import_departments(workspace: Workspace, path: Path, **how: Unpack[Importing]) -> Report:
    """Import departments; the key is the unified social credit code (GB 32100)."""
    held = workspace.read("departments", at="all")
    return import_file(
        workspace,
        path,
        operation="departments import",
        family="departments",
        fields=FIELDS,
        key=("code",),
        compare=COMPARE,
        prepare=lambda rows: check_departments(rows, held),
        positions="ignore",
        **how,
    )


def check_departments(rows: Rows, held: pd.DataFrame) -> None:
    """Set aside wrong codes, reversed dates, unknown relatives and circles of succession."""
    frame = rows.frame
    for index, code in text_column(frame, "code").items():
        if not is_social_credit_code(code):
            rows.reject(index, problem("department.code", "code", code, _expected(code)))
    check_dates(rows)
    good = rows.good
    known = set(held["code"].astype(str)) | set(good["code"].astype(str))
    for column in ("parent_code", "successor_code"):
        if column not in good:
            continue
        given = good[column].fillna("").astype(str)
        for index in good.index[(given != "") & ~given.isin(known)]:
            rows.reject(
                index,
                problem(
                    "department.unknown",
                    column,
                    given[index],
                    Text("a department of the register or of this file", "名录或本文件中的部门"),
                ),
            )
    _reject_circles(rows, "successor_code", held)
    _reject_circles(rows, "parent_code", held)


def _expected(code: str) -> Text:
    if len(code) == 18:
        try:
            right = code[:17] + social_credit_check(code)
        except CitygridError as error:
            return error.message
        return Text(
            f"check character {right[-1]} (GB 32100): {right}",
            f"校验码应为 {right[-1]}（GB 32100）：{right}",
        )
    return Text("an 18-character unified social credit code", "18 位统一社会信用代码")


def check_dates(rows: Rows) -> None:
    """Set aside rows whose validity ends before it begins (half-open dates)."""
    frame = rows.frame
    if "valid_from" not in frame or "valid_to" not in frame:
        return
    begin, end = (frame[c].fillna("").astype(str) for c in ("valid_from", "valid_to"))
    for index in frame.index[(begin != "") & (end != "") & (end <= begin)]:
        rows.reject(
            index,
            problem(
                "dates.reversed",
                "valid_to",
                end[index],
                Text(f"a day after valid_from {begin[index]}", f"晚于起始日期 {begin[index]}"),
            ),
        )


def _reject_circles(rows: Rows, column: str, held: pd.DataFrame) -> None:
    """Following `column` from a department must end; rows on a circle are set aside."""
    good = rows.good
    if column not in good:
        return
    following: dict[str, str] = {
        str(a): str(b)
        for frame in (held, good)
        if column in frame
        for a, b in zip(frame["code"], frame[column].fillna(""), strict=True)
        if b
    }
    row_of: dict[str, Any] = {str(c): i for i, c in good["code"].items()}
    for start in row_of:
        path = [start]
        while (step := following.get(path[-1])) and step not in path:
            path.append(step)
        if step == start:
            circle = " → ".join([*path, start])
            rows.reject(
                row_of[start],
                problem(
                    "department.circle",
                    column,
                    circle,
                    Text("a chain that ends", "有终点的承接或隶属关系"),
                ),
            )
