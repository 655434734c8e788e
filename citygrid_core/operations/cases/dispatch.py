"""Who should handle a case: proposed by the rules, sent by itself only when it is clear."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from citygrid_core.cases.dispatch import WAITS, judge, sigma
from citygrid_core.cases.lifecycle import fold
from citygrid_core.errors import Language, Text, UsageError
from citygrid_core.operations.cases.clock import profile_of
from citygrid_core.operations.cases.steps import STRANGER, advance_cases
from citygrid_core.operations.city import City
from citygrid_core.report import Report
from citygrid_core.responsibility import ROLES, near_border
from citygrid_core.workspace import Workspace

#: Stages in which a case waits to be sent to a body.
WAITING = ("registered", "coordinating")
COLUMNS = (
    "number", "stage", "object_kind", "class_code", "address", "grid_code", "handling_code",
    "handling_name", "confidence", "auto", "waits", "candidates", "near_code", "border_m", "reasons",
)  # fmt: skip


def propose(
    workspace: Workspace,
    numbers: list[str] | None = None,
    *,
    at: str | None = None,
    least: float | None = None,
    lang: Language = "en",
    city: City | None = None,
) -> pd.DataFrame:
    """Propose a handling body for cases, with reasons and how sure the answer is.

    Parameters
    ----------
    numbers : list of str, optional
        Default: all that are registered or in co-ordination, and not on hold.
    at : str, optional
        The moment whose rules answer; default the report of each case.
    least : float, optional
        Confidence from which on a case may go by itself; default the profile's
        ``auto_dispatch``.
    lang : {"en", "zh"}
        Language of the reasons.
    city : City, optional
        A city loaded before, to be asked many times.

    Returns
    -------
    DataFrame
        `COLUMNS`, by number. candidates: bodies joined by ``#`` where several answer, and
        the one beyond a border in reach (near_code, border_m metres away). waits: a key of
        `WAITS`.

    Raises
    ------
    UsageError
        There is no such case.
    """
    where = {"stage": list(WAITING)} if numbers is None else {"number": numbers}
    held = workspace.read("cases", where=where)
    if numbers is None:
        held = held[~_bound(workspace, held, at)]
    unknown = sorted(set(numbers or ()) - set(held["number"]))
    if unknown:
        shown = ", ".join(unknown[:5])
        raise UsageError(Text(f"no case has the number {shown}", f"没有案卷号为“{shown}”的案件"))
    cases = held.sort_values("number").reset_index(drop=True)
    return proposals(city or City(workspace), cases, at=at, least=least, lang=lang)


def _bound(workspace: Workspace, cases: Any, at: str | None) -> Any:
    """Tell which cases are on hold at a moment; those past the planned end of it are not."""
    bound = np.array(cases["hold"].fillna("") != "")
    if at is None or not bound.any():
        return bound
    own = cases[bound].set_index("number", drop=False)
    log = workspace.read("case_log", where={"number": own.index.tolist()})
    states = fold(log, own, profile_of(workspace), at=at).states
    bound[bound] = ~states["lapsed"].reindex(own.index).fillna(False).to_numpy(bool)
    return bound


def proposals(
    city: City,
    cases: Any,
    *,
    at: str | None = None,
    least: float | None = None,
    lang: Language = "en",
) -> pd.DataFrame:
    """Propose a handling body for cases that may not be stored yet; see `propose`.

    Parameters
    ----------
    cases : GeoDataFrame
        With the columns of the store's cases, numbered from 0.
    """
    out: pd.DataFrame = pd.DataFrame(cases.reindex(columns=[*COLUMNS]).astype(object))
    outcome = np.full(len(cases), "", dtype=object)
    other = np.zeros(len(cases))
    placed = np.flatnonzero((cases.geometry.notna() & cases["community_code"].notna()).to_numpy())
    if len(placed):
        _ask(city, cases.iloc[placed], at, placed, out, outcome, other, lang)
    sure = pd.to_numeric(cases["location_probability"], errors="coerce")
    enough = profile_of(city.workspace).auto_dispatch if least is None else least
    for name, values in judge(outcome, sure, other, least=enough).items():
        out[str(name)] = values.to_numpy()
    out["confidence"] = out["confidence"].astype(float).round(4)
    return out


def _ask(
    city: City,
    cases: Any,
    at: str | None,
    rows: Any,
    out: pd.DataFrame,
    outcome: Any,
    other: Any,
    lang: Language,
) -> None:
    """Fill in what the rules say of cases that have a position."""
    asked = _question(city, cases)
    when = asked["reported_at"] if at is None else at
    answer = city.duties.resolve(asked, at=when)
    cells = city.cells if len(city.cells) else city.communities
    error = sigma(asked["location_method"], asked["location_error_m"])
    near = near_border(city.duties, asked, cells, accuracy=error, at=when)
    outcome[rows] = answer["handling_outcome"].to_numpy(dtype=object)
    other[rows] = near["other_probability"].to_numpy(float)
    body = answer["handling_code"].to_numpy(dtype=object)
    beyond = np.array(near["handling_other"], dtype=object)
    beyond[pd.isna(beyond) | (beyond == "") | (beyond == body)] = None
    register = city.duties.departments
    names = {code: register.name(str(code), at) for code in pd.unique(body) if code}
    several = answer["handling_candidates"].to_numpy(dtype=object)
    claims = [
        "#".join(dict.fromkeys("#".join(c for c in (s, b, o) if isinstance(c, str)).split("#")))
        for s, b, o in zip(several, body, beyond, strict=True)
    ]
    reasons = [r.text(lang) for r in answer["reasons"]]
    for name, values in (
        ("handling_code", body),
        ("handling_name", np.array([names.get(c) for c in body], dtype=object)),
        ("candidates", np.array(claims, dtype=object)),
        ("near_code", beyond),
        ("border_m", near["border_m"].round(1).to_numpy(dtype=object)),
        ("reasons", np.array(reasons, dtype=object)),
    ):
        column = np.full(len(out), None, dtype=object)
        column[rows] = values
        out[name] = column


def _question(city: City, cases: Any) -> Any:
    """Return what the rules are asked of cases: never what was answered before.

    What the record of a case's component says of its bodies counts, as at any lookup.
    """
    asked = cases.drop(columns=[f"{role}_code" for role in ROLES], errors="ignore")
    asked = asked.reset_index(drop=True)
    named = asked["component_code"].fillna("").astype(str)
    if (named == "").all():
        return asked
    held = city.workspace.read(
        "components", where={"code": sorted(set(named) - {""})}, geometry=False
    )
    records = held.drop_duplicates("code").set_index("code").reindex(named)
    for role in (r for r in ROLES if f"{r}_code" in records):
        asked[f"{role}_code"] = records[f"{role}_code"].to_numpy(dtype=object)
    return asked


def dispatch_cases(
    workspace: Workspace,
    numbers: list[str] | None = None,
    *,
    to: str = "",
    auto: bool = False,
    at: str,
    who: str = "",
    dry_run: bool = False,
    lang: Language = "zh",
) -> tuple[Report, pd.DataFrame]:
    """Propose bodies; send cases to one that is named, or those that are clear to theirs.

    Parameters
    ----------
    numbers : list of str, optional
        Default: all that wait to be dispatched.
    to : str
        Code of the body that a person chose, for all of `numbers`.
    auto : bool
        Send what is unambiguous at the profile's confidence; all else is left to people.
    at : str
        ISO moment of the dispatch; the rules of that day answer.
    lang : {"en", "zh"}
        Language of the reasons, also of those written to the log.

    Returns
    -------
    report, proposals
        read = stored + unchanged (left to a person) + rejected. The proposals are those of
        `propose`, with ``sent``: the body that a case went to, or None.

    Raises
    ------
    UsageError
        No such case or department; a department without the numbers of cases; both `to`
        and `auto`.
    """
    _choose_one(workspace, numbers, to, auto, at)
    found = propose(workspace, numbers, at=at, lang=lang)
    sent = np.full(len(found), None, dtype=object)
    goes = np.full(len(found), bool(to)) | (found["auto"].to_numpy(bool) & auto)
    sent[goes] = to or found["handling_code"].to_numpy(dtype=object)[goes]
    entries = pd.DataFrame(
        {
            "number": found["number"][goes],
            "step": "dispatch",
            "at": at,
            "department_code": sent[goes],
            "reason": found["reasons"][goes] if auto else "",
            "source_row": np.flatnonzero(goes),
        }
    )
    report = Report("cases dispatch", read=len(found), dry_run=dry_run)
    if len(entries):
        done = advance_cases(
            workspace, entries, who=who, dry_run=dry_run, operation="cases dispatch"
        )
        report.stored, report.rejected = done.stored, done.rejected
        refused = [p for p in done.problems if p.rule != STRANGER]
        sent[[p.row for p in refused if p.row is not None]] = None
        report.problems = [replace(p, row=None) for p in done.problems]
    report.unchanged = report.read - report.stored - report.rejected
    found["sent"] = sent
    waits = found["waits"].value_counts().to_dict()
    report.details = {
        "waits": {WAITS[str(k)].text(lang): int(v) for k, v in waits.items() if k},
        "clear": int(waits.get("", 0)),
    }
    return report, found


def _choose_one(
    workspace: Workspace, numbers: list[str] | None, to: str, auto: bool, at: str
) -> None:
    if to and auto:
        raise UsageError(Text("--to and --auto exclude each other", "--to 与 --auto 不能同时使用"))
    if not to:
        return
    if not numbers:
        raise UsageError(Text("name the cases that go to this body", "请指定派往该部门的案卷号"))
    if workspace.read("departments", where={"code": to}, at=at[:10]).empty:
        raise UsageError(
            Text(f"there is no department {to} on {at[:10]}", f"{at[:10]} 没有代码为“{to}”的部门")
        )
