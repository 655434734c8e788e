"""From the parts of an address to the places it may mean."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from citygrid_core.errors import Text
from citygrid_core.geocode.alike import BEHIND
from citygrid_core.geocode.build import Tables
from citygrid_core.geocode.candidate import PLATE, Candidate, held, reach, take
from citygrid_core.geocode.interpolate import interpolate
from citygrid_core.geocode.names import Found
from citygrid_core.geocode.parse import parse
from citygrid_core.geocode.parts import REGIONS, Parsed, Part
from citygrid_core.geocode.places import Number, Street, number_of, spoken
from citygrid_core.geocode.regions import elsewhere
from citygrid_core.geocode.relative import RELATIVE, crossings, shift

#: Another landmark supports an answer within this, and contradicts beyond, metres.
_NEAR, _FAR = 150.0, 500.0
#: Regions of up to this radius are blocks, metres.
_BLOCK = 200.0
_MOST = 12
_UNSAID = ("unknown", "group")
_PLACES = ("poi", "compound", "road")
_REGIONS = frozenset(REGIONS)


class Matcher:
    """Finds the candidates of one parsed address."""

    def __init__(self, tables: Tables) -> None:
        self.t = tables
        self._cities = any(
            r.label in ("city", "province") for refs in tables.names.refs.values() for r in refs
        )
        #: Spread of a plate: a survey's, or more where the plates themselves tell of less.
        self._plate = reach(PLATE, tables.coarse)
        self._hold = held(tables.coarse)
        self._met: dict[tuple[int, int], list[tuple[float, float, float]]] = {}

    def misspelt(self, some: Iterable[Parsed]) -> Iterator[tuple[str, str]]:
        """Yield the names, with a label, that `candidates` will look for by likeness."""
        refs = self.t.names.refs
        for parsed in some:
            road = "road" in parsed.places
            for part in parsed.parts:
                if part.known or len(part.value) < 2:
                    continue
                if part.label == "road":
                    if not any(r.label == "road" for r in refs.get(part.value, ())):
                        yield part.value, "road"
                elif not road and part.label in ("poi", "compound") and part.value not in refs:
                    yield part.value, "compound"
                    yield part.value, "poi"
            before = None if road else _before_door(parsed)
            if before is not None and len(before.value) > 1 and before.value not in refs:
                yield before.value, "road"

    def candidates(self, parsed: Parsed) -> list[Candidate]:
        """Return all answers, unjudged."""
        region, unknown, foreign = self._region(parsed)
        if foreign or self.foreign(parsed):
            return []
        found = self._crossing(parsed) if "road" in parsed.places else []
        if not found or parsed.has("number", "lane"):
            found = self._doors(parsed) or found
        if not found or all(c.level == "street" for c in found):
            found = [*self._named(parsed), *found]
        if region or unknown:
            for c in found:
                self._weigh_region(c, region, unknown)
        if len(found) > 1:
            found = [c for c in found if "region_conflicts" not in c.signs] or found
        if not found:
            return self._regions(parsed)
        self._weigh_ignored(found, parsed)
        self._weigh_landmarks(found, parsed)
        found = found[:_MOST]
        return [shift(c, parsed) for c in found] if parsed.has(*RELATIVE) else found

    def foreign(self, parsed: Parsed) -> str:
        """Return the other city or province that an address is of, as typed; "" when of none."""
        if not self._cities or not parsed.parts:
            return ""
        for part in parsed.parts:
            if part.label in ("province", "city") and not self.t.names.refs.get(part.value):
                return parsed.typed(part)
        return elsewhere(parsed.parts[0], self.t.names)

    # --- regions

    def _region(self, parsed: Parsed) -> tuple[list[list[str]], int, bool]:
        """Return the codes said for each level, how many are unknown, whether elsewhere."""
        said: list[list[str]] = []
        unknown = 0
        if _REGIONS.isdisjoint(parsed.places):
            return said, unknown, False
        names = self.t.names
        for part in parsed.parts:
            if part.label not in REGIONS:
                continue
            refs = [r for r in names.refs.get(part.value, ()) if r.label in REGIONS]
            codes = [self.t.regions.code[r.target] for r in refs if r.target >= 0]
            codes = [c for c in codes if c]
            if part.label in ("province", "city"):
                if self._cities and not any(r.target < 0 for r in refs) and not codes:
                    return said, unknown, True
            elif codes:
                said.append(codes)
            elif self.t.regions.code:
                near = names.alike(part.value, part.label)
                if near and near[0].likeness >= 0.75:
                    said.append([self.t.regions.code[near[0].ref.target]])
                else:
                    unknown += 1
        return said, unknown, False

    def _weigh_region(self, c: Candidate, region: list[list[str]], unknown: int) -> None:
        if unknown:
            c.signs["region_unknown"] = float(unknown)
        if not region or not c.area:
            return
        for codes in region:
            if not any(
                area.startswith(code) or code.startswith(area) for area in c.area for code in codes
            ):
                c.signs["region_conflicts"] = 1.0
                c.reasons.append(Text("lies in another region than said", "不在所述区域内"))
                return
        c.signs["region_agrees"] = 1.0

    def _regions(self, parsed: Parsed) -> list[Candidate]:
        out = []
        for part in parsed.all("community", "town", "county")[:1]:
            for found in self._exact(part):
                r, i = self.t.regions, found.ref.target
                if i < 0:
                    continue
                # A village group is not much more than a block.
                level = "zone" if r.radius[i] <= _BLOCK else "region"
                c = Candidate(
                    level, float(r.x[i]), float(r.y[i]), float(r.radius[i]), r.code[i],
                    r.name[i], frozenset([r.code[i]]), shape=r.shape.get(i),
                )  # fmt: skip
                c.reasons.append(Text("only the region is known", "只能定位到区域"))
                out.append(self._said(c, parsed, part, found))
        if out:
            self._weigh_ignored(out, parsed)
        return out

    # --- names

    def _exact(self, part: Part, *labels: str) -> list[Found]:
        exact = self.t.names.exact
        if len(labels) < 2:
            return exact(part.value, labels[0] if labels else part.label)
        return [f for label in labels for f in exact(part.value, label)]

    def _lookup(self, part: Part, *labels: str) -> list[Found]:
        found = self._exact(part, *labels)
        if found or len(part.value) < 2:
            return found
        alike = [f for label in labels for f in self.t.names.alike(part.value, label)]
        alike.sort(key=lambda f: -f.likeness)
        return [f for f in alike if f.likeness >= alike[0].likeness - BEHIND][:_MOST]

    def _said(
        self, c: Candidate, parsed: Parsed, part: Part, found: Found, place: Street | None = None
    ) -> Candidate:
        """Note how a name was taken: for the candidate, or for the street that it stands on."""
        name, code = (c.name, c.code) if place is None else (place.name, place.code)
        c.matched.append(
            take(c.signs, c.reasons, parsed.typed(part), part.label, found, name, code)
        )
        return c

    # --- doors

    def _doors(self, parsed: Parsed) -> list[Candidate]:
        """Answer by street and number, else by compound and number."""
        number = self._number(parsed)
        road = parsed.first("road") or _before_door(parsed)
        out: list[Candidate] = []
        if road is not None and number is not None:
            for found in self._lookup(road, "road"):
                out += self._on_street(parsed, road, found, number)
        if not out:
            out = self._in_compound(parsed)
        if not out and road is not None and road.label == "road":
            for found in self._lookup(road, "road"):
                out.append(self._street(parsed, road, found, number))
        return out

    def _number(self, parsed: Parsed) -> Number | None:
        at, parts = parsed.places, parsed.parts
        text = f"{parts[at['lane']].value}弄" if "lane" in at else ""
        if "number" in at:
            text += parts[at["number"]].value + "号"
            if "building" in at:
                text += parts[at["building"]].value + "栋"
        return number_of(text) if text else None

    def _on_street(
        self, parsed: Parsed, road: Part, found: Found, number: Number
    ) -> list[Candidate]:
        t = self.t
        street = t.streets[found.ref.target]
        p, main, rest = t.plates, number.main, number.rest
        first, last = p.between(street.first, street.last, main)
        if first == last:
            return self._interpolated(parsed, road, found, main)
        rests = [p.rest[i] for i in range(first, last)]
        chosen = [first + k for k, own in enumerate(rests) if own == rest]
        level = "building" if chosen and "/" in rest else "plate"
        missing = False
        if not chosen:
            bare = rest.partition("/")[0]
            chosen = [first + k for k, own in enumerate(rests) if own == bare]
            if not chosen:
                chosen = [first + k for k, own in enumerate(rests) if own == ""] or [first]
            missing = bool(bare) or rests[chosen[0] - first] != bare
        out = []
        for i in chosen:
            door = f"{street.name}{main}{spoken(rests[i - first])}"
            c = Candidate(
                level, p.quick.x[i], p.quick.y[i], self._plate + 25.0 * missing, p.code[i], door,
                p.area_of(i) or street.areas, {"sub_missing": 1.0} if missing else {},
                streets=(street,), hold=self._hold,
            )  # fmt: skip
            self._said(c, parsed, road, found, street)
            if missing:
                c.reasons.append(
                    Text(f"the number's part {rest} is unknown", f"门牌附号{rest}未知")
                )
            self._range(c, parsed, street)
            out.append(c)
        return out

    def _interpolated(self, parsed: Parsed, road: Part, found: Found, main: int) -> list[Candidate]:
        street = self.t.streets[found.ref.target]
        placed = interpolate(street, self.t.plates, main)
        if placed is None:
            return []
        c = Candidate(
            "interpolated", placed.x, placed.y, reach(placed.spread, self.t.coarse), street.code,
            f"{street.name}{main}号", street.areas, streets=(street,),
        )  # fmt: skip
        self._said(c, parsed, road, found, street)
        side = Text("", "") if placed.own_side else Text(" of the other side", "（对侧）")
        c.reasons.append(
            Text(
                f"between the numbers {placed.lower} and {placed.upper}{side.en}",
                f"由{placed.lower}号与{placed.upper}号{side.zh}内插",
            )
        )
        return [c]

    def _range(self, c: Candidate, parsed: Parsed, street: Street) -> None:
        """Answer a range of numbers by its middle."""
        if "number_to" not in parsed.places:
            return
        number = number_of(parsed.parts[parsed.places["number_to"]].value)
        if number is None:
            return
        p = self.t.plates
        first, last = p.between(street.first, street.last, number.main)
        if first < last:
            half = math.hypot(p.x[first] - c.x, p.y[first] - c.y) / 2
            if half < 150.0:
                c.x, c.y = (c.x + float(p.x[first])) / 2, (c.y + float(p.y[first])) / 2
                c.spread += half
                main = number_of(parsed.parts[parsed.places["number"]].value)
                if main is not None and (number.main - main.main) % 2:
                    # 3-8 may be the numbers 3 to 8, or a part of number 3.
                    c.signs["vague"] = 1.0

    def _street(self, parsed: Parsed, road: Part, found: Found, number: Number | None) -> Candidate:
        street = self.t.streets[found.ref.target]
        c = Candidate(
            "street", street.x, street.y, max(street.radius, 20.0), street.code, street.name,
            street.areas, streets=(street,),
        )  # fmt: skip
        if number is not None:
            c.signs["contradiction"] = 1.0
            c.reasons.append(
                Text(
                    f"{street.name} is not known to have a number {number.main}",
                    f"{street.name}没有已知的{number.main}号",
                )
            )
        else:
            c.reasons.append(Text("only the street is known", "只能定位到街巷"))
        return self._said(c, parsed, road, found)

    def _in_compound(self, parsed: Parsed) -> list[Candidate]:
        t = self.t
        part = parsed.first("compound") or parsed.first("poi")
        door = parsed.first("building") or parsed.first("number")
        if part is None or door is None:
            return []
        number = number_of(f"{door.value}栋")
        out = []
        for found in self._lookup(part, "compound"):
            i = found.ref.target
            first, last = int(t.zone_plates[i]), int(t.zone_plates[i + 1])
            if number is None or first == last:
                continue
            first, last = t.plates.between(first, last, number.main)
            for k in range(first, last):
                if t.plates.rest[k] not in (number.rest, f"/{door.value}"):
                    continue
                c = Candidate(
                    "building", float(t.plates.x[k]), float(t.plates.y[k]), 8.0, t.plates.code[k],
                    t.zones.name[i], frozenset(a for a in [t.plates.area[k]] if a),
                )  # fmt: skip
                self._said(c, parsed, part, found)
                c.name = f"{t.zones.name[i]}{door.value}"
                out.append(c)
        return out

    # --- names of places

    def _named(self, parsed: Parsed) -> list[Candidate]:
        """Answer by a compound, a POI or, failing these, nothing."""
        out: list[Candidate] = []
        parts = [
            p
            for p in parsed.all("compound", "poi", "community")
            if p.label != "community" or not p.known
        ]
        for part in parts[:2]:
            for found in self._lookup(part, "compound", "poi"):
                out.append(self._place(parsed, part, found))
        between = any(p.value == "之间" for p in parsed.all("relation"))
        if between and len(parts) == 2:
            return _middle(out)
        return out

    def _place(self, parsed: Parsed, part: Part, found: Found) -> Candidate:
        label, i = found.ref.label, found.ref.target
        points = self.t.zones if label == "compound" else self.t.pois
        c = Candidate(
            label, float(points.x[i]), float(points.y[i]),
            float(points.radius[i]) if label == "compound" else 10.0,
            points.code[i], points.name[i], frozenset(a for a in [points.area[i]] if a),
            shape=points.shape.get(i),
        )  # fmt: skip
        return self._said(c, parsed, part, found)

    # --- crossings

    def _crossing(self, parsed: Parsed) -> list[Candidate]:
        roads = [p for p in parsed.parts if p.label == "road"]
        if len(roads) < 2:
            return []
        cross = parsed.first("cross")
        if cross is None:
            # A路、B路: two streets and nothing nearer mean where they meet.
            if parsed.first("number") or parsed.first("poi") or parsed.first("compound"):
                return []
        else:
            roads = [r for r in roads if r.end <= cross.start] or roads
        if len(roads) < 2:
            return []
        left, right = roads[-2], roads[-1]
        out = []
        for a in self._lookup(left, "road"):
            for b in self._lookup(right, "road"):
                if a.ref.target == b.ref.target:
                    continue
                for x, y, spread in self._meet(a.ref.target, b.ref.target):
                    sa, sb = self.t.streets[a.ref.target], self.t.streets[b.ref.target]
                    c = Candidate(
                        "crossing", x, y, spread, f"{sa.code}+{sb.code}",
                        f"{sa.name}与{sb.name}交叉口", sa.areas | sb.areas, streets=(sa, sb),
                    )  # fmt: skip
                    self._said(c, parsed, left, a, sa)
                    self._said(c, parsed, right, b, sb)
                    if cross is None:
                        c.signs["vague"] = 1.0
                    out.append(c)
        return out

    def _meet(self, a: int, b: int) -> list[tuple[float, float, float]]:
        key = (min(a, b), max(a, b))
        if key not in self._met:
            if len(self._met) > 100_000:
                self._met.clear()
            self._met[key] = crossings(self.t.streets[key[0]], self.t.streets[key[1]])
        return self._met[key]

    # --- what the rest of the address says

    def _weigh_ignored(self, found: Iterable[Candidate], parsed: Parsed) -> None:
        open_ = [
            p for p in parsed.parts if p.label in _UNSAID or (not p.known and p.label in _PLACES)
        ]
        if not open_:
            return
        size = max(len(parsed.normal.text), 1)
        for c in found:
            used = {m["typed"] for m in c.matched}
            lost = sum(p.end - p.start for p in open_ if parsed.typed(p) not in used)
            if lost:
                c.signs["ignored"] = lost / size

    def _weigh_landmarks(self, found: list[Candidate], parsed: Parsed) -> None:
        """Let other known landmarks, in brackets too, support or contradict."""
        landmarks = [p for p in parsed.parts if p.known and p.label in _PLACES]
        if len(landmarks) < 2 and "note" not in parsed.places:
            return
        used = {m["typed"] for c in found for m in c.matched}
        others = [
            (p, self._exact(p, "compound", "poi", "road"))
            for p in landmarks
            if parsed.typed(p) not in used
        ]
        for note in parsed.all("note"):
            inner = parse(note.value, self.t.names)
            others += [
                (p, self._exact(p, "compound", "poi", "road"))
                for p in inner.all("poi", "compound", "road")
                if p.known
            ]
        for c in found:
            for _, names in others:
                far = [self._gap(c, f) for f in names]
                if far and min(far) <= _NEAR:
                    c.signs["support"] = 1.0
                elif far and min(far) > _FAR:
                    c.signs["contradiction"] = 1.0
                    c.reasons.append(
                        Text("another part of the address lies elsewhere", "地址其他部分位于别处")
                    )

    def _gap(self, c: Candidate, found: Found) -> float:
        i = found.ref.target
        if found.ref.label == "road":
            street = self.t.streets[i]
            if street.line is None:
                return max(math.hypot(c.x - street.x, c.y - street.y) - street.radius, 0.0)
            path = street.path
            return abs(path.foot(c.x, c.y).offset) if path is not None else 0.0
        points = self.t.zones if found.ref.label == "compound" else self.t.pois
        gap = math.hypot(c.x - points.x[i], c.y - points.y[i])
        return max(gap - float(points.radius[i]), 0.0)


def _before_door(parsed: Parsed) -> Part | None:
    """Return what stands before a number and is no name: 友谊陆32号."""
    for part, after in zip(parsed.parts, parsed.parts[1:], strict=False):
        if after.label in ("number", "lane") and part.label in ("poi", "unknown"):
            return None if part.known else part
    return None


def _middle(found: list[Candidate]) -> list[Candidate]:
    """Answer 'between A and B' by the middle of the two."""
    if len(found) < 2 or found[0].matched[0]["typed"] == found[-1].matched[0]["typed"]:
        return found
    a, b = found[0], found[-1]
    half = math.hypot(a.x - b.x, a.y - b.y) / 2
    a.x, a.y, a.shape = (a.x + b.x) / 2, (a.y + b.y) / 2, None
    a.spread += half / 2
    a.matched += b.matched
    return [a]
