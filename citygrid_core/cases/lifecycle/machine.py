"""One case, one step: which are legal, and what the log gets."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

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
    nothing = pd.DataFrame([{"number": str(case.name), "step": "", "at": at}])
    _, refused = advance_all(log, case.to_frame().T, profile, nothing, timer)
    return [profile.steps[name] for name in refused["legal"].iloc[0]]


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
    why_not, now = refused.iloc[0]
    reason = why(str(why_not), step)
    raise StepRefused(
        str(case.name), label, reason, [(name, profile.steps[name].label) for name in now]
    )


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
        By the index of the entries: rule (of `RULES`), legal (names of the steps that were legal
        then, in the order of the profile).
    """
    posts = {name: step.post for name, step in profile.steps.items()}
    wanted = entries.reindex(columns=["number", *_FIELDS]).astype(object)
    wanted = wanted.where(wanted.notna(), "")
    held = log[log["number"].isin(wanted["number"])] if len(log) else log
    last = held.groupby("number")["seq"].max().to_dict() if len(held) else {}
    ends = np.array([last.get(n, 0) for n in wanted["number"]], dtype=np.int64)
    asked = wanted.assign(
        seq=ends + wanted.groupby("number").cumcount() + 1, post=wanted["step"].map(posts),
        asked=True,
    )  # fmt: skip
    asked["until"] = asked["until"].where(asked["until"] != "", None)
    before = held.astype(object).assign(asked=False) if len(held) else held
    both = pd.concat([before, asked]) if len(held) else asked
    both = both.reset_index(drop=True)
    folded = fold(both, cases, profile, timer)
    new = both.index[both["asked"] == True]  # noqa: E712 - a column of objects
    told = folded.stages.loc[new].set_axis(asked.index)
    good = (told["rule"] == "").to_numpy()
    out = asked[good].assign(
        before=told["before"][good].replace("", None), after=told["after"][good]
    )
    out["seq"] = ends[good] + out.groupby("number").cumcount() + 1
    out["department_code"] = out["department_code"].where(out["department_code"] != "", None)
    columns = [
        "number", "seq", "step", "at", "who", "post", "reason", "before", "after",
        "department_code", "until", "document",
    ]  # fmt: skip
    left: pd.DataFrame = pd.DataFrame(
        {
            "rule": told["rule"][~good],
            "legal": folded.legal.reindex(new[~good]).set_axis(asked.index[~good]),
        }
    )
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
