"""Duty rules as they stand in a frame, read into values; what can't be read is set aside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd
import shapely

from citygrid_core.errors import Problem, Text
from citygrid_core.responsibility.conditions import Conditions, read_conditions
from citygrid_core.responsibility.errors import MissingColumns, problem
from citygrid_core.responsibility.frames import column, texts
from citygrid_core.responsibility.strength import PLACES, ROLES, SHAPED, Order

#: What a rule's place is, for looking it up: ("area", "320705"), ("shape", 3), ("everywhere", "").
PlaceKey = tuple[str, str | int]
KINDS = ("component", "event")
#: What joins several codes of places in one rule.
SEVERAL = re.compile(r"\s*[#,;，；、]\s*|\s+")
_NEEDED = ("code", "place", "role", "department_code")
_TEXTS = (
    "code", "place", "place_code", "width_m", "object_kind", "class_code", "attribute", "area_class",
    "role", "department_code", "valid_from", "valid_to", "hours", "weekdays", "season", "document",
    "clause", "priority",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """One duty rule, for one place.

    Attributes
    ----------
    place_key : PlaceKey
        Where it holds; a shape by its number in `Shape` order.
    strength : tuple of int
        Smaller is stronger; rules of equal strength tie.
    """

    code: str
    place: str
    place_code: str
    width_m: float
    object_kind: str
    class_code: str
    area_class: str
    role: str
    department_code: str
    valid_from: str
    valid_to: str
    conditions: Conditions
    document: str
    clause: str
    priority: int
    place_key: PlaceKey
    strength: tuple[int, ...]

    def in_force(self, day: str | None) -> bool:
        """Return whether the rule is valid on a day; None: it has no end."""
        if day is None:
            return not self.valid_to
        return self.valid_from <= day and (not self.valid_to or day < self.valid_to)


class Shape(NamedTuple):
    """A polygon, or a line with a width on each side (0 for polygons)."""

    geometry: Any
    width_m: float


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules that can be used, their distinct shapes, and what is wrong with the others."""

    rules: tuple[Rule, ...]
    shapes: tuple[Shape, ...]
    problems: tuple[Problem, ...]


def read_rules(frame: pd.DataFrame, order: Order) -> RuleSet:
    """Read a frame of duty rules (columns of the store's ``duty_rules``).

    A rule that can't be read is set aside with a `Problem`, never half applied.

    Raises
    ------
    MissingColumns
        code, place, role or department_code is missing altogether.
    """
    missing = [c for c in _NEEDED if c not in frame]
    if missing and len(frame):
        raise MissingColumns(Text("duty rules", "责任规则"), missing)
    geometries: list[Any] = [None] * len(frame)
    if "geometry" in frame:
        geometries = list(frame["geometry"])
    rows = texts(column(frame, "source_row"))
    rules: list[Rule] = []
    problems: list[Problem] = []
    shapes: dict[tuple[bytes, float], int] = {}
    kept: list[Shape] = []
    columns = [texts(column(frame, name)) for name in _TEXTS]
    for values, geometry, row in zip(zip(*columns, strict=True), geometries, rows, strict=True):
        given = dict(zip(_TEXTS, values, strict=True))
        wrong = list(_faults(given, geometry, int(row) if row else None))
        problems += wrong
        if wrong:
            continue
        number = -1
        if given["place"] in SHAPED:
            width = float(given["width_m"]) if given["place"] == "line" else 0.0
            key = (shapely.to_wkb(geometry), width)
            if key not in shapes:
                shapes[key] = len(kept)
                kept.append(Shape(geometry, width))
            number = shapes[key]
        rules += _rules(given, number, order)
    return RuleSet(tuple(rules), tuple(kept), tuple(problems))


def _rules(given: dict[str, str], shape: int, order: Order) -> Iterator[Rule]:
    """Make one rule for each place that the row names."""
    place = given["place"]
    conditions, _ = read_conditions(
        given["hours"], given["weekdays"], given["season"], given["attribute"]
    )
    priority = _priority(given["priority"])
    codes = SEVERAL.split(given["place_code"]) if given["place_code"] else [""]
    for code in codes if place in ("area", "grid", "grid_group") else codes[:1]:
        key: PlaceKey = (place, code)
        if place in SHAPED:
            key = ("shape", shape)
        elif place == "everywhere":
            key = ("everywhere", "")
        parts = {
            "class": (-len(given["class_code"]), 0 if given["object_kind"] else 1),
            "area": (-len(code) if place == "area" else 0,),
            "priority": (-priority,),
            "conditions": (-conditions.number - bool(given["area_class"]),),
        }
        strength = [order.layers.index(place)]
        for part in order.within:
            strength += parts[part]
        yield Rule(
            given["code"],
            place,
            given["place_code"] if place == "everywhere" else code,
            float(given["width_m"] or 0.0) if place == "line" else 0.0,
            given["object_kind"],
            given["class_code"],
            given["area_class"],
            given["role"],
            given["department_code"],
            given["valid_from"][:10],
            given["valid_to"][:10],
            conditions,
            given["document"],
            given["clause"],
            priority,
            key,
            tuple(strength),
        )


def _priority(text: str) -> int:
    return int(float(text)) if text else 0


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _faults(given: dict[str, str], geometry: Any, row: int | None) -> Iterator[Problem]:
    """Yield everything that keeps a rule from being used."""
    code = given["code"]

    def say(rule: str, field: str, expected: Text, found: str | None = None) -> Problem:
        value = given[field] if found is None else found
        said = Text(repr(value), f"“{value}”") if value else Text("nothing", "空值")
        return problem(f"duty.{rule}", code, field, said, expected, row)

    for field, known in (("place", PLACES), ("role", ROLES)):
        if given[field] not in known:
            yield say(field, field, Text("one of " + ", ".join(known), "、".join(known) + "之一"))
    if given["object_kind"] not in ("", *KINDS):
        yield say(
            "object_kind",
            "object_kind",
            Text("component, event or nothing", "component、event 或空"),
        )
    if not given["department_code"]:
        yield say("department", "department_code", Text("a department", "部门代码"))
    if given["priority"] and _number(given["priority"]) is None:
        yield say("priority", "priority", Text("a whole number", "整数"))
    if given["valid_from"] and given["valid_to"] and given["valid_to"] <= given["valid_from"]:
        begin = given["valid_from"]
        yield say(
            "dates", "valid_to", Text(f"a day after valid_from {begin}", f"晚于起始日期 {begin}")
        )
    if given["place"] in ("area", "grid", "grid_group") and not given["place_code"]:
        yield say("place_code", "place_code", Text("the code of the place", "地域代码"))
    width = _number(given["width_m"])
    if given["place"] == "line" and (width is None or not 0 <= width < 1e7):
        yield say(
            "width", "width_m", Text("metres on each side, 0 or more", "每侧宽度（米），不小于 0")
        )
    if given["place"] in SHAPED:
        said = _geometry_fault(given["place"], geometry)
        if said is not None:
            wanted = (
                Text("a valid line", "有效的线")
                if given["place"] == "line"
                else Text("a valid polygon", "有效的面")
            )
            yield problem("duty.geometry", code, "geometry", said, wanted, row)
    _, unreadable = read_conditions(
        given["hours"], given["weekdays"], given["season"], given["attribute"]
    )
    examples = {
        "hours": "08:00-12:00#14:00-18:00",
        "weekdays": "1-5",
        "season": "11-15/03-15",
        "attribute": "state=damaged",
    }
    for field in unreadable:
        like = examples[field]
        yield say("condition", field, Text(f"for example {like}", f"例如 {like}"))


def _geometry_fault(place: str, geometry: Any) -> Text | None:
    """Return what is wrong with the geometry of a rule, or None."""
    if geometry is None or not isinstance(geometry, shapely.Geometry) or geometry.is_empty:
        return Text("no geometry", "空图形")
    kinds = ("LineString", "MultiLineString") if place == "line" else ("Polygon", "MultiPolygon")
    if geometry.geom_type not in kinds:
        return Text(f"a {geometry.geom_type}", f"{geometry.geom_type} 图形")
    if place != "line" and not geometry.is_valid:
        why = shapely.is_valid_reason(geometry)
        return Text(f"an invalid polygon ({why})", f"无效面（{why}）")
    return None
