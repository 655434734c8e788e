"""Cases go on: steps are asked for, judged by the profile, and written to the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from citygrid_core.cases.lifecycle import (
    POSTS,
    Folded,
    Profile,
    Step,
    Timer,
    advance_all,
    fold,
    legal,
    why,
)
from citygrid_core.cases.lifecycle.fold import moments
from citygrid_core.cases.privacy import concealed, masked_texts, unspoken
from citygrid_core.errors import Problem, Text, UsageError
from citygrid_core.operations.cases.clock import profile_of, timer_of
from citygrid_core.operations.importing.intake import refuse_own_file, text_column
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.tables import Field, Reject, read, write_rejects
from citygrid_core.workspace import Transaction, Workspace

FIELDS = (
    Field("number", "text", labels=("案卷号",), required=True),
    Field("step", "text", labels=("操作", "环节"), required=True),
    Field("at", "datetime", labels=("时间", "操作时间"), required=True),
    Field("who", "text", labels=("操作人",)),
    Field("reason", "text", labels=("原因", "理由")),
    Field("department_code", "text", labels=("部门代码", "承办部门")),
    Field("until", "datetime", labels=("期限", "截止时间")),
    Field("document", "text", labels=("文号",)),
)
#: Fields of codes, which are no phone numbers.
CODES = ("number", "step", "department_code")
#: Which time of a case a step sets.
SETS = {
    "collect": "reported_at", "register": "registered_at", "dispatch": "dispatched_at",
    "handle": "handled_at", "check": "checked_at", "close": "closed_at",
}  # fmt: skip
#: What is expected where not the step is wrong, but what is said with it.
_SAID = {
    "needs": Text("all that it needs", "填写全部必填内容"),
    "until_later": Text("a later deadline", "更晚的期限"),
    "until_ahead": Text("an end that lies ahead", "晚于操作时间的截止时间"),
    "suspension_short": Text("an earlier end", "更早的截止时间"),
    "suspension_left": Text("an earlier end, or another step", "更早的截止时间，或其他操作"),
}
#: From here on no time is meant, and no calendar made.
_NEVER = "2201"
#: The rule that names a body which stands in no register; its step is done all the same.
STRANGER = "step.department"


def advance_cases(
    workspace: Workspace,
    entries: pd.DataFrame,
    *,
    who: str = "",
    dry_run: bool = False,
    operation: str = "cases advance",
) -> Report:
    """Do steps on cases, all that are legal in one transaction.

    Parameters
    ----------
    entries : DataFrame
        number, step (its name, or what people call it), at, and what the step needs: who,
        reason, department_code, until, document. The order of the rows is the order of the
        steps. A column source_row names rows to people. What the log has already is
        unchanged. A step that is still to come is refused.
    who : str
        Who asks, for rows that don't say.

    Returns
    -------
    Report
        read = stored + unchanged + rejected; a problem for each refused step, with what was
        legal, and for each department that the register does not have.
    """
    report = Report(operation, read=len(entries), dry_run=dry_run)
    if entries.empty:
        return report
    asked = entries.reset_index(drop=True)
    said = text_column(asked, "who")
    asked["who"] = said.where(said != "", who)
    asked["number"] = asked["number"].astype(str)
    for name in ("reason", "document"):
        asked[name] = masked_texts(text_column(asked, name))
    profile = profile_of(workspace)
    called = {label: s.name for s in profile.steps.values() for label in s.label}
    asked["step"] = asked["step"].replace(called)
    numbers = list(dict.fromkeys(asked["number"]))
    with workspace.transaction(operation, who=who, parameters={"steps": len(asked)}) as tx:
        held = workspace.read("cases", where={"number": numbers})
        log = workspace.read("case_log", where={"number": numbers})
        done, now = _done(asked, log), workspace.city_time()
        there = asked["number"].isin(held["number"])
        ahead = there & ~done & (moments(asked["at"]) > np.datetime64(now, "s"))
        never = there & ~done & ~ahead & (text_column(asked, "until") >= _NEVER)
        known = there & ~done & ~ahead & ~never
        timer = timer_of(workspace, logs=[log, asked[known]])
        cases = held.set_index("number", drop=False)
        rows, refused = advance_all(log, cases, profile, asked[known], timer)
        for which, tell in ((~there, _unknown), (ahead, _ahead), (never, _beyond)):
            report.problems += [tell(asked, at, now) for at in asked.index[which]]
        for at, rule, legal_then in refused.itertuples():
            report.problems.append(_refused(asked, at, rule, legal_then, log, rows, profile))
        report.problems += _strangers(workspace, asked, rows)
        if len(rows):
            tx.insert("case_log", rows.reset_index(drop=True))
            restate(tx, held, pd.concat([log, rows], ignore_index=True), profile, timer)
        if dry_run:
            tx.rollback()
    report.stored, report.unchanged = len(rows), int(done.sum())
    report.rejected = len(refused) + int((~known & ~done).sum())
    report.details = {"steps": rows["step"].value_counts().to_dict()}
    return report


def _done(asked: pd.DataFrame, log: pd.DataFrame) -> pd.Series[bool]:
    """Tell which steps the log has already, as they are asked for: a file may come twice."""
    told = ("number", "step", "at", "who", "reason", "department_code", "until", "document")

    def keys(frame: pd.DataFrame) -> pd.MultiIndex:
        texts = {n: text_column(frame, n) for n in told}
        texts |= {n: moments(texts[n].replace("", None)).astype(str) for n in ("at", "until")}
        index: pd.MultiIndex = pd.MultiIndex.from_frame(pd.DataFrame(texts))
        return index

    there: pd.Series[bool] = pd.Series(keys(asked).isin(keys(log)), index=asked.index, dtype=bool)
    return there


def _strangers(workspace: Workspace, asked: pd.DataFrame, rows: pd.DataFrame) -> list[Problem]:
    """Return a finding for each body that got a case and stands in no register."""
    to = rows["department_code"].dropna()
    codes = [str(c) for c in to.unique()]
    if not codes or not workspace.count("departments", at="all"):
        return []
    held = workspace.read("departments", at="all", where={"code": codes}, columns=["code"])
    return [
        Problem(
            STRANGER, Text(code, code),
            Text("the code of a department", "部门名录中的部门代码"),
            Text("return the case, or import the department", "请回退案件，或补录该部门"),
            row=_row(asked, at), field="department_code",
        )
        for at, code in to[~to.isin(held["code"])].items()
    ]  # fmt: skip


def advance_file(
    workspace: Workspace,
    path: Path,
    *,
    who: str = "",
    dry_run: bool = False,
    rejects: Path | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Do the steps that a file lists; rows that are refused go to the rejects file."""
    refuse_own_file(workspace, path, rejects)
    progress("reading", 0, 2)
    batch = read(path, FIELDS, positions="ignore", timezone=workspace.timezone)
    frame = batch.frame
    report = advance_cases(workspace, frame, who=who, dry_run=dry_run)
    report.read = batch.read
    report.rejected += len(batch.rejects)
    named = [replace(p, file=path.name) for p in report.problems]
    findings = [p for p in named if p.rule == STRANGER]
    raw = batch.raw.loc[frame.index].set_axis(frame["source_row"].to_numpy(), axis=0)
    bad = [
        Reject(
            int(p.row),
            {str(k): "" if pd.isna(v) else str(v) for k, v in raw.loc[p.row].items()},
            (p,),
        )
        for p in named
        if p.row is not None and p not in findings
    ]
    every = sorted([*batch.rejects, *bad], key=lambda r: r.row)
    codes = [batch.mapping.columns[n] for n in CODES if n in batch.mapping.columns]
    every = [
        Reject(
            r.row, concealed(r.raw, {}, codes=codes), tuple(unspoken(p, CODES) for p in r.problems)
        )
        for r in every
    ]
    report.problems = [p for r in every for p in r.problems] + findings
    if rejects is not None and every:
        write_rejects(rejects, every)
    progress("done", 2, 2)
    return report


def legal_steps(workspace: Workspace, number: str, at: str) -> list[Step]:
    """Return the steps that are legal for a case at a moment.

    Raises
    ------
    UsageError
        There is no such case.
    """
    cases = workspace.read("cases", where={"number": number})
    if cases.empty:
        raise UsageError(_no_case(number))
    log = workspace.read("case_log", where={"number": number})
    timer = timer_of(workspace, at, logs=[log])
    return legal(log, cases.set_index("number").iloc[0], profile_of(workspace), at, timer)


def folded(workspace: Workspace, numbers: list[str] | None = None) -> Folded:
    """Return the states that the log tells, of some cases or of all.

    What `citygrid verify` compares with the stages that are stored.
    """
    where = {"number": numbers} if numbers is not None else None
    cases = workspace.read("cases", where=where, geometry=False).set_index("number", drop=False)
    log = workspace.read("case_log", where=where)
    return fold(log, cases, profile_of(workspace), timer_of(workspace, logs=[log]))


def restate(
    tx: Transaction, held: pd.DataFrame, log: pd.DataFrame, profile: Profile, timer: Timer
) -> None:
    """Write what the log now tells of each case into its row.

    The deadline of a case on hold is the one that holds when nobody ends the hold before its
    planned end.

    Parameters
    ----------
    held : GeoDataFrame
        The cases as `Workspace.read` gives them.
    log : DataFrame
        All rows of their logs.
    """
    # as far as deadlines can be counted: no plan of a source lies beyond the calendar
    ends = np.datetime64(timer.calendar.last, "s") - np.timedelta64(365, "D")
    states = fold(log, held.set_index("number", drop=False), profile, timer, ends).states
    now = states.reindex(held["number"])
    after = held.copy()
    after["stage"] = now["stage"].to_numpy(dtype=object)
    hold = np.array(now["hold"], dtype=object)
    hold[hold == ""] = None
    after["hold"] = hold
    due = now["due_at"].to_numpy()
    counted = ~np.isnat(due) | (now["limit_s"].to_numpy() > 0)
    after["due_at"] = np.where(counted, _iso(due), held["due_at"].to_numpy(dtype=object))
    body = now["department_code"].to_numpy(dtype=object)
    sent = now["dispatch"].to_numpy() > 0
    kept = held["handling_code"].to_numpy(dtype=object)
    after["handling_code"] = np.where(sent & (body != ""), body, kept)
    done = log.sort_values("seq").drop_duplicates(["number", "step"], keep="last")
    for step, column in SETS.items():
        moments = done[done["step"] == step].set_index("number")["at"]
        said = moments.reindex(held["number"]).to_numpy(dtype=object)
        after[column] = np.where(pd.isna(said), held[column].to_numpy(dtype=object), said)
    tx.update("cases", after)


def _iso(moments: Any) -> Any:
    texts = np.datetime_as_string(moments.astype("datetime64[s]")).astype(object)
    texts[np.isnat(moments)] = None
    return texts


def _row(asked: pd.DataFrame, at: Any) -> int | None:
    row: Any = asked.at[at, "source_row"] if "source_row" in asked else None
    return None if row is None else int(row)


def _no_case(number: str) -> Text:
    return Text(f"no case has the number {number!r}", f"没有案卷号为“{number}”的案件")


def _unknown(asked: pd.DataFrame, at: Any, now: str) -> Problem:
    number = str(asked.at[at, "number"])
    return Problem(
        "case.unknown", Text(number, number), Text("the number of a case", "已有案件的案卷号"),
        row=_row(asked, at), field="number",
    )  # fmt: skip


def _ahead(asked: pd.DataFrame, at: Any, now: str) -> Problem:
    told = str(asked.at[at, "at"])
    return Problem(
        "step.future", Text(told, told),
        Text(f"no later than {now}, now in the city", f"不晚于 {now}（本市当前时间）"),
        Text("correct the time, or the clock that told it", "请更正时间，或校准时钟"),
        row=_row(asked, at), field="at",
    )  # fmt: skip


def _beyond(asked: pd.DataFrame, at: Any, now: str) -> Problem:
    told = str(asked.at[at, "until"])
    return Problem(
        "step.until", Text(told, told), Text("a time before the year 2201", "2201 年以前的时间"),
        row=_row(asked, at), field="until",
    )  # fmt: skip


def _refused(
    asked: pd.DataFrame,
    at: Any,
    rule: str,
    names: Sequence[str],
    log: pd.DataFrame,
    rows: pd.DataFrame,
    profile: Profile,
) -> Problem:
    """Return why a step was refused, with what was legal after the rows before it."""
    number, name = str(asked.at[at, "number"]), str(asked.at[at, "step"])
    step = profile.steps.get(name)
    said = why(rule, step)
    label = step.label if step else Text(name, name)
    legal_then = [profile.steps[name] for name in names]
    en = ", ".join(s.name for s in legal_then)
    zh = "、".join(f"{s.label.zh}（{s.name}）" for s in legal_then)
    expected = Text(f"one of {en}", f"{zh} 之一")
    if rule == "step.time" or not legal_then:
        done = (log["at"][log["number"] == number], rows["at"][rows["number"] == number].loc[:at])
        last = max(str(moment) for moments in done for moment in moments)[:19]
        expected = Text(f"a time from {last} on", f"不早于 {last} 的时间")
    elif step is not None and rule.removeprefix("step.") in _SAID:
        expected = _SAID[rule.removeprefix("step.")]
    return Problem(
        rule,
        Text(f"{name} of {number}: {said.en}", f"案件 {number} 的“{label.zh}”：{said.zh}"),
        expected,
        row=_row(asked, at),
        field="step",
    )


__all__ = ["FIELDS", "POSTS", "advance_cases", "advance_file", "folded", "legal_steps", "restate"]
