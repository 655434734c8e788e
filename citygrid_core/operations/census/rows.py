"""Rows of a census on their way in: identified, classified, tied to departments, located, coded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.census import classify, component_codes, match_departments
from citygrid_core.census.numbers import normal_number
from citygrid_core.errors import Text
from citygrid_core.operations.city import City
from citygrid_core.operations.importing.intake import Rows, problem
from citygrid_core.standards import Edition, perhaps
from citygrid_core.workspace import Transaction

ROLES = ("supervising", "owning", "maintaining")
#: What else a component may be called by: kept in one spelling.
NUMBERS = ("manhole_number", "asset_number")


@dataclass
class Proposals:
    """Texts that matched nothing, how often they came, and what they may mean.

    Attributes
    ----------
    found : dict
        (field, text) to the number of rows and the proposals, likeliest first.
    """

    found: dict[tuple[str, str], tuple[int, list[Any]]] = field(default_factory=dict)

    def add(self, field_: str, text: str, count: int, likely: list[Any]) -> None:
        """Count one text."""
        before = self.found.get((field_, text), (0, likely))[0]
        self.found[field_, text] = (before + count, list(likely))

    def take(self, others: Proposals) -> None:
        """Count what others found too."""
        for (name, text), (count, likely) in others.found.items():
            self.add(name, text, count, likely)

    def frame(self) -> pd.DataFrame:
        """Return a table: field, found, rows, proposal_1 to proposal_3, decision (to be filled)."""
        rows = [
            [f, text, count, *(str(p) for p in [*likely, "", "", ""][:3]), ""]
            for (f, text), (count, likely) in sorted(self.found.items(), key=lambda i: -i[1][0])
        ]
        names = ["field", "found", "rows", "proposal_1", "proposal_2", "proposal_3", "decision"]
        frame: pd.DataFrame = pd.DataFrame(rows, columns=names, dtype=object)
        return frame


def identify(rows: Rows, source: str) -> None:
    """Name each row by the source's own key, or by its class and position.

    The class may still be as typed; so a file without keys is known again as long as it
    says the same class at the same millimetre.
    """
    frame = rows.frame
    key = frame["source_key"] if "source_key" in frame else pd.Series(None, index=frame.index)
    key = key.where(key.notna(), "").astype(str).astype(object)
    lacking = (key == "").to_numpy(dtype=bool)
    if lacking.any():
        corner = shapely.bounds(np.asarray(frame.geometry.to_numpy(), dtype=object)[lacking])
        class_ = frame["class_code"].astype(str).to_numpy(dtype=object)[lacking]
        values = key.to_numpy(dtype=object).copy()
        values[lacking] = [
            f"{c}@{x:.3f},{y:.3f}"
            for c, x, y in zip(class_, corner[:, 0], corner[:, 1], strict=True)
        ]
        key = pd.Series(values, index=frame.index, dtype=object)
    frame["source_key"] = key
    frame["source"] = pd.Series(source, index=frame.index, dtype=object)
    for name in NUMBERS:
        if name in frame:
            frame[name] = _each(frame[name], lambda v: normal_number(v) or None)


def classify_rows(
    rows: Rows, edition: Edition, spoken: str | None = None, proposals: Proposals | None = None
) -> None:
    """Find the class of each row; rows whose class is not known are set aside.

    Parameters
    ----------
    spoken : str, optional
        The edition that the file speaks, if another: its codes go through the crosswalk.
    proposals : Proposals, optional
        Takes what matched nothing.
    """
    typed = rows.frame["class_code"]
    found = classify(typed, edition, from_edition=spoken)
    unknown = found.index[found["outcome"] == "unknown"]
    for text, count in typed[unknown].value_counts(dropna=True).items():
        if proposals is not None:
            first: Any = found.at[typed.index[typed == text][0], "proposals"]
            proposals.add("class_code", str(text), int(count), first)
    for index in unknown:
        likely: Any = found.at[index, "proposals"]
        rows.reject(
            index,
            problem(
                "class.unknown",
                "class_code",
                typed[index],
                Text(f"a component class of {edition.id}", f"{edition.id} 的部件类别"),
                perhaps(likely),
            ),
        )
    rows.frame["class_code"] = found["class_code"]
    names = {c: i.name for c, i in edition.catalogues["component"].classes.items()}
    default = _each(found["class_code"], names.get)
    given = rows.frame["name"] if "name" in rows.frame else pd.Series(None, index=default.index)
    rows.frame["name"] = given.where(given.notna() & (given != ""), default).astype(object)


def tie_departments(
    rows: Rows, departments: pd.DataFrame, on: str, proposals: Proposals | None = None
) -> None:
    """Match the bodies that the file names; those that match nothing are proposed, never taken."""
    frame = rows.frame
    for role in ROLES:
        column = f"{role}_code"
        frame[column] = pd.Series(None, index=frame.index, dtype=object)
        if role not in frame:
            continue
        typed = frame[role].where(frame[role].notna(), "").astype(str).astype(object)
        distinct = pd.Series(typed[typed != ""].unique(), dtype=object)
        if distinct.empty:
            continue
        match = match_departments(distinct, departments, at=on)
        match.index = pd.Index(distinct)
        codes = match["code"].to_dict()
        frame[column] = _each(typed, codes.get)
        bad = match.index[~match["outcome"].isin(["exact", "alias", "normalised"])]
        wrong = typed[typed.isin(bad)]
        for text, count in wrong.value_counts().items():
            if proposals is not None:
                likely: Any = match.at[text, "proposals"]
                proposals.add(role, str(text), int(count), likely)
        for index in wrong.index:
            near = _near(match.at[typed[index], "proposals"])
            rows.reject(
                index,
                problem(
                    "department.unmatched",
                    role,
                    typed[index],
                    Text("a department of the register", "部门名录中的部门"),
                    Text(f"perhaps {near}; or add an alias", f"可能是 {near}；或在名录中补充别名")
                    if near
                    else Text("add it to the register", "请先补充部门名录"),
                ),
            )


def _each(column: pd.Series, change: Any) -> pd.Series:
    """Change each distinct value once; a missing one stays missing."""
    codes, distinct = pd.factorize(column.to_numpy(dtype=object), use_na_sentinel=True)
    values = np.empty(len(distinct) + 1, dtype=object)
    values[:-1] = [change(v) for v in distinct]
    out: pd.Series = pd.Series(values[codes], index=column.index, dtype=object)
    return out


def _near(proposals: Any) -> str:
    return "、".join(f"{p.code} {p.name}" for p in proposals[:3])


def middles(frame: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return a point on each geometry, aligned to the frame; points are their own."""
    shapes = np.asarray(frame.geometry.to_numpy(), dtype=object)
    out = shapes.copy()
    shaped = shapely.get_type_id(shapes) > 0
    if shaped.any():
        out[shaped] = shapely.point_on_surface(shapes[shaped])
    return gpd.GeoSeries(out, index=frame.index, crs=frame.crs)


def locate_rows(rows: Rows, city: City) -> None:
    """Find the unit grid and the areas of each row; rows outside the city are set aside."""
    frame = rows.frame
    point = middles(frame).to_numpy()
    x, y = shapely.get_x(point), shapely.get_y(point)
    located = city.locate(x, y).set_axis(frame.index)
    outside = located["community_code"].isna()
    for at in np.flatnonzero(outside.to_numpy(dtype=bool)):
        index, p = frame.index[at], point[at]
        rows.reject(
            index,
            problem(
                "position.outside",
                "geometry",
                f"{p.x:.3f}, {p.y:.3f}" if p is not None and not p.is_empty else None,
                Text(
                    f"a point inside the city ({_extent(city)})",
                    f"位于城市范围内（{_extent(city)}）",
                ),
                _suspicion(p, city),
            ),
        )
    for name in ("grid_code", "community_code", "street_code", "county_code"):
        frame[name] = located[name]


def _extent(city: City) -> str:
    x0, y0, x1, y1 = city.areas.total_bounds
    return f"x {x0:.0f}–{x1:.0f}, y {y0:.0f}–{y1:.0f}"


def _suspicion(p: Any, city: City) -> Text:
    """Name the likely mistake behind a point outside: axes swapped, or degrees."""
    if p is None or p.is_empty:
        return Text("", "")
    x0, y0, x1, y1 = city.areas.total_bounds
    if x0 <= p.y <= x1 and y0 <= p.x <= y1:
        return Text("x and y look swapped", "x、y 疑似颠倒")
    if abs(p.x) <= 180 and abs(p.y) <= 90:
        return Text("looks like degrees: give --crs EPSG:4490", "疑似经纬度：请用 --crs EPSG:4490")
    return Text("", "")


def fill_duties(
    fresh: gpd.GeoDataFrame, city: City, on: str, filled: dict[str, int]
) -> gpd.GeoDataFrame:
    """Let the duty rules name the bodies that the file leaves open, where they are sure.

    New components only: a later import of the same file must change nothing, even
    when the rules have changed since.
    """
    columns = [f"{role}_code" for role in ROLES]
    open_ = fresh[columns].isna().any(axis=1)
    if not open_.any() or not city.workspace.count("duty_rules", at="all"):
        return fresh
    asked = fresh.loc[open_].copy()
    asked["object_kind"] = "component"
    asked["geometry"] = middles(asked)
    answer = city.duties.resolve(asked, at=on)
    fresh = fresh.copy()
    for column in columns:
        empty = asked[column].isna() & answer[column].notna()
        fresh.loc[asked.index[empty], column] = answer.loc[empty, column]
        filled[column] = filled.get(column, 0) + int(empty.sum())
    return fresh


def mint_codes(tx: Transaction, fresh: gpd.GeoDataFrame, edition: Edition) -> gpd.GeoDataFrame:
    """Give new components their codes: the next numbers of their county and class."""
    fresh = fresh.copy()
    sequence = np.zeros(len(fresh), dtype=np.int64)
    groups = fresh.groupby(["county_code", "class_code"], sort=True).indices
    for (county, class_), at in groups.items():
        minted = tx.mint(f"component:{county}{class_}", len(at))
        sequence[at] = np.arange(minted.start, minted.stop)
    fresh["code"] = component_codes(fresh["county_code"], fresh["class_code"], sequence, edition)
    return fresh
