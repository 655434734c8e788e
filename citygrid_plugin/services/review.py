"""A file of unresolved addresses (``citygrid geocode --review``) that a person decides on.

The file stays what it is: a table that can be filled in with a spreadsheet as well. Every
decision is written at once, through a file beside it, so that a crash loses nothing.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from citygrid_core.errors import CitygridError, Text
from citygrid_plugin.i18n import tr
from citygrid_plugin.services.geocode import Place

#: Cells that a person fills in.
FILLED = ("choice", "corrected", "set_x", "set_y", "alias")
_NEEDED = ("address", "candidates", *FILLED)
YES = "yes"


class NotAReview(CitygridError):
    """The file is no review file."""

    def __init__(self, path: Path, lacking: str) -> None:
        super().__init__(
            Text(
                f"{path.name} is no review file: no column {lacking}; "
                "make one with citygrid geocode --review FILE.csv",
                f"“{path.name}”不是复核文件：缺少列“{lacking}”；"
                "请用 citygrid geocode --review FILE.csv 生成",
            )
        )


@dataclass
class Row:
    """One address and what was decided of it.

    Attributes
    ----------
    cells : dict
        The row of the file, as text.
    places : tuple of Place
        The candidates, numbered from 1 as ``choice`` names them.
    """

    cells: dict[str, str]
    places: tuple[Place, ...] = field(default=())

    @property
    def address(self) -> str:
        """The address as it was typed."""
        return self.cells["address"]

    @property
    def decided(self) -> bool:
        """Whether a person has decided."""
        return any(self.cells[c] for c in ("choice", "corrected", "set_x"))

    @property
    def alias(self) -> bool:
        """Whether the typed name shall lead to the place from now on."""
        return bool(self.cells["alias"])

    def point(self) -> tuple[float, float] | None:
        """Return where it was decided to be: a candidate, or a place on the map."""
        if self.cells["set_x"] and self.cells["set_y"]:
            return float(self.cells["set_x"]), float(self.cells["set_y"])
        number = int(self.cells["choice"] or 0)
        if 1 <= number <= len(self.places):
            place = self.places[number - 1]
            return place.x, place.y
        return None

    def said(self) -> str:
        """Return the decision in words."""
        cells = self.cells
        if cells["set_x"]:
            text = tr("put on the map", "地图定点")
        elif cells["choice"]:
            number = int(cells["choice"])
            name = self.places[number - 1].name if 1 <= number <= len(self.places) else ""
            text = f"{number}  {name}"
        elif cells["corrected"]:
            text = "→ " + cells["corrected"]
        else:
            return ""
        return text + (tr(" · alias", " · 存为别名") if cells["alias"] else "")


class Review:
    """An open review file.

    Raises
    ------
    NotAReview
        A column that has to be there is not.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            self.columns = list(reader.fieldnames or ())
            for name in _NEEDED:
                if name not in self.columns:
                    raise NotAReview(path, name)
            self.rows = [Row({k: v or "" for k, v in row.items() if k}) for row in reader]
        for row in self.rows:
            row.places = tuple(_places(row.cells["candidates"]))

    @property
    def open_rows(self) -> list[int]:
        """Positions of the rows that nobody has decided yet."""
        return [i for i, row in enumerate(self.rows) if not row.decided]

    def decide(self, at: int, **cells: str) -> None:
        """Decide a row anew (or, with nothing, take its decision back) and save the file."""
        row = self.rows[at]
        alias = row.cells["alias"] if cells else ""
        row.cells |= dict.fromkeys(FILLED, "") | {"alias": alias} | cells
        self.save()

    def set_alias(self, at: int, on: bool) -> None:
        """Let the name as it was typed become an alias of the place, or not."""
        self.rows[at].cells["alias"] = YES if on else ""
        self.save()

    def save(self) -> None:
        """Write the file through another beside it."""
        beside = self.path.with_name(f".{self.path.name}.part")
        with beside.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, self.columns)
            writer.writeheader()
            writer.writerows(row.cells for row in self.rows)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)


def _places(text: str) -> Iterator[Place]:
    try:
        held: Any = json.loads(text) if text else []
    except json.JSONDecodeError:
        held = []
    for c in held if isinstance(held, list) else []:
        yield Place(
            str(c["code"]), str(c["name"]), str(c["level"]), float(c["x"]), float(c["y"]),
            float(c["error_m"]), float(c["probability"]),
        )  # fmt: skip
