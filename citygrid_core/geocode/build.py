"""From a frame of places to the tables and names of a gazetteer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from citygrid_core.errors import CitygridError, MissingCrs, Text
from citygrid_core.geocode.names import Names, Ref
from citygrid_core.geocode.normalise import name_key, normalise
from citygrid_core.geocode.packed import Coded, Strings
from citygrid_core.geocode.parse import Parsed, parse
from citygrid_core.geocode.places import Number, Plates, Points, Street, along, number_of
from citygrid_core.geocode.survey import survey

#: Streets of one name this near to each other are one street, metres.
_SAME_STREET = 300.0
#: A street that only plates tell of reaches this much further than they, metres.
_UNSEEN = 100.0
#: 反帝路(1966-1980): a former name with its dates.
_DATED = re.compile(r"^(.+?)[(（【]([^()（）]*\d{4}[^()（）]*)[)）】]$")
_TEXTS = (
    "code",
    "kind",
    "name",
    "aliases",
    "former_names",
    "street_name",
    "number",
    "zone_name",
    "county_code",
    "street_code",
    "community_code",
)


class GazetteerInputError(CitygridError):
    """The places can't be made into a gazetteer."""


@dataclass(slots=True)
class Tables:
    """All that a gazetteer knows.

    Attributes
    ----------
    coarse, disorder : how well the plates are surveyed, see `survey`
    """

    crs: Any
    streets: list[Street]
    plates: Plates
    zones: Points
    pois: Points
    regions: Points
    names: Names
    zone_plates: npt.NDArray[np.int64]
    skipped: list[str]
    coarse: float = 0.0
    disorder: float = 0.0


def build_tables(
    places: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None, cities: tuple[str, ...]
) -> Tables:
    """Make the tables; see `Gazetteer.build`."""
    frame = _checked(places)
    names = Names()
    regions = _regions(frame, areas, names)
    kinds = frame["kind"].to_numpy(dtype=object)
    zones = _points(frame[(kinds == "zone") | (kinds == "block")], "compound", names)
    pois = _points(frame[kinds == "poi"], "poi", names)
    plate_rows = frame[kinds == "plate"]
    keys = _plate_keys(plate_rows)
    streets = _streets(frame[kinds == "street"], plate_rows, keys, names)
    plates, zone_plates, skipped = _plates(plate_rows, keys, streets, zones, names)
    for i, name in enumerate(cities):
        for short in {name, name.removesuffix("市").removesuffix("省")}:
            label = "province" if name.endswith(("省", "自治区")) else "city"
            names.add(short, Ref(label, -1 - i, "name"))
    names.close()
    seen = survey(plates.owner, plates.main, plates.x, plates.y, len(streets))
    for street, uneven in zip(streets, seen.uneven.tolist(), strict=True):
        street.uneven = uneven
    return Tables(
        frame.crs, streets, plates, zones, pois, regions, names, zone_plates, skipped,
        seen.coarse, seen.disorder,
    )  # fmt: skip


def _checked(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if places.crs is None:
        raise MissingCrs(Text("places", "地点"))
    if places.crs.is_geographic:
        raise GazetteerInputError(
            Text(
                f"places are in {places.crs.name}, degrees; metres are needed (to_crs)",
                f"地名数据坐标系为{places.crs.name}（度），需要以米为单位的投影坐标系",
            )
        )
    missing = [c for c in ("code", "kind", "name") if c not in places.columns]
    if missing:
        raise GazetteerInputError(
            Text(f"places lack the columns {missing}", f"地名数据缺少列：{missing}")
        )
    frame = places[places.geometry.notna() & ~places.geometry.is_empty]
    columns = {c: (frame[c].fillna("").astype(str) if c in frame.columns else "") for c in _TEXTS}
    out = frame.assign(**columns)
    unknown = sorted(set(out["kind"]) - {"region", "zone", "block", "street", "plate", "poi"})
    if unknown:
        raise GazetteerInputError(
            Text(f"unknown kinds of places: {unknown}", f"未知的地名类别：{unknown}")
        )
    return out


def _area(frame: pd.DataFrame) -> list[str]:
    """Return the longest known area code of each row."""
    out = frame["community_code"].where(frame["community_code"] != "", frame["street_code"])
    return list(out.where(out != "", frame["county_code"]))


def _points(frame: gpd.GeoDataFrame, label: str, names: Names) -> Points:
    points = _located(frame)
    _add_names(_said(frame), label, names, range(len(frame)))
    return points


def _located(frame: gpd.GeoDataFrame) -> Points:
    shapes = frame.geometry.to_numpy()
    inside = shapely.point_on_surface(shapes)
    centre = shapely.centroid(shapes)
    inside = np.where(shapely.intersects(shapes, centre), centre, inside)
    x, y = shapely.get_x(inside), shapely.get_y(inside)
    # Half of the polygon's area lies within this of its middle; its corners further.
    radius = np.sqrt(np.maximum(shapely.area(shapes), 0.0) / np.pi)
    polygons = np.flatnonzero(shapely.get_dimensions(shapes) == 2)
    return Points(
        x,
        y,
        radius,
        Strings.of(frame["code"]),
        Strings.of(frame["name"]),
        Coded.of(_area(frame)),
        {int(i): shapes[i] for i in polygons},
    )


def _said(frame: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return name, aliases and former names of each row."""
    return list(zip(frame["name"], frame["aliases"], frame["former_names"], strict=True))


def _add_names(
    said: list[tuple[str, str, str]], label: str, names: Names, targets: Iterable[int]
) -> None:
    for target, (name, aliases, former) in zip(targets, said, strict=True):
        names.add(name, Ref(label, target, "name"))
        for alias in aliases.split("#") if aliases else ():
            names.add(alias, Ref(label, target, "alias"))
        for old in former.split("#") if former else ():
            dated = _DATED.match(old)
            when = dated.group(2) if dated is not None else ""
            names.add(dated.group(1) if dated else old, Ref(label, target, "former", when))
        if label == "poi" and name.endswith((")", "）")):
            # 大王锅贴(东安路店): people leave the branch out.
            names.add(name.replace("（", "(").partition("(")[0], Ref(label, target, "alias"))


def _regions(frame: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None, names: Names) -> Points:
    """Collect regions of the places and of the areas frame; their code is their prefix."""
    own = frame[frame["kind"] == "region"]
    parts = [own]
    if areas is not None:
        extra = areas.assign(
            kind="region",
            **{c: "" for c in _TEXTS if c not in ("code", "name", "kind")},
        )
        extra["code"] = extra["code"].astype(str)
        parts.append(extra[~extra["code"].isin(set(own["code"]))].to_crs(frame.crs))
    rows = gpd.GeoDataFrame(pd.concat([p[[*_TEXTS, p.geometry.name]] for p in parts]))
    rows = rows.set_geometry(rows.columns[-1]) if len(rows) else own
    points = _located(rows)
    labels = {6: "county", 9: "town", 12: "community"}
    for i, (code, name) in enumerate(zip(points.code, points.name, strict=True)):
        label = labels.get(len(code)) or _level_of(name)
        names.add(name, Ref(label, i, "name"))
        if label == "community" and not name.endswith(("社区", "村")):
            names.add(name + "社区", Ref(label, i, "alias"))
        if label == "community":
            for long in ("社区居委会", "居委会", "社区居民委员会"):
                if name.endswith(long):
                    names.add(name.removesuffix(long) + "社区", Ref(label, i, "alias"))
        if label == "town" and name.endswith("街道办事处"):
            names.add(name.removesuffix("办事处"), Ref(label, i, "alias"))
    return points


def _level_of(name: str) -> str:
    if name.endswith(("街道", "镇", "乡", "街道办事处")):
        return "town"
    return "county" if name.endswith(("区", "县", "市", "旗")) else "community"


def _plate_keys(rows: gpd.GeoDataFrame) -> pd.DataFrame:
    """Read street, compound and number of each plate, from its fields or from its name."""
    street = _fold(rows["street_name"], name_key)
    zone = _fold(rows["zone_name"], name_key)
    number = _fold(rows["number"], lambda t: normalise(t).text)
    names = list(rows["name"])
    for at in np.flatnonzero((number == "") | ((street == "") & (zone == ""))):
        parsed = parse(names[at])
        road, compound = parsed.first("road"), parsed.first("compound")
        street[at] = street[at] or (road.value if road is not None else _group(parsed))
        zone[at] = zone[at] or (compound.value if compound is not None else "")
        lane, door = parsed.first("lane"), parsed.first("number") or parsed.first("building")
        said = (f"{lane.value}弄" if lane else "") + (f"{door.value}号" if door else "")
        number[at] = number[at] or said
    out: pd.DataFrame = pd.DataFrame({"street": street, "zone": zone, "number": number})
    return out


def _group(parsed: Parsed) -> str:
    """Return village and group, which are what a street is in a town: 河定桥村3组."""
    village, group = parsed.first("community"), parsed.first("group")
    if village is None or group is None or village.end != group.start:
        return ""
    return parsed.normal.text[village.start : group.end]


def _fold(column: pd.Series[Any], change: Any) -> npt.NDArray[Any]:
    codes, uniques = pd.factorize(column)
    return np.array([change(u) for u in uniques], dtype=object)[codes]


def _streets(
    rows: gpd.GeoDataFrame, plates: gpd.GeoDataFrame, keys: pd.DataFrame, names: Names
) -> list[Street]:
    """Merge the lines of one street; streets of one name far apart stay apart."""
    groups: dict[str, list[int]] = defaultdict(list)
    for i, key in enumerate(_fold(rows["name"], name_key)):
        groups[key].append(i)
    shapes = rows.geometry.to_numpy()
    areas = _area(rows)
    codes, texts, said = list(rows["code"]), list(rows["name"]), _said(rows)
    streets: list[Street] = []
    for members in groups.values():
        for together in _clusters(members, shapes):
            line = _merged([shapes[i] for i in together])
            middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
            target = len(streets)
            streets.append(
                Street(
                    texts[together[0]],
                    codes[together[0]],
                    frozenset(areas[i] for i in together if areas[i]),
                    line,
                    float(middle.x),
                    float(middle.y),
                    float(line.length) / 2,
                )
            )
            _add_names([said[i] for i in together], "road", names, [target] * len(together))
    _streets_of_plates(streets, plates, keys, names)
    return streets


def _streets_of_plates(
    streets: list[Street], plates: gpd.GeoDataFrame, keys: pd.DataFrame, names: Names
) -> None:
    """Add streets that only plates tell of: no line, but numbers to go by."""
    wanted = keys["street"].to_numpy(dtype=object)
    have = {k for k, refs in names.refs.items() if any(r.label == "road" for r in refs)}
    x, y = plates.geometry.x.to_numpy(), plates.geometry.y.to_numpy()
    areas = np.array(_area(plates), dtype=object)
    lost = np.flatnonzero([bool(k) and k not in have for k in wanted])
    for key, members in pd.Series(lost).groupby(wanted[lost]):
        at = members.to_numpy()
        cx, cy = float(np.median(x[at])), float(np.median(y[at]))
        # Where a street without a line ends is not known: its plates are a part of it.
        reach = float(np.hypot(np.hypot(x[at] - cx, y[at] - cy).max(), _UNSEEN))
        names.add(str(key), Ref("road", len(streets), "name"))
        streets.append(Street(str(key), "", frozenset(areas[at]) - {""}, None, cx, cy, reach))


def _clusters(members: list[int], shapes: npt.NDArray[Any]) -> list[list[int]]:
    if len(members) == 1:
        return [members]
    tree = shapely.STRtree([shapes[i] for i in members])
    left, right = tree.query(
        [shapes[i] for i in members], predicate="dwithin", distance=_SAME_STREET
    )
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    size = len(members)
    graph = csr_matrix((np.ones(len(left)), (left, right)), shape=(size, size))
    number, label = connected_components(graph, directed=False)
    return [[members[i] for i in np.flatnonzero(label == k)] for k in range(number)]


def _merged(lines: list[Any]) -> Any:
    united = shapely.union_all(lines) if len(lines) > 1 else lines[0]
    return shapely.line_merge(united) if shapely.get_type_id(united) == 5 else united


def _plates(
    rows: gpd.GeoDataFrame,
    keys: pd.DataFrame,
    streets: list[Street],
    zones: Points,
    names: Names,
) -> tuple[Plates, npt.NDArray[np.int64], list[str]]:
    """Give each plate to its street, or to its compound, and sort."""
    x, y = rows.geometry.x.to_numpy(), rows.geometry.y.to_numpy()
    numbers: list[Number | None] = [number_of(t) for t in keys["number"]]
    n = len(rows)
    by_street = _owner(keys["street"].to_numpy(dtype=object), "road", names, x, y, streets)
    by_zone = _owner(keys["zone"].to_numpy(dtype=object), "compound", names, x, y, zones)
    good = np.array([m is not None for m in numbers], dtype=np.bool_)
    main = np.array([m.main if m is not None else 0 for m in numbers], dtype=np.int64)
    rest = np.array([m.rest if m is not None else "" for m in numbers], dtype=object)
    street_take = np.flatnonzero(good & (by_street >= 0))
    zone_take = np.flatnonzero(good & (by_zone >= 0))
    take = np.concatenate([street_take, zone_take])
    owner = np.concatenate([by_street[street_take], by_zone[zone_take] + len(streets)])
    rests = Coded.of(rest)
    # Empty first: the plate itself stands before its sub-numbers.
    rank = np.argsort(np.argsort(rests.values, kind="stable"), kind="stable")
    rank = rank[rests.index] if len(rests.values) else rests.index
    order = np.lexsort((rank[take], main[take], owner)) if len(take) else take
    take, owner = take[order], owner[order]
    codes, areas = rows["code"].to_numpy(dtype=object), Coded.of(_area(rows))
    px, py = x[take], y[take]
    measure, offset = _along(streets, owner, px, py)
    plates = Plates(
        owner.astype(np.int32), main[take].astype(np.int32), Coded(rests.index[take], rests.values),
        px, py, measure, offset, Strings.of(codes[take]), Coded(areas.index[take], areas.values),
    )  # fmt: skip
    bounds = np.searchsorted(owner, np.arange(len(streets) + len(zones.code) + 1))
    for i, street in enumerate(streets):
        street.first, street.last = int(bounds[i]), int(bounds[i + 1])
    orphan = np.setdiff1d(np.arange(n), take)
    return plates, bounds[len(streets) :].astype(np.int64), [str(c) for c in codes[orphan]]


def _along(
    streets: list[Street],
    owner: npt.NDArray[np.int64],
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Measure the plates along the lines of their streets, where these have one."""
    measure, offset = np.full(len(owner), np.nan), np.full(len(owner), np.nan)
    lines = np.array([s.line for s in streets] + [None], dtype=object)
    own = lines[np.minimum(owner, len(streets))]
    lined = np.flatnonzero(own != None)  # noqa: E711
    for part in np.array_split(lined, max(len(lined) // 100_000, 1)):
        measure[part], offset[part] = along(own[part], x[part], y[part])
    return measure, offset


def _owner(
    keys: npt.NDArray[Any],
    label: str,
    names: Names,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    things: list[Street] | Points,
) -> npt.NDArray[np.int64]:
    """Return which street (or compound) each plate names: the nearest of that name."""
    owner = np.full(len(keys), -1, dtype=np.int64)
    codes, uniques = pd.factorize(keys)
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(len(uniques) + 1))
    for k, key in enumerate(uniques):
        targets = sorted({r.target for r in names.refs.get(key, ()) if r.label == label})
        if not targets or not key:
            continue
        mine = order[bounds[k] : bounds[k + 1]]
        if len(targets) == 1:
            owner[mine] = targets[0]
            continue
        far = np.stack([_distance(things, t, x[mine], y[mine]) for t in targets])
        owner[mine] = np.array(targets)[far.argmin(axis=0)]
    return owner


def _distance(
    things: list[Street] | Points,
    target: int,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    if isinstance(things, Points):
        gap: npt.NDArray[np.float64] = np.hypot(x - things.x[target], y - things.y[target])
        return gap
    street = things[target]
    if street.line is None:
        return np.hypot(x - street.x, y - street.y)
    return np.asarray(shapely.distance(street.line, shapely.points(x, y)))
