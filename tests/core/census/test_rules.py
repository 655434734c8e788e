"""Every rule of the book: an example in which it fires, and one in which it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from citygrid_core.census.rules import Material, check, rule_book, rules
from citygrid_core.errors import UsageError
from tests.core.census.town import (
    CRS,
    EAST,
    GRIDS,
    NORTH,
    components,
    credit,
    photos,
    point,
    square,
    town,
)

Change = Callable[[gpd.GeoDataFrame], dict[str, Any] | None]


def put(row: int, **values: Any) -> Change:
    """Write values into one row."""

    def change(held: gpd.GeoDataFrame) -> None:
        for name, value in values.items():
            if name == "geometry":
                shapes = held.geometry.to_numpy().copy()
                shapes[row] = value
                held["geometry"] = gpd.GeoSeries(shapes, index=held.index, crs=held.crs)
            else:
                held.loc[row, name] = value

    return change


def with_(**parts: Any) -> Change:
    """Replace parts of the town."""
    return lambda held: parts


def both(*changes: Change) -> Change:
    def change(held: gpd.GeoDataFrame) -> dict[str, Any]:
        parts: dict[str, Any] = {}
        for one in changes:
            parts |= one(held) or {}
        return parts

    return change


def photo(**values: Any) -> Change:
    def change(held: gpd.GeoDataFrame) -> dict[str, Any]:
        frame = photos(held)
        for name, value in values.items():
            if name == "geometry":
                shapes = frame.geometry.to_numpy().copy()
                shapes[0] = value
                frame = frame.set_geometry(gpd.GeoSeries(shapes, crs=CRS))
            else:
                frame[name] = frame[name].astype(object)
                frame.loc[0, name] = value
        return {"attachments": frame}

    return change


def line(*xy: tuple[float, float]) -> shapely.MultiLineString:
    return shapely.MultiLineString([[(EAST + x, NORTH + y) for x, y in xy]])


def area(*xy: tuple[float, float]) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([shapely.Polygon([(EAST + x, NORTH + y) for x, y in xy])])


def copied(held: gpd.GeoDataFrame, dx: float, **values: Any) -> gpd.GeoDataFrame:
    """Return the town with one more component beside the first."""
    extra = held.iloc[[0]].copy()
    extra.index = pd.Index([len(held)])
    extra["geometry"] = gpd.GeoSeries([point(15.317 + dx, 20.253)], index=extra.index, crs=CRS)
    fresh = {
        "code": "36013101001000099",
        "source_key": "x",
        "manhole_number": None,
        "asset_number": None,
    }
    for name, value in {**fresh, **values}.items():
        extra[name] = pd.Series([value], index=extra.index, dtype=object)
    return gpd.GeoDataFrame(pd.concat([held, extra]), crs=CRS)


def beside(dx: float, **values: Any) -> Change:
    return lambda held: {"components": copied(held, dx, **values)}


def ended(**values: Any) -> Change:
    def change(held: gpd.GeoDataFrame) -> dict[str, Any]:
        past = held.iloc[[0]].copy()
        past["valid_to"] = "2025-01-01"
        for name, value in values.items():
            past[name] = pd.Series([value], index=past.index, dtype=object)
        return {"before": past}

    return change


def old_grid(held: gpd.GeoDataFrame) -> dict[str, Any]:
    grids = pd.DataFrame(GRIDS.drop(columns="geometry"))
    grids.loc[4] = ["360131001001009", "2020-01-01", "2024-01-01"]
    held.loc[0, "grid_code"] = "360131001001009"
    return {"grids": grids}


def many_at_one_spot(held: gpd.GeoDataFrame) -> None:
    shapes = held.geometry.to_numpy().copy()
    shapes[:24:4] = point(50, 50)
    held["geometry"] = gpd.GeoSeries(shapes, index=held.index, crs=CRS)


def far_off(held: gpd.GeoDataFrame) -> None:
    put(0, geometry=point(5_000, 5_000))(held)


def thirty_grids(gap: bool) -> Change:
    def change(held: gpd.GeoDataFrame) -> dict[str, Any]:
        codes = [f"360131001001{n:03d}" for n in range(1, 31)]
        frame = pd.concat([held.iloc[:10]] * 30, ignore_index=True)
        frame["grid_code"] = np.repeat(np.array(codes, dtype=object), 10)
        frame["class_code"] = np.tile(np.array(["01001"] + ["01037"] * 9, dtype=object), 30)
        if gap:
            frame.loc[0, "class_code"] = "01037"
        grids = pd.DataFrame({"code": codes, "valid_from": "2024-01-01", "valid_to": None})
        return {
            "components": gpd.GeoDataFrame(frame, crs=CRS), "grids": grids,
            "tolerances": {"K13": 0.9},
        }  # fmt: skip

    return change


LINE, AREA = 24, 28  # the first line and the first polygon of the town
BOW = area((10, 80), (14, 84), (14, 80), (10, 84))
LONG_NAME = "很" * 31

#: Rule -> how to make it fire.
FIRES: dict[str, Change] = {
    "F01": put(0, grid_code="360131001009009"),
    "F02": put(0, grid_code=GRIDS["code"][1]),
    "F03": both(put(0, geometry=point(150, 50)), lambda held: {"cells": _only_first()}),
    "F04": put(0, geometry=point(-50, 50)),
    "F05": put(0, code="36013201001000001"),
    "F06": old_grid,
    "F07": put(0, grid_code="360131009001001"),
    "F08": put(0, geometry=shapely.Point(NORTH + 50, EAST + 50)),
    "S01": put(0, name=LONG_NAME),
    "S02": put(0, state="还行"),
    "S03": put(0, data_source="heard"),
    "S04": put(0, accuracy_class="D"),
    "S05": put(0, surveyed_on="2025-02-30"),
    "S06": put(0, note="锟斤拷"),
    "S07": put(0, name=" 供水井盖\u3000"),
    "S08": put(0, asset_number="Ｚ１"),
    "S09": put(0, owning_code="91360100MB0106190X"),
    "S10": put(0, name="测试"),
    "C01": put(0, code="36013101016000001"),
    "C02": put(0, code="36013101037000009"),
    "C03": put(0, class_code="01016"),
    "C04": put(0, code="36013101001000002"),
    "C05": put(0, code="36019901001000001"),
    "C06": ended(class_code="01037"),
    "C07": put(0, code="36013101001950001"),
    "C08": put(0, class_code="01999", name="智慧井盖"),
    "C09": put(0, code="3601310101000001"),
    "C10": put(0, source_key="01001-1"),
    "C11": put(0, manhole_number="36013100"),
    "C12": put(0, manhole_number="3601310000000000001"),
    "C13": put(5, manhole_number="3601310000000000077"),
    "C14": put(0, asset_number="Z01"),
    "C15": put(0, manhole_number=None),
    "G01": put(0, geometry=None),
    "G02": put(AREA, geometry=BOW),
    "G03": put(0, geometry=line((15, 20), (16, 20))),
    "G04": put(LINE, geometry=line((15, 20), (15.01, 20))),
    "G05": put(AREA, geometry=area((10, 80), (10.05, 80), (10, 80.05))),
    "G06": put(LINE, geometry=line((15, 20), (16, 20), (16, 20), (17, 21))),
    "G07": put(LINE, geometry=line((10, 10), (14, 14), (14, 10), (10, 14))),
    "G08": put(AREA, geometry=shapely.MultiPolygon([square(1, 1, 2), square(5, 5, 2)])),
    "G09": put(0, geometry=shapely.Point(1e9, 0)),
    "G10": put(AREA, geometry=shapely.MultiPolygon([square(0, 0, 900)])),
    "G11": put(LINE, geometry=line((0, 0), (6_000, 0))),
    "G12": put(AREA + 1, geometry=area((71.3, 69.3), (73.3, 69.3), (73.3, 71.2), (71.3, 71.2))),
    "L01": put(0, supervising_code=credit(77)),
    "L02": put(0, owning_code=credit(77)),
    "L03": put(0, maintaining_code=credit(77)),
    "L04": put(0, supervising_code=credit(2)),
    "L05": put(0, supervising_code=credit(9)),
    "L06": put(0, owning_code=credit(1)),
    "L07": put(0, maintaining_code=credit(9)),
    "L08": put(0, name="自来水盖子"),
    "L09": put(0, name="路灯"),
    "L10": put(0, state="removed", changed_on="2023-01-01"),
    "L11": beside(0.8, state="lost"),
    "K01": put(0, supervising_code=None),
    "K02": put(0, state=None),
    "K03": put(0, surveyed_on=None),
    "K04": put(0, grid_code=None),
    "K05": put(0, name=None),
    "K06": put(0, class_code=None),
    "K07": put(0, owning_code=None),
    "K08": put(0, maintaining_code=None),
    "K09": put(0, data_source=None),
    "K10": put(0, accuracy_class=None),
    "K11": put(0, state="removed"),
    "K12": lambda held: {"components": held[held["grid_code"] != GRIDS["code"][1]].reset_index(drop=True)},
    "K13": thirty_grids(gap=True),
    "K14": lambda held: {
        "components": copied(held, 3, maintaining_code=None), "tolerances": {"K14": 0.7},
    },
    "P01": beside(0.35),
    "P02": beside(0.0),
    "P03": beside(0.0, class_code="01003"),
    "P04": put(0, geometry=point(30.1, 99.7)),
    "P05": put(0, geometry=point(15, 20)),
    "P06": many_at_one_spot,
    "P07": far_off,
    "P08": put(LINE, geometry=line((50, 50), (150, 50), (150, 150), (50, 150))),
    "T01": put(0, surveyed_on="2025-06-02"),
    "T02": put(0, changed_on="2025-06-02"),
    "T03": put(0, changed_on="2025-01-01"),
    "T04": put(0, surveyed_on="1987-01-01"),
    "T05": put(0, surveyed_on="2019-01-01"),
    "T06": put(0, valid_from="2026-01-01"),
    "A01": photo(component_code="36013101001000777"),
    "A02": with_(digests=lambda path: None if "0.jpg" in path else "hash"),
    "A03": with_(digests=lambda path: "other" if "0.jpg" in path else f"hash{path[7]}"),
    "A04": photo(geometry=point(95, 95)),
    "A05": photo(taken_at="2024-02-03T09:00:00"),
    "A06": photo(sha256="hash1"),
    "A07": photo(taken_at=None),
    "A08": both(put(0, state="damaged"), put(8, state="damaged")),
}  # fmt: skip
#: What the rule needs to have something to judge, where the plain town has not.
NEEDS: dict[str, Change] = {
    "C06": ended(),
    "C08": put(0, class_code="01999", name="智慧井盖（自定义）"),
    "K11": put(0, state="removed", changed_on="2025-03-01"),
    "K13": thirty_grids(gap=False),
    "L10": put(0, state="removed", changed_on="2025-03-01"),
    "L11": beside(3.0, state="lost"),
    "T02": put(0, changed_on="2025-05-31"),
    "T03": put(0, changed_on="2025-05-31"),
    "A08": put(0, state="damaged"),
}


def _only_first() -> Any:
    from citygrid_core.locate import CellIndex

    return CellIndex.build(GRIDS.geometry[:1], GRIDS["code"][:1])


def made(change: Change | None) -> Material:
    held = components()
    parts = (change(held) if change else None) or {}
    return town(parts.pop("components", held), **parts)


def test_the_book_has_sixty_rules_and_more_each_with_an_example() -> None:
    book = rule_book()
    assert len(book) >= 60
    assert set(FIRES) == set(book)
    assert {r.group for r in book.values()} == {
        "frame", "structure", "code", "geometry", "logic", "completeness", "position", "time",
        "attachments",
    }  # fmt: skip
    for rule in book.values():
        assert rule.source
        assert rule.title.en
        assert rule.title.zh
        assert rule.severity in ("error", "warning", "hint")
        assert (rule.tolerance is None) == (not rule.unit)


@pytest.mark.parametrize("rule_id", sorted(FIRES))
def test_it_fires(rule_id: str) -> None:
    checked = check(made(FIRES[rule_id]), rules([rule_id]))
    assert checked.outcomes.loc[rule_id, "outcome"] == "findings"
    assert 1 <= len(checked.findings) <= 28


@pytest.mark.parametrize("rule_id", sorted(FIRES))
def test_it_does_not_fire_in_order(rule_id: str) -> None:
    checked = check(made(NEEDS.get(rule_id)), rules([rule_id]))
    assert checked.outcomes.loc[rule_id, "outcome"] == "clean"
    assert checked.outcomes.loc[rule_id, "judged"] > 0


def test_no_data_is_not_clean() -> None:
    empty = town(components().iloc[:0], attachments=None)
    outcomes = check(empty).outcomes["outcome"]
    assert set(outcomes) == {"no_data"}
    assert not check(empty).clean
    # damaged ones and no photo of any: this census does not photograph damage
    damaged = both(*(put(i, state="damaged") for i in range(6, 12)))
    assert check(made(damaged), rules(["A08"])).outcomes.loc["A08", "outcome"] == "no_data"


def test_a_finding_names_the_object_and_what_stands_there() -> None:
    found = check(made(put(3, state="还行")), rules(["S02"])).findings.iloc[0]
    assert (found["object_code"], found["found"], found["position"]) == (
        "36013101001000004", "还行", 3,
    )  # fmt: skip


@pytest.mark.parametrize("rule_id", [i for i, r in rule_book().items() if r.fixes()])
def test_a_fix_puts_right_what_was_found(rule_id: str) -> None:
    material = made(FIRES[rule_id])
    rule = rule_book()[rule_id]
    at = np.unique(rule.judge(material).at)
    change = rule.fix(material, at)
    assert change is not None
    held = material.components.copy()
    for name in change.columns:
        values = held[name].to_numpy(dtype=object).copy()
        values[change.index.to_numpy()] = change[name].to_numpy(dtype=object)
        series = gpd.GeoSeries(values, index=held.index, crs=CRS) if name == "geometry" else values
        held[name] = series
    after = town(held, grids=material.grids)
    assert not len(check(after, [rule]).findings)


def test_only_what_changed_is_judged_but_its_surroundings_are_seen() -> None:
    held = copied(components(), 0.35)
    judged = np.zeros(len(held), dtype=bool)
    judged[-1] = True
    scoped = town(held, judged=judged)
    checked = check(scoped)
    twin = checked.findings[checked.findings["rule"] == "P01"].iloc[0]
    assert twin["object_code"] == "36013101001000099"
    assert twin["other_code"] == "36013101001000001"
    assert checked.outcomes.loc["F02", "judged"] == 1
    assert checked.outcomes.loc["K12", "outcome"] == "not_run"


def test_rules_are_chosen_by_id_or_group() -> None:
    assert [r.id for r in rules(["p01", "time"])] == [
        "P01",
        "T01",
        "T02",
        "T03",
        "T04",
        "T05",
        "T06",
    ]
    with pytest.raises(UsageError, match="no rule 'X1'"):
        rules(["X1"])


def test_a_tolerance_of_a_profile_replaces_the_rules_own() -> None:
    material = town(tolerances={"T05": 30.0})
    assert check(material, rules(["T05"])).outcomes.loc["T05", "found"] == len(material)
