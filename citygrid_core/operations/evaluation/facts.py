"""What evaluation counts: the timelines of the cases of a period, read in parts."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from citygrid_core import isotime
from citygrid_core.cases.clock import used
from citygrid_core.cases.lifecycle import Profile, Timer, timeline
from citygrid_core.cases.lifecycle.fold import moments
from citygrid_core.cases.recurrence import recurrent
from citygrid_core.cases.standing import told_deadlines
from citygrid_core.evaluation import Facts
from citygrid_core.evaluation.moves import moves
from citygrid_core.evaluation.period import Period
from citygrid_core.operations.cases.clock import profile_of, timer_of
from citygrid_core.report import Progress, no_progress
from citygrid_core.workspace import Between, Workspace

Floats = npt.NDArray[np.float64]
#: Columns of the codes of areas, the largest first.
AREA_COLUMNS = ("county_code", "street_code", "community_code", "grid_code")
#: Cases whose logs are read together: what is held of them at a time, and how often progress is told.
_CASES = 30_000
#: So many classes are the frequent ones (高发案件).
HOT = 10
#: What of the log the fold and the posts need.
LOG_COLUMNS = (
    "number", "seq", "step", "at", "who", "before", "after", "department_code", "post", "until",
)  # fmt: skip
CASE_COLUMNS = (
    "number", "source", "object_kind", "class_code", "condition", "area_class", "stage",
    "reported_at", "closed_at", "due_at", "handling_code", *AREA_COLUMNS,
)  # fmt: skip


def facts_of(workspace: Workspace, period: Period, *, progress: Progress = no_progress) -> Facts:
    """Return the timelines of every case that a period has to do with.

    Those reported before its end that were still open when it began, or closed in it.
    """
    progress("reading", 0, 0)
    with workspace.snapshot():
        cases = _cases(workspace, period)
        profile = profile_of(workspace)
        tables, went = [], []
        for first in range(0, max(len(cases), 1), _CASES):
            progress("reading", first, len(cases))
            part, moved = _timelines(workspace, cases.iloc[first : first + _CASES], period, profile)
            tables.append(part)
            went.append(moved)
        table: pd.DataFrame = pd.concat(tables)
        facts = Facts(table, period.start, period.end, pd.concat(went, ignore_index=True))
        table["hot"] = _frequent(table, facts.registered)
        table["recurrent"] = _recurrent(workspace, table, cases, facts, profile)
    progress("reading", len(cases), len(cases))
    return facts


def _cases(workspace: Workspace, period: Period) -> pd.DataFrame:
    """Return the cases of a period by number, in order, with x and y of their places."""
    asked = {"reported_at": Between(end=str(period.end))}
    parts = []
    for closed in (Between(str(period.start)), None):
        held = workspace.read(
            "cases", where={**asked, "closed_at": closed}, columns=list(CASE_COLUMNS)
        )
        x, y = _places(held)
        parts.append(pd.DataFrame(held.drop(columns="geometry")).assign(x=x, y=y))
    cases: pd.DataFrame = pd.concat([p for p in parts if len(p)] or parts[:1])
    numbered: pd.DataFrame = cases.set_index("number", drop=False).sort_index()
    return numbered


def _timelines(
    workspace: Workspace, cases: pd.DataFrame, period: Period, profile: Profile
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the timelines of some cases with what the cases say, and the `moves` of their bodies."""
    log = workspace.read(
        "case_log", where={"number": cases["number"].tolist()}, columns=list(LOG_COLUMNS)
    )
    first = str(cases["reported_at"].min()) if len(cases) else str(period.start)
    timer = timer_of(workspace, first, str(period.end), logs=[log[["until"]]])
    told = timeline(log, cases, profile, timer, start=period.start, end=period.end)
    own = cases.reindex(told.index)
    kept = own.drop(columns=["number", "stage", "due_at", "x", "y"])
    table: pd.DataFrame = pd.concat([told, kept], axis=1)
    _believe(table, own["due_at"])
    table["share_used"] = _share_used(table, timer, period.end)
    often = table.index[(table["dispatch"] > 1).to_numpy()]
    return table, moves(log[log["number"].isin(often).to_numpy()], period.start, period.end)


def _believe(table: pd.DataFrame, told: pd.Series) -> None:
    """Take the deadlines that sources told where the city has no limit; ``due_by`` says whose it is."""
    due = table["due_at"].to_numpy().astype("datetime64[s]")
    limit, held = table["limit_s"].to_numpy(np.int64), table["held_s"].to_numpy(np.int64)
    begun, sent, handled = (
        table[name].to_numpy().astype("datetime64[s]")
        for name in ("begun_at", "collect_at", "handle_last")
    )
    begun = np.where(np.isnat(begun), sent, begun)
    asked = np.isnat(due) & (limit == 0)
    said = np.full(len(table), np.datetime64("NaT", "s"))
    said[asked] = moments(told[asked])
    shifted, counts = told_deadlines(said, begun, due, limit, held)
    table["due_by"] = np.where(counts, "source", np.where(np.isnat(due), "", "limits"))
    done = counts & (handled > begun)
    for name, where, values in (
        ("due_at", counts, shifted), ("limit_s", counts, (said - begun).astype(np.int64)),
        ("working", counts, False), ("handle_due", done, shifted),
        ("handle_used_s", done, (handled - begun).astype(np.int64) - held),
    ):  # fmt: skip
        table[name] = np.where(where, values, table[name].to_numpy())


def _frequent(table: pd.DataFrame, registered: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell which cases are of one of the `HOT` classes that were registered most."""
    kind = table["object_kind"].astype(str) + " " + table["class_code"].astype(str)
    counted = kind[registered].value_counts()
    most = sorted(counted.index, key=lambda k: (-counted[k], k))[:HOT]
    return kind.isin(most).to_numpy(dtype=bool)


def _recurrent(
    workspace: Workspace, table: pd.DataFrame, cases: pd.DataFrame, facts: Facts, profile: Profile
) -> npt.NDArray[np.bool_]:
    """Tell which cases of the period came back after the like of them had been closed there.

    Parameters
    ----------
    cases : DataFrame
        As `_cases` gives them; those closed before the period are read.
    """
    out = np.zeros(len(table), dtype=bool)
    asked = np.flatnonzero(facts.registered)
    if not len(asked):
        return out
    reach = np.timedelta64(int(profile.recur_days) + 1, "D")
    own = table.index[asked]
    begin = str(table["reported_at"].iloc[asked].min())
    before = workspace.read(
        "cases", columns=["number", "object_kind", "class_code", "closed_at"],
        where={"closed_at": Between(str(np.datetime64(begin, "s") - reach), str(facts.start))},
    )  # fmt: skip
    x, y = _places(before)
    closed = cases["closed_at"].fillna("").to_numpy(dtype=object)
    within = cases[(closed != "") & (closed < str(facts.end))]
    past = pd.concat([_asked(before.assign(x=x, y=y), "closed_at"), _asked(within, "closed_at")])
    now = _asked(cases.loc[own], "reported_at").set_index("number", drop=False)
    out[asked] = recurrent(now, past, metres=profile.recur_m, days=profile.recur_days)
    return out


def _asked(cases: pd.DataFrame, at: str) -> pd.DataFrame:
    """Return cases as `recurrent` asks for them."""
    out: pd.DataFrame = pd.DataFrame(
        {
            "number": cases["number"].to_numpy(dtype=object),
            "kind": (cases["object_kind"] + " " + cases["class_code"]).to_numpy(dtype=object),
            "x": cases["x"].to_numpy(dtype=float), "y": cases["y"].to_numpy(dtype=float),
            "at": isotime.read(cases[at].tolist())[0],
        }
    )  # fmt: skip
    return out


def _places(cases: Any) -> tuple[Floats, Floats]:
    points = cases.geometry.to_numpy()
    return shapely.get_x(points), shapely.get_y(points)


def _share_used(table: pd.DataFrame, timer: Timer, end: np.datetime64) -> Floats:
    """Return how much of its limit each open case has used at the end; NaN without a limit."""
    due = table["due_at"].to_numpy().astype("datetime64[s]")
    limit = table["limit_s"].to_numpy(dtype=float)
    runs = ~np.isnat(due) & (limit > 0) & (table["stage"] == "dispatched").to_numpy()
    out = np.full(len(table), np.nan)
    left = used(timer.calendar, end, due[runs], table["working"].to_numpy(dtype=bool)[runs])
    stopped = table["stopped_s"].to_numpy(dtype=float)[runs]
    out[runs] = 1 - (left + stopped) / limit[runs]
    return out
