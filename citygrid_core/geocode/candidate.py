"""One answer that an address may have, before it is judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from citygrid_core.errors import Text
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
    logit: float = 0.0
    probability: float = 0.0
