"""Cases on the map: the filter, the lights, the temporal setup, indicators as classes."""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import asdict
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsProject

from citygrid_core.operations.case_queue import Filter, queue
from citygrid_core.workspace import Workspace
from citygrid_plugin.layers.case_views import condition, drop_lights, filter_cases, show_lights
from citygrid_plugin.layers.evaluation import breaks, renderer
from citygrid_plugin.layers.project import find_layer
from citygrid_plugin.services.evaluation import Asked, Evaluations, period_of, shifted
from citygrid_plugin.services.session import Session


@pytest.fixture
def open_city(whole_city: Path, qgis_app: QgsApplication):  # type: ignore[no-untyped-def]
    session = Session(QgsProject.instance())
    session.open(whole_city)
    yield whole_city
    session.close()
    QgsProject.instance().clear()


def test_the_filter_draws_what_the_queue_lists(open_city: Path) -> None:
    with Workspace.open(open_city) as ws:
        cases = ws.read("cases", geometry=False)
    one = cases.iloc[len(cases) // 2]
    for asked in (
        Filter(area=one["street_code"]),
        Filter(department=one["handling_code"], since="2025-06-01"),
        Filter(class_code=one["class_code"], object_kind=one["object_kind"], source=one["source"]),
        Filter(stages=("dispatched", "void")),
    ):
        wanted = cases
        for column, value in (
            ("street_code", asked.area), ("handling_code", asked.department),
            ("source", asked.source), ("object_kind", asked.object_kind),
            ("class_code", asked.class_code),
        ):  # fmt: skip
            wanted = wanted[wanted[column] == value] if value else wanted
        if asked.since:
            wanted = wanted[wanted["reported_at"] >= asked.since]
        if asked.stages:
            wanted = wanted[wanted["stage"].isin(asked.stages)]
        filter_cases(QgsProject.instance(), condition(asdict(asked)))
        found = find_layer(QgsProject.instance(), "cases").featureCount()
        assert found == len(wanted) > 0
    filter_cases(QgsProject.instance(), "")


def test_the_time_of_cases_is_set_up_and_indexed(open_city: Path) -> None:
    project = QgsProject.instance()
    times = find_layer(project, "cases").temporalProperties()
    assert times.isActive()
    assert times.startField() == "reported_at"
    span = project.timeSettings().temporalRange()
    assert span.begin().toString("yyyy-MM-dd") == "2025-01-01"
    with sqlite3.connect(f"file:{open_city}?mode=ro", uri=True) as store:
        plan = store.execute(
            "explain query plan select * from cases where reported_at >= '2025-06-01T00:00:00'"
        ).fetchall()
    assert "INDEX" in str(plan)


def test_lights_are_those_of_the_core(open_city: Path) -> None:
    project, at = QgsProject.instance(), "2025-06-15T12:00:00"
    with Workspace.open(open_city) as ws:
        report, found = queue(ws, at)
    layer_of_lights = show_lights(project, found, at, lambda kind, code: code)
    placed = found[found.geometry.notna() & ~found.geometry.is_empty]
    told = {f["number"]: f["light"] for f in layer_of_lights.getFeatures()}
    assert told == dict(zip(placed["number"], placed["light"], strict=True))
    assert {c.value() for c in layer_of_lights.renderer().categories()} >= set(told.values())
    assert report.details["lights"]["red"] > 0
    assert "2025-06-15 12:00" in layer_of_lights.name()
    del layer_of_lights
    drop_lights(project)
    assert find_layer(project, "case_lights") is None


@pytest.mark.parametrize(
    ("kind", "values"),
    [("rate", [0.72, 0.81, 0.853, 0.899]), ("rate", [1.0, 1.0]), ("count", [0, 3, 40, 7]), ("count", [0]),
     ("mean", [0.4, 12.5, 30.1]), ("rate", [0.5])],
)  # fmt: skip
def test_every_value_has_a_class(kind: str, values: list[float], qgis_app: QgsApplication) -> None:
    bounds = breaks(values, kind)
    assert bounds == sorted(set(bounds))
    made = renderer(values, kind, 1, "%")
    for value in values:
        assert any(r.lowerValue() <= value <= r.upperValue() for r in made.ranges()), value
    assert breaks([float("nan")], kind) == []


@pytest.mark.parametrize(
    ("period", "before", "after"),
    [("2026-01", "2025-12", "2026-02"), ("2026-W01", "2025-W52", "2026-W02"),
     ("2026-Q4", "2026-Q3", "2027-Q1"), ("2026", "2025", "2027"),
     ("2026-02-28", "2026-02-27", "2026-03-01"),
     ("2026-01-01..2026-01-10", "2025-12-22..2025-12-31", "2026-01-11..2026-01-20")],
)  # fmt: skip
def test_periods_follow_one_another(period: str, before: str, after: str) -> None:
    assert (shifted(period, -1), shifted(period, 1)) == (before, after)
    assert period_of("week", dt.date(2026, 1, 1)) == "2026-W01"


def test_the_facts_of_a_period_are_read_once(
    whole_city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import citygrid_core.operations.evaluation as operation

    read, real = [], operation.facts_of
    monkeypatch.setattr(operation, "facts_of", lambda *a: read.append(a) or real(*a))
    evaluations = Evaluations()
    streets = evaluations.ask(whole_city, Asked("2025-06", "area", "street"))
    bodies = evaluations.ask(whole_city, Asked("2025-06", "department", "street"))
    found, points = evaluations.cases(whole_city, streets.asked, "reported", "*")
    assert len(read) == 1
    assert streets.done.table.value.at["*", "reported"] == len(found) == len(points)
    assert bodies.done.table.value.at["*", "reported"] == len(found)
