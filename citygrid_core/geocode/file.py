"""A gazetteer's index as one file of mapped arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from citygrid_core.errors import CitygridError, Text
from citygrid_core.mapped import Arrays, Kind

#: Counts up whenever what is stored, or how names are folded, changes.
VERSION = 2


class PlacesFileError(CitygridError):
    """A file that should hold a gazetteer's index can't be used."""

    def __init__(self, path: Path, why: Text) -> None:
        super().__init__(
            Text(
                f"{path} can't be used as a gazetteer's index: {why.en}",
                f"{path} 不能用作地名库索引：{why.zh}",
            )
        )


_KIND = Kind(b"citygrid places", VERSION, PlacesFileError)


def write(path: Path, facts: dict[str, Any], arrays: Arrays) -> None:
    """Write an index; the file is there whole or not at all.

    Raises
    ------
    OSError
        The folder can't be written.
    """
    _KIND.write(path, {"facts": facts}, arrays)


def read(path: Path) -> tuple[dict[str, Any], Arrays]:
    """Map an index file; return its facts and arrays.

    Raises
    ------
    PlacesFileError
        It is no index, damaged, cut off, or of another version.
    """
    said, arrays = _KIND.read(path)
    facts: dict[str, Any] = said["facts"]
    return facts, arrays
