"""Cases on the map: the filter, the lights, the temporal setup, indicators as classes."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsProject,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QDialogButtonBox

from citygrid_core.evaluation.ranking import rank
from citygrid_core.operations.cases.queue import Filter, queue
from citygrid_core.operations.cases.twins import twins
from citygrid_core.operations.evaluation.evaluate import evaluate_city
from citygrid_core.workspace import Workspace
from citygrid_plugin.gui.components.class_search import ClassSearch
from citygrid_plugin.gui.components.intake_page import IntakePage
from citygrid_plugin.gui.dialogs.step_dialog import StepDialog
from citygrid_plugin.gui.docks.evaluation_dock import EvaluationDock
from citygrid_plugin.layers.case_views import condition, drop_lights, filter_cases, show_lights
from citygrid_plugin.layers.evaluation import breaks, renderer
from citygrid_plugin.layers.project import find_layer
from citygrid_plugin.services.case_words import left_out
from citygrid_plugin.services.cities import Cities
from citygrid_plugin.services.evaluation import Asked, Evaluations, period_of, shifted
from citygrid_plugin.services.session import Session

Run = Callable[..., dict[str, Any]]


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
        Filter(department=one["handling_code"], since="2025-06-01", until="2025-11-01"),
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
            wanted = wanted[wanted["reported_at"] < asked.until]
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


def test_the_layer_has_a_style_by_light_beside_that_by_stage(open_city: Path) -> None:
    """What is past the deadline that is stored is red: as the core says of limits by the clock."""
    case_layer = find_layer(QgsProject.instance(), "cases")
    styles = case_layer.styleManager()
    stage = styles.currentStyle()
    (light,) = set(styles.styles()) - {stage}
    styles.setCurrentStyle(light)
    expression = QgsExpression(case_layer.renderer().classAttribute())
    assert not expression.hasParserError()
    known = {c.value() for c in case_layer.renderer().categories()}
    scope = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(case_layer))
    for feature in case_layer.getFeatures("\"stage\" = 'dispatched'"):
        scope.setFeature(feature)
        told = expression.evaluate(scope)
        assert told in known
        assert told == "red"  # the sample's year has passed
    styles.setCurrentStyle(stage)
    assert case_layer.renderer().classAttribute() == '"stage"'
    assert case_layer.temporalProperties().isActive()
    del case_layer, styles


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
    [("rate", [0.0, 0.5, 1.0, 1.0, 1.0, 1.0]),
     ("rate", [0.72, 0.81, 0.853, 0.899]), ("rate", [1.0, 1.0]), ("count", [0, 3, 40, 7]), ("count", [0]),
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
    ("kind", "values"), [("rate", [0.907, 0.833]), ("rate", [0.95, 0.9, 0.9, 0.9, 0.9]),
                         ("count", [359.0, 40.0]), ("rate", [0.0, 1.0])],
)  # fmt: skip
def test_few_groups_are_told_apart(
    kind: str, values: list[float], qgis_app: QgsApplication
) -> None:
    """Two counties of 83 and 91 % don't have one colour."""
    bounds = breaks(values, kind)
    classes = {v: sum(b < v for b in bounds[1:]) for v in values}
    assert len(set(classes.values())) == len(set(values))


def test_a_number_of_cases_stands_in_one_class_of_the_legend_only(qgis_app: QgsApplication) -> None:
    labels = [r.label() for r in renderer([1, 2, 2, 3, 5, 6, 17], "count", 0, "").ranges()]
    bounds = [[int(b) for b in label.split(" – ")] for label in labels]
    assert all(below[-1] + 1 == above[0] for below, above in pairwise(bounds))


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
    import citygrid_core.operations.evaluation.facts as operation

    read, real = [], operation.facts_of
    monkeypatch.setattr(operation, "facts_of", lambda *a, **b: read.append(a) or real(*a, **b))
    evaluations = Evaluations()
    streets = evaluations.ask(whole_city, Asked("2025-06", "area", "street"))
    bodies = evaluations.ask(whole_city, Asked("2025-06", "department", "street"))
    found, points = evaluations.cases(whole_city, streets.asked, "reported", "*")
    assert len(read) == 1
    assert streets.done.table.value.at["*", "reported"] == len(found) == len(points)
    assert bodies.done.table.value.at["*", "reported"] == len(found)


def test_rows_are_the_evaluation_and_its_mix(whole_city: Path) -> None:
    """The list and the map show what the core says, as it is and for the mix of classes."""
    evaluations, code = Evaluations(), "dispose_on_time_rate"
    posts = evaluations.ask(whole_city, Asked("2025-06", "post", post="dispatcher"))
    assert posts.done.score_of == "dispatcher"
    asked = Asked("2025-06", "area", "community")
    answer = evaluations.ask(whole_city, asked)
    done = answer.done
    mix = done.mix
    assert mix is not None
    plain, mixed = (evaluations.rows(whole_city, answer, code, how) for how in (False, True))
    assert set(plain) == set(mixed) == set(done.table.value.index) - {"*"}
    for group in plain:
        assert plain[group].value == pytest.approx(done.table.value.at[group, code], nan_ok=True)
        assert plain[group].counts == mixed[group].counts
        if group in mix.index:
            assert mixed[group].value == pytest.approx(mix.at[group, "value"], nan_ok=True)
    known = [r.value for r in mixed.values() if r.value == r.value]
    assert known == sorted(known, reverse=True)
    assert evaluations.bounces(whole_city, done)["pair"].empty


def test_a_queue_and_its_twins_as_layers(run: Run, whole_city: Path) -> None:
    at = "2025-06-15T12:00:00"
    with Workspace.open(whole_city) as ws:
        report, found = queue(ws, at)
        pairs = twins(ws, since="2025-06-01", until="2025-06-08")
    made = run("casequeue", WORKSPACE=str(whole_city), AT=at)
    assert [f["number"] for f in made["OUTPUT"].getFeatures()] == found["number"].tolist()
    assert made["RED"] == report.details["lights"]["red"]
    made = run("casequeue", WORKSPACE=str(whole_city), AT=at, LIGHT=2, UNTIL="2025-06-15")
    chosen = found[(found["light"] == "red") & (found["reported_at"] < "2025-06-15")]
    assert [f["number"] for f in made["OUTPUT"].getFeatures()] == chosen["number"].tolist() != []
    lines = run("twincases", WORKSPACE=str(whole_city), SINCE="2025-06-01", UNTIL="2025-06-08")
    drawn = list(lines["OUTPUT"].getFeatures())
    assert len(drawn) == lines["PAIRS"] == len(pairs)
    for feature in drawn:
        assert feature.geometry().length() == pytest.approx(feature["metres"], abs=0.06)


def test_indicators_of_areas_as_polygons(run: Run, whole_city: Path) -> None:
    made = run(
        "evaluateareas",
        WORKSPACE=str(whole_city),
        PERIOD="2025-06",
        LEVEL=2,
        INDICATOR="close_rate",
        SCHEME="cjt292",
    )
    with Workspace.open(whole_city) as ws:
        done = evaluate_city(
            ws, "2025-06", level="community", adjusted="close_rate", scheme="cjt292"
        )
    places = rank(done.table, "close_rate")
    for feature in made["OUTPUT"].getFeatures():
        code = feature["code"]
        assert feature["value"] == pytest.approx(done.table.value.at[code, "close_rate"])
        assert feature["best_rank"] == places.at[code, "best_rank"]
        assert feature["adjusted_low"] == pytest.approx(done.mix.at[code, "low"])
        assert feature["score"] == pytest.approx(done.score.at[code, "score"])
        assert feature["grade"] == done.score.at[code, "grade"]
    assert made["TOTAL"] == pytest.approx(done.table.value.at["*", "close_rate"])


def test_a_case_through_the_algorithms(run: Run, own_city: Path, tmp_path: Path) -> None:
    with Workspace.open(own_city) as ws:
        spot = ws.read("grids").geometry.iloc[3].representative_point()
    base = {"WORKSPACE": str(own_city), "WHO": "甲"}
    taken = run(
        "takecasein", **base, CLASS="暴露垃圾", POINT=f"{spot.x},{spot.y}", SOURCE=0,
        REPORTED="2026-03-02T09:00:00", AT="2026-03-02T09:05:00", REGISTER=True,
    )  # fmt: skip
    assert (taken["READ"], taken["STORED"]) == (1, 1)
    with Workspace.open(own_city) as ws:
        number = ws.read("cases", where={"stage": "registered"})["number"].iloc[0]
    sent = run("dispatchcases", **base, NUMBERS=number, AUTO=True, AT="2026-03-02T09:10:00")
    assert sent["READ"] == 1
    bounced = tmp_path / "bounces.csv"
    run("bouncedcases", WORKSPACE=str(own_city), BY=0, OUTPUT=str(bounced))
    late = tmp_path / "late.csv"
    run("overduecases", WORKSPACE=str(own_city), AT="2025-06-15T12:00:00", OUTPUT=str(late))
    page = tmp_path / "report.html"
    run(
        "evaluationreport",
        WORKSPACE=str(own_city),
        PERIOD="2025-06",
        BY=1,
        LEVEL=1,
        OUTPUT=str(page),
    )
    assert bounced.exists()
    behind = tmp_path / "behind.csv"
    run("casesbehind", WORKSPACE=str(own_city), PERIOD="2025-06", INDICATOR="closed", BY=2, POST=3,
        LEVEL=1, OUTPUT=str(behind))  # fmt: skip
    with Workspace.open(own_city) as ws:
        closed = evaluate_city(ws, "2025-06", indicators=["closed"]).table.value.at["*", "closed"]
    assert behind.read_text(encoding="utf-8-sig").count("\n") == closed + 1
    assert late.read_text(encoding="utf-8-sig").count("\n") > 1
    assert "<svg" in page.read_text(encoding="utf-8")
    if not sent["STORED"]:
        with Workspace.open(own_city) as ws:
            body = ws.read("departments")["code"].iloc[0]
        run("dispatchcases", **base, NUMBERS=number, TO=body, AT="2026-03-02T09:10:00")
    steps = tmp_path / "steps.csv"
    steps.write_text(
        f"number,step,at\n{number},check,2026-03-02T10:30:00\n{number},dispatch,2026-03-02T10:31:00\n",
        "utf-8",
    )
    done = run("stepofcases", **base, NUMBERS=number, STEP="handle", AT="2026-03-02T10:00:00")
    assert done["STORED"] == 1
    rest = run("advancecases", **base, FILE=str(steps), REJECTS=str(tmp_path / "refused.csv"))
    assert (rest["STORED"], rest["REJECTED"]) == (1, 1)


def test_a_city_is_read_anew_when_its_ground_has_changed(own_city: Path) -> None:
    """Cases come and go all day; areas, grids, departments and rules don't, whoever changes them."""
    cities = Cities()
    before = cities.get(own_city)
    with Workspace.open(own_city) as ws, ws.transaction("note") as tx:
        tx.update("cases", ws.read("cases").iloc[:1].assign(note="seen"))
    assert cities.get(own_city) is before
    with sqlite3.connect(own_city) as store:
        store.execute("update departments set short_name = 'renamed' where rowid = 1")
    after = cities.get(own_city)
    assert after is not before
    assert "renamed" in set(after.city.departments["short_name"])
    with Workspace.open(own_city) as ws:
        assert after.city.on(ws).departments is after.city.departments


def test_an_indicator_tells_its_formula_where_it_is_chosen(qgis_iface: Any) -> None:
    dock = EvaluationDock(lambda name: QIcon())
    offered = [("a", "甲率", "乙 / 丙"), ("b", "丁数", "戊")]
    dock.set_indicators(offered, "b")
    for at, (_, _, formula) in enumerate(offered):
        assert dock.indicator.itemData(at, Qt.ItemDataRole.ToolTipRole) == formula
    assert dock.indicator.toolTip() == "戊"
    dock.indicator.setCurrentIndex(0)
    assert dock.indicator.toolTip() == "乙 / 丙"
    dock.deleteLater()


def test_a_step_is_confirmed_when_all_that_it_needs_is_said(qgis_app: QgsApplication) -> None:
    dialog = StepDialog("t", ("reason", "department"), {"A": "甲"}, "", "2026-01-01T00:00:00")
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not ok.isEnabled()
    dialog.reason.setText("why")
    assert not ok.isEnabled()
    dialog.department.setCurrentIndex(1)
    assert ok.isEnabled()
    dialog.reason.setText("  ")
    assert not ok.isEnabled()
    dialog.deleteLater()


def test_a_list_tells_what_it_does_not_show(qgis_app: QgsApplication) -> None:
    assert left_out(2000, 2000) == ""
    assert "2,000" in left_out(2001, 2000)


def test_a_class_that_is_not_found_is_told(qgis_app: QgsApplication) -> None:
    search = ClassSearch(lambda major: QIcon())
    picked: list[str] = []
    search.picked.connect(picked.append)
    search.set_search(lambda typed: ())
    QTest.keyClicks(search.line, "zz")
    QTest.keyClick(search.line, Qt.Key.Key_Return)
    assert (search.list.count(), search.codes(), picked) == (1, [], [])
    search.deleteLater()


def test_a_component_that_was_typed_stays_where_none_is_offered(qgis_app: QgsApplication) -> None:
    """It contradicts the class, say: what is told of it must not be lost before it is stored."""
    page = IntakePage(lambda name: QIcon(), lambda major: QIcon())
    page.show_components([("A1", "A1  lamp  2 m")])
    page.component.setCurrentIndex(1)
    assert page.component_code() == "A1"
    page.component.setEditText("X9")
    page.show_components([])
    assert page.component_code() == "X9"
    page.reset()
    assert page.component_code() == ""
    page.deleteLater()


def test_an_indicator_is_found_by_a_part_of_its_name(qgis_iface: Any) -> None:
    """What stands in the box is what is shown: a part of a name takes the first that has it."""
    dock = EvaluationDock(lambda name: QIcon())
    dock.set_indicators([("a", "closed", ""), ("b", "reworked (%)", "")], "a")
    changed: list[str] = []
    dock.indicator_changed.connect(lambda: changed.append(dock.chosen_indicator()))
    line = dock.indicator.lineEdit()
    for typed, code, shown_ in (("REWORK", "b", "reworked (%)"), ("nothing", "b", "reworked (%)")):
        line.setText(typed)
        QTest.keyClick(line, Qt.Key.Key_Return)
        assert (dock.chosen_indicator(), dock.indicator.currentText()) == (code, shown_)
    assert changed == ["b"]
    dock.deleteLater()


def test_a_call_tells_how_far_it_is_and_ends_when_nobody_wants_it(qgis_iface: Any) -> None:
    from citygrid_core.errors import Cancelled
    from citygrid_plugin.services.calls import CallTask

    told: list[float] = []
    task = CallTask("t", lambda: None, lambda result: None)
    task.progressChanged.connect(told.append)
    task.follow("reading", 1, 4)
    assert told == [25.0]
    task.drop()
    with pytest.raises(Cancelled):
        task.follow("reading", 2, 4)
