"""How long the stages of cases took: the middle, the slow ones, and the long tail."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.errors import Text
from citygrid_core.evaluation.facts import Facts
from citygrid_core.evaluation.table import TOTAL

#: From the latest of some moments to another, and what people call it.
SPANS: dict[str, tuple[tuple[str, ...], str, Text]] = {
    "register": (("collect_at", "verify_at"), "register_at", Text("until registered", "立案用时")),
    "dispatch": (
        ("register_at",),
        "dispatch_at",
        Text("hand-over to a department", "派遣交接用时"),
    ),
    "handle": (("dispatch_last",), "handle_last", Text("handling", "处置用时")),
    "check": (("handle_last",), "check_last", Text("until checked", "核查用时")),
    "close": (("check_last",), "close_at", Text("until closed", "结案用时")),
    "total": (("collect_at",), "close_at", Text("from report to closing", "全程用时")),
}
#: So large a share of the cases is the tail.
TAIL = 0.05


def hours(facts: Facts, span: str) -> npt.NDArray[np.float64]:
    """Return the hours by the wall clock that a span took; NaN where it did not end in the period."""
    begins, end, _ = SPANS[span]
    start = facts.at(begins[0])
    for other in begins[1:]:
        start = np.fmax(start, facts.at(other))
    done = facts.at(end)
    out: npt.NDArray[np.float64] = (done - start).astype("timedelta64[s]").astype(float) / 3600
    out[~facts.within(done) | np.isnat(start) | (done < start)] = np.nan
    return out


def times(facts: Facts, groups: pd.Series | None = None) -> pd.DataFrame:
    """Return how long each stage took, by group.

    Parameters
    ----------
    groups : Series, optional
        The group of each case, in the order of the facts; None: only the total.

    Returns
    -------
    DataFrame
        By group (`TOTAL` last) and span of `SPANS`: cases, mean, median, p90, p95, longest
        (hours), and tail: the share of all hours that the slowest 5 % took.
    """
    rows = {}
    said = None
    if groups is not None:
        said = np.array(groups, dtype=object)
        said[pd.isna(said)] = ""
    for span in SPANS:
        took = hours(facts, span)
        known = np.flatnonzero(~np.isnan(took))
        if said is not None:
            for group, at in pd.Series(known).groupby(said[known]):
                if group != "":
                    rows[str(group), span] = _told(took[at.to_numpy()])
        rows[TOTAL, span] = _told(took[known])
    names = ["cases", "mean", "median", "p90", "p95", "longest", "tail"]
    index = pd.MultiIndex.from_tuples(list(rows), names=["group", "span"])
    out: pd.DataFrame = pd.DataFrame(list(rows.values()), columns=names, index=index)
    place = {span: i for i, span in enumerate(SPANS)}
    order = sorted(rows, key=lambda k: (k[0] == TOTAL, k[0], place[k[1]]))
    ordered: pd.DataFrame = out.loc[order]
    return ordered


def _told(took: npt.NDArray[np.float64]) -> tuple[float, ...]:
    if not len(took):
        return (0, *(np.nan,) * 6)
    median, p90, p95 = np.quantile(took, [0.5, 0.9, 0.95])
    slow = np.sort(took)[-max(round(TAIL * len(took)), 1) :]
    whole = took.sum()
    share = slow.sum() / whole if whole > 0 else np.nan
    return len(took), took.mean(), median, p90, p95, took.max(), share
