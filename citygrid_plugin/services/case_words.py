"""A case, and a report before it is one, as a card: sections of lines in the user's language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from citygrid_core.cases.clock import LIGHTS as CORE_LIGHTS
from citygrid_core.cases.clock import UNIT_NAMES
from citygrid_core.errors import Text
from citygrid_core.workspace.schema import CASES, CHOICES
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers import palette
from citygrid_plugin.services.card import Line, Section

if TYPE_CHECKING:
    from citygrid_core.operations.cases.intake import Look
    from citygrid_core.operations.cases.standing import Card
    from citygrid_plugin.services.cases import CaseService

LIGHTS = {**CORE_LIGHTS, "": Text("with no body", "不在处置")}
#: Columns of the card's first section; codes come with their names elsewhere.
_FACTS = (
    "description", "address", "source", "reported_at", "component_code", "condition",
    "handling_code", "duplicate_of", "note",
)  # fmt: skip
_LABELS = {
    **{column.name: column.label for column in CASES.columns},
    "handling_code": Text("handled by", "处置部门"),
}
_CHOICES = {column.name: column.choices for column in CASES.columns}


def left_out(count: int, most: int) -> str:
    """Return what is added to a count of cases when a list does not show them all."""
    if count <= most:
        return ""
    return tr(f" (the first {most:,} are listed)", f"（仅列出前 {most:,} 件）")


def choice(name: str, value: str) -> str:
    """Return a value of a list of the schema in the user's language."""
    known = CHOICES.get(name, {})
    return shown(known[value]) if value in known else value


def moment(text: Any) -> str:
    """Return an ISO moment as people read it: without the T and the seconds."""
    said = "" if text is None or text != text else str(text)
    return said[:16].replace("T", " ")


def department(service: CaseService, code: Any) -> str:
    """Return a department's short name; the code when it is none of the register."""
    return service.body_name("" if code is None or code != code else str(code))


def limit_line(limit: dict[str, Any]) -> Line:
    """Return the limit of a report, and its deadline if it were dispatched now."""
    title = tr("Limit", "办理时限")
    if not limit:
        return Line(title, tr("none", "无"))
    unit = shown(UNIT_NAMES[limit["unit"]])
    due = moment(limit["due_at"])
    return Line(
        title,
        f"{limit['value']:g} {unit}",
        (tr(f"dispatched now, due {due}", f"如现在派遣，截止 {due}"),),
    )


def intake_sections(service: CaseService, look: Look) -> list[Section]:
    """Return what an intake tells beyond place and duty: limit, what contradicts itself."""
    case = look.case
    duty = look.duty
    name = duty["handling_name"] or tr("unclear", "不明确")
    sure = f"{float(duty['confidence']):.1%}"
    lines = [
        limit_line(look.limit),
        Line(tr("Dispatch to", "拟派遣"), tr(f"{name} ({sure} sure)", f"{name}（可信度 {sure}）")),
    ]
    first = (
        tr("register at once", "可直接立案") if look.register else tr("verify on site", "先核实")
    )
    lines.append(Line(tr("Next", "下一步"), first))
    if case.get("location_method") == "geocoded":
        error = case.get("location_error_m", 0.0)
        lines.append(Line(tr("Position", "定位"), tr(f"± {error:.0f} m", f"± {error:.0f} 米")))
    sections = [Section(tr("Case", "案件"), tuple(lines))]
    if look.problems:
        doubts = tuple(Line(str(i), shown(p)) for i, p in enumerate(look.problems, 1))
        sections.insert(0, Section(tr("Contradictions", "矛盾"), doubts))
    return sections


def case_title(service: CaseService, card: Card) -> str:
    """Return number, class and light in one line of rich text."""
    case, stands = card.case, card.stands
    light = str(stands.get("light") or "")
    name = service.class_name(case["object_kind"], case["class_code"])
    chip = (
        f"<span style='background-color:{palette.LIGHTS[light]};color:white;font-weight:bold'>"
        f"\u00a0{shown(LIGHTS[light])}\u00a0</span>\u00a0"
        if light
        else ""
    )
    stage = choice("case_stage", str(stands.get("stage") or case["stage"]))
    on_hold = hold_words(str(stands.get("hold") or ""), bool(stands.get("lapsed")))
    return f"{chip}<b>{case['number']}</b><br>{name} · {stage}{on_hold}"


def hold_words(hold: str, lapsed: bool) -> str:
    """Return what is said of a hold behind the stage; nothing of none."""
    if not hold:
        return ""
    over = tr(" (past its end)", "（已到期）") if lapsed else ""
    return f" · {choice('case_hold', hold)}{over}"


def case_sections(service: CaseService, card: Card) -> list[Section]:
    """Return the lines of a case's card: standing, case, duty, log."""
    case, stands, duty = card.case, card.stands, card.duty
    sections = []
    if stands.get("hold_until"):
        until = Line(tr("Planned end", "计划截止"), moment(stands["hold_until"]))
        sections.append(Section(choice("case_hold", str(stands["hold"])), (until,)))
    if stands.get("light"):
        lines = [Line(tr("Handling", "承办"), department(service, stands["department_code"]))]
        if stands["light"] != "none":
            used, limit = stands["used_s"] / 3600, stands["limit_s"] / 3600
            share = stands["share"]
            lines.append(Line(tr("Due", "截止"), moment(stands["due_at"])))
            lines.append(
                Line(
                    tr("Used", "已用"),
                    tr(f"{used:,.1f} of {limit:,.1f} h ({share:.0%})",
                       f"{used:,.1f} / {limit:,.1f} 小时（{share:.0%}）"),
                )
            )  # fmt: skip
        sections.append(Section(tr("Limit and light", "时限与灯色"), tuple(lines)))
    facts = [
        Line(shown(_LABELS[name]), _value(service, name, case[name]))
        for name in _FACTS
        if name in case
    ]
    sections.append(Section(tr("Case", "案件"), tuple(facts)))
    areas = service.area_names()
    codes = [
        Line(shown(_LABELS[n]), f"{areas.get(case[n], '')}  {case[n]}".strip())
        for n in ("grid_code", "community_code", "street_code", "county_code")
        if n in case
    ]
    sections.append(Section(tr("Place", "位置与区划"), tuple(codes)))
    name = duty["handling_name"] or tr("unclear", "不明确")
    sure = tr(f"{float(duty['confidence']):.1%} sure", f"可信度 {float(duty['confidence']):.1%}")
    reasons = reason_lines(duty["reasons"])
    sections.append(
        Section(
            tr("Who answers, and why", "责任部门与依据"),
            (Line(tr("Handling", "处置"), f"{name} · {sure}", reasons),),
        )
    )
    steps = service.profile.steps
    log = []
    for row in card.log.to_dict("records"):
        step = steps.get(row["step"])
        label = shown(step.label) if step is not None else row["step"]
        said = [department(service, row["department_code"]), _text(row["reason"])]
        said += [_text(row["who"]), _text(row["document"]), moment(row["until"])]
        log.append(Line(moment(row["at"]), " · ".join([label, *(s for s in said if s)])))
    sections.append(Section(tr("Log", "流程记录"), tuple(log)))
    return [s for s in sections if s.lines]


def reason_lines(said: Any) -> tuple[str, ...]:
    """Return the reasons of an answer, one for each role."""
    return tuple(r.strip() for r in re.split(r"[；\n]|; ", str(said or "")) if r.strip())


def twin_texts(twins: Any) -> list[tuple[str, str]]:
    """Return number and text of each twin: how far, when, at which stage."""
    texts = []
    for row in twins.itertuples():
        at, stage = moment(row.reported_at), choice("case_stage", row.stage)
        far = tr(f"{row.metres:.0f} m", f"{row.metres:.0f} 米")
        texts.append((row.number, f"{row.number}  {far}  {at}  {stage}"))
    return texts


def case_text(title: str, sections: list[Section]) -> str:
    """Return a card as plain text, for the clipboard."""
    said = [title]
    for section in sections:
        said += ["", section.title]
        for line in section.lines:
            said.append(f"  {line.name}{tr(': ', '：')}{line.value}")
            said += [f"    - {detail}" for detail in line.details]
    return "\n".join(said)


def _value(service: CaseService, name: str, value: Any) -> str:
    if name.endswith("_at"):
        return moment(value)
    if name == "handling_code":
        return department(service, value)
    said = str(value)
    return choice(str(_CHOICES[name]), said) if _CHOICES.get(name) else said


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)
