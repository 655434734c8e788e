"""Cases go on: by numbers, by a file, refused with what is legal, all or nothing."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from citygrid_core.cases.clock import LIGHTS
from citygrid_core.operations.cases.clock import import_limits, import_work_days
from citygrid_core.operations.cases.dispatch import propose
from citygrid_core.operations.cases.queue import queue
from citygrid_core.operations.cases.standing import card, overdue
from citygrid_core.operations.cases.steps import (
    advance_cases,
    advance_file,
    folded,
    legal_steps,
)
from citygrid_core.operations.store import verify
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace
from tests.core.cli.test_cli import citygrid

DAY = "2025-01-01"
LIMITS = "环节,对象,类别代码,时限,单位\nhandle,部件,,2,work_day\nhandle,事件,,2,urgent_hour\n"


@pytest.fixture
def office(tmp_path: Path, whole: tuple[Path, dict[str, Report]]) -> Iterator[Workspace]:
    path = tmp_path / "office.gpkg"
    shutil.copy(whole[0], path)
    (tmp_path / "limits.csv").write_text(LIMITS, "utf-8")
    with Workspace.open(path) as ws:
        assert import_limits(ws, tmp_path / "limits.csv", on=DAY).stored == 2
        yield ws


def open_case(ws: Workspace, stage: str = "dispatched", kind: str = "component") -> str:
    cases = ws.read("cases", where={"stage": stage, "object_kind": kind}, geometry=False)
    return str(cases["number"].min())


def entry(number: str, step: str, at: str, **said: Any) -> dict[str, Any]:
    return {"number": number, "step": step, "at": at, **said}


def test_a_wrong_body_returns_a_case_and_it_goes_to_another(office: Workspace) -> None:
    number = open_case(office)
    report = advance_cases(office, pd.DataFrame([
        entry(number, "return", "2026-01-05T10:00:00", reason="不属本单位", who="王"),
        entry(number, "dispatch", "2026-01-05T11:00:00", department_code="D2"),
    ]))  # fmt: skip
    assert (report.stored, report.rejected) == (2, 0)
    assert [p.rule for p in report.problems] == ["step.department"]  # the register has no D2
    case = office.read("cases", where={"number": number}).iloc[0]
    assert (case["stage"], case["handling_code"]) == ("dispatched", "D2")
    # two working days of eight hours from Monday 11:00
    assert case["due_at"] == "2026-01-07T11:00:00"
    log = office.read("case_log", where={"number": number}).sort_values("seq")
    assert log["step"].tolist()[-2:] == ["return", "dispatch"]
    assert log["reason"].tolist()[-2] == "不属本单位"
    assert folded(office, [number]).wrong.empty
    assert office.verify() == []


def test_what_the_row_of_a_case_shows_follows_its_log(office: Workspace) -> None:
    """Returned, it keeps who had it and has no deadline; checked, it has that time."""
    number, other = open_case(office), open_case(office, kind="event")
    had = office.read("cases", where={"number": number})["handling_code"].iloc[0]
    advance_cases(office, pd.DataFrame([
        entry(number, "return", "2026-01-05T10:00:00", reason="r"),
        entry(other, "handle", "2026-01-05T10:00:00"), entry(other, "check", "2026-01-05T11:00:00"),
    ]))  # fmt: skip
    held = office.read("cases", where={"number": [number, other]}).set_index("number")
    assert (held.at[number, "handling_code"], held.at[number, "due_at"]) == (had, None)
    assert held.at[other, "checked_at"] == "2026-01-05T11:00:00"


def test_a_step_that_is_still_to_come_is_refused(office: Workspace) -> None:
    number = open_case(office)
    office.close()
    utc = dt.datetime(2026, 1, 5, 2, 0, tzinfo=dt.timezone.utc)
    with Workspace.open(office.path, now=lambda: utc) as ws:
        late = entry(number, "return", "2026-01-05T10:00:01", reason="不属本单位", source_row=7)
        report = advance_cases(ws, pd.DataFrame([late]))
        assert (report.stored, report.rejected) == (0, 1)
        (said,) = report.problems
        assert (said.rule, said.row, said.field) == ("step.future", 7, "at")
        assert "2026-01-05T10:00:00" in said.expected.zh
        now = pd.DataFrame([{**late, "at": "2026-01-05T10:00:00"}])
        assert advance_cases(ws, now).stored == 1


def test_a_suspension_that_nobody_ended(office: Workspace) -> None:
    """Two hours from 8:00, an hour used, suspended until Thursday 9:00: the queue, the deadline stored,
    overdue cases, and dispatch tell the same; the log is sound."""
    number, waiting = open_case(office, kind="event"), open_case(office)
    hold = {"reason": "待材料", "until": "2026-01-08T09:00:00"}
    report = advance_cases(office, pd.DataFrame([
        entry(number, "return", "2026-01-05T07:00:00", reason="r"),
        entry(number, "dispatch", "2026-01-05T08:00:00", department_code="D2"),
        entry(number, "suspend", "2026-01-05T09:00:00", **hold),
        entry(waiting, "return", "2026-01-05T08:00:00", reason="r"),
        entry(waiting, "suspend", "2026-01-05T09:00:00", **hold),
    ]))  # fmt: skip
    assert (report.stored, report.rejected) == (5, 0)
    stored = office.read("cases", where={"number": number}).iloc[0]
    assert (stored["hold"], stored["due_at"]) == ("suspended", "2026-01-08T10:00:00")
    for at, lapsed, share, light in (
        ("2026-01-08T08:59:59", False, 0.5, "green"), ("2026-01-08T09:48:00", True, 0.9, "yellow"),
        ("2026-01-08T11:00:00", True, 1.5, "red"),
    ):  # fmt: skip
        for told, found in (queue(office, at), overdue(office, at, lights=tuple(LIGHTS))):
            row = found.set_index("number").loc[number]
            assert (row["hold"], row["lapsed"]) == ("suspended", lapsed), at
            assert (row["share"], row["light"]) == (share, light), at
            assert row["hold_until"] == "2026-01-08T09:00:00"
            assert told.details["lapsed"] == lapsed + (lapsed and "stage" in found)
        told = card(office, number, at).stands
        assert (told["lapsed"], told["light"]) == (lapsed, light)
        assert (waiting in set(propose(office, at=at)["number"])) == lapsed
    due = card(office, number, "2026-01-08T11:00:00").stands["due_at"]
    assert due == "2026-01-08T10:00:00"
    assert verify(office).problems == []
    legal = [s.name for s in legal_steps(office, number, "2026-01-08T10:30:00")]
    assert {"handle", "return", "resume", "suspend"} < set(legal)
    advance_cases(office, pd.DataFrame([entry(number, "handle", "2026-01-08T09:30:00")]))
    stored = office.read("cases", where={"number": number}).iloc[0]
    assert (stored["stage"], stored["hold"]) == ("handled", None)
    assert verify(office).problems == []


def test_a_refused_step_changes_nothing_and_says_what_is_legal(office: Workspace) -> None:
    number, head = open_case(office), office.head
    report = advance_cases(office, pd.DataFrame([
        entry(number, "close", "2026-01-05T10:00:00"),
        entry("nobody", "close", "2026-01-05T10:00:00"),
    ]))  # fmt: skip
    assert (report.stored, report.rejected) == (0, 2)
    assert office.head == head
    said = {p.rule: p.text("zh") for p in report.problems}
    assert set(said) == {"step.stage", "case.unknown"}
    assert "处置反馈（handle）" in said["step.stage"]
    assert "只能从 已核查" in said["step.stage"]
    assert any("from checked" in p.text("en") for p in report.problems)
    assert [s.name for s in legal_steps(office, number, "2026-01-05T10:00:00")][:2] == [
        "accept", "return",
    ]  # fmt: skip


def test_the_stage_stored_is_the_fold_of_the_log(office: Workspace) -> None:
    states = folded(office).states
    cases = office.read("cases", geometry=False).set_index("number")
    voided = cases["stage"] == "void"  # the source told it, and no time says when
    kept = cases.loc[states.index, "stage"][~voided.reindex(states.index)]
    assert states["stage"][kept.index].tolist() == kept.tolist()
    assert len(kept) > 6000


def test_the_city_works_on_its_own_days(office: Workspace, tmp_path: Path) -> None:
    (tmp_path / "days.csv").write_text("日期,是否上班,名称\n2026-01-06,休,市庆\n", "utf-8")
    assert import_work_days(office, tmp_path / "days.csv", on=DAY).stored == 1
    number = open_case(office)
    advance_cases(office, pd.DataFrame([
        entry(number, "return", "2026-01-05T08:00:00", reason="r"),
        entry(number, "dispatch", "2026-01-05T08:00:00", department_code="D2"),
    ]))  # fmt: skip
    case = office.read("cases", where={"number": number}).iloc[0]
    assert case["due_at"] == "2026-01-07T18:00:00"


def test_wrong_limits_are_set_aside(office: Workspace, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(
        "环节,时限,单位\nhandle,1,work_day\nsleep,1,work_day\nhandle,0,work_day\nclose,1,moon\n",
        "utf-8",
    )
    report = import_limits(office, tmp_path / "bad.csv", on=DAY, rejects=tmp_path / "r.csv")
    assert (report.stored, report.rejected) == (1, 3)
    assert {p.rule for p in report.problems} == {"choice.unknown", "limit.value"}


def test_limits_in_the_words_of_a_bureau(office: Workspace, tmp_path: Path) -> None:
    (tmp_path / "zh.csv").write_text(
        "环节,对象,类别代码,时限,单位\n处置,部件,0101,3,工作日\n立案,,,30,分钟\n核查,,,2,工作小时\n",
        "utf-8",
    )
    assert import_limits(office, tmp_path / "zh.csv", on=DAY).stored == 3
    held = office.read("case_limits").set_index("stage")
    assert held.loc[["register", "check"], "unit"].tolist() == ["minute", "work_hour"]
    assert held[held["class_code"] == "0101"]["unit"].tolist() == ["work_day"]


def test_steps_from_a_file(office: Workspace, tmp_path: Path) -> None:
    """Good rows go in, refused ones to the rejects file with their reason."""
    a, b = open_case(office), open_case(office, kind="event")
    path, file = Path(office.path), tmp_path / "steps.csv"
    file.write_text(
        f"案卷号,操作,时间,操作人,原因\n{a},handle,2026-01-05 09:00,李,\n"
        f"{b},return,2026-01-05 09:00,李,\n{a},rework,2026-01-05 10:00,王,未修复\n", "utf-8"
    )  # fmt: skip
    office.close()
    run = citygrid("cases", "advance", str(path), str(file), "--json")
    assert run.returncode == 1, run.stderr
    said = json.loads(run.stdout)
    assert (said["read"], said["stored"], said["rejected"]) == (3, 2, 1)
    rejects = (tmp_path / "steps.rejects.csv").read_text("utf-8-sig")
    assert b in rejects
    assert a not in rejects
    again = citygrid("cases", "steps", str(path), a, "--at", "2026-01-05T10:30")
    assert "handle" in again.stdout


def test_steps_that_lead_far_ahead_and_steps_that_name_people(
    office: Workspace, tmp_path: Path
) -> None:
    """A deadline of another decade is counted, one of no calendar a reject; numbers are starred."""
    number, other = open_case(office), open_case(office, kind="event")
    at = str(office.read("cases", where={"number": other})["dispatched_at"].iloc[0])
    said = "居民13812345678同意"
    advance_cases(office, pd.DataFrame([
        entry(number, "return", "2026-01-05T08:00:00", reason=said),
        entry(number, "dispatch", "2026-01-05T08:00:00", department_code="D2"),
    ]))  # fmt: skip
    file, rejects = tmp_path / "steps.csv", tmp_path / "bad.csv"
    rows = [
        (number, "delay", "2026-01-05 09:00", said, "2039-01-01"),
        (other, "delay", at, said, "9999-12-31"), (other, "handle", "9999-12-31", said, ""),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["案卷号", "操作", "操作时间", "原因", "期限"])
    frame.to_csv(file, index=False)
    report = advance_file(office, file, rejects=rejects)
    assert (report.stored, report.rejected) == (1, 2)
    assert [(p.row, p.rule, p.field) for p in report.problems] == [
        (3, "step.until", "until"), (4, "step.future", "at"),
    ]  # fmt: skip
    log = office.read("case_log", where={"number": number})
    assert set(log["reason"].dropna()) == {"", "居民138******78同意"}
    assert "13812345678" not in rejects.read_text("utf-8-sig")
    # whoever asks on an earlier day meets a deadline beyond the calendar of that day
    _, late = overdue(office, "2026-01-06T00:00:00", lights=("green",))
    assert late.set_index("number").at[number, "due_at"] == "2039-01-01T00:00:00"


def test_a_file_of_steps_with_every_kind_of_bad_row(office: Workspace, tmp_path: Path) -> None:
    """Good rows go in, bad ones to the rejects file by their rows; a second run changes nothing."""
    number, other = open_case(office), open_case(office, kind="event")
    body = office.read("departments")["code"].iloc[0]
    rows = [
        (number, "签收", "2026-01-05 10:00", "", ""),  # what people call it
        (number, "handle", "never", "", ""),
        ("nobody", "handle", "2026-01-05 10:00", "", ""),
        (number, "return", "2026-01-05 11:00", "不属本单位", ""),
        (number, "return", "2026-01-05 12:00", "又", ""),
        (number, "派遣", "2026-01-05 13:00", "", body),
        (other, "handle", "2020-01-01 10:00", "", ""),
    ]
    file, rejects = tmp_path / "steps.csv", tmp_path / "bad.csv"
    frame = pd.DataFrame(rows, columns=["案卷号", "操作", "操作时间", "原因", "承办部门"])
    frame.to_csv(file, index=False)
    report = advance_file(office, file, who="王", rejects=rejects)
    assert (report.read, report.stored, report.unchanged, report.rejected) == (7, 3, 0, 4)
    assert [(p.row, p.rule) for p in report.problems] == [
        (3, "datetime.invalid"), (4, "case.unknown"), (6, "step.stage"), (8, "step.time"),
    ]  # fmt: skip
    # what was legal is told as it stood after the rows before
    assert "派遣（dispatch）" in report.problems[2].text("zh")
    assert pd.read_csv(rejects).iloc[:, 0].tolist() == [3, 4, 6, 8]
    log = office.read("case_log", where={"number": number}).sort_values("seq")
    assert log["step"].tolist()[-3:] == ["accept", "return", "dispatch"]
    assert log["who"].tolist()[-3:] == ["王"] * 3
    head = office.head
    again = advance_file(office, file, who="王")
    assert (again.read, again.stored, again.unchanged, again.rejected) == (7, 0, 3, 4)
    assert office.head == head
