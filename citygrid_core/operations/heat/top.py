"""Top lists: where, what and from whom most cases come, and what rose."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from citygrid_core import heat
from citygrid_core.errors import Language, Text, UsageError
from citygrid_core.evaluation.period import Period
from citygrid_core.operations.heat.cube import CASE_COLUMNS
from citygrid_core.operations.heat.select import Selection, compared
from citygrid_core.report import Report
from citygrid_core.standards import load_edition
from citygrid_core.workspace import Workspace

#: What cases may be listed by -> the column of the counts, and how much of it.
LISTS: dict[str, tuple[str, int | None]] = {
    "grid": ("grid_code", None),
    "community": ("grid_code", 12),
    "street": ("grid_code", 9),
    "county": ("grid_code", 6),
    "class": ("class_code", None),
    "major": ("class_code", 2),
    "source": ("source", None),
    "department": ("handling_code", None),
}


def heat_top(
    workspace: Workspace,
    *,
    by: str = "grid",
    period: str | None = None,
    risers: bool = False,
    at: str | None = None,
    recount: bool = False,
    lang: Language = "zh",
    **selection: Any,
) -> tuple[Report, pd.DataFrame]:
    """Return cases by place, class, source or department, the most first.

    Parameters
    ----------
    by : str
        One of `LISTS`; ``department`` is the handling body.
    period : str, optional
        Instead of days: ``2026-10``. Adds the period before and a year before, with the ratio
        of daily rates and its exact 95 % interval.
    risers : bool
        With a period: what surely rose first, by the lower end of the interval.
    at : str, optional
        With `recount`: the grids of that day; default: today's.
    recount : bool
        Count the cases by their own points on these grids, instead of on those of their days.
    lang : str
        Language of the names of classes.
    **selection
        ``object_kind``, ``class_code``, ``source``, ``from_day``, ``to_day``.

    Returns
    -------
    Report, DataFrame
        ``rank``, `by` (a class with its ``object_kind``), ``name`` (of a class, area or
        department, where it has one), ``cases``, ``share``, ``weak_share``; with a period the
        columns of comparison. What is not known ("") is a row of its own, so that the cases
        sum to those selected.
    """
    if by not in LISTS:
        raise UsageError(Text(f"no list by {by!r}: {', '.join(LISTS)}", f"没有按“{by}”的排行"))
    span = Period.parse(period) if period else None
    chosen = Selection(**selection)
    if span and (chosen.from_day or chosen.to_day):
        raise UsageError(Text("say a period or days, not both", "统计期与起止日期只能选一"))
    if risers and not span:
        raise UsageError(Text("risers need a period", "上升榜需要统计期"))
    column, length = LISTS[by]
    keys = ["object_kind", by] if column == "class_code" else [by]
    counts = _counts(workspace, chosen, column, at, recount)
    counts = counts.assign(**{by: counts[column].fillna("").astype(str).str.slice(0, length)})
    now = _summed(chosen.within(counts, span), keys)
    spans = {"before": span.before(), "year_before": span.year_before()} if span else {}
    then = {name: _summed(chosen.within(counts, earlier), keys) for name, earlier in spans.items()}
    # what only an earlier period has went down to nothing: it belongs to the list
    result = pd.concat([now, *then.values()], axis=1, keys=["now", *then]).fillna(0).astype(int)
    total = int(result["now", "cases"].sum())
    result = result.set_axis(["_".join(c).removesuffix("_now") for c in _flat(result)], axis=1)
    result["share"] = result["cases"] / max(total, 1)
    result["weak_share"] = result["weak"] / result["cases"].where(result["cases"] > 0)
    for name, earlier in spans.items():
        assert span is not None
        ratio = compared(workspace, result["cases"], result[f"cases_{name}"], span, earlier)
        result[[f"ratio_{name}", f"low_{name}", f"high_{name}"]] = ratio.to_numpy()
    order = ["low_before", "cases"] if risers else ["cases"]
    result = result.drop(columns=[c for c in result if c.startswith("weak") and c != "weak_share"])
    result = result.reset_index().sort_values(
        [*order, *keys], ascending=[False] * len(order) + [True] * len(keys), ignore_index=True
    )
    names = _names(workspace, by, lang)
    whose = result[keys].itertuples(index=False, name=None)
    result.insert(len(keys), "name", [names.get(tuple(key), "") for key in whose])
    result.insert(0, "rank", np.arange(1, len(result) + 1))
    report = Report("heat top", read=len(result), unchanged=len(result))
    report.details = {"by": by, "cases": total}
    if span:
        report.details["periods"] = [span.text, *(earlier.text for earlier in spans.values())]
    return report, result


def _flat(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the columns as pairs of what and when."""
    when = frame.columns.get_level_values(0).tolist()
    return list(zip(frame.columns.get_level_values(1).tolist(), when, strict=True))


def _counts(
    workspace: Workspace, chosen: Selection, column: str, at: str | None, recount: bool
) -> pd.DataFrame:
    """Return cells of the cube, or, for what the cube does not have, of the cases."""
    if column in heat.HEAT_KEYS:
        return chosen.counts(workspace, at=at, recount=recount)
    chosen.check(workspace)
    where = {n: v for n in ("object_kind", "source") if (v := getattr(chosen, n))}
    cases = workspace.read("cases", where=where or None, columns=[*CASE_COLUMNS, column],
                           geometry=False)  # fmt: skip
    counted = heat.count(pd.DataFrame(cases), by=(column, "object_kind", "class_code", "day"))
    if chosen.class_code:
        counted = counted[counted["class_code"].str.startswith(chosen.class_code)]
    return counted


def _summed(counts: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    summed: pd.DataFrame = counts.groupby(keys)[["cases", "weak"]].sum().astype("int64")
    return summed


def _names(workspace: Workspace, by: str, lang: Language) -> dict[tuple[str, ...], str]:
    """Return names by the keys of a list."""
    kinds = load_edition(workspace.edition).catalogues
    if by == "class":
        return {(k, c): n for k, held in kinds.items() for c, n in held.names(lang).items()}
    if by == "major":
        return {(k, m): n for k, held in kinds.items() for m, n in held.major_names(lang).items()}
    if by not in ("community", "street", "county", "department"):
        return {}
    family = "departments" if by == "department" else "areas"
    held = workspace.read(family, at="all", columns=["code", "name"], geometry=False)
    return {(code,): name for code, name in zip(held["code"], held["name"], strict=True)}
