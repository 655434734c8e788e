"""What the store does not take, and how it says so: everything at once, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from citygrid_core.errors import MissingCrs, UnusableInput, UsageError
from citygrid_core.workspace import Workspace
from citygrid_core.workspace.errors import CrsMismatch, InvalidRows, NotAWorkspace

from . import makers
from .makers import COMMUNITY, CRS, DAY


def test_every_bad_row_is_listed_and_none_is_stored(ws: Workspace) -> None:
    frame = makers.components(6)
    frame["source_row"] = range(2, 8)
    frame.loc[0, "state"] = "broken"
    frame.loc[1, "class_code"] = None
    frame["surveyed_on"] = [
        "2025-02-30",
        "2025-02-28",
        None,
        "",
        "20250228",
        pd.Timestamp("2025-02-28"),
    ]
    frame.loc[2, "code"] = ""
    frame.loc[3, "geometry"] = None
    frame.loc[5, "code"] = frame.loc[3, "code"]
    with pytest.raises(InvalidRows) as caught, ws.transaction("census import") as tx:
        tx.insert("components", frame)
    found = sorted((p.row, p.field, p.rule) for p in caught.value.problems)
    assert found == [
        (2, "state", "value.choice"),
        (2, "surveyed_on", "value.type"),
        (3, "class_code", "value.required"),
        (4, "code", "value.required"),
        (5, "geometry", "geometry.type"),
        (6, "surveyed_on", "value.type"),
        (7, "code", "row.duplicate"),
    ]
    assert isinstance(caught.value, UnusableInput)
    assert "第2行，字段“state”：发现“broken”" in caught.value.text("zh")
    assert "intact" in str(caught.value)
    assert ws.count("components", at="all") == 0
    assert len(ws.journal()) == 2


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("area_m2", "large"), ("area_m2", np.inf), ("note", 5), ("note", "a\x00b"),
        ("valid_from", "yesterday"), ("valid_from", pd.Timestamp("2025-01-01 10:00")),
        ("valid_to", "2024-12-31"), ("geometry", shapely.Point(1, 2)),
        ("geometry", shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)])),
        ("geometry", shapely.from_wkt("POLYGON ((0 0, 1 0, nan 1, 0 0))")),
    ],
)  # fmt: skip
def test_values_of_the_wrong_kind(ws: Workspace, column: str, value: Any) -> None:
    frame = makers.grids(2)
    changed = pd.Series(
        [value, value if column == "note" else frame.loc[1].get(column)], dtype=object
    )
    if column == "geometry":
        frame = frame.set_geometry(gpd.GeoSeries(changed, crs=CRS))
    else:
        frame[column] = changed
    with pytest.raises(InvalidRows) as caught, ws.transaction("x") as tx:
        tx.insert("grids", frame)
    assert caught.value.problems[0].row == 1


def test_the_crs_is_never_guessed(ws: Workspace) -> None:
    with pytest.raises(MissingCrs), ws.transaction("x") as tx:
        tx.insert("grids", makers.grids(1).set_crs(None, allow_override=True))
    with pytest.raises(MissingCrs), ws.transaction("x") as tx:
        tx.insert("grids", pd.DataFrame(makers.grids(1)))
    with pytest.raises(CrsMismatch, match="EPSG:4548"), ws.transaction("x") as tx:
        tx.insert("grids", makers.grids(1).to_crs("EPSG:4548"))


def test_columns_that_would_be_lost(ws: Workspace) -> None:
    with pytest.raises(UsageError, match="colour"), ws.transaction("x") as tx:
        tx.insert("grids", makers.grids(1, colour="red"))
    with pytest.raises(UsageError, match="known: areas"):
        ws.read("gridz")
    with pytest.raises(UsageError, match="colour"):
        ws.read("grids", columns=["colour"])
    with pytest.raises(UsageError, match="colour"):
        ws.read("grids", where={"colour": 1})


def test_one_key_is_valid_once_at_a_time(town: Workspace) -> None:
    with pytest.raises(InvalidRows, match="used once"), town.transaction("x") as tx:
        tx.insert("grids", makers.grids(1))
    later = makers.grids(1, begin="2025-06-01")
    with pytest.raises(InvalidRows, match="valid at a time"), town.transaction("x") as tx:
        tx.insert("grids", later)
    with town.transaction("successor") as tx:  # the order within a transaction does not matter
        tx.insert("grids", later)
        tx.end("grids", [1], "2025-06-01")
    with pytest.raises(InvalidRows, match="still valid"), town.transaction("x") as tx:
        tx.end("grids", [1], "2025-07-01")
    with pytest.raises(InvalidRows, match="or later"), town.transaction("x") as tx:
        tx.end("grids", [2], "2024-07-01")
    with pytest.raises(InvalidRows, match="valid at a time"), town.transaction("x") as tx:
        tx.update("grids", pd.DataFrame({"valid_to": [None]}, index=[1]))
    assert town.verify() == []


def test_identity_counts_across_the_tables_of_a_family(town: Workspace) -> None:
    line = shapely.LineString([(500_000, 3_300_000), (500_050, 3_300_050)])
    with pytest.raises(InvalidRows, match="used once"), town.transaction("x") as tx:
        tx.insert("components", makers.components(1).set_geometry([line], crs=CRS))


def test_rows_that_are_not_there(town: Workspace) -> None:
    with pytest.raises(UsageError, match="99"), town.transaction("x") as tx:
        tx.update("grids", pd.DataFrame({"note": ["x"]}, index=[99]))
    with pytest.raises(UsageError, match="table_"), town.transaction("x") as tx:
        tx.end("components", [1], "2026-01-01")
    with pytest.raises(UsageError, match="paired"), town.transaction("x") as tx:
        tx.lineage("grid", ["a", "b"], ["c", "d", "e"], "split", DAY)
    with town.transaction("x"), pytest.raises(UsageError), town.transaction("y"):
        pass


def test_an_update_is_checked_as_an_insert_is(town: Workspace) -> None:
    bad = pd.DataFrame({"code": ["", f"{COMMUNITY}003"]}, index=[1, 2])
    with pytest.raises(InvalidRows) as caught, town.transaction("x") as tx:
        tx.update("grids", bad)
    assert [p.field for p in caught.value.problems] == ["code"]
    with pytest.raises(InvalidRows, match="used once"), town.transaction("x") as tx:
        tx.update("grids", bad.iloc[1:])
    assert town.verify() == []


def test_files_that_are_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(NotAWorkspace, match="no such file"):
        Workspace.open(tmp_path / "none.gpkg")
    text = tmp_path / "text.gpkg"
    text.write_text("not a database at all" * 100)
    with pytest.raises(NotAWorkspace):
        Workspace.open(text)
    makers.raw(tmp_path / "other.gpkg", "CREATE TABLE t (a)")
    with pytest.raises(NotAWorkspace, match="cg_meta"):
        Workspace.open(tmp_path / "other.gpkg")
    with pytest.raises(UsageError, match="PostGIS is not built yet"):
        Workspace.open("postgresql://localhost/city")


def test_who_goes_on_after_a_half_written_call_can_not_commit(town: Workspace) -> None:
    """The first table was written, the second named a row that is not there."""
    held = town.read("components", columns=["note"], geometry=False).iloc[:1]
    held["note"] = "x"
    stray = held.assign(table_="components_line")
    both = pd.concat([held, stray])

    def go_on() -> None:
        with town.transaction("x") as tx:
            with pytest.raises(UsageError, match="components_line"):
                tx.update("components", both)
            tx.insert("grids", makers.grids(1, first=6))

    with pytest.raises(UsageError, match="half way"):
        go_on()
    assert town.count("grids") == 5
    assert town.verify() == []


def test_nothing_to_store_stores_nothing(town: Workspace) -> None:
    head = town.head
    with town.transaction("x") as tx:
        assert tx.insert("grids", makers.grids(0)).tolist() == []
        assert tx.insert("departments", makers.departments().iloc[:0]).tolist() == []
        assert tx.update("grids", town.read("grids").iloc[:0]) == 0
        assert tx.end("components", town.read("components").iloc[:0], DAY) == 0
        assert tx.delete("heat_counts", []) == 0
        tx.lineage("grid", [], [], "split", DAY)
    assert town.head == head


def test_a_file_of_somebody_else_stays_as_it_is(tmp_path: Path) -> None:
    """A foreign GeoPackage is refused, and not one byte of it changes."""
    foreign = tmp_path / "areas.gpkg"
    frame = gpd.GeoDataFrame({"code": ["1"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=CRS)
    frame.to_file(foreign, driver="GPKG")
    before = foreign.read_bytes()
    with pytest.raises(NotAWorkspace):
        Workspace.open(foreign)
    assert foreign.read_bytes() == before
    assert [f.name for f in tmp_path.iterdir()] == ["areas.gpkg"]
