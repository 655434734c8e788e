"""A town of four unit grids and thirty-six components with nothing wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.census.radii import class_radii
from citygrid_core.census.rules import Material
from citygrid_core.locate import CellIndex
from citygrid_core.standards import load_edition, social_credit_check

CRS = "EPSG:4547"
EAST, NORTH = 520_000.0, 3_386_000.0
ON = "2025-06-01"
_STEM = "91360100MB010619"
OWNER = _STEM + "8G"
EDITION = load_edition()
CLASSES = ("01001", "01037", "03005", "04002", "02010", "01013", "02017", "04013", "03001")


def credit(n: int) -> str:
    body = f"9136010057{n:07d}"
    return body + social_credit_check(body + "0")


def square(x: float, y: float, size: float = 100.0) -> shapely.Polygon:
    return shapely.box(EAST + x, NORTH + y, EAST + x + size, NORTH + y + size)


def point(x: float, y: float) -> shapely.Point:
    return shapely.Point(EAST + x, NORTH + y)


GRIDS = gpd.GeoDataFrame(
    {
        "code": [f"36013100100{c}00{n}" for c, n in ((1, 1), (1, 2), (2, 1), (2, 2))],
        "valid_from": "2024-01-01",
        "valid_to": [None] * 4,
    },
    geometry=[square(0, 0), square(100, 0), square(0, 100), square(100, 100)],
    crs=CRS,
)
AREAS = gpd.GeoDataFrame(
    {"code": ["360131", "360131001", "360131001001", "360131001002"]},
    geometry=[
        square(0, 0, 200),
        square(0, 0, 200),
        shapely.box(EAST, NORTH, EAST + 200, NORTH + 100),
        shapely.box(EAST, NORTH + 100, EAST + 200, NORTH + 200),
    ],
    crs=CRS,
)


def bodies() -> pd.DataFrame:
    codes = [OWNER, credit(1), credit(2)]
    frame = pd.DataFrame(
        {"code": codes, "name": ["水务", "城管", "旧城管"], "valid_from": "2000-01-01"}
    )
    frame["valid_to"] = [None, None, "2025-01-01"]
    frame["successor_code"] = [None, None, codes[1]]
    return frame.astype(object)


def components() -> gpd.GeoDataFrame:
    """Return four of each class, one in each grid, 15 m from one another."""
    rows: list[dict[str, Any]] = []
    for k, class_code in enumerate(CLASSES):
        info = EDITION.component_class(class_code)
        for g in range(4):
            x, y = (g % 2) * 100 + 15 + 8 * k + 0.317, (g // 2) * 100 + 20 + 7 * k + 0.253
            shape: Any = point(x, y)
            if info.geometry == "line":
                shape = shapely.MultiLineString(
                    [[(p.x, p.y) for p in (point(x, y), point(x + 3, y))]]
                )
            if info.geometry == "polygon":
                box = shapely.box(EAST + x, NORTH + y, EAST + x + 2, NORTH + y + 2)
                shape = shapely.MultiPolygon([box])
            rows.append(
                {
                    "code": f"360131{class_code}{g + 1:06d}", "class_code": class_code,
                    "name": info.name, "supervising_code": credit(1), "owning_code": OWNER,
                    "maintaining_code": credit(1), "grid_code": GRIDS["code"][g],
                    "state": "intact", "surveyed_on": "2025-02-03", "changed_on": None,
                    "data_source": "surveyed", "accuracy_class": "A", "source": "town",
                    "source_key": f"{class_code}-{g}", "manhole_number": None,
                    "asset_number": f"Z{k}{g}", "valid_from": "2025-02-03", "valid_to": None,
                    "note": None, "geometry": shape,
                }
            )  # fmt: skip
    for g in range(4):
        rows[g]["manhole_number"] = f"36013100000000000{g:02d}"
    frame = pd.DataFrame(rows).astype(object)
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS)


def photos(held: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    some = held.iloc[:6]
    return gpd.GeoDataFrame(
        {
            "attachment": [f"P{i}" for i in range(6)],
            "component_code": list(some["code"]),
            "kind": "photo",
            "path": [f"photos/{i}.jpg" for i in range(6)],
            "sha256": [f"hash{i}" for i in range(6)],
            "taken_at": "2025-02-03T09:00:00",
        },
        geometry=some.geometry.to_numpy(),
        crs=CRS,
    )


def said(held: gpd.GeoDataFrame) -> Any:
    """Return what the duty rules of the town say: the same bodies everywhere."""

    def duties(at: np.ndarray) -> pd.DataFrame:
        bodies = {"supervising": credit(1), "owning": OWNER, "maintaining": credit(1)}
        out = {}
        for role, code in bodies.items():
            out[f"{role}_code"], out[f"{role}_outcome"] = [code] * len(at), ["one"] * len(at)
        return pd.DataFrame(out, dtype=object)

    return duties


_CELLS = CellIndex.build(GRIDS.geometry, GRIDS["code"])
_COMMUNITIES = CellIndex.build(AREAS.geometry[2:], AREAS["code"][2:])
_RADII = class_radii(EDITION)


def town(held: gpd.GeoDataFrame | None = None, **changes: Any) -> Material:
    """Return the town as the rules see it; keyword arguments replace parts of it."""
    held = components() if held is None else held
    material = Material(
        components=held,
        edition=EDITION,
        on=ON,
        cells=_CELLS,
        communities=_COMMUNITIES,
        grids=pd.DataFrame(GRIDS.drop(columns="geometry")),
        areas=AREAS,
        departments=bodies(),
        attachments=photos(components()),
        before=None,
        duties=said(held),
        digests=lambda path: f"hash{path.split('/')[1].split('.')[0]}",
        radii=_RADII,
    )
    return replace(material, **changes, _values={})
