"""A town of two streets, small enough to check every answer by hand.

友谊路 runs east along y=0 from x=0 to x=1000, odd numbers on its north side (y=15),
even ones on its south side (y=-15), a number every 20 m. 通灌路 crosses it at x=500.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
from shapely.geometry import LineString, MultiLineString, Point, box

CRS = "EPSG:4547"
MISSING = range(40, 50)  # numbers of 友谊路 without a plate


def number_at(number: int) -> tuple[float, float]:
    """Return where a number of 友谊路 stands."""
    return 20.0 + 10.0 * number, 15.0 if number % 2 else -15.0


def town() -> gpd.GeoDataFrame:
    rows: list[dict[str, Any]] = []

    def put(kind: str, name: str, geometry: Any, **more: str) -> None:
        rows.append(
            {
                "code": f"{kind}{len(rows):03d}",
                "kind": kind,
                "name": name,
                "geometry": geometry,
                **more,
            }
        )

    put("street", "友谊路", MultiLineString([[(0, 0), (500, 0)], [(500, 0), (1000, 0)]]),
        former_names="反帝路", county_code="320705", aliases="友谊大街")  # fmt: skip
    put("street", "通灌路", LineString([(500, -400), (500, 400)]), county_code="320705")
    put("street", "南京东路", LineString([(0, 300), (450, 300)]), county_code="320705")
    put("street", "南京西路", LineString([(550, 300), (1000, 300)]), county_code="320705")
    put("street", "解放路", LineString([(0, -300), (450, -300)]), county_code="320705")
    put("street", "解放路", LineString([(9000, -300), (9500, -300)]), county_code="320706")
    for number in range(1, 91):
        if number not in MISSING:
            put("plate", f"友谊路{number}号", Point(*number_at(number)), street_name="友谊路",
                number=f"{number}号", county_code="320705")  # fmt: skip
    put("plate", "友谊路32号-1", Point(341, -15), street_name="友谊路", number="32-1号")
    for number in range(2, 20, 2):
        put("plate", f"通灌路{number}号", Point(515, 20.0 * number), street_name="通灌路",
            number=f"{number}号", county_code="320705")  # fmt: skip
    put("plate", "通灌路88弄4号", Point(560, 200), street_name="通灌路", number="88弄4号")
    for west, county in ((0, "320705"), (9000, "320706")):
        for number in (1, 3, 5):
            put("plate", f"解放路{number}号", Point(west + 50 * number, -290),
                street_name="解放路", number=f"{number}号", county_code=county)  # fmt: skip
    put("zone", "阳光小区", box(600, 50, 800, 250), county_code="320705")
    for number in (1, 2, 3):
        put("plate", f"阳光小区{number}栋", Point(600 + 50 * number, 150), zone_name="阳光小区",
            number=f"{number}栋")  # fmt: skip
    put("zone", "人民公园", box(100, 100, 300, 250), aliases="市民公园", county_code="320705")
    put("poi", "连云大厦", Point(900, 30), county_code="320705")
    put("poi", "工人文化宫", Point(700, -40), former_names="俱乐部", county_code="320705")
    put("region", "新浦区", box(-500, -500, 2000, 500), code="320705")
    put("region", "海州区", box(8000, -500, 10000, 500), code="320706")
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)
