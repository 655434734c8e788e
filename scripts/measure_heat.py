"""How long heat takes to follow a slider: ``measure_heat.py [GRIDS] [CASES]`` or ``measure_heat.py STORE``.

A city of irregular grids with about 40 vertices each, cases clustered over two years, on an
offscreen canvas. A step is everything from the moved slider to the painted map: counts, rate,
Gi* with FDR, classes, the change of the layers, the drawing. Seconds of the processor (all
threads), so that other work beside counts little; by the clock beside it. Of a store
(``benchmarks/heat/open.py`` makes one) also what the first map costs, from the button on.
Run it with ``QT_QPA_PLATFORM=offscreen .venv/bin/python scripts/measure_heat.py``.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from qgis.core import QgsApplication, QgsProject
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QEventLoop, QTimer

if TYPE_CHECKING:
    from citygrid_plugin.services.heat_city import HeatCity

FIRST, DAYS = "2024-01-01", 731


def cases_of(grids: gpd.GeoDataFrame, number: int) -> pd.DataFrame:
    """Return cases: some grids have many, most have few; 60 classes, 8 sources, 30 departments."""
    rng = np.random.default_rng(7)
    weight = rng.gamma(0.7, size=len(grids))
    grid = rng.choice(len(grids), size=number, p=weight / weight.sum())
    day = np.datetime64(FIRST) + rng.integers(0, DAYS, number)
    classes = np.array([f"{1 + i // 10:02d}{1 + i % 10:03d}" for i in range(60)], dtype=object)
    return pd.DataFrame(
        {
            "grid_code": grids["code"].to_numpy(dtype=object)[grid],
            "object_kind": np.array(["component", "event"], dtype=object)[
                rng.integers(0, 2, number)
            ],
            "class_code": classes[rng.integers(0, 60, number)],
            "source": np.array(list("abcdefgh"), dtype=object)[rng.integers(0, 8, number)],
            "handling_code": np.array([f"d{i}" for i in range(30)], dtype=object)[
                rng.integers(0, 30, number)
            ],
            "reported_at": day.astype("datetime64[s]")
            + rng.integers(0, 86_400, number).astype("timedelta64[s]"),
            "location_probability": rng.uniform(0.6, 1.0, number),
            "location_method": "geocoded",
        }
    )


def shown(canvas: QgsMapCanvas) -> None:
    """Wait until the canvas is painted."""
    loop = QEventLoop()
    canvas.mapCanvasRefreshed.connect(loop.quit)
    QTimer.singleShot(20_000, loop.quit)
    loop.exec()
    canvas.mapCanvasRefreshed.disconnect(loop.quit)


def made(number: int, cases: int) -> HeatCity:
    """Return a city that no file holds."""
    from citygrid_core import heat
    from citygrid_plugin.services.heat_city import HeatCity
    from scripts.measure_grid_moves import city as drawn

    grids = drawn(number)[0].sort_values("code", ignore_index=True)
    grids["area_m2"] = grids.geometry.area
    cube = heat.Cube.build(cases_of(grids, cases), grids["code"].tolist())
    view = heat.HeatView(cube, grids, heat.contiguity(grids))
    return HeatCity(Path("city.gpkg"), "city", view, {"component": {}, "event": {}},
                    {"component": {}, "event": {}}, None)  # fmt: skip


def main(given: list[str]) -> None:
    """Move the slider through the months, for several questions; print medians."""
    from citygrid_core import heat
    from citygrid_plugin.services.heat_city import Question, read_city
    from citygrid_plugin.services.heat_map import HeatMap
    from citygrid_plugin.services.periods import spans

    clock, busy = time.perf_counter(), time.process_time()
    if given and not given[0].isdigit():
        city = read_city(Path(given[0]), lambda *_: None)
    else:
        grids = int(given[0]) if given else 10_000
        city = made(grids, int(given[1]) if len(given) > 1 else 1_000_000)
    cube = city.view.cube
    read = time.process_time() - busy
    shown_map = HeatMap(QgsProject.instance(), city)
    print(
        f"{len(city.codes)} grids, {len(cube):,} cases: read {read:.1f} s, layers "
        f"{time.process_time() - busy - read:.1f} s of the processor; "
        f"{time.perf_counter() - clock:.1f} s by the clock"
    )
    canvas = QgsMapCanvas()
    canvas.resize(1200, 900)
    canvas.setCachingEnabled(True)
    canvas.setParallelRenderingEnabled(True)
    canvas.enableAntiAliasing(True)
    canvas.setDestinationCrs(shown_map.crs)
    names = ("heat_spots", "heat_weak", "heat_live")
    canvas.setLayers([shown_map.layer(name) for name in names])
    canvas.setExtent(shown_map.layer("heat_live").extent())
    canvas.show()
    months = spans("month", cube.first_day, cube.last_day)
    for title, choice, measure in (
        ("all cases, per hectare", heat.Choice(), "per_hectare"),
        ("a major class, night hours", heat.Choice(classes=("03",), hours=range(18, 24)),
         "per_hectare"),
        ("all cases, smoothed", heat.Choice(), "per_hectare_smoothed"),
        ("three sources, counts", heat.Choice(sources=tuple(cube.sources[:3])), "cases"),
    ):  # fmt: skip
        parts: list[tuple[float, ...]] = []
        for i, month in enumerate(months[:16]):
            question = Question(choice, month, measure)
            clock, busy = time.perf_counter(), time.process_time()
            answer = city.answer(question)
            counted = time.process_time()
            shown_map.show(answer)
            handed = time.process_time()
            shown(canvas)
            end = time.process_time()
            if i > 1:  # the first fixes the scale
                parts.append((counted - busy, handed - counted, end - handed, end - busy,
                              time.perf_counter() - clock))  # fmt: skip
        middle = [1000 * statistics.median(p) for p in zip(*parts, strict=True)]
        print(
            f"{title:28} answer {middle[0]:4.0f} + significance and layers {middle[1]:4.0f} + "
            f"drawing {middle[2]:4.0f} = {middle[3]:4.0f} ms of the processor, "
            f"{middle[4]:4.0f} ms by the clock"
        )


if __name__ == "__main__":
    root = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(root)]
    app = QgsApplication([], True)
    app.initQgis()
    from citygrid_plugin.isolation import isolate

    isolate()
    main(sys.argv[1:])
    sys.stdout.flush()
    import os

    os._exit(0)
