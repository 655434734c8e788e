"""Journeys through a real QGIS desktop. Pictures go to ``out/journeys`` for people to look at."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from citygrid_core.workspace import Workspace
from tests.journeys.desk import finish, start, visit


def test_load_unload_load_leaves_the_main_window_as_it_was(tmp_path: Path) -> None:
    said = visit("load_unload.py", tmp_path, enabled=False).check().said
    before, loaded = said["before"], said["loaded"]
    assert said["unloaded"] == before
    assert said["again"] == loaded
    assert said["at_last"] == before
    # What it adds, so that the comparison can't pass on a plugin that did nothing.
    assert set(loaded["toolbars"]) - set(before["toolbars"]) == {
        "CitygridToolBar", "CitygridGridToolBar",
    }  # fmt: skip
    docks = set(loaded["docks"]) - set(before["docks"])
    assert {"CitygridDock", "CitygridAnswerDock", "CitygridGeocodeDock"} <= docks
    assert all(name.startswith("Citygrid") for name in docks)
    assert set(loaded["providers"]) - set(before["providers"]) == {"citygrid"}


@pytest.mark.parametrize("locale", ["zh-Hans", "en"])
def test_a_supervisors_morning(locale: str, own_city: Path, tmp_path: Path, gallery: Path) -> None:
    with Workspace.open(own_city) as ws:
        grids, components = ws.read("grids"), ws.read("components")
        counts = {name: ws.count(name) for name in ("areas", "grids", "components", "cases")}
        areas = ws.read("areas", geometry=False).set_index("code")["name"]
        departments = ws.read("departments", geometry=False).set_index("code")["name"]
    bin_ = components[components["owning_code"].notna()].iloc[0]
    point = bin_.geometry.centroid
    went = visit(
        "supervisor.py",
        tmp_path / "visit",
        locale=locale,
        workspace=own_city,
        x=point.x,
        y=point.y,
        class_code=bin_["class_code"],
    ).check()
    for file in went.folder.glob("*.png"):
        shutil.copy(file, gallery / f"{file.stem}.{locale}.png")
    said, zh = went.said, locale.startswith("zh")

    assert said["invalid"] == []
    assert said["groups"][0] == ("案件" if zh else "Cases")
    counted = {re.sub(r"\D", "", text) for text in said["counts"].values()}
    assert {str(n) for n in counts.values()} <= counted
    assert "云汀市" in said["title"]

    # The panel's answer is the store's own.
    grid_code = bin_["grid_code"]
    for answer in (said["answer"], said["duty"]):
        texts = " ".join(answer.values())
        for code in (grid_code, grid_code[:12], grid_code[:9], grid_code[:6]):
            assert code in texts
        assert areas[grid_code[:12]] in texts
    assert bin_["code"] in " ".join(said["answer"].values())
    assert departments[bin_["owning_code"]] in " ".join(said["duty"].values())
    assert said["tool_off"]

    assert ("件/公顷" if zh else "cases/ha") in " ".join(said["legend"])
    points = int((components.geometry.geom_type == "Point").sum())
    assert (said["located"], said["wrong"], said["outside"]) == (points, [], 0)
    assert len(grids) == counts["grids"]
    assert ("检验通过" if zh else "no findings") in said["verified"]


@pytest.mark.long
def test_the_installed_plugin_works_without_the_checkout(own_city: Path, tmp_path: Path) -> None:
    """The zip, the profile's own libraries, Debian's Python: nothing of the checkout."""
    with Workspace.open(own_city) as ws:
        one = ws.read("components").iloc[0]
    point = one.geometry.centroid
    said = visit(
        "supervisor.py",
        tmp_path / "visit",
        installed=True,
        workspace=own_city,
        x=point.x,
        y=point.y,
        class_code=one["class_code"],
    ).check().said  # fmt: skip
    assert one["grid_code"] in said["answer"].values()
    assert "检验通过" in said["verified"]
    assert said["plugin"].startswith(str(tmp_path))


def test_qgis_stays_open_while_another_process_imports(
    own_city: Path, small_city: Path, tmp_path: Path
) -> None:
    """Both finish, nothing is lost: rows of the import and edits committed in QGIS."""
    folder, done = tmp_path / "visit", tmp_path / "done"
    with Workspace.open(own_city) as ws:
        before = ws.count("components")
    child = start("beside.py", folder, workspace=own_city, done=done)
    for _ in range(600):
        if (folder / "open").exists() or child.poll() is not None:
            break
        time.sleep(0.1)
    citygrid = Path(sys.executable).with_name("citygrid")

    def run(*words: str | Path) -> dict[str, Any]:
        ended = subprocess.run(
            [citygrid, *words, "--crs", "EPSG:4547", "--json"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ended.returncode in (0, 1), ended.stdout + ended.stderr
        said: dict[str, Any] = json.loads(ended.stdout)
        return said

    # The census of a second team: every component is new to the store.
    census = run(
        "census", "import", own_city, small_city / "components.csv", "--source", "second team"
    )
    cases = run("cases", "import", own_city, small_city / "cases_next.csv")
    done.touch()
    said = finish(child, folder).check().said
    for report in (census, cases):
        assert report["read"] == report["stored"] + report["unchanged"] + report["rejected"]
        assert report["stored"] > 0
    assert len(said["commits"]) == 3
    # QGIS, open all the time, sees the rows that came.
    assert said["after"] == said["before"] + census["stored"]
    with Workspace.open(own_city) as ws:
        assert ws.count("components") == before + census["stored"]
        components = ws.read("components", geometry=False).set_index("code")
        assert (components.loc[said["commits"], "note"] == "edited in QGIS").all()
        # The books name exactly the rows that QGIS changed; taken in, they are clean.
        assert len(ws.verify()) == len(said["commits"])
        ws.adopt("surveyor")
        assert ws.verify() == []
