"""A map maintainer's journey in a real QGIS: mouse on the canvas, store looked at afterwards."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import shapely

from citygrid_core.grids import check
from citygrid_core.operations.store import verify
from citygrid_core.workspace import Workspace
from tests.journeys.desk import visit

HERE = Path(__file__).resolve().parent


def where(city: Path, base: Path, folder: Path) -> dict[str, Any]:
    out = folder / "places.json"
    done = subprocess.run(
        [sys.executable, HERE / "grid_places.py", city, base, out],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def sound(city: Path) -> None:
    """Nothing to find: books, coverage, codes, and each component in the grid that it names."""
    with Workspace.open(city) as ws:
        assert [p.text() for p in verify(ws).problems] == []
        grids = ws.read("grids")
        assert shapely.coverage_is_valid(grids.geometry.to_numpy())
        areas = ws.read("areas", where={"level": "community"})
        assert [f for f in check(grids, areas) if f.severity == "error"] == []
        ever = ws.read("grids", at="all", geometry=False)
        # what an undo left behind has no day
        ever = ever[ever["valid_to"].isna() | (ever["valid_to"] > ever["valid_from"])]
        # a code belongs to one grid: its rows follow one another in time
        spans = ever.sort_values(["code", "valid_from"]).groupby("code")
        assert all(
            (rows["valid_to"].iloc[:-1].to_numpy() <= rows["valid_from"].iloc[1:].to_numpy()).all()
            for _, rows in spans
        )
        components = ws.read("components")
        shapes = grids.set_index("code").geometry
        placed = components[components["grid_code"].notna()]
        spots = shapely.point_on_surface(placed.geometry.to_numpy())
        own = shapes.loc[placed["grid_code"]].to_numpy()
        assert (shapely.distance(own, spots) < 0.01).all()


@pytest.mark.parametrize(("locale", "keep"), [("zh-Hans", "no"), ("en", "yes")])
def test_split_merge_move_commit_undo(
    locale: str, keep: str, own_city: Path, small_city: Path, tmp_path: Path, gallery: Path
) -> None:
    base = small_city / "base.gpkg"
    places = where(own_city, base, tmp_path)
    with Workspace.open(own_city) as ws:
        before, ever = ws.read("grids"), set(ws.read("grids", at="all")["code"])
        totals = {name: ws.count(name) for name in ("components", "cases")}
    zh = locale.startswith("zh")
    went = visit(
        "grid_editing.py",
        tmp_path / "visit",
        locale=locale,
        workspace=own_city,
        base=base,
        places=json.dumps(places),
        reason="中山路改造" if zh else "road works",
        keep=keep,
    ).check()
    for file in went.folder.glob("*.png"):
        shutil.copy(file, gallery / f"grids_{file.stem}.{locale}.png")
    said = went.said

    # The live panel told the pieces and judged them.
    area = float(before.set_index("code").geometry.loc[places["grid"]].area)
    told = [float(row[1].replace(",", "")) for row in said["live"]]
    assert len(told) == 2
    assert sum(told) == pytest.approx(area, abs=2)
    assert {row[3] for row in said["live"]} <= (
        {"合规", "超出面积软区间"} if zh else {"legal", "outside the soft range of the policy"}
    )
    assert said["after_escape"] == []
    assert said["pending_after_escape"] == 0
    # Each edit is one named step.
    names = ("分割", "合并", "移动公共边", "分割") if zh else ("Split", "Merge", "Move", "Split")
    assert len(said["steps"]) == 4
    assert all(step.startswith(name) for step, name in zip(said["steps"], names, strict=True))
    assert said["undo_redo"] == [4, 3, 4]
    # The impact names what retires: the split grid, the merged one, those on the road.
    counts = list(said["impact"].values())
    gone = {places["grid"], places["merged"], *places["road_grids"]}
    assert counts[1] == len(gone)
    assert counts[0] == said["grids"] - (len(before) - len(gone))
    assert ("已提交" if zh else "Committed") in said["message"]
    assert ("已撤销" if zh else "Undone") in said["undo_message"]
    assert said["pending"] == 0
    assert said["pending_again"] == 4

    sound(own_city)
    with Workspace.open(own_city) as ws:
        after = ws.read("grids")
        assert {name: ws.count(name) for name in totals} == totals
        minted = set(ws.read("grids", at="all")["code"]) - ever
        assert minted.isdisjoint(ever)
        if keep == "no":
            assert (shapely.to_wkb(after.geometry) == shapely.to_wkb(before.geometry)).all()
            assert list(after["code"]) == list(before["code"])
            return
        assert len(after) == said["grids"]
        assert set(before["code"]) - set(after["code"]) == gone
        # Undone and committed again: twice as many codes were minted, none twice.
        assert len(minted) == 2 * counts[0]
        assert len(set(after["code"]) - ever) == counts[0]
        fresh = after[~after["code"].isin(list(ever))]
        assert set(fresh["reason"]) == {"road works"}
        assert set(fresh["valid_from"].astype(str).str[:10]) == {"2025-06-01"}
        links = ws.lineage()
        links = links[links["kind"] == "grid"]
        assert gone <= set(links["parent"])
