"""Duties audited and tried out: what they touch, and that trying stores nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import shapely

from citygrid_core.operations.duties import import_duties
from citygrid_core.operations.duty_audit import audit_duties
from citygrid_core.operations.lookup import lookup
from citygrid_core.operations.what_if import what_if
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace

ON = "2026-06-01"


def rule_file(folder: Path, **values: object) -> Path:
    path = folder / "rules.csv"
    row = {"code": "NEW1", "place": "everywhere", "role": "maintaining", "priority": 99, **values}
    pd.DataFrame([row]).to_csv(path, index=False)
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_findings_are_counted_with_what_they_touch(whole: tuple[Path, dict[str, Report]]) -> None:
    with Workspace.open(whole[0]) as ws:
        report, found = audit_duties(ws, at=ON)
        assert report.details["none"] + report.details["several"] == len(found) > 0
        assert report.exit_code == 1
        assert found.crs == ws.crs
        cases = ws.read("cases")
    row = found[found["object_kind"] == "event"].iloc[0]
    when = pd.to_datetime(cases["reported_at"], utc=True, format="ISO8601").dt.tz_convert(
        "Asia/Shanghai"
    )
    end = min(when.max(), pd.Timestamp(ON, tz="Asia/Shanghai"))
    mine = cases[
        (cases["class_code"] == row["class_code"])
        & (when > end - pd.DateOffset(years=1))
        & (when <= end)
    ]
    inside = shapely.intersects(row.geometry, mine.geometry.to_numpy())
    assert row["cases"] == inside.sum()


def test_what_if_says_what_the_import_then_does(
    whole: tuple[Path, dict[str, Report]], tmp_path: Path
) -> None:
    path = tmp_path / "city.gpkg"
    path.write_bytes(whole[0].read_bytes())
    with Workspace.open(path) as ws:
        cases = ws.read("cases")
        cases = cases[(cases["object_kind"] == "event") & cases.geometry.notna()]
        kind = cases["class_code"].mode()[0]
        body = ws.read("departments")["code"].iloc[0]
        rules = rule_file(
            tmp_path,
            place="grid",
            place_code="#".join(ws.read("grids")["code"]),
            role="handling",
            class_code=kind,
            object_kind="event",
            department_code=body,
        )
    before = digest(path)
    with Workspace.open(path) as ws:
        head = ws.head
        report, changes = what_if(ws, rules, on=ON)
        assert report.dry_run
        assert ws.head == head
    assert digest(path) == before

    assert (
        report.details["cases_changed"]
        == changes.loc[changes["object"] == "case", "code"].nunique()
    )
    assert len(changes) > 0
    assert set(changes["class_code"]) == {kind}
    assert set(changes["after_code"]) == {body}
    with Workspace.open(path) as ws:
        part = cases.set_index("number").loc[changes["code"], ["geometry"]]
        asked = {"class_code": kind, "object_kind": "event", "at": ON}
        was = lookup(ws, part, **asked)["handling_code"].fillna("")
        clear = ~changes["before_code"].str.contains("#").to_numpy()
        assert was.to_numpy()[clear].tolist() == changes["before_code"].to_numpy()[clear].tolist()
        import_duties(ws, rules, on=ON)
        assert set(lookup(ws, part, **asked)["handling_code"]) == {body}
        _, again = what_if(ws, rules, on=ON)
        assert len(again) == 0


def test_a_rule_that_is_wrong_changes_nothing(
    whole: tuple[Path, dict[str, Report]], tmp_path: Path
) -> None:
    with Workspace.open(whole[0]) as ws:
        report, changes = what_if(ws, rule_file(tmp_path, department_code="nobody"), on=ON)
    assert report.rejected == 1
    assert len(changes) == 0
