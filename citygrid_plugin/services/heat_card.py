"""All that is known of one grid: its cases, how sure, who answers, components, open cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.gui.components.trend_plot import Ahead, Bar
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.services import heat_words as words
from citygrid_plugin.services.card import Card, Line, Section
from citygrid_plugin.services.heat_ahead import Forecast, forecasts_of, next_of, section_of
from citygrid_plugin.services.heat_city import CASES, Answer, HeatCity
from citygrid_plugin.services.heat_patterns import Patterns
from citygrid_plugin.services.lookup import answer as who_answers
from citygrid_plugin.services.periods import Span, spans
from citygrid_plugin.services.session import open_workspace

if TYPE_CHECKING:
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from citygrid_core.workspace import Workspace
    from citygrid_plugin.services.cities import Loaded

#: So many times at most stand in the plot, classes and cases in a list.
_BARS, _CLASSES, _OPEN = 60, 5, 20
_DONE = ("closed", "void")


@dataclass(frozen=True)
class Trend:
    """What the plot shows."""

    title: str
    bars: tuple[Bar, ...]
    mean: float
    ahead: Ahead | None = None


@dataclass(frozen=True)
class GridCard:
    """A grid's card and its plot.

    Attributes
    ----------
    spot : str
        hot, cold or "" (not significant).
    """

    card: Card
    trend: Trend
    spot: str = ""


def grid_card(
    city: HeatCity,
    answer: Answer,
    found: pd.DataFrame,
    code: str,
    loaded: Loaded,
    patterns: Patterns | None = None,
) -> GridCard:
    """Return everything of a grid.

    Parameters
    ----------
    found : DataFrame
        Gi* of the answer.
    loaded : Loaded
        The city of duties.
    patterns : Patterns, optional
        How spots came about, when it is known.
    """
    at = city.codes.index(code)
    shape = city.view.grids.geometry.iloc[at]
    inside = shape.representative_point()
    classes = city.view.cube.by("class_code", answer.question.dated, grid=code)
    kind, top = _asked(city, answer, code, classes)
    duties = who_answers(loaded, inside.x, inside.y, kind, top, 0.0)
    asked = (answer.question.choice.classes or ("",))[0]
    with open_workspace(city.path) as workspace:
        ahead = forecasts_of(workspace, code, asked)
        waiting = _open(city, workspace, code, shape)
    sections = [
        _counts(city, answer, at),
        _sureness(answer, found, at, patterns),
        section_of(ahead),
        _most(city, classes, kind),
        *(s for s in duties.sections if s.lines),
        _components(city, code),
        waiting,
    ]
    card = replace(
        duties,
        headline=headline(answer, found, at) + "<br>" + duties.headline,
        grid_code=code,
        sections=tuple(s for s in sections if s.lines),
    )
    trend = trend_of(city, answer, code, ahead)
    return GridCard(card, trend, str(found["spot"].iloc[at]))


def headline(answer: Answer, found: pd.DataFrame, at: int) -> str:
    """Return how hot a grid is, in which unit, and how sure that is."""
    measure, span = answer.question.measure, answer.question.span
    value = words.number(float(answer.values[at]), measure)
    unit = words.measure_name(measure)
    rank = int((answer.values > answer.values[at]).sum()) + 1
    of = len(answer.values)
    spot, q = str(found["spot"].iloc[at]), words.share(float(found["q"].iloc[at]))
    sure = {
        "hot": tr(f"a significant hot spot (q {q})", f"显著热点（q {q}）"),
        "cold": tr(f"a significant cold spot (q {q})", f"显著冷点（q {q}）"),
    }.get(spot, tr("not significantly hot or cold", "冷热均不显著"))
    return tr(
        f"<b>{value}</b> {unit} in {span.name}, rank {rank} of {of}; <b>{sure}</b>.",
        f"{span.name}：<b>{value}</b> {unit}，排名 {rank}/{of}；<b>{sure}</b>。",
    )


def trend_of(
    city: HeatCity, answer: Answer, code: str, forecasts: Sequence[Forecast] = ()
) -> Trend:
    """Return the cases of a grid over time, and what they would be if it were as the city."""
    question = answer.question
    cube, step = city.view.cube, question.span.step
    step = step if step in ("day", "week") else "month"
    frame = cube.trend(code, question.choice, step=step)
    frame = _around(frame, question.span)
    every = cube.trend(None, question.choice, step=step)
    at = city.codes.index(code)
    share = city.areas[at] / city.areas.sum()
    mean = float(every["cases"].mean()) * share if len(every) else 0.0
    bars = tuple(
        Bar(_short(str(start), step), int(cases), _within(str(start), step, question.span))
        for start, cases in zip(frame["start"], frame["cases"], strict=True)
    )
    names = {"day": tr("day", "日"), "week": tr("week", "周"), "month": tr("month", "月")}
    title = tr(
        f"Cases per {names[step]}; dashed: at the city's mean per area",
        f"每{names[step]}案件数；虚线为按全市平均密度应有数",
    )
    last = str(frame["start"].iloc[-1]) if len(frame) else ""
    ahead = next_of(list(forecasts), step, last) if last else None
    return Trend(title, bars, mean, ahead)


def _around(frame: pd.DataFrame, span: Span) -> pd.DataFrame:
    """Return at most so many times, the period among them."""
    if len(frame) <= _BARS:
        return frame
    ends = int((frame["start"] <= span.last).sum())
    last = min(max(ends + _BARS // 4, _BARS), len(frame))
    return frame.iloc[last - _BARS : last]


def _within(start: str, step: str, span: Span) -> bool:
    one = spans(step, start, start)[0]
    return one.first <= span.last and one.last >= span.first


def _short(start: str, step: str) -> str:
    return start[2:7] if step == "month" else start[5:]


def _asked(city: HeatCity, answer: Answer, code: str, classes: pd.Series[int]) -> tuple[str, str]:
    """Return kind and class of which is told who answers: the grid's most frequent one."""
    if not len(classes):
        return "", ""
    kinds = city.view.cube.by("object_kind", answer.question.dated, grid=code)
    for kind in map(str, kinds.index):
        top = str(classes.index[0])
        if top in city.classes.get(kind, {}):
            return kind, top
    return "", ""


def _counts(city: HeatCity, answer: Answer, at: int) -> Section:
    question, tally = answer.question, answer.tally
    cases, weak = int(tally.cases[at]), int(tally.weak[at])
    doubt = (
        (tr(f"{weak} of them in an uncertain place", f"其中位置存疑 {weak} 件"),) if weak else ()
    )
    lines = [Line(tr("Cases", "案件数"), tr(f"{cases:,}", f"{cases:,} 件"), doubt)]
    area = city.areas[at] / 10_000
    density = cases / area if area else float("nan")
    smoothed = city.view.table(question.dated, tally=tally)["per_hectare_smoothed"].iloc[at]
    meant = tr(
        "smoothed: drawn to the city's mean, the more the fewer cases a grid of this size has",
        "平滑值：案件越少、网格越小，越向全市均值靠拢",
    )
    lines.append(
        Line(
            tr("Per hectare", "每公顷"),
            tr(f"{density:.2f}, smoothed {smoothed:.2f} ({area:.2f} ha)",
               f"{density:.2f} 件，平滑后 {smoothed:.2f} 件（面积 {area:.2f} 公顷）"),
            (meant,),
        )
    )  # fmt: skip
    if question.measure != CASES and question.measure != "per_hectare":
        name = words.measure_name(question.measure)
        lines.append(Line(name, words.number(float(answer.values[at]), question.measure)))
    for title, span in (
        (tr("Period before", "上一时段"), question.span.before()),
        (tr("A year before", "上年同期"), question.span.year_before()),
    ):
        if span.last >= city.days[0]:
            lines.append(_compared(city, question, at, cases, title, span))
    return Section(tr("Cases", "案件"), tuple(lines))


def _compared(city: HeatCity, question: Any, at: int, cases: int, title: str, span: Span) -> Line:
    """Return the cases of an earlier time beside those of now, with the interval of their ratio."""
    then = int(city.view.cube.counts(question.during(span).dated).cases[at])
    ratio, low, high = change([cases], [then], question.span.days / span.days)[0]
    said = tr(f"{then:,}", f"{then:,} 件")
    if ratio == ratio and then:
        sure = tr("surely more", "确有上升") if low > 1 else (
            tr("surely fewer", "确有下降") if high < 1 else tr("no sure change", "变化不显著")
        )  # fmt: skip
        said += tr(f" · now × {ratio:.2f} ({low:.2f} to {high:.2f}): {sure}",
                   f" · 本期为其 {ratio:.2f} 倍（{low:.2f}–{high:.2f}）：{sure}")  # fmt: skip
    return Line(title, said, (span.name,))


def change(
    now: Sequence[int], then: Sequence[int], days: float
) -> list[tuple[float, float, float]]:
    """Return ratios of daily rates with their 95 % intervals."""
    import numpy as np

    from citygrid_core.heat import compare

    frame = compare(np.asarray(now), np.asarray(then), days)
    return [tuple(map(float, row)) for row in frame.to_numpy()]  # type: ignore[misc]


def _sureness(answer: Answer, found: pd.DataFrame, at: int, patterns: Patterns | None) -> Section:
    from citygrid_plugin.layers.heat_live import pattern_name

    row = found.iloc[at]
    spot = {"hot": tr("hot", "热点"), "cold": tr("cold", "冷点")}.get(
        str(row["spot"]), tr("not significant", "不显著")
    )
    lines = [
        Line(
            tr("Gi* with its neighbours", "与相邻网格的 Gi*"),
            f"{spot} · z {row['z']:.2f} · q {words.share(float(row['q']))}",
            (
                tr(
                    "q: of all grids marked at this q or below, this share is expected to be chance",
                    "q：凡达到此 q 值的网格中，预计有此比例属偶然",
                ),
            ),
        )
    ]
    weak = answer.weak_share[at]
    if weak == weak:
        lines.append(Line(tr("Uncertain places", "位置存疑"), f"{weak:.0%}"))
    if patterns is not None:
        one = patterns.frame.iloc[at]
        name = (
            pattern_name(str(one["spot"]), str(one["pattern"]))
            if one["pattern"]
            else tr("none", "无")
        )
        lines.append(Line(tr("Pattern", "演变"), name, (patterns.times(),)))
        lines += _history(one, patterns.step)
    return Section(tr("How sure", "可信程度"), tuple(lines))


def _history(one: Any, step: str) -> list[Line]:
    """Return for how long cases have come without a pause, and whether the last time alarms."""
    times = {"week": tr("weeks", "周"), "month": tr("months", "个月")}[step]
    streak = Line(
        tr("Without a pause", "连续有案件"),
        tr(
            f"{one['streak']} {times} up to now, {one['longest']} at the longest",
            f"截至本期 {one['streak']} {times}，最长 {one['longest']} {times}",
        ),
    )
    usual = tr(
        f"{one['last_cases']} cases, {one['last_expected']:.1f} expected (p {words.share(one['last_p'])})",
        f"{one['last_cases']} 件，预期 {one['last_expected']:.1f} 件（p {words.share(one['last_p'])}）",
    )
    said = tr("unusually many: ", "异常偏多：") if one["alarm"] else tr("as usual: ", "属正常：")
    meant = tr(
        "against the grid's own history and the city's season; where nothing changes at most 1 % "
        "of the grids alarm",
        "与本网格历史及全市季节变化相比；无变化时误报不超过 1%",
    )
    return [streak, Line(tr("Last time", "最近一期"), said + usual, (meant,))]


def _most(city: HeatCity, classes: pd.Series[int], kind: str) -> Section:
    lines = []
    for code, cases in classes.head(_CLASSES).items():
        name = city.classes.get(kind, {}).get(str(code)) or next(
            (names[str(code)] for names in city.classes.values() if str(code) in names), ""
        )
        lines.append(Line(f"{code} {name}", tr(f"{cases:,}", f"{cases:,} 件")))
    return Section(tr("Most frequent classes", "多发类别"), tuple(lines))


def _components(city: HeatCity, code: str) -> Section:
    held = city.components()
    mine = held[held["grid_code"] == code].sort_values("number", ascending=False)
    names = city.classes.get("component", {})
    lines = [
        Line(f"{c} {names.get(str(c), '')}", f"{n:,}")
        for c, n in zip(mine["class_code"].head(_CLASSES), mine["number"], strict=False)
    ]
    total = int(mine["number"].sum())
    title = tr(f"Components ({total:,})", f"部件（{total:,} 个）")
    return Section(title, tuple(lines))


def _open(city: HeatCity, workspace: Workspace, code: str, shape: BaseGeometry) -> Section:
    """Return the cases of the grid that are not closed, the oldest first."""
    asked = ["number", "class_code", "object_kind", "stage", "reported_at", "due_at"]
    if city.view.recounted:  # by their own points, as the map counts them
        held = workspace.read("cases", bbox=shape.bounds, columns=asked)
        held = held[[city.code_at(point.x, point.y) == code for point in held.geometry]]
    else:
        held = workspace.read("cases", where={"grid_code": code}, columns=asked, geometry=False)
    held = held[~held["stage"].isin(_DONE)].sort_values("reported_at")
    stages = CHOICES["case_stage"]
    lines = []
    for row in held.head(_OPEN).itertuples():
        name = city.classes.get(str(row.object_kind), {}).get(str(row.class_code), "")
        stage = shown(stages[row.stage]) if row.stage in stages else str(row.stage)
        due = _day(row.due_at)
        details = [tr(f"due {due}", f"处置截止 {due}")] if due else []
        lines.append(
            Line(str(row.number), f"{name} · {stage} · {_day(row.reported_at)}", tuple(details))
        )
    if len(held) > _OPEN:
        more = len(held) - _OPEN
        lines.append(Line("…", tr(f"and {more:,} more", f"另有 {more:,} 件")))
    if not lines:
        lines.append(Line(tr("none", "无"), ""))
    return Section(tr(f"Open cases ({len(held):,})", f"未结案件（{len(held):,} 件）"), tuple(lines))


def _day(value: Any) -> str:
    """Return the day of a time; nothing for what is not known."""
    return "" if value is None or value != value else str(value)[:10]
