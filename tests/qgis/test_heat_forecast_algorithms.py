"""Forecasts as algorithms: made by a child process, kept in the workspace, shown on a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from qgis.core import QgsVectorLayer

from citygrid_core.operations.heat.forecast import kept_forecast
from citygrid_core.workspace import Workspace

Run = Callable[..., dict[str, Any]]
DAY = "2025-11-20"


def test_a_forecast_is_kept_where_qgis_reads_it(run: Run, own_city: Path, tmp_path: Path) -> None:
    asked = {"WORKSPACE": str(own_city), "DATE": DAY, "HORIZON": 1, "CLASS": "06010"}
    assert run("heatforecast", **asked, DRY_RUN=True)["STORED"] > 0
    made = run("heatforecast", **asked, OUTPUT=str(tmp_path / "forecast.csv"))
    with Workspace.open(own_city) as ws:
        kept = kept_forecast(ws, on=DAY, horizon="week", class_code="06010")
    assert kept is not None
    assert made["STORED"] == len(kept.grids) == len(pd.read_csv(tmp_path / "forecast.csv"))
    assert run("heatforecast", **asked)["STORED"] == 0
    layer = QgsVectorLayer(f"{own_city}|layername=heat_expected", "forecast", "ogr")
    assert layer.featureCount() == len(kept.grids)
    assert {"grid_code", "expected", "low", "high"} <= {f.name() for f in layer.fields()}
    del layer


def test_a_brief_is_a_page_and_a_backtest_a_table(run: Run, own_city: Path, tmp_path: Path) -> None:
    page, table = tmp_path / "brief.pdf", tmp_path / "backtest.csv"
    run("heatbrief", WORKSPACE=str(own_city), DATE=DAY, OUTPUT=str(page))
    assert page.read_bytes().startswith(b"%PDF")
    run(
        "heatbacktest", WORKSPACE=str(own_city), FROM="2025-09-01", TO="2025-10-31", HORIZON=1,
        CLASS="06", OUTPUT=str(table),
    )  # fmt: skip
    assert {"chosen", "persistence", "kde"} <= set(pd.read_csv(table)["model"])
