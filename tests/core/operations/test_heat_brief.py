"""The morning's page: the same bytes twice, one page, scored by what was kept."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from citygrid_core.cli.app import build
from citygrid_core.errors import UsageError
from citygrid_core.operations.heat.backtest import heat_backtest
from citygrid_core.operations.heat.brief import heat_brief
from citygrid_core.operations.heat.brief_page import html, write_brief
from citygrid_core.operations.heat.forecast import heat_forecast, kept_forecast
from citygrid_core.operations.store import verify
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace

Whole = tuple[Path, dict[str, Report]]
DAY, BEFORE = "2025-11-20", "2025-11-19"


@pytest.fixture(scope="module")
def ws(whole: Whole, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    path = tmp_path_factory.mktemp("brief") / "city.gpkg"
    shutil.copy(whole[0], path)
    return Workspace.open(path)


def test_without_a_kept_forecast_yesterdays_is_made_again_and_the_page_says_so(
    ws: Workspace,
) -> None:
    brief = heat_brief(ws, on=DAY, dry_run=True)
    assert kept_forecast(ws, on=DAY) is None
    assert brief.yesterday is not None
    assert not brief.yesterday.kept
    assert "made anew" in html(ws, brief, "en")
    # as of then: what came on the day itself took no part
    _, rows = heat_forecast(ws, on=BEFORE, dry_run=True)
    again = rows[rows["class_code"] == ""].head(10)
    assert brief.yesterday.watched["grid_code"].tolist() == again["grid_code"].tolist()


def test_the_page_is_one_and_the_same_twice_in_both_languages(
    ws: Workspace, tmp_path: Path
) -> None:
    heat_forecast(ws, on=BEFORE)
    brief, again = heat_brief(ws, on=DAY), heat_brief(ws, on=DAY)
    assert brief.yesterday is not None
    assert brief.yesterday.kept
    for lang in ("zh", "en"):
        for kind in ("html", "pdf"):
            one, two = (tmp_path / f"{n}{lang}.{kind}" for n in (1, 2))
            write_brief(ws, brief, one, lang=lang)
            write_brief(ws, again, two, lang=lang)
            assert one.read_bytes() == two.read_bytes()
        text = (tmp_path / f"1{lang}.html").read_text("utf-8")
        for row in brief.watch.itertuples():
            assert row.grid_code in text
        told = subprocess.check_output(["pdfinfo", tmp_path / f"1{lang}.pdf"], text=True)
        assert re.search(r"^Pages:\s+1$", told, re.MULTILINE)
    assert [p.text() for p in verify(ws).problems] == []
    with pytest.raises(UsageError):
        write_brief(ws, brief, tmp_path / "brief.docx")


def test_it_says_when_what_why_how_sure_and_who(ws: Workspace) -> None:
    brief = heat_brief(ws, on=DAY)
    assert brief.watch["place"].tolist() == list(range(1, 11))
    assert (brief.watch["expected"].diff().dropna() <= 0).all()
    assert brief.watch["department"].str.len().gt(0).all()
    assert brief.watch["first_hour"].between(0, 23).all()
    assert brief.watch["chance"].between(0, 1).all()
    assert all(len(c) for c in brief.watch["classes"])
    # recounted from the cases themselves
    cases = ws.read("cases", geometry=False)
    cases = cases[cases["stage"] != "void"]
    last = cases[cases["reported_at"].str[:10].between("2025-11-13", BEFORE)]
    mine = last["grid_code"].value_counts()
    assert brief.watch["recent"].tolist() == [mine.get(c, 0) for c in brief.watch["grid_code"]]
    grids = ws.read("grids", at=DAY)
    assert brief.week == last["grid_code"].isin(grids["code"]).sum()
    done = brief.yesterday
    assert done is not None
    assert (
        done.came == cases.loc[cases["reported_at"].str[:10] == BEFORE, "grid_code"].notna().sum()
    )


def test_a_planted_rise_is_named(whole: Whole, tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    shutil.copy(whole[0], path)
    with Workspace.open(path) as ws:
        cases = ws.read("cases", geometry=False)
        quiet = cases["grid_code"].value_counts().index[-1]
        moved = cases[cases["reported_at"].str[:10].between("2025-11-14", BEFORE)].iloc[:12]
        with ws.transaction("move") as tx:
            tx.update("cases", moved.assign(grid_code=quiet)[["grid_code"]])
        heat_forecast_day = heat_brief(ws, on=DAY, dry_run=True)
        assert any(p.rule == "heat.stale" for p in heat_forecast_day.problems)
        from citygrid_core.operations.heat.tables import update_heat

        update_heat(ws)
        brief = heat_brief(ws, on=DAY)
    assert brief.rises["grid_code"].iloc[0] == quiet
    assert brief.rises["p"].iloc[0] <= brief.false_alarms


def test_the_backtest_table_has_each_class_month_and_model(ws: Workspace) -> None:
    report, rows = heat_backtest(ws, from_day="2025-06-01", to_day="2025-09-30", class_code="06")
    whole = rows[rows["month"] == "all"].set_index("model")
    assert whole.at["chosen", "cases"] == rows.loc[rows["model"] == "mean", "cases"].sum() / 2
    rows = rows[rows["month"] != "all"]
    assert set(rows["month"]) == {"2025-06", "2025-07", "2025-08", "2025-09"}
    chosen = rows[rows["model"] == "chosen"]
    assert report.details["class_months"] == len(chosen) == 4
    for _, part in rows.groupby("month"):
        assert part["cases"].nunique() == 1
        best = part.set_index("model")["efficiency"]
        base = max(best[["persistence", "seasonal", "kde"]])
        gain = part.loc[part["model"] == "chosen", "gain"].iloc[0]
        assert gain == pytest.approx(best["chosen"] / base - 1)
    assert np.all((chosen["low"] <= chosen["gain"]) & (chosen["gain"] <= chosen["high"]))
    with pytest.raises(UsageError):
        heat_backtest(ws, from_day="2025-09-01", to_day="2025-06-30")


def test_the_commands_answer(ws: Workspace, tmp_path: Path) -> None:
    run, city = CliRunner(), str(ws.path)
    out = tmp_path / "brief.pdf"
    answer = run.invoke(build(), ["heat", "brief", city, "--date", DAY, "-o", str(out), "--json"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert len(told["watch"]) == 10
    assert out.read_bytes().startswith(b"%PDF")
    for lang in ("zh", "en"):
        answer = run.invoke(build(), ["heat", "brief", city, "--at", DAY, "--lang", lang])
        assert answer.exit_code == 0, answer.output
    asked = ["--from", "2025-08-01", "--to", "2025-09-30", "--horizon", "week", "--class", "06010"]
    answer = run.invoke(build(), ["heat", "backtest", city, *asked, "--json"])
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["class_months"] == 2
