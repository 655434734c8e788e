"""Heat in a real QGIS, by mouse and keys. Pictures go to ``out/journeys`` for people to look at."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from citygrid_core.heat import Choice
from citygrid_core.operations.grids.commit import Cause
from citygrid_core.operations.grids.edits import edit_grids
from citygrid_core.operations.heat.tables import heat_table
from citygrid_core.operations.heat.view import open_view
from citygrid_core.workspace import Workspace
from tests.journeys.desk import visit

#: Goods outside of shops.
SHOPS = "09005"
#: Hot on and off for a year.
ON_AND_OFF = "09006"


@pytest.mark.parametrize("locale", ["zh-Hans", "en"])
def test_from_the_question_to_the_answer(
    locale: str, own_city: Path, tmp_path: Path, gallery: Path
) -> None:
    with Workspace.open(own_city) as ws:
        view = open_view(ws)
    year = view.cube.counts()
    top = int(year.cases.argmax())
    code = str(view.cube.grids[top])
    spot = view.grids.geometry.iloc[top].representative_point()
    kind = "event"
    top_class = str(view.cube.by("class_code", Choice(object_kind=kind)).index[0])
    went = visit(
        "heat.py", tmp_path / "visit", locale=locale, workspace=own_city, x=spot.x, y=spot.y,
        class_code=f"{'事件' if locale.startswith('zh') else 'event'} {top_class}", spot_class=SHOPS,
        pattern_class=ON_AND_OFF,
    ).check()  # fmt: skip
    for file in went.folder.glob("*.png"):
        shutil.copy(file, gallery / f"{file.stem}.{locale}.png")
    said, zh = went.said, locale.startswith("zh")

    # The map is the core's own count, with its unit, its sureness and what speaks against it.
    december = Choice(from_day="2025-12-01", to_day="2025-12-31")
    assert said["cases"] == view.cube.counts(december).total
    assert said["legend"][0] == ("件/公顷，2025-12" if zh else "Cases per hectare, 2025-12")
    assert any("q ≤ 1" in text for text in said["legend"])
    assert ("巡查" if zh else "patrols") in said["warnings"]

    # One click more: the card of the grid, its trend and who answers.
    assert said["grid"] == code
    december_cases = int(view.cube.counts(december).cases[top])
    assert said["trend"] == list(view.cube.trend(code, step="month")["cases"])
    assert said["card"]["案件数" if zh else "Cases"] == (
        f"{december_cases} 件" if zh else str(december_cases)
    )
    wanted = (
        ("案件", "可信程度", "责任部门与依据", "未结案件") if zh
        else ("Cases", "How sure", "Departments and why", "Open cases")
    )  # fmt: skip
    for title in wanted:
        assert any(section.startswith(title) for section in said["sections"]), title
    assert said["kinds"] == ["零星热点" if zh else "sporadic hot spot"]
    assert ("无网格" if zh else "no grid") in said["no_pattern"]
    assert ("连续有案件" if zh else "Without a pause") in said["history"]

    # Other months on the same scale; QGIS's own controller plays on from there.
    assert said["period"] == "2025-09"
    assert said["same_scale"]
    assert said["streets"] == [False, True]  # their names wait until the slider rests
    september = Choice(from_day="2025-09-01", to_day="2025-09-30")
    assert said["month"] == view.cube.counts(september).total
    before, frame, slider = said["played"]
    assert frame == slider > before == 8
    assert said["range"] == said["shown"]

    # A class, a source, afternoons and evenings of working days, a whole year.
    narrow = Choice(
        object_kind=kind, classes=(top_class,), sources=("collector",), hours=range(12, 24),
        weekdays=range(1, 6), from_day="2025-01-01", to_day="2025-12-31",
    )  # fmt: skip
    assert top_class in said["narrow"][0]
    assert said["narrow"][-1] == 365
    assert said["narrow_cases"] == view.cube.counts(narrow).total > 0

    shops = Choice(object_kind=kind, classes=(SHOPS,), from_day="2025-09-01", to_day="2025-09-30")
    assert said["hot"] == (view.hotspots(shops)["spot"] == "hot").sum()

    # Two periods: drawn aside by the mouse, side by side at one scale, gone again.
    assert 0.3 < said["share"] < 0.6
    assert "95" in said["compared"]
    assert said["both"][0] == ("件/公顷" if zh else "Cases per hectare")
    assert said["scales"][0] == pytest.approx(said["scales"][1], rel=0.01)
    assert said["uncovered"]
    assert len(said["sheets"]) == 2
    assert min(said["sheets"]) > 50_000
    assert said["off"]
    assert said["mode"] == 0
    print("first map", said["first_seconds"], "s, of the processor", said["first_cpu"],
          "; card", said["card_seconds"], said["card_cpu"], "; clicks: 2")  # fmt: skip


@pytest.mark.parametrize("locale", ["zh-Hans", pytest.param("en", marks=pytest.mark.long)])
def test_doubtful_places_and_grids_that_changed(
    locale: str, own_city: Path, tmp_path: Path, gallery: Path
) -> None:
    cause = Cause("2025-07-01", "wang", "test")
    with Workspace.open(own_city) as ws:
        grids = ws.read("grids").sort_values("code")
        codes = grids["code"].astype(str)
        began = str(grids["valid_from"].min())[:10]
        pair = next(
            [a, b] for a, b in itertools.pairwise(codes)
            if edit_grids(ws, "merge", [a, b], cause, dry_run=True).exit_code == 0
        )  # fmt: skip
        edit_grids(ws, "merge", pair, cause)
        split = next(c for c in codes[40:] if c not in pair)
        edit_grids(ws, "divide", [split], replace(cause, on="2025-10-01"), n=2)
        with ws.transaction("doubt") as tx:  # whole communities are known by their words only
            cases = ws.read("cases", columns=["grid_code"], geometry=False)
            doubtful = set(sorted(grids["community_code"].unique())[::4])
            home = dict(zip(codes, grids["community_code"], strict=True))
            cases = cases[cases["grid_code"].map(home).isin(doubtful)]
            tx.update("cases", cases.assign(location_method="geocoded", location_probability=0.3)[
                ["location_method", "location_probability"]
            ])  # fmt: skip
        june = {"from_day": "2025-06-01", "to_day": "2025-06-30", "recount": True}
        tables = {at: heat_table(ws, at=at, **june)[1] for at in (None, began)}
    spot = grids[codes == pair[0]].geometry.iloc[0].representative_point()
    went = visit("heat_doubt.py", tmp_path / "visit", locale=locale, workspace=own_city, x=spot.x,
                 y=spot.y, began=began).check()  # fmt: skip
    for file in went.folder.glob("*.png"):
        shutil.copy(file, gallery / f"{file.stem}.{locale}.png")
    said, zh = went.said, locale.startswith("zh")
    counted = {
        at: table[table["status"] == "valid"].set_index("grid_code") for at, table in tables.items()
    }
    assert said["today"] == counted[None]["cases"].to_dict()
    assert said["then"] == counted[began]["cases"].to_dict()
    assert set(pair) | {split} <= set(said["then"])
    assert not (set(pair) | {split}) & set(said["today"])
    assert said["same_scale"]
    assert began in said["grids"]
    assert began in said["layer"]
    # The banner, the hatching, and what reports that follow patrols mean.
    assert ("低于 85%" if zh else "below 85%") in said["warnings"]
    assert ("巡查" if zh else "patrols") in said["warnings"]
    weak = counted[None]
    assert said["hatched"] == sorted(weak.index[weak["weak_share"] > 0.15])
    assert any("15%" in text for text in said["legend"])
    assert said["card"] == pair[0]
    assert said["analysis"] == {
        "WORKSPACE": str(own_city), "FROM": "2025-06-01", "TO": "2025-06-30", "AT": began,
        "RECOUNT": "False",  # every case has a grid of that day
    }  # fmt: skip
    assert said["december"] == len(said["today"])
    assert not said["shown"]
