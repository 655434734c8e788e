"""Geometries as GeoPackage blobs, whole arrays at a time.

Source: OGC 12-128r14 (GeoPackage 1.2), clause 2.1.3.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

#: Length of the header for each envelope indicator (bits 1-3 of the flags).
HEADER_LENGTH = (8, 40, 56, 56, 72)
_LITTLE_XY = 0x03
_LITTLE_NO_ENVELOPE = 0x01
_HEADER = np.dtype(
    [("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srs", "<i4"), ("box", "<f8", 4)]
)

Boxes = npt.NDArray[np.float64]
Cells = Sequence[Any] | npt.NDArray[np.object_]


def to_wkb(geometries: npt.NDArray[np.object_]) -> list[bytes | None]:
    """Return little-endian ISO WKB of each geometry (x and y only), None where missing."""
    wkb: list[bytes | None] = shapely.to_wkb(
        geometries, byte_order=1, flavor="iso", output_dimension=2
    ).tolist()
    return wkb


def encode(
    geometries: npt.NDArray[np.object_], wkb: Sequence[bytes | None], srs_id: int
) -> tuple[list[bytes | None], Boxes]:
    """Return GeoPackage blobs and boxes (min x, min y, max x, max y; nan where missing).

    As GDAL does, points carry no envelope and everything else one in x and y.
    """
    boxes: Boxes = shapely.bounds(geometries).reshape(-1, 4)
    short = struct.pack("<2sBBi", b"GP", 0, _LITTLE_NO_ENVELOPE, srs_id)
    if np.isin(shapely.get_type_id(geometries), (-1, 0)).all():
        return [None if w is None else short + w for w in wkb], boxes
    headers = np.zeros(len(boxes), _HEADER)
    headers["magic"], headers["flags"], headers["srs"] = b"GP", _LITTLE_XY, srs_id
    headers["box"] = boxes[:, [0, 2, 1, 3]]
    raw, size = headers.tobytes(), _HEADER.itemsize
    return [
        None if w is None else raw[i * size : (i + 1) * size] + w for i, w in enumerate(wkb)
    ], boxes


def strip(blobs: Cells) -> list[bytes | None]:
    """Return the WKB inside each blob, whatever envelope its writer chose.

    A cell that is no GeoPackage blob comes back as it is (text as UTF-8), so that
    a seal over it differs from any that was made of a real geometry.
    """
    if set(map(type, blobs)) == {bytes} and {b[:4] for b in blobs} == {b"GP\x00\x01"}:
        return [b[8:] for b in blobs]  # points: no envelope
    return [_strip(b) for b in blobs]


def decode(blobs: Cells, *, lenient: bool = False) -> npt.NDArray[np.object_]:
    """Return the geometry of each blob; None where the cell is empty.

    Parameters
    ----------
    lenient : bool
        Give None, too, for a cell that is no geometry.

    Raises
    ------
    shapely.errors.GEOSException
        A cell is no geometry.
    """
    wkb = np.empty(len(blobs), dtype=object)
    wkb[:] = strip(blobs)
    geometries: npt.NDArray[np.object_] = shapely.from_wkb(
        wkb, on_invalid="ignore" if lenient else "raise"
    )
    return geometries


def box_of(blob: bytes | None) -> tuple[float, float, float, float] | None:
    """Return min x, max x, min y, max y of one blob, or None when it is empty.

    What the R-tree triggers ask for, once a row and bound; the envelope of the
    header answers without parsing the geometry.
    """
    if blob is None:
        return None
    flags = blob[3]
    if flags & 0x10:
        return None
    if flags & 0x0E:
        order = "<" if flags & 0x01 else ">"
        box: tuple[float, float, float, float] = struct.unpack_from(order + "4d", blob, 8)
        return box
    min_x, min_y, max_x, max_y = shapely.bounds(shapely.from_wkb(blob[8:])).tolist()
    return None if min_x != min_x else (min_x, max_x, min_y, max_y)


def _strip(blob: Any) -> bytes | None:
    if blob is None:
        return None
    if isinstance(blob, bytes) and blob[:2] == b"GP" and len(blob) > 8:
        wkb = blob[HEADER_LENGTH[min((blob[3] >> 1) & 7, 4)] :]
        if wkb[:1] == b"\x00":  # big-endian: same geometry, other bytes
            return _little(wkb)
        return wkb
    return blob if isinstance(blob, bytes) else str(blob).encode()


def _little(wkb: bytes) -> bytes:
    try:
        return bytes(shapely.to_wkb(shapely.from_wkb(wkb), byte_order=1, flavor="iso"))
    except shapely.errors.GEOSException:
        return wkb
