"""The straight way: a known street and a known number need no weighing.

Most addresses of a table are of this kind. What is answered is what the long way
(`match`, `judge`) answers, to the last bit; a test holds this.
"""

from __future__ import annotations

from typing import NamedTuple

from citygrid_core.errors import Text
from citygrid_core.geocode.build import Tables
from citygrid_core.geocode.candidate import PLATE, Candidate, held, reach, take
from citygrid_core.geocode.judge import Calibration, judge
from citygrid_core.geocode.names import Found
from citygrid_core.geocode.parts import REGIONS, Parsed, Part
from citygrid_core.geocode.places import number_of
from citygrid_core.geocode.regions import elsewhere

#: So many judgements are remembered.
_KEPT = 10_000

_LABELS = frozenset(
    ("county", "town", "community", "road", "number", "building", "unit", "floor", "room")
)


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
    reasons: list[Text]


class Straightener:
    """Answers straight addresses, and no others.

    A street that the name means alone, however it was written, with a plate of the number.
    """

    def __init__(self, tables: Tables, calibration: Calibration) -> None:
        self.t = tables
        self.calibration = calibration
        self._plate = reach(PLATE, tables.coarse)
        self._hold = held(tables.coarse)
        self._judged: dict[tuple[str, str, float, bool], tuple[float, float]] = {}

    def find(self, parsed: Parsed) -> Straight | None:
        """Return the answer of an address; None when the long way must be gone."""
        places = parsed.places
        if "road" not in places or "number" not in places or not _LABELS.issuperset(places):
            return None
        parts = parsed.parts
        road, number = parts[places["road"]], parts[places["number"]]
        found = self._street(road)
        if found is None:
            return None
        wanted = number_of(number.value + "号")
        if wanted is None or wanted.rest:
            return None
        t = self.t
        street, plates = t.streets[found.ref.target], t.plates
        first, last = plates.between(street.first, street.last, wanted.main)
        if first == last or plates.rest[first]:
            return None
        # The plate itself stands first; a second one of no sub-number is a twin.
        if last - first > 1 and ("building" in places or not plates.rest[first + 1]):
            return None
        areas = plates.area_of(first) or street.areas
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
        signs: dict[str, float] = {}
        reasons: list[Text] = []
        typed = parsed.typed(road)
        matched = take(signs, reasons, typed, "road", found, street.name, street.code)
        key = (found.how, found.ref.via, found.likeness, agrees)
        judged = self._judged.get(key)
        if judged is None:
            if len(self._judged) > _KEPT:
                self._judged.clear()
            judged = self._judged[key] = self._judge(signs, agrees)
        name = f"{street.name}{wanted.main}号"
        x, y = plates.quick.x[first], plates.quick.y[first]
        code = plates.code[first]
        return Straight(x, y, judged[1], judged[0], code, name, matched, areas, reasons)

    def _street(self, road: Part) -> Found | None:
        """Return the street that a name means, when it means one only."""
        names = self.t.names
        refs = names.refs.get(road.value)
        if refs is not None and (len(refs) > 1 or refs[0].label == "road"):
            # A name that is another place's too has more than one meaning.
            return names.exact(road.value, "road")[0] if len(refs) == 1 else None
        if road.known or len(road.value) < 2 or elsewhere(road, names):
            return None
        alike = names.alike(road.value, "road")
        # Names that are less alike by `BEHIND` are not meant: they were left out.
        return alike[0] if len(alike) == 1 else None

    def _agrees(self, region: str, areas: frozenset[str]) -> bool:
        """Whether all that a region's name may mean holds, or is held by, the plate's area."""
        for ref in self.t.names.refs[region]:
            if ref.label in REGIONS and ref.target >= 0:
                code = self.t.regions.code[ref.target]
                if code and any(a.startswith(code) or code.startswith(a) for a in areas):
                    return True
        return False

    def _judge(self, signs: dict[str, float], agrees: bool) -> tuple[float, float]:
        c = Candidate("plate", 0.0, 0.0, self._plate, "", "", frozenset(), dict(signs))
        c.hold = self._hold
        if agrees:
            c.signs["region_agrees"] = 1.0
        judge([c], self.calibration)
        return c.probability, self.calibration.error_of(c)
