"""The dock of heat without a desktop: numbers, classes, layers, words, the sheet."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from qgis.core import (
    NULL,
    QgsApplication,
    QgsLayoutItemLabel,
    QgsProject,
    QgsRectangle,
)
from qgis.PyQt.QtTest import QSignalSpy

from citygrid_core.heat import Choice
from citygrid_core.heat.rates import LOCATED_AT_LEAST
from citygrid_core.operations.grids.commit import Cause
from citygrid_core.operations.grids.edits import edit_grids
from citygrid_core.operations.heat.forecast import heat_forecast
from citygrid_core.operations.heat.tables import heat_table
from citygrid_core.workspace import Workspace
from citygrid_plugin.gui import heat_room
from citygrid_plugin.gui.components.period_bar import PeriodBar
from citygrid_plugin.gui.components.trend_plot import Ahead, Bar, TrendPlot
from citygrid_plugin.gui.docks.heat_compare_page import HeatComparePage
from citygrid_plugin.gui.docks.heat_page import HeatPage
from citygrid_plugin.i18n import set_language
from citygrid_plugin.layers import heat_live as live
from citygrid_plugin.services import heat_words as words
from citygrid_plugin.services.cities import Cities
from citygrid_plugin.services.heat_asking import parameters_of
from citygrid_plugin.services.heat_card import grid_card
from citygrid_plugin.services.heat_change import change_of
from citygrid_plugin.services.heat_city import HeatCity, Question, read_city, spot_classes
from citygrid_plugin.services.heat_map import OWN, VIEW, HeatMap
from citygrid_plugin.services.heat_patterns import TooShort, find_patterns
from citygrid_plugin.services.heat_sheet import Sheet, heat_layout, write_sheet
from citygrid_plugin.services.periods import Span, spans

DECEMBER = Span("month", "2025-12-01", "2025-12-31")
CJK = re.compile(r"[\u3400-\u9fff]")


def quiet(*_: object) -> None:
    """Progress that nobody looks at."""


@pytest.fixture(autouse=True)
def _english(qgis_app: QgsApplication) -> Iterator[None]:
    set_language("en")
    yield
    set_language(None)


@pytest.fixture(scope="module")
def city(whole_city: Path) -> HeatCity:
    return read_city(whole_city, quiet)


@pytest.fixture
def shown_map(city: HeatCity, qgis_app: QgsApplication) -> Iterator[HeatMap]:
    project = QgsProject.instance()
    yield HeatMap(project, city)
    project.clear()


def question(measure: str = "per_hectare", span: Span = DECEMBER, **choice: object) -> Question:
    return Question(Choice(**choice), span, measure)  # type: ignore[arg-type]


# --- time --------------------------------------------------------------------------------------


def test_times_cover_all_days_and_know_those_before_them() -> None:
    for step in ("day", "week", "month", "quarter", "year"):
        found = spans(step, "2024-02-27", "2025-03-02")
        days = sum(one.days for one in found)
        assert found[0].first <= "2024-02-27"
        assert found[-1].last >= "2025-03-02"
        assert (np.datetime64(found[-1].last) - np.datetime64(found[0].first)).astype(
            int
        ) == days - 1
        for earlier, later in itertools.pairwise(found):
            assert later.before()[1:] == earlier[1:]
    assert Span("month", "2024-02-01", "2024-02-29").year_before()[1:] == (
        "2023-02-01",
        "2023-02-28",
    )
    assert Span("own", "2024-02-29", "2024-03-01").year_before()[1:] == ("2023-02-28", "2023-03-01")
    assert Span("week", "2025-01-06", "2025-01-12").year_before()[1:] == (
        "2024-01-08",
        "2024-01-14",
    )


def test_the_slider_plays_and_own_days_are_taken(qgis_app: QgsApplication) -> None:
    bar = PeriodBar()
    bar.set_days("2025-01-10", "2025-12-31")
    assert bar.span()[1:] == DECEMBER[1:]
    spy = QSignalSpy(bar.changed)
    bar.slider.setValue(3)
    assert bar.span().name == "2025-04"
    assert len(spy) == 1
    bar.show_span("2025-05-01", "2025-05-31")
    assert bar.slider.value() == 4
    bar.show_span("2025-05-03", "2025-05-20")
    assert (bar.unit(), bar.span().days) == ("own", 18)
    bar.step.setCurrentIndex(bar.step.findData("month"))
    bar.play.setChecked(True)
    bar.slider.setValue(bar.slider.maximum())
    bar._on()
    assert not bar.play.isChecked()


# --- numbers -----------------------------------------------------------------------------------


def test_numbers_are_those_of_the_table_of_the_core(city: HeatCity, whole_city: Path) -> None:
    from citygrid_core.operations.heat.tables import heat_table

    with Workspace.open(whole_city) as ws:
        _, table = heat_table(ws, from_day=DECEMBER.first, to_day=DECEMBER.last)
    mine = table[table["status"] == "valid"].set_index("grid_code").loc[city.codes]
    for measure in ("per_hectare", "per_hectare_smoothed"):
        answer = city.answer(question(measure))
        np.testing.assert_allclose(answer.values, mine[measure].to_numpy(float))
    assert (answer.tally.cases == mine["cases"].to_numpy()).all()
    np.testing.assert_allclose(answer.weak_share, mine["weak_share"].to_numpy(float))


def test_components_are_a_base_of_their_class(city: HeatCity) -> None:
    answer = city.answer(question("per_100_components", object_kind="component", classes=("01",)))
    held = city.components()
    of_class = held[held["class_code"].str.startswith("01")].groupby("grid_code")["number"].sum()
    base = of_class.reindex(city.codes).to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        np.testing.assert_allclose(answer.values, 100 * answer.tally.cases / base)
    assert "per_100_components" not in city.measures("event")


def test_a_fixed_scale_holds_every_month(city: HeatCity) -> None:
    for measure in ("per_hectare", "cases"):
        bounds = city.scale(question(measure))
        for month in spans("month", *city.days):
            answer = city.answer(question(measure, month))
            assert city.scale(question(measure, month))[-1] == bounds[-1]
            classes = answer.classes(bounds)
            assert set(classes[answer.values > 0]) <= set(range(len(bounds) - 1))
            assert (classes[~(answer.values > 0)] == live.EMPTY).all()


def test_classes_of_counts_are_whole_numbers() -> None:
    assert words.class_labels([0, 1, 3, 10], "cases") == ["1", "2 – 3", "4 – 10"]
    assert words.class_labels([0, 0.5, 2], "per_hectare") == ["> 0 – 0.5", "0.5 – 2"]


def test_spots_are_classed_by_how_sure_they_are(city: HeatCity) -> None:
    found = pd.DataFrame({"z": [4, 3, -4, 1, np.nan], "q": [0.001, 0.03, 0.001, 0.6, np.nan]})
    assert spot_classes(found).tolist() == [0, 1, 2, -1, -1]
    # A number of cases is judged by its density, as the core does it.
    spots = city.spots(city.answer(question("cases")))
    core = city.view.hotspots(question().dated)
    pd.testing.assert_frame_equal(spots, core)


def test_few_times_have_no_pattern(city: HeatCity) -> None:
    with pytest.raises(TooShort, match="3 are there"):
        find_patterns(city, question(span=Span("month", "2025-03-01", "2025-03-31")), quiet)
    found = find_patterns(city, question(classes=("09006",)), quiet)
    assert (found.first, found.last) == ("2025-01-01", "2025-12-01")
    rows = list(found.rows(city))
    assert len(rows) == (found.frame["pattern"] != "").sum() > 0
    assert all(city.code_at(x, y) == code for code, x, y, _, _ in rows)


def test_change_is_told_with_its_interval(city: HeatCity) -> None:
    now, then = (city.answer(question(span=s)) for s in (DECEMBER, DECEMBER.before()))
    change = change_of(city, now, then)
    rate = now.tally.total / 31 / (then.tally.total / 30)
    assert change.total[0] == pytest.approx(rate)
    assert change.total[1] < rate < change.total[2]
    assert f"{now.tally.total:,}" in change.said()
    for row in change.rises(10):
        assert change.frame.loc[row[0], "low"] > 1


def test_after_a_split_cases_count_on_todays_grids(own_city: Path) -> None:
    total = read_city(own_city, quiet).view.cube.counts().total
    with Workspace.open(own_city) as ws:
        code = str(ws.read("grids").sort_values("code").iloc[40]["code"])
        edit_grids(ws, "divide", [code], Cause("2025-12-31", "wang", "test"), n=2)
    city = read_city(own_city, quiet)
    assert code not in city.codes
    tally = city.answer(question()).tally
    assert tally.elsewhere == 0
    assert city.view.cube.counts().total == total


def test_a_period_is_shown_on_the_grids_of_its_day_or_of_today(own_city: Path) -> None:
    with Workspace.open(own_city) as ws:
        codes = ws.read("grids").sort_values("code")["code"].astype(str)
        began = str(ws.read("grids", columns=["valid_from"], geometry=False)["valid_from"].min())[
            :10
        ]
        pair = next(
            [a, b] for a, b in itertools.pairwise(codes)
            if edit_grids(ws, "merge", [a, b], Cause("2025-07-01", "wang", "test"),
                          dry_run=True).exit_code == 0
        )  # fmt: skip
        edit_grids(ws, "merge", pair, Cause("2025-07-01", "wang", "test"))
        split = next(c for c in codes[40:] if c not in pair)
        edit_grids(ws, "divide", [split], Cause("2025-10-01", "wang", "test"), n=2)
    today = read_city(own_city, quiet)
    assert today.changes == (began, "2025-07-01", "2025-10-01")
    assert today.view.recounted
    days = {"2025-06-30": began, "2025-09-30": "2025-07-01", "2025-10-01": "", "2019-01-01": began}
    assert {day: today.grids_of(day) for day in days} == days
    for day, of in days.items():
        city = read_city(own_city, quiet, at=of)
        span = Span("month", "2025-06-01", "2025-06-30")
        tally = city.answer(question(span=span)).tally
        with Workspace.open(own_city) as ws:
            held = set(ws.read("grids", at=of or None)["code"].astype(str))
            _, table = heat_table(
                ws, at=of or None, recount=True, from_day=span.first, to_day=span.last
            )
        assert set(city.codes) == held, day
        counted = table[table["status"] == "valid"].set_index("grid_code")["cases"]
        assert dict(zip(city.codes, tally.cases.tolist(), strict=True)) == counted.to_dict()
        # What is open in a grid are the cases that the map counts there.
        busy = city.codes[int(tally.cases.argmax())]
        made = grid_card(city, city.answer(question()), city.spots(city.answer(question())), busy,
                         Cities().get(own_city, of))  # fmt: skip
        with Workspace.open(own_city) as ws:
            cases = ws.read("cases")
        cases = cases[~cases["stage"].isin(["closed", "void"]) & ~cases.geometry.is_empty]
        cases = cases[[city.code_at(p.x, p.y) == busy for p in cases.geometry]]
        assert any(
            f"Open cases ({len(cases):,})" == s.title for s in made.card.sections
        ) or not len(cases)
    assert set(pair) <= set(read_city(own_city, quiet, at=began).codes)
    assert not set(pair) <= set(today.codes)


def test_an_analysis_is_asked_what_the_map_is(city: HeatCity) -> None:
    asked = question(object_kind="event", classes=("09005",), sources=("collector",), hours=(8,))
    names = {key: [o.name for o in a.options] for key, a in heat_room._analyses().items()}
    assert len(names) == 11
    known = {key: parameters_of(city, asked, mine) for key, mine in names.items()}
    same = {"WORKSPACE": str(city.path), "KIND": 1, "CLASS": "09005", "SOURCE": 0,
            "FROM": "2025-12-01", "TO": "2025-12-31"}  # fmt: skip
    assert known["heattop"] == known["heatnearrepeat"] == same
    assert known["heathotspots"] == same | {"RATE": "per_hectare"}
    assert known["heatforecast"]["DATE"] == "2026-01-01"
    assert known["updateheat"] == {"WORKSPACE": str(city.path)}
    old = parameters_of(replace(city, at="2025-01-01"), asked, names["heattable"])
    assert old == same | {"AT": "2025-01-01"}


# --- on the map --------------------------------------------------------------------------------


def test_only_what_changed_is_handed_over(shown_map: HeatMap, city: HeatCity) -> None:
    answer = city.answer(question())
    found = shown_map.show(answer)
    layer = shown_map.layer(live.HEAT)
    rows = {f["code"]: (f["class"], f["value"], f["cases"]) for f in layer.getFeatures()}
    classes = answer.classes(shown_map.bounds)
    for code, kind, value, cases in zip(
        city.codes, classes, answer.values, answer.tally.cases, strict=True
    ):
        assert rows[code] == (kind, value, cases)
    spots = {f["code"]: f["class"] for f in shown_map.layer(live.SPOTS).getFeatures()}
    for code, kind in zip(city.codes, spot_classes(found), strict=True):
        assert spots[code] == (NULL if kind < 0 else kind)
    assert shown_map._cells[live.HEAT].show(**{"class": classes}, value=answer.values,
                                            cases=answer.tally.cases) == 0  # fmt: skip
    values = answer.values.copy()
    values[3] += 1
    assert shown_map._cells[live.HEAT].show(value=values) == 1


def test_a_layer_that_was_taken_away_is_missed(shown_map: HeatMap) -> None:
    assert shown_map.there
    live.drop_role(QgsProject.instance(), live.WEAK)
    assert not shown_map.there


def test_a_scale_stays_while_the_slider_moves(shown_map: HeatMap, city: HeatCity) -> None:
    shown_map.show(city.answer(question()))
    fixed, labels = list(shown_map.bounds), list(shown_map.labels)
    shown_map.show(city.answer(question(span=DECEMBER.before())))
    assert (shown_map.bounds, shown_map.labels) == (fixed, labels)
    shown_map.show(city.answer(question()), mode=OWN, own=[0, 1, 2])
    assert shown_map.labels == ["> 0 – 1", "1 – 2"]
    shown_map.show(city.answer(question(span=DECEMBER)), mode=VIEW)
    assert shown_map.bounds[-1] >= city.answer(question()).values.max()
    rows = live.legend_rows(shown_map.layer(live.HEAT))
    assert [label for _, label in rows] == [*shown_map.labels, "no case"]


def test_uncertain_places_are_hatched_and_warned_of(
    own_city: Path, qgis_app: QgsApplication
) -> None:
    with Workspace.open(own_city) as ws, ws.transaction("doubt") as tx:
        cases = ws.read("cases", columns=["number"], geometry=False).iloc[::3]
        tx.update("cases", cases.assign(location_method="geocoded", location_probability=0.3)[
            ["location_method", "location_probability"]
        ])  # fmt: skip
    city = read_city(own_city, quiet)
    answer = city.answer(question())
    assert answer.tally.located_share < LOCATED_AT_LEAST
    for lang, word in (("en", "surely located"), ("zh", "可靠定位")):
        set_language(lang)  # type: ignore[arg-type]
        assert word in words.warnings_of(answer)[0]
    hatched = words.weak_classes(answer) == 0
    assert 0 < hatched.sum() < len(hatched)
    assert (answer.weak_share[hatched] > 0.15).all()


def test_the_card_says_all_of_a_grid(city: HeatCity, whole_city: Path) -> None:
    answer = city.answer(question())
    found, loaded = city.spots(answer), Cities().get(whole_city)
    at = int(np.argmax(answer.tally.cases))
    for lang in ("en", "zh"):
        set_language(lang)  # type: ignore[arg-type]
        made = grid_card(city, answer, found, city.codes[at], loaded)
        titles = [section.title for section in made.card.sections]
        text = made.card.as_text()
        assert city.codes[at] in text
        assert f"{answer.tally.cases[at]:,}" in text
        assert bool(CJK.search(titles[0])) == (lang == "zh")
        assert sum(bar.chosen for bar in made.trend.bars) == 1
    assert [bar.cases for bar in made.trend.bars] == list(
        city.view.cube.trend(city.codes[at], step="month")["cases"]
    )


def test_a_kept_forecast_stands_on_the_card(own_city: Path) -> None:
    with Workspace.open(own_city) as ws:
        _, expected = heat_forecast(ws, on="2026-01-01", horizon="month", class_code="01")
    city = read_city(own_city, quiet)
    answer = city.answer(question(classes=("01",)))
    row = expected.iloc[0]
    made = grid_card(city, answer, city.spots(answer), row["grid_code"], Cities().get(own_city))
    facts = made.card.facts()
    assert (
        f"{row['expected']:.1f} expected ({row['low']} to {row['high']})"
        in facts["month (30 days)"]
    )
    assert made.trend.ahead is not None
    assert made.trend.ahead.expected == row["expected"]
    # Other classes have no forecast, and none is made up.
    other = city.answer(question(classes=("02",)))
    made = grid_card(city, other, city.spots(other), row["grid_code"], Cities().get(own_city))
    assert "Forecast" not in [section.title for section in made.card.sections]


def test_more_bases_bring_more_rates(whole_city: Path, tmp_path: Path) -> None:
    with Workspace.open(whole_city) as ws:
        codes = sorted(ws.read("grids", columns=["code"], geometry=False)["code"])
    file = tmp_path / "residents.csv"
    lines = [f"{code},{100 + i}" for i, code in enumerate(codes)]
    file.write_text("\n".join(["grid_code,residents", *lines]), encoding="utf-8")
    city = read_city(whole_city, quiet, residents=file)
    assert "per_1000_residents" in city.measures(None)
    answer = city.answer(question("per_1000_residents"))
    at = codes.index(city.codes[5])
    assert answer.values[5] == pytest.approx(1000 * answer.tally.cases[5] / (100 + at))


def test_the_sheet_says_what_how_sure_and_whence(
    shown_map: HeatMap, city: HeatCity, tmp_path: Path
) -> None:
    project = QgsProject.instance()
    project.setCrs(shown_map.crs)
    shown_map.show(city.answer(question()))
    layers = [shown_map.layer(role) for role in (live.SPOTS, live.HEAT)]
    sheet = Sheet(
        "Heat", "all cases · 2025-12", layers, {live.HEAT: "Cases per hectare"},
        ["how sure", "source"], QgsRectangle(layers[1].extent()), layers, ("2025-12", "2025-11"),
    )  # fmt: skip
    layout = heat_layout(project, sheet)
    said = [item.text() for item in layout.items() if isinstance(item, QgsLayoutItemLabel)]
    assert {"Heat", "all cases · 2025-12", "how sure\nsource", "2025-12", "2025-11"} <= set(said)
    for kind in ("png", "pdf"):
        file = write_sheet(layout, tmp_path / f"sheet.{kind}", dpi=60)
        assert file.stat().st_size > 5_000
    del layout


# --- widgets -----------------------------------------------------------------------------------


def test_the_plot_tells_each_bar(qgis_app: QgsApplication) -> None:
    plot = TrendPlot()
    plot.resize(340, 140)
    bars = [Bar(f"m{i}", i, i == 3) for i in range(10)]
    plot.show_trend("cases", bars, mean=4.0, ahead=Ahead("next", 5.0, 2, 9))
    room = (340 - 34 - 8) / 11
    assert [plot.said_at(34 + (i + 0.5) * room).split(":")[0] for i in range(11)] == [
        *(bar.name for bar in bars), "next",
    ]  # fmt: skip
    assert plot.said_at(1) == ""
    picture = plot.grab().toImage()
    colors = {picture.pixelColor(x, y).name() for x in range(0, 340, 2) for y in range(30, 118, 2)}
    assert {"#bd0026", "#b9b2a6"} <= colors
    plot.show_trend("cases", [])
    assert not plot.grab().isNull()


def test_the_page_asks_what_was_chosen(city: HeatCity, qgis_app: QgsApplication) -> None:
    page = HeatPage()
    page.offer(city.shown_classes(), {"hotline": "hotline"}, {"d": "Department"})
    page.offer_measures([(m, words.measure_name(m)) for m in city.measures(None)])
    assert page.measure.currentData() == "per_hectare"
    assert page.chosen_class() == (None, None)
    chosen = [page.classes.itemData(i) for i in range(page.classes.count())]
    page.classes.setCurrentIndex(chosen.index(("component", "01")))
    assert page.chosen_class() == ("component", "01")
    assert "01" in page.class_name()
    page.bounds.setText("0, 1，2.5")
    assert page.own_bounds() == [0, 1, 2.5]
    page.bounds.setText("3, 1")
    assert page.own_bounds() == []
    compare = HeatComparePage()
    compare.other.setCurrentIndex(1)
    assert compare.span(DECEMBER)[1:] == ("2024-12-01", "2024-12-31")
