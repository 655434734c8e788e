"""The question of the map as parameters of an algorithm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.services.heat_city import CASES, HeatCity, Question


def parameters_of(city: HeatCity, question: Question, names: Iterable[str]) -> dict[str, Any]:
    """Return what an algorithm with these parameters is asked, as far as it can be asked it.

    A forecast is asked of the day after the period; several classes, sources, departments and
    hours have no parameter.
    """
    choice, span = question.choice, question.span
    found: dict[str, Any] = {"WORKSPACE": str(city.path), "FROM": span.first, "TO": span.last}
    found["DATE"] = (dt.date.fromisoformat(span.last) + dt.timedelta(1)).isoformat()
    if choice.object_kind is not None:
        found["KIND"] = list(CHOICES["object_kind"]).index(choice.object_kind)
    for name, given in (("CLASS", choice.classes), ("SOURCE", choice.sources)):
        if given is not None and len(given) == 1:
            (found[name],) = given
    if "SOURCE" in found:
        known = list(CHOICES["case_source"])
        found["SOURCE"] = known.index(found["SOURCE"]) if found["SOURCE"] in known else None
    if question.measure != CASES:
        found["RATE"] = question.measure
    if city.view.recounted:
        found["RECOUNT"] = True
    if city.at:
        found["AT"] = city.at
    wanted = {"WORKSPACE", *names}
    return {n: value for n, value in found.items() if n in wanted and value is not None}
