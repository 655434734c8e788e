"""A synthetic gazetteer of any size, and addresses typed as people type them.

The streets form a bent lattice; each has numbers on two sides with gaps; compounds
have buildings; POIs carry names of several kinds. Every answer is known, also for the
numbers that have no plate. Nothing here comes from a real city.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point, box

CRS = "EPSG:4547"
CITIES = ("连云港市", "江苏省")
COUNTY = ("320705", "320706", "320707")
COUNTY_NAMES = ("新浦区", "海州区", "连云区")
_FIRST = (
    "人民解放中山建设友谊和平幸福青年朝阳长江黄河海棠科苑瀛洲苍梧凌洲巨龙郁洲秦东花果"
    "通灌盐河龙河振兴富强光明东方新华文化胜利前进团结红旗工农学府安康永安泰山华山黄海"
    "渤海云台锦屏孔望朐阳宁海新建康泰"
)
_SECOND = ("", "", "", "东", "西", "南", "北", "中")
_SUFFIX = ("路", "路", "路", "街", "大道", "巷")
_POI = (
    "大厦",
    "超市",
    "医院",
    "小学",
    "中学",
    "幼儿园",
    "酒店",
    "广场",
    "菜场",
    "银行",
    "公园",
    "商场",
)
_COMPOUND = ("小区", "花园", "新村", "家园", "苑", "公寓")


@dataclass(frozen=True)
class City:
    """Places, and the numbers left out of them on purpose with where they stand."""

    places: gpd.GeoDataFrame
    hidden: pd.DataFrame


def words() -> list[str]:
    return [_FIRST[i : i + 2] for i in range(0, len(_FIRST) - 1, 2)]


def make(
    streets: int, plates_each: int, seed: int, *, hide: float = 0.05, rough: bool = False
) -> City:
    """Make a city; a rough one has uneven plots, many unknown plates and streets without lines."""
    rng = np.random.default_rng(seed)
    stems = words()
    more = [
        a + b
        for a in "金银玉翠兰桂松柏梅竹荷菊福禄寿喜"
        for b in "山水河湖泉溪林园城桥门台岭湾港滨"
    ]
    names = [
        s + d + x
        for s in [*stems, *more]
        for d in dict.fromkeys(_SECOND)
        for x in dict.fromkeys(_SUFFIX)
    ]
    names = list(dict.fromkeys(names))
    while len(names) < streets:
        names += [a + n for a in "新老上下" for n in names]
    order = rng.permutation(len(names))[:streets]
    names = [names[i] for i in order]
    half = max(streets // 2, 1)
    extent = half * 220.0
    rows: list[tuple[Any, ...]] = []
    hidden: list[tuple[Any, ...]] = []
    length = plates_each / 2 * 22.0
    per_row = max(int(extent // (length + 60)), 1)
    for s in range(streets):
        across = s >= half
        k = s - half if across else s
        base, start = (k // per_row) * 220.0 + 110.0, (k % per_row) * (length + 60)
        t = np.linspace(0, 1, 9)
        a = start + t * length
        b = base + 25.0 * np.sin(t * math.pi * 2 + s) + (k % 7)
        line = np.column_stack([b, a] if across else [a, b])
        county = COUNTY[min(int(line[:, 0].mean() // (extent / 3 + 1)), 2)]
        former = "旧" + names[s] if s % 9 == 0 else ""
        alias = names[s][:-1] + "大街" if s % 11 == 0 and names[s].endswith("路") else ""
        shape = LineString(line)
        if not rough or s % 3:
            rows.append((f"S{s}", "street", names[s], alias, former, "", "", "", county, shape))
        # Plots of even width, or as uneven as those of old streets.
        widths = rng.gamma(1.2, 1.0, plates_each + 2) if rough else np.ones(plates_each + 2)
        sides = [np.cumsum(widths[k::2]) / widths[k::2].sum() for k in (0, 1)]
        jitter = 5.0 if rough else 1.0
        for n in range(1, plates_each + 1):
            m = sides[n % 2][(n - 1) // 2] * (length - 20) + 5 + rng.normal(0, 1.0)
            foot = shape.interpolate(m)
            ahead = shape.interpolate(min(m + 1, length))
            dx, dy = ahead.x - foot.x, ahead.y - foot.y
            size = math.hypot(dx, dy) or 1.0
            off = (14.0 if n % 2 else -14.0) + rng.normal(0, jitter)
            x, y = foot.x - off * dy / size, foot.y + off * dx / size
            if rng.random() < hide and 4 < n < plates_each - 4:
                hidden.append((names[s], n, x, y, county))
                continue
            rows.append(
                (
                    f"P{s}-{n}",
                    "plate",
                    f"{names[s]}{n}号",
                    "",
                    "",
                    names[s],
                    f"{n}号",
                    "",
                    county,
                    Point(x, y),
                )
            )
    for i in range(streets * 2):
        x, y = rng.uniform(0, extent, 2)
        county = COUNTY[min(int(x // (extent / 3 + 1)), 2)]
        name = (
            rng.choice(stems) + rng.choice(list("之海天一金银华东方盛世")) + str(rng.choice(_POI))
        )
        if i % 3 == 0:
            name = name[:-2] + str(rng.choice(_COMPOUND))
            rows.append(
                (f"Z{i}", "zone", name, "", "", "", "", "", county, box(x, y, x + 150, y + 150))
            )
            for b in range(1, 7):
                px, py = x + 20 + 50 * ((b - 1) % 3), y + 40 + 70 * ((b - 1) // 3)
                rows.append(
                    (
                        f"B{i}-{b}",
                        "plate",
                        f"{name}{b}栋",
                        "",
                        "",
                        "",
                        f"{b}栋",
                        name,
                        county,
                        Point(px, py),
                    )
                )
        else:
            rows.append((f"I{i}", "poi", name, "", "", "", "", "", county, Point(x, y)))
    for code, name, k in zip(COUNTY, COUNTY_NAMES, range(3), strict=True):
        third = extent / 3 + 1
        rows.append(
            (
                code,
                "region",
                name,
                "",
                "",
                "",
                "",
                "",
                code,
                box(k * third, -500, (k + 1) * third, extent + 500),
            )
        )
    columns = [
        "code",
        "kind",
        "name",
        "aliases",
        "former_names",
        "street_name",
        "number",
        "zone_name",
        "county_code",
        "geometry",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    return City(
        gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS),
        pd.DataFrame(hidden, columns=["street_name", "number", "x", "y", "county_code"]),
    )
