"""Whose it was: steps and cases of a period, of cases that went from body to body, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from citygrid_core.evaluation import TOTAL, Facts, add_up, count
from citygrid_core.evaluation.moves import BODY_OF, CASE_OF, by_bodies, moves, of_bodies

#: Two cases on their way, in November.  c1: supervised before anybody has it; A asks for a delay, has it
#: suspended, handles it, fails the check and gives it back; supervised while nobody has it; B handles it,
#: fails a check too.  c2: suspended in October already, at A; A gives it back, and nobody has it since,
#: but it is supervised once more.
LOG = [
    ("c1", "supervise", "2025-11-01T08:00", None), ("c1", "dispatch", "2025-11-02T08:00", "A"),
    ("c1", "delay", "2025-11-03T08:00", None), ("c1", "suspend", "2025-11-04T08:00", None),
    ("c1", "rework", "2025-11-06T08:00", None), ("c1", "return", "2025-11-07T08:00", None),
    ("c1", "supervise", "2025-11-08T08:00", None), ("c1", "dispatch", "2025-11-09T08:00", "B"),
    ("c1", "rework", "2025-11-11T08:00", None), ("c1", "delay", "2025-12-02T08:00", None),
    ("c2", "dispatch", "2025-10-01T08:00", "B"), ("c2", "suspend", "2025-10-02T08:00", None),
    ("c2", "return", "2025-10-20T08:00", None), ("c2", "dispatch", "2025-11-01T09:00", "A"),
    ("c2", "return", "2025-11-02T08:00", None), ("c2", "supervise", "2025-11-03T08:00", None),
    ("c2", "dispatch", "2025-12-05T08:00", "B"),
]  # fmt: skip
START, END = np.datetime64("2025-11-01T00:00:00"), np.datetime64("2025-12-01T00:00:00")
#: What a person writes down: count, body, how many.
BY_HAND = {
    "returned": {"A": 2}, "received": {"A": 2, "B": 1},
    "rework_times": {"A": 1, "B": 1},
    # once a case, at the body that had it the last time
    "reworked": {"B": 1},
    "delayed": {"A": 1}, "suspended": {"A": 1},
    # c1 twice: to A, who got it next, and to B; the last one counts. c2: nobody got it: A had it last
    "supervised": {"A": 1, "B": 1},
}  # fmt: skip


def told() -> Facts:
    log = pd.DataFrame(LOG, columns=["number", "step", "at", "department_code"])
    log["seq"] = log.groupby("number").cumcount() + 1
    inside = (log["at"] >= "2025-11") & (log["at"] < "2025-12")
    times = log[inside].pivot_table(index="number", columns="step", aggfunc="size", fill_value=0)
    steps = sorted({s for own in BODY_OF.values() for s in own})
    table = times.reindex(columns=steps, fill_value=0).add_suffix("_n")
    went = moves(log.sample(frac=1, random_state=1), START, END)
    return Facts(table, START, END, went)


def test_each_body_has_what_it_did() -> None:
    facts = told()
    groups = pd.Series(["B", "A"], index=facts.table.index)  # who has them at the end, or had last
    for name, wanted in BY_HAND.items():
        values = count(facts, [name])[name]
        shares = of_bodies(facts, groups, name, values)
        assert shares.groupby("body")["value"].sum().to_dict() == wanted, name


def test_departments_add_up_to_the_city() -> None:
    facts = told()
    groups = pd.Series(["B", "A"], index=facts.table.index)
    names = [n for n in BY_HAND if n not in ("received",)]
    sums = by_bodies(add_up(facts, groups, names), facts, groups, count(facts, names))
    for name in names:
        assert sums[name].drop(TOTAL).sum() == sums.at[TOTAL, name], name
    assert {"reworked", "delayed", "suspended", "supervised"} < set(CASE_OF)
