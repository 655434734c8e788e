"""An oracle in plain Python: every rule against every point, one by one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

ROLES = ("supervising", "owning", "maintaining", "handling")
LAYERS = ("line", "polygon", "grid", "grid_group", "area", "everywhere")


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)


def successors(departments: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Return for each department its end and its successor."""
    return {d.code: (_text(d.valid_to), _text(d.successor_code)) for d in departments.itertuples()}


def _alive(departments: dict[str, tuple[str, str]], code: str, day: str) -> str:
    """Return who stands for a department on a day; "" when nobody does."""
    end, successor = departments.get(code, ("", ""))
    if not end or day < end:
        return code
    return _alive(departments, successor, day) if successor else ""


def answer(
    rules: list[Any],
    departments: dict[str, tuple[str, str]],
    groups: dict[str, set[str]],
    point: Any,
    at: str,
) -> dict[str, set[str]]:
    """Return for each role the bodies that answer."""
    day, _, clock = at.partition("T")
    found: dict[str, list[tuple[tuple[int, ...], str]]] = {r: [] for r in ROLES}
    for rule in rules:
        if rule.object_kind and rule.object_kind != point.object_kind:
            continue
        if not str(point.class_code).startswith(rule.class_code):
            continue
        if not (rule.valid_from <= day and (not rule.valid_to or day < rule.valid_to)):
            continue
        if rule.weekdays and str(
            dt.date.fromisoformat(day).isoweekday()
        ) not in rule.weekdays.split("#"):
            continue
        if rule.hours:
            low, high = rule.hours.split("-")
            inside = low <= clock < high if low < high else (clock >= low or clock < high)
            if not clock or not inside:
                continue
        if rule.season:
            low, high = rule.season.split("/")
            date = day[5:]
            if not (low <= date <= high if low <= high else (date >= low or date <= high)):
                continue
        if rule.area_class and rule.area_class != _text(point.area_class):
            continue
        if rule.attribute:
            name, wanted = rule.attribute.split("=")
            if _text(getattr(point, name)) not in wanted.split("|"):
                continue
        holds = {
            "everywhere": lambda r: True,
            "area": lambda r: str(point.community_code).startswith(r.place_code),
            "grid": lambda r: point.grid_code == r.place_code,
            "grid_group": lambda r: point.grid_code in groups.get(r.place_code, set()),
            "polygon": lambda r: r.geometry.covers(point.geometry),
            "line": lambda r: r.geometry.distance(point.geometry) <= r.width_m,
        }[rule.place]
        if not holds(rule):
            continue
        conditions = sum(
            bool(getattr(rule, c))
            for c in ("hours", "weekdays", "season", "attribute", "area_class")
        )
        strength = (
            -LAYERS.index(rule.place),
            len(rule.class_code),
            bool(rule.object_kind),
            len(rule.place_code) if rule.place == "area" else 0,
            rule.priority,
            conditions,
        )
        found[rule.role].append((strength, rule.department_code))
    out = {}
    for role, claims in found.items():
        top = max((s for s, _ in claims), default=None)
        bodies = {_alive(departments, d, day) for s, d in claims if s == top}
        recorded = _text(getattr(point, f"{role}_code", None))
        if recorded:
            bodies = {_alive(departments, recorded, day)}
        out[role] = bodies - {""}
    return out
