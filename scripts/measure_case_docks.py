"""The queue and the evaluation of a city in the real QGIS: ``measure_case_docks.py CITY.gpkg FOLDER [LOCALE]``.

Prints, for each thing a person does, how long QGIS did not answer mouse and keys (CPU of the
GUI's thread, and by the clock), and how long it took; pictures go to the folder.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.journeys import desk

AT = "2025-11-15 10:00"


def main(city: Path, folder: Path, locale: str = "zh-Hans") -> None:
    """Visit and print."""
    desk.SECONDS = 900
    visited = desk.visit("case_docks.py", folder, locale=locale, workspace=city.resolve(), at=AT)
    print(f"{'':34}{'silent, CPU ms':>16}{'by the clock':>14}{'took s':>10}{'CPU s':>9}")
    for name, *figures in visited.said.get("rows", []):
        print(f"{name:34}{figures[0]:>16}{figures[1]:>14}{figures[2]:>10}{figures[3]:>9}")
    visited.check()
    print(f"open cases {visited.said['open']:,}, grids with cases {visited.said['grids']:,}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:4])
