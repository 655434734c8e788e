"""A gazetteer's index as one file: a small header, then the arrays as they are, to be mapped.

Layout: 16 bytes magic with the version, 8 bytes length of the header, 32 bytes SHA-256
of the header, the header (JSON: facts; name, type, shape, offset of each array), then the
arrays, each on a multiple of 64 bytes, little-endian. Nothing in it is ever executed.
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
import numpy.typing as npt

from citygrid_core.errors import CitygridError, Text

#: Counts up whenever what is stored, or how names are folded, changes.
VERSION = 1
_NAME = b"citygrid places"
_ALIGN = 64
_FIXED = 16 + 8 + 32

Arrays = dict[str, npt.NDArray[Any]]


class PlacesFileError(CitygridError):
    """A file that should hold a gazetteer's index can't be used."""

    def __init__(self, path: Path, why: Text) -> None:
        super().__init__(
            Text(
                f"{path} can't be used as a gazetteer's index: {why.en}",
                f"{path} 不能用作地名库索引：{why.zh}",
            )
        )


def write(path: Path, facts: dict[str, Any], arrays: Arrays) -> None:
    """Write an index; the file is there whole or not at all.

    Raises
    ------
    OSError
        The folder can't be written.
    """
    plain = {
        name: np.ascontiguousarray(a).astype(a.dtype.newbyteorder("<"), copy=False)
        for name, a in arrays.items()
    }
    table: list[dict[str, Any]] = []
    offset = 0
    for name, array in plain.items():
        entry: dict[str, Any] = {"name": name, "type": array.dtype.str}
        entry |= {"shape": array.shape, "offset": offset}
        table.append(entry)
        offset += -(-array.nbytes // _ALIGN) * _ALIGN
    header = json.dumps({"facts": facts, "arrays": table, "bytes": offset}).encode("utf-8")
    begin = -(-(_FIXED + len(header)) // _ALIGN) * _ALIGN
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_NAME + bytes([VERSION]))
            file.write(len(header).to_bytes(8, "little"))
            file.write(hashlib.sha256(header).digest())
            file.write(header)
            for entry, array in zip(table, plain.values(), strict=True):
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


def read(path: Path) -> tuple[dict[str, Any], Arrays]:
    """Map an index file; return its facts and arrays.

    Raises
    ------
    PlacesFileError
        It is no index, damaged, cut off, or of another version.
    """
    with path.open("rb") as file:
        fixed = file.read(_FIXED)
        if len(fixed) < _FIXED or fixed[:15] != _NAME:
            raise PlacesFileError(path, Text("it is no index file", "不是索引文件"))
        if fixed[15] != VERSION:
            raise PlacesFileError(
                path,
                Text(
                    f"it is of version {fixed[15]}, this is version {VERSION}",
                    f"其版本为 {fixed[15]}，当前版本为 {VERSION}",
                ),
            )
        header = file.read(int.from_bytes(fixed[16:24], "little"))
    if hashlib.sha256(header).digest() != fixed[24:]:
        raise PlacesFileError(path, Text("its header is damaged", "文件头已损坏"))
    said = json.loads(header)
    begin = -(-(_FIXED + len(header)) // _ALIGN) * _ALIGN
    if path.stat().st_size != begin + said["bytes"]:
        raise PlacesFileError(path, Text("it is cut off", "文件不完整"))
    arrays: Arrays = {}
    whole = np.asarray(np.memmap(path, dtype=np.uint8, mode="r")) if said["bytes"] else None
    for entry in said["arrays"]:
        dtype, shape = np.dtype(entry["type"]), tuple(entry["shape"])
        if dtype.hasobject:
            raise PlacesFileError(path, Text("it holds objects", "其中含有对象"))
        first = begin + entry["offset"]
        length = dtype.itemsize * int(np.prod(shape, dtype=np.int64))
        if whole is None or not length:
            arrays[entry["name"]] = np.zeros(shape, dtype=dtype)
        else:
            arrays[entry["name"]] = whole[first : first + length].view(dtype).reshape(shape)
    facts: dict[str, Any] = said["facts"]
    return facts, arrays
