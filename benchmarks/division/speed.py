"""How fast grids are checked, edited, previewed and drawn, and how that grows.

    python -m benchmarks.division.speed [--data FOLDER] [--json]

Prints CPU seconds of this process (medians where a thing is done often), so that other
work on the machine shows as little as it can. With `--data` (real data) central Wuhan is
drawn at four sizes; the exponent is the slope of log time against log cells: 1 is linear,
n log n shows about 1.1.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from benchmarks.division.cities import wuhan
from citygrid_core.grids import Coverage, check, draw, merge, number, preview_split, split
from tests.core.grids.town import X0, Y0, squares


def cpu(work: Any) -> float:
    """Return the CPU seconds of one call."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def checks() -> dict[int, float]:
    """Check cities of squares with 60 vertices a cell."""
    spent = {}
    for rows, columns in ((30, 35), (100, 100), (315, 320)):
        grids, areas = squares(rows, columns)
        grids["geometry"] = shapely.segmentize(grids.geometry.values, 7.0)
        areas["geometry"] = shapely.segmentize(areas.geometry.values, 7.0)
        found: list[Any] = []
        spent[len(grids)] = cpu(lambda g=grids, a=areas, f=found: f.extend(check(g, a)))
        assert not found
    return spent


def edits(repeat: int = 25) -> dict[str, float]:
    """Milliseconds of what a mouse move and a click cost in a city of 10,000 cells."""
    coverage = Coverage(squares(100, 100)[0])
    code = "420102001001013"
    cut = shapely.LineString([(X0 + 150, Y0 - 222), (X0 + 350, Y0 - 270)])
    road = shapely.LineString([(X0 + 50, Y0 - 250), (X0 + 650, Y0 - 255)])

    def both() -> None:
        made = coverage.do(split(coverage.window(code), code, cut))
        names = [str(c) for c in made.created["code"]]
        coverage.do(merge(coverage.window(*names), names))
        coverage.undo()
        coverage.undo()

    jobs = {
        "window": lambda: coverage.window(cut),
        "preview of one grid": lambda: preview_split(coverage.window(code), cut, code=code),
        "preview of a road across six": lambda: preview_split(coverage.window(road), road),
        "split, merge, undo both": both,
    }
    return {
        name: 1000 * float(np.median([cpu(job) for _ in range(repeat)]))
        for name, job in jobs.items()
    }


def growth(data: Path) -> tuple[dict[int, dict[str, float]], dict[str, float]]:
    """Draw, number and check Wuhan at four sizes; return seconds and exponents."""
    rows: dict[int, dict[str, float]] = {}
    for side in (1500, 3000, 6000, 0):
        city = wuhan(data, side_m=side)
        made: list[Any] = []
        drawn = cpu(lambda c=city, m=made: m.append(draw(c.areas, c.roads).grids))
        grids = made[0]
        numbered = cpu(lambda g=grids: g.insert(0, "code", number(g)))
        checked = cpu(lambda g=grids, c=city: check(g, c.areas))
        rows[len(grids)] = {"draw": drawn, "number": numbered, "check": checked}
    cells = np.log(list(rows))
    slopes = {
        name: float(np.polyfit(cells, np.log([row[name] for row in rows.values()]), 1)[0])
        for name in ("draw", "number", "check")
    }
    return rows, slopes


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    told: dict[str, Any] = {"check s": checks(), "edit ms": edits()}
    if options.data:
        told["wuhan s"], told["exponent"] = growth(options.data)
    if options.json:
        print(json.dumps(told))
        return
    for name, rows in told.items():
        print(name)
        for what, value in rows.items():
            shown = (
                {k: round(v, 2) for k, v in value.items()}
                if isinstance(value, dict)
                else round(value, 2)
            )
            print(f"  {what}: {shown}")


if __name__ == "__main__":
    main()
