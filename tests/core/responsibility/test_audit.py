"""Where does nobody answer, or two at once? On a small example, and on the sample city."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from citygrid_core.errors import MissingCrs
from citygrid_core.responsibility import DutyBook, MissingColumns, audit
from tests.core.responsibility.test_duty_book import CRS, DEPARTMENTS, rules

GRIDS = gpd.GeoDataFrame(
    {"code": ["320705001001001", "320705002001001"]},
    geometry=[shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)],
    crs=CRS,
)
CLASSES = pd.DataFrame({"object_kind": ["component"], "class_code": ["01001"]})


def test_blanks_and_overlaps_with_their_place() -> None:
    book = DutyBook(
        rules(
            {"place": "area", "place_code": "320705001", "department_code": "W"},
            {"place": "polygon", "department_code": "P", "geometry": shapely.box(60, 0, 160, 50)},
            {"place": "polygon", "department_code": "R", "geometry": shapely.box(150, 0, 200, 50)},
            {"department_code": "W", "role": "maintaining"},
        ),
        DEPARTMENTS,
    )
    got = audit(book, GRIDS, CLASSES, at="2026-10-01").sort_values("outcome")

    assert got[
        ["role", "outcome", "candidates", "rules", "grid_codes", "grids"]
    ].values.tolist() == [
        ["owning", "none", "", "", "320705002001001", 1],
        ["owning", "several", "P#R", "ZR2#ZR3", "320705002001001", 1],
    ]
    assert got["area_m2"].tolist() == [5000.0, 500.0]
    assert got.geometry.iloc[1].equals(shapely.box(150, 0, 160, 50))
    assert got.crs == GRIDS.crs
    both = audit(book, GRIDS, CLASSES, at="2026-10-01", roles={"component": ["handling"]})
    assert dict(zip(both["outcome"], both["area_m2"], strict=True)) == {
        "several": 500.0,
        "none": 20000.0,
    }


def test_a_clean_book_has_no_findings_and_wrong_frames_are_refused() -> None:
    book = DutyBook(
        rules({"department_code": "W"}, {"department_code": "W", "role": "maintaining"}),
        DEPARTMENTS,
    )
    clean = audit(book, GRIDS, CLASSES, at="2026-10-01")
    assert len(clean) == 0
    assert "geometry" in clean
    with pytest.raises(MissingColumns, match="class_code"):
        audit(book, GRIDS, CLASSES[["object_kind"]])
    with pytest.raises(MissingCrs):
        audit(book, GRIDS.set_crs(None, allow_override=True), CLASSES)


def test_findings_are_those_of_points_asked_one_by_one() -> None:
    rng = np.random.default_rng(1)
    made = [
        {"place": "polygon", "department_code": d, "geometry": shapely.Point(x, y).buffer(r)}
        for d, (x, y, r) in zip("WRPE" * 3, rng.uniform((0, 0, 5), (200, 100, 40), (12, 3)), strict=True)
    ] + [
        {"place": "line", "department_code": "S", "width_m": 6.0, "geometry": shapely.LineString([(0, 0), (200, 90)])}
    ]  # fmt: skip
    book = DutyBook(rules(*made), DEPARTMENTS)
    found = audit(book, GRIDS, CLASSES, at="2026-10-01", roles={"component": ["owning"]})
    x, y = rng.uniform(0, 200, 3000), rng.uniform(0, 100, 3000)
    codes = np.where(x < 100, GRIDS["code"][0], GRIDS["code"][1])
    points = gpd.GeoDataFrame(
        {"object_kind": "component", "class_code": "01001", "grid_code": codes,
         "community_code": [c[:12] for c in codes]},
        geometry=shapely.points(x, y), crs=CRS,
    )  # fmt: skip
    answers = book.resolve(points, at="2026-10-01")
    for outcome in ("none", "several"):
        mine = found[found["outcome"] == outcome]
        whole = shapely.union_all(mine.geometry.to_numpy())
        shapely.prepare(whole)
        inside = shapely.intersects_xy(whole, x, y)
        # The strip along the line is drawn with chords: a hand's breadth of difference.
        clear = shapely.distance(shapely.boundary(whole), points.geometry.to_numpy()) > 0.02
        np.testing.assert_array_equal(inside[clear], (answers["owning_outcome"] == outcome)[clear])


def _sample(folder: Path) -> tuple[DutyBook, gpd.GeoDataFrame, pd.DataFrame, pd.DataFrame]:
    def table(name: str) -> pd.DataFrame:
        return pd.read_csv(folder / name, dtype=str, keep_default_na=False)

    layers: list[Any] = [
        gpd.read_file(folder / "duties.gpkg", layer=n) for n in ("line", "polygon")
    ]
    rows = table("duties.csv").to_dict("records")
    rows += [r for layer in layers for r in layer.to_dict("records")]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=layers[0].crs)
    areas = gpd.read_file(folder / "areas.gpkg")
    communities = areas[areas["level"] == "community"].assign(code=lambda a: a["code"] + "001")
    truth = table("truth/duties.csv")
    cases = table("cases.csv")[["object_kind", "class_code"]]
    components = table("components.csv")[["class_code"]].assign(object_kind="component")
    exact = truth[truth["class_code"].str.len() == 5][["object_kind", "class_code"]]
    classes = pd.concat([cases, components, exact]).drop_duplicates()
    return DutyBook(frame, table("departments.csv")), communities, classes, truth


@pytest.mark.parametrize("day", ["2025-06-01", "2025-08-01", "2025-09-15", "2026-10-01"])
def test_all_that_was_planted_in_the_sample_city_is_found_and_nothing_else(
    small_city: Path, day: str
) -> None:
    if not (small_city / "truth" / "duties.csv").exists():
        pytest.skip("no sample city: run citygrid sample data_samples/small")
    book, grids, classes, truth = _sample(small_city)
    assert not book.problems
    found = audit(book, grids, classes, at=day)
    planted = truth[
        ((truth["begin"] == "") | (truth["begin"] <= day))
        & ((truth["end"] == "") | (day < truth["end"]))
    ]
    explained = np.zeros(len(found), dtype=bool)
    for plant in planted.itertuples():
        outcome = {"gap": "none", "overlap": "several"}[plant.kind]
        mine = (
            (found["object_kind"] == plant.object_kind)
            & found["class_code"].str.startswith(plant.class_code)
            & (found["role"] == plant.role)
            & (found["outcome"] == outcome)
        ).to_numpy()
        assert mine.any(), plant
        for row in found[mine].itertuples():
            assert set(row.candidates.split("#")) == set(plant.departments.split("#"))
            assert all(g.startswith(plant.area_code) for g in row.grid_codes.split("#"))
            if plant.x:
                assert row.geometry.intersects(shapely.Point(float(plant.x), float(plant.y)))
        explained |= mine
    assert explained.all(), found[~explained]
