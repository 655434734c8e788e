"""What is asked for must be there: a slip is told, and never counted as nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from citygrid_core.errors import UnusableInput, UsageError
from citygrid_core.operations.cases.queue import Filter, queue
from citygrid_core.operations.cases.standing import overdue
from citygrid_core.operations.heat.patterns import heat_patterns
from citygrid_core.operations.heat.surface import heat_surface
from citygrid_core.operations.heat.tables import heat_hotspots, heat_profile, heat_table
from citygrid_core.operations.heat.top import heat_top
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace

NOON = "2025-11-30T12:00:00"


@pytest.fixture(scope="module")
def city(whole: tuple[Path, dict[str, Report]]) -> Iterator[Workspace]:
    with Workspace.open(whole[0], read_only=True) as ws:
        yield ws


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"source": "hotlin"}, "hotlin"),
        ({"class_code": "00999"}, "00999"),
        ({"from_day": "gestern"}, "gestern"),
        ({"to_day": "2025-02-30"}, "2025-02-30"),
        ({"to_day": "20250201"}, "20250201"),
        ({"from_day": "2025-12-01", "to_day": "2025-01-01"}, "before"),
    ],
)
def test_heat_refuses_what_is_not_there(city: Workspace, asked: dict[str, Any], said: str) -> None:
    jobs: list[Any] = [heat_table, heat_hotspots, heat_profile, heat_patterns, heat_surface]
    jobs += [heat_top, lambda ws, **a: heat_top(ws, by="department", **a)]
    for job in jobs:
        with pytest.raises(UsageError, match=said):
            job(city, **asked)


def test_the_grids_of_a_day_without_grids_are_refused(city: Workspace) -> None:
    for job in (heat_table, heat_hotspots, heat_patterns):
        with pytest.raises(UsageError, match="no grids on 1999-01-01"):
            job(city, at="1999-01-01")
        with pytest.raises(UsageError, match="2025-13-01"):
            job(city, at="2025-13-01")


def test_only_rates_are_judged(city: Workspace) -> None:
    for rate in ("cases", "rank", "per_1000_residents"):
        with pytest.raises(UsageError, match="per_hectare"):
            heat_hotspots(city, rate=rate)


def test_a_department_that_is_none_is_not_one_without_late_cases(city: Workspace) -> None:
    with pytest.raises(UsageError, match="NOSUCH"):
        overdue(city, NOON, department="NOSUCH")
    for asked in (Filter(department="NOSUCH"), Filter(source="NOSUCH"), Filter(class_code="NOSUCH"),
                  Filter(stages=("NOSUCH",)), Filter(area="999999")):  # fmt: skip
        with pytest.raises(UsageError, match=asked.area or "NOSUCH"):
            queue(city, NOON, asked)


def test_residents_are_read_like_every_table(city: Workspace, tmp_path: Path) -> None:
    """GBK, Chinese heads, thousands: as bureaus send them."""
    codes = city.read("grids", geometry=False)["code"].tolist()[:2]
    file = tmp_path / "人口.csv"
    rows = [f'{codes[0]},"1,200"', f"{codes[1]},300", f"{codes[1]},100", "360131999999999,7"]
    file.write_bytes("\n".join(["单元网格编码,常住人口", *rows, ""]).encode("gb18030"))
    report, table = heat_table(city, residents=file)
    told = table.set_index("grid_code").loc[codes, "residents"]
    assert told.tolist() == [1200, 400]
    found = [p for p in report.problems if p.rule == "heat.residents"]
    assert len(found) == 1
    assert "360131999999999" in found[0].text("zh")


def test_every_wrong_row_of_residents_and_tracks_is_named(city: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "bases.csv"
    code = city.read("grids", geometry=False)["code"].iloc[0]
    file.write_text(f"grid_code,residents\n{code},many\n{code},-3\n,5\n{code},5\n", "utf-8")
    with pytest.raises(UnusableInput) as caught:
        heat_table(city, residents=file)
    assert sorted(p.row or 0 for p in caught.value.problems) == [2, 3, 4]
    file.write_text("collector,at,x,y\nA,never,520800,3385900\nA,2025-03-01 08:00,1,2\n", "utf-8")
    with pytest.raises(UnusableInput) as caught:
        heat_table(city, tracks=file)
    assert {p.row for p in caught.value.problems} == {2, 3}


def test_tracks_in_a_table_are_in_the_citys_crs(city: Workspace, tmp_path: Path) -> None:
    grid = city.read("grids").iloc[0]
    spot = grid.geometry.representative_point()
    file = tmp_path / "tracks.csv"
    rows = [f"A,2025-03-01 08:0{m}:00,{spot.x},{spot.y}" for m in (0, 3)]
    file.write_text("\n".join(["采集员,时间,x,y", *rows]), "utf-8")
    _, table = heat_table(city, tracks=file)
    assert table.set_index("grid_code").loc[grid["code"], "patrol_hours"] == pytest.approx(0.05)
