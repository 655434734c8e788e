"""The sample city's planted spots are found: where they are, and whether they grow or fade."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
import tomllib
from click.testing import CliRunner
from scipy import stats

from citygrid_core.cli.app import build
from citygrid_core.errors import UsageError
from citygrid_core.heat import Choice, HeatInputError
from citygrid_core.operations.heat.near_repeat import heat_near_repeat
from citygrid_core.operations.heat.patterns import heat_patterns
from citygrid_core.operations.heat.tables import heat_hotspots, heat_profile, heat_table
from citygrid_core.operations.heat.view import is_current, open_view
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace

Whole = tuple[Path, dict[str, Report]]


@pytest.fixture(scope="module")
def ws(whole: Whole) -> Workspace:
    return Workspace.open(whole[0])


def spots(small_city: Path) -> list[dict[str, object]]:
    return tomllib.loads((small_city / "truth" / "intensity.toml").read_text("utf-8"))["spots"]


def near(ws: Workspace, spot: dict[str, object]) -> list[str]:
    grids = ws.read("grids").set_index("code")
    away = grids.geometry.distance(shapely.Point(spot["x"], spot["y"]))
    return grids.index[away < spot["sigma_m"]].tolist()


def test_every_planted_spot_is_a_significant_hot_spot(ws: Workspace, small_city: Path) -> None:
    for spot in spots(small_city):
        best = pd.Series(dtype=object)
        for matter in spot["matters"]:
            report, found = heat_hotspots(ws, class_code=matter)
            mine = found.set_index("grid_code").loc[near(ws, spot)]
            best = pd.concat([best, mine["spot"]])
        assert (best == "hot").any(), spot["name"]
        assert report.details["hot"] == (found["spot"] == "hot").sum()


def test_growing_and_fading_spots_have_their_trend(ws: Workspace, small_city: Path) -> None:
    signs = {"growing": 1, "fading": -1}
    for spot in spots(small_city):
        taus = []
        for matter in spot["matters"]:
            _, found = heat_patterns(ws, class_code=matter, from_day="2025-01-01",
                                     to_day="2025-12-31")  # fmt: skip
            mine = found.set_index("grid_code").loc[near(ws, spot)]
            taus.append(mine.loc[mine["trend_p"] <= 0.05, "tau"])
        tau = pd.concat(taus)
        if spot["trend"] in signs:
            assert len(tau), spot["name"]
            assert (tau * signs[spot["trend"]] > 0).mean() > 0.7, spot["name"]


def test_books_of_the_patterns(ws: Workspace) -> None:
    report, found = heat_patterns(ws, step="week", class_code="06010",
                                  from_day="2025-06-01", to_day="2025-08-31")  # fmt: skip
    # the first Sunday belongs to a week that began before
    assert report.details["times"][0] == "2025-06-02"
    assert report.details["times"][-1] == "2025-08-25"
    assert found["cases"].sum() == report.details["cases"]
    with pytest.raises(UsageError):
        heat_patterns(ws, step="hour")
    with pytest.raises(UsageError, match="no class"):
        heat_patterns(ws, class_code="99999")


def test_near_repeats_leave_second_reports_out(ws: Workspace) -> None:
    report, found = heat_near_repeat(ws, class_code="06010", days="7，14", permutations=99)
    cases = ws.read("cases", where={"class_code": "06010"})
    cases = cases[(cases["stage"] != "void") & ~cases.geometry.is_empty & cases.geometry.notna()]
    first = cases[cases["duplicate_of"].isna()]
    assert (report.details["cases"], report.details["second_reports"]) == (
        len(first),
        len(cases) - len(first),
    )
    assert found[["metres", "days"]].to_numpy().tolist()[:3] == [[50, 7], [50, 14], [100, 7]]
    day = pd.to_datetime(first["reported_at"], format="ISO8601").to_numpy()
    x, y = first.geometry.x.to_numpy(), first.geometry.y.to_numpy()
    far = np.hypot(x[:, None] - x, y[:, None] - y)
    late = np.abs(day[:, None] - day) / np.timedelta64(1, "D")
    both = np.triu((far <= 400) & (late <= 14), 1)
    assert found["pairs"].sum() == both.sum()
    assert found["q"].tolist() == pytest.approx(stats.false_discovery_control(found["p"]).tolist())
    with pytest.raises(UsageError, match="no list"):
        heat_near_repeat(ws, metres="50;100")
    with pytest.raises(HeatInputError, match="must rise"):
        heat_near_repeat(ws, metres="100,50")


def test_a_period_stands_beside_the_one_before(ws: Workspace) -> None:
    report, rows = heat_table(ws, period="2025-07")
    cases = ws.read("cases", geometry=False)
    cases = cases[cases["stage"] != "void"]
    month = cases["reported_at"].str[:7].value_counts()
    assert rows["cases"].sum() == month["2025-07"]
    assert rows.loc[rows["status"] == "valid", "cases_before"].sum() <= month["2025-06"]
    assert report.details["periods"] == ["2025-07", "2025-06", "2024-07"]
    there = rows[(rows["cases"] > 0) & (rows["cases_before"] > 0)]
    assert (there["low_before"] < there["ratio_before"]).all()
    assert (there["ratio_before"] < there["high_before"]).all()
    with pytest.raises(UsageError):
        heat_table(ws, period="2025-07", from_day="2025-07-01")


def test_a_caution_is_no_finding(ws: Workspace) -> None:
    report, _ = heat_table(ws)
    assert [p.rule for p in report.cautions] == ["heat.patrol_effort"]
    assert (report.problems, report.exit_code) == ([], 0)
    assert report.as_dict()["cautions"][0]["rule"] == "heat.patrol_effort"
    # of the cases that have a description only, most have no sure place
    hotline, rows = heat_table(ws, source="hotline")
    sure = 1 - rows["weak"].sum() / rows["cases"].sum()
    assert [p.rule for p in hotline.problems] == (["heat.located"] if sure < 0.85 else [])


def test_rates_take_their_bases(ws: Workspace, tmp_path: Path) -> None:
    grids = ws.read("grids")
    file = tmp_path / "residents.csv"
    pd.DataFrame({"grid_code": grids["code"], "residents": 250}).to_csv(file, index=False)
    _, rows = heat_table(ws, residents=file, object_kind="component")
    valid = rows[rows["status"] == "valid"]
    assert (valid["per_1000_residents"] == valid["cases"] / 0.25).all()
    held = ws.read("components", columns=["grid_code"], geometry=False)
    assert valid["components"].sum() == held["grid_code"].isin(grids["code"]).sum()


def test_a_recount_on_todays_grids_conserves_the_cases(ws: Workspace) -> None:
    kept, again = heat_table(ws)[0], heat_table(ws, recount=True)[0]
    assert kept.details["cases"] == again.details["cases"]


@pytest.mark.parametrize("by", ["hour", "month", "holiday"])
def test_a_profile_counts_all_cases(ws: Workspace, by: str) -> None:
    report, rows = heat_profile(ws, by=by, from_day="2025-01-01", to_day="2025-12-31")
    assert rows["cases"].sum() == report.details["cases"]
    days = rows.drop_duplicates("weekday" if by == "hour" else by)["days"]
    assert days.sum() == 365
    if by == "holiday":
        # the State Council's calendar of 2025: 28 days off by festivals (four of them on
        # days moved from weekends), 5 working weekend days
        assert set(rows["holiday"]) == {"holiday", "weekend", "workday"}
        assert rows.set_index("holiday")["days"]["workday"] == 248


def test_the_commands_answer(whole: Whole, tmp_path: Path) -> None:
    run = CliRunner()
    city = str(whole[0])
    for arguments in (
        ["table", city, "--period", "2025-07"],
        ["hotspots", city, "--class", "06010"],
        ["patterns", city, "--class", "06010"],
        ["near-repeat", city, "--class", "06010", "--permutations", "99"],
        ["profile", city, "--by", "month"],
        ["update", city, "--dry-run"],
    ):
        answer = run.invoke(build(), ["heat", *arguments, "--json"])
        assert answer.exit_code in (0, 1), (arguments, answer.output)
        assert json.loads(answer.stdout)["operation"] == f"heat {arguments[0]}"
    out = tmp_path / "hot.csv"
    answer = run.invoke(build(), ["heat", "hotspots", city, "--class", "06010", "-o", str(out)])
    assert answer.exit_code in (0, 1), answer.output
    assert "z" in pd.read_csv(out).columns


def test_a_view_counts_what_the_table_counts_and_knows_departments(ws: Workspace) -> None:
    view = open_view(ws)
    report, rows = heat_table(ws, class_code="06", from_day="2025-03-01", to_day="2025-05-31")
    choice = Choice(classes=["06"], from_day="2025-03-01", to_day="2025-05-31")
    tally = view.cube.counts(choice)
    shown = rows[rows["status"] == "valid"].set_index("grid_code").loc[view.cube.grids]
    assert tally.cases.tolist() == shown["cases"].tolist()
    assert tally.weak.tolist() == shown["weak"].tolist()
    assert (tally.total, tally.unplaced) == (
        report.details["cases"],
        report.details["without_grid"],
    )
    stored = ws.read("cases", geometry=False)
    stored = stored[stored["stage"] != "void"]
    by = view.cube.by("handling_code")
    assert by.to_dict() == stored["handling_code"].fillna("").value_counts().to_dict()
    again = open_view(ws, recount=True)
    assert again.cube.counts().total == view.cube.counts().total == len(stored)
    assert is_current(ws, view)
