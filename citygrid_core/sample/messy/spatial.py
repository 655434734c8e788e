"""Messy gazetteer, and areas that overlap, gape and name wrong parents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from citygrid_core.sample.mesh import Array
from citygrid_core.sample.messy.source import Source
from citygrid_core.sample.messy.table import Messy, Row
from citygrid_core.sample.messy.writing import write_mapping, write_text
from citygrid_core.sample.names import CITY
from citygrid_core.sample.scales import CRS

_PLACES = {
    "source_key": "编号", "kind": "地名类别", "name": "名称", "street_name": "所在街巷",
    "number": "门牌号", "category": "类型", "x": "X", "y": "Y",
}  # fmt: skip
#: Radius (m) of the bite or the bulge at a border.
BITE_M = 7.0


def write_gazetteer(source: Source, folder: Path) -> tuple[Messy, dict[str, str]]:
    """Write further plates (附1号) and shops, in UTF-8 with a byte order mark."""
    rng = source.rng(41)
    plates = source.scene.plates
    plates = plates[(plates["street_name"] != "").to_numpy()]
    rows: list[Row] = []
    for k, i in enumerate(rng.choice(len(plates), 300, replace=False)):
        plate = plates.iloc[int(i)]
        x, y = plate["geometry"].x + rng.uniform(0.5, 2), plate["geometry"].y + rng.uniform(0.5, 2)
        row = {
            "source_key": f"DM{k + 1:05d}", "kind": "门牌", "name": "",
            "street_name": plate["street_name"], "number": f"{plate['number']}附1号",
            "category": "", "x": f"{x:.3f}", "y": f"{y:.3f}",
        }  # fmt: skip
        if k % 5 == 0:
            row |= {
                "kind": "兴趣点", "name": source.scene.layout.names.person_shop("小卖部"),
                "number": "", "category": "购物",
            }  # fmt: skip
        rows.append(row)
    table = Messy("gazetteer.csv", "places", rows, source.rng(42))
    _place_defects(table, source)
    cells = [[row[k] for k in _PLACES] for row in table.rows]
    write_text(folder / table.file, list(_PLACES.values()), cells, "utf-8-sig")
    columns = {k: v for k, v in _PLACES.items() if k not in ("x", "y")}
    write_mapping(
        folder / "gazetteer.mapping.toml",
        {
            "encoding": "utf-8-sig", "crs": CRS, "x": "X", "y": "Y", "columns": columns,
            "values.kind": {"门牌": "plate", "兴趣点": "poi"},
        },
    )  # fmt: skip
    return table, table.books("gazetteer.mapping.toml")


def _place_defects(table: Messy, source: Source) -> None:
    def is_plate(row: Row) -> bool:
        return bool(row["kind"] == "门牌")

    def clear(name: str) -> Any:
        def change(row: Row) -> str:
            row[name] = ""
            return ""

        return change

    def strange_kind(row: Row) -> str:
        row["kind"] = "其它设施"
        return ""

    def outside(row: Row) -> str:
        row["x"] = f"{float(row['x']) + 3 * source.scene.plan.scale.radius_m:.3f}"
        return ""

    table.plant("missing_name", "name", "rejected", clear("name"), where=lambda r: not is_plate(r))
    table.plant("missing_number", "number", "rejected", clear("number"), where=is_plate)
    table.plant("unknown_kind", "kind", "rejected", strange_kind, where=is_plate)
    table.plant("outside_city", "geometry", "rejected", outside)
    for i in table.pick(where=is_plate, after=150):
        first = table.pick(1, lambda r: is_plate(r) and int(r["source_key"][2:]) < 140)[0]
        for key in ("street_name", "number"):
            table.rows[i][key] = table.rows[first][key]
        table.note(i, "number", "duplicate_plate", "rejected")


def write_areas(source: Source, folder: Path) -> tuple[Messy, dict[str, str]]:
    """Write the areas of the first county with bulges, bites and wrong parents (WGS 84)."""
    frame = source.areas
    rows: list[Row] = [
        dict(zip(("code", "name", "level", "parent_code", "geometry"), values, strict=True))
        for values in zip(
            *(frame[c] for c in ("code", "name", "level", "parent_code", "geometry")), strict=True
        )
    ]
    table = Messy("areas_bad.geojson", "areas", rows, source.rng(43), 1)
    communities = [i for i, r in enumerate(rows) if r["level"] == "community"]
    order = [communities[i] for i in table.rng.permutation(len(communities))]
    used: set[int] = set()
    taken: set[frozenset[int]] = set()
    for kind in ("overlap", "gap"):
        done = 0
        for i in order:
            if i in used or done == 3:
                continue
            other = _neighbour(rows, i, communities, taken)
            if other is None:
                continue
            j, spot = other
            used.add(i)
            taken.add(frozenset((i, j)))
            bite = shapely.Point(spot).buffer(BITE_M, quad_segs=3)
            shape = rows[i]["geometry"]
            changed = (
                shapely.union(shape, bite) if kind == "overlap" else shapely.difference(shape, bite)
            )
            rows[i]["geometry"] = changed
            table.note(i, "geometry", kind, "rejected", str(j + table.first_row))
            done += 1
    for i in [i for i in order if i not in used][:3]:
        used.add(i)
        rows[i]["parent_code"] = str(rows[i]["parent_code"])[:6] + "988"
        table.note(i, "parent_code", "wrong_parent", "rejected")
    _write_areas(table, folder)
    write_mapping(
        folder / "areas_bad.mapping.toml",
        {
            "crs": "EPSG:4326", "datum": "wgs84",
            "columns": {"code": "code", "name": "name", "level": "level", "parent_code": "parent_code"},
        },
    )  # fmt: skip
    return table, table.books("areas_bad.mapping.toml")


def _neighbour(
    rows: list[Row], i: int, communities: list[int], taken: set[frozenset[int]]
) -> tuple[int, tuple[float, float]] | None:
    """Return a neighbour and a place on the border to it, away from third areas.

    `taken` are pairs whose border was bent already.
    """
    for j in communities:
        if j == i or frozenset((i, j)) in taken:
            continue
        border = shapely.intersection(rows[i]["geometry"], rows[j]["geometry"])
        lines = [g for g in shapely.get_parts(border) if g.geom_type == "LineString"]
        line = shapely.line_merge(shapely.multilinestrings(lines)) if lines else None
        if line is None or line.length < 120:
            continue
        line = max(shapely.get_parts(line), key=lambda g: float(g.length))
        spot = line.interpolate(0.5, normalized=True)
        near = [k for k in communities if rows[k]["geometry"].distance(spot) < 2 * BITE_M]
        if set(near) == {i, j}:
            return j, (spot.x, spot.y)
    return None


def _write_areas(table: Messy, folder: Path) -> None:
    turn = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)

    def degrees(xy: Array) -> Array:
        return np.round(np.column_stack(turn.transform(xy[:, 0], xy[:, 1])), 9)

    lines = []
    for row in table.rows:
        shape = shapely.transform(row["geometry"], degrees)
        feature = {
            "type": "Feature",
            "properties": {k: row[k] for k in ("code", "name", "level", "parent_code")},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        lines.append(json.dumps(feature, ensure_ascii=False))
    text = '{"type": "FeatureCollection", "name": "' + CITY + '", "features": [\n'
    (folder / table.file).write_text(text + ",\n".join(lines) + "\n]}\n", encoding="utf-8")
