"""How long QGIS is busy with one mouse move while grids are drawn: ``measure_grid_moves.py [CELLS]``.

A city of irregular cells with about 40 vertices and four buildings each, on an
offscreen canvas; the whole move counts: snapping, preview, panel, marks on the map.
Milliseconds of the processor for the GUI thread, so that other work beside counts little.
Run it with ``QT_QPA_PLATFORM=offscreen .venv/bin/python scripts/measure_grid_moves.py``.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsRectangle,
    QgsVectorLayer,
)

SIDE = 100.0
X0, Y0 = 530_000.0, 3_386_000.0


def city(cells: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, list[shapely.Polygon]]:
    """Return grids, communities and buildings: a lattice bent by a smooth field, seeded."""
    n = round(cells**0.5)
    rng = np.random.default_rng(5)
    waves = rng.uniform(0.002, 0.008, (4, 2)), rng.uniform(0, 6, 4)

    def bent(xy: np.ndarray) -> np.ndarray:
        out = xy.copy()
        for (a, b), c in zip(*waves, strict=True):
            out += 4.0 * np.sin(xy[:, ::-1] * [a, b] + c)
        return np.round(out + np.array([X0, Y0]), 3)

    rows, columns = (a.ravel() for a in np.divmod(np.arange(n * n), n))
    boxes = shapely.box(columns * SIDE, rows * SIDE, (columns + 1) * SIDE, (rows + 1) * SIDE)
    shapes = shapely.transform(shapely.segmentize(boxes, 10.0), bent)
    block = 10
    home = (rows // block) * (n // block + 1) + columns // block
    community = np.array([f"420102{1 + h // 900:03d}{1 + h % 900:03d}" for h in home], dtype=object)
    order = np.lexsort((columns, -rows, community))
    rank = np.empty(len(order), dtype=int)
    seen: dict[str, int] = {}
    for i in order:
        rank[i] = seen[community[i]] = seen.get(community[i], 0) + 1
    codes = [f"{c}{r:03d}" for c, r in zip(community, rank, strict=True)]
    grids = gpd.GeoDataFrame(
        {"code": codes, "community_code": community}, geometry=shapes, crs="EPSG:4547"
    )
    names = np.unique(community)
    areas = gpd.GeoDataFrame(
        {"code": names, "name": names},
        geometry=[shapely.coverage_union_all(shapes[community == c]) for c in names],
        crs=grids.crs,
    )
    houses = [
        shapely.box(X0 + (c + u) * SIDE, Y0 + (r + v) * SIDE,
                    X0 + (c + u) * SIDE + 14, Y0 + (r + v) * SIDE + 10)
        for r, c in zip(rows, columns, strict=True)
        for u in (0.2, 0.6) for v in (0.15, 0.7)
    ]  # fmt: skip
    return grids, areas, houses


def store(path: Path, grids: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> None:
    """Write the city into a workspace."""
    from citygrid_core.workspace import Workspace

    with (
        Workspace.create(path, crs=grids.crs, edition="gbt47678-2026") as ws,
        ws.transaction("set up") as tx,
    ):
        tx.insert("areas", areas.assign(level="community", valid_from="2025-01-01"))
        tx.insert("grids", grids.assign(area_m2=grids.area, valid_from="2025-01-01"))


def layer_of(houses: list[shapely.Polygon], crs: QgsCoordinateReferenceSystem) -> QgsVectorLayer:
    """Return the buildings as a layer."""
    layer = QgsVectorLayer("Polygon", "buildings", "memory")
    layer.setCrs(crs)
    features = []
    for house in houses:
        feature = QgsFeature()
        shape = QgsGeometry()
        shape.fromWkb(house.wkb)
        feature.setGeometry(shape)
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    layer.dataProvider().createSpatialIndex()
    return layer


def main(cells: int) -> None:
    """Move the mouse over the city with each tool; print medians and worst."""
    from citygrid_plugin.services.grid_surroundings import Houses
    from tests.qgis.test_grid_editing import Bench

    grids, areas, houses = city(cells)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "city.gpkg"
        store(path, grids, areas)
        started = time.perf_counter()
        bench = Bench(path)
        print(f"{len(grids)} grids, {len(houses)} buildings; read in "
              f"{time.perf_counter() - started:.2f} s")  # fmt: skip
        around = Houses()
        around.use(layer_of(houses, bench.crs), bench.crs)
        bench.desk.buildings = around.around
        middle = round(cells**0.5) // 2 * SIDE
        bench.canvas.setExtent(
            QgsRectangle(X0 + middle, Y0 + middle, X0 + middle + 500, Y0 + middle + 500)
        )

        def spot(x: float, y: float) -> tuple[float, float]:
            return middle + x, middle + y

        for name, start in (("split", (40, 248)), ("reshape", (230, 250)), ("border", (250, 300))):
            bench.take(name)
            if name == "border":
                from qgis.PyQt.QtCore import Qt
                from qgis.PyQt.QtTest import QTest

                bench.go(*spot(*start))
                QTest.mousePress(
                    bench.canvas.viewport(), Qt.MouseButton.LeftButton,
                    Qt.KeyboardModifier.NoModifier, bench.at(*spot(*start)),
                )  # fmt: skip
            else:
                bench.click(*spot(*start))
            if name == "reshape":
                bench.click(*spot(330, 230))
                bench.click(*spot(335, 275))
            times = []
            for i in range(60):
                end = (60 + 6.5 * i, 252 + i % 7) if name == "split" else (
                    (235 + i % 11, 262 + i / 10) if name == "reshape" else (252, 305 + i / 4)
                )  # fmt: skip
                began = time.thread_time()
                bench.go(*spot(*end))
                times.append(1000 * (time.thread_time() - began))
            pieces = len(bench.page.live.texts())
            times.sort()
            print(f"{name:8} median {statistics.median(times):5.1f} ms, 95 % "
                  f"{times[int(0.95 * len(times))]:5.1f} ms, worst {times[-1]:5.1f} ms; "
                  f"{pieces} rows in the panel, {bench.page.live.head.text()}")  # fmt: skip
            bench.tool.drop()
            bench.editing.cancelled()
        bench.marks.close()


if __name__ == "__main__":
    root = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(root)]
    app = QgsApplication([], True)
    app.initQgis()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    sys.stdout.flush()
    import os

    os._exit(0)
