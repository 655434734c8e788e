"""Is this a legal division? Every breach, with its place. Knows nothing of how it was drawn."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from citygrid_core.grids import check_codes, check_components, check_coverage
from citygrid_core.grids.errors import MissingColumn
from citygrid_core.grids.findings import RULES, Finding, finding
from citygrid_core.grids.frames import (
    communities,
    geometries,
    polygon_parts,
    require_metres,
    require_same,
)
from citygrid_core.grids.mesh import Geometries
from citygrid_core.grids.policy import Policy

#: A cell whose mean width (2 × area / perimeter, metres) is below this is a sliver.
SLIVER_WIDTH_M = 5.0
#: A border that enters a building by less than this (m) is surveying noise.
TOUCH_M = 0.05


def check(
    grids: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    *,
    policy: Policy | None = None,
    buildings: gpd.GeoDataFrame | None = None,
    components: gpd.GeoDataFrame | None = None,
    edition: str = "gbt47678-2026",
    row_tolerance_m: float | None = None,
) -> list[Finding]:
    """Return every breach of the rules of unit grids.

    Parameters
    ----------
    grids : GeoDataFrame
        ``community_code`` and polygons; ``code`` and ``reason`` are checked when
        there. A recorded reason excuses an area outside the policy.
    areas : GeoDataFrame
        Communities (``code``), a clean coverage.
    policy : Policy, optional
    buildings : GeoDataFrame, optional
        Polygons that no border may cut.
    components : GeoDataFrame, optional
        Features that have to be in a cell (a line or polygon by a point on it);
        ``code`` names them, ``grid_code`` says in which they are when there.
    edition : str
        Which edition's codes are legal.
    row_tolerance_m : float, optional
        As in `number`.

    Returns
    -------
    list of Finding
        In the order of `RULES`, then by code.
    """
    policy = policy or Policy()
    crs = require_metres(areas, "areas")
    require_same(grids, crs, "grids")
    if "community_code" not in grids.columns:
        raise MissingColumn("grids", "community_code")
    area_codes, area_shapes = communities(areas)
    names = names_of(grids)
    shapes = geometries(grids)
    found: list[Finding] = []

    flat = np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    community = grids["community_code"].fillna("").astype(str).to_numpy(dtype=object)
    inside = dict(zip(area_codes, shapely.point_on_surface(area_shapes), strict=True))
    for index in np.flatnonzero(~flat):
        # no polygon, no place: its community has to do
        spot = inside.get(community[index], inside[area_codes[0]])
        found.append(finding("grid.geometry", [names[index]], spot, 0))
    many = flat & (shapely.get_num_geometries(shapes) > 1)
    for index in np.flatnonzero(many):
        found.append(
            finding(
                "grid.multipart",
                [names[index]],
                shapely.point_on_surface(shapes[index]),
                shapely.get_num_geometries(shapes[index]),
            )
        )
    sound = flat & shapely.is_valid(shapes)
    for index in np.flatnonzero(flat & ~sound):
        found.append(finding("grid.ring", [names[index]], _place_of_fault(shapes[index]), 0))

    use = np.flatnonzero(sound)
    names_in, shapes_in = names[use], shapes[use]
    found += check_coverage.findings(
        names_in, shapes_in, community[use], area_codes, area_shapes, policy.grid_m
    )
    found += check_codes.findings(
        grids, names, shapes, sound, edition=edition, row_tolerance_m=row_tolerance_m
    )
    found += _sizes(grids.iloc[use], names_in, shapes_in, policy)
    if buildings is not None:
        houses = polygon_parts(buildings, crs, "buildings")
        found += _cut_buildings(names_in, shapes_in, houses, area_shapes)
    if components is not None:
        require_same(components, crs, "components")
        found += check_components.findings(components, names_in, shapes_in, policy.grid_m)
    rank = {rule: position for position, rule in enumerate(RULES)}
    return sorted(found, key=lambda f: (rank[f.rule], f.codes, f.place.x, f.place.y))


def names_of(grids: gpd.GeoDataFrame) -> Geometries:
    """Return what to call each cell: its code, else ``#`` and the label of its row."""
    labels = [f"#{label}" for label in grids.index]
    if "code" not in grids.columns:
        return np.asarray(labels, dtype=object)
    codes = grids["code"]
    return np.asarray(
        [
            code if isinstance(code, str) and code else label
            for code, label in zip(codes, labels, strict=True)
        ],
        dtype=object,
    )


def _place_of_fault(shape: shapely.Geometry) -> shapely.Point:
    """Return where GEOS says that a polygon is invalid: ``Self-intersection[x y]``."""
    said = str(shapely.is_valid_reason(shape))
    if "[" in said:
        x, y = said.rsplit("[", 1)[1].rstrip("]").split()[:2]
        return shapely.Point(float(x), float(y))
    return shapely.Point(*shapely.get_coordinates(shape)[0])


def _sizes(
    grids: gpd.GeoDataFrame, names: Geometries, shapes: Geometries, policy: Policy
) -> list[Finding]:
    found = []
    size = shapely.area(shapes)
    width = 2 * size / np.maximum(shapely.length(shapes), 1e-9)
    thin = width < SLIVER_WIDTH_M
    for index in np.flatnonzero(thin):
        spot = shapely.point_on_surface(shapes[index])
        found.append(finding("grid.sliver", [names[index]], spot, width[index], "m"))
    odd = ~policy.in_range(size) & ~thin
    if "reason" in grids.columns:
        reason = grids["reason"].fillna("").astype(str).str.strip()
        odd &= (reason == "").to_numpy(dtype=bool)
    for index in np.flatnonzero(odd):
        spot = shapely.point_on_surface(shapes[index])
        found.append(finding("grid.area", [names[index]], spot, size[index], "m²"))
    return found


def _cut_buildings(
    names: Geometries, shapes: Geometries, houses: Geometries, area_shapes: Geometries
) -> list[Finding]:
    """Return the buildings that are not within one cell; by a community's border: a warning."""
    if not len(houses) or not len(shapes):
        return []
    core = shapely.buffer(houses, -TOUCH_M, join_style="mitre")
    tree = shapely.STRtree(shapes)
    whole = np.zeros(len(houses), dtype=bool)
    whole[tree.query(core, predicate="within")[0]] = True
    suspect = np.flatnonzero(~whole & ~shapely.is_empty(core))
    house, cell = tree.query(core[suspect], predicate="intersects")
    rims = shapely.STRtree(shapely.boundary(area_shapes))
    unavoidable = set(rims.query(core[suspect], predicate="intersects")[0].tolist())
    found = []
    for position in np.unique(house):
        cells = cell[house == position]
        shape = core[suspect[position]]
        parts = shapely.area(shapely.intersection(shape, shapes[cells]))
        lost = float(shape.area - parts.max())
        one = finding("building.cut", names[cells], shapely.point_on_surface(shape), lost, "m²")
        if position in unavoidable:
            one = Finding(one.rule, "warning", one.codes, one.place, one.measure, one.text)
        found.append(one)
    return found
