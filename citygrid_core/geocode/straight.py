"""The straight way: a known street and a known number need no weighing.

Most addresses of a table are of this kind. What is answered is what the long way
(`match`, `judge`) answers, to the last bit; a test holds this.
"""

from __future__ import annotations

from typing import NamedTuple

from citygrid_core.geocode.build import Tables
from citygrid_core.geocode.candidate import Candidate
from citygrid_core.geocode.judge import Calibration, judge
from citygrid_core.geocode.parts import REGIONS, Parsed
from citygrid_core.geocode.places import number_of

_LABELS = frozenset(("county", "town", "community", "road", "number", "unit", "floor", "room"))


class Straight(NamedTuple):
    """The one answer of a straight address, see `Candidate` and `Gazetteer.geocode`."""

    x: float
    y: float
    error: float
    probability: float
    code: str
    name: str
    matched: dict[str, str]
    area: frozenset[str]


class Straightener:
    """Answers straight addresses, and no others."""

    def __init__(self, tables: Tables, calibration: Calibration) -> None:
        self.t = tables
        self.calibration = calibration
        self._judged: dict[tuple[str, bool], tuple[float, float]] = {}

    def find(self, parsed: Parsed) -> Straight | None:
        """Return the answer of an address; None when the long way must be gone."""
        places = parsed.places
        if "road" not in places or "number" not in places or not _LABELS.issuperset(places):
            return None
        parts = parsed.parts
        road, number = parts[places["road"]], parts[places["number"]]
        if not road.known:
            return None
        t = self.t
        refs = t.names.refs[road.value]
        if len(refs) != 1 or refs[0].label != "road" or refs[0].via not in ("name", "short"):
            return None
        wanted = number_of(number.value + "号")
        if wanted is None or wanted.rest:
            return None
        street, plates = t.streets[refs[0].target], t.plates
        first, last = plates.between(street.first, street.last, wanted.main)
        # The plate itself stands first; a second one of no sub-number is a twin.
        if first == last or plates.rest[first] or (last - first > 1 and not plates.rest[first + 1]):
            return None
        area = plates.area[first]
        areas = frozenset((area,)) if area else street.areas
        agrees = False
        roads = numbers = 0
        for part in parts:
            label = part.label
            if label == "road":
                roads += 1
            elif label == "number":
                numbers += 1
            elif label in REGIONS:
                if not part.known or not areas or not self._agrees(part.value, areas):
                    return None
                agrees = True
        if roads != 1 or numbers != 1:
            return None
        via = refs[0].via
        judged = self._judged.get((via, agrees))
        if judged is None:
            judged = self._judged[via, agrees] = self._judge(via, agrees)
        matched = {
            "part": "road",
            "typed": parsed.typed(road),
            "name": street.name,
            "code": street.code,
            "via": via,
        }
        name = f"{street.name}{wanted.main}号"
        x, y = plates.quick.x[first], plates.quick.y[first]
        return Straight(x, y, judged[1], judged[0], plates.code[first], name, matched, areas)

    def _agrees(self, region: str, areas: frozenset[str]) -> bool:
        """Whether all that a region's name may mean holds, or is held by, the plate's area."""
        for ref in self.t.names.refs[region]:
            if ref.label in REGIONS and ref.target >= 0:
                code = self.t.regions.code[ref.target]
                if code and any(a.startswith(code) or code.startswith(a) for a in areas):
                    return True
        return False

    def _judge(self, via: str, agrees: bool) -> tuple[float, float]:
        c = Candidate("plate", 0.0, 0.0, 5.0, "", "", frozenset())
        if via == "short":
            c.signs["short"] = 1.0
        if agrees:
            c.signs["region_agrees"] = 1.0
        judge([c], self.calibration)
        return c.probability, self.calibration.error_of(c)
