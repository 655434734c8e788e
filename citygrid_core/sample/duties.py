"""Duty rules of the sample city, and what was planted in them: blanks and overlaps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.sample.departments import MERGED, Register
from citygrid_core.sample.files import as_multi
from citygrid_core.sample.mesh import Array
from citygrid_core.sample.plan import Plan
from citygrid_core.sample.scales import CRS

COLUMNS = (
    "code", "place", "place_code", "width_m", "object_kind", "class_code", "attribute",
    "area_class", "role", "department_code", "valid_from", "valid_to", "hours", "weekdays",
    "season", "document", "clause", "priority", "note",
)  # fmt: skip
BEGUN = "2020-01-01"
EXPRESSWAY_WIDTH_M = 30.0

#: Owners that hold everywhere: body, class prefixes.
_OWNERS = (
    ("roads", ("01",)), ("water", ("01001",)), ("drain", ("01002", "01003", "01004")),
    ("power", ("01005", "01017", "01028", "01029", "01030", "01047", "01048")),
    ("lamps", ("01006", "01037", "01038", "01039", "01060")),
    ("telecom", ("01007", "01031", "01062")), ("cable", ("01008", "01009")),
    ("gas", ("01011", "01049", "01057")), ("security", ("01012", "01050", "01051")),
    ("fire", ("01013",)), ("bus", ("01020", "01032", "02004", "02032")), ("post", ("01042",)),
    ("river", ("01067", "01069", "01070", "01071", "01073", "02030")),
    ("police", ("02",)), ("roads", ("02006", "02007", "02008", "02009", "02043", "02044")),
    ("rail", ("02028", "02042")), ("city", ("05002", "05003")),
)  # fmt: skip
_SUPERVISORS = (
    ("component", "01", "city"), ("component", "02", "police"), ("component", "03", "clean"),
    ("component", "04", "green"), ("component", "05", "city"), ("component", "02009", "transport"),
    ("event", "01", "city"), ("event", "02", "police"), ("event", "03", "clean"),
    ("event", "04", "green"), ("event", "05", "city"), ("event", "06", "city"),
    ("event", "07", "city"), ("event", "08", "building"), ("event", "09", "city"),
    ("event", "10", "city"), ("event", "06025", "waterbureau"), ("event", "06026", "environment"),
    ("event", "06027", "environment"), ("event", "09009", "police"),
)  # fmt: skip
#: Who handles which matters in a county: body, class prefixes.
_COUNTY_HANDLERS = (
    ("bureau", ("03", "05", "06", "07", "09")),
    ("sanitation", ("06010", "06011", "06012", "06014", "06041", "06042")),
    ("garden", ("04", "06017", "06018", "06021", "06022", "06045")),
)


@dataclass
class Duties:
    """Rules by kind of place, and what was planted.

    Attributes
    ----------
    rules : DataFrame
        Everywhere and area rules, no geometry.
    line, polygon : GeoDataFrame
        Rules with a width on each side of a line, and with a polygon.
    planted : DataFrame
        Blanks and overlaps: kind, object_kind, class_code, role, area_code, x, y
        (inside the place; empty: everywhere), begin, end, departments, rules.
    """

    rules: pd.DataFrame
    line: gpd.GeoDataFrame
    polygon: gpd.GeoDataFrame
    planted: pd.DataFrame


class DutyWriter:
    """Writes the duty rules of a city, county by county.

    Parameters
    ----------
    register : Register
        Departments; those of a county must be founded before its rules are written.
    expressway : geometry
        Its line (empty: none): 30 m on each side belong to the company that runs it.
    """

    def __init__(self, plan: Plan, register: Register, expressway: shapely.Geometry) -> None:
        self.plan = plan
        self._rows: list[dict[str, Any]] = []
        self._shapes: dict[str, shapely.Geometry] = {}
        self._planted: list[dict[str, Any]] = []
        self._register = register
        self._everywhere()
        if not expressway.is_empty:
            self._line(expressway)

    def write_county(
        self,
        county: int,
        streets: list[str],
        parks: dict[str, shapely.Geometry],
        estates: dict[str, shapely.Geometry],
    ) -> None:
        """Write the rules of a county.

        Parameters
        ----------
        streets : list of str
            Codes of its streets.
        parks, estates : dict
            Name to polygon, for parks with a manager and estates with a property company.
        """
        code = self.plan.county_codes[county]
        self._area(code, streets if county == 0 else [], fallback=county != 1)
        self._polygon(parks, estates, plant=county == 0)
        if county == 0:
            self._plant_rest(code)

    def duties(self, code: str = "", around: shapely.Geometry | None = None) -> Duties:
        """Return the rules written so far; with `code` those that concern one county.

        Parameters
        ----------
        around : geometry
            With `code`: polygons and lines are cut down to what lies in this box.
        """
        frame = pd.DataFrame(self._rows, columns=list(COLUMNS))
        if code:
            frame = frame[(frame["place"] != "area") | frame["place_code"].str.startswith(code)]
        placed = {k: frame[frame["place"] == k] for k in ("line", "polygon")}
        return Duties(
            frame[~frame["place"].isin(placed)].reset_index(drop=True),
            self._with_shapes(placed["line"], around),
            self._with_shapes(placed["polygon"], around),
            pd.DataFrame(self._planted),
        )

    def _with_shapes(self, rows: pd.DataFrame, around: shapely.Geometry | None) -> gpd.GeoDataFrame:
        shapes = [self._shapes[c] for c in rows["code"]]
        if around is not None:
            shapes = [shapely.intersection(s, around) for s in shapes]
        there = np.array([not s.is_empty for s in shapes], dtype=bool)
        rows = rows[there].reset_index(drop=True)
        rows["width_m"] = pd.to_numeric(rows["width_m"], errors="coerce")
        shapes = [s for s in shapes if not s.is_empty]
        return gpd.GeoDataFrame(rows, geometry=as_multi(shapes), crs=CRS)

    def _add(
        self, place: str, kind: str, class_code: str, role: str, body: str, **more: Any
    ) -> str:
        code = f"ZR{len(self._rows) + 1:05d}"
        shape = more.pop("shape", None)
        if shape is not None:
            self._shapes[code] = shape
        row = {
            **dict.fromkeys(COLUMNS, ""), "code": code, "place": place, "object_kind": kind,
            "class_code": class_code, "role": role, "priority": 0, "valid_from": BEGUN,
            "department_code": self._register.code[body],
            "document": more.pop("document", "云城管〔2019〕12号"),
            "clause": f"第{len(self._rows) % 30 + 1}条",
        }  # fmt: skip
        self._rows.append({**row, **more})
        return code

    def _line(self, expressway: shapely.Geometry) -> None:
        for kind, prefixes, roles in (
            ("component", ("02", "01037"), ("owning", "maintaining", "handling")),
            ("event", ("06012", "06013", "06014"), ("handling",)),
        ):
            for prefix in prefixes:
                for role in roles:
                    self._add(
                        "line", kind, prefix, role, "expressway", shape=expressway,
                        width_m=EXPRESSWAY_WIDTH_M, document="云交〔2018〕6号",
                    )  # fmt: skip

    def _everywhere(self) -> None:
        for kind, prefix, body in _SUPERVISORS:
            self._add("everywhere", kind, prefix, "supervising", body)
        for body, prefixes in _OWNERS:
            for prefix in prefixes:
                self._add("everywhere", "component", prefix, "owning", body)
                if prefix in ("01", "05003"):
                    continue  # their upkeep has dates: see below
                for role in ("maintaining", "handling"):
                    self._add("everywhere", "component", prefix, role, body)
                self._add("everywhere", "event", prefix, "handling", body)
        for role in ("maintaining", "handling"):
            self._add("everywhere", "component", "01", role, "works", valid_to=MERGED)
            self._add(
                "everywhere", "component", "01", role, "roads", valid_from=MERGED,
                document="云城管〔2025〕31号",
            )  # fmt: skip
        self._add("everywhere", "event", "01", "handling", "works", valid_to=MERGED)
        self._add("everywhere", "event", "01", "handling", "roads", valid_from=MERGED)
        self._add("everywhere", "event", "08", "handling", "building")
        self._add("everywhere", "component", "05", "handling", "city")

    def _area(self, county: str, streets: list[str], fallback: bool) -> None:
        for body, prefix in (("sanitation", "03"), ("garden", "04")):
            for role in ("owning", "maintaining", "handling"):
                self._add("area", "component", prefix, role, body + county, place_code=county)
        for body, prefixes in _COUNTY_HANDLERS:
            for prefix in prefixes:
                self._add("area", "event", prefix, "handling", body + county, place_code=county)
        self._add("area", "event", "06025", "handling", "river", place_code=county)
        self._add("area", "event", "06026", "handling", "river", place_code=county)
        self._add("area", "event", "09009", "handling", "police", place_code=county)
        for street in streets:
            # The territorial fallback; the second county has none: a planted blank.
            self._add(
                "area", "event", "10", "handling", "office" + street, place_code=street,
                priority=-10, document="云府办〔2021〕8号",
            )  # fmt: skip
        if fallback and not streets:
            self._add("area", "event", "10", "handling", "bureau" + county, place_code=county)
        if not fallback:
            self._plant("gap", "event", "10", "handling", [], [], area_code=county)

    def _polygon(
        self,
        parks: dict[str, shapely.Geometry],
        estates: dict[str, shapely.Geometry],
        plant: bool,
    ) -> None:
        for i, (name, shape) in enumerate(parks.items()):
            codes = []
            for role in ("owning", "maintaining", "handling"):
                body = "green" if i % 2 == 0 else "parkco"
                codes.append(
                    self._add("polygon", "component", "04", role, body, shape=shape, note=name)
                )
            self._add("polygon", "event", "06017", "handling", body, shape=shape, note=name)
            if i == 0 and plant:
                other = _half(shape)
                code = self._add(
                    "polygon",
                    "component",
                    "04",
                    "maintaining",
                    "parkco",
                    shape=other,
                    note=name + "东区",
                )
                self._plant(
                    "overlap", "component", "04", "maintaining", ["green", "parkco"],
                    [codes[1], code], at=shapely.intersection(other, shape),
                )  # fmt: skip
        for name, shape in estates.items():
            self._add(
                "polygon", "event", "09012", "handling", "estate" + name, shape=shape, note=name
            )
            self._add(
                "polygon", "event", "06036", "handling", "estate" + name, shape=shape, note=name
            )

    def _plant(
        self,
        kind: str,
        object_kind: str,
        class_code: str,
        role: str,
        bodies: list[str],
        rules: list[str],
        at: shapely.Geometry | None = None,
        **more: str,
    ) -> None:
        point = at.point_on_surface() if at is not None else None
        self._planted.append({
            "kind": kind, "object_kind": object_kind, "class_code": class_code, "role": role,
            "area_code": more.get("area_code", ""),
            "x": round(point.x, 3) if point is not None else "",
            "y": round(point.y, 3) if point is not None else "",
            "begin": more.get("begin", ""), "end": more.get("end", ""),
            "departments": "#".join(self._register.code[b] for b in bodies),
            "rules": "#".join(rules),
        })  # fmt: skip

    def _plant_rest(self, county: str) -> None:
        """Plant blanks and overlaps that are not bound to a polygon."""
        self._plant("gap", "component", "05009", "owning", [], [])
        self._plant("gap", "component", "05009", "maintaining", [], [])
        early = self._add(
            "everywhere", "component", "05003", "maintaining", "city", valid_to=MERGED
        )
        late = self._add(
            "everywhere", "component", "05003", "maintaining", "city", valid_from="2025-09-01"
        )
        self._plant("gap", "component", "05003", "maintaining", [], [early, late],
                begin=MERGED, end="2025-09-01",
        )  # fmt: skip
        both = [
            self._add("area", "event", "09011", "handling", body, place_code=county)
            for body in ("bureau" + county, "police")
        ]
        self._plant("overlap", "event", "09011", "handling", ["bureau" + county, "police"], both,
                area_code=county,
        )  # fmt: skip
        both = [
            self._add("everywhere", "component", "01027", "owning", body)
            for body in ("telecom", "cable")
        ]
        self._plant("overlap", "component", "01027", "owning", ["telecom", "cable"], both)
        both = [
            self._add(
                "everywhere", "component", "01040", "maintaining", "post", valid_to="2025-10-01"
            ),
            self._add(
                "everywhere", "component", "01040", "maintaining", "city", valid_from="2025-09-01"
            ),
        ]
        self._plant("overlap", "component", "01040", "maintaining", ["post", "city"], both,
                begin="2025-09-01", end="2025-10-01",
        )  # fmt: skip


def _half(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the eastern part of a polygon, a third of its width, on a grid of 1 mm."""
    x0, y0, x1, y1 = shape.bounds
    part = shapely.intersection(shape, shapely.box(round(x1 - (x1 - x0) / 3, 3), y0, x1, y1))
    part = shapely.set_precision(part, 0.001)
    return max(shapely.get_parts(part), key=lambda g: float(g.area))


@dataclass(frozen=True)
class Answers:
    """Who answers, as the rules were meant: the oracle of the truth files.

    Strength: line, polygon, area, everywhere; in one of them the longer class
    prefix, then the longer area code, then the priority. Equal ones that name two
    departments are an overlap.
    """

    duties: Duties

    def of(
        self,
        kind: str,
        class_code: Array,
        role: str,
        xy: Array,
        community: Array,
        day: Array,
    ) -> Array:
        """Return for each place the code that answers, "" for nobody, "a#b" for two.

        Parameters
        ----------
        day : ndarray of str
            ISO dates.
        """
        points = shapely.points(xy)
        begins_class, begins_area = _beginning(class_code), _beginning(community)
        held = _between(day)
        out = np.full(len(points), "", dtype=object)
        best = np.full(len(points), -1, dtype=np.int64)
        for frame, layer in (
            (self.duties.line, 3),
            (self.duties.polygon, 2),
            (self.duties.rules, 0),
        ):
            rows = frame[(frame["object_kind"] == kind) & (frame["role"] == role)]
            for row in rows.itertuples():
                hit = begins_class(str(row.class_code))
                hit &= held(str(row.valid_from), str(row.valid_to))
                strength = layer
                if layer == 0 and row.place == "area":
                    hit &= begins_area(str(row.place_code))
                    strength = 1
                elif layer:
                    some = np.flatnonzero(hit)
                    near = shapely.distance(points[some], row.geometry)
                    hit[some] = near <= (row.width_m if layer == 3 else 0.0)
                rank = ((strength * 10 + len(row.class_code)) * 20 + len(str(row.place_code))) * 100
                rank += 50 + int(row.priority)
                self._take(out, best, hit, rank, str(row.department_code))
        return out

    @staticmethod
    def _take(out: Array, best: Array, hit: Array, rank: int, who: str) -> None:
        stronger = hit & (rank > best)
        out[stronger] = who
        best[stronger] = rank
        for i in np.flatnonzero(hit & (rank == best) & ~stronger):
            if who not in out[i].split("#"):
                out[i] = "#".join(sorted([*out[i].split("#"), who]))


def _beginning(codes: Array) -> Callable[[str], Array]:
    """Return a function that tells which codes begin with a prefix: each distinct one is asked once."""
    at, distinct = pd.factorize(codes)

    def begins(prefix: str) -> Array:
        return np.array([str(c).startswith(prefix) for c in distinct], dtype=bool)[at]

    return begins


def _between(days: Array) -> Callable[[str, str], Array]:
    """Return a function that tells which days are in [begin, end); an empty end is open."""
    at, distinct = pd.factorize(days)

    def held(begin: str, end: str) -> Array:
        inside = [begin <= d and (not end or d < end) for d in distinct]
        return np.array(inside, dtype=bool)[at]

    return held
