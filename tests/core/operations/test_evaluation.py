"""A month evaluated from the store: every count against a recount, reports that can be recalculated."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from citygrid_core.errors import Cancelled, UsageError
from citygrid_core.evaluation import TOTAL, UnknownScheme
from citygrid_core.evaluation.period import BadPeriod, Period
from citygrid_core.operations.cases.clock import import_limits
from citygrid_core.operations.cases.steps import advance_cases
from citygrid_core.operations.evaluation import facts as evaluation_facts
from citygrid_core.operations.evaluation.cases import cases_behind
from citygrid_core.operations.evaluation.evaluate import Evaluation, evaluate_city
from citygrid_core.operations.evaluation.facts import facts_of
from citygrid_core.operations.evaluation.report import html, write_report
from citygrid_core.operations.evaluation.sections import bounce_tables
from citygrid_core.operations.grids.edits import Cause, edit_grids
from citygrid_core.sample.cases import LIMIT_H
from citygrid_core.workspace import Workspace
from tests.core.cli.test_cli import citygrid


@pytest.fixture
def workspace(office: Path) -> Iterator[Workspace]:
    with Workspace.open(office) as ws:
        yield ws


def recount(ws: Workspace, first: str, last: str) -> dict[str, float]:
    """Count a period with plain Python, case by case, from the log."""
    end = (np.datetime64(last, "D") + 1).astype("datetime64[s]")
    start = np.datetime64(first, "s")
    cases = ws.read("cases").set_index("number")
    majors = cases["class_code"].str[:2].to_dict()
    kinds = (cases["object_kind"] + cases["class_code"]).to_numpy(dtype=object)
    x, y = cases.geometry.x.to_numpy(), cases.geometry.y.to_numpy()
    ended = pd.to_datetime(cases["closed_at"], format="ISO8601").to_numpy()
    place = {n: i for i, n in enumerate(cases.index)}
    log = ws.read("case_log").sort_values(["number", "seq"])
    log["t"] = pd.to_datetime(log["at"], format="ISO8601")
    out = dict.fromkeys(
        ("reported", "registered", "registered_on_time", "disposed", "disposed_on_time", "closed",
         "overdue_to_dispose", "to_close", "returned", "reworked", "second_dispatch", "recurrent"),
        0.0,
    )  # fmt: skip
    for number, rows in log[log["t"] < pd.Timestamp(end)].groupby("number"):
        limit = pd.Timedelta(hours=LIMIT_H[majors[number]])
        at: dict[str, pd.Timestamp] = {}
        due = handled_due = None
        for step, t in zip(rows["step"], rows["t"], strict=True):
            if step in ("dispatch", "rework"):
                due = t + limit
            if step == "return":
                due = None
            if step == "handle":
                handled_due = due
            at[step] = t
        stage = rows["after"].iloc[-1]

        def inside(step: str, at: dict[str, pd.Timestamp] = at) -> bool:
            return step in at and start <= np.datetime64(at[step]) < end

        disposed = inside("handle") and stage != "dispatched"
        out["reported"] += inside("collect")
        out["registered"] += inside("register")
        out["registered_on_time"] += inside("register") and (
            at["register"] <= at["collect"] + pd.Timedelta(minutes=30)
        )
        out["disposed"] += disposed
        out["disposed_on_time"] += disposed and at["handle"] <= handled_due
        out["closed"] += inside("close")
        if inside("register"):
            i, begun = place[number], np.datetime64(at["collect"])
            since = begun - ended
            like = (kinds == kinds[i]) & (np.hypot(x - x[i], y - y[i]) <= 20)
            like &= (since >= np.timedelta64(0)) & (since <= np.timedelta64(15, "D"))
            out["recurrent"] += like.any()
        out["overdue_to_dispose"] += stage == "dispatched" and due < pd.Timestamp(end)
        out["to_close"] += "register" in at and stage not in ("closed", "void")
        period = rows[(rows["t"] >= pd.Timestamp(start))]
        out["returned"] += (period["step"] == "return").sum()
        out["reworked"] += bool((period["step"] == "rework").any())
        out["second_dispatch"] += bool(
            (period["step"] == "dispatch").sum() > inside("dispatch")
        ) or ((rows["step"] == "dispatch").sum() > 1 and (period["step"] == "dispatch").any())
    return out


@pytest.mark.parametrize(("period", "first", "last"), [
    ("2025-07", "2025-07-01", "2025-07-31"), ("2026-01-02", "2026-01-02", "2026-01-02"),
    ("2025-W31", "2025-07-28", "2025-08-03"), ("2025", "2025-01-01", "2025-12-31"),
])  # fmt: skip
def test_every_count_is_a_recount_of_the_log(
    workspace: Workspace, period: str, first: str, last: str
) -> None:
    done = evaluate_city(workspace, period)
    expected = recount(workspace, first, last)
    found = {code: done.table.numerator.at[TOTAL, code] for code in expected}
    assert found == expected
    if period != "2026-01-02":
        assert expected["closed"] > 100


def test_what_is_late_is_late_in_truth(workspace: Workspace, small_city: Path) -> None:
    """By the limits table alone: not by the deadline that the source tells."""
    table = facts_of(workspace, Period.parse("2025")).table
    numbers = workspace.read("cases", geometry=False).set_index("number")["source_number"]
    truth = pd.read_csv(small_city / "truth" / "cases.csv", dtype=str, keep_default_na=False)
    late = truth.set_index("source_number")["late"]
    handled = table[table["handle_last"].notna() & table["handle_due"].notna()]
    ours = (handled["handle_last"] > handled["handle_due"]).map({True: "1", False: "0"})
    told = late[numbers[handled.index]].to_numpy()
    assert len(handled) > 5_000
    assert (ours.to_numpy() == told).all()
    assert 0.1 < (told == "1").mean() < 0.2


def test_cases_for_each_hectare_of_the_grids(workspace: Workspace) -> None:
    done = evaluate_city(workspace, "2025-07", level="grid")
    grids = workspace.read("grids").set_index("code")
    for group in (done.counts.index[3], TOTAL):
        area = grids.geometry.area.sum() if group == TOTAL else grids.geometry[group].area
        expected = done.counts.at[group, "registered"] / (area / 1e4)
        found = done.table.value.at[group, "grid_case_density"]
        assert found == pytest.approx(expected, rel=1e-5)
    assert (
        evaluate_city(workspace, "2025-07", by="class")
        .table.value["grid_case_density"]
        .isna()
        .all()
    )


@pytest.mark.parametrize("by", ["area", "department", "class", "source"])
def test_totals_add_up_in_every_direction(workspace: Workspace, by: str) -> None:
    level = "community"
    done = evaluate_city(workspace, "2025-07", by=by, level=level)
    counts = done.counts.drop(index=TOTAL).sum(min_count=1)
    total = done.counts.loc[TOTAL]
    if by == "area":  # cases that lie nowhere are in the total only
        assert (counts.dropna() <= total[counts.notna()] + 1e-9).all()
    else:
        named = {"class", "source"}
        if by in named:
            assert np.allclose(counts.dropna(), total.dropna())
    assert (done.table.value["close_rate"].dropna() <= 1).all()
    assert done.names
    assert all(name for name in done.names.values())


def test_reading_tells_how_far_it_is_and_can_be_stopped(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In parts it is the same as at once; each part is told; who raises at one of them ends it."""
    whole = facts_of(workspace, Period.parse("2025"))
    monkeypatch.setattr(evaluation_facts, "_CASES", 300)
    steps: list[tuple[str, int, int]] = []
    parts = facts_of(workspace, Period.parse("2025"), progress=lambda *s: steps.append(s))
    pd.testing.assert_frame_equal(whole.table, parts.table)
    assert whole.moves is not None
    assert parts.moves is not None
    pd.testing.assert_frame_equal(
        whole.moves.reset_index(drop=True), parts.moves.reset_index(drop=True)
    )
    n = len(whole.table)
    assert steps == [
        ("reading", 0, 0),
        *(("reading", i, n) for i in range(0, n, 300)),
        ("reading", n, n),
    ]
    assert len(steps) > 5

    def stop(step: str, done: int, total: int) -> None:
        if done >= 600:
            raise Cancelled

    with pytest.raises(Cancelled):
        evaluate_city(workspace, "2025", progress=stop)
    assert not workspace.writing
    assert evaluate_city(workspace, "2025-07").cases > 0


def test_a_past_month_stays_what_it_was(office: Path, tmp_path: Path) -> None:
    """What happens later does not change it: the state is taken at its end."""
    path = tmp_path / "later.gpkg"
    shutil.copy(office, path)
    with Workspace.open(path) as ws:
        year, bodies = (evaluate_city(ws, "2025", by=by).counts for by in ("area", "department"))
        open_ = ws.read("cases", where={"stage": "dispatched"}, geometry=False)["number"]
        steps = [{"number": n, "step": "handle", "at": "2026-01-03T10:00:00"} for n in open_]
        assert advance_cases(ws, pd.DataFrame(steps)).stored == len(open_) > 3
        pd.testing.assert_frame_equal(year, evaluate_city(ws, "2025").counts)
        pd.testing.assert_frame_equal(bodies, evaluate_city(ws, "2025", by="department").counts)


def test_reports_are_the_same_bytes_twice(workspace: Workspace, tmp_path: Path) -> None:
    done = evaluate_city(workspace, "2025-07", scheme="cjt292")
    for kind in ("html", "pdf", "xlsx", "csv"):
        one, two = (
            write_report(workspace, done, tmp_path / f"{n}.{kind}").read_bytes() for n in "ab"
        )
        assert one == two, kind
        assert len(one) > 5000


@pytest.mark.parametrize(("lang", "words"), [
    ("zh", ("综合评价月报", "按期处置率", "得分排名", "云汀市")), ("en", ("Evaluation", "handled on time", "Scores")),
])  # fmt: skip
def test_the_page_is_whole_and_in_one_language(
    workspace: Workspace, lang: str, words: tuple[str, ...]
) -> None:
    done = evaluate_city(workspace, "2025-07", scheme="cjt292")
    page = html(workspace, done, lang)  # type: ignore[arg-type]
    assert all(word in page for word in words)
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert page.count("<svg") == 3
    assert workspace.head in page


@pytest.mark.parametrize(("period", "title", "there", "absent"), [
    ("2025-07-09", "2025年7月9日 综合评价日报", ("评价地图", "分项评价", "期末超期未处置案件"),
     ("各环节用时", "全市指标", "排名", "回退分析")),
    ("2025-W28", "2025年第28周 综合评价周报",
     ("各环节用时", "排名", "最慢 5% 占总时长", "本期无回退案件"), ("全市指标",)),
    ("2025-07", "2025年7月 综合评价月报", ("各环节用时", "全市指标", "校正后按期处置率"), ()),
])  # fmt: skip
def test_each_kind_of_period_has_its_template(
    workspace: Workspace, period: str, title: str, there: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    """Without a scheme too there is a map, by the rate that groups are ranked by."""
    page = html(workspace, evaluate_city(workspace, period), "zh")
    assert title in page
    assert all(word in page for word in there)
    assert not [word for word in absent if f"<h2>{word}" in page]
    assert "按期处置率 ≥ 95 %" in page


def by_hand(done: Evaluation) -> dict[str, float]:
    return {g: done.table.value.at[g, "close_rate"] for g in done.table.value.index}


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_the_workbook_recalculates(workspace: Workspace, tmp_path: Path) -> None:
    """A count is changed and LibreOffice computes rates, scores and grades anew."""
    done = evaluate_city(workspace, "2025-07", scheme="cjt292")
    path = write_report(workspace, done, tmp_path / "a.xlsx")
    shown = openpyxl.load_workbook(path, data_only=True)["指标"]
    assert shown.cell(2, 2).value == done.counts.iloc[0]["reported"]
    book = openpyxl.load_workbook(path)  # formulas only: what was computed is dropped
    counts = book["计数"]
    column = [c.value for c in counts[1]].index("结案数") + 1
    counts.cell(2, column).value = 0
    book.save(tmp_path / "b.xlsx")
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile",
         "--convert-to", "xlsx", "--outdir", str(tmp_path / "out"), str(tmp_path / "b.xlsx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    book = openpyxl.load_workbook(tmp_path / "out" / "b.xlsx", data_only=True)
    rates, scores = book["指标"], book["得分"]
    heads = [c.value for c in rates[1]]
    assert rates.cell(2, heads.index("结案率") + 1).value == 0
    assert done.score is not None
    for row, group in enumerate(done.score.index, 2):
        if row == 2:
            continue  # the one that was changed
        assert scores.cell(row, 6).value == pytest.approx(done.score.at[group, "score"])
        assert scores.cell(row, 7).value == done.score.at[group, "grade"]
        assert rates.cell(row, heads.index("结案率") + 1).value == pytest.approx(
            by_hand(done)[group]
        )
    assert scores.cell(2, 6).value == pytest.approx(
        done.score.iloc[0]["score"] - done.score.iloc[0]["close_rate"]
    )


def test_the_command(office: Path, tmp_path: Path) -> None:
    out = tmp_path / "july.html"
    run = citygrid("evaluate", office, "--period", "2025-07", "--by", "department", "--scheme",
                   "jinniu", "-o", out, "--json")  # fmt: skip
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout)
    assert out.is_file()
    total = said["groups"][-1]
    assert (total["group"], total["grade"] in "ABCDE") == (TOTAL, True)
    assert total["indicators"]["miss_rate"]["value"] is None
    assert citygrid("evaluate", office, "--period", "soon").returncode == 2
    assert citygrid("evaluate", office, "--period", "2025-07", "--scheme", "x").returncode == 2
    assert (
        citygrid("evaluate", office, "--period", "2025-07", "-o", tmp_path / "a.doc").returncode
        == 2
    )


def test_wrong_questions_are_refused(workspace: Workspace) -> None:
    with pytest.raises(BadPeriod):
        evaluate_city(workspace, "soon")
    with pytest.raises(UnknownScheme):
        evaluate_city(workspace, "2025", scheme="x")


@pytest.mark.parametrize("by", ["area", "department"])
def test_the_cases_behind_a_number_add_up_to_it(workspace: Workspace, by: str) -> None:
    facts = facts_of(workspace, Period.parse("2025-12"))
    done = evaluate_city(workspace, "2025-12", by=by, facts=facts)
    for code in ("dispose_on_time_rate", "rework_rate", "registered", "avg_dispose_time"):
        groups = done.table.value.index
        for group in (groups[0], groups[len(groups) // 2], TOTAL):
            found = cases_behind(workspace, "2025-12", code, group=group, by=by, facts=facts)
            assert found["number"].is_unique
            for part in ("numerator", "denominator"):
                wanted = float(getattr(done.table, part).at[group, code])
                if part == "denominator" and code == "registered":
                    continue  # a count is divided by nothing
                assert found[part].sum() == pytest.approx(wanted)
    late = cases_behind(workspace, "2025-12", "dispose_on_time_rate", facts=facts)
    assert late["numerator"].is_monotonic_increasing  # what went wrong comes first
    with pytest.raises(UsageError):
        cases_behind(workspace, "2025-12", "registered", group="nowhere", facts=facts)
    with pytest.raises(UsageError):
        cases_behind(workspace, "2025-12", "no_such_rate", facts=facts)


def test_the_command_lists_the_cases_behind_a_number(office: Path) -> None:
    done = citygrid("evaluate", office, "--period", "2025-12", "--cases", "closed", "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 0
    assert len(said["rows"]) == said["numerator"] > 10
    assert all(row["closed_at"] for row in said["rows"])


def test_what_was_sent_back_and_what_is_late_stands_in_the_report(workspace: Workspace) -> None:
    """The office's one return, on the second of January, by pair, class and border; D2 has it late."""
    done = evaluate_city(workspace, "2026-01", by="department")
    tables = bounce_tables(workspace, done, "en")
    assert {by: t["bounces"].sum() for by, t in tables.items()} == dict.fromkeys(tables, 1)
    assert set(tables) == {"pair", "class", "border"}
    (who,) = tables["pair"]["who"]
    assert who.endswith("→ D2")
    overdue = done.table.numerator.at[TOTAL, "overdue_to_dispose"]
    assert len(done.late) == overdue > 0
    assert done.late["hours"].is_monotonic_decreasing
    page = html(workspace, done, "zh")
    assert all(number in page for number in done.late["number"].head(20))
    assert "共回退 1 次" in page
    # the month before nothing of it was known
    assert not len(bounce_tables(workspace, evaluate_city(workspace, "2025-12"), "en")["pair"])


@pytest.mark.parametrize("by", ["area", "department", "post", "source"])
def test_any_rate_is_adjusted_for_the_mix(workspace: Workspace, by: str) -> None:
    """Where all classes do alike everywhere, the adjusted rate is the rate; what is counted adds up."""
    facts = facts_of(workspace, Period.parse("2025-07"))
    for code in ("dispose_on_time_rate", "rework_rate", "close_rate"):
        done = evaluate_city(workspace, "2025-07", by=by, adjusted=code, facts=facts)
        assert done.mix is not None
        known = done.mix.dropna()
        assert ((known["low"] <= known["value"]) & (known["value"] <= known["high"])).all()
        assert known["high"].le(1).all()
        total = done.table.numerator.at[TOTAL, code], done.table.denominator.at[TOTAL, code]
        rare = min(total[0], total[1] - total[0])
        named = done.mix.loc[done.mix.index.isin(done.table.value.index)]
        assert named["observed"].sum() <= rare + 1e-9
    assert evaluate_city(workspace, "2025-07", by="class", facts=facts).mix is None
    with pytest.raises(UsageError):
        evaluate_city(workspace, "2025-07", adjusted="no_such", facts=facts)


def test_what_is_decreed_later_does_not_change_the_past(office: Path, tmp_path: Path) -> None:
    """Limits of a tenth, and a grid split, after a month: it is evaluated as before."""
    shutil.copy(office, tmp_path / "city.gpkg")
    with Workspace.open(tmp_path / "city.gpkg") as ws:
        before = evaluate_city(ws, "2025-10", by="area", level="grid")
        limits = ws.read("case_limits")
        shorter = limits.assign(value=limits["value"].astype(float) / 10)
        shorter = shorter[["code", "stage", "class_code", "value", "unit"]]
        shorter.to_csv(tmp_path / "limits.csv", index=False)
        assert import_limits(ws, tmp_path / "limits.csv", on="2026-02-01").stored == len(limits)
        grid = ws.read("grids").iloc[0]
        x0, y0, x1, y1 = grid.geometry.bounds
        line = shapely.LineString([(x0 - 5, (y0 + y1) / 2), (x1 + 5, (y0 + y1) / 2)])
        edit_grids(ws, "split", [grid["code"]], Cause("2026-02-01"), drawn=line)
        after = evaluate_city(ws, "2025-10", by="area", level="grid")
    assert before.table.value["grid_case_density"].notna().all()
    pd.testing.assert_frame_equal(after.table.value, before.table.value)


def test_a_month_that_is_not_over_is_told(workspace: Workspace) -> None:
    over, running = (evaluate_city(workspace, p) for p in ("2025-11", "2031-05"))
    assert not any("nothing is known after" in w.en for w in over.warnings)
    assert any("nothing is known after 202" in w.en for w in running.warnings)


def test_what_is_of_no_group_is_told_by_what_is_asked(workspace: Workspace) -> None:
    """Of departments it is said who has none, of posts where the log names nobody; voids are no loss."""
    facts = facts_of(workspace, Period.parse("2025-07"))
    live = facts.table[facts.table["stage"] != "void"]
    told = {
        by: [w.en for w in evaluate_city(workspace, "2025-07", by=by, facts=facts).warnings]
        for by in ("area", "department", "post", "class", "source")
    }
    counted = f" of {len(live):,} cases "
    placed = int(live["street_code"].isna().sum())
    assert f"{placed:,}{counted}lie in no area: in the total only" in told["area"]
    assert not any("lie in no area" in text for by in told if by != "area" for text in told[by])
    assert any("have no department" in text and counted in text for text in told["department"])
    assert any("no name of the collector in their log" in text for text in told["post"])
    assert told["class"] == told["source"] == []
