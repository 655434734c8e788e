"""Components and events share codes, in the editions of 2007 and 2013 nearly all: they stay apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from citygrid_core.evaluation import TOTAL
from citygrid_core.operations.cases.bounces import bounces_between
from citygrid_core.operations.evaluation.cases import cases_behind
from citygrid_core.operations.evaluation.evaluate import evaluate_city
from citygrid_core.operations.evaluation.sections import bounce_tables
from citygrid_core.operations.heat.forecast import Kept, _of
from citygrid_core.operations.heat.tables import heat_table, update_heat
from citygrid_core.standards import load_edition
from citygrid_core.workspace import Workspace
from tests.core.workspace import makers

#: By edition a code that a component and an event have, and its beginning.
SHARED = {"cjt214-2007": ("0101", "01"), "gbt30428-2013": ("0101", "01"),
          "gbt47678-2026": ("01001", "01")}  # fmt: skip


def case(i: int, kind: str, code: str, grid: int, **more: object) -> dict[str, object]:
    at = f"2025-03-03T08:{i:02d}:00"
    return {
        "number": f"C{i}", "source": "hotline", "object_kind": kind, "class_code": code,
        "stage": "closed", "reported_at": at, "registered_at": at, "closed_at": "2025-03-04T08:00:00",
        "grid_code": f"{makers.COMMUNITY}{grid:03d}", "community_code": makers.COMMUNITY, **more,
    }  # fmt: skip


@pytest.fixture(params=list(SHARED))
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Workspace, str, str]]:
    """Two grids. In the first 4 components of the class, 2 cases of them and 3 events of the same code."""
    code, major = SHARED[request.param]
    rows = [case(1, "component", code, 1), case(2, "component", code, 1)]
    rows += [case(i, "event", code, 1) for i in (3, 4, 5)]
    points = [shapely.Point(500_010 + i, 3_300_010) for i in range(len(rows))]
    log = [
        {"number": r["number"], "seq": i, "step": step, "at": at, "post": "source", "after": after}
        for r in rows
        for i, (step, at, after) in enumerate(
            [("collect", r["reported_at"], "collected"), ("register", r["registered_at"], "registered"),
             ("return", "2025-03-03T12:00:00", "registered"), ("close", r["closed_at"], "closed")], 1)
    ]  # fmt: skip
    with makers.make(tmp_path / "town.gpkg", edition=request.param) as ws:
        with ws.transaction("town") as tx:
            tx.insert("areas", makers.areas())
            tx.insert("grids", makers.grids(2))
            held = makers.components(4).assign(class_code=code, grid_code=f"{makers.COMMUNITY}001")
            tx.insert("components", held)
            tx.insert("cases", gpd.GeoDataFrame(rows, geometry=points, crs=makers.CRS))
            tx.insert("case_log", pd.DataFrame(log))
        update_heat(ws)
        yield ws, code, major


def test_a_rate_by_components_counts_cases_of_components(town: tuple[Workspace, str, str]) -> None:
    """2 cases on 4 components are 50 per 100; the 3 events have no such rate, nor has the sum."""
    ws, code, major = town
    for asked in (code, major):
        report, rows = heat_table(ws, object_kind="component", class_code=asked)
        first = rows.set_index("grid_code").iloc[0]
        assert (first["cases"], first["per_100_components"]) == (2, 50.0)
        assert not report.cautions
        for kind, cases in (("event", 3), (None, 5)):
            report, rows = heat_table(ws, object_kind=kind, class_code=asked)
            assert rows["cases"].max() == cases
            assert "per_100_components" not in rows
            assert [p.rule for p in report.cautions] == ([] if kind else ["heat.kinds"])
    assert heat_table(ws, object_kind="component")[1]["per_100_components"].max() == 50.0
    assert "per_100_components" not in heat_table(ws)[1]


def test_a_class_alone_still_has_its_rate(town: tuple[Workspace, str, str]) -> None:
    ws, code, _ = town
    with ws.transaction("no events") as tx:
        events = ws.read("cases", where={"object_kind": "event"})
        tx.update("cases", events[["stage"]].assign(stage="void"))
    update_heat(ws)
    assert heat_table(ws, class_code=code)[1]["per_100_components"].max() == 50.0


def test_evaluation_by_class_keeps_them_apart(town: tuple[Workspace, str, str]) -> None:
    ws, code, _ = town
    done = evaluate_city(ws, "2025-03", by="class")
    counted = done.table.value["registered"]
    assert counted.to_dict() == {f"component:{code}": 2, f"event:{code}": 3, TOTAL: 5}
    edition = load_edition(ws.edition)
    assert done.names == {
        f"{kind}:{code}": edition.class_label(kind, code) for kind in ("component", "event")
    }
    assert len({name.zh for name in done.names.values()}) == 2
    behind = cases_behind(ws, "2025-03", "registered", by="class", group=f"event:{code}")
    assert sorted(behind["number"]) == ["C3", "C4", "C5"]
    said = bounce_tables(ws, done, "zh")["class"].set_index("who")["bounces"].to_dict()
    assert said == {done.names[f"component:{code}"].zh: 2, done.names[f"event:{code}"].zh: 3}
    assert len(bounces_between(ws, since="2025-03-01", until="2025-04-01")) == 5


def test_a_forecast_of_the_other_kind_is_another_one() -> None:
    kept = pd.DataFrame({"object_kind": ["component", None], "class_code": ["0101", ""]})
    made = pd.DataFrame(
        {"object_kind": ["component", "event", None], "class_code": ["0101", "0101", ""]}
    )
    assert _of(made, Kept(kept, kept)).tolist() == [True, False, True]
