"""The acceptance report: HTML, PDF and XLSX with everything needed to sign; the same twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import jinja2

from citygrid_core.errors import Language, Text, UsageError
from citygrid_core.operations.census.acceptance.accept import UNNAMED, Acceptance
from citygrid_core.standards import load_edition
from citygrid_core.tables.paged import write_pdf
from citygrid_core.tables.saving import saved, workbook
from citygrid_core.workspace.schema import CHOICES

_TITLE = Text("Acceptance report of the component census", "部件普查成果验收报告")
VERDICTS = {
    "accepted": Text("Defect rate: accepted", "差错率判定：合格"),
    "refused": Text("Defect rate: not accepted", "差错率判定：不合格"),
    "undecided": Text("Defect rate: undecided, inspect more", "差错率尚不能判定：应扩大检查"),
}
_WHY = {
    "accepted": Text(
        "The whole interval of the defect rate lies within the limit.",
        "差错率的整个置信区间不超过允许值。",
    ),
    "refused": Text(
        "The whole interval of the defect rate lies beyond the limit.",
        "差错率的整个置信区间超过允许值。",
    ),
    "undecided": Text(
        "The limit lies inside the interval: the sample can't tell on which side the census is.",
        "允许值落在置信区间之内：现有样本不足以判定。",
    ),
}
_METHODS = {
    "components": Text(
        "Stratified random sample without replacement (Cochran 1977, 5.3); Jeffreys' interval at "
        "the effective sample size, with the finite population correction.",
        "分层不放回随机抽样（Cochran 1977，5.3）；按有效样本量的 Jeffreys 区间，含有限总体校正。",
    ),
    "units": Text(
        "Whole units by the table of sample sizes (after GB/T 24356, table unconfirmed); ratio "
        "estimate (Cochran 1977, 9A) with the jackknife's variance between units, Clopper-Pearson "
        "interval at the effective sample size, adjusted by Student's t for few units (Korn and "
        "Graubard 1998).",
        "按样本量表（参照 GB/T 24356，表值未确认）抽取整个单元；比率估计"
        "（Cochran 1977，9A），单元间方差用刀切法；按有效样本量的 Clopper-Pearson 区间，"
        "并按单元数作 t 分布折减（Korn 与 Graubard 1998）。",
    ),
}


def write_report(
    done: Acceptance, path: Path, *, lang: Language = "zh", overwrite: bool = False
) -> Path:
    """Write the report; the suffix says as what: ``.html``, ``.pdf`` or ``.xlsx``.

    The same acceptance gives the same bytes: every date comes from the data.

    Raises
    ------
    UsageError
        Another suffix, or the file exists.
    """
    kind = path.suffix.lower()
    if kind not in (".html", ".pdf", ".xlsx"):
        raise UsageError(
            Text(f"{path.name}: .html, .pdf or .xlsx", f"{path.name}：须为 .html、.pdf 或 .xlsx")
        )
    with saved(path, overwrite=overwrite) as temporary:
        if kind == ".html":
            temporary.write_text(html(done, lang), encoding="utf-8")
        elif kind == ".pdf":
            write_pdf(html(done, lang), temporary, identifier=done.head)
        else:
            _workbook(done, temporary, lang)
    return path


def html(done: Acceptance, lang: Language) -> str:
    """Return the report as one self-contained page."""
    found = (
        resources.files("citygrid_core.operations.census.acceptance")
        / "templates"
        / "acceptance.html.j2"
    )
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    scale = _scale(done)

    def t(en: str, zh: str) -> str:
        return zh if lang == "zh" else en

    text: str = environment.from_string(found.read_text("utf-8")).render(
        t=t,
        zh=lang == "zh",
        pct=_percent,
        at=lambda share: round(100 * share / scale, 2),
        scale=scale,
        title=_TITLE.text(lang),
        city=done.city,
        edition=done.edition,
        plan=done.plan,
        rate=done.rate,
        limit=done.limit,
        verdict=done.verdict,
        verdict_text=VERDICTS[done.verdict].text(lang),
        verdict_why=_WHY[done.verdict].text(lang),
        method=_METHODS[str(done.plan["design"])].text(lang),
        few_units=done.few_units,
        design=CHOICES["sample_design"][str(done.plan["design"])].text(lang),
        unit=CHOICES["sample_unit"][str(done.plan["stratum"])].text(lang),
        strata=done.strata,
        kinds=_kinds(done, lang),
        positions=done.positions,
        double=done.double,
        head=done.head,
        inspected_from=done.inspected_from,
        inspected_to=done.inspected_to,
        inspectors=done.inspectors,
        defective=_defective(done, lang),
    )
    return text


def _kinds(done: Acceptance, lang: Language) -> list[list[Any]]:
    return [[UNNAMED[k].text(lang) if k in UNNAMED else k, count] for k, count in done.kinds]


def _scale(done: Acceptance) -> float:
    """Return the right end of the bar: a round share beyond the interval and the limit."""
    most = max(done.rate.high, done.limit) * 1.15
    return next((s for s in (0.02, 0.05, 0.1, 0.2, 0.3, 0.5) if s >= most), 1.0)


def _defective(done: Acceptance, lang: Language) -> list[dict[str, Any]]:
    rows = []
    edition = load_edition(done.edition)
    for row in done.defective.to_dict("records"):
        outcome = CHOICES["sample_outcome"][str(row["outcome"])].text(lang)
        named = _text(row["defects"]).replace("#", "；" if lang == "zh" else "; ")
        rows.append(
            {
                "number": row["number"],
                "component_code": row["component_code"],
                "class_name": edition.class_label("component", str(row["class_code"])).text(lang),
                "stratum": row["stratum"],
                "said": named or outcome,
                "checked_by": _text(row["checked_by"]),
            }
        )
    return rows


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _percent(share: float, digits: int = 2) -> str:
    return "—" if share != share else f"{100 * share:.{digits}f} %"


class _Sheet(NamedTuple):
    """One sheet of the workbook; `shares` are the columns that are per cent."""

    name: Text
    head: tuple[Text, ...]
    rows: list[list[Any]]
    shares: tuple[int, ...] = ()


def _workbook(done: Acceptance, path: Path, lang: Language) -> None:
    made = dt.datetime.fromisoformat(str(done.plan["made_on"]))
    with workbook(path, title=_TITLE.text(lang), made=made) as book:
        bold = book.add_format({"bold": True, "bg_color": "#EEF2F6", "border": 1})
        share = book.add_format({"num_format": "0.00%"})
        for sheet in _sheets(done, lang):
            page = book.add_worksheet(sheet.name.text(lang))
            page.freeze_panes(1, 0)
            for c, title in enumerate(one.text(lang) for one in sheet.head):
                page.write(0, c, title, bold)
                page.set_column(c, c, max(12, 2 * len(title)))
            for r, row in enumerate(sheet.rows, 1):
                for c, value in enumerate(row):
                    if value is not None and value == value:
                        page.write(r, c, value, share if c in sheet.shares else None)


def _sheets(done: Acceptance, lang: Language) -> Iterator[_Sheet]:
    """Yield the figures of the report, sheet by sheet."""
    rate, double = done.rate, done.double
    summary = (
        (Text("verdict", "结论"), VERDICTS[done.verdict].text(lang)),
        (Text("city", "城市"), done.city),
        (Text("plan", "抽样方案"), done.plan["code"]),
        (Text("state of", "数据状态"), done.plan["made_on"]),
        (Text("population", "总体"), rate.population),
        (Text("inspected", "检查数"), rate.sampled),
        (Text("defective", "不合格数"), rate.defects),
        (Text("journal when drawn", "抽样时日志哈希"), done.plan["head"]),
        (Text("journal now", "当前日志哈希"), done.head),
    )
    yield _Sheet(
        Text("summary", "结论"),
        (Text("item", "项目"), Text("value", "值")),
        [[name.text(lang), value] for name, value in summary],
    )
    low, high = Text("low", "下限"), Text("high", "上限")
    yield _Sheet(
        Text("defect rate", "差错率"),
        (Text("defect rate", "差错率"), low, high, Text("limit", "允许值")),
        [[rate.rate, rate.low, rate.high, done.limit]],
        (0, 1, 2, 3),
    )
    yield _Sheet(
        Text("strata", "分层"),
        (Text("unit", "单元"), Text("components", "部件数"), Text("inspected", "检查数"),
         Text("defective", "不合格数")),
        [[s["name"], s["size"], s["inspected"], s["defects"]] for s in done.strata],
    )  # fmt: skip
    yield _Sheet(
        Text("defects", "缺陷"),
        (Text("kind", "缺陷类型"), Text("count", "数量")),
        _kinds(done, lang),
    )
    yield _Sheet(
        Text("positions", "位置"),
        (Text("class", "精度等级"), Text("limit", "限差"), Text("points", "检测点"),
         Text("gross", "粗差"), Text("RMSE", "RMSE"), low, high),
        [[p.accuracy_class, p.limit, p.points, p.gross, p.rmse, p.low, p.high]
         for p in done.positions],
    )  # fmt: skip
    if double is not None:
        yield _Sheet(
            Text("completeness", "完整性"),
            (Text("census", "普查"), Text("second", "复查"), Text("both", "两者皆有"),
             Text("total", "估计总数"), Text("completeness", "完整率"), low, high),
            [[double.first, double.second, double.both, double.total, double.rate, double.low,
              double.high]],
            (4, 5, 6),
        )  # fmt: skip
    yield _Sheet(
        Text("defective", "不合格部件"),
        (Text("number", "序号"), Text("code", "部件标识码"), Text("class", "类别"),
         Text("unit", "单元"), Text("defects", "缺陷"), Text("inspector", "检查人")),
        [list(d.values()) for d in _defective(done, lang)],
    )  # fmt: skip
