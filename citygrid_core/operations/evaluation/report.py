"""The report of an evaluation: HTML, PDF, XLSX or CSV; the same bytes twice."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import geopandas as gpd
import jinja2
import numpy as np
import pandas as pd
from markupsafe import Markup

from citygrid_core.errors import Language, Text, UsageError
from citygrid_core.evaluation import TOTAL, at, indicators
from citygrid_core.evaluation.formulas import formula
from citygrid_core.evaluation.ranking import rank
from citygrid_core.evaluation.reports import (
    CONFIDENCE,
    WORDS,
    Bar,
    bars,
    choropleth,
    number,
    plain,
)
from citygrid_core.evaluation.times import SPANS
from citygrid_core.operations.evaluation.evaluate import (
    BY,
    LEVELS,
    POST_NAMES,
    Evaluation,
    evaluate_city,
)
from citygrid_core.operations.evaluation.sections import (
    bounce_section,
    further_tables,
    hours,
    late_section,
)
from citygrid_core.tables.paged import write_pdf
from citygrid_core.tables.saving import saved
from citygrid_core.workspace import Workspace

KINDS = (".html", ".pdf", ".xlsx", ".csv")
#: What the page shows of each group, and in the cards at its top.
SHOWN = (
    "reported", "registered", "disposed", "closed", "dispose_on_time_rate", "close_rate",
    "rework_rate", "overdue_to_dispose",
)  # fmt: skip
CARDS = (
    "reported", "registered", "closed", "close_rate", "dispose_on_time_rate", "rectify_rate",
)  # fmt: skip
#: Colours of the map without a scheme, and the least rate of each.
SHADES = (
    (0.95, "#1a9850"), (0.9, "#91cf60"), (0.8, "#fee08b"), (0.6, "#fc8d59"), (0.0, "#d73027"),
)  # fmt: skip
#: What groups are ranked by when there is no scheme.
RANKED_BY = "dispose_on_time_rate"
GROUP_NAMES = {
    "county": Text("county", "区县"), "street": Text("street", "街道"),
    "community": Text("community", "社区"), "grid": Text("unit grid", "单元网格"),
}  # fmt: skip


def write_report(
    workspace: Workspace,
    done: Evaluation,
    path: Path,
    *,
    lang: Language = "zh",
    overwrite: bool = False,
) -> Path:
    """Write a report; the suffix of the path says as what: one of `KINDS`.

    Parameters
    ----------
    workspace : Workspace
        Gives the shapes of areas for the map, and the periods that it compares with.
    done : Evaluation
        With all indicators.

    Raises
    ------
    UsageError
        Another suffix, or the file exists.
    """
    kind = path.suffix.lower()
    if kind not in KINDS:
        words = ", ".join(KINDS)
        raise UsageError(
            Text(
                f"{path.name}: the suffix must be one of {words}", f"{path.name}：后缀须为 {words}"
            )
        )
    with saved(path, overwrite=overwrite) as temporary:
        if kind == ".csv":
            rows(done, lang).to_csv(temporary, index=False, encoding="utf-8-sig")
        elif kind == ".xlsx":
            _workbook(workspace, done, temporary, lang)
        elif kind == ".html":
            temporary.write_text(html(workspace, done, lang), encoding="utf-8")
        else:
            write_pdf(html(workspace, done, lang), temporary, identifier=done.head)
    return path


def rows(done: Evaluation, lang: Language) -> pd.DataFrame:
    """Return the evaluation as one row for each group and indicator."""
    known = indicators()
    parts = []
    for code in done.table.value.columns:
        i = known[code]
        parts.append(
            pd.DataFrame(
                {
                    "period": done.period.text,
                    "by": done.level if done.by == "area" else done.by,
                    "group": done.table.value.index,
                    "name": [name_of(done, g, lang) for g in done.table.value.index],
                    "indicator": code,
                    "indicator_name": i.name.text(lang),
                    "version": i.version,
                    "numerator": done.table.numerator[code].to_numpy(),
                    "denominator": done.table.denominator[code].to_numpy(),
                    "value": done.table.value[code].to_numpy(),
                    "low": done.table.low[code].to_numpy(),
                    "high": done.table.high[code].to_numpy(),
                    "confidence": i.confidence,
                }
            )
        )
    out: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return out


def name_of(done: Evaluation, group: str, lang: Language) -> str:
    """Return what people call a group."""
    said = WORDS["total"] if group == TOTAL else done.names.get(group, Text(group, group))
    return said.text(lang)


def names_in(done: Evaluation, lang: Language) -> dict[str, str]:
    """Return what people call each group but the total."""
    return {group: name.text(lang) for group, name in done.names.items()}


def grouping(done: Evaluation) -> Text:
    """Return what was compared, in words."""
    what = GROUP_NAMES[done.level] if done.by == "area" else BY[done.by]
    if done.by == "post":
        what = POST_NAMES[done.score_of]
    return Text(f"by {what.en}", f"按{what.zh}")


def title(done: Evaluation, lang: Language) -> str:
    """Return the title of the report."""
    kind = WORDS.get(done.period.unit)
    said = WORDS["title"].text(lang)
    if kind is not None:
        said = f"{said} · {kind.text(lang)}" if lang == "en" else f"综合评价{kind.zh}"
    return f"{done.city} {done.period.name.text(lang)} {said}"


#: What the template of each kind of period shows; other spans of days are shown as a month.
SECTIONS: dict[str, tuple[str, ...]] = {
    "day": ("map", "groups", "late"),
    "week": ("scores", "chart", "map", "groups", "times", "late", "bounces"),
    "month": ("scores", "chart", "map", "groups", "mix", "times", "late", "bounces", "indicators"),
}


def html(workspace: Workspace, done: Evaluation, lang: Language) -> str:
    """Return the report as one self-contained page."""
    template = resources.files("citygrid_core.evaluation.reports") / "page.html.j2"
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    grouped = grouping(done)
    days = done.period.first, done.period.last
    subtitle = [" – ".join(map(str, days if days[0] < days[1] else days[:1])), grouped.text(lang)]
    if done.scheme is not None:
        subtitle.append(done.scheme.title.text(lang))
    shown = SECTIONS.get(done.period.unit, SECTIONS["month"])
    text: str = environment.from_string(template.read_text("utf-8")).render(
        lang="zh-CN" if lang == "zh" else "en",
        title=title(done, lang),
        subtitle=" · ".join(subtitle),
        warnings=[w.text(lang) for w in done.warnings],
        cards=_cards(workspace, done, lang),
        words={k: v.text(lang) for k, v in WORDS.items()},
        scores=Markup(_scores(done, lang) if "scores" in shown else ""),
        chart=Markup(_chart(done, lang) if "chart" in shown else ""),
        ranked_by=indicators()[RANKED_BY].name.text(lang),
        map=Markup(_map(workspace, done, lang)),
        groups=_groups(done, lang, "mix" in shown),
        mix_note=_mix_note(done, lang) if "mix" in shown and done.mix is not None else "",
        times=_times(done, lang) if "times" in shown else [],
        late=late_section(workspace, done, lang) if "late" in shown else None,
        bounces=bounce_section(workspace, done, lang) if "bounces" in shown else None,
        indicators=_indicators(done, lang) if "indicators" in shown else [],
        basis=_basis(done, lang),
    )
    return text


def _cards(workspace: Workspace, done: Evaluation, lang: Language) -> list[dict[str, Any]]:
    known = indicators()
    others = [
        (name, evaluate_city(workspace, period, by="source", indicators=list(CARDS)).table.value)
        for name, period in (
            ("before", done.period.before()), ("year_before", done.period.year_before()),
        )
    ]  # fmt: skip
    cards = []
    for code in (c for c in CARDS if c in done.table.value):
        i = known[code]
        lines = []
        low, high = at(done.table.low, TOTAL, code), at(done.table.high, TOTAL, code)
        if i.kind == "rate" and low == low:
            lines.append(f"{WORDS['interval'].text(lang)} {100 * low:.1f}–{100 * high:.1f} %")
        for name, other in others:
            was = at(other, TOTAL, code)
            if was == was and (i.kind == "rate" or was):
                lines.append(f"{WORDS[name].text(lang)} {number(was, i, lang)}")
        cards.append(
            {
                "name": i.name.text(lang),
                "value": number(at(done.table.value, TOTAL, code), i, lang),
                "lines": lines,
            }
        )
    return cards


def _scores(done: Evaluation, lang: Language) -> str:
    """Draw the scores, the best first; thirty where there are more."""
    if done.score is None:
        return ""
    ranked = done.score.drop(index=TOTAL).sort_values("score", ascending=False, kind="stable")
    drawn = []
    for group in map(str, ranked.index[:30]):
        score, grade = at(ranked, group, "score"), str(ranked.at[group, "grade"])
        said = f"{score:.1f} {grade}" if score == score else WORDS["none"].text(lang)
        colour = str(ranked.at[group, "colour"])
        name = name_of(done, group, lang)[:14]
        drawn.append(Bar(name, score / 100, np.nan, np.nan, said, colour))
    return bars(drawn, unit="")


def _chart(done: Evaluation, lang: Language) -> str:
    """Draw the rate by which groups are ranked, with its intervals; thirty where there are more."""
    if RANKED_BY not in done.table.value:
        return ""
    i = indicators()[RANKED_BY]
    ranked = rank(done.table, RANKED_BY, i.better)
    drawn = []
    for group in map(str, ranked.index[:30]):
        value, low, high = (at(ranked, group, c) for c in ("value", "low", "high"))
        name = name_of(done, group, lang)[:14]
        base = plain(at(done.table.denominator, group, RANKED_BY))
        said = number(value, i, lang) + (f" / {base}" if value == value else "")
        drawn.append(Bar(name, value, low, high, said))
    return bars(drawn) if drawn else ""


def _map(workspace: Workspace, done: Evaluation, lang: Language) -> str:
    if done.by != "area" or (done.score is None and RANKED_BY not in done.table.value):
        return ""
    if done.level == "grid":
        shapes = workspace.read("grids", columns=["code"])
    else:
        shapes = workspace.read("areas", where={"level": done.level}, columns=["code"])
    if not len(shapes):
        return ""
    if done.score is not None and done.scheme is not None:
        colours = {str(g): str(c) for g, c in done.score["colour"].items() if c and g != TOTAL}
        grades = done.scheme.grades
        legend = [(g.colour, f"{g.name} {g.label.text(lang)} ≥ {g.at:g}") for g in grades]
    else:
        value = done.table.value[RANKED_BY].drop(index=TOTAL).dropna()
        colours = {str(g): next(c for least, c in SHADES if v >= least) for g, v in value.items()}
        named = indicators()[RANKED_BY].name.text(lang)
        legend = [(c, f"{named} ≥ {100 * least:g} %") for least, c in SHADES]
    return choropleth(gpd.GeoDataFrame(shapes), colours, names_in(done, lang), legend)


def _times(done: Evaluation, lang: Language) -> list[dict[str, str]]:
    """Return how long the stages took in the whole city."""
    out = []
    for span, (_, _, name) in SPANS.items():
        row: Any = done.times.loc[(TOTAL, span)]
        tail = float(row["tail"])
        out.append(
            {
                "name": name.text(lang),
                "cases": plain(float(row["cases"])),
                **{c: hours(float(row[c])) for c in ("median", "p90", "p95", "longest")},
                "tail": f"{100 * tail:.1f} %" if tail == tail else "–",
            }
        )
    return out


def adjusted(done: Evaluation, group: str) -> str:
    """Return a group's rate for its mix of classes, with its interval."""
    if done.mix is None or group not in done.mix.index:
        return "–"
    value, low, high = (100 * at(done.mix, group, c) for c in ("value", "low", "high"))
    return f"{value:.1f} % ({low:.0f}–{high:.0f})" if value == value else "–"


def _mix_note(done: Evaluation, lang: Language) -> str:
    return WORDS["mix_note"].text(lang).format(rate=indicators()[done.adjusted].name.text(lang))


def _groups(done: Evaluation, lang: Language, mixed: bool) -> dict[str, Any]:
    known = indicators()
    codes = [c for c in SHOWN if c in done.table.value]
    head = [
        (GROUP_NAMES[done.level] if done.by == "area" else BY[done.by]).text(lang),
        *(known[c].name.text(lang) for c in codes),
    ]
    mixed = mixed and done.mix is not None
    if mixed:
        rate = known[done.adjusted].name.text(lang)
        head.append(WORDS["adjusted"].text(lang).format(rate=rate))
    order = list(done.table.value.index)
    places: pd.DataFrame | None = None
    if done.score is not None:
        order = [
            *done.score.drop(index=TOTAL)
            .sort_values("score", ascending=False, kind="stable")
            .index,
            TOTAL,
        ]
        head += [WORDS["score"].text(lang), WORDS["grade"].text(lang)]
    elif RANKED_BY in done.table.value:
        places = rank(done.table, RANKED_BY, known[RANKED_BY].better)
        order = [*places.index, TOTAL]
        head += [WORDS["places"].text(lang)]
    out = []
    for group in order:
        cells: list[Any] = [name_of(done, group, lang)]
        cells += [number(at(done.table.value, group, c), known[c], lang) for c in codes]
        if mixed:
            cells.append(adjusted(done, group))
        if done.score is not None:
            score, grade = at(done.score, group, "score"), str(done.score.at[group, "grade"])
            cells.append(f"{score:.1f}" if score == score else "–")
            colour = str(done.score.at[group, "colour"])
            chip = f'<span class="chip" style="background:{colour}">{grade}</span>'
            cells.append(Markup(chip) if grade else "–")
        elif places is not None:
            cells.append(_places(places, group))
        out.append({"cells": cells, "total": group == TOTAL})
    return {"head": head, "rows": out}


def _places(places: pd.DataFrame, group: str) -> str:
    if group == TOTAL or at(places, group, "rank") != at(places, group, "rank"):
        return "–"
    best, worst = at(places, group, "best_rank"), at(places, group, "worst_rank")
    return f"{best:.0f}" if best == worst else f"{best:.0f}–{worst:.0f}"


def _indicators(done: Evaluation, lang: Language) -> list[dict[str, str]]:
    out = []
    for code in done.table.value.columns:
        i = indicators()[code]
        low, high = at(done.table.low, TOTAL, code), at(done.table.high, TOTAL, code)
        kept = at(done.table.numerator, TOTAL, code)
        out.append(
            {
                "name": i.name.text(lang),
                "value": number(at(done.table.value, TOTAL, code), i, lang)
                if kept == kept
                else WORDS["not_kept"].text(lang),
                "interval": f"{100 * low:.1f}–{100 * high:.1f} %" if low == low else "",
                "numerator": plain(at(done.table.numerator, TOTAL, code)),
                "denominator": plain(at(done.table.denominator, TOTAL, code))
                if i.denominator
                else "",
                "formula": formula(i, lang),
                "confidence": CONFIDENCE[i.confidence].text(lang),
            }
        )
    return out


def _basis(done: Evaluation, lang: Language) -> str:
    scheme = ""
    if done.scheme is not None:
        sure = CONFIDENCE[done.scheme.confidence].text(lang)
        scheme = (
            f"评价方案 {done.scheme.id}（{done.scheme.source.zh}；{sure}）。" if lang == "zh"
            else f"Scheme {done.scheme.id} ({done.scheme.source.en}; {sure}). "
        )  # fmt: skip
    if lang == "zh":
        return (
            f"{scheme}依据 {done.cases:,} 件与本期有关的案件的流程记录，状态截至 {done.period.last} 日终；"
            f"分子、分母分别累加，0/0 记为“无基数”。工作库日志哈希 {done.head}。"
        )
    return (
        f"{scheme}From the logs of {done.cases:,} cases that the period has to do with, as known at "
        f"the end of {done.period.last}; numerators and denominators are added up apart, 0/0 is no "
        f"base. Journal hash of the workspace: {done.head}."
    )


def _workbook(workspace: Workspace, done: Evaluation, path: Path, lang: Language) -> None:
    from citygrid_core.evaluation.reports.workbook import Book, write

    known = indicators()
    chosen = [known[c] for c in done.table.value.columns]
    of = done.score_of
    parts = done.scheme.scores[of] if done.scheme is not None else ()
    notes = [
        (
            i.name.text(lang),
            f"{formula(i, lang)}  [{CONFIDENCE[i.confidence].text(lang)}; {i.source}]",
        )
        for i in chosen
    ]
    notes[:0] = [
        (title(done, lang), _basis(done, lang)),
        *(("!", w.text(lang)) for w in done.warnings),
    ]
    write(
        Book(
            title(done, lang), done.counts, done.table, names_in(done, lang), chosen, done.scheme, parts,
            done.score, done.sizes, further_tables(workspace, done, lang), notes, done.period.last,
        ),
        path,
        lang,
    )  # fmt: skip


__all__ = ["KINDS", "LEVELS", "html", "rows", "write_report"]
