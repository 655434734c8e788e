"""The brief as one page, in HTML or PDF: the same bytes from the same data."""

from __future__ import annotations

import datetime as dt
from importlib import resources
from pathlib import Path
from typing import Any

import geopandas as gpd
import jinja2
from markupsafe import Markup

from citygrid_core.errors import Language, Text, UsageError
from citygrid_core.evaluation.reports import numbered
from citygrid_core.heat.forecast import MODELS
from citygrid_core.operations.heat.brief import Brief, Yesterday
from citygrid_core.tables.paged import write_pdf
from citygrid_core.tables.saving import saved
from citygrid_core.workspace import Workspace

#: The hottest first.
_COLOURS = ("#8e1b16", "#b2402f", "#d1684a", "#e08f6b")
_WEEKDAYS = (
    Text("Monday", "星期一"), Text("Tuesday", "星期二"), Text("Wednesday", "星期三"),
    Text("Thursday", "星期四"), Text("Friday", "星期五"), Text("Saturday", "星期六"),
    Text("Sunday", "星期日"),
)  # fmt: skip
_WORDS = {
    "title": Text("Heat brief", "热力简报"),
    "watch": Text("Ten grids to watch", "今日重点网格"),
    "grid": Text("grid", "网格"),
    "expected": Text("expected", "预计件数"),
    "when": Text("when", "时段"),
    "what": Text("what", "类别"),
    "why": Text("why", "依据"),
    "sure": Text("how sure", "把握"),
    "who": Text("who answers", "责任单位"),
    "rises": Text("Unusual rises", "异常上升"),
    "last_week": Text("last 7 days", "近7日"),
    "usual": Text("usual", "按常年应有"),
    "no_rise": Text(
        "None: no grid has more than its past explains.", "无：没有网格超出其历史水平。"
    ),
    "yesterday": Text("Yesterday's forecast scored", "昨日预测评分"),
    "share": Text("best part of the area", "预测最热部分（占面积）"),
    "no_yesterday": Text("Too few days are known to score it.", "已知天数不足，无法评分。"),
    "nobody": Text("nobody by the rules", "规则中无人负责"),
}


def write_brief(
    workspace: Workspace,
    brief: Brief,
    path: Path,
    *,
    lang: Language = "zh",
    overwrite: bool = False,
) -> Path:
    """Write the page; the suffix says as what: ``.html`` or ``.pdf``.

    Raises
    ------
    UsageError
        Another suffix, or the file exists.
    """
    kind = path.suffix.lower()
    if kind not in (".html", ".pdf"):
        raise UsageError(Text(f"{path.name}: .html or .pdf", f"{path.name}：须为 .html 或 .pdf"))
    page = html(workspace, brief, lang)
    with saved(path, overwrite=overwrite) as temporary:
        if kind == ".html":
            temporary.write_text(page, encoding="utf-8")
        else:
            write_pdf(page, temporary, identifier=f"{brief.day}{brief.forecast['known_cases']}")
    return path


def html(workspace: Workspace, brief: Brief, lang: Language) -> str:
    """Return the brief as one self-contained page."""
    template = resources.files("citygrid_core.operations.heat") / "templates" / "heat_brief.html.j2"
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    day = dt.date.fromisoformat(brief.day)
    text: str = environment.from_string(template.read_text("utf-8")).render(
        lang="zh-CN" if lang == "zh" else "en",
        title=f"{brief.city} {_WORDS['title'].text(lang)} {brief.day}",
        subtitle=_subtitle(brief, day, lang),
        warnings=[p.text(lang) for p in brief.problems],
        words={k: v.text(lang) for k, v in _WORDS.items()},
        cards=_cards(brief, lang),
        map=Markup(_map(workspace, brief)),
        watch=[_row(brief, i, lang) for i in range(len(brief.watch))],
        rises=[
            {"grid": r.grid_code, "name": brief.places.get(str(r.grid_code), ""),
             "cases": f"{r.cases:.0f}", "expected": f"{r.expected:.1f}"}
            for r in brief.rises.itertuples()
        ],
        rises_note=Text(
            f"Last 7 days against the grid's own past and the city's season; a grid without any "
            f"change shows a rise with probability {brief.false_alarms:.2g} at most.",
            f"近7日与网格自身历史及全市季节比较；无变化的网格误报概率不超过 {brief.false_alarms:.2g}。",
        ).text(lang),
        yesterday=_yesterday(brief.yesterday, lang) if brief.yesterday else None,
        basis=_basis(brief, lang),
    )  # fmt: skip
    return text


def _subtitle(brief: Brief, day: dt.date, lang: Language) -> str:
    known = brief.forecast["known_to"]
    return Text(
        f"{_WEEKDAYS[day.weekday()].en} · cases reported until {known} · {brief.grids:,} unit grids",
        f"{_WEEKDAYS[day.weekday()].zh} · 依据截至 {known} 上报的案件 · 单元网格 {brief.grids:,} 个",
    ).text(lang)


def _cards(brief: Brief, lang: Language) -> list[dict[str, Any]]:
    told = brief.forecast
    change = brief.week / brief.week_before - 1 if brief.week_before else None
    cards: list[dict[str, Any]] = [
        {
            "name": Text("expected today, whole city", "今日全市预计").text(lang),
            "value": f"{told['expected']:,.0f}", "unit": Text("cases", "件").text(lang),
            "lines": [
                Text(f"last 7 days: {brief.week:,} cases", f"近7日 {brief.week:,} 件").text(lang)
                + ("" if change is None else Text(f", {change:+.0%} to the 7 before",
                                                  f"，较前7日 {change:+.0%}").text(lang))
            ],
        },
        {
            "name": Text("how good such forecasts were", "此类预测以往表现").text(lang),
            "value": _percent(told["hit_rate_5"]),
            "unit": Text("of the cases in 5 % of the area", "的案件落在预测最热的5%面积内").text(lang),
            "lines": [
                Text(
                    f"PAI {_known(told['pai_5'], '.1f')}, PEI* {_known(told['pei_5'], '.2f')} "
                    f"(of the most possible), {told['forecasts']} forecasts",
                    f"PAI {_known(told['pai_5'], '.1f')}，PEI* {_known(told['pei_5'], '.2f')}"
                    f"（占可达上限），{told['forecasts']} 次预测",
                ).text(lang),
                Text(
                    f"{told['level']:.0%} intervals held {_percent(told['coverage'])} of the grids",
                    f"{told['level']:.0%} 区间实际覆盖 {_percent(told['coverage'])} 的网格",
                ).text(lang),
            ],
        },
        {
            "name": Text("model", "模型").text(lang),
            "value": MODELS[told["model"]].text(lang), "unit": "",
            "lines": [str(told[f"why_{lang}"])],
        },
    ]  # fmt: skip
    return cards


def _row(brief: Brief, i: int, lang: Language) -> dict[str, Any]:
    row = brief.watch.iloc[i]
    first = int(row["first_hour"])
    names = [brief.class_names.get(c, Text(c, c)).text(lang) for c in row["classes"]]
    rising = row["recent"] >= 3 and row["recent"] > 1.5 * 7 * row["usual"]
    why = Text(
        f"{row['recent']} in 7 days (usual {7 * row['usual']:.1f}), {row['around']} around"
        + ("; rising" if rising else ""),
        f"近7日 {row['recent']} 件（常年 {7 * row['usual']:.1f}），周边 {row['around']} 件"
        + ("；上升" if rising else ""),
    )
    last = (first + 3) % 24 or 24
    return {
        "place": int(row["place"]), "colour": _colour(int(row["place"])),
        "grid": row["grid_code"], "name": brief.places.get(row["grid_code"], ""),
        "expected": f"{row['expected']:.2f}",
        "when": "–" if first < 0 else f"{first:02d}–{last:02d} ({row['hour_share']:.0%})",
        "what": ("、" if lang == "zh" else ", ").join(names),
        "why": why.text(lang),
        "sure": Text(
            f"{row['low']}–{row['high']}; a case: {row['chance']:.0%}",
            f"{row['low']}–{row['high']} 件；发生 {row['chance']:.0%}",
        ).text(lang),
        "who": str(row["department"]).replace("#", " / ") or _WORDS["nobody"].text(lang),
    }  # fmt: skip


def _yesterday(done: Yesterday, lang: Language) -> dict[str, Any]:
    hit = int((done.watched["came"] > 0).sum())
    said = Text(
        f"{done.day}: {done.expected:,.0f} expected, {done.came:,} came; {hit} of the "
        f"{len(done.watched)} watched grids had a case; {done.inside:.0%} of all grids lay in "
        "their interval.",
        f"{done.day}：预计 {done.expected:,.0f} 件，实际 {done.came:,} 件；{len(done.watched)} 个重点网格中 "
        f"{hit} 个有案件；{done.inside:.0%} 的网格落在区间内。",
    )
    of = Text("Forecast / mean of all days", "预测 / 历史均值").text(lang)
    rows = []
    for key, name, form in (
        ("hit_rate", Text("cases there", "命中率"), ".0%"), ("pai", Text("PAI", "PAI"), ".1f"),
        ("pei", Text("PEI*", "PEI*"), ".2f"),
    ):  # fmt: skip
        cells = [
            " / ".join(_known(done.scores[m][f"{key}_{s}"], form) for m in ("model", "mean"))
            for s in (1, 3, 5)
        ]
        rows.append({"name": name.text(lang), "cells": cells})
    note = (
        Text("As it was made and kept that morning.", "为当日早晨生成并入库的预测。")
        if done.kept
        else Text(
            "None was kept: made anew from the cases before that day, as the book has them now.",
            "当日未保存预测：以该日之前的案件（按现库）重新生成。",
        )
    )
    return {
        "said": said.text(lang),
        "rows": rows,
        "note": of + Text(". ", "。").text(lang) + note.text(lang),
    }


def _map(workspace: Workspace, brief: Brief) -> str:
    areas = gpd.GeoDataFrame(workspace.read("areas", at=brief.day, where={"level": "street"}))
    if areas.empty:
        areas = gpd.GeoDataFrame(workspace.read("areas", at=brief.day))
    areas = areas.sort_values("code")
    places = brief.watch.assign(
        number=brief.watch["place"], colour=[_colour(int(p)) for p in brief.watch["place"]]
    )
    names = dict(zip(areas["code"].astype(str), areas["name"].astype(str), strict=True))
    return numbered(areas, names, gpd.GeoDataFrame(places))


def _basis(brief: Brief, lang: Language) -> str:
    told = brief.forecast
    return Text(
        f"Expected: cases of one day in one grid, learned from {told['known_cases']:,} cases of "
        f"{told['known_from']} to {told['known_to']}, not from later ones. Usual: mean of all "
        "days. Around: the last 7 days in the neighbouring grids. When: the three hours that hold "
        "most. How sure: the interval that held "
        f"{told['level']:.0%} of earlier forecasts or more, and the probability of a case. PAI: "
        "share of the cases by share of the area (Chainey et al. 2008); PEI*: cases there by the "
        "most that so much area could hold (Hunt 2016). Who answers: the duty rules of the day, "
        "for the first class.",
        f"预计：单个网格一天的案件数，依据 {told['known_from']} 至 {told['known_to']} 的 "
        f"{told['known_cases']:,} 件案件，不使用其后的数据。常年：全部天数的均值。周边：相邻网格近7日合计。"
        f"时段：案件最集中的三小时。把握：以往不少于 {told['level']:.0%} 的预测落入的区间，及发生概率。PAI："
        "案件占比与面积占比之比（Chainey 等 2008）；PEI*：命中件数与同等面积可达上限之比（Hunt 2016）。"
        "责任单位：按当日责任规则、就首个类别判定。",
    ).text(lang)


def _colour(place: int) -> str:
    return _COLOURS[min((place - 1) // 3, len(_COLOURS) - 1)]


def _known(value: Any, form: str) -> str:
    return "–" if value is None or value != value else format(value, form)


def _percent(value: Any) -> str:
    return _known(value, ".0%")
