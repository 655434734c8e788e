"""Judge one question: which rules hold, which is the strongest, who is its body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from citygrid_core.responsibility.conditions import Moment
from citygrid_core.responsibility.departments import Body, DepartmentHistory
from citygrid_core.responsibility.reasons import Reason, Reasons, Verdict
from citygrid_core.responsibility.rules import PlaceKey, Rule
from citygrid_core.responsibility.strength import RECORDED, ROLES, Order

#: Answers kept for the next question.
_MOST_KEPT = 100_000


class Question(NamedTuple):
    """What is asked, without the point itself.

    Attributes
    ----------
    places : frozenset
        The places of rules in which the point lies.
    recorded : tuple of bool
        For each role: whether the component's record names a body.
    """

    object_kind: str
    class_code: str
    area_class: str
    attributes: tuple[tuple[str, str], ...]
    places: frozenset[PlaceKey]
    moment: Moment
    recorded: tuple[bool, ...]


class Answer(NamedTuple):
    """Who answers, role by role: a body, 0 none / 1 one / 2 several, candidates, why."""

    codes: tuple[str | None, ...]
    outcomes: tuple[int, ...]
    candidates: tuple[str | None, ...]
    by_record: tuple[bool, ...]
    reasons: Reasons


class Judge:
    """Finds the strongest rules for a question."""

    def __init__(self, rules: Iterable[Rule], departments: DepartmentHistory, order: Order) -> None:
        self.rules = tuple(rules)
        self.departments = departments
        self.record_layer = order.layers.index(RECORDED)
        self._by_class: dict[str, dict[PlaceKey, list[Rule]]] = {}
        for rule in self.rules:
            places = self._by_class.setdefault(rule.class_code, {})
            places.setdefault(rule.place_key, []).append(rule)
        self._places = frozenset(r.place_key for r in self.rules)
        self._lengths = sorted({len(c) for c in self._by_class}, reverse=True)
        self._answers: dict[tuple[Any, ...], Answer] = {}
        self._holding: dict[tuple[str, str, Moment], dict[PlaceKey, list[Rule]]] = {}
        self._bodies: dict[tuple[str, str | None], Body] = {}
        self._reasons: dict[tuple[str, Verdict, int, str | None], Reason] = {}

    def prefix(self, class_code: str) -> str:
        """Return the longest class prefix of any rule that a class has: all that rules see of it."""
        for length in self._lengths:
            if class_code[:length] in self._by_class:
                return class_code[:length]
        return ""

    def answer(self, question: Question) -> Answer:
        """Answer a question in all roles."""
        held = self._held(question)
        # Of the places only those count that have a rule for this class in force.
        places = frozenset(question.places & held.keys())
        key = (
            question.object_kind,
            question.class_code,
            question.area_class,
            question.attributes,
            question.moment,
            question.recorded,
            places,
        )
        found = self._answers.get(key)
        if found is None:
            _bound(self._answers)
            found = self._answers[key] = self._answer(question, held, places)
        return found

    def _answer(
        self,
        question: Question,
        held: Mapping[PlaceKey, list[Rule]],
        places: Iterable[PlaceKey],
    ) -> Answer:
        best: dict[str, list[Rule]] = {}
        attributes = dict(question.attributes)
        for place in places:
            for rule in held[place]:
                if not _suits(rule, question, attributes):
                    continue
                found = best.get(rule.role)
                if found is None or rule.strength < found[0].strength:
                    best[rule.role] = [rule]
                elif rule.strength == found[0].strength:
                    found.append(rule)
        codes: list[str | None] = []
        outcomes: list[int] = []
        candidates: list[str | None] = []
        by_record: list[bool] = []
        reasons: list[Reason] = []
        for i, role in enumerate(ROLES):
            rules = best.get(role, [])
            first = rules[0].strength[0] if rules else self.record_layer + 1
            taken = question.recorded[i] and self.record_layer <= first
            by_record.append(taken)
            if taken:
                codes.append(None)
                outcomes.append(1)
                candidates.append(None)
                reasons.append(Reason(role, "recorded"))
                continue
            bodies, why = self._judged(role, rules, question.moment.day)
            codes.append(bodies[0] if len(bodies) == 1 else None)
            outcomes.append(min(len(bodies), 2))
            candidates.append("#".join(bodies) if len(bodies) > 1 else None)
            reasons += why
        return Answer(
            tuple(codes), tuple(outcomes), tuple(candidates), tuple(by_record), Reasons(reasons)
        )

    def explain(self, question: Question, recorded: Mapping[str, str]) -> list[Reason]:
        """Return every rule that was considered, role by role, the strongest first."""
        attributes = dict(question.attributes)
        out: list[Reason] = []
        considered = list(self._considered(question))
        for role in ROLES:
            fit: list[Rule] = []
            unfit: list[Reason] = []
            for rule in considered:
                if rule.role != role:
                    continue
                if not _in_time(rule, question.moment):
                    unfit.append(self._reason(role, "not_now", rule, question.moment.day))
                elif not _suits(rule, question, attributes):
                    unfit.append(self._reason(role, "not_this", rule, question.moment.day))
                else:
                    fit.append(rule)
            fit.sort(key=lambda r: (r.strength, r.code))
            unfit.sort(key=lambda r: (r.rule.strength, r.rule.code) if r.rule else ((), ""))
            top = [r for r in fit if r.strength == fit[0].strength]
            by_record = role in recorded and (not top or self.record_layer <= top[0].strength[0])
            if role in recorded:
                body = self._body(recorded[role], question.moment.day)
                verdict: Verdict = "recorded" if body.alive else "ended"
                said = Reason(role, verdict if by_record else "weaker", None, body, recorded[role])
            if by_record:
                chain = [said, *(self._reason(role, "weaker", r, question.moment.day) for r in fit)]
            else:
                _, chain = self._judged(role, top, question.moment.day)
                weaker = fit[len(top) :]
                chain += [self._reason(role, "weaker", r, question.moment.day) for r in weaker]
                chain += [said] if role in recorded else []
            out += chain + unfit
        return out

    def _judged(
        self, role: str, rules: list[Rule], day: str | None
    ) -> tuple[list[str], list[Reason]]:
        """Return the living bodies that the strongest rules name, and the reasons."""
        if not rules:
            return [], [self._reason(role, "nobody", None, day)]
        ordered = sorted(rules, key=lambda r: r.code) if len(rules) > 1 else rules
        bodies = [self._body(r.department_code, day) for r in ordered]
        alive = sorted({b.code for b in bodies if b.alive})
        verdict: Verdict = "ties" if len(alive) > 1 else "answers"
        return alive, [
            self._reason(role, verdict if b.alive else "ended", r, day)
            for r, b in zip(ordered, bodies, strict=True)
        ]

    def _reason(self, role: str, verdict: Verdict, rule: Rule | None, day: str | None) -> Reason:
        if rule is None:
            return Reason(role, verdict)
        key = (role, verdict, id(rule), day)
        made = self._reasons.get(key)
        if made is None:
            body = self._body(rule.department_code, day)
            made = Reason(role, verdict, rule, body, rule.department_code)
            self._reasons[key] = made
        return made

    def _body(self, code: str, day: str | None) -> Body:
        key = (code, day)
        body = self._bodies.get(key)
        if body is None:
            body = self._bodies[key] = self.departments.on(code, day)
        return body

    def _considered(self, question: Question) -> Iterable[Rule]:
        """Return the rules for a kind, a class and its places, of all times."""
        for length in range(len(question.class_code) + 1):
            by_place = self._by_class.get(question.class_code[:length], {})
            for place in by_place.keys() & question.places:
                for rule in by_place[place]:
                    if rule.object_kind in ("", question.object_kind):
                        yield rule

    def _held(self, question: Question) -> dict[PlaceKey, list[Rule]]:
        """Return the rules in force for a kind, class and moment, by place."""
        key = (question.object_kind, question.class_code, question.moment)
        found = self._holding.get(key)
        if found is None:
            _bound(self._holding)
            found = {}
            everywhere = question._replace(places=self._places)
            for rule in self._considered(everywhere):
                if _in_time(rule, question.moment):
                    found.setdefault(rule.place_key, []).append(rule)
            self._holding[key] = found
        return found


def _bound(cache: dict[Any, Any]) -> None:
    """Empty a cache that has grown large."""
    if len(cache) >= _MOST_KEPT:
        cache.clear()


def _in_time(rule: Rule, moment: Moment) -> bool:
    return rule.in_force(moment.day) and rule.conditions.in_time(moment)


def _suits(rule: Rule, question: Question, attributes: Mapping[str, str]) -> bool:
    if rule.area_class and rule.area_class != question.area_class:
        return False
    return not rule.conditions.attribute or rule.conditions.has_attribute(attributes)
