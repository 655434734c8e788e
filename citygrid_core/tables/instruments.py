"""Points of total stations and GNSS receivers: lists without a header."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from citygrid_core.tables.guard import is_workspace

#: Suffixes of point lists; others are never taken for one.
_SUFFIXES = (".dat", ".txt", ".csv", ".pts", ".asc")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_LOOKED_AT = 200
_LONGEST = 1 << 16
#: Northing and easting of China's 3-degree zones (m); eastings may carry the zone in front.
_NORTH = (400_000.0, 6_000_000.0)
_EAST = (200_000.0, 800_000.0)
_ZONED = (20_000_000.0, 46_000_000.0)
_ENCODINGS = ("utf-8-sig", "gb18030")


def instrument_points(path: Path, table: Path, encoding: str | None = None) -> bool:
    """Write the points of an instrument as a CSV file: name, code, x (east), y (north), z.

    Known are lists of name, code, east, north, height (CASS) and of name, east or north,
    north or east, height, code. Which column is north is told by its values: in China
    a northing lies in 0.4-6 million metres, an easting in 200-800 thousand, or it
    carries the number of its zone in front; so nothing has to be guessed.

    Returns
    -------
    bool
        False when the file is something else; nothing is written then.
    """
    if path.suffix.lower() not in _SUFFIXES or not path.is_file() or is_workspace(path):
        return False
    for name in (encoding,) if encoding else _ENCODINGS:
        try:
            head = _head(path, name)
        except (UnicodeError, LookupError):
            continue
        layout = _layout(head)
        if layout is None:
            return False
        try:
            _write(path, table, name, layout)
        except UnicodeError:
            continue
        return True
    return False


def _head(path: Path, encoding: str) -> list[list[str]]:
    lines: list[list[str]] = []
    with path.open(encoding=encoding) as file:
        while len(lines) < _LOOKED_AT and (line := file.readline(4096)):
            if line.strip():
                lines.append(_cells(line))
    return lines


def _cells(line: str) -> list[str]:
    line = line.strip()
    separator = next((s for s in (",", ";", "\t") if s in line), None)
    return [c.strip() for c in (line.split(separator) if separator else line.split())]


def _layout(head: list[list[str]]) -> dict[str, int] | None:
    """Return the column of each thing, None when this is no list of points."""
    widths = {len(row) for row in head}
    if not head or min(widths) < 4 or max(widths) > 8:
        return None
    width = min(widths)
    numbers = [j for j in range(1, width) if all(_NUMBER.fullmatch(r[j]) for r in head)]
    north = [j for j in numbers if _all_in(head, j, _NORTH) and not _all_in(head, j, _EAST)]
    east = [j for j in numbers if _all_in(head, j, _EAST) or _all_in(head, j, _ZONED)]
    pairs = [(e, n) for e in east for n in north if abs(e - n) == 1]
    if len(pairs) != 1:
        return None
    (x, y), rest = pairs[0], {"name": 0}
    after = max(x, y) + 1
    layout = {**rest, "x": x, "y": y}
    if after in numbers:
        layout["z"] = after
    texts = [j for j in range(1, width) if j not in (x, y, layout.get("z", -1))]
    if texts:
        layout["code"] = texts[0]
    return layout if "code" in layout else None


def _all_in(head: list[list[str]], column: int, span: tuple[float, float]) -> bool:
    return all(span[0] <= float(row[column]) < span[1] for row in head)


def _write(path: Path, table: Path, encoding: str, layout: dict[str, int]) -> None:
    """Write every line, also one that is cut off: its empty cells are reported, not lost."""
    names = ["name", "code", "x", "y", "z"]
    with (
        path.open(encoding=encoding) as file,
        table.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        # Pieces of a line without an end come as rows of their own, and are rejected.
        for line in iter(lambda: file.readline(_LONGEST), ""):
            if line.strip():
                cells = _cells(line)
                at = [layout.get(n, -1) for n in names]
                row = [cells[j] if 0 <= j < len(cells) else "" for j in at]
                row[2] = _without_zone(row[2])
                writer.writerow(row)


def _without_zone(east: str) -> str:
    """Drop the zone number in front of an easting: 38520583.71 is 520583.71 in zone 38."""
    if not _NUMBER.fullmatch(east) or not _ZONED[0] <= float(east) < _ZONED[1]:
        return east
    whole, dot, part = east.partition(".")
    return whole[-6:] + dot + part
