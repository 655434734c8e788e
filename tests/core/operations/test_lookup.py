"""Lookup: places and bodies, near borders, the kept index, files in the wrong coordinates."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from citygrid_core.errors import UnusableInput, UsageError
from citygrid_core.locate import CellIndex
from citygrid_core.operations.areas import areas_of
from citygrid_core.operations.city import City
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.operations.lookup import lookup, lookup_file
from citygrid_core.operations.misplaced import misplaced
from citygrid_core.operations.responsibility.duties import import_duties
from citygrid_core.standards import load_edition
from citygrid_core.tables.datum import convert
from citygrid_core.workspace import Workspace
from tests.core.operations.conftest import DAY


def spots(city: Workspace, number: int = 200) -> gpd.GeoDataFrame:
    areas = city.read("areas")
    whole = areas[areas["level"] == "county"].geometry.union_all()
    left, low, right, high = whole.bounds
    random = np.random.default_rng(7)
    points = shapely.points(random.uniform(left, right, number), random.uniform(low, high, number))
    return gpd.GeoDataFrame(geometry=points[shapely.covers(whole, points)], crs=city.crs)


def test_areas_of_codes() -> None:
    got = areas_of(pd.Series(["360102001002003", None, "", "360102"], index=[3, 1, 4, 5]))
    assert got.index.tolist() == [3, 1, 4, 5]
    assert got["community_code"].tolist() == ["360102001002", None, None, "360102"]
    assert got["county_code"].tolist() == ["360102", None, None, "360102"]


def test_the_index_is_kept_and_mapped(city: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = City(city).cells
    kept = Path(city.path).with_suffix(".cells")
    assert kept.exists()

    def build(*_: object, **__: object) -> CellIndex:
        raise AssertionError("built again")

    monkeypatch.setattr(CellIndex, "build", build)
    again = City(city).cells
    assert again.codes.tolist() == first.codes.tolist()


def test_an_old_or_damaged_index_is_built_again(city: Workspace) -> None:
    kept = Path(city.path).with_suffix(".cells")
    tag = City(city).cells.tag
    CellIndex.build([shapely.box(0, 0, 1, 1)], ["x"], tag="older").save(kept)
    assert City(city).cells.tag == tag
    assert CellIndex.open(kept).tag == tag
    kept.write_bytes(kept.read_bytes()[:-64])
    assert City(city).cells.tag == tag
    assert CellIndex.open(kept).tag == tag


def test_a_folder_that_cannot_be_written(city: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def save(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(CellIndex, "save", save)
    assert len(City(city).cells) == len(city.read("grids"))


def test_near_a_border_the_other_body_is_named(city: Workspace, tmp_path: Path) -> None:
    grids, register = city.read("grids"), city.read("departments")["code"].tolist()
    edge = shapely.get_point(grids.geometry.iloc[0].exterior, 0)
    inner = grids.geometry.iloc[0].representative_point()
    points = gpd.GeoDataFrame(geometry=[edge, inner], crs=city.crs)
    got = lookup(city, points, accuracy=3.0)
    assert got["near_border"].tolist()[0]
    assert got["other_probability"].iloc[0] == pytest.approx(0.5, abs=1e-6)
    assert got["border_m"].iloc[0] == pytest.approx(0, abs=1e-6)
    exact = lookup(city, points, accuracy=0.0)
    assert not exact["near_border"].any()

    event = load_edition(city.edition).event_classes.index[0]
    file = tmp_path / "rules.csv"
    rule = {"code": "N1", "place": "grid", "place_code": grids["code"].iloc[0], "class_code": event}
    rule |= {"object_kind": "event", "role": "handling", "department_code": register[0]}
    pd.DataFrame([rule]).to_csv(file, index=False)
    assert import_duties(city, file, on=DAY).stored == 1
    ring = grids.geometry.iloc[0].exterior
    around = shapely.line_interpolate_point(ring, np.linspace(0, ring.length, 200))
    many = gpd.GeoDataFrame(geometry=shapely.transform(around, lambda c: c + 4.0), crs=city.crs)
    asked = {"class_code": event, "object_kind": "event"}
    plain = lookup(city, many, **asked)
    near = lookup(city, many, accuracy=10.0, **asked)
    assert near[list(plain)].astype(str).equals(plain.astype(str))
    changed = near[near["border_m"].notna()]
    assert len(changed)
    assert (changed["other_probability"] > 0).all()
    assert (changed["border_m"] <= 30).all()
    inside = changed["handling_code"] == register[0]
    assert inside.any()
    assert (changed.loc[~inside, "handling_other"] == register[0]).all()
    assert (changed.loc[~inside, "other_grid_code"] == grids["code"].iloc[0]).all()
    with pytest.raises(UsageError):
        lookup(city, points, accuracy=-1.0)


def test_an_old_day_names_the_old_body_and_its_successor(city: Workspace) -> None:
    code = lookup(city, spots(city), class_code="01001")["owning_code"].mode()[0]
    register = city.read("departments")
    other = register.loc[register["code"] != code, "code"].iloc[0]
    row = register[register["code"] == code].assign(successor_code=other, valid_to="2026-01-01")
    with city.transaction("hand-over") as tx:
        tx.update("departments", row[["successor_code", "valid_to"]])
    before = lookup(city, spots(city), class_code="01001", at="2025-06-01")
    mine = before[before["owning_code"] == code]
    assert len(mine)
    assert set(mine["owning_today_code"]) == {other}
    assert set(mine["owning_name"]) == set(row["name"])
    after = lookup(city, spots(city), class_code="01001", at="2026-06-01")
    assert code not in set(after["owning_code"])


@pytest.mark.parametrize("wrong", ["swapped", "degrees", "turned", "gcj02", "nowhere", "right"])
def test_a_file_in_wrong_coordinates_is_suspected(
    city: Workspace, tmp_path: Path, wrong: str
) -> None:
    points = spots(city)
    x, y = points.geometry.x.to_numpy(), points.geometry.y.to_numpy()
    degrees = points.to_crs(4490).geometry
    lon, lat = degrees.x.to_numpy(), degrees.y.to_numpy()
    if wrong == "swapped":
        x, y = y, x
    elif wrong == "degrees":
        x, y = lon, lat
    elif wrong == "turned":
        x, y = lat, lon
    elif wrong == "gcj02":
        shifted = convert(lon, lat, "cgcs2000", "gcj02")
        moved = gpd.GeoSeries(gpd.points_from_xy(*shifted), crs=4490).to_crs(city.crs)
        x, y = moved.x.to_numpy(), moved.y.to_numpy()
    elif wrong == "nowhere":
        x = x + 1e5
    file = tmp_path / "points.csv"
    pd.DataFrame({"id": range(len(x)), "x": x, "y": y}).to_csv(file, index=False)
    options = SourceOptions(crs=str(city.crs))
    expected = {
        "swapped": "swapped axes", "degrees": "degrees", "turned": "degrees with swapped axes",
        "gcj02": "GCJ-02", "nowhere": "check the CRS", "right": "",
    }[wrong]  # fmt: skip
    suspicion = misplaced(City(city), x, y)
    assert expected in (suspicion.text("en") if suspicion else "")
    assert (suspicion is None) == (wrong == "right")
    if wrong in ("swapped", "degrees", "turned"):
        with pytest.raises(UnusableInput):  # the reader sees it from the numbers alone
            lookup_file(city, file, options=options)
        return
    report, rows = lookup_file(city, file, options=options)
    assert expected in " ".join(p.text("en") for p in report.problems)
    assert report.details["outside"] == int(rows["community_code"].isna().sum())
    assert len(rows) + report.rejected == report.read
