"""The tables of a gazetteer, as arrays: streets, plates by street and number, points."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from citygrid_core.geocode.packed import Coded, Strings
from citygrid_core.geocode.polyline import Polyline

Floats = npt.NDArray[np.float64]


class Number(NamedTuple):
    """A house number in order of walking: 123弄4号 is main 123, rest "弄4"."""

    main: int
    rest: str


_NUMBER = re.compile(
    r"^([甲乙丙丁戊附临特增]?)(\d+)([A-Z甲乙丙丁]?)((?:[-之]\d+[A-Z]?)*)(?:号|$)(.*)$"
)
_LANE = re.compile(r"^(\d+)支?弄(.*)$")
_BUILDING = re.compile(r"^([A-Z]?)(\d*)([A-Z]?)(?:号?[栋幢座楼]|号房|#楼?)$")
_TAIL = re.compile(r"\d+[A-Z]?")


@lru_cache(maxsize=300_000)
def number_of(text: str) -> Number | None:
    """Read a normalised house number; None when it is none.

    Examples
    --------
    >>> number_of("32号"), number_of("32-1号")
    (Number(main=32, rest=''), Number(main=32, rest='-1'))
    >>> number_of("甲32号"), number_of("123弄4号")
    (Number(main=32, rest='甲'), Number(main=123, rest='弄4'))
    """
    lane = _LANE.match(text)
    if lane is not None:
        inner = number_of(lane.group(2).lstrip("-")) if lane.group(2) else None
        rest = f"弄{inner.main}{inner.rest}" if inner is not None else "弄"
        return Number(int(lane.group(1)[:9]), rest)
    block = _BUILDING.match(text)
    if block is not None and any(block.groups()):
        return Number(int(block.group(2)[:9] or 0), block.group(1) + block.group(3))
    found = _NUMBER.match(text)
    if found is None:
        return None
    before, main, letter, sub, tail = found.groups()
    rest = before + letter + sub.replace("之", "-")
    building = _TAIL.search(tail) if re.search("[栋幢座楼#]", tail) else None
    if building is not None:
        rest += "/" + building.group()
    return Number(int(main[:9]), rest)


@lru_cache(maxsize=10_000)
def spoken(rest: str) -> str:
    """Say the rest of a house number as people do, after its main number.

    Examples
    --------
    >>> spoken(""), spoken("-1"), spoken("弄4"), spoken("/3")
    ('号', '-1号', '弄4号', '号3栋')
    """
    if rest.startswith("弄"):
        return rest + ("号" if len(rest) > 1 else "")
    number, _, building = rest.partition("/")
    return f"{number}号" + (f"{building}栋" if building else "")


@dataclass(slots=True)
class Points:
    """Places that answer with one point each.

    Attributes
    ----------
    x, y : metres in the gazetteer's CRS
    radius : how far the place reaches around its point, metres
    code, name : as stored
    area : the longest known area code (community, street, county), or ""
    """

    x: Floats
    y: Floats
    radius: Floats
    code: Strings
    name: Strings
    area: Coded
    shape: dict[int, Any] = field(default_factory=dict)


@dataclass
class Street:
    """A street: its line (when known), its plates' slice of the plate table, see `Survey.uneven`."""

    name: str
    code: str
    areas: frozenset[str]
    line: Any
    x: float
    y: float
    radius: float
    first: int = 0
    last: int = 0
    uneven: float = math.nan

    @cached_property
    def path(self) -> Polyline | None:
        """The line in plain numbers; None when no line is known."""
        return Polyline(self.line) if self.line is not None else None


class Quick(NamedTuple):
    """Columns of the plates for reading one number at a time: plain numbers come out."""

    main: memoryview
    x: memoryview
    y: memoryview
    measure: memoryview
    offset: memoryview


@dataclass
class Plates:
    """Door plates sorted by owner (street or compound), number and rest.

    Attributes
    ----------
    owner : position of the street, or of the compound + the number of streets
    measure, offset : distance along the street's line and signed distance from it
        (left positive); missing where the street has no line
    """

    owner: npt.NDArray[np.int32]
    main: npt.NDArray[np.int32]
    rest: Coded
    x: Floats
    y: Floats
    measure: Floats
    offset: Floats
    code: Strings
    area: Coded

    @cached_property
    def quick(self) -> Quick:
        """The same columns, quicker for one plate than the arrays."""
        return Quick(self.main.data, self.x.data, self.y.data, self.measure.data, self.offset.data)

    @cached_property
    def _areas(self) -> list[frozenset[str]]:
        return [frozenset((code,)) if code else frozenset() for code in self.area.values]

    def area_of(self, i: int) -> frozenset[str]:
        """Return the area code of a plate, as a set; empty when it is not known."""
        return self._areas[self.area.at(i)]

    def between(self, first: int, last: int, main: int) -> tuple[int, int]:
        """Return the slice of an owner's plates with a main number."""
        mains = self.quick.main
        begin = bisect_left(mains, main, first, last)
        return begin, bisect_right(mains, main, begin, last)

    def beside(self, first: int, last: int, main: int, odd: bool) -> tuple[list[int], list[int]]:
        """Return up to two plates below and two above a number, of one parity, the next first.

        Of several plates with one main number the first counts.
        """
        mains, parity = self.quick.main, int(odd)
        below: list[int] = []
        at = bisect_left(mains, main, first, last)
        while at > first and len(below) < 2:
            value = mains[at - 1]
            at = bisect_left(mains, value, first, at)
            if value % 2 == parity:
                below.append(at)
        above: list[int] = []
        at = bisect_right(mains, main, first, last)
        while at < last and len(above) < 2:
            value = mains[at]
            if value % 2 == parity:
                above.append(at)
            at = bisect_right(mains, value, at, last)
        return below, above


def along(line: Any, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return distance along a line and signed distance from it (left positive).

    `line` is one for all points, or an array with one for each.
    """
    points = shapely.points(x, y)
    measure = shapely.line_locate_point(line, points)
    foot = shapely.line_interpolate_point(line, measure)
    step = np.minimum(1.0, shapely.length(line) / 4)
    tangent = direction(line, measure, step)
    dx, dy = x - shapely.get_x(foot), y - shapely.get_y(foot)
    return measure, tangent[0] * dy - tangent[1] * dx


def direction(line: Any, measure: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Return the unit tangent of a line at some distances along it."""
    at = np.asarray(measure, dtype=np.float64)
    length = shapely.length(line)
    a = shapely.line_interpolate_point(line, np.clip(at - step, 0.0, length))
    b = shapely.line_interpolate_point(line, np.clip(at + step, 0.0, length))
    dx, dy = shapely.get_x(b) - shapely.get_x(a), shapely.get_y(b) - shapely.get_y(a)
    size = np.hypot(dx, dy)
    size = np.where(size > 0, size, 1.0)
    return dx / size, dy / size
