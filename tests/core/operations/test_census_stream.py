"""Memory of an import does not grow with the file: parts are read, stored and forgotten."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

from citygrid_core.workspace import Workspace
from tests.core.operations.conftest import DAY

CLASSES = ("01001", "01003", "01037", "02010", "03005", "04002")
IMPORT = """
import json, resource, sys
from pathlib import Path
from citygrid_core.operations.census.imported import import_components
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.workspace import Workspace
for city, table in zip(sys.argv[3::2], sys.argv[4::2]):
    with Workspace.open(city) as ws:
        report = import_components(ws, Path(table), options=SourceOptions(crs="EPSG:4547"),
                                   on=sys.argv[2], rows_at_once=int(sys.argv[1]))
    print(json.dumps([report.stored, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3]))
"""


def written(path: Path, grids: shapely.Geometry, rows: int) -> None:
    """Write points within a city, a part at a time."""
    rng = np.random.default_rng(4)
    x0, y0, x1, y1 = grids.bounds
    shapely.prepare(grids)
    done = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("编号,类别代码,x,y,状态,普查日期\n")
        while done < rows:
            xy = rng.uniform((x0, y0), (x1, y1), (100_000, 2)).round(3)
            xy = xy[shapely.contains_xy(grids, xy)][: rows - done]
            file.writelines(
                f"K{done + i},{CLASSES[(done + i) % 6]},{x:.3f},{y:.3f},完好,2025-02-03\n"
                for i, (x, y) in enumerate(xy)
            )
            done += len(xy)


@pytest.mark.parametrize(
    ("few", "many", "part", "growth"),
    [
        (4_000, 28_000, 3_000, 1.1),
        pytest.param(500_000, 2_000_000, 200_000, 1.3, marks=pytest.mark.long),
    ],
    ids=["small", "whole"],
)
def test_many_times_the_rows_take_hardly_more_memory(
    drawn: Path, tmp_path: Path, few: int, many: int, part: int, growth: float
) -> None:
    with Workspace.open(drawn, read_only=True) as ws:
        grids = shapely.union_all(ws.read("grids").geometry.to_numpy())
    files: list[str] = []
    for rows in (few, many):
        city, table = tmp_path / f"{rows}.gpkg", tmp_path / f"{rows}.csv"
        shutil.copy(drawn, city)
        written(table, grids, rows)
        files += [str(city), str(table)]
    # One process, the smaller file first: what the larger one needs more shows in the peak.
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, str(part), DAY, *files],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [stored for stored, _ in said] == [few, many]
    print({rows: f"{mb:.0f} MB" for rows, (_, mb) in zip((few, many), said, strict=True)})
    assert said[1][1] < growth * said[0][1]
