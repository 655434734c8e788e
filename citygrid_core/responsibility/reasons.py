"""Why: the chain of rules behind an answer, in two languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from citygrid_core.errors import Language, Text
from citygrid_core.responsibility.departments import Body
from citygrid_core.responsibility.rules import Rule

Verdict = Literal["recorded", "answers", "ties", "weaker", "not_now", "not_this", "ended", "nobody"]

#: Verdicts of the bodies that answer.
ANSWERING = ("recorded", "answers", "ties")

_ROLES = {
    "supervising": Text("supervising", "主管"),
    "owning": Text("owning", "权属"),
    "maintaining": Text("maintaining", "养护"),
    "handling": Text("handling", "处置"),
}
_VERDICTS: dict[str, Text] = {
    "recorded": Text("the component's own record names it", "部件登记的部门"),
    "answers": Text("strongest rule: it answers", "效力最高，由其负责"),
    "ties": Text(
        "equally strong as another that names another body", "与另一规则效力相同而部门不同"
    ),
    "weaker": Text("holds too, but is weaker", "亦适用，但效力较低"),
    "not_now": Text("does not hold at this time", "此时不适用"),
    "not_this": Text("does not hold for this object or area class", "对象属性或区域类别不符"),
    "ended": Text("its body has ended and nobody took over", "部门已撤销且无承接部门"),
    "nobody": Text("no rule names a body", "没有规则指定部门"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of the chain: a rule that was considered for a role, and what came of it.

    Attributes
    ----------
    role : str
    verdict : str
        recorded, answers, ties, weaker, not_now, not_this, ended, nobody.
    rule : Rule or None
        None for a recorded department and for nobody.
    body : Body or None
        The department as of the day, and who it is today.
    named_code : str
        The department as the rule or the record names it.
    """

    role: str
    verdict: Verdict
    rule: Rule | None = None
    body: Body | None = None
    named_code: str = ""

    def text(self, lang: Language = "en") -> str:
        """Return the reason as one line."""
        zh = lang == "zh"
        parts = [_ROLES[self.role].text(lang)]
        if self.rule is not None:
            parts.append(_rule(self.rule, zh))
        if self.body is not None:
            parts.append(_body(self.body, self.named_code, zh))
        parts.append(_VERDICTS[self.verdict].text(lang))
        return ("：" if zh else ": ").join([parts[0], ("，" if zh else ", ").join(parts[1:])])

    def __str__(self) -> str:
        return self.text()


class Reasons(tuple[Reason, ...]):
    """Reasons of one answer; as text they are joined by semicolons."""

    __slots__ = ()

    def text(self, lang: Language = "en") -> str:
        """Return all reasons as one text."""
        return ("；" if lang == "zh" else "; ").join(r.text(lang) for r in self)

    def __str__(self) -> str:
        return self.text()


def _rule(rule: Rule, zh: bool) -> str:
    places = {
        "everywhere": ("everywhere", "全域"),
        "area": (f"area {rule.place_code}", f"行政区域 {rule.place_code}"),
        "grid": (f"unit grid {rule.place_code}", f"单元网格 {rule.place_code}"),
        "grid_group": (f"grid group {rule.place_code}", f"网格组 {rule.place_code}"),
        "decided": ("the area of a decision", "裁定范围"),
        "polygon": ("a polygon", "面状范围"),
        "line": (f"{rule.width_m:g} m along a line", f"沿线两侧 {rule.width_m:g} 米"),
    }
    what = rule.class_code or ("all classes" if not zh else "全部类别")
    since = rule.valid_from or "…"
    until = rule.valid_to or ("…" if rule.valid_from else "")
    said = [
        f"规则 {rule.code}" if zh else f"rule {rule.code}",
        places[rule.place][zh],
        f"类别 {what}" if zh and rule.class_code else (what if zh else f"class {what}"),
    ]
    if rule.document:
        said.append(
            f"{rule.document}{rule.clause}" if zh else f"{rule.document} {rule.clause}".strip()
        )
    if rule.valid_from or rule.valid_to:
        said.append(f"{since} 至 {until}" if zh else f"valid {since} to {until}")
    return (" · ").join(said)


def _body(body: Body, named: str, zh: bool) -> str:
    said = f"{body.name}（{body.code}）" if zh else f"{body.name or 'department'} ({body.code})"
    if not body.known:
        said += "，名录中没有" if zh else ", not in the register"
    if named != body.code:
        said += f"，承接 {named}" if zh else f", successor of {named}"
    if body.today_code != body.code:
        now = (
            f"{body.today_name}（{body.today_code}）"
            if zh
            else f"{body.today_name} ({body.today_code})"
        )
        said += f"，现为{now}" if zh else f", today {now}"
    return said
