"""Forecasts on the sample city: kept as made, blind to what came later, planted spots in them."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely
import tomllib
from click.testing import CliRunner

from citygrid_core.cli.app import build
from citygrid_core.errors import CitygridError, UsageError
from citygrid_core.heat import contiguity
from citygrid_core.operations.grids.commit import Cause
from citygrid_core.operations.grids.edits import merge_grids
from citygrid_core.operations.heat.forecast import (
    OTHER,
    heat_forecast,
    kept_forecast,
    known_before,
)
from citygrid_core.operations.heat.tables import update_heat
from citygrid_core.operations.store import verify
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace

Whole = tuple[Path, dict[str, Report]]
DAY = "2025-10-15"


@pytest.fixture(scope="module")
def mine(whole: Whole, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("forecast") / "city.gpkg"
    shutil.copy(whole[0], path)
    return path


@pytest.fixture
def ws(mine: Path) -> Iterator[Workspace]:
    with Workspace.open(mine) as opened:
        yield opened


def test_a_forecast_is_kept_as_it_was_made(ws: Workspace) -> None:
    report, rows = heat_forecast(ws, on=DAY, horizon="week")
    assert report.balanced
    assert report.stored == len(rows)
    head, written = ws.head, ws.count("heat_expected")
    again, same = heat_forecast(ws, on=DAY, horizon="week")
    assert (again.stored, again.unchanged, again.details["how"]) == (0, len(rows), "kept")
    assert again.details["forecasts"] == report.details["forecasts"]
    columns = list(rows.columns)
    assert same[columns].to_numpy(object).tolist() == rows.to_numpy(object).tolist()
    assert (ws.head, ws.count("heat_expected")) == (head, written)
    anew, _ = heat_forecast(ws, on=DAY, horizon="week", again=True)
    assert anew.details["forecasts"] == report.details["forecasts"]
    assert ws.count("heat_expected") == written
    assert [p.text() for p in verify(ws).problems] == []


def test_every_grid_and_all_cases_are_in_it(ws: Workspace) -> None:
    report, _ = heat_forecast(ws, on=DAY, horizon="week")
    kept = kept_forecast(ws, on=DAY, horizon="week")
    assert kept is not None
    every = kept.grids[kept.grids["class_code"] == ""]
    assert set(every["grid_code"]) == set(ws.read("grids")["code"])
    told = {f["class_code"]: f for f in report.details["forecasts"]}
    assert told[""]["known_to"] == "2025-10-14"
    classes = [f for code, f in told.items() if code]
    assert OTHER in told
    assert sum(f["known_cases"] for f in classes) == told[""]["known_cases"]
    assert every["expected"].sum() == pytest.approx(told[""]["expected"], abs=0.02)
    assert (kept.grids["low"] <= kept.grids["high"]).all()
    for f in report.details["forecasts"]:
        assert set(f["backtest"]) >= {"persistence", "mean", "seasonal", "kde", "exciting"}
        chosen, simple = f["backtest"][f["model"]], f["backtest"][f["simple"]]
        mean = [sum(m[f"pei_{s}"] for s in (1, 3, 5)) for m in (chosen, simple)]
        # not worse than the best simple one, or it says that this may be chance
        assert mean[0] >= 0.99 * mean[1] - 1e-3 or "within chance" in f["why_en"]
        assert f["fell_back"] == (f["model"] == f["simple"])


def test_what_comes_later_changes_nothing(mine: Path, tmp_path: Path) -> None:
    """Cases of the day itself and after are moved, voided and doubled: the same forecast."""
    told = []
    for change in (False, True):
        path = tmp_path / f"{change}.gpkg"
        shutil.copy(mine, path)
        with Workspace.open(path) as ws:
            if change:
                cases = ws.read("cases", geometry=False)
                later = cases[cases["reported_at"] >= DAY]
                half = later.iloc[::2]
                with ws.transaction("change") as tx:
                    tx.update("cases", half.assign(stage="void")[["stage"]])
                    tx.update(
                        "cases",
                        later.iloc[1::2].assign(grid_code=cases["grid_code"].iloc[0])[
                            ["grid_code"]
                        ],
                    )
                update_heat(ws)
            report, rows = heat_forecast(ws, on=DAY, horizon="day")
            told.append((report.details["forecasts"], rows.to_numpy(object).tolist()))
    assert told[0] == told[1]


def test_grids_merged_meanwhile_keep_their_cases(mine: Path, tmp_path: Path) -> None:
    path = tmp_path / "merged.gpkg"
    shutil.copy(mine, path)
    with Workspace.open(path) as ws:
        before = known_before(ws, DAY)
        near = contiguity(before.grids).matrix.tocoo()
        for a, b in zip(near.row, near.col, strict=True):
            pair = [str(before.codes[a]), str(before.codes[b])]
            if pair[0][:12] == pair[1][:12]:
                with contextlib.suppress(CitygridError):  # some would leave the policy
                    merge_grids(ws, pair, Cause("2025-10-01", reason="r", document="d"))
                    break
        after = known_before(ws, DAY)
        assert len(after.codes) == len(before.codes) - 1
        assert after.cube().sum() == before.cube().sum()
        new = set(after.codes) - set(before.codes)
        merged = after.cube()[np.isin(after.codes, list(new))].sum(axis=0)
        parts = before.cube()[np.isin(before.codes, pair)].sum(axis=0)
        assert merged.tolist() == parts.tolist()


def test_planted_spots_are_in_the_forecast(ws: Workspace, small_city: Path) -> None:
    """At the end of the year the growing spot is among the grids expected to have most."""
    truth = tomllib.loads((small_city / "truth" / "intensity.toml").read_text("utf-8"))
    grids = ws.read("grids").set_index("code")
    for spot in truth["spots"]:
        if spot["trend"] == "fading":
            continue
        place = shapely.Point(spot["x"], spot["y"])
        near = set(grids.index[grids.geometry.distance(place) < spot["sigma_m"]])
        best = []
        for code in spot["matters"]:
            _, rows = heat_forecast(ws, on="2025-12-01", horizon="month", class_code=code)
            best.append(set(rows["grid_code"].head(10)))
        assert any(near & found for found in best), spot["name"]


def test_what_is_asked_wrongly_is_refused(ws: Workspace) -> None:
    for on, horizon, code in (
        ("15/10/2025", "day", None), (DAY, "hour", None), (DAY, "day", "99999"),
        ("2020-01-01", "day", None), ("2025-01-10", "day", None),
    ):  # fmt: skip
        with pytest.raises(UsageError):
            heat_forecast(ws, on=on, horizon=horizon, class_code=code)


def test_the_command_answers(mine: Path) -> None:
    run = CliRunner()
    asked = ["heat", "forecast", str(mine), "--date", DAY, "--horizon", "week", "--class", "06010"]
    answer = run.invoke(build(), [*asked, "--json"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert told["rows"][0]["place"] == 1
    assert told["forecasts"][0]["class_code"] == "06010"
    for lang in ("zh", "en"):
        answer = run.invoke(build(), [*asked, "--lang", lang, "--dry-run", "--again"])
        assert answer.exit_code == 0, answer.output
