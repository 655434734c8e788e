"""Each of the 96 indicators against pandas on the raw tables, on a log in which every step occurs."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import pytest

from citygrid_core.cases.lifecycle import Profile, advance_all
from citygrid_core.evaluation import (
    COMPOSITES,
    TOTAL,
    Facts,
    evaluate,
    heat_points,
    indicators,
)
from citygrid_core.evaluation.period import Period
from citygrid_core.operations.cases.clock import import_limits, timer_of
from citygrid_core.operations.cases.imported import import_cases
from citygrid_core.operations.cases.steps import advance_cases
from citygrid_core.operations.evaluation.cases import cases_behind
from citygrid_core.operations.evaluation.evaluate import evaluate_city
from citygrid_core.operations.evaluation.facts import facts_of
from citygrid_core.standards import indicators as indicator_table
from citygrid_core.workspace import Workspace
from tests.core.operations.conftest import DAY, METRES
from tests.core.operations.indicator_oracle import (
    UNKNOWN,
    Tables,
    composites,
    counts,
    ratios,
    summed,
)

TABLE = indicator_table()
PERIODS = {"2025-12": ("2025-12-01", "2025-12-31"), "2026-W01": ("2025-12-29", "2026-01-04")}
#: Steps that a walk likes to take from a stage, more often than others.
LIKED = {
    "collected": ["send_verify", "register", "register"],
    "verifying": ["verify", "verify", "verify", "refute"],
    "verified": ["register"], "registered": ["dispatch", "dispatch", "dispatch", "coordinate"],
    "coordinating": ["dispatch"], "checked": ["close"], "closed": ["appeal"],
    "dispatched": ["handle", "handle", "handle", "return", "delay", "suspend", "defer", "accept"],
    "handled": ["send_check", "send_check", "check", "rework"],
    "checking": ["check", "check", "rework"],
}  # fmt: skip


def walk(rng: random.Random, number: str, begin: pd.Timestamp) -> list[dict[str, str]]:
    """Wander through the declared steps; what the machine refuses it will leave out."""
    steps = Profile.load("default").steps
    stage, held, delays, at, out = "collected", False, 0, begin, []
    for _ in range(rng.randint(4, 24)):
        at += pd.Timedelta(seconds=rng.choice([120, 500, 1500, 1700, 5000, 30_000, 200_000]))
        open_ = [
            s.name for s in steps.values() if stage in s.sources and (s.anyhow or s.held == held)
        ]
        liked = [] if held else [s for s in LIKED.get(stage, ()) if s in open_]
        name = rng.choice(liked if liked and rng.random() < 0.8 else open_ or ["link"])
        if name == "link" and rng.random() < 0.9:
            continue
        if name == "delay":
            delays += 1
        until = at + pd.Timedelta(days=20 * delays if name == "delay" else 3)
        out.append({
            "number": number, "step": name, "at": at.isoformat(), "reason": "r",
            "who": f"{steps[name].post}-{rng.randint(1, 3)}", "until": until.isoformat(),
            "department_code": rng.choice(["D1", "D2", "D3"]) if name == "dispatch" else "",
        })  # fmt: skip
        stage = steps[name].to or stage
        held = {"suspend": True, "defer": True, "resume": False}.get(name, held)
    return out


@pytest.fixture(scope="module")
def walked(office: Path, small_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample city, with 240 cases more that wandered, urgent and working limits, and one closed
    case of which nobody told when it was handled."""
    folder = tmp_path_factory.mktemp("oracle")
    path = folder / "walked.gpkg"
    shutil.copy(office, path)
    rng = random.Random(7)
    rows = pd.read_csv(small_city / "cases.csv", dtype=str).tail(600).sample(241, random_state=7)
    begin = pd.to_datetime(rows["reported_at"]).to_numpy().copy()
    begin[:60] = np.datetime64("2025-12-28T09:00:00")
    rows["reported_at"] = pd.Series(begin, index=rows.index).astype(str)
    rows["source_number"] = [f"W{i:04d}" for i in range(len(rows))]
    rows["source"] = [rng.choice(["collector", "collector", "hotline", "web", "media", "video"])
                      for _ in range(len(rows))]  # fmt: skip
    late = ["registered_at", "dispatched_at", "handled_at", "checked_at", "closed_at", "due_at"]
    rows[late], rows["stage"] = None, "collected"
    rows.loc[rows.index[-1], ["closed_at", "stage"]] = ["2026-01-01 10:00:00", "closed"]
    rows.to_csv(folder / "walks.csv", index=False)
    limits = (
        "code,stage,class_code,value,unit\nU1,handle,090,3,urgent_hour\nW1,handle,060,8,work_hour\n"
    )
    (folder / "limits.csv").write_text(limits + "W2,handle,030,1,work_day\n", "utf-8")
    with Workspace.open(path) as ws:
        import_limits(ws, folder / "limits.csv", on=DAY)
        import_cases(ws, folder / "walks.csv", options=METRES, on=DAY)
        held = ws.read("cases").set_index("number", drop=False)
        new = held[held["source_number"].str.startswith("W")].iloc[:-1]
        asked = pd.DataFrame([
            step for n, at in new["reported_at"].items() for step in walk(rng, str(n), pd.Timestamp(at))
        ])  # fmt: skip
        log = ws.read("case_log", where={"number": new.index.tolist()})
        timer = timer_of(ws, asked["at"].min(), asked["at"].max())
        taken, _ = advance_all(log, new, Profile.load("default"), asked, timer)
        assert advance_cases(ws, asked.loc[taken.index]).rejected == 0
    return path


@pytest.fixture(scope="module")
def ws(walked: Path) -> Iterator[Workspace]:
    with Workspace.open(walked) as held:
        yield held


@pytest.fixture(scope="module")
def raw(ws: Workspace) -> Tables:
    return Tables(*(ws.read(name) for name in ("cases", "case_log", "case_limits", "work_days")))


@pytest.fixture(scope="module")
def told(ws: Workspace, raw: Tables) -> dict[str, tuple[Facts, pd.DataFrame]]:
    """The engine's facts of each period, and the oracle's counts of it, case by case."""
    out = {}
    for period, (first, last) in PERIODS.items():
        facts, per_case = facts_of(ws, Period.parse(period)), counts(raw, first, last)
        # imports name no collector: the last digit of the case stands for one
        facts.table["collect_by"] = facts.table.index.str[-1]
        per_case["by collector"] = per_case.index.str[-1]
        out[period] = facts, per_case
    return out


def grids_of(ws: Workspace, by: str, groups: pd.Index) -> pd.DataFrame:
    """Count grids and hectares of each area by the grids' own geometries."""
    grids = ws.read("grids")
    code = grids["code"].str[: {"county": 6, "street": 9}[by]]
    hectares = grids.geometry.area / 1e4
    out = pd.DataFrame({"grids": code.value_counts(), "hectares": hectares.groupby(code).sum()})
    out.loc[TOTAL] = [len(grids), hectares.sum()]
    return out.reindex(groups)


def test_every_step_occurs(raw: Tables) -> None:
    steps = set(Profile.load("default").steps)
    assert set(raw.log["step"]) == steps
    told = raw.log[raw.log["post"] != "source"]["step"].value_counts()
    assert told.drop("link").min() >= 10, told
    assert raw.log.groupby("number")["step"].apply(lambda s: (s == "return").sum()).max() >= 2


@pytest.mark.parametrize("period", list(PERIODS))
@pytest.mark.parametrize("by", ["street", "department", "collector"])
def test_every_ratio_is_the_oracles(
    ws: Workspace, told: dict[str, tuple[Facts, pd.DataFrame]], by: str, period: str
) -> None:
    facts, per_case = told[period]
    sums = summed(per_case, by)
    level = "street" if by == "street" else "county"
    how = "area" if by == "street" else "department" if by == "department" else "post"
    done = evaluate_city(facts=facts, workspace=ws, period=period, by=how, level=level).table
    groups = done.value.index
    assert len(groups) > 3
    # the oracle knows all cases; a group none of whose cases is of the period is no group of it
    assert sums.drop(groups)[["reported", "registered", "disposed", "to_close"]].sum().sum() == 0
    sums = sums.loc[groups]
    if by == "street":
        sums["hectares"] = grids_of(ws, by, groups)["hectares"]
    wanted = ratios(sums, TABLE)
    assert set(wanted) == set(indicators())
    differ = {}
    for code, (above, below) in wanted.items():
        for name, ours, theirs in (
            ("numerator", done.numerator, above),
            ("denominator", done.denominator, below),
        ):
            found = ours[code].to_numpy(float)
            if not np.allclose(found, theirs.to_numpy(float), rtol=1e-5, atol=1e-6, equal_nan=True):
                differ[code, name] = (found[-1], theirs.iloc[-1])
        with np.errstate(invalid="ignore", divide="ignore"):
            value = np.where(below > 0, above / below, np.nan)
        assert code in {c for c, _ in differ} or np.allclose(
            done.value[code], value, rtol=1e-5, equal_nan=True
        )
    assert not sorted(differ), sorted({c for c, _ in differ})
    none = {c for c, (above, _) in wanted.items() if np.isnan(above.loc[TOTAL])}
    assert none - {"grid_case_density"} == set(UNKNOWN)
    zero = {c for c, (above, _) in wanted.items() if above.loc[TOTAL] == 0}
    assert not zero or facts.start > np.datetime64("2025-12-02"), zero


def test_what_no_case_tells_is_unknown_until_it_is_told(
    told: dict[str, tuple[Facts, pd.DataFrame]],
) -> None:
    facts, per_case = told["2025-12"]
    codes = sorted(UNKNOWN)
    assert evaluate(facts, None, codes).value.loc[TOTAL].isna().all()
    n = len(facts.table)
    known = facts.table.assign(missed=np.arange(n) % 3 == 0, patrolled=[1, 1, *[0] * (n - 2)],
                              to_patrol=[1, 1, 1, *[0] * (n - 3)])  # fmt: skip
    found = evaluate(replace(facts, table=known), None, codes).value.loc[TOTAL]
    asked = known[known["missed"]].index
    missed = per_case.loc[asked, "registered"].sum()
    assert found["missed"] == missed > 0
    assert found["miss_rate"] == missed / per_case["registered"].sum()
    assert found["patrol_coverage"] == 2 / 3


def test_a_return_is_counted_for_the_body_that_returned(
    ws: Workspace, told: dict[str, tuple[Facts, pd.DataFrame]]
) -> None:
    """Also when another body has the case now; the cases behind the number are those."""
    facts, per_case = told["2025-12"]
    done = evaluate_city(ws, "2025-12", by="department", facts=facts, indicators=["return_rate"])
    moved = 0
    for body in ("D1", "D2", "D3"):
        found = cases_behind(ws, "2025-12", "return_rate", by="department", group=body, facts=facts)
        assert found["numerator"].sum() == done.table.numerator.at[body, "return_rate"] > 0
        assert found["denominator"].sum() == done.table.denominator.at[body, "return_rate"]
        moved += (per_case.loc[found["number"], "by department"] != body).sum()
    assert moved > 1


@pytest.mark.parametrize("code", sorted(COMPOSITES))
def test_every_score_is_the_oracles(
    ws: Workspace, told: dict[str, tuple[Facts, pd.DataFrame]], code: str
) -> None:
    facts, per_case = told["2025-12"]
    scheme, by, parts = composites(TABLE)[code]
    of = COMPOSITES[code]
    post = {} if by in ("street", "department") else {"post": by}
    how = "area" if by == "street" else "post" if post else by
    done = evaluate_city(ws, "2025-12", by=how, scheme=scheme, facts=facts, indicators=[], **post)
    assert done.score is not None
    assert len(done.score) > 2
    sums = summed(per_case, by).loc[done.score.index]
    with np.errstate(invalid="ignore", divide="ignore"):
        values = pd.DataFrame(
            {c: np.where(b > 0, a / b, np.nan) for c, (a, b) in ratios(sums, TABLE).items()},
            index=sums.index,
        )
    if by == "street":
        values["grids"] = grids_of(ws, by, sums.index)["grids"]
    points = pd.concat([weight * share(values) for weight, share in parts], axis=1)
    if of.part:
        assert np.allclose(done.score[of.part], points.iloc[:, 0], equal_nan=True)
        return
    weights = np.array([weight for weight, _ in parts])
    base = (points.notna().to_numpy() * weights).sum(axis=1)
    score = points.sum(axis=1) * 100 / base
    assert np.allclose(done.score["score"], score, equal_nan=True)
    assert score.notna().sum() > 2
    letters = pd.cut(score, [-1, 40, 60, 75, 90, 101], right=False, labels=list("EDCBA"))
    assert done.score["grade"].tolist() == letters.astype(object).fillna("").tolist()


def test_heat_points_are_counted(raw: Tables) -> None:
    points = raw.cases.geometry
    to = pyproj.Transformer.from_crs(raw.cases.crs, 4326, always_xy=True)
    lon, lat = to.transform(points.x.to_numpy(), points.y.to_numpy())
    found = heat_points(lon, lat)
    told = Counter(
        (f"{a:.2f}", f"{b:.2f}") for a, b in zip(lon, lat, strict=True) if np.isfinite(a)
    )
    ours = {(f"{a:.2f}", f"{b:.2f}"): n for a, b, n in found.itertuples(index=False)}
    assert ours == told
    assert found["cases"].is_monotonic_decreasing


def test_no_indicator_is_left_out() -> None:
    """Ratios are compared code by code above; scores one by one; and the points of the map."""
    every = [*indicators(), *composites(TABLE), "heat_point"]
    assert len(every) == len(set(every)) == 96
    assert set(every) == set(TABLE.index)
    assert set(composites(TABLE)) == set(COMPOSITES)
