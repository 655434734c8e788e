"""What the rules look at: components, the city around them, and what is derived once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from citygrid_core.census.rules.base import Bools, Ints, Objects, Verdict
from citygrid_core.census.twins import twins
from citygrid_core.locate import CellIndex
from citygrid_core.standards import Edition
from citygrid_core.standards.batch import digit_matrix

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Values:
    """A column of texts with each distinct value once.

    Attributes
    ----------
    codes : int array
        Position in `distinct` of each row, -1 where the row has nothing.
    distinct : object array
    """

    codes: Ints
    distinct: Objects

    @cached_property
    def given(self) -> Bools:
        """Rows that have a value."""
        return np.asarray(self.codes >= 0)

    @property
    def used(self) -> set[str]:
        """Distinct values that some row has."""
        return set(self.distinct[np.unique(self.codes[self.given])])

    def test(self, holds: Callable[[str], bool]) -> Bools:
        """Return the rows whose value fulfils a condition, asked once for each distinct value."""
        answers = np.array([*(holds(v) for v in self.distinct), False], dtype=bool)
        found: Bools = answers[self.codes]
        return found

    def mapped(self, known: Mapping[str, Any], missing: Any = None) -> Objects:
        """Return what each value maps to."""
        out = np.empty(len(self.distinct) + 1, dtype=object)
        out[:-1] = [known.get(v, missing) for v in self.distinct]
        out[-1] = missing
        return out[self.codes]

    def text(self) -> Objects:
        """Return the values, empty texts for nothing."""
        out: Objects = np.append(self.distinct, "")[self.codes]
        return out


def values_of(column: Any) -> Values:
    """Return a column as `Values`; empty texts count as nothing."""
    array = np.asarray(column, dtype=object)
    codes, distinct = pd.factorize(array, use_na_sentinel=True)
    texts: Objects = distinct
    if pd.api.types.infer_dtype(distinct, skipna=False) != "string":
        texts = np.array([str(v) for v in distinct], dtype=object)
    empty = np.asarray(texts == "", dtype=bool)
    if empty.any():
        codes = np.where(np.append(empty, False)[codes], -1, codes)
    return Values(codes.astype(np.int64), texts)


@dataclass
class Material:
    """Components and their city, ready to be judged.

    Parameters
    ----------
    components : GeoDataFrame
        Valid components in the workspace's CRS (metres), columns of the store.
    edition : Edition
    on : str
        ISO date of the check: what is later lies in the future.
    judged : bool array, optional
        Which components are judged; the others are only their surroundings.
    cells, communities : CellIndex, optional
        Unit grids and communities valid on the day.
    grids, areas, departments, attachments, before : frames, optional
        Of the store; all versions of grids and departments. `before`: components
        and versions that have ended.
    duties : callable, optional
        Positions of components -> what the duty rules say of them: ``<role>_code``
        and ``<role>_outcome``.
    digests : callable, optional
        Path of an attachment -> its SHA-256 now, None when the file is not there.
    radii : mapping
        Class code to the radius (m) within which two of it are one surveyed twice.
    tolerances : mapping
        Rule id to a tolerance that replaces the rule's own.
    """

    components: gpd.GeoDataFrame
    edition: Edition
    on: str
    judged: Bools | None = None
    cells: CellIndex | None = None
    communities: CellIndex | None = None
    grids: pd.DataFrame | None = None
    areas: pd.DataFrame | None = None
    departments: pd.DataFrame | None = None
    attachments: pd.DataFrame | None = None
    before: gpd.GeoDataFrame | None = None
    duties: Callable[[Ints], pd.DataFrame] | None = None
    digests: Callable[[str], str | None] | None = None
    radii: Mapping[str, float] = field(default_factory=dict)
    tolerances: Mapping[str, float] = field(default_factory=dict)
    _values: dict[str, Values] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.components)

    # --- answers of rules ----------------------------------------------------------

    @property
    def asked(self) -> Bools:
        """Components that are judged."""
        return np.ones(len(self), dtype=bool) if self.judged is None else self.judged

    def verdict(self, population: Bools, bad: Bools, found: Any = None) -> Verdict:
        """Return the verdict on components.

        Parameters
        ----------
        population : bool array
            Components that the rule can judge.
        bad : bool array
            Those that are wrong.
        found : array or Values, optional
            What stands in each row.
        """
        judged = population & self.asked
        at = np.flatnonzero(judged & bad)
        return Verdict(int(judged.sum()), at, _texts(found, at))

    def pairs(
        self, population: Bools, at: Ints, other: Ints, found: Objects | None = None
    ) -> Verdict:
        """Return the verdict on pairs of components; one of the two must be judged."""
        asked = self.asked
        turn = ~asked[at]
        at, other = np.where(turn, other, at), np.where(turn, at, other)
        keep = asked[at] & population[at]
        texts = np.full(len(at), "", dtype=object) if found is None else found
        at, other = at[keep], other[keep]
        return Verdict(int((population & asked).sum()), at, texts[keep], self.codes[other])

    def limit(self, rule: Any) -> float:
        """Return the tolerance of a rule."""
        own = rule.tolerance
        return float(self.tolerances.get(rule.id, 0.0 if own is None else own))

    # --- columns -------------------------------------------------------------------

    def values(self, name: str) -> Values:
        """Return one column of the components, each distinct text once."""
        if name not in self._values:
            if name in self.components:
                column = self.components[name].to_numpy(dtype=object)
            else:
                column = np.full(len(self), None, dtype=object)
            self._values[name] = values_of(column)
        return self._values[name]

    def has(self, name: str) -> bool:
        """Whether any component says something in a column."""
        return bool(self.values(name).given.any())

    @cached_property
    def codes(self) -> Objects:
        """Component codes."""
        return self.values("code").text()

    @cached_property
    def code_digits(self) -> tuple[Ints, npt.NDArray[np.uint8], Bools]:
        """Lengths, digits and whether all are digits, of the component codes."""
        width = self.edition.component_code_digits
        return digit_matrix(self.codes, width)

    @cached_property
    def well_coded(self) -> Bools:
        """Components whose code has the right number of digits."""
        lengths, _, clean = self.code_digits
        return np.asarray(clean & (lengths == self.edition.component_code_digits))

    @cached_property
    def code_class(self) -> Objects:
        """The class that each code names; only meaningful where `well_coded`."""
        return self._part(6, 6 + self.edition.class_code_digits)

    @cached_property
    def code_county(self) -> Objects:
        """The county that each code names; only meaningful where `well_coded`."""
        return self._part(0, 6)

    @cached_property
    def scope(self) -> Ints:
        """County and class that each code names, as one number; see `code_class`."""
        return self._number(0, 6 + self.edition.class_code_digits)

    @cached_property
    def sequence(self) -> Ints:
        """The sequence that each code carries; only meaningful where `well_coded`."""
        return self._number(6 + self.edition.class_code_digits, None)

    def _number(self, start: int, end: int | None) -> Ints:
        digits = self.code_digits[1][:, start:end].astype(np.int64)
        weights = 10 ** np.arange(digits.shape[1] - 1, -1, -1, dtype=np.int64)
        number: Ints = digits @ weights
        return number

    def _part(self, start: int, end: int) -> Objects:
        where, numbers = pd.factorize(self._number(start, end))
        texts = np.array([f"{n:0{end - start}d}" for n in numbers], dtype=object)
        return texts[where] if len(numbers) else np.empty(0, dtype=object)

    @cached_property
    def known_class(self) -> Bools:
        """Components whose class the edition has, or a city may add."""
        catalogue = self.edition.catalogues["component"]
        wide = catalogue.digits
        valid = {
            v
            for v in self.values("class_code").distinct
            if v in catalogue.classes
            or (
                len(v) == wide
                and v.isascii()
                and v.isdigit()
                and any(
                    (e.major != "*" or v[: catalogue.major_digits] in catalogue.majors)
                    and e.holds(v[: catalogue.major_digits], v[catalogue.major_digits :])
                    for e in catalogue.extensions
                )
            )
        }
        return self.values("class_code").test(valid.__contains__)

    def by_class(self, attribute: str) -> Objects:
        """Return an attribute of the class (name, geometry, ...), None for unknown classes."""
        classes = self.edition.catalogues["component"].classes
        known = {code: getattr(info, attribute) for code, info in classes.items()}
        return self.values("class_code").mapped(known)

    # --- shapes --------------------------------------------------------------------

    @cached_property
    def shapes(self) -> Objects:
        """Geometries."""
        shapes: Objects = np.asarray(self.components.geometry.to_numpy(), dtype=object)
        return shapes

    @cached_property
    def placed(self) -> Bools:
        """Components with a geometry."""
        return np.asarray(~(shapely.is_missing(self.shapes) | shapely.is_empty(self.shapes)))

    @cached_property
    def kind(self) -> npt.NDArray[np.int8]:
        """0 point, 1 line, 2 polygon, -1 nothing or something else."""
        table = np.array([-1, 0, 1, 1, 2, 0, 1, 2, -1], dtype=np.int8)
        types = np.where(self.placed, shapely.get_type_id(self.shapes), -1)
        kinds: npt.NDArray[np.int8] = table[types + 1]
        return kinds

    @cached_property
    def xy(self) -> Floats:
        """A point of each component (NaN without geometry): where it is located by."""
        out = np.full((len(self), 2), np.nan)
        plain = shapely.get_type_id(self.shapes) == 0
        single = plain & self.placed
        out[single] = shapely.get_coordinates(self.shapes[single])
        rest = self.placed & ~plain
        if rest.any():
            middle = shapely.point_on_surface(self.shapes[rest])
            out[rest, 0], out[rest, 1] = shapely.get_x(middle), shapely.get_y(middle)
        return out

    @cached_property
    def twins(self) -> pd.DataFrame:
        """Pairs of one class within its radius: left, right (positions) and distance_m."""
        frame = self.components[["class_code", "geometry"]].reset_index(drop=True)
        return twins(frame, dict(self.radii), default_m=0.0)

    @cached_property
    def crs(self) -> pyproj.CRS:
        """CRS of the components."""
        return self.components.crs

    @cached_property
    def located(self) -> Values:
        """Code of the unit grid that covers each component; nothing outside all.

        Its numbers are positions in `cells`.
        """
        return _covering(self.cells, self.xy)

    @cached_property
    def community(self) -> Values:
        """Code of the community that covers each component; nothing outside the city."""
        if self.communities is None or not len(self.communities):
            codes = self.located.distinct
            return Values(self.located.codes, np.array([c[:12] for c in codes], dtype=object))
        return _covering(self.communities, self.xy)

    @cached_property
    def successors(self) -> dict[str, str]:
        """Department to the one that took over from it, followed to the end."""
        if self.departments is None or "successor_code" not in self.departments:
            return {}
        step = {
            str(a): str(b)
            for a, b in zip(
                self.departments["code"], self.departments["successor_code"], strict=True
            )
            if isinstance(b, str) and b
        }
        out = {}
        for code in step:
            seen, at = {code}, step[code]
            while at in step and at not in seen:
                seen.add(at)
                at = step[at]
            out[code] = at
        return out


def _covering(index: CellIndex | None, xy: Floats) -> Values:
    if index is None or not len(index):
        return Values(np.full(len(xy), -1, dtype=np.int64), np.empty(0, dtype=object))
    return Values(index.locate(xy[:, 0], xy[:, 1]), np.asarray(index.codes, dtype=object))


def _texts(found: Any, at: Ints) -> Objects:
    if found is None:
        return np.full(len(at), "", dtype=object)
    if isinstance(found, Values):
        found = np.append(found.distinct, "")[found.codes[at]]
    else:
        found = np.asarray(found, dtype=object)[at]
    out = np.empty(len(at), dtype=object)
    out[:] = ["" if v is None or v != v else str(v) for v in found]
    return out
