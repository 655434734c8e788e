"""Arrays in one file, to be mapped into memory: a small header, then the arrays as they are.

Layout: 16 bytes magic with the version, 8 bytes length of the header, 32 bytes SHA-256
of the header, the header (JSON: facts; name, type, shape, offset of each array), then the
arrays, each on a multiple of 64 bytes. All numbers little-endian. Nothing in it is ever
executed.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from citygrid_core.errors import CitygridError, Text

_ALIGN = 64
_FIXED = 16 + 8 + 32

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Kind:
    """One kind of file.

    Attributes
    ----------
    name : bytes
        15 bytes at its beginning.
    version : int
        Below 256.
    refused : callable
        Makes the error of a file that can't be used, from its path and why.
    """

    name: bytes
    version: int
    refused: Callable[[Path, Text], CitygridError]

    def write(self, path: Path, facts: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        """Write a file; it is there whole or not at all.

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
            table.append(
                {"name": name, "type": array.dtype.str, "shape": array.shape, "offset": offset}
            )
            offset += -(-array.nbytes // _ALIGN) * _ALIGN
        header = json.dumps({**facts, "arrays": table, "bytes": offset}).encode("utf-8")
        begin = _after(header)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            # as any file of the user's: colleagues who may read the folder may read it
            with temporary.open("xb") as file:
                file.write(self.name + bytes([self.version]))
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
            temporary.unlink(missing_ok=True)
            raise

    def read(self, path: Path) -> tuple[dict[str, Any], Arrays]:
        """Map a file; return its facts and arrays.

        Raises
        ------
        CitygridError
            As `refused` makes it: another kind of file, damaged, cut off, or of another
            version.
        """
        with path.open("rb") as file:
            fixed = file.read(_FIXED)
            if len(fixed) < _FIXED or fixed[:15] != self.name:
                raise self.refused(path, Text("it is no index file", "不是索引文件"))
            if fixed[15] != self.version:
                raise self.refused(
                    path,
                    Text(
                        f"it is of version {fixed[15]}, this is version {self.version}",
                        f"其版本为 {fixed[15]}，当前版本为 {self.version}",
                    ),
                )
            header = file.read(int.from_bytes(fixed[16:24], "little"))
        if hashlib.sha256(header).digest() != fixed[24:]:
            raise self.refused(path, Text("its header is damaged", "文件头已损坏"))
        facts: dict[str, Any] = json.loads(header)
        table, size = facts.pop("arrays"), facts.pop("bytes")
        begin = _after(header)
        if path.stat().st_size != begin + size:
            raise self.refused(path, Text("it is cut off", "文件不完整"))
        arrays: Arrays = {}
        whole = np.asarray(np.memmap(path, dtype=np.uint8, mode="r")) if size else None
        for entry in table:
            dtype, shape = np.dtype(entry["type"]), tuple(entry["shape"])
            if dtype.hasobject:
                raise self.refused(path, Text("it holds objects", "其中含有对象"))
            first = begin + entry["offset"]
            length = dtype.itemsize * int(np.prod(shape, dtype=np.int64))
            if whole is None or not length:
                arrays[entry["name"]] = np.zeros(shape, dtype=dtype)
            else:
                arrays[entry["name"]] = whole[first : first + length].view(dtype).reshape(shape)
        return facts, arrays


def _after(header: bytes) -> int:
    """Return where the arrays begin."""
    return -(-(_FIXED + len(header)) // _ALIGN) * _ALIGN
