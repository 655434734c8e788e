"""What a person asks for must be there: a slip of the pen is told, never counted as nothing."""

from __future__ import annotations

import pandas as pd

from citygrid_core.errors import Text, UsageError
from citygrid_core.standards import load_edition
from citygrid_core.workspace import Between, Workspace
from citygrid_core.workspace.schema import CHOICES


def check_source(source: str | None) -> None:
    """Refuse a source of cases that is none; nothing asked is right.

    Raises
    ------
    UsageError
    """
    known = CHOICES["case_source"]
    if source and source not in known:
        words = "、".join(f"{name}（{text.zh}）" for name, text in known.items())
        raise UsageError(
            Text(f"source {source!r} is not one of {', '.join(known)}",
                 f"问题来源“{source}”应为以下之一：{words}")
        )  # fmt: skip


def check_class(workspace: Workspace, code: str | None) -> None:
    """Refuse a class, or the beginning of one, of which neither edition nor cases know any.

    Raises
    ------
    UsageError
    """
    if not code:
        return
    edition = load_edition(workspace.edition)
    for known in (edition.component_classes, edition.event_classes):
        if pd.Series(known.index.astype(str)).str.startswith(code).any():
            return
    if not workspace.count("cases", where={"class_code": Between(code, code + "\uffff")}):
        raise UsageError(
            Text(f"{workspace.edition} has no class {code!r}, and no class begins with it",
                 f"{workspace.edition} 中没有代码为或以“{code}”开头的类别")
        )  # fmt: skip


def check_department(workspace: Workspace, code: str) -> None:
    """Refuse the code of a department that neither the register nor any case has.

    Raises
    ------
    UsageError
    """
    if not code or workspace.count("departments", at="all", where={"code": code}):
        return
    if not workspace.count("cases", where={"handling_code": code}):
        raise UsageError(Text(f"there is no department {code}", f"没有代码为“{code}”的部门"))


def check_span(since: str | None, until: str | None) -> None:
    """Refuse a span of moments that ends before it begins.

    Raises
    ------
    UsageError
    """
    if since and until and until < since:
        raise UsageError(Text(f"{until} is before {since}", f"{until} 早于 {since}"))


def check_days(first: str | None, last: str | None) -> None:
    """Refuse days that are none, or that end before they begin.

    Raises
    ------
    UsageError
    """
    days = [day for day in (first, last) if day]
    for day in days:
        try:
            right = pd.Timestamp(day).strftime("%Y-%m-%d") == day
        except ValueError:
            right = False
        if not right:
            raise UsageError(
                Text(f"{day!r} is not a date like 2026-10-31", f"“{day}”不是日期，应如 2026-10-31")
            )
    if len(days) == 2 and days[1] < days[0]:
        raise UsageError(Text(f"{last} is before {first}", f"{last} 早于 {first}"))
