"""Block references of a drawing as a table: one row for each INSERT, its attributes as columns."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from citygrid_core.errors import Text
from citygrid_core.tables.guard import existing_file, foreign

_DRAWING = Text("a DXF drawing", "DXF 图形文件")
_BINARY = b"AutoCAD Binary DXF"
_OWN = ("name", "code", "layer", "x", "y", "z", "rotation")


def is_dxf(path: Path) -> bool:
    """Return whether a file is a DXF drawing, by its name or its first bytes."""
    if not path.is_file():
        return False
    if path.suffix.lower() == ".dxf":
        return True
    with path.open("rb") as file:
        return file.read(len(_BINARY)) == _BINARY


def write_blocks(path: Path, table: Path) -> int:
    """Write the block references in the model space of a drawing as a CSV file.

    Parameters
    ----------
    path : Path
        DXF, text or binary, of any version; what is damaged but can be recovered is.
    table : Path
        CSV in UTF-8: name (the entity's handle), code (the block's name), layer, x, y,
        z (drawing units), rotation (degrees), then the attributes by their tags.

    Returns
    -------
    int
        Number of block references.

    Raises
    ------
    UnusableInput
        It is no drawing, or can't be read.
    """
    existing_file(path)
    with foreign(path, _DRAWING):
        from ezdxf import recover

        drawing, _ = recover.readfile(str(path))
        rows = [_row(insert) for insert in drawing.modelspace().query("INSERT")]
    tags = list(dict.fromkeys(tag for row in rows for tag in row if tag not in _OWN))
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*_OWN, *tags], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def _row(insert: Any) -> dict[str, str]:
    at = insert.dxf.insert
    row = {
        "name": str(insert.dxf.handle), "code": str(insert.dxf.name),
        "layer": str(insert.dxf.layer), "x": repr(float(at.x)), "y": repr(float(at.y)),
        "z": repr(float(at.z)), "rotation": repr(float(insert.dxf.get("rotation", 0.0))),
    }  # fmt: skip
    for attribute in insert.attribs:
        tag = str(attribute.dxf.tag)
        row[f"{tag}_" if tag in _OWN else tag] = str(attribute.dxf.text)
    return row
