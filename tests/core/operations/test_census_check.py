"""The rule book on a workspace: findings with state, safe fixes, twins merged, deliveries."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from click.testing import CliRunner

from citygrid_core.census.rules import rule_book
from citygrid_core.cli.app import build
from citygrid_core.errors import UsageError
from citygrid_core.operations.census.compare import compare
from citygrid_core.operations.census.deliver import HASHES, deliver, layer_names, write_hashes
from citygrid_core.operations.census.rules.check import check_components
from citygrid_core.operations.census.rules.findings import accept_finding
from citygrid_core.operations.census.rules.fix import fix_components
from citygrid_core.operations.census.twins import find_twins, merge_twins
from citygrid_core.report import Report
from citygrid_core.standards import DEFAULT_EDITION, load_edition
from citygrid_core.workspace import Workspace
from tests.core.operations import fieldtown
from tests.core.operations.conftest import METRES

ON = "2025-01-02"
Whole = tuple[Path, dict[str, Report]]


@pytest.fixture
def surveyed(tmp_path: Path, whole: Whole) -> Path:
    path = tmp_path / "city.gpkg"
    shutil.copy(whole[0], path)
    return path


def edit(path: Path, **values: object) -> str:
    """Change the first component, as an edit in QGIS would, and adopt it; return its code."""
    with Workspace.open(path) as ws:
        first = ws.read("components").sort_values("code").iloc[:1]
        with ws.transaction("edit") as tx:
            tx.update("components", first[["table_"]].assign(**values))
        return str(first["code"].iloc[0])


def test_the_clean_city_has_hardly_a_false_alarm(surveyed: Path, small_city: Path) -> None:
    truth = pd.read_csv(small_city / "truth" / "components.csv", dtype=str)
    planted = int(truth["twin_of"].notna().sum())
    with Workspace.open(surveyed) as ws:
        report, found = check_components(ws, on=ON)
        assert ws.verify() == []
    serious = found[found["severity"] != "hint"]
    assert (serious["rule"] == "P01").sum() == planted
    assert len(serious) - planted <= 0.01 * report.read
    hints = found[(found["severity"] == "hint") & (found["family"] == "components")]
    assert hints["object_code"].nunique() <= 0.015 * report.read
    assert set(report.details["no_data"]) == {
        i for i, r in rule_book().items() if r.group == "attachments"
    } | {"C06", "C08", "C11", "C12", "C13", "C14", "C15", "G02", "G04", "G05", "G06", "G07",
         "G10", "G11", "G12", "P08"}  # fmt: skip


def test_a_second_check_changes_nothing_and_a_corrected_row_is_fixed(surveyed: Path) -> None:
    code = edit(surveyed, state=None)
    with Workspace.open(surveyed) as ws:
        first, _ = check_components(ws, on=ON, who="李")
        again, _ = check_components(ws, on="2025-01-03")
        assert (again.details["new"], again.details["fixed"]) == (0, 0)
        assert again.details["open"] == first.details["open"]
        (row,) = ws.read("findings", where={"rule": "K02"}).to_dict("records")
        assert (row["object_code"], row["state"], row["found_by"]) == (code, "open", "李")
        assert row["geometry"] is not None
    edit(surveyed, state="intact")
    with Workspace.open(surveyed) as ws:
        report, _ = check_components(ws, on="2025-01-04", who="王")
        assert report.details["fixed"] == 1
        (row,) = ws.read("findings", where={"rule": "K02"}).to_dict("records")
        assert (row["state"], row["closed_on"], row["closed_by"]) == ("fixed", "2025-01-04", "王")
    edit(surveyed, state=None)
    with Workspace.open(surveyed) as ws:
        report, _ = check_components(ws, on="2025-01-05")
        assert report.details["reopened"] == 1


def test_an_accepted_finding_stays_accepted_with_its_reason(surveyed: Path) -> None:
    with Workspace.open(surveyed) as ws:
        check_components(ws, on=ON)
        name = ws.read("findings", where={"rule": "P03"})["finding"].iloc[0]
        with pytest.raises(UsageError, match="say why"):
            accept_finding(ws, [name], reason=" ", on=ON)
        with pytest.raises(UsageError, match="no finding X"):
            accept_finding(ws, ["X"], reason="r", on=ON)
        assert accept_finding(ws, [name], reason="共杆", on=ON, who="王").stored == 1
        assert accept_finding(ws, [name], reason="共杆", on=ON).unchanged == 1
        report, _ = check_components(ws, on="2025-01-09")
        assert report.details["accepted"] == 1
        (row,) = ws.read("findings", where={"finding": name}).to_dict("records")
        assert (row["state"], row["reason"], row["closed_by"]) == ("accepted", "共杆", "王")


def test_only_what_changed_is_judged(surveyed: Path) -> None:
    with Workspace.open(surveyed) as ws:
        check_components(ws, on=ON)
        some = ws.read("components").sort_values("code").iloc[:3]
        with ws.transaction("edit") as tx:
            from citygrid_core.operations.census.versions import succeed

            succeed(tx, some, pd.DataFrame({"state": [None, "lost", "intact"]}), "2025-02-01")
        report, found = check_components(ws, on="2025-02-01", changed=True)
        assert report.read == 3
        assert found["rule"].tolist().count("K02") == 1
        whole, _ = check_components(ws, on="2025-02-01")
        assert (whole.details["new"], whole.details["fixed"]) == (0, 0)


def test_a_fix_is_previewed_then_stored_with_history(surveyed: Path) -> None:
    code = edit(surveyed, name=None)
    with Workspace.open(surveyed) as ws:
        check_components(ws, on=ON)
        report, cells = fix_components(ws, "K05", on="2025-03-01", dry_run=True)
        assert cells.to_numpy().tolist() == [[code, "name", "", "供水井盖"]]
        assert ws.count("components", at="all", where={"code": code}) == 1
        report, _ = fix_components(ws, "K05", on="2025-03-01", who="王")
        assert (report.read, report.stored, report.details["still_found"]) == (1, 1, 0)
        versions = ws.read("components", at="all", where={"code": code})
        assert versions["name"].tolist() == [None, "供水井盖"]
        assert ws.read("findings", where={"rule": "K05"})["state"].tolist() == ["fixed"]
        with pytest.raises(UsageError, match="no safe fix"):
            fix_components(ws, "C01", on=ON)
        assert ws.verify() == []


def test_a_profile_turns_rules_off_and_sets_tolerances(surveyed: Path, tmp_path: Path) -> None:
    profile = tmp_path / "book.toml"
    profile.write_text('off = ["P04"]\n[tolerance]\nT05 = 30\n[severity]\nT05 = "warning"\n')
    with Workspace.open(surveyed) as ws:
        report, found = check_components(ws, on=ON, profile=profile, dry_run=True)
        assert "P04" not in report.details["by_rule"]
        late = found[found["rule"] == "T05"]
        assert len(late) > 1_000
        assert set(late["severity"]) == {"warning"}
        assert ws.count("findings") == 0
        profile.write_text('off = ["X9"]\n')
        with pytest.raises(UsageError, match="unknown: X9"):
            check_components(ws, on=ON, profile=profile)


def test_twins_are_merged_and_both_histories_stay(surveyed: Path, small_city: Path) -> None:
    truth = pd.read_csv(small_city / "truth" / "components.csv", dtype=str)
    planted = int(truth["twin_of"].notna().sum())
    with Workspace.open(surveyed) as ws:
        report, ranked = find_twins(ws)
        assert report.details["pairs"] == planted == len(ranked)
        keep, merge = str(ranked["keep"].iloc[0]), str(ranked["merge"].iloc[0])
        with ws.transaction("edit") as tx:
            row = ws.read("components", where={"code": merge})[["table_"]]
            tx.update("components", row.assign(asset_number="SW7"))
        merge_twins(ws, [(keep, merge)], on="2025-03-01", reason="重复", who="王")
        assert ws.count("components", where={"code": merge}) == 0
        assert ws.count("components", at="2025-02-01", where={"code": merge}) == 1
        assert ws.read("components", where={"code": keep})["asset_number"].tolist() == ["SW7"]
        link = ws.lineage().iloc[-1]
        assert (link["parent"], link["child"], link["operation"]) == (merge, keep, "merge twins")
        for pairs, said in (([(keep, merge)], "no valid"), ([(keep, keep)], "kept and merged")):
            with pytest.raises(UsageError, match=said):
                merge_twins(ws, pairs, on="2025-03-02")
        assert find_twins(ws)[0].details["pairs"] == planted - 1
        assert ws.verify() == []


def test_two_days_of_a_workspace_and_a_file_are_compared(
    surveyed: Path, small_city: Path, tmp_path: Path
) -> None:
    with Workspace.open(surveyed) as ws:
        held = ws.read("components").sort_values("code")
        gone, moved = held.iloc[:2], held.iloc[[5]]
        with ws.transaction("edit") as tx:
            from citygrid_core.operations.census.versions import succeed

            tx.end("components", gone, "2025-02-01")
            shifted = shapely.transform(
                moved.geometry.to_numpy(), lambda xy: xy + np.array([1.5, 0])
            )
            succeed(tx, moved, pd.DataFrame({"geometry": shifted}), "2025-02-01")
        report, found = compare(ws, at="2025-01-15", other_at="2025-02-15")
        assert {k: report.details[k] for k in ("new", "gone", "moved", "changed")} == {
            "new": 0, "gone": 2, "moved": 1, "changed": 0,
        }  # fmt: skip
        assert set(found.loc[found["outcome"] == "gone", "old_code"]) == set(gone["code"])
        same, _ = compare(ws, small_city / "components.csv", at="2025-01-15", options=METRES, on=ON)
        assert same.details["unchanged"] == len(held)
        other = tmp_path / "other.gpkg"
        shutil.copy(surveyed, other)
        both, _ = compare(ws, other, other_at="2025-01-15")
        assert both.details["new"] == 2
        with pytest.raises(UsageError, match="one census only"):
            compare(ws)


def test_an_empty_layer_of_a_delivery_says_its_geometry(tmp_path: Path) -> None:
    fieldtown.build(tmp_path / "points.gpkg", components=3)
    with Workspace.open(tmp_path / "points.gpkg") as ws:
        deliver(ws, tmp_path / "out")
    said = {
        name: pyogrio.read_info(tmp_path / "out" / f"{name}.gpkg")
        for name, _ in layer_names(load_edition(DEFAULT_EDITION)).values()
    }
    assert sorted(i["features"] for i in said.values()) == [0, 0, 3]
    kinds = {i["geometry_type"] for i in said.values()}
    assert kinds == {"Point", "MultiLineString", "MultiPolygon"}


def test_a_delivery_has_the_editions_fields_and_the_same_bytes_twice(
    surveyed: Path, tmp_path: Path
) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    with Workspace.open(surveyed) as ws:
        for folder in folders:
            report = deliver(ws, folder)
        assert report.balanced
        assert [p.rule for p in report.problems] == ["check.never"]
        with pytest.raises(UsageError, match="not empty"):
            deliver(ws, folders[0])
        with pytest.raises(UsageError, match="migrate it"):
            deliver(ws, tmp_path / "c", edition="cjt214-2007")
        count = ws.count("components")
    files = sorted(p.name for p in folders[0].iterdir())
    assert [p.read_bytes() for p in sorted(folders[0].iterdir())] == [
        p.read_bytes() for p in sorted(folders[1].iterdir())
    ]
    for line in (folders[0] / HASHES).read_text().splitlines():
        said, name = line.split("  ")
        assert hashlib.sha256((folders[0] / name).read_bytes()).hexdigest() == said
        files.remove(name)
    assert files == [HASHES]
    with closing(sqlite3.connect(folders[0] / "GLBJ_D.gpkg")) as connection:
        (sql,) = connection.execute("select sql from sqlite_master where name='GLBJ_D'").fetchone()
        assert '"GLBJBSM" TEXT(17)' in sql
        assert '"CSRQ" TEXT(8)' in sql
        (rows,) = connection.execute("select count(*) from GLBJ_D where GLBJZT='完好'").fetchone()
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    metadata = json.loads((folders[0] / "metadata.json").read_text())
    assert metadata["components"] == count
    assert 0.9 * count < rows < count
    classes = pd.read_csv(folders[0] / "statistics_classes.csv", dtype={"class_code": str})
    assert classes["total"].sum() == count
    sheets = pd.read_csv(folders[0] / "statistics_areas.csv")
    assert sheets["total"].sum() == count
    (folders[0] / "map book.pdf").write_bytes(b"%PDF")
    assert "map book.pdf" in write_hashes(folders[0]).read_text()


def test_the_commands_say_the_same(surveyed: Path, tmp_path: Path) -> None:
    run = CliRunner()

    def cli(*arguments: str) -> tuple[int, dict[str, object]]:
        done = run.invoke(build(), ["census", *arguments, "--json"])
        return done.exit_code, json.loads(done.stdout)

    code, book = cli("rules")
    assert code == 0
    assert len(book["rules"]) == len(rule_book())  # type: ignore[arg-type]
    code, report = cli("check", str(surveyed), "--at", ON, "-o", str(tmp_path / "found.csv"))
    assert (code, report["rules"]) == (1, len(rule_book()))
    assert len(pd.read_csv(tmp_path / "found.csv")) == report["open"]
    code, listed = cli("findings", str(surveyed), "--rule", "p03")
    name = str(listed["rows"][0]["finding"])  # type: ignore[index]
    assert cli("check", str(surveyed), "--accept", name, "--reason", "r")[0] == 0
    assert cli("findings", str(surveyed), "--state", "accepted")[1]["read"] == 1
    assert cli("check", str(surveyed), "--fix", "K05", "--dry-run")[0] == 0
    code, pairs = cli("twins", str(surveyed))
    sure = pairs["pairs"]
    assert (
        cli("twins", str(surveyed), "--merge-above", "0.5", "--at", "2025-02-01")[1]["stored"]
        == sure
    )
    code, differ = cli("compare", str(surveyed), "--at", ON, "--other-at", "2025-03-01")
    assert (code, differ["gone"]) == (0, sure)
    code, done = cli("deliver", str(surveyed), str(tmp_path / "out"))
    assert done["stored"] == done["read"]


def test_several_boxes_at_once_find_what_each_alone_finds(surveyed: Path) -> None:
    with Workspace.open(surveyed, read_only=True) as ws:
        held = ws.read("components")
        boxes = held.geometry.bounds.to_numpy()[::97] + np.array([-5, -5, 5, 5])
        together = ws.read("components", bbox=boxes)
        alone = set().union(*(ws.read("components", bbox=b)["code"] for b in boxes))
        assert set(together["code"]) == alone
        assert len(together) == len(alone)
