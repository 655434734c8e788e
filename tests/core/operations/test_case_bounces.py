"""Returned cases of a city, counted by pair of bodies, class and stretch of border."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from citygrid_core.errors import UsageError
from citygrid_core.operations.cases.bounces import analyse_bounces
from citygrid_core.operations.cases.steps import advance_cases
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace


def test_returns_are_counted_in_every_direction(
    tmp_path: Path, whole: tuple[Path, dict[str, Report]]
) -> None:
    path = tmp_path / "office.gpkg"
    shutil.copy(whole[0], path)
    with Workspace.open(path) as ws:
        assert analyse_bounces(ws)[1].empty
        held = ws.read("cases", where={"stage": "dispatched"}).sort_values("number")
        numbers = held["number"].tolist()[:3]
        day = "2026-01-05T"
        steps = [
            ("return", f"{day}10:00:00", "", "不属本单位"), ("dispatch", f"{day}11:00:00", "D2", ""),
            ("return", f"{day}13:00:00", "", "不属本单位"), ("dispatch", f"{day}14:00:00", "D3", ""),
        ]  # fmt: skip
        asked = [
            {"number": n, "step": s, "at": at, "department_code": d, "reason": why}
            for n in numbers
            for s, at, d, why in steps
        ]
        assert advance_cases(ws, pd.DataFrame(asked)).rejected == 0
        report, pairs = analyse_bounces(ws, by="pair")
        assert report.read == 6
        row = pairs[pairs["sent_from"] == "D2"].iloc[0]
        assert (row["sent_to"], row["bounces"], row["median_h"]) == ("D3", 3, 2.0)
        for by in ("class", "border"):
            assert analyse_bounces(ws, by=by)[1]["bounces"].sum() == 6
        border = analyse_bounces(ws, by="border")[1]
        assert set(border["grid_code"]) == set(held["grid_code"].iloc[:3].fillna(""))
        assert (border["grid_code"] != border["other_grid_code"]).all()
        late, _ = analyse_bounces(ws, since=f"{day}12:00:00")
        assert late.read == 3
        with pytest.raises(UsageError):
            analyse_bounces(ws, by="weather")
