"""How well a city worked in a period: by area, department, post, class or source."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.errors import Text, UsageError
from citygrid_core.evaluation import (
    TOTAL,
    Facts,
    Scheme,
    Table,
    UnknownIndicator,
    add_up,
    count,
    divide,
)
from citygrid_core.evaluation import indicators as indicator_codes
from citygrid_core.evaluation.facts import HANDLED
from citygrid_core.evaluation.moves import BODY_OF, by_bodies, of_bodies
from citygrid_core.evaluation.period import Period
from citygrid_core.evaluation.ranking import standardised
from citygrid_core.evaluation.times import times
from citygrid_core.operations.evaluation.facts import facts_of
from citygrid_core.report import Progress, no_progress
from citygrid_core.vocabulary import POSTS as POST_LABELS
from citygrid_core.workspace import Between, Workspace

Floats = npt.NDArray[np.float64]
#: What cases are grouped by, and the column that says it.
LEVELS = {
    "county": "county_code", "street": "street_code", "community": "community_code",
    "grid": "grid_code",
}  # fmt: skip
BY: dict[str, Text] = {
    "area": Text("area", "区域"), "department": Text("department", "部门"),
    "post": Text("post", "岗位"), "class": Text("class", "类别"),
    "source": Text("source", "问题来源"),
}  # fmt: skip
#: Whose name stands at the step that a post is judged by.
POSTS = {
    "collector": "collect_by", "operator": "send_verify_by", "shift_leader": "register_by",
    "dispatcher": "dispatch_by",
}  # fmt: skip
POST_NAMES: dict[str, Text] = {post: POST_LABELS[post] for post in POSTS}
#: What is adjusted for the mix of classes, when nothing else is asked.
ADJUSTED = "dispose_on_time_rate"


@dataclass(frozen=True)
class Evaluation:
    """One evaluation, with all that a report of it needs.

    Attributes
    ----------
    table : Table
        Indicators by group.
    names : dict
        Group to what people call it, in both languages.
    score : DataFrame or None
        Points, score and grade by group, when there is a scheme.
    score_of : str
        What the scheme scored: area, department, or a post.
    times : DataFrame
        How long the stages took, by group; see `evaluation.times`.
    adjusted : str
        Code of the rate that `mix` tells of.
    mix : DataFrame or None
        That rate of each group as if it had the city's mix of classes, see
        `evaluation.ranking.standardised`; None where groups are classes.
    late : DataFrame
        Cases that a department had past their deadline at the end of the period, the latest first:
        number, object_kind, class_code, department (its code), community_code, due_at, hours (late,
        by the wall clock).
    counts, sizes : DataFrame
        Elementary counts by group, and what parts of the scheme are divided by.
    head : str
        Hash of the workspace's journal: which state was evaluated.
    warnings : list of Text
        What a reader should know before believing the numbers.
    """

    city: str
    period: Period
    by: str
    level: str
    table: Table
    names: dict[str, Text]
    scheme: Scheme | None
    score: pd.DataFrame | None
    score_of: str
    counts: pd.DataFrame
    sizes: pd.DataFrame | None
    cases: int
    head: str
    times: pd.DataFrame
    adjusted: str
    mix: pd.DataFrame | None
    late: pd.DataFrame
    warnings: list[Text] = field(default_factory=list)


def evaluate_city(
    workspace: Workspace,
    period: str | Period,
    *,
    by: str = "area",
    level: str = "street",
    post: str = "collector",
    scheme: str | None = None,
    indicators: list[str] | None = None,
    adjusted: str = ADJUSTED,
    facts: Facts | None = None,
    progress: Progress = no_progress,
) -> Evaluation:
    """Evaluate a period from the log of its cases.

    Parameters
    ----------
    period : str or Period
        As `Period.parse` reads it.
    by : str
        One of `BY`.
    level : str
        Of areas: one of `LEVELS`.
    post : str
        One of `POSTS`, when by post.
    scheme : str, optional
        How to score; see `evaluation.schemes`.
    indicators : list of str, optional
        Codes; default all.
    adjusted : str
        Code of the rate that is adjusted for the mix of classes.
    facts : Facts, optional
        Those of the period (`facts_of`), to group them in many ways.

    Raises
    ------
    BadPeriod, UnknownScheme, UnknownIndicator, UsageError
    """
    span = period if isinstance(period, Period) else Period.parse(period)
    for said, known, what in ((by, BY, "by"), (level, LEVELS, "level"), (post, POSTS, "post")):
        if said not in known:
            words = ", ".join(known)
            raise UsageError(
                Text(f"{what} {said!r} is not one of {words}", f"“{said}”不在 {words} 之中")
            )
    folder = os.environ.get("CITYGRID_SCHEMES")
    rules = Scheme.load(scheme, Path(folder) if folder else None) if scheme else None
    facts = facts_of(workspace, span, progress=progress) if facts is None else facts
    groups = groups_of(facts.table, by, level, post)
    every = indicator_codes()
    counts = add_up(facts, groups)
    if by == "department":
        counts = by_bodies(counts, facts, groups, count(facts, list(BODY_OF)))
    sizes = _sizes(workspace, by, level, counts.index, span)
    if sizes is not None:
        counts["hectares"] = sizes["hectares"]
    table = divide(counts, [every[c] for c in _chosen(indicators)])
    of = post if by == "post" else "department" if by == "department" else "area"
    score = None
    if rules is not None:
        score = rules.score(of, divide(counts, every.values()).value, sizes)
    return Evaluation(
        workspace.name, span, by, level, table, _names(workspace, by, level, counts.index),
        rules, score, of, counts, sizes, len(facts.table), workspace.head,
        times(facts, groups), adjusted, mix_of(facts, groups, by, adjusted), _late(facts),
        [*_warnings(workspace, facts, span), *_left_out(groups[facts.table["stage"] != "void"], by, post)],
    )  # fmt: skip


def mix_of(facts: Facts, groups: pd.Series, by: str, indicator: str) -> pd.DataFrame | None:
    """Return a rate of groups as if all had the city's mix of classes; see `Evaluation.mix`.

    None where groups are classes, and for what is no rate.

    Raises
    ------
    UnknownIndicator
    """
    known = indicator_codes()
    if indicator not in known:
        raise UnknownIndicator(indicator)
    one = known[indicator]
    if by == "class" or one.kind != "rate":
        return None
    kind = class_keys(facts.table["object_kind"], facts.table["class_code"])
    counts = count(facts, one.counts)
    parts = []
    for side, factors in (("n", one.numerator), ("d", one.denominator)):
        for name, factor in factors.items():
            moved = by == "department" and name in BODY_OF
            shares = of_bodies(
                facts if moved else replace(facts, moves=None), groups, name, counts[name]
            )
            shares[side] = factor * shares["value"]
            parts.append(shares)
    rows = pd.concat(parts, ignore_index=True)[["number", "body", "n", "d"]].fillna(
        {"n": 0.0, "d": 0.0}
    )
    rows["body"] = rows["body"].where(rows["body"] != "", None)
    return standardised(
        rows["n"].to_numpy(), rows["d"].to_numpy(), rows["body"], kind.reindex(rows["number"])
    )


def _late(facts: Facts) -> pd.DataFrame:
    table = facts.table[facts.overdue & ~facts.on_hold("deferred")]
    due = table["due_at"].to_numpy().astype("datetime64[s]")
    out: pd.DataFrame = pd.DataFrame(
        {
            "number": table.index, "object_kind": table["object_kind"].to_numpy(dtype=object),
            "class_code": table["class_code"].to_numpy(dtype=object),
            "department": groups_of(table, "department", "", "").to_numpy(dtype=object),
            "community_code": table["community_code"].to_numpy(dtype=object), "due_at": due,
            "hours": (facts.end - due).astype("timedelta64[s]").astype(float) / 3600,
        }
    )  # fmt: skip
    out = out.sort_values(["due_at", "number"], ignore_index=True)
    return out


def _chosen(wanted: list[str] | None) -> list[str]:
    known = indicator_codes()
    for code in wanted or ():
        if code not in known:
            raise UnknownIndicator(code)
    return list(known) if wanted is None else wanted


def groups_of(table: pd.DataFrame, by: str, level: str, post: str) -> pd.Series:
    """Return the group of each case of the facts: an area, department, name, class or source.

    A department's are the cases it has, or had last. Where the log names none (imports), the
    case does, once it has been sent to anyone.
    """
    if by == "area":
        return table[LEVELS[level]]
    if by == "department":
        body = table["department_code"].astype(object)
        body = body.where(body != "", table["body"])
        sent = table["dispatch_at"].notna() | table["stage"].isin(HANDLED)
        held: pd.Series = body.where(body.notna() | ~sent, table["handling_code"])
        return held
    if by == "class":
        return class_keys(table["object_kind"], table["class_code"])
    return table[POSTS[post] if by == "post" else "source"]


def class_keys(kind: pd.Series, code: pd.Series) -> pd.Series:
    """Return what names a class among those of both kinds: ``event:0601``.

    A code alone does not: components and events share them, in some editions nearly all.
    """
    keys: pd.Series = kind.astype(str) + ":" + code.astype(str)
    return keys


def _sizes(
    workspace: Workspace, by: str, level: str, groups: pd.Index, period: Period
) -> pd.DataFrame | None:
    """Return how many unit grids each area has, and their hectares.

    On the last day of the period; today, where the city had none yet.
    """
    if by != "area":
        return None
    columns = ["code", "community_code", "area_m2"]
    grids = workspace.read("grids", at=str(period.last), columns=columns, geometry=False)
    if grids.empty:
        grids = workspace.read("grids", columns=columns, geometry=False)
    digits = {"county": 6, "street": 9, "community": 12}
    names = grids["code"] if level == "grid" else grids["community_code"].str[: digits[level]]
    counts = names.value_counts()
    hectares = grids["area_m2"].astype(float).groupby(names).sum() / 1e4
    out: pd.DataFrame = pd.DataFrame(
        {
            "grids": counts.reindex(groups).to_numpy(),
            "hectares": hectares.reindex(groups).to_numpy(),
        },
        index=groups,
    )
    out.loc[TOTAL, "grids"] = len(grids)
    out.loc[TOTAL, "hectares"] = float(grids["area_m2"].astype(float).sum()) / 1e4
    return out


def _names(workspace: Workspace, by: str, level: str, groups: pd.Index) -> dict[str, Text]:
    names = {} if by == "area" and level == "grid" else names_of(workspace, by)
    return {g: names.get(g, Text(str(g), str(g))) for g in groups if g != TOTAL}


def names_of(workspace: Workspace, by: str) -> dict[str, Text]:
    """Return what people call all groups of a kind (`BY`): code to name; posts are names already.

    Classes by `class_keys`.
    """
    names: dict[str, str] = {}
    if by == "area":
        areas = workspace.read("areas", at="all", geometry=False)
        names = dict(zip(areas["code"], areas["name"], strict=True))
    elif by == "department":
        held = workspace.read("departments", at="all", geometry=False)
        short = held["short_name"].where(held["short_name"].notna(), held["name"])
        names = dict(zip(held["code"], short, strict=True))
    elif by == "class":
        from citygrid_core.standards import load_edition

        known = load_edition(workspace.edition).catalogues
        return {
            f"{kind}:{code}": info.label
            for kind, catalogue in known.items()
            for code, info in catalogue.classes.items()
        }
    elif by == "source":
        from citygrid_core.standards import case_sources

        held = case_sources()
        return {
            str(code): Text(str(en or zh), str(zh))
            for code, en, zh in zip(held.index, held["name_en"], held["name"], strict=True)
        }
    return {str(code): Text(str(name), str(name)) for code, name in names.items()}


def _warnings(workspace: Workspace, facts: Facts, period: Period) -> list[Text]:
    out = []
    known = facts.table["last_at"].max()
    last = np.datetime64(period.last, "s")
    if known < last and not workspace.count("cases", where={"reported_at": Between(str(last))}):
        day = str(known)[:10]
        out.append(
            Text(
                f"nothing is known after {day}, and the period ends on {period.last}: "
                "what is due until then counts as overdue",
                f"{day} 之后尚无记录，而统计期至 {period.last}：期末前到期的案件均按超期计",
            )
        )
    told = int((facts.table["due_by"] == "source").sum())
    if told:
        out.append(
            Text(
                f"{told:,} of {len(facts.table):,} cases have no limit of the city: the deadline that "
                "their source told counts (single source)",
                f"{len(facts.table):,} 件案件中 {told:,} 件无本市时限，按来源系统给出的截止时间判定（单一来源）",
            )
        )
    elif not workspace.count("case_limits"):
        out.append(
            Text(
                "no time limits are stored: nothing counts as late (citygrid cases limits)",
                "未导入办理时限：不判定超期（citygrid cases limits）",
            )
        )
    return out


def _left_out(groups: pd.Series, by: str, post: str) -> list[Text]:
    """Tell how many cases, void ones aside, are of no group: they count in the total only."""
    out = int((groups.isna() | (groups == "")).sum())
    if not out:
        return []
    who = POST_NAMES[post]
    why = {
        "area": Text("lie in no area", "未定位"),
        "department": Text("have no department", "无承办部门"),
        "post": Text(f"have no name of the {who.en} in their log", f"流程记录中没有{who.zh}姓名"),
    }.get(by, Text("have none", "未注明"))
    return [
        Text(
            f"{out:,} of {len(groups):,} cases {why.en}: in the total only",
            f"{len(groups):,} 件案件中 {out:,} 件{why.zh}，仅计入合计",
        )
    ]
