"""What is divided: a sample city with its truth, and central Wuhan along its real streets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from scipy.cluster.vq import kmeans2

#: A block larger than this is open ground, ruled by kilometre lines into communities.
OPEN_M2 = 2_000_000.0
#: Where the streets are densest (EPSG:32650).
DENSE = (239_700.0, 3_386_300.0)


@dataclass(frozen=True)
class City:
    """The layers that a division needs.

    Attributes
    ----------
    areas : GeoDataFrame
        Communities.
    roads, barriers, buildings, compounds : GeoDataFrame
        Empty where a city has none.
    reference : GeoDataFrame or None
        The true blocks, for the border F1.
    """

    areas: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame
    reference: gpd.GeoDataFrame | None = None

    @property
    def lines(self) -> gpd.GeoDataFrame:
        """Everything that a border may follow: streets, barriers, shores."""
        shapes = self.barriers.geometry.values
        flat = shapely.get_dimensions(shapes) == 2
        edges = np.where(flat, shapely.boundary(shapes), shapes)
        both = np.concatenate([self.roads.geometry.values, edges])
        return gpd.GeoDataFrame(geometry=both, crs=self.areas.crs)

    def clipped(self, cells: np.ndarray) -> gpd.GeoDataFrame:
        """Cut cells by the communities; loose parts become cells of their own."""
        frame = gpd.GeoDataFrame(geometry=cells, crs=self.areas.crs)
        cut = gpd.overlay(frame, self.areas[["code", "geometry"]], keep_geom_type=True)
        cut = cut.rename(columns={"code": "community_code"}).explode(ignore_index=True)
        return cut[cut.area > 1].reset_index(drop=True)


def sample(folder: Path) -> City:
    """Read a synthetic city as `citygrid sample` writes it."""

    def layer(name: str) -> gpd.GeoDataFrame:
        return pyogrio.read_dataframe(folder / "base.gpkg", layer=name)

    areas = pyogrio.read_dataframe(folder / "areas.gpkg", layer="areas")
    blocks = folder / "truth" / "blocks.gpkg"
    return City(
        areas[areas["level"] == "community"].reset_index(drop=True),
        layer("roads"),
        pd.concat([layer("barriers"), layer("water").assign(kind="water")], ignore_index=True),
        layer("buildings"),
        pd.concat([layer("compounds"), layer("parks").assign(kind="park")], ignore_index=True),
        pyogrio.read_dataframe(blocks) if blocks.exists() else None,
    )


def _blocks(noded: shapely.Geometry) -> np.ndarray:
    return shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))


def wuhan(data: Path, *, side_m: float = 0.0, community_m2: float = 600_000.0) -> City:
    """Return central Wuhan: the real streets of OpenStreetMap, and communities along them.

    The open data have no communities, so blocks between the larger streets are
    gathered around seeds: their borders are streets, as those of real ones are.

    Parameters
    ----------
    data : Path
        Folder of real data (see `real_data` in the tests).
    side_m : float
        Only a square of this side around `DENSE`; 0: all of it.
    community_m2 : float
        About how large a community is.

    Notes
    -----
    © OpenStreetMap contributors, ODbL 1.0.
    """
    roads = pyogrio.read_dataframe(data / "wuhan_osm" / "wuhan_core.gpkg").to_crs(32650)
    if side_m:
        frame = shapely.box(*shapely.Point(DENSE).buffer(side_m / 2).bounds)
        roads = roads.clip(frame).explode(ignore_index=True)
        roads = roads[roads.geom_type == "LineString"].reset_index(drop=True)
    else:
        frame = shapely.box(*roads.total_bounds)
    large = roads["highway"].isin(["trunk", "primary", "secondary", "tertiary", "residential"])
    lines = np.append(roads.geometry.values[large], shapely.boundary(frame))
    noded = shapely.union_all(lines, grid_size=0.001)
    blocks = _blocks(noded)
    wide = blocks[shapely.area(blocks) > OPEN_M2]
    if len(wide):  # the Yangtze, lakes, hills: no street for kilometres
        x0, y0, x1, y1 = frame.bounds
        ruled = [[(x, y0), (x, y1)] for x in np.arange(x0 + 1000, x1, 1000.0)]
        ruled += [[(x0, y), (x1, y)] for y in np.arange(y0 + 1000, y1, 1000.0)]
        inside = shapely.intersection(shapely.multilinestrings(ruled), shapely.union_all(wide))
        blocks = _blocks(shapely.union_all([noded, inside], grid_size=0.001))
    centre = shapely.get_coordinates(shapely.centroid(blocks))
    count = max(2, round(frame.area / community_m2))
    origin = centre.mean(axis=0)
    _, label = kmeans2(centre - origin, count, minit="++", seed=1)
    shapes = gpd.GeoSeries(
        [shapely.coverage_union_all(blocks[label == i]) for i in range(count)], crs=roads.crs
    )
    parts = shapes.explode(ignore_index=True)
    parts = parts[parts.area > 0].reset_index(drop=True)
    codes = [f"420102{i // 999 + 1:03d}{i % 999 + 1:03d}" for i in range(len(parts))]
    areas = gpd.GeoDataFrame({"code": codes}, geometry=parts, crs=roads.crs)
    none = roads.iloc[:0]
    return City(areas, roads, none, none[["geometry"]], none[["geometry"]])
