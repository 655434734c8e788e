"""Pictures of divisions for docs/grids.md: the ground before, the unit grids after.

    python scripts/grid_pictures.py [--data FOLDER] [--out docs/images]

The small sample city, and with `--data` (open data, see the tests' `real_data`) windows of
Wuhan and Cambridge along their real streets. Needs matplotlib.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import geopandas as gpd
import matplotlib
import numpy as np
import pyogrio
import shapely

from benchmarks.division.cities import City, sample, wuhan
from citygrid_core.grids import Policy, clean_areas, draw, number

matplotlib.use("Agg")
import matplotlib.pyplot as plt

ROOT = Path(__file__).resolve().parents[1]
#: Fills that tell neighbours apart without meaning anything.
FILLS = ("#f3e3c3", "#d9e8c8", "#cfe3ea", "#ead3d9", "#e4dcf0", "#f5efc9", "#d5e5dc")
WIDTHS = {1.0: 2.4, 0.9: 2.2, 0.75: 1.6, 0.55: 1.0}


def cambridge(data: Path) -> City:
    """Read Cambridge, Massachusetts; its neighbourhoods are cleaned first."""
    file = data / "cambridge_ma" / "cambridge_base.gpkg"
    raw = pyogrio.read_dataframe(file, layer="neighborhoods").to_crs(26986)
    raw["code"] = [f"2501700010{int(n):02d}" for n in raw["N_HOOD"]]
    roads = pyogrio.read_dataframe(file, layer="street_centerlines").to_crs(26986)
    none = roads.iloc[:0][["geometry"]]
    return City(clean_areas(raw).frame, roads, none, none, none)


def paint(
    city: City, grids: gpd.GeoDataFrame, window: shapely.Polygon, path: Path, credit: str
) -> None:
    """Write one picture: left the ground, right the cells with their numbers."""
    x0, y0, x1, y1 = window.bounds
    high = 7.2 * (y1 - y0) / (x1 - x0)
    figure, panels = plt.subplots(1, 2, figsize=(14.4, high + 0.3), dpi=80)
    for panel in panels:
        panel.set_xlim(x0, x1)
        panel.set_ylim(y0, y1)
        panel.set_aspect("equal")
        panel.set_axis_off()
    near = {
        name: frame[frame.intersects(window)]
        for name, frame in (
            ("roads", city.roads), ("barriers", city.barriers), ("buildings", city.buildings),
            ("compounds", city.compounds), ("areas", city.areas), ("grids", grids),
        )
    }  # fmt: skip
    before, after = panels
    shown = near["grids"].reset_index(drop=True)
    fills = colours(shown)
    shown.plot(ax=after, color=[FILLS[i % len(FILLS)] for i in fills], edgecolor="none")
    for panel, grey in ((before, "#b9b2a6"), (after, "#cfc9be")):
        if len(near["compounds"]):
            near["compounds"].plot(ax=panel, facecolor="#dfead6" if panel is before else "none",
                                   edgecolor="#9ab58a", linewidth=0.8)  # fmt: skip
        if len(near["barriers"]):
            near["barriers"].plot(ax=panel, color="#a9cbe0", edgecolor="#7fa9c4", linewidth=1.0)
        if len(near["buildings"]):
            near["buildings"].plot(ax=panel, color=grey, edgecolor="none")
    weight = Policy().line_importance(street_class(near["roads"]))
    near["roads"].plot(ax=before, color="#555555", linewidth=0.6 + 1.8 * weight)
    near["roads"].plot(ax=after, color="#ffffff", linewidth=0.5 + 1.2 * weight)
    shown.boundary.plot(ax=after, color="#b3261e", linewidth=0.9)
    for panel in panels:
        near["areas"].boundary.plot(ax=panel, color="#1d3557", linewidth=2.0, linestyle=(0, (6, 2)))
    for code, shape in zip(shown["code"], shown.geometry, strict=True):
        spot = shape.representative_point()
        if window.buffer(-20).contains(spot):
            after.text(spot.x, spot.y, code[-3:], fontsize=6, ha="center", va="center",
                       color="#222222")  # fmt: skip
    figure.text(0.01, 0.005, credit, fontsize=7, color="#555555")
    figure.subplots_adjust(0.005, 0.02, 0.995, 0.998, 0.01)
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)
    smaller(path)


def street_class(roads: gpd.GeoDataFrame) -> object:
    """Return the column of a street layer that says how important a street is."""
    for name in ("road_class", "highway"):
        if name in roads.columns:
            return roads[name]
    return roads.geometry.astype(str).str[:0]


def colours(grids: gpd.GeoDataFrame) -> np.ndarray:
    """Return a colour number for each cell that no neighbour has."""
    first, second = grids.sindex.query(grids.geometry, predicate="intersects")
    out = np.full(len(grids), -1)
    for index in range(len(grids)):
        taken = set(out[second[(first == index) & (second != index)]])
        out[index] = next(i for i in range(99) if i not in taken)
    return out


def smaller(path: Path) -> None:
    """Reduce a picture to 128 colours: a third of the size, no visible difference."""
    from PIL import Image

    with Image.open(path) as image:
        image.convert("RGB").quantize(128).save(path, optimize=True)


def square(city: City, side_m: float, right: float = 0.5, up: float = 0.5) -> shapely.Polygon:
    """Return a window of a city, as shares of its extent from the south-west."""
    x0, y0, x1, y1 = city.areas.total_bounds
    x, y = x0 + right * (x1 - x0), y0 + up * (y1 - y0)
    return shapely.box(x - side_m / 2, y - side_m / 2, x + side_m / 2, y + side_m / 2)


def main() -> None:
    """Draw and paint."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("CITYGRID_DATA"))
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    options = parser.parse_args()
    options.out.mkdir(exist_ok=True)
    small = sample(ROOT / "data_samples" / "small")
    cities = [("small", small, square(small, 1250), "citygrid sample city (synthetic)")]
    if options.data:
        real = wuhan(Path(options.data), side_m=2500)
        credit = "Streets © OpenStreetMap contributors, ODbL 1.0"
        cities.append(("wuhan", real, square(real, 1300), credit))
        town = cambridge(Path(options.data))
        credit = "Streets and neighbourhoods: City of Cambridge, Massachusetts (PDDL)"
        cities.append(("cambridge", town, square(town, 1500, 0.52, 0.38), credit))
    for name, city, window, credit in cities:
        drawing = draw(
            city.areas, city.roads, barriers=city.barriers, buildings=city.buildings,
            compounds=city.compounds, workers=2,
        )  # fmt: skip
        grids = drawing.grids.assign(code=number(drawing.grids))
        paint(city, grids, window, options.out / f"grids-{name}.png", credit)
        print(name, drawing.report)


if __name__ == "__main__":
    main()
