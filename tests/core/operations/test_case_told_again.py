"""A case is delivered again: its log stays, what is new is taken, and both tell the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from citygrid_core.operations.cases.audit import audit
from citygrid_core.operations.cases.imported import import_cases
from citygrid_core.operations.cases.standing import card
from citygrid_core.operations.cases.steps import advance_cases
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace

Deliver = Callable[..., Report]
METRES = SourceOptions(crs="EPSG:4547")
TIMES = ("reported_at", "registered_at", "dispatched_at", "handled_at", "checked_at", "closed_at")
FIRST = {"reported_at": "2025-03-03T08:00:00", "registered_at": "2025-03-03T09:00:00",
         "dispatched_at": "2025-03-03T10:00:00"}  # fmt: skip
HANDLED = {**FIRST, "handled_at": "2025-03-04T10:00:00"}


@pytest.fixture
def deliver(city: Workspace, tmp_path: Path) -> Deliver:
    """Deliver rows as a file, sound afterwards: cases are what their logs tell."""
    spot = city.read("grids").representative_point().iloc[0]
    base = {"source_number": "a", "class_code": "06013", "object_kind": "event", "description": "x",
            "x": f"{spot.x:.3f}", "y": f"{spot.y:.3f}"}  # fmt: skip
    file = tmp_path / "again.csv"

    def run(*rows: dict[str, str]) -> Report:
        columns = list(dict.fromkeys([*base, *TIMES, *(k for r in rows for k in r)]))
        table = pd.DataFrame([{**base, **r} for r in rows], columns=columns)
        table.to_csv(file, index=False)
        report = import_cases(city, file, options=METRES, on="2025-03-03")
        assert report.balanced
        assert report.rejected == 0
        assert audit(city) == []
        return report

    return run


def case(ws: Workspace) -> pd.Series:
    return ws.read("cases", where={"source_number": "a"}).iloc[0]


def log(ws: Workspace) -> list[tuple[str, str, str]]:
    rows = ws.read("case_log", where={"number": case(ws)["number"]}).sort_values("seq")
    return list(zip(rows["step"], rows["at"], rows["after"], strict=True))


def test_a_time_that_the_log_has_otherwise_is_set_aside(city: Workspace, deliver: Deliver) -> None:
    """The row's other news, a later step among them, are taken; the file again is unchanged."""
    deliver(FIRST)
    before = log(city)
    told = {**HANDLED, "registered_at": "2025-03-03T09:30:00", "description": "y"}
    report = deliver(told)
    assert (report.stored, report.details["contradictions"]) == (1, {"log": 1})
    [said] = report.problems
    assert (said.rule, said.file, said.row, said.field) == (
        "log.time",
        "again.csv",
        2,
        "registered_at",
    )
    assert "09:30" in said.found.en
    assert "2025-03-03T09:00:00" in said.expected.zh
    assert said.cure.zh
    assert log(city) == [*before, ("handle", HANDLED["handled_at"], "handled")]
    row = case(city)
    assert (row["registered_at"], row["description"], row["stage"]) == (
        FIRST["registered_at"], "y", "handled",
    )  # fmt: skip
    again = deliver(told)
    assert (again.stored, again.unchanged, len(again.problems)) == (0, 1, 1)
    right = deliver({**HANDLED, "description": "y"})
    assert (right.unchanged, right.problems) == (1, [])


def test_a_step_in_the_moment_of_the_last_one_is_taken(city: Workspace, deliver: Deliver) -> None:
    deliver(FIRST)
    at = FIRST["dispatched_at"]
    assert deliver({**FIRST, "handled_at": at}).problems == []
    assert log(city)[-1] == ("handle", at, "handled")


def test_void_is_told_without_a_time_after_the_last_step(city: Workspace, deliver: Deliver) -> None:
    deliver(FIRST)
    at = "2025-03-04T10:00:00"
    told = {"number": case(city)["number"], "step": "supervise", "at": at, "reason": "r"}
    assert advance_cases(city, pd.DataFrame([told])).stored == 1
    deliver({**FIRST, "stage": "void"})
    assert log(city)[-1] == ("void", at, "void")


def test_a_later_stage_without_a_time_is_the_sources_word_alone(
    city: Workspace, deliver: Deliver
) -> None:
    """Where we told of the case too, its log says how far it is."""
    deliver(FIRST)
    told = {
        "number": case(city)["number"],
        "step": "supervise",
        "at": "2025-03-03T11:00:00",
        "reason": "r",
    }
    assert advance_cases(city, pd.DataFrame([told])).stored == 1
    report = deliver({**FIRST, "stage": "handled"})
    assert [p.rule for p in report.problems] == ["case.stage", "log.stage"]
    assert case(city)["stage"] == "dispatched"


def test_an_older_file_does_not_set_a_case_back(city: Workspace, deliver: Deliver) -> None:
    deliver(HANDLED)
    before = log(city)
    report = deliver(FIRST)
    assert (report.stored, report.unchanged) == (0, 1)
    assert [(p.rule, p.field) for p in report.problems] == [("log.stage", "stage")]
    assert "handled" in report.problems[0].expected.en
    assert (case(city)["stage"], log(city)) == ("handled", before)
    void = deliver({**HANDLED, "stage": "void"})
    assert (void.stored, case(city)["stage"], log(city)[-1][2]) == (1, "void", "void")
    assert deliver(HANDLED).unchanged == 1
    assert case(city)["stage"] == "void"


def test_a_gap_behind_the_end_of_the_log_stays_a_gap(city: Workspace, deliver: Deliver) -> None:
    deliver({**FIRST, "registered_at": ""})
    report = deliver(FIRST)
    assert (report.unchanged, [p.field for p in report.problems]) == (1, ["registered_at"])
    assert case(city)["registered_at"] is None


def test_what_went_on_here_is_not_undone_by_a_source(city: Workspace, deliver: Deliver) -> None:
    """Returned and sent to another body here: the source's file keeps neither from being so."""
    deliver(FIRST)
    number = case(city)["number"]
    done = advance_cases(city, pd.DataFrame([
        {"number": number, "step": "return", "at": "2025-03-03T11:00:00", "reason": "r"},
        {"number": number, "step": "dispatch", "at": "2025-03-03T12:00:00", "department_code": "D2"},
    ]))  # fmt: skip
    assert done.stored == 2
    same = deliver(FIRST)  # its dispatch is one of the two that the log has
    assert (same.unchanged, same.problems) == (1, [])
    assert deliver({**HANDLED, "description": "y"}).problems == []
    row = case(city)
    assert (row["stage"], row["handling_code"], row["dispatched_at"]) == (
        "handled", "D2", "2025-03-03T12:00:00",
    )  # fmt: skip
    shown = card(city, number, "2025-03-05T00:00:00")
    assert (shown.stands["stage"], len(shown.log)) == ("handled", 6)


def test_any_deliveries_leave_cases_as_their_logs_tell(city: Workspace, deliver: Deliver) -> None:
    """Thirty cases told four times with gaps, moved times, stages of all kinds; each file twice."""
    chance = random.Random(7)
    for _ in range(4):
        rows = []
        for n in range(30):
            moment, told = pd.Timestamp("2025-03-03"), {"source_number": f"n{n}"}
            for name in TIMES[: chance.randint(1, 6)]:
                moment += pd.Timedelta(hours=chance.choice((0, 5, 5, 5, 9)))
                if name == "reported_at" or chance.random() < 0.8:
                    told[name] = moment.isoformat()
            if chance.random() < 0.2:
                told["stage"] = chance.choice(("void", "verified", "closed", "dispatched"))
            rows.append(told)
        deliver(*rows)
        assert deliver(*rows).stored == 0
    with_log = city.read("case_log").groupby("number")["step"]
    assert with_log.agg(lambda steps: steps.is_unique).all()


def test_a_time_written_by_hand_is_named(city: Workspace, deliver: Deliver) -> None:
    deliver(FIRST)
    with city.transaction("a script of somebody") as tx:
        row = city.read("cases", where={"source_number": "a"})[["registered_at"]]
        tx.update("cases", row.assign(registered_at="2025-03-03T09:30:00"))
    [said] = audit(city)
    assert (said.rule, said.field) == ("case.registered_at", "registered_at")
    assert "2025-03-03T09:00:00" in said.expected.en
