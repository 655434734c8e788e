"""Going through all rows of a table as they lie in the store, a part at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
import sqlalchemy as sa

from citygrid_core.workspace.geopackage import GeoPackage
from citygrid_core.workspace.reading import fetch
from citygrid_core.workspace.seals import seals
from citygrid_core.workspace.tables import GEOMETRY, StoredTable

PART = 50_000


@dataclass(frozen=True)
class Part:
    """Some rows in the order of their fids.

    Attributes
    ----------
    values : dict
        Column name to values.
    boxes : array of shape (n, 4) or None
        min x, min y, max x, max y; nan where a row has no readable geometry.
    """

    fids: list[int]
    values: dict[str, tuple[Any, ...]]
    seals: list[bytes]
    boxes: npt.NDArray[np.float64] | None


def contents(
    connection: sa.Connection, store: GeoPackage, table: StoredTable, *, boxes: bool = False
) -> Iterator[Part]:
    """Yield all rows of a table with the seals that their content has now."""
    c = table.table.c
    names = ["fid", *table.names, *([GEOMETRY] if table.spatial else [])]
    after = -(2**63)
    while True:
        wanted = sa.select(*(c[n] for n in names)).where(c.fid > after).order_by(c.fid).limit(PART)
        columns = fetch(connection, wanted, len(names))
        if not columns[0]:
            return
        fids = list(columns[0])
        after = fids[-1]
        values = dict(zip(names[1:], columns[1:], strict=True))
        wkb = store.wkb(values[GEOMETRY]) if table.spatial else None
        made = seals(table.name, fids, table.columns, [values[n] for n in table.names], wkb)
        yield Part(fids, values, made, _boxes(wkb) if boxes and wkb is not None else None)


def _boxes(wkb: list[bytes | None]) -> npt.NDArray[np.float64]:
    cells = np.empty(len(wkb), dtype=object)
    cells[:] = wkb
    bounds: npt.NDArray[np.float64] = shapely.bounds(shapely.from_wkb(cells, on_invalid="ignore"))
    return bounds.reshape(-1, 4)
