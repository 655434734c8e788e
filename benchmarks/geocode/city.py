"""A synthetic gazetteer of any size, and addresses typed as people type them.

The streets form a bent lattice; each has numbers on two sides with gaps; compounds
have buildings; POIs carry names of several kinds. Every answer is known, also for the
numbers that have no plate. Nothing here comes from a real city.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
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


def _names(streets: int, rng: np.random.Generator) -> list[str]:
    """Names of so many streets, none twice."""
    more = [
        a + b
        for a in "金银玉翠兰桂松柏梅竹荷菊福禄寿喜"
        for b in "山水河湖泉溪林园城桥门台岭湾港滨"
    ]
    names = [
        s + d + x
        for s in [*words(), *more]
        for d in dict.fromkeys(_SECOND)
        for x in dict.fromkeys(_SUFFIX)
    ]
    names = list(dict.fromkeys(names))
    while len(names) < streets:
        names += [a + n for a in "新老上下" for n in names]
    return [names[i] for i in rng.permutation(len(names))[:streets]]


def _place(code: str, kind: str, name: str, county: str, shape: Any, **more: str) -> dict[str, Any]:
    """One row of the gazetteer; what is not said is empty."""
    texts = ("aliases", "former_names", "street_name", "number", "zone_name")
    said = {column: more.get(column, "") for column in texts}
    row = {"code": code, "kind": kind, "name": name, **said}
    return {**row, "county_code": county, "geometry": shape}


def _county(x: float, extent: float) -> str:
    return COUNTY[min(int(x // (extent / 3 + 1)), 2)]


def _line(s: int, streets: int, length: float, extent: float) -> Any:
    """The s-th street: half of them along, half across, each a little bent."""
    half = max(streets // 2, 1)
    per_row = max(int(extent // (length + 60)), 1)
    across = s >= half
    k = s - half if across else s
    base, start = (k // per_row) * 220.0 + 110.0, (k % per_row) * (length + 60)
    t = np.linspace(0, 1, 9)
    a = start + t * length
    b = base + 25.0 * np.sin(t * math.pi * 2 + s) + (k % 7)
    return np.column_stack([b, a] if across else [a, b])


def _plots(
    line: LineString, length: float, number: int, rough: bool, rng: np.random.Generator
) -> Iterator[tuple[int, float, float]]:
    """Number and place of the plates along a street, odd and even ones on their sides."""
    # Plots of even width, or as uneven as those of old streets.
    widths = rng.gamma(1.2, 1.0, number + 2) if rough else np.ones(number + 2)
    sides = [np.cumsum(widths[k::2]) / widths[k::2].sum() for k in (0, 1)]
    jitter = 5.0 if rough else 1.0
    for n in range(1, number + 1):
        m = sides[n % 2][(n - 1) // 2] * (length - 20) + 5 + rng.normal(0, 1.0)
        foot = line.interpolate(m)
        ahead = line.interpolate(min(m + 1, length))
        dx, dy = ahead.x - foot.x, ahead.y - foot.y
        size = math.hypot(dx, dy) or 1.0
        off = (14.0 if n % 2 else -14.0) + rng.normal(0, jitter)
        yield n, foot.x - off * dy / size, foot.y + off * dx / size


def _beside(number: int, extent: float, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """Compounds with their buildings, and points of interest, anywhere."""
    stems = words()
    for i in range(number):
        x, y = rng.uniform(0, extent, 2)
        county = _county(x, extent)
        name = (
            rng.choice(stems) + rng.choice(list("之海天一金银华东方盛世")) + str(rng.choice(_POI))
        )
        if i % 3:
            yield _place(f"I{i}", "poi", name, county, Point(x, y))
            continue
        name = name[:-2] + str(rng.choice(_COMPOUND))
        yield _place(f"Z{i}", "zone", name, county, box(x, y, x + 150, y + 150))
        for b in range(1, 7):
            at = Point(x + 20 + 50 * ((b - 1) % 3), y + 40 + 70 * ((b - 1) // 3))
            more = {"number": f"{b}栋", "zone_name": name}
            yield _place(f"B{i}-{b}", "plate", f"{name}{b}栋", county, at, **more)


def make(
    streets: int, plates_each: int, seed: int, *, hide: float = 0.05, rough: bool = False
) -> City:
    """Make a city; a rough one has uneven plots, many unknown plates and streets without lines."""
    rng = np.random.default_rng(seed)
    extent = max(streets // 2, 1) * 220.0
    length = plates_each / 2 * 22.0
    rows: list[dict[str, Any]] = []
    hidden: list[tuple[Any, ...]] = []
    for s, name in enumerate(_names(streets, rng)):
        line = _line(s, streets, length, extent)
        county = _county(line[:, 0].mean(), extent)
        shape = LineString(line)
        if not rough or s % 3:
            former = "旧" + name if s % 9 == 0 else ""
            alias = name[:-1] + "大街" if s % 11 == 0 and name.endswith("路") else ""
            more = {"aliases": alias, "former_names": former}
            rows.append(_place(f"S{s}", "street", name, county, shape, **more))
        for n, x, y in _plots(shape, length, plates_each, rough, rng):
            if rng.random() < hide and 4 < n < plates_each - 4:
                hidden.append((name, n, x, y, county))
                continue
            more = {"street_name": name, "number": f"{n}号"}
            rows.append(_place(f"P{s}-{n}", "plate", f"{name}{n}号", county, Point(x, y), **more))
    rows += _beside(streets * 2, extent, rng)
    third = extent / 3 + 1
    for k, (code, name) in enumerate(zip(COUNTY, COUNTY_NAMES, strict=True)):
        shape = box(k * third, -500, (k + 1) * third, extent + 500)
        rows.append(_place(code, "region", name, code, shape))
    return City(
        gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=CRS),
        pd.DataFrame(hidden, columns=["street_name", "number", "x", "y", "county_code"]),
    )
