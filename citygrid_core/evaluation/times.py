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
    labels, codes = np.array([], dtype=object), np.full(len(facts.table), -1)
    if groups is not None:
        said = np.array(groups, dtype=object)
        said[pd.isna(said) | (said == "")] = None
        codes, labels = pd.factorize(said, sort=True)
    parts = []
    for place, span in enumerate(SPANS):
        took = hours(facts, span)
        known = ~np.isnan(took)
        whole = _told(took[known], np.zeros(int(known.sum()), dtype=np.int64), 1)
        whole.index = pd.Index([len(labels)])
        known &= codes >= 0
        own = _told(took[known], codes[known], len(labels))
        both = pd.concat([own[(own["cases"] > 0).to_numpy()], whole])
        parts.append(both.assign(group=both.index, span=span, place=place))
    out = pd.concat(parts).sort_values(["group", "place"], kind="stable")
    names = np.append(labels.astype(str).astype(object), TOTAL)
    out["group"] = names[out["group"].to_numpy()]
    ordered: pd.DataFrame = out.drop(columns="place").set_index(["group", "span"])
    return ordered


def _told(took: npt.NDArray[np.float64], codes: npt.NDArray[np.int64], n: int) -> pd.DataFrame:
    """Return what is told of each of `n` groups, all at once: there may be thousands of grids."""
    order = np.lexsort((took, codes))
    took, count = took[order], np.bincount(codes, minlength=n)
    begin = np.r_[0, np.cumsum(count)[:-1]].astype(np.int64)
    there = count > 0

    def at(place: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        out: npt.NDArray[np.float64] = took[np.minimum(begin[there] + place, len(took) - 1)]
        return out

    def filled(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        whole = np.full(n, np.nan)
        whole[there] = values
        return whole

    last = count[there] - 1
    told = {}
    for name, share in (("median", 0.5), ("p90", 0.9), ("p95", 0.95)):
        place = share * last
        low = np.floor(place).astype(np.int64)
        told[name] = filled(at(low) + (place - low) * (at(np.minimum(low + 1, last)) - at(low)))
    whole = np.bincount(codes[order], weights=took, minlength=n)
    rank = np.arange(len(took)) - begin[codes[order]]
    slow = rank >= (count - np.maximum(np.round(TAIL * count), 1))[codes[order]]
    tail = np.bincount(codes[order][slow], weights=took[slow], minlength=n)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, slowest = whole / count, np.where(whole > 0, tail / whole, np.nan)
    out: pd.DataFrame = pd.DataFrame(
        {"cases": count, "mean": mean, **told, "longest": filled(at(last)), "tail": slowest}
    )
    return out
