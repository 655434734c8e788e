"""One answer that an address may have, before it is judged."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from citygrid_core.errors import Text
from citygrid_core.geocode.names import Found
from citygrid_core.geocode.places import Street

#: How near an answer comes, from the door to the district.
LEVELS = (
    "plate",
    "building",
    "interpolated",
    "crossing",
    "poi",
    "compound",
    "street",
    "zone",
    "region",
)
#: Side of a nominal unit grid, metres.
CELL = 100.0
#: Spread of a surveyed plate, metres (GB/T 37149: 5 m on plains).
PLATE = 5.0


@dataclass(slots=True)
class Candidate:
    """A point with what speaks for and against it.

    Attributes
    ----------
    level : one of `LEVELS`
    x, y, spread : metres; `spread` is the geometric uncertainty before calibration
    signs : what the probability is judged from, by the names of `calibrate.SIGNS`
    matched : JSON-ready: which part was taken for which name, and how
    streets : the streets that a relative phrase may run along
    shape : the polygon of the place, if any
    hold : at most this probable, for how coarsely the plates are set: see `held`
    """

    level: str
    x: float
    y: float
    spread: float
    code: str
    name: str
    area: frozenset[str]
    signs: dict[str, float] = field(default_factory=dict)
    matched: list[dict[str, str]] = field(default_factory=list)
    reasons: list[Text] = field(default_factory=list)
    streets: tuple[Street, ...] = ()
    shape: Any = None
    hold: float = 1.0
    logit: float = 0.0
    probability: float = 0.0


def reach(spread: float, coarse: float) -> float:
    """Return a spread joined with the 95 % circle of a standard error along each axis."""
    return math.hypot(spread, 2.4477 * coarse)


def held(coarse: float) -> float:
    """Return the chance that a plate with a standard error of so many metres is in its grid.

    The mean error along each axis is 0.8 standard errors; a grid is laid at random.
    """
    return (1.0 - 0.8 * min(coarse, CELL) / CELL) ** 2


def take(
    signs: dict[str, float], reasons: list[Text], typed: str, label: str, found: Found, name: str,
    code: str,
) -> dict[str, str]:  # fmt: skip
    """Note in signs and reasons how a typed name was taken for the place `name`, `code`.

    Returns
    -------
    dict
        What was matched: part, typed, name, code, via, and when of a former name.
    """
    matched = {"part": label, "typed": typed, "name": name, "code": code, "via": found.how}
    if found.likeness < 1.0:
        signs["unlike"] = max(signs.get("unlike", 0.0), 1.0 - found.likeness)
        signs[found.how] = 1.0
        reasons.append(Text(f"{typed} taken for {found.name}", f"“{typed}”按“{found.name}”匹配"))
    via = found.ref.via
    if via == "name":
        return matched
    signs[via] = 1.0
    if via == "former":
        when = found.ref.when
        en, zh = (f" ({when})", f"（{when}）") if when else ("", "")
        matched["when"] = when
        reasons.append(
            Text(f"{typed} is a former name of {name}{en}", f"“{typed}”为“{name}”的曾用名{zh}")
        )
    elif via == "alias":
        reasons.append(Text(f"{typed} is another name of {name}", f"“{typed}”为“{name}”的别名"))
    return matched
