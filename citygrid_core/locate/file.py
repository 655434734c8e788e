"""An index as one file of mapped arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from citygrid_core.locate.errors import IndexFileError
from citygrid_core.locate.layout import Layout
from citygrid_core.mapped import Kind

VERSION = 2
_KIND = Kind(b"citygrid cells ", VERSION, IndexFileError)


def write(path: Path, layout: Layout, tag: str) -> None:
    """Write an index; the file is there whole or not at all.

    Raises
    ------
    OSError
        The folder can't be written.
    """
    _KIND.write(path, {"tag": tag, "numbers": layout.numbers()}, layout.arrays())


def read(path: Path) -> tuple[Layout, str]:
    """Map an index file; return it and its tag.

    Raises
    ------
    IndexFileError
        It is no index, damaged, cut off, or of another version.
    """
    facts, arrays = _KIND.read(path)
    parts: dict[str, Any] = {**facts["numbers"], **arrays}
    return Layout(**parts), str(facts["tag"])
