"""Deadlines that a source told count where the city has no limit, and are marked as such: by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from citygrid_core.evaluation import TOTAL
from citygrid_core.operations.cases.clock import import_limits
from citygrid_core.operations.cases.imported import import_cases
from citygrid_core.operations.cases.queue import queue
from citygrid_core.operations.cases.steps import advance_cases
from citygrid_core.operations.evaluation.cases import cases_behind
from citygrid_core.operations.evaluation.evaluate import evaluate_city
from citygrid_core.workspace import Workspace
from tests.core.operations.conftest import DAY, METRES

#: Reported 3 November 8:00, dispatched 9:00, to be handled within 24 h; what differs.
CASES = {
    "A": {"handled_at": "2025-11-03 20:00", "closed_at": "2025-11-10 08:00"},  # 11 h
    "B": {"handled_at": "2025-11-05 15:00"},  # 54 h: 30 h late
    "C": {},  # on hold for 48 of 71 hours: 23 h
    "D": {"due_at": "2025-11-28 09:00"},  # nobody did anything
    "E": {"dispatched_at": None, "closed_at": "2025-11-20 08:00"},  # nobody told who did what
    "F": {"due_at": "2025-11-02 09:00", "handled_at": "2025-11-30 08:00"},  # no deadline at all
    "G": {},  # given back, sent out again after the deadline: 192 h
}


@pytest.fixture
def town(city: Workspace, small_city: Path, tmp_path: Path) -> Workspace:
    rows = pd.read_csv(small_city / "cases.csv", dtype=str)
    event = rows[rows["x"].notna()].iloc[0].drop(["registered_at", "checked_at", "handled_at"])
    common = {"reported_at": "2025-11-03 08:00", "dispatched_at": "2025-11-03 09:00",
              "due_at": "2025-11-04 09:00", "stage": "", "closed_at": None}  # fmt: skip
    made = [{**event, **common, **own, "source_number": n} for n, own in CASES.items()]
    pd.DataFrame(made).to_csv(tmp_path / "told.csv", index=False)
    import_cases(city, tmp_path / "told.csv", options=METRES, on=DAY)
    held = city.read("cases").set_index("source_number")["number"]
    c, g = held["C"], held["G"]
    report = advance_cases(city, pd.DataFrame([
        {"number": c, "step": "suspend", "at": "2025-11-03T21:00:00", "reason": "r", "until": "2025-12-01T00:00:00"},
        {"number": c, "step": "resume", "at": "2025-11-05T21:00:00"},
        {"number": c, "step": "handle", "at": "2025-11-06T08:00:00"},
        {"number": g, "step": "return", "at": "2025-11-03T12:00:00", "reason": "r"},
        {"number": g, "step": "dispatch", "at": "2025-11-10T09:00:00", "department_code": "D2"},
        {"number": g, "step": "handle", "at": "2025-11-11T09:00:00"},
    ]))  # fmt: skip
    assert (report.stored, report.rejected) == (6, 0)
    return city


def test_they_count_as_a_person_counts_them(town: Workspace) -> None:
    done = evaluate_city(town, "2025-11", by="source")
    total = done.table.value.loc[TOTAL]
    assert total["disposed"] == 5  # A B C F G
    assert total["disposed_on_time"] == 3  # A C, and F, of which nothing is known
    assert total["overdue_to_dispose"] == 1  # D
    assert total["dispose_on_time_rate"] == pytest.approx(3 / 6)
    assert (total["closed"], total["closed_late"]) == (2, 1)  # A on time, E not
    assert total["avg_dispose_time"] == pytest.approx((11 + 54 + 23 + 192) / 4)
    assert total["overrun_factor"] == pytest.approx((30 / 24 + 168 / 24) / 2)
    assert total["limit_light"] == 1  # D
    assert any("6 of 7" in w.en and "single source" in w.en for w in done.warnings)
    behind = cases_behind(town, "2025-11", "dispose_on_time_rate").set_index("number")
    named = town.read("cases").set_index("source_number")["number"]
    assert behind.at[named["C"], "due_at"] == "2025-11-06T09:00:00"
    assert behind.loc[named[list("ABCDG")], "due_by"].tolist() == ["source"] * 5
    assert behind.at[named["F"], "due_by"] == ""


def test_the_queue_says_the_same(town: Workspace) -> None:
    """While it is on hold a case stands; after that its deadline is later by as much."""
    number = town.read("cases").set_index("source_number")["number"]["C"]
    for at, share in (("2025-11-03T21:00:00", 12 / 24), ("2025-11-05T20:00:00", 12 / 24),
                      ("2025-11-06T06:00:00", 21 / 24)):  # fmt: skip
        _, found = queue(town, at)
        row = found.set_index("number").loc[number]
        assert row["share"] == pytest.approx(share), at
    assert row["due_at"] == "2025-11-06T09:00:00"
    assert row["light"] == "yellow"


def test_limits_of_the_city_come_first(town: Workspace, tmp_path: Path) -> None:
    (tmp_path / "limits.csv").write_text("stage,value,unit\nhandle,100,urgent_hour\n", "utf-8")
    import_limits(town, tmp_path / "limits.csv", on=DAY)
    done = evaluate_city(town, "2025-11", by="source")
    # B has 46 h left; G was dispatched anew a day before it was handled; D's limit is long over
    assert done.table.value.at[TOTAL, "disposed_on_time"] == 4
    assert done.table.value.at[TOTAL, "disposed_late"] == 1  # F
    assert not any("source told" in w.en or "their source" in w.en for w in done.warnings)
