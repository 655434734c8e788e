"""An index as one file: a small header, then the arrays as they are, to be mapped.

Layout: 16 bytes magic with the version, 8 bytes length of the header, 32 bytes
SHA-256 of the header, the header (JSON: numbers; name, type, shape, offset of each
array), then the arrays, each on a multiple of 64 bytes. All numbers little-endian.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from citygrid_core.errors import Text
from citygrid_core.locate.errors import IndexFileError
from citygrid_core.locate.layout import Layout

VERSION = 2
_NAME = b"citygrid cells "
_ALIGN = 64
_FIXED = 16 + 8 + 32


def write(path: Path, layout: Layout, tag: str) -> None:
    """Write an index; the file is there whole or not at all.

    Raises
    ------
    OSError
        The folder can't be written.
    """
    arrays = {
        name: np.ascontiguousarray(a).astype(a.dtype.newbyteorder("<"), copy=False)
        for name, a in layout.arrays().items()
    }
    table: list[dict[str, Any]] = []
    offset = 0
    for name, array in arrays.items():
        table.append(
            {"name": name, "type": array.dtype.str, "shape": array.shape, "offset": offset}
        )
        offset += -(-array.nbytes // _ALIGN) * _ALIGN
    facts = {"tag": tag, "numbers": layout.numbers(), "arrays": table, "bytes": offset}
    header = json.dumps(facts).encode("utf-8")
    begin = -(-(_FIXED + len(header)) // _ALIGN) * _ALIGN
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_NAME + bytes([VERSION]))
            file.write(len(header).to_bytes(8, "little"))
            file.write(hashlib.sha256(header).digest())
            file.write(header)
            for entry, array in zip(table, arrays.values(), strict=True):
                file.seek(begin + entry["offset"])
                array.tofile(file)
            file.truncate(begin + offset)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def read(path: Path) -> tuple[Layout, str]:
    """Map an index file; return it and its tag.

    Raises
    ------
    IndexFileError
        It is no index, damaged, cut off, or of another version.
    """
    with path.open("rb") as file:
        fixed = file.read(_FIXED)
        if len(fixed) < _FIXED or fixed[:15] != _NAME:
            raise IndexFileError(path, Text("it is no index file", "不是索引文件"))
        if fixed[15] != VERSION:
            raise IndexFileError(
                path,
                Text(
                    f"it is of version {fixed[15]}, this is version {VERSION}",
                    f"其版本为 {fixed[15]}，当前版本为 {VERSION}",
                ),
            )
        header = file.read(int.from_bytes(fixed[16:24], "little"))
    if hashlib.sha256(header).digest() != fixed[24:]:
        raise IndexFileError(path, Text("its header is damaged", "文件头已损坏"))
    facts = json.loads(header)
    begin = -(-(_FIXED + len(header)) // _ALIGN) * _ALIGN
    if path.stat().st_size != begin + facts["bytes"]:
        raise IndexFileError(path, Text("it is cut off", "文件不完整"))
    whole = np.memmap(path, dtype=np.uint8, mode="r")
    arrays: dict[str, Any] = {}
    for entry in facts["arrays"]:
        dtype, shape = np.dtype(entry["type"]), tuple(entry["shape"])
        first = begin + entry["offset"]
        length = dtype.itemsize * int(np.prod(shape, dtype=np.int64))
        part = np.asarray(whole)[first : first + length]
        arrays[entry["name"]] = part.view(dtype).reshape(shape)
    return Layout(**facts["numbers"], **arrays), str(facts["tag"])
