"""What a city's rules are asked about: its components and last year's cases."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from citygrid_core.operations.city import City
from citygrid_core.responsibility import ROLES, DutyBook

#: How far back cases count as last year's.
_YEAR = pd.DateOffset(years=1)


def components(city: City) -> gpd.GeoDataFrame:
    """Return the components of the day as questions, with the bodies that their records name.

    Lines and polygons stand where a point on them lies.
    """
    held = city.workspace.read("components", at=city.at)
    shapes = held.geometry.representative_point().to_numpy()
    asked = _located(city, held, shapes)
    asked["object_kind"] = "component"
    asked["code"] = held["code"].to_numpy(dtype=object)
    asked["state"] = held["state"].to_numpy(dtype=object)
    for role in ROLES:
        if f"{role}_code" in held:
            asked[f"{role}_code"] = held[f"{role}_code"].to_numpy(dtype=object)
    return asked


def last_cases(city: City) -> gpd.GeoDataFrame:
    """Return located cases as questions: those of the year up to the day.

    Where the last case is earlier than the day, the year up to the last case.
    """
    held = city.workspace.read("cases")
    held = held[held.geometry.notna() & ~held.geometry.is_empty]
    when = pd.to_datetime(held["reported_at"], utc=True, format="ISO8601")
    end = when.max()
    if city.at is not None:
        day = pd.Timestamp(city.at, tz=city.workspace.timezone)
        end = min(end, day) if len(held) else day
    held = held[(when <= end) & (when > end - _YEAR)]
    asked = _located(city, held, held.geometry.to_numpy())
    asked["object_kind"] = held["object_kind"].to_numpy(dtype=object)
    asked["code"] = held["number"].to_numpy(dtype=object)
    return asked


def _located(city: City, held: pd.DataFrame, shapes: Any) -> gpd.GeoDataFrame:
    place = city.locate(shapely.get_x(shapes), shapely.get_y(shapes))
    asked = gpd.GeoDataFrame(place, geometry=shapes, crs=city.workspace.crs)
    asked["class_code"] = held["class_code"].to_numpy(dtype=object)
    return asked


def answered(book: DutyBook, asked: gpd.GeoDataFrame, at: str | None) -> pd.DataFrame:
    """Return the answers as text, role by role: a body, several joined by ``#``, or nobody."""
    said = book.resolve(asked, at=at)
    one = {}
    for role in ROLES:
        code, several = said[f"{role}_code"], said[f"{role}_candidates"]
        one[role] = code.where(code.notna(), several).fillna("").astype(object)
    answer: pd.DataFrame = pd.DataFrame(one, index=asked.index)
    return answer
