"""Duties audited and tried out: what they touch, and that trying stores nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from citygrid_core.errors import UsageError
from citygrid_core.operations.lookup import lookup
from citygrid_core.operations.responsibility.audit import audit_duties
from citygrid_core.operations.responsibility.duties import import_duties
from citygrid_core.operations.responsibility.what_if import what_if, what_if_borders
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace
from tests.core.cli.test_cli import citygrid

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


def _moved(ws: Workspace) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return two neighbouring communities, and the first one grown into the second."""
    areas = ws.read("areas")
    areas = areas[areas["level"] == "community"]
    for _, one in areas.iterrows():
        near = areas[(areas["parent_code"] != one["parent_code"]) & areas.touches(one.geometry)]
        if len(near):
            break
    grown = one.geometry.buffer(80).intersection(near.geometry.iloc[0].union(one.geometry))
    proposal = gpd.GeoDataFrame({"code": [one["code"]]}, geometry=[grown], crs=ws.crs)
    return near, proposal


def test_what_if_a_border_moved_changes_exactly_the_ground_it_takes(
    whole: tuple[Path, dict[str, Report]], tmp_path: Path
) -> None:
    """A community grows into its neighbour of another street: a rule for the street decides."""
    path = tmp_path / "city.gpkg"
    path.write_bytes(whole[0].read_bytes())
    with Workspace.open(path) as ws:
        _, proposal = _moved(ws)
        street = proposal["code"].iloc[0][:9]
        body = ws.read("departments")["code"].iloc[0]
        rules = rule_file(
            tmp_path, place="area", place_code=street, role="handling", department_code=body
        )
        import_duties(ws, rules, on="2025-01-01")
        before, head = digest(path), ws.head
        report, changes = what_if_borders(ws, areas=proposal, on=ON)
        assert ws.head == head
        assert digest(path) == before
        taken = proposal.geometry.iloc[0]
        assert len(changes)
        assert shapely.covers(taken.buffer(1e-6), changes.geometry.to_numpy()).all()
        assert report.details["uncovered_m2"] == 0
        handling = changes[changes["role"] == "handling"]
        # Every one that the street did not have before and the ground holds now has its body.
        assert (handling["after_code"] == body).any()
        assert (handling["before_code"] != handling["after_code"]).all()
        with pytest.raises(UsageError, match="no community"):
            what_if_borders(ws, areas=proposal.assign(code="999999999999"), on=ON)
        with pytest.raises(UsageError, match="no border"):
            what_if_borders(ws, on=ON)


def test_what_if_a_grid_moved_is_what_a_city_with_that_grid_answers(
    whole: tuple[Path, dict[str, Report]],
) -> None:
    with Workspace.open(whole[0]) as ws:
        grids = ws.read("grids")
        near, proposal = _moved(ws)
        other = near["code"].iloc[0]
        mine = grids[
            (grids["community_code"] == other) & grids.intersects(proposal.geometry.iloc[0])
        ]
        first = grids[grids["community_code"] == proposal["code"].iloc[0]]["code"].iloc[0]
        whole_grid = grids.loc[grids["code"] == first].geometry.iloc[0]
        grown = gpd.GeoDataFrame(
            {"code": [first]}, geometry=[whole_grid.union(mine.geometry.iloc[0])], crs=ws.crs
        )
        report, changes = what_if_borders(ws, grids=grown, on=ON)
        assert report.details["uncovered_m2"] == 0
        assert set(changes["grid_code"]) <= {mine["code"].iloc[0]}


def test_borders_proposed_in_a_file(whole: tuple[Path, dict[str, Report]], tmp_path: Path) -> None:
    with Workspace.open(whole[0]) as ws:
        _, proposal = _moved(ws)
    file = tmp_path / "moved.geojson"
    proposal.to_crs(4490).to_file(file, driver="GeoJSON")
    done = citygrid("duties", "what-if", whole[0], "--areas", file, "--at", ON, "--json")
    assert done.returncode in (0, 1), done.stderr + done.stdout
    said = json.loads(done.stdout)
    assert said["dry_run"]
    assert said["cases_asked"] > 0
    assert citygrid("duties", "what-if", whole[0]).returncode == 2
