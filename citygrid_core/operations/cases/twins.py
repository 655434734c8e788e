"""Cases that tell of the same problem: found, and linked to the first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from citygrid_core.cases.lifecycle import advance_all
from citygrid_core.cases.lifecycle.fold import moments
from citygrid_core.cases.twin_cells import seconds_of
from citygrid_core.cases.twins import Reach, originals, pairs_within
from citygrid_core.errors import Problem, Text, UsageError
from citygrid_core.operations.asked_for import check_span
from citygrid_core.operations.cases.clock import profile_of
from citygrid_core.report import Report
from citygrid_core.workspace import Between, Workspace


def twins(
    workspace: Workspace,
    *,
    since: str | None = None,
    until: str | None = None,
    metres: float | None = None,
    hours: float | None = None,
) -> pd.DataFrame:
    """Find cases of one class near in place and time.

    Parameters
    ----------
    since, until : str, optional
        Only where the later one was reported from `since` on and before `until`.
    metres, hours : float, optional
        Default: what the profile says, of all classes or of their own.

    Returns
    -------
    DataFrame
        number (the later one), twin (the earlier one), class_code, metres, hours,
        reported_at, original (the case that `number` repeats, or None: `cases.twins.originals`),
        linked (the case it is linked to already, or None).

    Raises
    ------
    TooManyTwins
        More pairs than can be listed (`cases.twins.MOST_PAIRS`).
    """
    told = profile_of(workspace).twins
    reach = told
    if metres is not None or hours is not None:
        reach = Reach(
            told.metres if metres is None else metres, told.hours if hours is None else hours
        )
    check_span(since, until)
    held, found = _since(workspace, since, until, reach)
    of = originals(found, len(held))
    number = held["number"].to_numpy(dtype=object)
    later = found["second"].to_numpy()
    named = np.array([*number, None], dtype=object)
    out: pd.DataFrame = pd.DataFrame(
        {
            "number": number[later],
            "twin": number[found["first"].to_numpy()],
            "class_code": held["class_code"].to_numpy(dtype=object)[later],
            "metres": found["metres"].round(1),
            "hours": found["hours"].round(2),
            "reported_at": held["reported_at"].to_numpy(dtype=object)[later],
            "original": named[of[later]],
            "linked": held["duplicate_of"].to_numpy(dtype=object)[later],
        }
    )
    if since is not None:
        recent: pd.DataFrame = out[(out["reported_at"] >= since).to_numpy()]
        out = recent.reset_index(drop=True)
    return out


def _since(
    workspace: Workspace, since: str | None, until: str | None, near: Reach
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return cases and their pairs, from so early on that those since a moment are told right.

    Whether a case repeats another depends on its twins, on their earlier twins, and so on.
    """
    if since is None:
        held = _reported(workspace, None, until)
        return held, _pairs(held, near)
    reach = np.timedelta64(int(near.most[1] * 3600) + 1, "s")
    back = reach
    while True:
        start = np.datetime64(since, "s") - back
        held = _reported(workspace, str(start), until)
        found = _pairs(held, near)
        at = moments(held["reported_at"])
        seen = at >= np.datetime64(since, "s")
        first, second = found["first"].to_numpy(), found["second"].to_numpy()
        while not seen[first[seen[second]]].all():
            seen[first[seen[second]]] = True
        if not (at[seen] < start + reach).any():
            return held, found
        back = back * 4


def near_one(workspace: Workspace, number: str) -> pd.DataFrame:
    """Return the twins of one case, nearest first: number, stage, reported_at, metres, hours.

    Hours are negative for a twin that was reported before.

    Raises
    ------
    UsageError
        There is no such case.
    """
    own = workspace.read("cases", where={"number": number})
    if own.empty:
        raise UsageError(
            Text(f"no case has the number {number!r}", f"没有案卷号为“{number}”的案件")
        )
    return near_to(workspace, own)


def near_to(workspace: Workspace, own: Any) -> pd.DataFrame:
    """Return the twins of one case that may not be stored yet; see `near_one`.

    Parameters
    ----------
    own : GeoDataFrame
        One row: number (of no stored case when it is new), object_kind, class_code,
        reported_at.
    """
    near = profile_of(workspace).twins
    columns = ["number", "stage", "reported_at", "metres", "hours"]
    point = own.geometry.iloc[0]
    if point is None or point.is_empty:
        nothing: pd.DataFrame = pd.DataFrame(columns=columns)
        return nothing
    when = np.datetime64(str(own["reported_at"].iloc[0]), "s")
    m, hours = near.near(f"{own['object_kind'].iloc[0]} {own['class_code'].iloc[0]}")
    reach = np.timedelta64(int(hours * 3600) + 1, "s")
    held = workspace.read(
        "cases",
        where={
            "class_code": own["class_code"].iloc[0], "object_kind": own["object_kind"].iloc[0],
            "reported_at": Between(str(when - reach), str(when + reach)),
        },
        bbox=(point.x - m, point.y - m, point.x + m, point.y + m),
    )  # fmt: skip
    held = held[(held["number"] != str(own["number"].iloc[0])).to_numpy()]
    # beside this one only: where a class crowds, the pairs of all would be too many
    shapes = held.geometry.to_numpy()
    apart = np.hypot(shapely.get_x(shapes) - point.x, shapely.get_y(shapes) - point.y)
    since = (_moments(held) - when).astype(np.int64)
    mine = (apart <= m) & (np.abs(since) <= seconds_of(hours))
    out: pd.DataFrame = held.loc[mine, ["number", "stage", "reported_at"]].reset_index(drop=True)
    out["metres"] = apart[mine].round(1)
    out["hours"] = (since[mine] / 3600).round(2)
    out = out.sort_values(["metres", "number"], ignore_index=True)
    return out


def link(
    workspace: Workspace, found: pd.DataFrame, *, at: str, who: str = "", dry_run: bool = False
) -> Report:
    """Link cases to the ones that they repeat, and log it.

    Parameters
    ----------
    found : DataFrame
        As `twins` returns it; cases that are linked already stay as they are.
    at : str
        ISO moment of the linking.

    Returns
    -------
    Report
        read = stored + unchanged + rejected, in cases.
    """
    asked = found[found["original"].notna().to_numpy()].drop_duplicates("number")
    report = Report("cases twins", read=len(asked), dry_run=dry_run)
    fresh = asked[asked["linked"].isna().to_numpy()]
    report.unchanged = len(asked) - len(fresh)
    if fresh.empty:
        return report
    entries: pd.DataFrame = pd.DataFrame(
        {
            "number": fresh["number"].to_numpy(dtype=object), "step": "link", "at": at, "who": who,
            "reason": [f"重复于 {n}" for n in fresh["original"]],
        }
    )  # fmt: skip
    numbers = entries["number"].tolist()
    to = dict(zip(numbers, fresh["original"], strict=True))
    with workspace.transaction("cases twins", who=who, parameters={"cases": len(fresh)}) as tx:
        held = workspace.read("cases", where={"number": numbers})
        log = workspace.read("case_log", where={"number": numbers})
        by_number = held.set_index("number", drop=False)
        rows, refused = advance_all(log, by_number, profile_of(workspace), entries)
        if len(rows):
            tx.insert("case_log", rows.reset_index(drop=True))
            kept = held[held["number"].isin(rows["number"]).to_numpy()]
            after: Any = kept[["duplicate_of"]].copy()
            after["duplicate_of"] = [to[n] for n in kept["number"]]
            tx.update("cases", after)
        if dry_run:
            tx.rollback()
    report.stored, report.rejected = len(rows), len(refused)
    for index, rule in refused["rule"].items():
        number = str(entries.at[index, "number"])
        report.problems.append(
            Problem(
                str(rule), Text(f"link of {number}", f"案件 {number} 的“关联重复”"),
                Text("a moment after its last step", "晚于其上一步操作的时间"), field="at",
            )
        )  # fmt: skip
    return report


def _reported(workspace: Workspace, start: str | None, end: str | None) -> Any:
    where = {"reported_at": Between(start, end)} if start or end else None
    columns = ["number", "object_kind", "class_code", "reported_at", "duplicate_of", "stage"]
    held = workspace.read("cases", where=where, columns=columns)
    return held.sort_values(["reported_at", "number"]).reset_index(drop=True)


def _pairs(held: Any, reach: Reach) -> pd.DataFrame:
    shapes = held.geometry.to_numpy()
    kind = (held["object_kind"] + " " + held["class_code"]).to_numpy(dtype=object)
    return pairs_within(shapely.get_x(shapes), shapely.get_y(shapes), _moments(held), kind, reach)


def _moments(held: Any) -> Any:
    return pd.to_datetime(held["reported_at"], format="ISO8601").to_numpy().astype("datetime64[s]")
