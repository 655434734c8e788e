"""What a surveyor places, and what is stored of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import shapely

from citygrid_core.census.alerts import Alert
from citygrid_core.census.choose import ClassHit
from citygrid_core.census.numbers import asset_number, manhole_number
from citygrid_core.errors import CitygridError, Problem, Text

_SHAPES = {
    "point": ("Point",),
    "line": ("LineString", "MultiLineString"),
    "polygon": ("Polygon", "MultiPolygon"),
}
_SHAPE_ZH = {"point": "点", "line": "线", "polygon": "面"}


class OutsideCity(CitygridError):
    """A component was placed where no community lies; nothing was stored.

    Parameters
    ----------
    x, y : float
    """

    def __init__(self, x: float, y: float) -> None:
        super().__init__(
            Text(
                f"{x:.2f}, {y:.2f} is outside the city: nothing was stored",
                f"{x:.2f}, {y:.2f} 不在城市范围内，未入库",
            )
        )


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a surveyor may say of a component; everything else is derived.

    Attributes
    ----------
    state, data_source : str
        Of the store's value lists.
    accuracy_class : str
        A, B or C; empty: A for points, B for lines and polygons.
    departments : dict of str to str
        Role to department code, where the surveyor knows better than the duty rules.
    """

    state: str = "intact"
    data_source: str = "surveyed"
    accuracy_class: str = ""
    departments: Mapping[str, str] = field(default_factory=dict)
    manhole_number: str = ""
    asset_number: str = ""
    note: str = ""

    def repeated(self) -> Attributes:
        """Return what the next component may share: all but the numbers of this one."""
        return replace(self, manhole_number="", asset_number="")


@dataclass(frozen=True, slots=True)
class Capture:
    """One component to be placed: its geometry is in the workspace's CRS (metres)."""

    class_code: str
    geometry: Any
    attributes: Attributes = Attributes()


@dataclass(frozen=True, slots=True)
class Placed:
    """A component that is stored.

    Attributes
    ----------
    code, class_code, name : str
    geometry : shapely geometry
    places : dict of str to str
        grid_code, community_code, street_code, county_code; empty where there is none.
    departments : dict of str to str
        Role to code; a role that nobody answers for, or several, is left out.
    department_names : dict of str to str
        Code to name, of the bodies above and of those that the rules name.
    alerts : tuple of Alert
        What the surveyor is asked about.
    """

    code: str
    class_code: str
    name: str
    geometry: Any
    attributes: Attributes
    places: Mapping[str, str]
    departments: Mapping[str, str]
    department_names: Mapping[str, str]
    alerts: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True)
class SurveyArea:
    """Where this survey goes: areas by code, or single grids of a group.

    Attributes
    ----------
    name : str
        What people call it; empty for the whole city.
    codes : frozenset of str
        Codes of areas or grids; a grid whose code begins with one belongs to it.
    """

    name: str = ""
    codes: frozenset[str] = frozenset()

    def holds(self, code: str) -> bool:
        """Return whether a grid, or a community without grids, belongs to it."""
        return not self.codes or any(code[:n] in self.codes for n in range(6, len(code) + 1))


def default_accuracy(hit: ClassHit) -> str:
    """Return the accuracy class that a survey reaches without saying so."""
    return "A" if hit.shape == "point" else "B"


def faults_of(capture: Capture, hit: ClassHit) -> list[Problem]:
    """Return what is wrong with the shape of a component of a class."""
    shape = capture.geometry
    found: list[Problem] = []
    kind = "" if shape is None else str(shape.geom_type)
    if kind not in _SHAPES[hit.shape]:
        found.append(
            Problem(
                "geometry.kind",
                Text(kind or "nothing", kind or "无图形"),
                Text(f"a {hit.shape} for {hit.label.en}", f"{hit.name}应为{_SHAPE_ZH[hit.shape]}"),
                field="geometry",
            )
        )
    elif shape.is_empty or not shape.is_valid or (hit.shape == "line" and shape.length == 0):
        why = shapely.is_valid_reason(shape)
        found.append(
            Problem(
                "geometry.invalid",
                Text(why, f"无效图形（{why}）"),
                Text("a shape that does not cross itself", "不自相交、非空的图形"),
                field="geometry",
            )
        )
    return found


def numbers_of(said: Attributes) -> tuple[dict[str, str], list[Problem]]:
    """Return the numbers of others as they are kept, and what is wrong with them."""
    manhole, bad = manhole_number(said.manhole_number)
    asset, worse = asset_number(said.asset_number)
    kept = {"manhole_number": manhole, "asset_number": asset}
    return kept, [p for p in (bad, worse) if p is not None]
