"""The clock of a workspace: its limits, its calendar, its profile."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from citygrid_core.cases.clock import (
    FITTING,
    LIMITED,
    UNIT_NAMES,
    UNITS,
    LimitTable,
    WorkCalendar,
    fits,
)
from citygrid_core.cases.lifecycle import Profile, Timer
from citygrid_core.operations.importing.intake import (
    Importing,
    Rows,
    choices,
    import_file,
    problem,
    text_column,
)
from citygrid_core.report import Report
from citygrid_core.tables import Field
from citygrid_core.workspace import Workspace

if TYPE_CHECKING:
    from typing_extensions import Unpack

#: What cities call some units besides.
_ALSO = {"work_day": ("个工作日",), "work_hour": ("工作小时", "个工作时"), "hour": ("个小时",)}
LIMIT_FIELDS = (
    Field("code", "text", labels=("时限编号", "编号")),
    Field("stage", "choice", labels=("环节", "阶段"),
          choices={name: (name, *said) for name, said in LIMITED.items()}),
    Field("object_kind", "choice", labels=("对象", "类型"), choices=choices("object_kind")),
    Field("class_code", "text", labels=("类别代码", "小类代码", "大类代码")),
    Field("condition", "text", labels=("情形", "立案条件", "条件")),
    Field("area_class", "text", labels=("区域类别", "区域类型")),
    Field("value", "number", labels=("时限", "数值"), required=True),
    Field("unit", "choice", labels=("单位", "时限单位"), required=True,
          choices={name: (name, *UNIT_NAMES[name], *_ALSO.get(name, ())) for name in UNITS}),
    Field("document", "text", labels=("文号", "依据")),
    Field("note", "text", labels=("备注",)),
)  # fmt: skip
DAY_FIELDS = (
    Field("day", "date", labels=("日期",), required=True),
    Field("works", "choice", labels=("是否上班", "类型"), required=True,
          choices={"1": ("1", "work", "上班", "是", "班"), "0": ("0", "rest", "休息", "放假", "否", "休")}),
    Field("name", "text", labels=("名称", "节日")),
)  # fmt: skip
_KEYS = ("stage", "object_kind", "class_code", "condition", "area_class")


def import_limits(workspace: Workspace, path: Path, **how: Unpack[Importing]) -> Report:
    """Import time limits; a row without a code is named by what it is for."""

    def prepare(rows: Rows) -> None:
        frame = rows.frame
        for name in ("code", *_KEYS):
            frame[name] = text_column(frame, name)
        frame["stage"] = frame["stage"].replace("", "handle")
        named = frame[list(_KEYS)].agg("/".join, axis=1)
        frame["code"] = frame["code"].where(frame["code"] != "", named)
        for index in frame.index[~fits(frame["value"], frame["unit"])]:
            value = f"{float(frame['value'][index]):g} {frame['unit'][index]}"
            rows.reject(index, problem("limit.value", "value", value, FITTING))

    return import_file(
        workspace, path, operation="cases limits", family="case_limits", fields=LIMIT_FIELDS,
        key=("code",), compare=(*_KEYS, "value", "unit", "document", "note"), prepare=prepare,
        positions="ignore", **how,
    )  # fmt: skip


def import_work_days(workspace: Workspace, path: Path, **how: Unpack[Importing]) -> Report:
    """Import days that the city works or rests, whatever the built-in calendar says."""

    def prepare(rows: Rows) -> None:
        rows.frame["works"] = rows.frame["works"].astype(str) == "1"

    return import_file(
        workspace, path, operation="cases calendar", family="work_days", fields=DAY_FIELDS,
        key=("day",), compare=("works", "name"), prepare=prepare, positions="ignore",
        **how,
    )  # fmt: skip


def profile_of(workspace: Workspace) -> Profile:
    """Return the profile by which cases of a city run.

    Its name is the workspace's; a file ``<name>.toml`` in the folder that
    CITYGRID_PROFILES names comes before those of the package.
    """
    folder = os.environ.get("CITYGRID_PROFILES")
    name = workspace.meta.get("profile") or "default"
    return Profile.load(name, Path(folder) if folder else None)


def timer_of(workspace: Workspace, *moments: str, logs: Sequence[pd.DataFrame] = ()) -> Timer:
    """Return limits and calendar, long enough for some moments and what follows them.

    Parameters
    ----------
    moments : str
        ISO moments; the calendar runs from a year before the first until three years
        after the last.
    logs : sequence of DataFrame
        Rows with at, until, or both: moments too, as a delay may lead far ahead.
    """
    limits = LimitTable.of(workspace.read("case_limits", at="all"))
    told = [log[name].dropna() for log in logs for name in ("at", "until") if name in log]
    told = [column[(column != "").to_numpy()] for column in told]
    ends = [str(end) for column in told if len(column) for end in (column.min(), column.max())]
    return Timer(calendar_of(workspace, *moments, *ends), limits)


def calendar_of(workspace: Workspace, *moments: str) -> WorkCalendar:
    """Return the working calendar of a city; China's holidays, then its own days."""
    days = [dt.date.fromisoformat(m[:10]) for m in moments if m]
    first, last = min(days, default=dt.date(2020, 1, 1)), max(days, default=dt.date(2030, 1, 1))
    own = workspace.read("work_days")
    told = {
        dt.date.fromisoformat(str(day)[:10]): bool(works)
        for day, works in zip(own["day"], own["works"], strict=True)
    }
    periods = workspace.meta.get("work_periods") or "08:00-12:00,14:00-18:00"
    return WorkCalendar.china(
        dt.date(max(first.year - 1, 1), 1, 1), dt.date(min(last.year + 3, 9999), 12, 31),
        days=told, periods=periods,
    )  # fmt: skip
