"""How long a case may take in the sample city, and its own working days."""

from __future__ import annotations

import pandas as pd

from citygrid_core.sample.cases import LIMIT_H

DOCUMENT = "云汀市城市管理案件办理时限规定（试行）"
#: Limits of the stages before and after handling: value and unit.
STAGE_LIMITS = (
    ("accept", 5, "minute"), ("register", 30, "minute"), ("dispatch", 30, "minute"),
    ("send_verify", 10, "minute"), ("verify", 60, "minute"), ("send_check", 10, "minute"),
    ("check", 2, "hour"), ("close", 1, "hour"), ("total", 7, "work_day"),
)  # fmt: skip


def limit_rows() -> pd.DataFrame:
    """Return the table of limits: of handling by major class, as the cases' deadlines have it."""
    rows = [
        (f"T{n:02d}", stage, "", value, unit, DOCUMENT)
        for n, (stage, value, unit) in enumerate(STAGE_LIMITS, 1)
    ]
    rows += [(f"C{major}", "handle", major, h, "hour", DOCUMENT) for major, h in LIMIT_H.items()]
    names = ["code", "stage", "class_code", "value", "unit", "document"]
    out: pd.DataFrame = pd.DataFrame(rows, columns=names)
    return out


def calendar_rows() -> pd.DataFrame:
    """Return days that the city works or rests, whatever the country does."""
    rows = [("2025-05-19", 0, "建市纪念日"), ("2025-05-24", 1, "调休上班")]
    out: pd.DataFrame = pd.DataFrame(rows, columns=["day", "works", "name"])
    return out
