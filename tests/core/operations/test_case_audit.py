"""A log or a stage that was edited by hand is named by `verify`."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pandas as pd
import pytest

from citygrid_core.operations.cases.audit import audit
from citygrid_core.operations.cases.steps import advance_cases, folded
from citygrid_core.operations.store import verify
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace


@pytest.fixture
def handled(tmp_path: Path, whole: tuple[Path, dict[str, Report]]) -> tuple[Path, str]:
    """A city in which one case was returned and sent again here."""
    path = tmp_path / "office.gpkg"
    shutil.copy(whole[0], path)
    with Workspace.open(path) as ws:
        cases = ws.read("cases", where={"stage": "dispatched"}, geometry=False)
        number = str(cases["number"].min())
        report = advance_cases(ws, pd.DataFrame([
            {"number": number, "step": "return", "at": "2026-01-05T10:00:00", "reason": "不属本单位"},
            {"number": number, "step": "dispatch", "at": "2026-01-05T11:00:00", "department_code": "D2"},
        ]))  # fmt: skip
        assert report.stored == 2
    return path, number


def by_hand(path: Path, sql: str, *values: str) -> None:
    with sqlite3.connect(path) as db:
        assert db.execute(sql, values).rowcount == 1
    db.close()


def test_what_nobody_touched_is_sound(handled: tuple[Path, str]) -> None:
    with Workspace.open(handled[0]) as ws:
        assert verify(ws).problems == []


def test_a_row_that_was_changed_is_named(handled: tuple[Path, str]) -> None:
    """The return becomes a close: the row that can't be and the stage that differs are named."""
    path, number = handled
    by_hand(path, "UPDATE case_log SET step = 'close', after = 'closed' "
                  "WHERE number = ? AND step = 'return'", number)  # fmt: skip
    with Workspace.open(path) as ws:
        said = {p.rule: p for p in audit(ws)}
        assert "step.stage" in said
        assert number in said["step.stage"].found.en
        assert "close" in said["step.stage"].found.en
        assert verify(ws).exit_code == 1


def test_a_row_that_was_taken_out_is_seen(handled: tuple[Path, str]) -> None:
    path, number = handled
    by_hand(path, "DELETE FROM case_log WHERE number = ? AND step = 'return'", number)
    with Workspace.open(path) as ws:
        assert {p.rule for p in audit(ws)} >= {"log.before"}


def test_a_stage_that_was_written_by_hand_is_seen(handled: tuple[Path, str]) -> None:
    path, number = handled
    with Workspace.open(path) as ws:
        with ws.transaction("a script of somebody") as tx:
            row = ws.read("cases", where={"number": number})[["stage"]]
            tx.update("cases", row.assign(stage="closed"))
        found = audit(ws)
    assert [p.rule for p in found] == ["case.stage"]
    assert number in found[0].found.zh
    assert "dispatched" in found[0].expected.en


def test_a_stage_behind_the_log_is_seen_though_only_the_source_told_of_it(
    handled: tuple[Path, str],
) -> None:
    """Closed by its times, written back by hand: named; a later stage is the source's to say."""
    path, own = handled
    with Workspace.open(path) as ws:
        held = ws.read("cases", geometry=False)
        closed = held[(held["stage"] == "closed").to_numpy()].iloc[[0]]
        open_ = held[((held["stage"] == "dispatched") & (held["number"] != own)).to_numpy()].iloc[
            [0]
        ]
        with ws.transaction("a script of somebody") as tx:
            tx.update("cases", closed[["stage"]].assign(stage="registered"))
            tx.update("cases", open_[["stage"]].assign(stage="closed"))
        found = audit(ws)
        assert [p.rule for p in found] == ["case.stage"]
        assert str(closed["number"].iloc[0]) in found[0].found.en
        assert "registered" in found[0].found.en
        assert "closed" in found[0].expected.en
        assert verify(ws).exit_code == 1


def test_a_case_that_its_source_voided_is_void_in_its_log(handled: tuple[Path, str]) -> None:
    with Workspace.open(handled[0]) as ws:
        void = ws.read("cases", where={"stage": "void"}, geometry=False)["number"].tolist()
        states = folded(ws, void)
    assert len(void) > 20
    assert set(states.states["stage"]) == {"void"}
    assert states.wrong.empty
