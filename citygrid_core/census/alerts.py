"""What a surveyor is asked about at once, and which key answers.

A component is stored before anything is asked: an alert never holds it back, and one
that nobody answers leaves the component as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from citygrid_core.errors import Text

Kind = Literal["twin", "border", "outside", "owner", "capacity"]
Action = Literal["keep", "merge", "drop", "rule"]
#: The one key of each answer: the same in every language.
KEYS: dict[Action, str] = {"keep": "K", "merge": "M", "drop": "X", "rule": "D"}
LABELS: dict[Action, Text] = {
    "keep": Text("keep", "保留"),
    "merge": Text("merge with the old one", "与原有部件合并"),
    "drop": Text("take it back", "撤回"),
    "rule": Text("take the rule's body", "采用责任规则"),
}
#: Answers that an alert offers; the first is what no answer means.
ANSWERS: dict[Kind, tuple[Action, ...]] = {
    "twin": ("keep", "merge", "drop"),
    "border": ("keep", "drop"),
    "outside": ("keep", "drop"),
    "owner": ("keep", "rule"),
    "capacity": ("keep",),
}
_ROLES = {
    "supervising": Text("supervising department", "主管部门"),
    "owning": Text("owner", "权属单位"),
    "maintaining": Text("maintaining body", "养护单位"),
}


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to decide about a component that was just placed.

    Attributes
    ----------
    kind : str
    text : Text
        What is the matter.
    other : str
        Code of the other component, or of the other grid.
    roles : dict of str to str
        For ``owner``: role to the body that the duty rules name.
    """

    kind: Kind
    text: Text
    other: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)

    @property
    def answers(self) -> tuple[Action, ...]:
        """What can be answered; the first is what no answer means."""
        return ANSWERS[self.kind]

    def action(self, key: str) -> Action | None:
        """Return what a key means here, None for no answer."""
        return next((a for a in self.answers if KEYS[a] == key.upper()), None)


def twin_alert(name: Text, radius_m: float, near: Sequence[tuple[str, float]]) -> Alert | None:
    """Return an alert when one of the same class stands within its radius.

    Parameters
    ----------
    name : Text
        Of the class.
    radius_m : float
    near : sequence of (code, distance in metres)
        Components of the class, any order.
    """
    within = sorted((d, code) for code, d in near if d <= radius_m)
    if not within:
        return None
    distance, code = within[0]
    more = len(within) - 1
    also = Text(f" and {more} more", f"，另有 {more} 个") if more else Text("", "")
    return Alert(
        "twin",
        Text(
            f"{name.en} {code} stands {distance:.2f} m away{also.en} (radius {radius_m:g} m): "
            "the same one?",
            f"{distance:.2f} 米处已有{name.zh} {code}{also.zh}（判重半径 {radius_m:g} 米），是否同一个？",
        ),
        other=code,
    )


def border_alert(distance_m: float, reach_m: float, grid: str, other: str) -> Alert | None:
    """Return an alert when the position's error reaches over the border of the grid.

    Parameters
    ----------
    distance_m : float
        From the point to the next unit grid; infinite when none is near.
    reach_m : float
        The error that the accuracy class allows, at most.
    grid, other : str
        Codes of the grid taken and of the next one.
    """
    if not distance_m <= reach_m:
        return None
    on = distance_m == 0
    return Alert(
        "border",
        Text(
            f"on the border of {grid} and {other}: the lowest code counts"
            if on
            else f"{distance_m:.2f} m from grid {other}; the position may be off by {reach_m:g} m",
            f"位于 {grid} 与 {other} 的边界上，按规则归编码较小者"
            if on
            else f"距网格 {other} 仅 {distance_m:.2f} 米，而位置误差可达 {reach_m:g} 米",
        ),
        other=other,
    )


def outside_alert(place: str, area: str) -> Alert:
    """Return the alert of a component in the city but not in the area being surveyed."""
    return Alert(
        "outside",
        Text(
            f"{place} is outside the survey area {area}",
            f"{place} 不在本次普查范围 {area} 内",
        ),
    )


def owner_alert(
    given: Mapping[str, str], by_rule: Mapping[str, str], names: Mapping[str, str]
) -> Alert | None:
    """Return an alert when a body given contradicts the one that the duty rules name.

    Parameters
    ----------
    given, by_rule : dict
        Role to department code. A role that the rules leave open contradicts nothing.
    names : dict
        Department code to name.
    """
    wrong = {
        role: by_rule[role]
        for role in _ROLES
        if given.get(role) and by_rule.get(role) and given[role] != by_rule[role]
    }
    if not wrong:
        return None

    def said(code: str) -> str:
        return names.get(code, code)

    en = "; ".join(
        f"{_ROLES[r].en} {said(given[r])}, but the rules name {said(c)}" for r, c in wrong.items()
    )
    zh = "；".join(
        f"{_ROLES[r].zh}填{said(given[r])}，而责任规则为{said(c)}" for r, c in wrong.items()
    )
    return Alert("owner", Text(en, zh), roles=wrong)


def capacity_alert(county: str, name: Text, used: int, most: int) -> Alert | None:
    """Return an alert from four fifths of a class's numbers on.

    Parameters
    ----------
    name : Text
        Of the class.
    used : int
        Highest number minted in the county for the class.
    most : int
        Highest number that the edition's code can say.
    """
    if used < 0.8 * most:
        return None
    return Alert(
        "capacity",
        Text(
            f"{most - used:,} of {most:,} numbers are left for {name.en} in {county}",
            f"{county} 的{name.zh}顺序码仅剩 {most - used:,} 个（共 {most:,} 个）",
        ),
    )
