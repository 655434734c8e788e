"""Whole jobs on a workspace: table in, table out; review taken back; names, dates, fit, check."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from citygrid_core.cli.app import build
from citygrid_core.errors import UsageError
from citygrid_core.geocode import load_calibration
from citygrid_core.operations.city import City
from citygrid_core.operations.geocode.fit import fit_city
from citygrid_core.operations.geocode.gazetteer import (
    check_places,
    gazetteer,
    geocode_file,
    import_places,
)
from citygrid_core.operations.geocode.gazetteer_file import check_file
from citygrid_core.operations.geocode.index import kept_at
from citygrid_core.operations.geocode.review import NewName, add_names, apply_review, review_rows
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.tables import write
from citygrid_core.workspace import Workspace
from tests.core.geocode import desk
from tests.core.geocode.town import MISSING, number_at


@pytest.fixture
def path(town_workspace: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(town_workspace, tmp_path / "town.gpkg"))


def asked(folder: Path, *addresses: str) -> Path:
    file = folder / "addresses.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("id", "address"), *enumerate(addresses, start=1)])
    return file


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(build(), ["--lang", "en", *map(str, arguments)])
    return done.exit_code, done.output


def test_each_address_gets_point_error_areas_and_reasons(path: Path, tmp_path: Path) -> None:
    with Workspace.open(path) as ws:
        _, rows = geocode_file(ws, asked(tmp_path, "友谊路32号", "解放路3号", "幸福路3号", ""))
    assert rows["outcome"].tolist() == ["accepted", "ambiguous", "rejected", "rejected"]
    assert (rows.at[0, "x"], rows.at[0, "y"]) == pytest.approx(desk.at(340, -15))
    assert rows.at[0, "community_name"] == "友谊社区"
    assert rows["community_name"].isna().tolist() == [False, True, True, True]
    assert {c["area"] for c in json.loads(rows.at[1, "candidates"])} == {"友谊社区", "解放社区"}
    assert all(json.loads(r) for r in rows["reasons"][1:])


def test_the_index_is_kept_and_renewed_when_a_place_changes(path: Path, tmp_path: Path) -> None:
    with Workspace.open(path) as ws:
        first = gazetteer(ws)
        kept = kept_at(ws)
        before = kept.stat().st_mtime_ns
        assert gazetteer(ws).tag == first.tag
        assert kept.stat().st_mtime_ns == before
        ws.set_meta("other", "thing")
        again = gazetteer(ws)
        assert again.tag.partition("\n")[2] == first.tag.partition("\n")[2]
        assert again.tag != first.tag
        add_names(ws, [NewName("连云大厦", "连云塔")], on="2025-06-01")
        assert gazetteer(ws).candidates("连云塔")[0].name == "连云大厦"
        kept.write_bytes(b"nonsense")
        assert gazetteer(ws).candidates("友谊路32号")[0].level == "plate"


def test_a_transaction_sees_its_own_places_and_leaves_no_trace_when_taken_back(path: Path) -> None:
    with Workspace.open(path) as ws:
        assert gazetteer(ws).candidates("连云大厦")[0].name == "连云大厦"
        with ws.transaction("test") as tx:
            tower = ws.read("places", where={"name": "连云大厦"}, columns=["name"])
            tx.update("places", tower.assign(name="海滨塔楼"))
            assert gazetteer(ws).candidates("海滨塔楼")[0].name == "海滨塔楼"
            tx.rollback()
        assert gazetteer(ws).candidates("连云大厦")[0].name == "连云大厦"


def test_a_review_file_comes_back_and_teaches_a_name(path: Path, tmp_path: Path) -> None:
    file = asked(
        tmp_path, "解放路3号", "幸福楼", "友宜陆32", "黑点", "白点", "连云大夏对面", "开着"
    )
    with Workspace.open(path) as ws:
        _, rows = geocode_file(ws, file, accept=0.9999)
        review = review_rows(rows)
        assert len(review) == len(rows)
        review.loc[0, ["choice", "alias"]] = [2, "解放老路"]
        review.loc[1, "corrected"] = "新浦区阳光小区2栋"
        review.loc[2, "set_x"], review.loc[2, "set_y"] = desk.at(340, -15)
        review.loc[3, "choice"] = 9
        review.loc[4, "set_x"] = 5
        review.loc[5, ["choice", "alias"]] = [1, "是"]
        write(review, tmp_path / "review.csv")
        report, decided = apply_review(
            ws, tmp_path / "review.csv", accept=0.8, on="2025-06-01", who="李"
        )
        places = ws.read("places").set_index("name")
    assert (report.read, report.stored, report.rejected) == (7, 5, 2)
    assert decided["decided_by"].tolist() == [
        "candidate",
        "corrected",
        "point",
        "candidate",
        "nobody",
    ]
    assert decided["outcome"].tolist() == ["accepted"] * 4 + ["ambiguous"]
    assert decided["county_name"].tolist()[0] == "海州区"
    assert {"choice" in str(p.found.en) or "set_x" in str(p.found.en) for p in report.problems} == {
        True
    }
    assert places.loc["解放路", "aliases"].fillna("").tolist().count("解放老路") == 1
    assert places.loc["连云大厦", "aliases"] == "连云大夏"


def test_a_wrong_review_stores_nothing_with_dry_run(path: Path) -> None:
    with Workspace.open(path) as ws:
        assert add_names(ws, [NewName("友谊路", "友好路")], on="2025-06-01", dry_run=True) == 1
        assert gazetteer(ws).candidates("友好路32号")[0].signs.get("alias", 0) == 0
        for bad in (NewName("没有这里", "甲路"), NewName("解放路", "甲路"), NewName("友谊路", "#")):
            with pytest.raises(UsageError):
                add_names(ws, [bad], on="2025-06-01")


def test_an_old_name_resolves_and_says_until_when(path: Path) -> None:
    status, said = run("gazetteer", "alias", path, "友谊路", "友好路", "--until", "1980-05-01",
                       "--at", "2025-06-01", "--json")  # fmt: skip
    assert status == 0, said
    with Workspace.open(path) as ws:
        answer = gazetteer(ws).geocode(pd.Series(["友好路32号"])).iloc[0]
    assert answer["outcome"] == "accepted"
    assert answer["matched"][0]["when"] == "至1980-05-01"
    assert "1980-05-01" in answer["reasons"][0]["en"]


def test_a_street_that_was_renamed_keeps_its_old_name_with_dates(
    path: Path, tmp_path: Path
) -> None:
    import geopandas as gpd

    with Workspace.open(path) as ws:
        held = ws.read("places")
        street = held[held["name"] == "通灌路"][["source_key", "kind", "geometry"]]
        file = tmp_path / "line.gpkg"
        gpd.GeoDataFrame(street.assign(name="通海路"), crs=ws.crs).to_file(
            file, layer="line", driver="GPKG"
        )
        report = import_places(ws, file, options=SourceOptions(layer="line"), on="2025-07-01")
        assert report.details["changed"] == 1, report.details
        now = gazetteer(ws).geocode(pd.Series(["通海路8号", "通灌路8号"]))
        assert now["outcome"].tolist() == ["accepted", "accepted"]
        assert now["matched"][1][0]["when"] == "2025-01-01至2025-07-01"
        then = gazetteer(ws, "2025-03-01").geocode(pd.Series(["通灌路8号", "通海路8号"]))
        assert then["outcome"].tolist()[0] == "accepted"
        assert then["matched"][0][0]["via"] == "name"


def test_check_finds_a_fault_says_where_and_leaves_with_one(path: Path, tmp_path: Path) -> None:
    status, _ = run("gazetteer", "check", path)
    assert status == 0
    x, y = desk.at(460, -300)
    file = tmp_path / "more.csv"
    file.write_text(f"类别,街巷名称,门牌号,x,y\n门牌,友谊路,44号,{x},{y}\n", "utf-8")
    with Workspace.open(path) as ws:
        import_places(
            ws, file, kind="plate", options=SourceOptions(crs="EPSG:4547"), on="2025-06-01"
        )
        report, found = check_places(ws)
    assert found[["rule", "place", "community_code"]].values.tolist() == [
        ["plate.far", "友谊路44号", "320705001001"]
    ]
    assert report.exit_code == 1
    status, _ = run("gazetteer", "check", path, "-o", tmp_path / "found.csv", "--json")
    assert status == 1
    assert "plate.far" in (tmp_path / "found.csv").read_text("utf-8-sig")


def test_a_file_is_checked_beside_the_gazetteer_before_it_is_imported(
    path: Path, tmp_path: Path
) -> None:
    """44号 is far from its street, 43号 sound, 45号 outside the city; 32号 is there already."""
    file = tmp_path / "more.csv"
    rows = [
        ("友谊路", "44号", *desk.at(460, -300)),
        ("友谊路", "43号", *desk.at(*number_at(43))),
        ("友谊路", "45号", *desk.at(470, 9000)),
        ("友谊路", "32号", *desk.at(345, -15)),
    ]
    pd.DataFrame(rows, columns=["街巷名称", "门牌号", "x", "y"]).to_csv(file, index=False)
    with Workspace.open(path) as ws:
        before = ws.count("places")
        report, found = check_file(ws, file, kind="plate", options=SourceOptions(crs="EPSG:4547"))
        assert ws.count("places") == before
    assert (report.read, report.rejected) == (4, 1)
    told = set(found[["rule", "place"]].itertuples(index=False, name=None))
    assert {("plate.far", "友谊路44号"), ("number.twin", "友谊路32号")} <= told
    assert "友谊路43号" not in set(found["place"])
    assert all("row" in codes for codes in found["codes"])
    assert found.set_index("rule").at["plate.far", "codes"] == "row 2"
    given = ("--kind", "plate", "--crs", "EPSG:4547")
    status, _ = run("gazetteer", "check", path, file, *given, "-o", tmp_path / "found.csv")
    assert status == 1
    assert "plate.far" in (tmp_path / "found.csv").read_text("utf-8-sig")
    pd.DataFrame(rows[1:2], columns=["街巷名称", "门牌号", "x", "y"]).to_csv(file, index=False)
    status, said = run("gazetteer", "check", path, file, *given)
    assert status == 0, said


def test_a_delivery_checked_again_is_no_twin_of_itself(path: Path, tmp_path: Path) -> None:
    """A row takes the place of the stored one with its source and key."""
    file = tmp_path / "again.csv"
    x, y = desk.at(*number_at(44))
    file.write_text(f"id,街巷名称,门牌号,x,y\nA1,友谊路,44号,{x},{y}\n", "utf-8")
    options = SourceOptions(crs="EPSG:4547")
    with Workspace.open(path) as ws:
        import_places(ws, file, kind="plate", options=options, on="2025-06-01")
        report, found = check_file(ws, file, kind="plate", options=options)
        _, other = check_file(ws, file, kind="plate", source="other", options=options)
    assert (report.exit_code, len(found)) == (0, 0)
    assert other["rule"].tolist() == ["number.twin"]


def test_a_city_fits_its_own_calibration(path: Path, tmp_path: Path) -> None:
    numbers = [n for n in range(1, 91) if n not in MISSING]
    rows = [(f"友谊路{n}号", *desk.at(*number_at(n))) for n in numbers]
    rows += [(f"没有路{n}号", "", "") for n in range(20)]
    file = tmp_path / "labelled.csv"
    pd.DataFrame(rows, columns=["address", "x", "y"]).to_csv(file, index=False)
    status, said = run("geocode", path, "--fit", file, "-o", tmp_path / "own.toml", "--json")
    assert status == 0, said
    details = json.loads(said)
    assert details["calibration_error_after"] <= 0.02
    assert details["covered_after"] >= 0.95
    with Workspace.open(path) as ws:
        assert gazetteer(ws).calibration == load_calibration(tmp_path / "own.toml")
        assert City(ws).workspace is ws
        with pytest.raises(UsageError, match="50"):
            fit_city(ws, asked(tmp_path, "友谊路1号"), options=SourceOptions(crs="EPSG:4547"))


def test_formulas_in_addresses_are_harmless_in_the_output(path: Path, tmp_path: Path) -> None:
    nasty = [
        "=cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "-2+3",
        "+友谊路32号",
        "\t=1",
        "'; drop table x; --",
    ]
    file = asked(tmp_path, *nasty)
    status, said = run("geocode", path, file, "-o", tmp_path / "o.csv", "--review",
                       tmp_path / "r.csv", "--json")  # fmt: skip
    assert status == 0, said
    for name in ("o.csv", "r.csv"):
        with (tmp_path / name).open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.reader(lines):
                assert not any(c[:1] in "=+-@\t\r" and c[1:2] and not _number(c) for c in row if c)


def _number(text: str) -> bool:
    try:
        return np.isfinite(float(text))
    except ValueError:
        return False


def test_one_thing_is_asked_at_a_time(path: Path, tmp_path: Path) -> None:
    file = asked(tmp_path, "友谊路1号")
    assert run("geocode", path)[0] == 2
    assert run("geocode", path, file, "--fit", file)[0] == 2
