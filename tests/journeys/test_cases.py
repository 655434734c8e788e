"""Cases in a real QGIS, by keys and mouse: from intake to closing, and what stands behind a number."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image

from citygrid_core.evaluation import TOTAL
from citygrid_core.operations.cases.clock import import_limits
from citygrid_core.operations.cases.steps import advance_cases
from citygrid_core.operations.city import City
from citygrid_core.operations.evaluation.cases import cases_behind
from citygrid_core.operations.evaluation.evaluate import evaluate_city
from citygrid_core.workspace import Workspace
from tests.journeys.desk import visit

LIMITS = "环节,对象,类别代码,时限,单位\nhandle,部件,,2,work_day\nhandle,事件,,10,urgent_hour\n"


@pytest.fixture
def office(own_city: Path, tmp_path: Path) -> Path:
    """The city with limits, and one case that was sent back on the second of January."""
    (tmp_path / "limits.csv").write_text(LIMITS, "utf-8")
    with Workspace.open(own_city) as ws:
        import_limits(ws, tmp_path / "limits.csv", on="2025-01-01")
        open_ = ws.read("cases", where={"stage": "dispatched"}, geometry=False)
        number, body = open_["number"].min(), open_["handling_code"].dropna().max()
        at, to = "2026-01-02T10:00:00", {"department_code": body, "at": "2026-01-02T11:00:00"}
        steps = [{"number": number, "step": "return", "at": at, "reason": "r"},
                 {"number": number, "step": "dispatch", **to}]  # fmt: skip
        assert advance_cases(ws, pd.DataFrame(steps)).stored == 2
    return own_city


def facts_of(office: Path) -> dict[str, Any]:
    """A manhole in the middle of its grid, far from the next of its class; a door plate."""
    with Workspace.open(office) as ws:
        city = City(ws)
        held = ws.read("components", where={"class_code": "01001"})
        if held.empty:
            held = ws.read("components")
            held = held[held["class_code"] == held["class_code"].mode().iloc[0]]
        names = city.areas.set_index("code")["name"]
        plates = ws.read("places", where={"kind": "plate"})
        for one in held.itertuples():
            x, y = one.geometry.x, one.geometry.y
            border = city.cells.border_distance([x], [y], within=50.0)
            if border.other[0] < 0 or border.distance[0] > 20:
                break
    assert len(names)
    return {
        "x": x, "y": y, "code": one.code, "class": one.class_code, "street": one.grid_code[:9],
        "address": str(plates["name"].iloc[len(plates) // 2]),
    }  # fmt: skip


def looked_at(folder: Path, gallery: Path, stem: str, locale: str) -> None:
    for file in folder.glob(f"{stem}_*.png"):
        shutil.copy(file, gallery / f"{file.stem}.{locale}.png")


@pytest.mark.parametrize("locale", ["zh-Hans", pytest.param("en", marks=pytest.mark.long)])
def test_a_case_from_the_call_to_the_closed_file(
    locale: str, office: Path, tmp_path: Path, gallery: Path
) -> None:
    facts = facts_of(office)
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (160, 120), "#7a4fa0").save(photo)
    zh = locale.startswith("zh")
    visited = visit(
        "cases.py", tmp_path / "visit", locale=locale, workspace=office, photo=photo,
        letters=facts["class"],
        description="井盖破损" if zh else "cover broken", reporter="王先生" if zh else "Mr Wang",
        reason="误录" if zh else "by mistake", nowhere="无名巷九十九号" if zh else "99 Nowhere Lane",
        **facts,
    )  # fmt: skip
    looked_at(tmp_path / "visit", gallery, "cases", locale)
    said = visited.check().said
    first, second = said["first"], said["second"]
    assert (said["temporal"], said["field"], said["step"]) == (True, "reported_at", 1.0)
    assert said["range"] == ["2025-01-01", "2026-01-01"]
    assert any(facts["code"] in text for text in said["offered"])
    assert said["register"]
    assert "1" in said["photos"]
    assert any(first in text for text in said["twins"])
    assert said["marked"] == len(said["twins"])
    assert facts["address"] in said["address"]
    assert "请核对" in said["nowhere"] if zh else "then store" in said["nowhere"]
    assert (said["stored_last"], said["pins"]) == (second, 0)
    assert said["told"].startswith("未定位" if zh else "No position")
    assert said["past"] == []
    assert "2026-01-01 00:00" in said["past_said"]
    assert said["proposed"][-1] == first
    assert said["body"]
    assert first in [row[-1] for row in said["queue"]]
    assert second not in said["lights"]
    assert said["lights"][first] == "green"
    assert f"\"street_code\" = '{facts['street']}'" in said["subset"]
    assert {"handle", "delay", "suspend", "return", "void"} <= set(said["dispatched"])
    assert "close" not in said["dispatched"]
    assert said["pictures"] == 1
    assert said["other"]["stored"] == 1
    for step in said["handled"]:
        assert step in said["refused"]
    assert "check" in said["handled"]
    assert "appeal" in said["closed"]
    assert (said["docks"], said["view_left"]) == ([], None)
    assert not any("Pin" in item for item in said["canvas"])
    with Workspace.open(office) as ws:
        log = ws.read("case_log", where={"number": first}).sort_values("seq")
        row = ws.read("cases", where={"number": first}).iloc[0]
        other = ws.read("cases", where={"number": second}).iloc[0]
        assert log["step"].tolist() == [
            "collect", "register", "dispatch", "delay", "handle", "check", "close"
        ]  # fmt: skip
        assert row["stage"] == "closed"
        assert row["component_code"] == facts["code"]
        assert row["description"] == ("井盖破损" if zh else "cover broken")
        assert "13812345678" not in str(row["note"])
        assert (other["stage"], other["duplicate_of"]) == ("void", first)
        assert ws.verify() == []


@pytest.mark.parametrize("locale", ["en", pytest.param("zh-Hans", marks=pytest.mark.long)])
def test_from_a_number_on_the_map_to_its_cases(
    locale: str, office: Path, tmp_path: Path, gallery: Path
) -> None:
    code = "dispose_on_time_rate"
    visited = visit(
        "evaluation.py", tmp_path / "visit", locale=locale, workspace=office, indicator=code
    )
    looked_at(tmp_path / "visit", gallery, "evaluation", locale)
    said = visited.check().said
    with Workspace.open(office) as ws:
        last = evaluate_city(ws, "2025-12", level="street")
        month = evaluate_city(ws, "2025-11", level="community")
        names = {month.names[g].zh: g for g in month.table.value.index if g != TOTAL}
        group = names[said["chosen"][0]]
        behind = cases_behind(ws, "2025-11", code, group=group, level="community")
    assert said["period"] == "2025-12-01 – 2025-12-31"
    assert said["before"] == "2025-11-01 – 2025-11-30"
    for street, value in said["coloured"].items():
        assert value == pytest.approx(last.table.value.at[street, code])
    assert f"{100 * last.table.value.at[TOTAL, code]:.1f}" in said["total"]
    assert len(said["communities"]) == len(month.table.value) - 1
    top, bottom = said["chosen"][2].split(" / ")
    assert float(top) == behind["numerator"].sum() == month.table.numerator.at[group, code]
    assert float(bottom) == behind["denominator"].sum()
    assert [row[1] for row in said["cases"]] == behind["number"].tolist()
    assert 0 < said["marked"] <= len(behind)
    assert said["card"] == said["cases"][0][1]
    assert "%" in said["legend"][1]
    assert said["points"] > 100
    assert any(row[4][-1:] in "ABCDE" for row in said["departments"])
    assert {row[0]: row[2] for row in said["plain"]} == {row[0]: row[2] for row in said["mixed"]}
    assert said["plain"] != said["mixed"]
    assert len(said["times"]) == 6
    assert said["bounces"][0][1:4] == ["1", "1", "0"]
    assert said["grids"] > 100
    assert min(said["files"].values()) > 1000
    assert said["left"]
