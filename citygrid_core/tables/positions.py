"""Where rows lie: coordinates, CRS and datum, declared and checked against the evidence.

A CRS is never guessed. A declaration that the coordinates contradict (degrees in a
projected system, swapped axes, another zone) is refused with the evidence.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from citygrid_core.errors import Text
from citygrid_core.tables import datum as datums
from citygrid_core.tables.crs import (
    EVERYWHERE,
    Box,
    Declared,
    Floats,
    UndeclaredCrs,
    bounds,
    crs_name,
    crs_of,
    evidence,
    transform,
)
from citygrid_core.tables.fields import Field
from citygrid_core.tables.guard import unusable
from citygrid_core.tables.notes import NOTHING, Notes, shown
from citygrid_core.tables.records import Block
from citygrid_core.tables.values import convert

Positions = Literal["required", "optional", "ignore"]
#: Degrees (or their metres) that tell a swapped point from one of the same city.
_FAR, _NEAR = 3.0, 1.0


class Placing:
    """Turns the coordinates of blocks into geometries in the wanted CRS.

    Parameters
    ----------
    file : str
        Name of the file, for the messages.
    declared : Declared
        CRS and datum of the file.
    to_crs : str, optional
        CRS of the result; without it that of the file (after the shift of datum).
    positions : {"required", "optional", "ignore"}
        Whether a row without a position is rejected.
    x, y : int, optional
        Columns of the coordinates.
    datum_hint : str
        Datum that the names of the columns speak of.
    """

    def __init__(
        self,
        notes: Notes,
        declared: Declared,
        *,
        to_crs: Any = None,
        positions: Positions = "required",
        x: int | None = None,
        y: int | None = None,
        names: tuple[str, ...] = (),
        datum_hint: str = "",
    ) -> None:
        self.notes = notes
        self.declared = declared
        self.positions = positions
        self.x, self.y = x, y
        self.names = names
        self.datum_hint = datum_hint
        self.crs: pyproj.CRS | None = None
        self._to = None if to_crs is None else crs_of(to_crs)
        self._checked = False
        self._box: Box = EVERYWHERE
        self._centre: tuple[float, float] | None = None

    @property
    def from_columns(self) -> bool:
        """Whether columns hold the coordinates."""
        return self.x is not None and self.y is not None

    def geometries(self, block: Block) -> NDArray[np.object_] | None:
        """Return a geometry for each row of a block, None without any positions."""
        if self.positions == "ignore":
            return None
        if block.geometry is not None:
            return self._drawn(block, block.geometry)
        if self.from_columns:
            return self._points(block)
        return None

    def _begin(self, block: Block, x: Floats, y: Floats) -> None:
        """Settle CRS and datum by the first block that has positions."""
        if self._checked:
            return
        known = np.isfinite(x) & np.isfinite(y)
        if self.declared.crs is None:
            if not known.any() and self.positions == "optional":
                return
            raise UndeclaredCrs(self.notes.file, evidence(x[known], y[known], self._said))
        if not self.declared.datum and self.datum_hint in ("gcj02", "bd09"):
            raise _undeclared_datum(self.notes.file, self._said, self.datum_hint)
        self._checked = True
        crs = self.declared.crs
        self._box = bounds(crs)
        if known.any():
            self._centre = float(np.median(x[known])), float(np.median(y[known]))
            self._contradicted(x, y, known)

    @property
    def _said(self) -> str:
        if self.x is None or self.y is None:
            return ""
        return f"{self.names[self.x]}, {self.names[self.y]}"

    def _contradicted(self, x: Floats, y: Floats, known: NDArray[np.bool_]) -> None:
        """Raise when most positions contradict the declaration."""
        zero = (x == 0) & (y == 0)
        counted = known & ~zero
        outside = counted & ~self._within(x, y)
        if not outside.any() or outside.sum() * 2 <= counted.sum():
            return
        rows = np.flatnonzero(outside)
        kinds = Counter(self._what(float(x[k]), float(y[k])) for k in rows[:1000])
        kind = kinds.most_common(1)[0][0]
        first = next(k for k in rows if self._what(float(x[k]), float(y[k])) == kind)
        crs = crs_name(self.declared.crs)
        said = f"x={x[first]:g}, y={y[first]:g}"
        share = f"{outside.sum()}/{counted.sum()}"
        found, cure = _KINDS[kind]
        raise unusable(
            self.notes.file,
            f"crs.{kind}",
            Text(
                f"{share} positions that contradict {crs}: {found.en} "
                f"(row {self.notes.rows[first]}: {said})",
                f"{share}个坐标与{crs}矛盾：{found.zh}（第{self.notes.rows[first]}行：{said}）",
            ),
            Text(f"coordinates of {crs}", f"{crs}的坐标"),
            cure,
        )

    def _within(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        """Return which coordinates the declared CRS can have."""
        west, south, east, north = self._box
        inside: NDArray[np.bool_] = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        if self._box is not EVERYWHERE and self.declared.crs and self.declared.crs.is_projected:
            # Nobody surveys within 180 m of a false origin; degrees are there.
            inside &= (np.abs(x) > 180) | (np.abs(y) > 90)
        return inside

    def _what(self, x: float, y: float) -> str:
        """Say what a position outside the bounds of the CRS looks like."""
        crs = self.declared.crs
        degrees = abs(x) <= 180 and abs(y) <= 180
        if crs is not None and crs.is_projected and degrees:
            return "degrees"
        if self._within(np.array([y]), np.array([x]))[0]:
            return "swapped"
        if crs is not None and crs.is_geographic and not degrees:
            return "metres"
        zone = np.floor(x / 1e6)
        if zone >= 1 and self._within(np.array([x - zone * 1e6]), np.array([y]))[0]:
            return "zone"
        return "outside"

    def _doubtful(self, x: Floats, y: Floats, known: NDArray[np.bool_]) -> dict[int, str]:
        """Return rows whose position can't be meant, and why."""
        found: dict[int, str] = {}
        for at in np.flatnonzero(known & (x == 0) & (y == 0)):
            found[int(at)] = "zero"
        for at in np.flatnonzero(known & ~self._within(x, y)):
            found.setdefault(int(at), self._what(float(x[at]), float(y[at])))
        if self._centre is not None:
            unit = 1.0 if self.declared.crs is not None and self.declared.crs.is_geographic else 1e5
            cx, cy = self._centre
            far = np.maximum(np.abs(x - cx), np.abs(y - cy)) > _FAR * unit
            near = np.maximum(np.abs(y - cx), np.abs(x - cy)) < _NEAR * unit
            for at in np.flatnonzero(known & far & near):
                found.setdefault(int(at), "swapped")
        return found

    def _points(self, block: Block) -> NDArray[np.object_]:
        assert self.x is not None
        assert self.y is not None
        columns = block.columns[self.x], block.columns[self.y]
        names = self.names[self.x], self.names[self.y]
        x = convert(columns[0], Field(names[0], "number"), self.notes)
        y = convert(columns[1], Field(names[1], "number"), self.notes)
        bad = np.zeros(len(block), bool)
        said_x, said_y = np.isnan(x), np.isnan(y)
        for at in np.flatnonzero(said_x | said_y):
            found = self.notes.problems.get(int(at), [])
            if any(p.field in names for p in found):
                bad[at] = True
            elif said_x[at] != said_y[at] or self.positions == "required":
                bad[at] = True
                missing = names[0] if said_x[at] else names[1]
                self._refuse(int(at), "position.missing", missing, NOTHING, _POSITION, _FILL)
        known = ~(said_x | said_y)
        self._begin(block, x, y)
        if not known.any():
            return np.full(len(block), None, dtype=object)
        self._judge(x, y, known, ", ".join(names))
        out = np.full(len(block), None, dtype=object)
        rows = np.flatnonzero(known)
        px, py = self._moved(x[rows], y[rows])
        fine = np.isfinite(px) & np.isfinite(py)
        for at in rows[~fine]:
            self._refuse(
                int(at), "position.outside", ", ".join(names),
                shown(f"{x[at]:g}, {y[at]:g}"), _POSITION, _KINDS["outside"][1],
            )  # fmt: skip
        out[rows[fine]] = shapely.points(px[fine], py[fine])
        return out

    def _judge(self, x: Floats, y: Floats, known: NDArray[np.bool_], field: str) -> None:
        """Refuse rows in doubt; `known` keeps those that have a position to use."""
        for at, kind in self._doubtful(x, y, known).items():
            known[at] = False
            found, cure = _KINDS[kind]
            said = f"{x[at]:.10g}, {y[at]:.10g}"
            if kind == "zero" and self.positions == "optional":
                self.notes.repair(
                    [at], "position.zero", field, [said], [""],
                    Text("0, 0 taken for no position", "0, 0 视为无坐标"),
                )  # fmt: skip
                continue
            self._refuse(
                at, f"position.{kind}", field,
                Text(f"{said}: {found.en}", f"{said}：{found.zh}"),
                Text(f"coordinates of {crs_name(self.declared.crs)}",
                     f"{crs_name(self.declared.crs)}的坐标"),
                cure,
            )  # fmt: skip

    def _drawn(self, block: Block, drawn: NDArray[np.object_]) -> NDArray[np.object_]:
        out = drawn.copy()
        missing = shapely.is_missing(drawn) | shapely.is_empty(drawn)
        out[missing] = None
        for at in np.flatnonzero(missing):
            if self.positions == "required" and int(at) not in block.problems:
                self._refuse(int(at), "position.missing", "geometry", NOTHING, _POSITION, _FILL)
        box = shapely.bounds(out)
        x, y = (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2
        broken = ~missing & ~np.isfinite(box).all(axis=1)
        for at in np.flatnonzero(broken):
            self._refuse(int(at), "position.missing", "geometry", shown("NaN"), _POSITION, _FILL)
        known = ~missing & ~broken
        self._begin(block, np.where(known, x, np.nan), np.where(known, y, np.nan))
        if not known.any():
            out[:] = None
            return out
        self._judge(x, y, known, "geometry")
        out[~known] = None
        rows = np.flatnonzero(known)
        moved = self._moved_geometry(out[rows])
        finite = np.isfinite(shapely.bounds(moved)).all(axis=1)
        for at in rows[~finite]:
            self._refuse(
                int(at), "position.outside", "geometry",
                shown(out[at].wkt), _POSITION, _KINDS["outside"][1],
            )  # fmt: skip
        moved[~finite] = None
        out[rows] = moved
        return out

    def _refuse(
        self, at: int, rule: str, field: str, found: Text, expected: Text, cure: Text
    ) -> None:
        self.notes.reject(at, rule, field, found, expected, cure)

    @property
    def _shifted(self) -> bool:
        return self.declared.datum in ("gcj02", "bd09")

    @property
    def target(self) -> pyproj.CRS | None:
        """CRS of the geometries that are returned."""
        return self._to if self._to is not None else self.declared.crs

    def _moved(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return coordinates after the shift of datum, in the wanted CRS."""
        here = self.declared.crs
        assert here is not None
        if self._shifted:
            degrees = here if here.is_geographic else crs_of("EPSG:4326")
            x, y = transform(here, degrees, x, y)
            x, y = datums.convert(x, y, self.declared.datum, "wgs84")
            here = degrees
        target = self.target
        assert target is not None
        return transform(here, target, x, y)

    def _moved_geometry(self, drawn: NDArray[np.object_]) -> NDArray[np.object_]:
        if not self._shifted and self.declared.crs == self.target:
            return drawn

        def move(points: Floats) -> Floats:
            return np.column_stack(self._moved(points[:, 0], points[:, 1]))

        moved: NDArray[np.object_] = shapely.transform(drawn, move)
        return moved


_POSITION = Text("a position", "坐标")
_FILL = Text("measure it again, or fill it in", "请补测或补填坐标")
_KINDS: dict[str, tuple[Text, Text]] = {
    "swapped": (
        Text("x and y are swapped", "x与y颠倒"),
        Text(
            "swap the two columns (x is east or longitude)", "请交换两列（x为东坐标或经度）"
        ),
    ),
    "degrees": (
        Text("these are longitude and latitude", "这是经纬度"),
        Text(
            "declare the CRS of the degrees, e.g. EPSG:4490 or EPSG:4326",
            "请指明经纬度的坐标参考系，如 EPSG:4490 或 EPSG:4326",
        ),
    ),
    "metres": (
        Text("these are metres, not degrees", "这是米制坐标，不是经纬度"),
        Text(
            "declare the projected CRS, e.g. EPSG:4547", "请指明投影坐标参考系，如 EPSG:4547"
        ),
    ),
    "zone": (
        Text("x carries a zone number in front", "x前带有带号"),
        Text(
            "declare the CRS whose easting carries the zone (EPSG:4513 to 4533, 4491 to 4501)",
            "请指明东坐标带带号的坐标参考系（EPSG:4513至4533，或4491至4501）",
        ),
    ),
    "zero": (Text("an unset position", "坐标为零（未填写）"), _FILL),
    "outside": (
        Text("far outside the area of the CRS", "远在该坐标参考系适用范围之外"),
        Text("check the position and the declared CRS", "请核对坐标和所指明的坐标参考系"),
    ),
}  # fmt: skip


def _undeclared_datum(file: str, columns: str, hint: str) -> Exception:
    """Return the error for columns that speak of a shifted datum nobody declared."""
    return unusable(
        file,
        "datum.undeclared",
        Text(f"columns {columns}: by their names {hint}", f"列 {columns}：按列名应为 {hint}"),
        Text("a declared datum", "已指明的坐标基准"),
        Text(
            f"say --datum {hint}, or --datum wgs84 if they are not shifted",
            f"请指明 --datum {hint}；若未偏移则指明 --datum wgs84",
        ),
    )
