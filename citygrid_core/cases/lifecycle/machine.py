"""One case, one step: which are legal, and what the log gets."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from citygrid_core.cases.lifecycle.errors import StepRefused
from citygrid_core.cases.lifecycle.fold import Timer, fold
from citygrid_core.cases.lifecycle.profile import NEED_LABELS, Profile, Step
from citygrid_core.errors import Text
from citygrid_core.vocabulary import STAGE_LABELS

_WHY: dict[str, Text] = {
    "step.unknown": Text("there is no such step", "没有此操作"),
    "log.before": Text("its log is broken", "流程记录前后不接"),
    "step.time": Text("it would come before the last step", "时间早于上一步"),
    "step.stage": Text("not from this stage", "当前阶段不允许"),
    "step.hold": Text("because of its hold", "挂账或缓办状态不允许"),
    "step.needs": Text("something must be said with it", "缺少必填内容"),
    "step.verified_if_public": Text(
        "a public report is verified on site first", "公众举报须先核实"
    ),
    "step.delays_left": Text("no delay is left", "延期次数已用完"),
    "step.before_due": Text("its limit has passed", "已超期，不能延期"),
    "step.until_later": Text(
        "the new deadline is not later than the one that runs", "新期限不晚于现有期限"
    ),
    "step.until_ahead": Text("its end is not ahead", "截止时间不晚于操作时间"),
    "step.suspension_short": Text("a hold that long is not allowed", "挂账时间超过上限"),
    "step.suspension_left": Text(
        "it would be suspended for longer in all than is allowed", "累计挂账时间超过上限"
    ),
    "step.appeals_left": Text("it was appealed already", "已申诉过"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said with a step.

    Attributes
    ----------
    step : str
        Name in the profile.
    at : str
        Wall clock, ISO.
    until : str
        The new deadline of a delay; the planned end of a hold.
    """

    step: str
    at: str
    who: str = ""
    reason: str = ""
    department_code: str = ""
    until: str = ""
    document: str = ""


_FIELDS = tuple(f.name for f in fields(Entry))


def legal(
    log: pd.DataFrame, case: pd.Series, profile: Profile, at: str, timer: Timer | None = None
) -> list[Step]:
    """Return the steps that are legal for a case at a moment, in the profile's order.

    Parameters
    ----------
    log : DataFrame
        Rows of this case; none for a case that has not begun.
    case : Series
        source, and what limits ask for; its name is the number.
    """
    states = fold(log, case.to_frame().T, profile, timer, at).states if len(log) else None
    due = states["due_at"].iloc[0] if states is not None else pd.NaT
    tried = {name: _said(step, at, due) for name, step in profile.steps.items()}
    rules = _try(log, case, profile, tried, timer)
    return [step for name, step in profile.steps.items() if rules[name] == ""]


def advance(
    log: pd.DataFrame, case: pd.Series, profile: Profile, entry: Entry, timer: Timer | None = None
) -> pd.DataFrame:
    """Return the row that a step adds to the log.

    Parameters
    ----------
    log : DataFrame
        Rows of this case.
    case : Series
        source, and what limits ask for; its name is the number.

    Returns
    -------
    DataFrame
        One row, as `advance_all` returns them.

    Raises
    ------
    StepRefused
        It is not legal now; the message lists the steps that are.
    """
    asked = pd.DataFrame([{"number": str(case.name), **asdict(entry)}])
    rows, refused = advance_all(log, case.to_frame().T, profile, asked, timer)
    if refused.empty:
        return rows
    step = profile.steps.get(entry.step)
    label = step.label if step else Text(entry.step, entry.step)
    now = legal(log, case, profile, entry.at, timer)
    reason = why(str(refused["rule"].iloc[0]), step)
    raise StepRefused(str(case.name), label, reason, [(s.name, s.label) for s in now])


def advance_all(
    log: pd.DataFrame,
    cases: pd.DataFrame,
    profile: Profile,
    entries: pd.DataFrame,
    timer: Timer | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows that many steps add to the logs of many cases, and those refused.

    Parameters
    ----------
    log : DataFrame
        Rows of these cases.
    cases : DataFrame
        By number, as `fold` takes them.
    entries : DataFrame
        number, and the fields of `Entry`; the steps of a case in the order in which they
        are to be done. A step that is refused is left out, and the next one is tried.

    Returns
    -------
    rows : DataFrame
        number, seq, step, at, who, post, reason, before, after, department_code, until,
        document; index of the entries.
    refused : DataFrame
        rule (of `RULES`) by the index of the entries.
    """
    posts = {name: step.post for name, step in profile.steps.items()}
    wanted = entries.reindex(columns=["number", *_FIELDS]).astype(object)
    wanted = wanted.where(wanted.notna(), "")
    held = log[log["number"].isin(wanted["number"])] if len(log) else log
    last = held.groupby("number")["seq"].max().to_dict() if len(held) else {}
    refused: dict[object, str] = {}
    while True:
        trying = wanted[~wanted.index.isin(list(refused))]
        rows = trying.assign(
            seq=np.array([last.get(n, 0) for n in trying["number"]], dtype=np.int64)
            + trying.groupby("number").cumcount()
            + 1,
            post=trying["step"].map(posts),
            entry=trying.index,
        )
        rows["until"] = rows["until"].where(rows["until"] != "", None)
        both = pd.concat([held.astype(object), rows], ignore_index=True) if len(held) else rows
        both = both.reset_index(drop=True)
        folded = fold(both, cases, profile, timer)
        new = both[both["entry"].notna()] if len(held) else both
        bad = folded.wrong.merge(new[["number", "seq", "entry"]], on=["number", "seq"])
        if bad.empty:
            break
        # of each case the first that is wrong: what follows it is tried again without it
        bad = bad.drop_duplicates("number")
        refused |= dict(zip(bad["entry"], bad["rule"], strict=True))
    out = new.assign(
        before=folded.stages["before"].reindex(new.index).replace("", None),
        after=folded.stages["after"].reindex(new.index),
    )
    out["department_code"] = out["department_code"].where(out["department_code"] != "", None)
    out.index = pd.Index(out["entry"], name=entries.index.name)
    columns = [
        "number", "seq", "step", "at", "who", "post", "reason", "before", "after",
        "department_code", "until", "document",
    ]  # fmt: skip
    left: pd.DataFrame = pd.DataFrame({"rule": pd.Series(refused, dtype=object)})
    done: pd.DataFrame = out[columns]
    return done, left


def why(rule: str, step: Step | None = None) -> Text:
    """Return what is wrong with a step in words, by its rule."""
    said = _WHY[rule]
    if rule == "step.needs" and step is not None:
        labels = [NEED_LABELS[n] for n in step.needs]
        en, zh = ", ".join(n.en for n in labels), "、".join(n.zh for n in labels)
        return Text(f"{said.en}: {en}", f"{said.zh}：{zh}")
    if rule == "step.stage" and step is not None:
        stages = [s for s in STAGE_LABELS if s in step.sources]
        zh = "、".join(STAGE_LABELS[s].zh for s in stages)
        return Text(f"{said.en}, but from {', '.join(stages)}", f"{said.zh}，只能从 {zh}")
    return said


def _said(step: Step, at: str, due: Any) -> Entry:
    """Return the step with all that it needs said, to ask whether it would be legal."""
    end = pd.Timestamp(at)
    if step.clock == "until" and due > end:
        end = due
    until = (end + pd.Timedelta(1, "s")).isoformat()
    return Entry(step.name, at, reason="?", department_code="?", until=until, document="?")


def _try(
    log: pd.DataFrame,
    case: pd.Series,
    profile: Profile,
    entries: dict[str, Entry],
    timer: Timer | None,
) -> dict[str, str]:
    """Return for each step the rule that it breaks: the case, once for each, one step on."""
    seq = int(log["seq"].max()) + 1 if len(log) else 1
    parts = []
    for name, e in entries.items():
        said = {
            "seq": seq, "step": e.step, "at": e.at, "reason": e.reason, "until": e.until or None,
            "department_code": e.department_code, "document": e.document,
        }  # fmt: skip
        one = pd.DataFrame([said], dtype=object)
        both = pd.concat([log.astype(object), one], ignore_index=True) if len(log) else one
        parts.append(both.assign(number=name))
    copies = pd.DataFrame([case] * len(entries), index=list(entries))
    wrong = fold(pd.concat(parts, ignore_index=True), copies, profile, timer).wrong
    last = wrong[wrong["seq"] == seq]
    return dict.fromkeys(entries, "") | dict(zip(last["number"], last["rule"], strict=True))
