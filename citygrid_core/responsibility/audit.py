"""Audit: where does nobody answer for a class, or two bodies at once?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from citygrid_core.errors import MissingCrs, Text
from citygrid_core.responsibility.answers import Answer
from citygrid_core.responsibility.book import DutyBook
from citygrid_core.responsibility.errors import MissingColumns
from citygrid_core.responsibility.frames import column, texts
from citygrid_core.responsibility.resolved import OUTCOMES
from citygrid_core.responsibility.strength import ROLES

_COLUMNS = (
    "object_kind", "class_code", "role", "outcome", "candidates", "rules", "grid_codes", "grids",
    "area_m2",
)  # fmt: skip
#: A strip along a line is drawn with so many segments a quarter circle.
_ROUND = 32


def audit(
    book: DutyBook,
    grids: gpd.GeoDataFrame,
    classes: pd.DataFrame,
    *,
    at: Any = None,
    roles: Mapping[str, Sequence[str]] | None = None,
    min_area_m2: float = 1.0,
) -> gpd.GeoDataFrame:
    """Find the places where a class has nobody in a role, or several bodies.

    Parameters
    ----------
    book : DutyBook
    grids : GeoDataFrame
        Unit grids: code, geometry, and community_code (or the first 12 digits of the code).
        Where the border of a rule's shape runs through a grid, its parts are looked at one by one.
    classes : DataFrame
        object_kind and class_code: what should be answered for.
    at : str, optional
        ISO date or datetime.
    roles : mapping, optional
        Object kind to the roles that have to be filled; default `Order.expected`. Several bodies
        are found in every role.
    min_area_m2 : float
        Smaller parts of grids are left out.

    Returns
    -------
    GeoDataFrame
        One row for each finding: ``object_kind``, ``class_code``, ``role``, ``outcome`` (none or
        several), ``candidates`` and ``rules`` (codes joined by ``#``), ``grid_codes`` (joined by
        ``#``), ``grids`` (how many), ``area_m2``, and the place as geometry. No rows: clean.

    Raises
    ------
    MissingColumns, MissingCrs, CrsMismatch
    """
    for frame, what, needed in (
        (grids, Text("grids", "单元网格"), ("code",)),
        (classes, Text("classes", "类别"), ("object_kind", "class_code")),
    ):
        missing = [c for c in needed if c not in frame]
        if missing:
            raise MissingColumns(what, missing)
    if grids.crs is None:
        raise MissingCrs(Text("grids", "单元网格"))
    expected = book.order.expected if roles is None else roles
    parts = _parts(book, grids, min_area_m2)
    question, which = book.questions(parts, at=at)
    asked = pd.DataFrame({c: texts(column(classes, c)) for c in ("object_kind", "class_code")})
    found: dict[tuple[str, ...], list[int]] = {}
    for kind, code in asked.drop_duplicates().itertuples(index=False):
        filled = expected.get(kind, ROLES)
        for place, base in enumerate(question):
            answer = book.judge(base._replace(object_kind=kind, class_code=code))
            for i, role in enumerate(ROLES):
                outcome = answer.outcomes[i]
                if outcome == 2 or (outcome == 0 and role in filled):
                    key = (kind, code, role, OUTCOMES[outcome], *_claims(answer, role, i))
                    found.setdefault(key, []).append(place)
    return _frame(found, parts, which)


def part_around(book: DutyBook, grid: gpd.GeoDataFrame, point: Any) -> Any:
    """Return the part of a unit grid around a point that no border of a rule's shape cuts.

    Parameters
    ----------
    grid : GeoDataFrame
        One row, as for `audit`.
    point : Point
        In it; of several parts that touch it the first counts.
    """
    pieces = _parts(book, grid, 0.0).geometry.to_numpy()
    return pieces[int(shapely.distance(pieces, point).argmin())]


def _claims(answer: Answer, role: str, i: int) -> tuple[str, str]:
    """Return the bodies and the rules that claim a role."""
    rules = {r.rule.code for r in answer.reasons if r.role == role and r.rule is not None}
    return answer.candidates[i] or "", "#".join(sorted(rules))


def _frame(
    found: dict[tuple[str, ...], list[int]], parts: gpd.GeoDataFrame, which: NDArray[np.int64]
) -> gpd.GeoDataFrame:
    shapes, codes = parts.geometry.to_numpy(), parts["grid_code"].to_numpy(dtype=object)
    places: dict[tuple[int, ...], tuple[str, int, float, Any]] = {}
    rows = []
    for key, at in found.items():
        where = tuple(at)
        if where not in places:
            mine = np.flatnonzero(np.isin(which, at))
            whole = shapely.union_all(shapes[mine])
            grids = sorted(set(codes[mine]))
            places[where] = ("#".join(grids), len(grids), float(whole.area), whole)
        rows.append((*key, *places[where]))
    made = pd.DataFrame(rows, columns=[*_COLUMNS, "geometry"])
    return gpd.GeoDataFrame(made, geometry="geometry", crs=parts.crs)


def _parts(book: DutyBook, grids: gpd.GeoDataFrame, min_area_m2: float) -> gpd.GeoDataFrame:
    """Cut grids along the borders of the rules' shapes; each part lies in the same places."""
    cells = grids.geometry.to_numpy()
    edges = book.shapes.outlines(_ROUND)
    by_grid: dict[int, list[Any]] = {}
    if len(edges):
        edge, grid = shapely.STRtree(cells).query(edges, predicate="intersects")
        for e, g in zip(edge.tolist(), grid.tolist(), strict=True):
            by_grid.setdefault(g, []).append(edges[e])
    owner, parts = [], []
    for g, cell in enumerate(cells):
        pieces = [cell]
        if g in by_grid:
            lines = shapely.intersection(np.array(by_grid[g], dtype=object), cell)
            net = shapely.union_all([shapely.boundary(cell), *lines])
            ring = shapely.get_parts(shapely.polygonize([net]))
            inner = shapely.covers(cell, shapely.point_on_surface(ring))
            pieces = [p for p in ring[inner] if p.area >= min_area_m2] or [cell]
        owner += [g] * len(pieces)
        parts += pieces
    codes = np.array(texts(column(grids, "code")), dtype=object)
    community = np.array(texts(column(grids, "community_code")), dtype=object)
    known = np.where(community != "", community, [c[:12] for c in codes])
    at = np.array(owner, dtype=np.int64)
    return gpd.GeoDataFrame(
        {"grid_code": codes[at], "community_code": known[at]},
        geometry=np.array(parts, dtype=object),
        crs=grids.crs,
    )
