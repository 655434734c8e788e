"""Cases in parts and from another process are the same cases; deadlines, twins, Open311."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pandas as pd
import pytest

from citygrid_core import isotime
from citygrid_core.errors import UnusableInput
from citygrid_core.operations.cases.clock import import_limits
from citygrid_core.operations.cases.imported import import_cases
from citygrid_core.operations.cases.rows import Sources, parts
from citygrid_core.operations.importing.apart import apart
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.operations.store import verify
from citygrid_core.workspace import Workspace, sealing

DAY = "2025-01-01"
AFTER = "2026-01-02T00:00:00"
METRES = SourceOptions(crs="EPSG:4547")


@pytest.fixture(scope="module")
def some(small_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first rows of the sample city's cases."""
    path = tmp_path_factory.mktemp("some") / "cases.csv"
    with (small_city / "cases.csv").open(encoding="utf-8") as file:
        path.write_text("".join(islice(file, 400)), "utf-8")
    return path


def held(ws: Workspace) -> tuple[pd.DataFrame, pd.DataFrame]:
    cases = ws.read("cases").set_index("source_number").sort_index()
    log = ws.read("case_log").merge(cases["number"].reset_index(), on="number")
    return cases, log.sort_values(["source_number", "seq"]).reset_index(drop=True)


def test_parts_are_the_whole(
    city: Workspace, some: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many small parts, a second file, seals from a forked process: the same; sound; twice is once."""
    whole = import_cases(city, some, options=METRES, on=DAY, dry_run=True)
    lines = some.read_text("utf-8").splitlines(keepends=True)
    again = tmp_path / "again.csv"
    again.write_text("".join([lines[0], *lines[1:4]]), "utf-8")
    monkeypatch.setattr(sealing, "LEAST", 20)
    report = import_cases(city, [some, again], options=METRES, on=DAY, rows_at_once=70)
    assert report.balanced
    assert report.rejected == whole.rejected + 3  # the second file's rows are in the first
    assert {p.rule for p in report.problems if p.file == "again.csv"} == {"row.duplicate"}
    for name in ("new", "twins"):
        assert report.details[name] == whole.details[name]
    assert verify(city).problems == []
    before = held(city)
    twice = import_cases(city, some, options=METRES, on=DAY)
    assert (twice.stored, twice.unchanged) == (0, whole.stored)
    for a, b in zip(before, held(city), strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(a), pd.DataFrame(b))
    cases, log = before
    steps = log.groupby("source_number")["step"].agg(list)
    assert steps.str[0].eq("collect").all()
    assert (log["after"].groupby(log["source_number"]).last() == cases["stage"]).mean() > 0.99


def test_another_process_reads_the_same_and_its_errors_are_ours(
    city: Workspace, some: Path
) -> None:
    sources = Sources(str(city.path), (some,), "x", 0.9, METRES, 150, AFTER)
    here, there = list(parts(sources)), list(apart(parts, sources))
    assert [p.read for p in here] == [p.read for p in there] == [150, 150, 99]
    for a, b in zip(here, there, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(a.frame), pd.DataFrame(b.frame))
        assert (a.rejects, a.findings, a.details) == (b.rejects, b.findings, b.details)
    missing = Sources(str(city.path), (some.with_name("none.csv"),), "x", 0.9, METRES, 150, AFTER)
    with pytest.raises(UnusableInput):
        list(apart(parts, missing))


def write(path: Path, *rows: dict[str, str]) -> Path:
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def test_limits_give_the_deadline_that_no_source_tells(city: Workspace, tmp_path: Path) -> None:
    """From the dispatch on, also when that is told a night later; the source's own stays."""
    limits = tmp_path / "limits.csv"
    limits.write_text("class_code,value,unit\n,2,work_day\n0100,4,hour\n", "utf-8")
    import_limits(city, limits, on=DAY)
    spot = city.read("grids").representative_point().iloc[0]
    base = {
        "class_code": "06013", "object_kind": "event", "x": f"{spot.x:.3f}", "y": f"{spot.y:.3f}",
        "reported_at": "2025-03-07 09:00", "dispatched_at": "2025-03-07 10:00", "due_at": "",
    }  # fmt: skip
    waiting = {**base, "source_number": "w", "dispatched_at": ""}
    rows = [
        {**base, "source_number": "a"},
        {**base, "source_number": "b", "due_at": "2025-03-07 11:00"},
        waiting,
    ]
    report = import_cases(city, write(tmp_path / "1.csv", *rows), options=METRES, on=DAY)
    assert (report.stored, report.details["twins"]) == (3, 2)
    due = city.read("cases").set_index("source_number")["due_at"].to_dict()
    # Friday 10:00, sixteen working hours: Monday and Tuesday until 10:00
    assert due == {"a": "2025-03-11T10:00:00", "b": "2025-03-07T11:00:00", "w": None}
    rows[2] = {**waiting, "dispatched_at": "2025-03-08 08:00"}
    report = import_cases(city, write(tmp_path / "2.csv", *rows), options=METRES, on=DAY)
    assert (report.stored, report.unchanged) == (1, 2)
    due = city.read("cases").set_index("source_number")["due_at"].to_dict()
    assert due["w"] == "2025-03-11T18:00:00"


def test_open311_comes_in_with_a_citys_own_services(city: Workspace, tmp_path: Path) -> None:
    """Two files, one delivery; the built-in mapping, and the city's word for its services."""
    import pyproj

    spot = city.read("grids").representative_point().iloc[0]
    to = pyproj.Transformer.from_crs(city.crs, 4326, always_xy=True)
    lon, lat = to.transform(spot.x, spot.y)
    record = {
        "service_request_id": "r1", "status": "closed", "service_name": "Pothole",
        "lat": lat, "long": lon, "requested_datetime": "2025-03-05T00:30:00Z",
        "updated_datetime": "2025-03-06T10:00:00+08:00", "status_notes": "filled",
    }  # fmt: skip
    one = tmp_path / "1.json"
    one.write_text(json.dumps([record, {**record, "service_request_id": ""}]), "utf-8")
    two = tmp_path / "2.xml"
    cells = {**record, "service_request_id": "r2", "status": "open"}
    inside = "".join(f"<{k}>{v}</{k}>" for k, v in cells.items())
    two.write_text(f"<service_requests><request>{inside}</request></service_requests>", "utf-8")
    own = tmp_path / "services.toml"
    own.write_text('[constants]\nobject_kind = "event"\n[values.class_code]\nPothole = "06013"\n')
    done = subprocess.run(
        [sys.executable, "-m", "citygrid_core.cli", "cases", "import", str(city.path), str(one),
         str(two), "--mapping", str(own), "--json"],
        capture_output=True, text=True, env=os.environ,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    assert (said["read"], said["stored"], said["rejected"]) == (3, 2, 1)
    assert [(p["file"], p["row"]) for p in said["problems"]] == [("1.json", 2)]
    rows = city.read("cases").set_index("source_number")
    assert rows["stage"].to_dict() == {"r1": "closed", "r2": "collected"}
    assert rows["source_system"].unique().tolist() == ["open311"]
    assert rows.at["r1", "reported_at"] == "2025-03-05T08:30:00"
    assert rows.at["r1", "note"] == "filled"
    assert rows["grid_code"].notna().all()


def test_iso_texts_are_read_strictly() -> None:
    texts = [
        "2024-02-29T23:59:59", "2023-02-29T10:00:00", "2024-01-01 08:00:00", "2024-01-01T08:00:00.000",
        "2024-01-01T24:00:00", "2024-13-01T00:00:00", "2024-01-01T08:00", "２０２４-01-01T08:00:00", "",
    ]  # fmt: skip
    moments, strict = isotime.read(texts)
    assert strict.tolist() == [True] + [False] * 8
    assert [str(m) for m in moments[[0, 2, 3]]] == [
        "2024-02-29T23:59:59", "2024-01-01T08:00:00", "2024-01-01T08:00:00",
    ]  # fmt: skip
    assert pd.isna(moments[[1, 4, 5, 6, 7, 8]]).all()
    assert isotime.written(moments[:2]).tolist() == ["2024-02-29T23:59:59", None]
