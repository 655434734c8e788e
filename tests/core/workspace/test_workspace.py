"""The store in use: what a reader has to know."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from citygrid_core.errors import UsageError
from citygrid_core.workspace import Workspace
from citygrid_core.workspace.errors import WorkspaceExists, WrongCall

from . import makers
from .makers import COMMUNITY, CRS, DAY


def test_make_write_and_read(tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    with makers.make(path, timezone="Asia/Shanghai") as ws:
        makers.store(ws, areas=makers.areas())
        with ws.transaction("grids draw", who="王工", parameters={"target_m2": 10_000}) as tx:
            numbers = tx.mint(f"grid:{COMMUNITY}", 3)
            fids = tx.insert("grids", makers.grids(3))
        assert list(numbers) == [1, 2, 3]
        assert fids.tolist() == [1, 2, 3]

    with Workspace.open(path) as ws:
        assert (ws.name, ws.edition, ws.crs.to_epsg()) == ("示例市", "gbt47678-2026", 4547)
        read = ws.read("grids")
        assert isinstance(read, gpd.GeoDataFrame)
        assert read.crs == ws.crs
        assert read.index.name == "fid"
        assert list(read["code"]) == [f"{COMMUNITY}00{i}" for i in (1, 2, 3)]
        assert read["valid_to"].tolist() == [None, None, None]
        assert read["area_m2"].dtype == np.float64
        assert read.geometry.geom_equals(makers.grids(3).geometry.set_axis(read.index)).all()
        journal = ws.journal()
        assert list(journal["operation"]) == ["create", "test", "grids draw"]
        assert journal["who"].iloc[-1] == "王工"
        assert json.loads(journal["parameters"].iloc[-1]) == {"target_m2": 10_000}
        assert json.loads(journal["tables"].iloc[-1])["grids"]["added"] == 3
        assert ws.head == journal["hash"].iloc[-1]
        assert ws.verify() == []


def test_the_same_steps_give_the_same_journal(tmp_path: Path) -> None:
    heads = []
    for name in ("a", "b"):
        with makers.make(tmp_path / f"{name}.gpkg") as ws:
            makers.store(ws, grids=makers.grids(5), components=makers.components(700))
            heads.append(ws.head)
    assert heads[0] == heads[1]


def test_it_is_never_made_over_a_file(tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    path.write_text("mine")
    with pytest.raises(WorkspaceExists):
        makers.make(path)
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:2263", "nonsense"])
def test_the_crs_must_be_projected_in_metres(tmp_path: Path, crs: str) -> None:
    with pytest.raises(UsageError, match="projected, in metres"):
        makers.make(tmp_path / "city.gpkg", crs=crs)
    assert list(tmp_path.iterdir()) == []


def test_a_local_crs_without_code_is_kept(tmp_path: Path) -> None:
    local = (
        "+proj=tmerc +lat_0=0 +lon_0=118.83 +k=1 +x_0=400000 +y_0=0 +ellps=GRS80 +units=m +type=crs"
    )
    with makers.make(tmp_path / "city.gpkg", crs=local):
        pass
    with Workspace.open(tmp_path / "city.gpkg") as ws:
        frame = makers.grids(2).set_crs(ws.crs, allow_override=True)
        makers.store(ws, areas=makers.areas().set_crs(ws.crs, allow_override=True))
        makers.store(ws, grids=frame)
        assert ws.read("grids").crs == frame.crs
        assert ws.verify() == []


def test_history_is_half_open(ws: Workspace) -> None:
    makers.store(ws, grids=makers.grids(3))
    with ws.transaction("split") as tx:
        held = ws.read("grids")
        assert tx.end("grids", held.iloc[:1], "2025-06-01") == 1
        children = tx.insert("grids", makers.grids(2, first=4, begin="2025-06-01"))
        tx.lineage("grid", [f"{COMMUNITY}001"], [f"{COMMUNITY}004", f"{COMMUNITY}005"], "split",
                   "2025-06-01", reason="新建道路", document="城管〔2025〕6号")  # fmt: skip
    assert len(children) == 2

    def codes(at: str | None) -> list[str]:
        return [c[-3:] for c in ws.read("grids", at=at)["code"]]

    assert codes("2024-12-31") == []
    assert codes(DAY) == codes("2025-05-31") == ["001", "002", "003"]
    assert codes("2025-06-01") == codes(None) == ["002", "003", "004", "005"]
    assert codes("all") == ["001", "002", "003", "004", "005"]
    assert ws.count("grids", at="2025-05-31") == 3
    links = ws.lineage()
    assert links[["parent", "child"]].to_numpy().tolist() == [
        [f"{COMMUNITY}001", f"{COMMUNITY}004"],
        [f"{COMMUNITY}001", f"{COMMUNITY}005"],
    ]
    assert set(links["document"]) == {"城管〔2025〕6号"}
    assert ws.verify() == []


def test_a_family_with_a_table_for_each_geometry(ws: Workspace) -> None:
    place = [
        shapely.Point(500_001, 3_300_001),
        shapely.LineString([(500_000, 3_300_000), (500_050, 3_300_050)]),
        shapely.box(500_000, 3_300_000, 500_010, 3_300_010),
        shapely.MultiPoint([(500_002, 3_300_002)]),
    ]
    with ws.transaction("census import") as tx:
        fids = tx.insert("components", makers.components(4).set_geometry(place, crs=CRS))
    read = ws.read("components")
    assert fids.tolist() == [1, 1, 1, 2]
    by_code = read.set_index("code").sort_index()
    assert by_code["table_"].tolist() == [
        "components_point", "components_line", "components_polygon", "components_point",
    ]  # fmt: skip
    assert by_code.geometry.geom_type.tolist() == [
        "Point",
        "MultiLineString",
        "MultiPolygon",
        "Point",
    ]

    read.loc[read["code"].str.endswith("2"), "note"] = "线"
    with ws.transaction("note") as tx:
        assert tx.update("components", read) == 1
    noted = ws.read("components", where={"note": "线"})
    assert noted["table_"].tolist() == ["components_line"]
    with ws.transaction("end") as tx:
        assert tx.end("components", noted, "2026-01-01") == 1
    assert ws.count("components") == 3
    assert ws.verify() == []


def test_rows_without_place(ws: Workspace) -> None:
    rule = pd.DataFrame(
        {"code": ["R1"], "place": ["everywhere"], "role": ["owning"], "department_code": ["D"],
         "valid_from": DAY}
    )  # fmt: skip
    strip = gpd.GeoDataFrame(
        {"code": ["R2"], "place": ["line"], "role": ["owning"], "department_code": ["D"],
         "valid_from": DAY, "width_m": 5},
        geometry=[shapely.LineString([(500_000, 3_300_000), (500_100, 3_300_000)])], crs=CRS,
    )  # fmt: skip
    makers.store(ws, cases=makers.cases(6), duty_rules=rule)
    makers.store(ws, duty_rules=strip)
    assert ws.read("cases").geometry.isna().tolist() == [True, False, False] * 2
    assert ws.read("duty_rules")["table_"].tolist() == ["duty_rules", "duty_rules_line"]
    assert ws.read("duty_rules").crs == ws.crs
    assert isinstance(ws.read("departments"), pd.DataFrame)
    assert not isinstance(ws.read("cases", geometry=False), gpd.GeoDataFrame)


def test_reading_a_part(town: Workspace) -> None:
    some = [f"{COMMUNITY}002", f"{COMMUNITY}004", "nothing"]
    assert town.read("grids", where={"code": some})["code"].tolist() == some[:2]
    assert len(town.read("components", where={"state": "intact", "note": None})) == 20
    assert town.read("components", where={"code": [str(i) for i in range(100_000)]}).empty
    read = town.read("grids", columns=["code"])
    assert list(read.columns) == ["code", "geometry"]
    box = (500_150.0, 3_300_010.0, 500_220.0, 3_300_020.0)
    assert [c[-1] for c in town.read("grids", bbox=box)["code"]] == ["2", "3"]
    everything = town.read("components")
    inside = everything[everything.intersects(shapely.box(*box))]
    assert set(town.read("components", bbox=box)["code"]) == set(inside["code"])


def test_the_span_of_a_column(town: Workspace) -> None:
    codes = town.read("grids", at="all")["code"]
    assert town.span("grids", "code") == (min(codes), max(codes))
    assert town.span("cases", "number") == (None, None)


def test_reading_in_parts_is_reading_in_one(town: Workspace) -> None:
    makers.store(town, cases=makers.cases(70))
    columns = ["number", "reported_at", "location_probability"]
    parts = list(town.read_parts("cases", columns=columns, rows=30))
    assert [len(p) for p in parts] == [30, 30, 10]
    assert pd.concat(parts).equals(town.read("cases", columns=columns, geometry=False))
    assert list(town.read_parts("heat_counts", columns=["cases"])) == []


def test_a_snapshot_is_of_one_state(town: Workspace) -> None:
    makers.store(town, cases=makers.cases(3))
    with town.snapshot():
        assert town.count("cases") == 3
        with Workspace.open(town.path) as other, other.transaction("more") as tx:
            tx.insert("cases", makers.cases(5).iloc[3:])
        with town.snapshot():
            assert town.count("cases") == 3
        assert len(next(town.read_parts("cases", columns=["number"]))) == 3
        with pytest.raises(WrongCall), town.transaction("write"):
            pass
    assert town.count("cases") == 5
    with town.transaction("write") as tx, town.snapshot():
        assert town.count("cases") == 5


def test_update_changes_only_what_differs(town: Workspace) -> None:
    held = town.read("grids")
    head = town.head
    with town.transaction("nothing") as tx:
        assert tx.update("grids", held) == 0
    assert town.head == head
    held.loc[2, "note"] = "改"
    held.loc[3, "geometry"] = shapely.box(500_200, 3_300_000, 500_300, 3_300_090)
    with town.transaction("grids edit") as tx:
        assert tx.update("grids", held) == 2
    assert json.loads(town.journal()["tables"].iloc[-1])["grids"]["changed"] == 2
    again = town.read("grids")
    assert again.loc[2, "note"] == "改"
    assert again.area.loc[3] == 9000
    assert town.read("grids", bbox=(500_250, 3_300_095, 500_260, 3_300_096)).empty
    assert town.verify() == []


def test_dry_run_and_errors_leave_nothing(town: Workspace) -> None:
    head, rows = town.head, town.count("grids")
    with town.transaction("dry") as tx:
        tx.insert("grids", makers.grids(3, first=6))
        tx.mint(f"grid:{COMMUNITY}", 3)
        assert town.count("grids") == rows + 3
        tx.rollback()

    def fail() -> None:
        with town.transaction("fails") as tx:
            tx.insert("grids", makers.grids(3, first=6))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (town.head, town.count("grids")) == (head, rows)
    with town.transaction("after") as tx:
        assert tx.mint(f"grid:{COMMUNITY}", 1).start == 6
        assert tx.insert("grids", makers.grids(1, first=6)).tolist() == [6]
    assert town.verify() == []


def test_numbers_are_minted_once(ws: Workspace) -> None:
    with ws.transaction("a") as tx:
        assert tx.mint("grid:A", 3) == range(1, 4)
        assert tx.mint("grid:A", 2) == range(4, 6)
        assert tx.mint("grid:B", 2, floor=7) == range(8, 10)
        assert tx.mint("grid:A", 0) == range(6, 6)
    with ws.transaction("b") as tx:
        assert tx.mint("grid:A", 1, floor=2) == range(6, 7)
    with pytest.raises(UsageError), ws.transaction("c") as tx:
        tx.mint("grid:A", -1)
    with ws.transaction("d") as tx:
        assert tx.mint("grid:A", 1) == range(7, 8)


def test_derived_rows_may_be_deleted_and_others_not(town: Workspace) -> None:
    makers.store(town, heat_counts=makers.heat({f"{COMMUNITY}001": 3, f"{COMMUNITY}002": 4, "": 5}))
    assert town.read("heat_counts")["grid_code"].tolist()[-1] == ""  # not located is not "no value"
    with town.transaction("heat update") as tx:
        assert tx.delete("heat_counts", [1]) == 1
        assert tx.delete("heat_counts", where={"grid_code": ""}) == 1
    assert town.read("heat_counts")["cases"].tolist() == [4]
    with pytest.raises(UsageError, match="never deleted"), town.transaction("x") as tx:
        tx.delete("grids", [1])
    assert town.verify() == []
    assert town.count("grids") == 5


def test_times_are_the_citys_wall_clock(ws: Workspace) -> None:
    zone = dt.timezone(dt.timedelta(hours=8))
    given = [
        "2025-01-01T08:30:00", "2025-01-01 08:30", "2025-01-01T00:30:00Z",
        dt.datetime(2025, 1, 1, 8, 30), dt.datetime(2025, 1, 1, 0, 30, tzinfo=dt.timezone.utc),
        pd.Timestamp("2025-01-01 08:30", tz=zone), np.datetime64("2025-01-01T08:30"),
        dt.datetime(2025, 1, 1, 8, 30, 0, 250_000), None, pd.NaT,
    ]  # fmt: skip
    frame = makers.cases(len(given))
    frame["closed_at"] = pd.Series(given, dtype=object)
    makers.store(ws, cases=frame)
    same = "2025-01-01T08:30:00"
    assert ws.read("cases")["closed_at"].tolist() == [same] * 7 + [same + ".25", None, None]
    assert len(ws.read("cases", where={"closed_at": same})) == 7
    assert len(ws.read("cases", where={"closed_at": [same + ".25", "2030-01-01T00:00:00"]})) == 1
    assert ws.verify() == []


def test_settings(ws: Workspace) -> None:
    ws.set_meta("heat_weak_below", "0.8", who="王工")
    ws.set_meta("heat_weak_below", "0.7")
    assert ws.get_meta("heat_weak_below") == "0.7"
    assert ws.get_meta("unheard", "x") == "x"
    with pytest.raises(UsageError):
        ws.set_meta("crs", "EPSG:4548")
    with Workspace.open(ws.path) as other:
        assert other.meta["heat_weak_below"] == "0.7"
    assert ws.verify() == []


def test_heat_map_is_the_valid_grids_with_their_rate(town: Workspace) -> None:
    counts = {f"{COMMUNITY}001": 3, f"{COMMUNITY}002": 4}
    makers.store(town, heat_counts=makers.heat(counts))
    makers.store(town, heat_counts=makers.heat({f"{COMMUNITY}001": 2}, day="2025-01-02"))
    with town.transaction("end") as tx:
        tx.end("grids", [2], "2025-06-01")
        tx.update("grids", gpd.GeoDataFrame({"area_m2": [20_000]}, index=[1]))
    with town._reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT code, cases, per_hectare FROM heat_map ORDER BY fid"
        ).fetchall()
    assert [(c[-1], n, rate) for c, n, rate in rows] == [
        ("1", 5, 2.5), ("3", 0, 0.0), ("4", 0, 0.0), ("5", 0, 0.0),
    ]  # fmt: skip


def test_a_fingerprint_tells_rows_from_any_others(town: Workspace) -> None:
    def told(*columns: str) -> str:
        return town.fingerprint("grids", columns)

    first, notes = told("code", "valid_to"), told("note")
    grids = town.read("grids", columns=["code"])
    later = [
        ("valid_to", grids[["code"]].assign(valid_to="2030-01-01").head(1)),
        ("geometry", grids.set_geometry(grids.translate(1.0))),
    ]
    for what, frame in later:
        with town.transaction("test") as tx:
            tx.update("grids", frame)
            assert told("code", "valid_to") != first, what
            tx.rollback()
        assert told("code", "valid_to") == first
    outside = sqlite3.connect(town.path)
    with outside:
        for (name,) in outside.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'grids'"
        ).fetchall():
            outside.execute(f'DROP TRIGGER "{name}"')
        outside.execute("UPDATE grids SET note = 'seen' WHERE fid = 1")
    outside.close()
    assert told("code", "valid_to") == first
    assert told("note") != notes


def test_styles_are_kept_for_qgis(ws: Workspace) -> None:
    ws.store_styles({"grids": "<qgis/>", "heat_map": "<qgis>热力</qgis>"})
    ws.store_styles({"grids": "<qgis>2</qgis>"})
    with ws._reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT f_table_name, styleQML, useAsDefault FROM layer_styles ORDER BY 1"
        ).fetchall()
    assert [tuple(r) for r in rows] == [
        ("grids", "<qgis>2</qgis>", 1),
        ("heat_map", "<qgis>热力</qgis>", 1),
    ]
    assert ws.verify() == []
    with pytest.raises(UsageError):
        ws.store_styles({"cg_meta": ""})
