"""The co-ordination list: proposed, contested, decided; a rule and a precedent come of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from citygrid_core.errors import CitygridError, UsageError
from citygrid_core.operations.city import City
from citygrid_core.operations.grids.commit import Cause
from citygrid_core.operations.lookup import lookup
from citygrid_core.operations.responsibility import disputes as work
from citygrid_core.operations.responsibility.audit import audit_duties
from citygrid_core.workspace import Workspace
from tests.core.cli.test_cli import citygrid

ON = "2026-06-01"


def at(day: str, **more: str) -> Cause:
    return Cause(day, "协调员", **more)


def open_question(city: Workspace, outcome: str) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Return a place where the audit finds an open question, and the finding."""
    _, found = audit_duties(city, at=ON)
    row = found[found["outcome"] == outcome].iloc[0]
    spot = gpd.GeoDataFrame(geometry=[row.geometry.representative_point()], crs=city.crs)
    return spot, row


def test_two_bodies_claim_a_place_and_one_is_told_to_answer(city: Workspace) -> None:
    spot, row = open_question(city, "several")
    asked = {"class_code": row["class_code"], "object_kind": row["object_kind"]}
    before = lookup(city, spot, at=ON, **asked).iloc[0]
    assert before["duty_outcome"] == "several"
    first, second = row["candidates"].split("#")

    said = work.propose(city, spot, at(ON, reason="两家推诿"), department=second, **asked)
    code = said.details["code"]
    assert said.details["outcome"] == "several"
    assert said.details["candidates"] == row["candidates"]
    assert said.details["role"] == row["role"]
    work.advance(city, code, "contest", at("2026-06-03", reason="非我单位范围"))
    work.advance(city, code, "document", at("2026-06-05", document="会议纪要3号"))
    done = work.advance(
        city, code, "decide", at("2026-06-10", document="云城管〔2026〕5号"), department=first
    )
    assert done.details["state"] == "decided"

    # As of the day of the decision the question is answered; the day before it is as it was.
    assert lookup(city, spot, at="2026-06-09", **asked)["duty_outcome"].tolist() == ["several"]
    now = lookup(city, spot, at="2026-06-10", **asked).iloc[0]
    assert now["duty_outcome"] == "one"
    assert now[f"{row['role']}_code"] == first
    assert "云城管〔2026〕5号" in now["reasons"].text("zh")

    steps = work.dispute_log(city, code)
    assert steps["step"].tolist() == ["propose", "contest", "document", "decide"]
    assert steps["state"].tolist() == ["proposed", "disputed", "disputed", "decided"]
    held = work.disputes(city, state="decided").iloc[0]
    assert (held["rule_code"], held["department_code"]) == (code, first)
    assert not city.verify()


def test_a_blank_is_confirmed_for_all_its_ground(city: Workspace) -> None:
    spot, row = open_question(city, "none")
    asked = {"class_code": row["class_code"], "object_kind": row["object_kind"]}
    body = city.read("departments")["code"].iloc[0]
    said = work.propose(city, spot, at(ON), role=row["role"], department=body, **asked)
    report = work.advance(city, said.details["code"], "confirm", at(ON), scope="finding")
    assert report.details["area_m2"] == pytest.approx(row["area_m2"], rel=1e-6)
    _, after = audit_duties(city, at=ON)
    left = after[(after["class_code"] == row["class_code"]) & (after["role"] == row["role"])]
    assert not (left["outcome"] == "none").any()


def test_similar_precedents_are_offered_and_others_are_not(city: Workspace) -> None:
    spot, row = open_question(city, "several")
    asked = {"class_code": row["class_code"], "object_kind": row["object_kind"]}
    first, _ = row["candidates"].split("#")
    code = work.propose(city, spot, at(ON), department=first, **asked).details["code"]
    near = gpd.GeoDataFrame(geometry=spot.geometry.translate(60, 0), crs=city.crs)
    assert not len(work.similar(city, near, at=ON, **asked))  # not settled yet
    work.advance(city, code, "confirm", at("2026-06-02", document="函1"))
    got = work.similar(city, near, at=ON, **asked)
    assert not len(got)  # settled after that day
    got = work.similar(city, near, at="2026-07-01", **asked)
    assert got["code"].tolist() == [code]
    assert got["distance_m"].iloc[0] == pytest.approx(60, abs=0.01)
    assert got["document"].tolist() == ["函1"]
    other = {"class_code": "05001", "object_kind": "component"}
    assert not len(work.similar(city, near, at="2026-07-01", **other))


def test_an_unclear_answer_comes_with_its_precedent(city: Workspace) -> None:
    spot, row = open_question(city, "several")
    asked = {"class_code": row["class_code"], "object_kind": row["object_kind"]}
    first, _ = row["candidates"].split("#")
    assert "precedent" not in lookup(city, spot, at=ON, **asked)
    code = work.propose(city, spot, at(ON), department=first, **asked).details["code"]
    work.advance(city, code, "confirm", at(ON, document="函1"))
    # In the same grid it is settled; across its border the question is still open.
    area = row.geometry
    rule = city.read("duty_rules", where={"code": code}).geometry.iloc[0]
    rest = shapely.difference(area, rule.buffer(0.5))
    open_ = gpd.GeoDataFrame(
        geometry=[spot.geometry.iloc[0], rest.representative_point()], crs=city.crs
    )
    got = lookup(city, open_, at="2026-07-01", **asked)
    assert got["duty_outcome"].tolist() == ["one", "several"]
    assert got["precedent"].isna().tolist() == [True, False]
    assert got["precedent"].iloc[1] == code
    near = open_.geometry.iloc[[1]].to_frame("geometry").set_crs(city.crs)
    assert work.similar(city, near, at="2026-07-01", **asked)["code"].tolist() == [code]
    early = lookup(city, open_, at="2026-05-01", **asked)
    assert early["precedent"].isna().all()


def test_steps_out_of_order_and_unknown_bodies_are_refused(city: Workspace) -> None:
    spot, row = open_question(city, "several")
    asked = {"class_code": row["class_code"], "object_kind": row["object_kind"]}
    with pytest.raises(UsageError, match="no department"):
        work.propose(city, spot, at(ON), department="nobody", **asked)
    away = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0], [0]), crs=city.crs)
    with pytest.raises(UsageError, match="outside the city"):
        work.propose(city, away, at(ON), **asked)
    code = work.propose(city, spot, at(ON), **asked).details["code"]
    with pytest.raises(UsageError, match="is proposed: decide needs disputed"):
        work.advance(city, code, "decide", at(ON))
    with pytest.raises(UsageError, match="which department"):
        work.advance(city, code, "confirm", at(ON))
    with pytest.raises(UsageError, match="before the last step"):
        work.advance(city, code, "contest", at("2026-05-01"))
    with pytest.raises(UsageError, match="no dispute"):
        work.advance(city, "XT999999", "contest", at(ON))
    assert work.dispute_log(city, code)["step"].tolist() == ["propose"]


def test_a_rule_that_settles_nothing_is_not_stored(
    city: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    spot, row = open_question(city, "several")
    asked = {"class_code": row["class_code"], "object_kind": row["object_kind"]}
    first, _ = row["candidates"].split("#")
    code = work.propose(city, spot, at(ON), department=first, **asked).details["code"]
    elsewhere = City(city, ON).grids.geometry.iloc[-1]
    monkeypatch.setattr(work, "_ground", lambda *_: elsewhere)
    head = city.head
    with pytest.raises(CitygridError, match="would not settle"):
        work.advance(city, code, "confirm", at(ON))
    assert city.head == head


def test_the_list_on_the_command_line(drawn: Path, tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    shutil.copy(drawn, path)
    with Workspace.open(path) as ws:
        spot, row = open_question(ws, "several")
    x, y = spot.geometry.iloc[0].coords[0]
    what = ("--class", row["class_code"], "--kind", row["object_kind"])
    base = ("duties", "disputes")
    done = citygrid(*base, "propose", path, "--point", f"{x},{y}", *what, "--at", ON, "--json")
    assert done.returncode == 0, done.stderr
    code = json.loads(done.stdout)["code"]
    done = citygrid(*base, "decide", path, code, "--at", ON)
    assert done.returncode == 2
    assert "decide needs disputed" in done.stderr
    assert citygrid(*base, "contest", path, code, "--at", ON).returncode == 0
    body = row["candidates"].split("#")[0]
    done = citygrid(*base, "decide", path, code, "--department", body, "--at", ON, "--json")
    assert json.loads(done.stdout)["state"] == "decided", done.stderr
    listed = json.loads(citygrid(*base, "list", path, "--json").stdout)["rows"]
    assert [r["code"] for r in listed] == [code]
    steps = json.loads(citygrid(*base, "show", path, code, "--json").stdout)["rows"]
    assert [s["step"] for s in steps] == ["propose", "contest", "decide"]
    found = citygrid(*base, "precedents", path, "--point", f"{x},{y}", *what, "--json")
    assert json.loads(found.stdout)["rows"][0]["code"] == code
