"""The tables of a gazetteer, as arrays: streets, plates by street and number, points."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

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
    code: list[str]
    name: list[str]
    area: list[str]
    shape: dict[int, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Street:
    """A street: its line (when known), and its plates' slice of the plate table."""

    name: str
    code: str
    areas: frozenset[str]
    line: Any
    x: float
    y: float
    radius: float
    first: int = 0
    last: int = 0

    @property
    def length(self) -> float:
        """Length of the line in metres; 0 when no line is known."""
        return float(self.line.length) if self.line is not None else 0.0


@dataclass(slots=True)
class Plates:
    """Door plates sorted by owner (street or compound), number and rest.

    Attributes
    ----------
    owner : position of the street, or of the compound + the number of streets
    """

    owner: npt.NDArray[np.int64]
    main: npt.NDArray[np.int64]
    rest: list[str]
    x: Floats
    y: Floats
    code: list[str]
    area: list[str]

    def between(self, first: int, last: int, main: int) -> tuple[int, int]:
        """Return the slice of an owner's plates with a main number."""
        mains = self.main[first:last]
        return (
            first + int(np.searchsorted(mains, main, "left")),
            first + int(np.searchsorted(mains, main, "right")),
        )


class Side(NamedTuple):
    """One side of a street: its plates in the order of their numbers."""

    main: npt.NDArray[np.int64]
    x: Floats
    y: Floats
    measure: Floats
    offset: Floats


def side_of(street: Street, plates: Plates, odd: bool) -> Side:
    """Return the plates of a street with odd or with even numbers, placed along its line.

    `measure` is the distance along the line, `offset` the signed distance from
    it (left positive); both are missing where the street has no line.
    """
    chosen = slice(street.first, street.last)
    main = plates.main[chosen]
    own = (main % 2 == 1) == odd
    main, x, y = main[own], plates.x[chosen][own], plates.y[chosen][own]
    first = np.unique(main, return_index=True)[1] if len(main) else np.zeros(0, dtype=np.int64)
    main, x, y = main[first], x[first], y[first]
    measure = np.full(len(main), np.nan)
    offset = np.full(len(main), np.nan)
    if street.line is not None and len(main):
        measure, offset = along(street.line, x, y)
    return Side(main, x, y, measure, offset)


def along(line: Any, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return distance along a line and signed distance from it (left positive)."""
    points = shapely.points(x, y)
    measure = shapely.line_locate_point(line, points)
    foot = shapely.line_interpolate_point(line, measure)
    step = min(1.0, float(line.length) / 4)
    tangent = direction(line, measure, step)
    dx, dy = x - shapely.get_x(foot), y - shapely.get_y(foot)
    return measure, tangent[0] * dy - tangent[1] * dx


def direction(line: Any, measure: npt.ArrayLike, step: float) -> tuple[Floats, Floats]:
    """Return the unit tangent of a line at some distances along it."""
    at = np.asarray(measure, dtype=np.float64)
    length = float(line.length)
    a = shapely.line_interpolate_point(line, np.clip(at - step, 0.0, length))
    b = shapely.line_interpolate_point(line, np.clip(at + step, 0.0, length))
    dx, dy = shapely.get_x(b) - shapely.get_x(a), shapely.get_y(b) - shapely.get_y(a)
    size = np.hypot(dx, dy)
    size = np.where(size > 0, size, 1.0)
    return dx / size, dy / size
