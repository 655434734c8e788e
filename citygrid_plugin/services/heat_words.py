"""What is said of heat: units, classes, how sure, warnings; in the user's language."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.services.heat_city import CASES, SMOOTHED, Answer, HeatCity, unit_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd


def measure_name(measure: str) -> str:
    """Return the name of a measure: it says its unit."""
    if measure == CASES:
        return tr("number of cases", "案件数（件）")
    unit = shown(unit_of(measure))
    if measure.endswith(SMOOTHED):
        return tr(f"{unit}, smoothed", f"{unit}（平滑）")
    return unit


def unit_title(unit: str, period: str) -> str:
    """Return the title of the legend of heat: a rate is one of all the days shown."""
    named = unit[:1].upper() + unit[1:]
    return tr(f"{named}, {period}", f"{named}，{period}") if period else named


def class_labels(bounds: Sequence[float], measure: str) -> list[str]:
    """Return a label for each class: whole numbers for counts, bounds for rates."""
    pairs = list(itertools.pairwise(bounds))
    if measure == CASES:
        whole = [(int(low) + 1, int(high)) for low, high in pairs]
        return [f"{a}" if a >= b else f"{a} – {b}" for a, b in whole]
    return [f"> {low:g} – {high:g}" if not i else f"{low:g} – {high:g}"
            for i, (low, high) in enumerate(pairs)]  # fmt: skip


def weak_label() -> str:
    """Return what hatching means."""
    from citygrid_core.heat.rates import LOCATED_AT_LEAST

    share = f"{1 - LOCATED_AT_LEAST:.0%}"
    return tr(f"over {share} of the cases", f"占案件 {share} 以上")


def weak_classes(answer: Answer) -> npt.NDArray[np.int64]:
    """Return 0 for grids that are hatched, -1 for others."""
    import numpy as np

    from citygrid_core.heat.rates import LOCATED_AT_LEAST

    with np.errstate(invalid="ignore"):
        return np.where(answer.weak_share > 1 - LOCATED_AT_LEAST, 0, -1)


def spots_title() -> str:
    """Return the title of the legend of significance."""
    return tr(
        "Significance (Gi*; q: share of false spots among those marked)",
        "显著性（Gi*；q：所标热点中误判的比例）",
    )


def warnings_of(answer: Answer) -> list[str]:
    """Return what makes the map less sure than it looks."""
    from citygrid_core.heat.rates import LOCATED_AT_LEAST

    said = []
    share = answer.tally.located_share
    if answer.tally.total and share < LOCATED_AT_LEAST:
        said.append(
            tr(
                f"Only {share:.1%} of the cases are surely located (below {LOCATED_AT_LEAST:.0%}): "
                "read the map with care, and review the addresses.",
                f"可靠定位的案件仅占 {share:.1%}（低于 {LOCATED_AT_LEAST:.0%}）：请谨慎解读，并复核地址。",
            )
        )
    if answer.effort is not None:
        said.append(
            tr(
                f"{answer.effort.found.en[:1].upper()}{answer.effort.found.en[1:]}: where people "
                "patrol more, more is reported. Compare with other sources.",
                f"{answer.effort.found.zh}：巡查多的地方上报也多，请与其他来源对照。",
            )
        )
    return said


def said_of(answer: Answer, found: pd.DataFrame | None, grids: str = "") -> str:
    """Return what the map shows, in two or three sentences.

    Parameters
    ----------
    grids : str
        Whose day's grids are shown, where that makes a difference.
    """
    tally = answer.tally
    outside = tally.elsewhere + tally.unplaced
    said = tr(
        f"<b>{tally.total:,} cases</b>, {tally.located_share:.1%} surely located",
        f"<b>案件 {tally.total:,} 件</b>，可靠定位 {tally.located_share:.1%}",
    )
    if outside:
        said += tr(
            f"; {outside:,} lie in no grid and are not on the map",
            f"；{outside:,} 件未落入任何网格，图上不显示",
        )
    if grids:
        said += tr(f"; {grids}", f"；{grids}")
    said += tr(".", "。")
    if found is not None:
        hot, cold = ((found["spot"] == s).sum() for s in ("hot", "cold"))
        if hot or cold:
            said += tr(
                f" <b>{hot} hot and {cold} cold spots</b> are significant (at most 5 % of them by "
                "chance).",
                f"<b>显著热点 {hot} 个、冷点 {cold} 个</b>（其中误判不超过 5%）。",
            )
        else:
            said += tr(
                " <b>No spot is significant:</b> that grids beside one another are dark may be chance.",
                "<b>无显著冷热点</b>：相邻网格同为深色可能只是偶然。",
            )
    return said


def number(value: float, measure: str) -> str:
    """Return a value as people write it."""
    if value != value:
        return "–"
    return f"{value:,.0f}" if measure == CASES else f"{value:,.1f}"


def share(q: float) -> str:
    """Return a q or p value: how often chance alone does as much."""
    if q != q:
        return "–"
    return "< 0.1 %" if q < 0.001 else f"{100 * q:.1f} %"


def top_rows(
    city: HeatCity | None, answer: Answer, found: pd.DataFrame | None, most: int
) -> list[tuple[str, str, str, str]]:
    """Return the hottest grids: code, value, cases, q when they are a hot spot."""
    import numpy as np

    if city is None:
        return []
    values = np.where(answer.values > 0, answer.values, -np.inf)
    order = np.lexsort((np.arange(len(values)), -values))[:most]
    codes, measure = city.view.cube.grids, answer.question.measure
    rows: list[tuple[str, str, str, str]] = []
    for i in order:
        if not np.isfinite(values[i]):
            break
        spot: Any = found["spot"].iloc[i] if found is not None else ""
        q = share(float(found["q"].iloc[i])) if found is not None and spot == "hot" else ""
        rows.append(
            (str(codes[i]), number(float(answer.values[i]), measure),
             f"{answer.tally.cases[i]:,}", q)
        )  # fmt: skip
    return rows
