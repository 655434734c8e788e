"""What is late and what was sent back, as parts of the report of an evaluation."""

from __future__ import annotations

from typing import Any

import pandas as pd

from citygrid_core.cases.bounces import counted
from citygrid_core.errors import Language, Text
from citygrid_core.evaluation import TOTAL, indicators
from citygrid_core.evaluation.reports import WORDS
from citygrid_core.evaluation.times import SPANS
from citygrid_core.operations.cases.bounces import BY as BOUNCES
from citygrid_core.operations.cases.bounces import bounces_between
from citygrid_core.operations.evaluation.evaluate import Evaluation, names_of
from citygrid_core.workspace import Workspace

#: So many late cases, and bounces of each kind, stand on the page.
MOST_LATE, MOST_BOUNCES = 20, 5


def _named(workspace: Workspace, by: str, lang: Language) -> dict[str, str]:
    return {code: name.text(lang) for code, name in names_of(workspace, by).items()}


def late_section(
    workspace: Workspace, done: Evaluation, lang: Language, *, most: int = MOST_LATE
) -> dict[str, Any]:
    """Return what departments had past its deadline at the end of the period, the latest first."""
    shown = done.late.head(most)
    bodies, areas, classes = (_named(workspace, by, lang) for by in ("department", "area", "class"))
    rows = [
        (
            row.number, classes.get(f"{row.object_kind}:{row.class_code}", row.class_code),
            areas.get(row.community_code, row.community_code or "–"),
            bodies.get(row.department, row.department or "–"),
            str(row.due_at)[:16], hours(row.hours),
        )
        for row in shown.itertuples(index=False)
    ]  # fmt: skip
    more = len(done.late) - len(shown)
    return {
        "head": [
            WORDS[w].text(lang) for w in ("number", "class", "community", "body", "due", "over")
        ],
        "rows": rows,
        "more": WORDS["more"].text(lang).format(n=f"{more:,}") if more else "",
    }


def bounce_tables(
    workspace: Workspace, done: Evaluation, lang: Language
) -> dict[str, pd.DataFrame]:
    """Return the returns of a period by pair of bodies, class and stretch of border, with names.

    Returns
    -------
    dict of str to DataFrame
        By the words of `BOUNCES`: who (or what), bounces, cases, loops, median_h, and the numbers of
        the cases.
    """
    found = bounces_between(workspace, since=str(done.period.start), until=str(done.period.end))
    bodies, classes = (_named(workspace, by, lang) for by in ("department", "class"))
    waits, untold, nowhere = (WORDS[w].text(lang) for w in ("waits", "untold", "nowhere"))
    out = {}
    for by, keys in BOUNCES.items():
        table = counted(found, list(keys))
        a, b = (table[k].to_numpy(dtype=object) for k in keys)
        if by == "pair":
            said = [
                f"{bodies.get(x, x) or untold} → {bodies.get(y, y) or waits}"
                for x, y in zip(a, b, strict=True)
            ]
        elif by == "class":
            said = [classes.get(f"{x}:{y}", y) for x, y in zip(a, b, strict=True)]
        else:
            said = [f"{x} | {y}" if y else str(x or nowhere) for x, y in zip(a, b, strict=True)]
        numbers = found.fillna(dict.fromkeys(keys, "")).groupby(list(keys))["number"].unique()
        out[by] = table.drop(columns=list(keys)).assign(
            who=said, numbers=[numbers[pair].tolist() for pair in zip(a, b, strict=True)]
        )[["who", "bounces", "cases", "loops", "median_h", "numbers"]]
    return out


def bounce_section(workspace: Workspace, done: Evaluation, lang: Language) -> dict[str, Any]:
    """Return the few places where most was sent back, by pair, class and stretch of border."""
    tables = bounce_tables(workspace, done, lang)
    pairs = tables["pair"]
    none = not len(pairs)
    said = WORDS["no_bounces" if none else "bounces_said"].text(lang)
    columns = ("bounces", "bounced_cases", "loops", "median_h")
    return {
        "said": said.format(n=f"{int(pairs['bounces'].sum()):,}", loops=f"{int(pairs['loops'].sum()):,}"),
        "tables": [] if none else [
            {
                "head": [WORDS[f"by_{by}"].text(lang), *(WORDS[c].text(lang) for c in columns)],
                "rows": [
                    (r.who, f"{r.bounces:,}", f"{r.cases:,}", f"{r.loops:,}", hours(r.median_h))
                    for r in table.head(MOST_BOUNCES).itertuples(index=False)
                ],
            }
            for by, table in tables.items()
        ],
    }  # fmt: skip


def further_tables(
    workspace: Workspace, done: Evaluation, lang: Language
) -> dict[str, pd.DataFrame]:
    """Return the further sheets of the workbook: adjusted rates, times, late cases, bounces."""

    def named(group: str) -> str:
        said = WORDS["total"] if group == TOTAL else done.names.get(group, Text(group, group))
        return said.text(lang)

    out: dict[str, pd.DataFrame] = {}
    rate = indicators()[done.adjusted].name.text(lang)
    if done.mix is not None:
        head = WORDS["adjusted"].text(lang).format(rate=rate)
        out[WORDS["sheet_mix"].text(lang)] = pd.DataFrame(
            {
                WORDS["group"].text(lang): [named(g) for g in done.mix.index],
                head: done.mix["value"].to_numpy(),
                WORDS["low"].text(lang): done.mix["low"].to_numpy(),
                WORDS["high"].text(lang): done.mix["high"].to_numpy(),
            }
        )
    groups, spans = (done.times.index.get_level_values(i) for i in (0, 1))
    words = ("cases", "median", "p90", "p95", "longest", "tail")
    out[WORDS["sheet_times"].text(lang)] = pd.DataFrame(
        {
            WORDS["group"].text(lang): [named(g) for g in groups],
            WORDS["stage"].text(lang): [SPANS[s][2].text(lang) for s in spans],
            **{WORDS[c].text(lang): done.times[c].to_numpy() for c in words},
        }
    )
    late = late_section(workspace, done, lang, most=len(done.late))
    out[WORDS["sheet_late"].text(lang)] = pd.DataFrame(late["rows"], columns=late["head"])
    columns = ("bounces", "bounced_cases", "loops", "median_h")
    for by, table in bounce_tables(workspace, done, lang).items():
        told = table.drop(columns="numbers").set_axis(
            [WORDS[f"by_{by}"].text(lang), *(WORDS[c].text(lang) for c in columns)], axis=1
        )
        out[WORDS[f"sheet_{by}"].text(lang)] = told
    return out


def hours(value: float) -> str:
    """Return hours as a page writes them."""
    return f"{value:,.1f}" if value == value else "–"
