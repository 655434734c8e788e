"""Everything that happened to cases, one row each: moments, deadlines, counts, who did it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from citygrid_core.cases.clock import due
from citygrid_core.cases.lifecycle.fold import Timer, fold, in_order, moments
from citygrid_core.cases.lifecycle.profile import Profile

#: Steps whose first moment, last moment and doer a timeline tells.
TOLD = (
    "collect", "send_verify", "verify", "refute", "register", "coordinate", "dispatch", "accept",
    "return", "handle", "send_check", "check", "rework", "close", "void",
)  # fmt: skip
#: Steps of which it only tells how often they were done.
COUNTED = ("delay", "suspend", "defer", "supervise")
#: Stages with a limit of their own: from which moments it runs (the latest), and its end.
STAGE_LIMITS: dict[str, tuple[str, ...]] = {
    "accept": ("collect_at",),
    "send_verify": ("collect_at",),
    "verify": ("send_verify_at",),
    "register": ("collect_at", "verify_at"),
    "dispatch": ("register_at",),
    "send_check": ("handle_last",),
    "check": ("handle_last", "send_check_last"),
    "close": ("check_last",),
    "total": ("collect_at",),
}
_NAT = np.datetime64("NaT", "s")


def timeline(
    log: pd.DataFrame,
    cases: pd.DataFrame,
    profile: Profile,
    timer: Timer,
    *,
    start: np.datetime64 | str | None = None,
    end: np.datetime64 | str | None = None,
) -> pd.DataFrame:
    """Tell the history of cases as it was known at a moment.

    Parameters
    ----------
    log : DataFrame
        As `fold` takes it.
    cases : DataFrame
        Indexed by number: source, object_kind, class_code, condition, area_class.
    start, end : moment, optional
        Rows at `end` and later are not known yet; counts ``*_n`` are of the rows from
        `start` on.

    Returns
    -------
    DataFrame
        By number: the states of `fold`; for each of `TOLD` ``<step>_at``, ``<step>_last``
        (datetime64[s]), ``<step>_by`` (who, the first time) and ``<step>_n`` (times in the
        period; of `COUNTED` too); ``<stage>_due`` for each of `STAGE_LIMITS`; bodies (departments that it
        was dispatched to), body (the last of them, or None); urgent (its handling limit runs day and night).
    """
    rows = log.assign(at=moments(log["at"]))
    if end is not None:
        rows = rows[(rows["at"] < np.datetime64(end, "s")).to_numpy()]
    rows = in_order(rows).reset_index(drop=True)
    out = fold(rows, cases, profile, timer, end).states
    codes, _ = pd.factorize(rows["number"].to_numpy(dtype=object))
    at = rows["at"].to_numpy().astype("datetime64[s]")
    inside = np.ones(len(rows), dtype=bool)
    if start is not None:
        inside = at >= np.datetime64(start, "s")
    who = rows["who"].to_numpy(dtype=object) if "who" in rows else np.full(len(rows), "", object)
    columns: dict[str, Any] = {}
    step = rows["step"].to_numpy(dtype=object)
    for name in TOLD:
        these = np.flatnonzero(step == name)
        case = codes[these]
        first, last = np.full(len(out), _NAT), np.full(len(out), _NAT)
        by = np.full(len(out), None, dtype=object)
        last[case] = at[these]  # the rows are in order: the last one stays
        first[case[::-1]], by[case[::-1]] = at[these][::-1], who[these][::-1]
        columns[f"{name}_at"], columns[f"{name}_last"] = first, last
        columns[f"{name}_by"] = by
        columns[f"{name}_n"] = np.bincount(case[inside[these]], minlength=len(out))
    for name in COUNTED:
        these = np.flatnonzero((step == name) & inside)
        columns[f"{name}_n"] = np.bincount(codes[these], minlength=len(out))
    columns["body"] = _body(rows, codes, len(out))
    columns["bodies"] = _bodies(rows, codes, len(out))
    own = cases.reindex(out.index)
    for stage, begins in STAGE_LIMITS.items():
        columns[f"{stage}_due"] = _stage_due(stage, [columns[b] for b in begins], own, timer)
    units = timer.limits.find(own)["unit"].to_numpy(dtype=object)
    columns["urgent"] = np.isin(units, ["urgent_hour", "urgent_day"])
    told: pd.DataFrame = pd.concat([out, pd.DataFrame(columns, index=out.index)], axis=1)
    return told


def _stage_due(stage: str, begins: list[Any], cases: pd.DataFrame, timer: Timer) -> Any:
    seconds, working = timer.limits.seconds_of(cases, stage)
    start = begins[0]
    for other in begins[1:]:
        start = np.fmax(start, other)
    out = np.full(len(cases), _NAT)
    runs = ~np.isnat(start) & (seconds > 0)
    if runs.any():
        out[runs] = due(timer.calendar, start[runs], seconds[runs], working[runs])
    return out


def _body(rows: pd.DataFrame, codes: Any, n: int) -> Any:
    """Return the department that each case was dispatched to last, None where nobody said."""
    out = np.full(n, None, dtype=object)
    if "department_code" in rows:
        body = rows["department_code"].to_numpy(dtype=object)
        named = ((rows["step"] == "dispatch") & rows["department_code"].notna()).to_numpy()
        out[codes[named]] = body[named]
    return out


def _bodies(rows: pd.DataFrame, codes: Any, n: int) -> Any:
    """Count the different departments that each case was dispatched to."""
    sent = (rows["step"] == "dispatch").to_numpy()
    if "department_code" not in rows or not sent.any():
        return np.zeros(n, dtype=np.int64)
    department, _ = pd.factorize(rows["department_code"].to_numpy(dtype=object)[sent])
    known = department >= 0
    pairs = np.unique(np.stack([codes[sent][known], department[known]]), axis=1)
    return np.bincount(pairs[0], minlength=n)
