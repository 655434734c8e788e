"""What a city does every day starts at once: nothing is loaded that it does not need.

Libraries that only some jobs need cost more time than the job: statistics, sparse matrices,
drivers of foreign formats, a compiler.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd

#: The statistics of scipy alone take longer to load than a night of cases to import.
HEAVY = (
    "scipy.stats", "scipy.special", "scipy.sparse", "scipy.spatial", "scipy.optimize", "numba", "pyogrio",
    "fiona", "rasterio", "matplotlib", "openpyxl", "jinja2", "rich", "charset_normalizer",
)  # fmt: skip

CODE = """
import json, sys
from citygrid_core.cli import main
ended = []
commands, heavy = json.loads(sys.argv[1])
for sys.argv[1:] in commands:
    try:
        main()
    except SystemExit as end:
        ended.append(end.code)
print(json.dumps({"ended": ended, "loaded": [m for m in heavy if m in sys.modules]}))
"""


def test_everyday_commands_load_only_what_they_need(
    office: Path, small_city: Path, tmp_path: Path
) -> None:
    cases = pd.read_csv(small_city / "cases.csv", dtype=str, keep_default_na=False)
    placed = cases[cases["x"] != ""].head(40).reset_index(drop=True)
    placed["source_number"] = "night-" + placed.index.astype(str)
    x, y = placed.loc[0, ["x", "y"]]
    placed.loc[30:, ["x", "y"]] = ""  # these are found by their addresses
    night = tmp_path / "night.csv"
    placed.to_csv(night, index=False)
    city = shutil.copy(office, tmp_path / "city.gpkg")
    commands = [
        ["info", city],
        ["lookup", city, "--point", f"{x},{y}"],
        ["cases", "import", city, night, "--crs", "EPSG:4547", "--dry-run"],
        ["cases", "overdue", city, "--at", "2026-01-05T12:00"],
        ["heat", "update", city],
    ]
    told = json.dumps([[[*map(str, c), "--json"] for c in commands], HEAVY])
    done = subprocess.run(
        [sys.executable, "-c", CODE, told], capture_output=True, text=True, check=False
    )
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [s.get("error") for s in said] == [None] * len(said), done.stdout
    assert said[2]["stored"] == 40
    assert said[2]["located"]["given"] == 30
    assert said[-1] == {"ended": [0] * len(commands), "loaded": []}, done.stderr
