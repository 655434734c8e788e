"""Door plates, points of interest, zones and streets of the gazetteer."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.sample.areas import Areas
from citygrid_core.sample.files import as_multi
from citygrid_core.sample.land import USE_ZH, Land
from citygrid_core.sample.layout import Layout
from citygrid_core.sample.mesh import Array, Floats
from citygrid_core.sample.names import CITY, Names
from citygrid_core.sample.plan import Plan
from citygrid_core.sample.roads import Road
from citygrid_core.sample.scales import CRS

#: Share of the possible doors that there are, by use of the land behind them.
DOORS = {
    "old": 0.95, "commerce": 0.9, "market": 0.8, "office": 0.55, "estate": 0.4, "hospital": 0.2,
    "school": 0.15, "factory": 0.2,
}  # fmt: skip
TRADES = (
    ("超市", "购物"), ("便利店", "购物"), ("水果店", "购物"), ("五金店", "购物"), ("文具店", "购物"),
    ("药店", "医疗"), ("诊所", "医疗"), ("小吃店", "餐饮"), ("面馆", "餐饮"), ("酒楼", "餐饮"),
    ("茶馆", "餐饮"), ("理发店", "生活服务"), ("干洗店", "生活服务"), ("照相馆", "生活服务"),
    ("宾馆", "住宿"), ("银行支行", "金融"), ("快递站", "生活服务"), ("书店", "文化"),
)  # fmt: skip
CATEGORY = {
    "school": "教育",
    "hospital": "医疗",
    "park": "公园",
    "market": "购物",
    "factory": "企业",
}
#: A number is given out for each so many metres of a side.
NUMBER_M = 8.0


@dataclass(frozen=True)
class Places:
    """The gazetteer's layers of one county (the main roads come with the city)."""

    plates: gpd.GeoDataFrame
    pois: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame


def name_places(
    plan: Plan, layout: Layout, areas: Areas, land: Land, buildings: gpd.GeoDataFrame
) -> Places:
    """Return plates on both sides of the streets, POIs, zones and the county's streets."""
    rng = plan.rng(6, layout.county)
    street_name = areas.frame.set_index("code")["name"]
    plates = _street_plates(plan, layout, areas, land)
    plates = pd.concat([plates, _compound_plates(areas, land, buildings)], ignore_index=True)
    county = plan.county_names[layout.county]
    town = street_name.reindex(plates["community_code"].str[:9]).to_numpy()
    plates["address"] = (CITY + county + pd.Series(town, dtype=object) + plates["name"]).to_numpy()
    plates["source_key"] = [f"M{layout.county + 1:03d}{i:06d}" for i in range(1, len(plates) + 1)]
    plates.insert(0, "kind", "plate")
    first = len(plan.roads)
    own = [r for n, r in sorted(layout.roads.items()) if n >= first]
    return Places(
        gpd.GeoDataFrame(plates, geometry="geometry", crs=CRS),
        _pois(layout, land, plates, rng),
        _zones(plan, layout, land),
        street_layer(own, f"{layout.county + 1:03d}"),
    )


def street_layer(roads: list[Road], prefix: str) -> gpd.GeoDataFrame:
    """Return roads as places of kind street."""
    roads = [r for r in roads if r.is_road]
    return gpd.GeoDataFrame(
        {
            "kind": "street",
            "source_key": [f"J{prefix}{i:05d}" for i in range(1, len(roads) + 1)],
            "name": [r.name for r in roads],
            "aliases": [r.aliases for r in roads],
            "former_names": [r.former_names for r in roads],
            "category": [r.road_class for r in roads],
        },
        geometry=as_multi([shapely.multilinestrings(r.parts) for r in roads]),
        crs=CRS,
    )


def beside(road: Road, along: Floats, off: Floats) -> tuple[Floats, Floats]:
    """Return points `along` the road (m) and `off` it (m, left positive), with their parts.

    Returns
    -------
    xy, direction : ndarray
        Shape (n, 2); points beyond a part's end are put on its end.
    """
    begins = np.array(road.begins)
    part = np.clip(np.searchsorted(begins, along, side="right") - 1, 0, len(begins) - 1)
    xy, ahead = np.empty((len(along), 2)), np.empty((len(along), 2))
    for k, line in enumerate(road.parts):
        mine = part == k
        at = along[mine] - begins[k]
        xy[mine] = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
        near = np.clip(at, 1, max(line.length - 1, 1))
        a = shapely.get_coordinates(shapely.line_interpolate_point(line, near - 1))
        b = shapely.get_coordinates(shapely.line_interpolate_point(line, near + 1))
        ahead[mine] = (b - a) / np.maximum(np.hypot(*(b - a).T), 1e-9)[:, None]
    left = np.column_stack([-ahead[:, 1], ahead[:, 0]])
    return xy + off[:, None] * left, ahead


def block_of(shapes: Array, xy: Floats) -> Array:
    """Return the position of the shape that holds each point inside it, else -1."""
    out = np.full(len(xy), -1, dtype=np.int64)
    points = shapely.points(xy)
    p, s = shapely.STRtree(shapes).query(points, predicate="within")
    out[p] = s
    return out


def _street_plates(plan: Plan, layout: Layout, areas: Areas, land: Land) -> pd.DataFrame:
    parts = []
    for number, road in sorted(layout.roads.items()):
        if not road.is_road or road.road_class == "expressway" or number not in layout.edges:
            continue
        main = number < len(plan.roads)
        luck = plan.rng(7, number) if main else plan.rng(7, layout.county, number)
        count = int(road.length_m / NUMBER_M / 2) + 1
        for side in (1, -1):
            step = luck.choice([2, 2, 2, 3, 3, 4], size=count)
            k = np.cumsum(step)
            k = k[(k + 0.5) * NUMBER_M < road.length_m]
            along = (k + luck.uniform(0.2, 0.8, len(k))) * NUMBER_M
            xy, _ = beside(road, along, np.full(len(k), side * (road.width_m / 2 + 2.5)))
            there = luck.random(len(k))
            parts.append((number, 2 * k + (1 if side > 0 else 2), xy, there))
    road_number = np.concatenate([np.full(len(p[1]), p[0]) for p in parts])
    door = np.concatenate([p[1] for p in parts])
    xy = np.round(np.concatenate([p[2] for p in parts]), 3)
    there = np.concatenate([p[3] for p in parts])
    block = block_of(land.net, xy)
    share = np.array([DOORS.get(u, 0.0) for u in land.use])
    ok = (block >= 0) & (there < np.where(block >= 0, share[block], 0.0))
    names = np.array([layout.roads[n].name for n in road_number[ok].tolist()], dtype=object)
    numbers = np.array([f"{d}号" for d in door[ok]], dtype=object)
    out: pd.DataFrame = pd.DataFrame(
        {
            "name": names + numbers,
            "street_name": names,
            "number": numbers,
            "zone_name": "",
            "community_code": areas.community[block[ok]],
            "road_class": [layout.roads[n].road_class for n in road_number[ok].tolist()],
            "use": land.use[block[ok]],
            "geometry": shapely.points(xy[ok]),
        }
    )
    return out


def _compound_plates(areas: Areas, land: Land, buildings: gpd.GeoDataFrame) -> pd.DataFrame:
    mine = buildings[(buildings["number"] != "").to_numpy()]
    block = mine["block"].to_numpy()
    zone = land.name[block]
    numbers = mine["number"].to_numpy(dtype=object)
    middle = shapely.get_coordinates(shapely.centroid(mine.geometry.to_numpy()))
    out: pd.DataFrame = pd.DataFrame(
        {
            "name": zone + numbers,
            "street_name": "",
            "number": numbers,
            "zone_name": zone,
            "community_code": areas.community[block],
            "road_class": "",
            "use": land.use[block],
            "geometry": shapely.points(np.round(middle, 3)),
        }
    )
    return out


def _pois(
    layout: Layout, land: Land, plates: pd.DataFrame, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    shops = plates[
        (plates["street_name"] != "") & plates["use"].isin(["commerce", "market", "old"])
    ]
    shops = shops[rng.random(len(shops)) < 0.22]
    rows = []
    names: Names = layout.names
    for road, address, point in zip(
        shops["street_name"], shops["address"], shops["geometry"], strict=True
    ):
        trade, category = TRADES[int(rng.integers(len(TRADES)))]
        name = names.person_shop(trade)
        if trade in ("超市", "银行支行", "药店") or rng.random() < 0.3:
            name = f"{name}（{road}店）" if trade != "银行支行" else f"云汀银行{road}支行"
        x, y = point.x + rng.uniform(-0.8, 0.8), point.y + rng.uniform(-0.8, 0.8)
        rows.append((name, category, address, shapely.Point(round(x, 3), round(y, 3))))
    for use, name, net in zip(land.use, land.name, land.net, strict=True):
        if use in CATEGORY and name and not net.is_empty:
            spot = net.point_on_surface()
            spot = shapely.Point(round(spot.x, 3), round(spot.y, 3))
            rows.append((name, CATEGORY[use], CITY + name, spot))
    seen: dict[str, int] = {}
    for i, row in enumerate(rows):
        seen[row[0]] = seen.get(row[0], 0) + 1
        if seen[row[0]] > 1:
            rows[i] = (f"{row[0]}{seen[row[0]]}店", *row[1:])
    return gpd.GeoDataFrame(
        {
            "kind": "poi",
            "source_key": [f"X{layout.county + 1:03d}{i:06d}" for i in range(1, len(rows) + 1)],
            "name": [r[0] for r in rows],
            "category": [r[1] for r in rows],
            "address": [r[2] for r in rows],
        },
        geometry=[r[3] for r in rows],
        crs=CRS,
    )


def _zones(plan: Plan, layout: Layout, land: Land) -> gpd.GeoDataFrame:
    rng = plan.rng(8, layout.county)
    named = np.flatnonzero((land.name != "") & ~shapely.is_empty(land.net))
    names = land.name[named]
    luck = rng.random(len(named))
    former = [
        f"{layout.names.old_name()}宿舍" if u == "estate" and v < 0.15 else ""
        for u, v in zip(land.use[named], luck, strict=True)
    ]
    alias = [
        n.replace("花园", "").replace("公园", "园") if v > 0.85 and ("园" in n) else ""
        for n, v in zip(names, luck, strict=True)
    ]
    return gpd.GeoDataFrame(
        {
            "kind": "zone",
            "source_key": [f"Q{layout.county + 1:03d}{i:05d}" for i in range(1, len(named) + 1)],
            "name": names,
            "aliases": alias,
            "former_names": former,
            "category": [USE_ZH[u] for u in land.use[named]],
        },
        geometry=as_multi(zone_shapes(land)[named]),
        crs=CRS,
    )


def zone_shapes(land: Land) -> Array:
    """Return the land of each block behind its pavement (2 m), on a grid of 1 mm."""
    shapes = shapely.buffer(land.net, -2.0, join_style="mitre")
    out = shapely.set_precision(shapes, 0.001)
    for i in np.flatnonzero(shapely.get_num_geometries(out) > 1):
        out[i] = max(shapely.get_parts(out[i]), key=lambda g: float(g.area))
    return np.asarray(out, dtype=object)
