"""A small town made by hand, for the tests of grids: every piece of it is known."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, Polygon, box
from shapely.affinity import rotate

CRS = "EPSG:4547"
X0, Y0 = 530_000.0, 3_386_000.0
COMMUNITIES = ["420102001001", "420102001002", "420102002001"]


@dataclass(frozen=True)
class Town:
    areas: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    compounds: gpd.GeoDataFrame


def frame(shapes: list[shapely.Geometry], **columns: list[object]) -> gpd.GeoDataFrame:
    moved = [shapely.transform(s, lambda c: c + np.array([X0, Y0])) for s in shapes]
    return gpd.GeoDataFrame(columns, geometry=moved, crs=CRS)


def town() -> Town:
    """Three communities, 900 × 600 m: an avenue with two carriageways, streets, a lane
    that ends, a canal, rows of houses, two walled compounds with roads inside."""
    areas = frame(
        [
            Polygon([(0, 0), (450, 0), (450, 330), (0, 330)]),
            Polygon([(450, 0), (900, 0), (900, 330), (450, 330)]),
            Polygon([(0, 330), (450, 330), (900, 330), (900, 600), (0, 600)]),
        ],
        code=COMMUNITIES,
        name=["东湖社区", "南湖社区", "北湖社区"],
    )
    lines: list[tuple[LineString, str, float]] = []
    # the avenue, two carriageways 24 m apart, along the communities' border
    lines += [(LineString([(-20, y), (920, y)]), "arterial", 12.0) for y in (318, 342)]
    lines += [(LineString([(x, -20), (x, 620)]), "branch", 14.0) for x in (150, 300, 450.0, 620)]
    lines += [(LineString([(-20, 165), (620, 165)]), "branch", 14.0)]
    lines += [(LineString([(-20, 470), (920, 470)]), "branch", 14.0)]
    # a lane that ends inside a block, and one inside a compound
    lines += [(LineString([(750, 318), (750, 200)]), "lane", 4.0)]
    lines += [(LineString([(450, 80), (560, 80), (560, 120)]), "lane", 4.0)]
    roads = frame(
        [line for line, _, _ in lines],
        name=[f"路{i}" for i in range(len(lines))],
        road_class=[c for _, c, _ in lines],
        width_m=[w for _, _, w in lines],
    )
    barriers = frame(
        [LineString([(-20, 560), (400, 565), (920, 550)])], kind=["river"], name=["小河"]
    )
    houses: list[Polygon] = []
    for x in range(170, 290, 40):
        houses += [box(x, y, x + 28, y + 11) for y in range(20, 150, 26)]
    for x in range(640, 880, 60):
        houses += [box(x, y, x + 40, y + 12) for y in range(20, 290, 30)]
    houses += [rotate(box(30, 380, 60, 392), 20), box(296, 400, 312, 420)]  # one on a street
    buildings = frame(houses, kind=["住宅"] * len(houses), floors=[6] * len(houses))
    compounds = frame(
        [box(458, 8, 612, 157), box(158, 350, 292, 462)],
        name=["翠园小区", "机关大院"],
    )
    return Town(areas, roads, barriers, buildings, compounds)


def squares(
    rows: int, columns: int, side: float = 100.0
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """A valid, numbered division: communities of 5 × 5 squares, and their cells."""
    cells, community, areas, codes = [], [], [], []
    for top in range(0, rows, 5):
        for left in range(0, columns, 5):
            code = f"420102{len(codes) // 999 + 1:03d}{len(codes) % 999 + 1:03d}"
            codes.append(code)
            x, y = left * side, -top * side
            rim = [(x + i * side, y) for i in range(6)]
            rim += [(x + 5 * side, y - i * side) for i in range(1, 6)]
            rim += [(x + (5 - i) * side, y - 5 * side) for i in range(1, 6)]
            rim += [(x, y - (5 - i) * side) for i in range(1, 5)]
            areas.append(Polygon(rim))
            for r in range(5):
                for c in range(5):
                    cells.append(
                        box(x + c * side, y - (r + 1) * side, x + (c + 1) * side, y - r * side)
                    )
                    community.append(code)
    grids = frame(
        cells,
        code=[f"{c}{i % 25 + 1:03d}" for i, c in enumerate(community)],
        community_code=community,
        reason=[""] * len(cells),
    )
    return grids, frame(areas, code=codes)


def shuffled(data: gpd.GeoDataFrame, seed: int) -> gpd.GeoDataFrame:
    return data.iloc[np.random.default_rng(seed).permutation(len(data))]
