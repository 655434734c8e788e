"""The R-trees of a GeoPackage: filled in bulk, and compared with their tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
import sqlalchemy as sa

from citygrid_core.workspace.geopackage import blob, driver, layout, rtree
from citygrid_core.workspace.tables import GEOMETRY, StoredTable

#: With fewer new rows than this share of the old, an R-tree grows row by row.
_REPACK_SHARE = 0.05


def there(connection: sa.Connection, table: StoredTable) -> bool:
    """Whether a table has its R-tree: in QGIS a user can delete it."""
    found = connection.exec_driver_sql(
        "SELECT 1 FROM sqlite_master WHERE name = ?", (layout.rtree(table),)
    )
    return found.first() is not None


def rebuild(connection: sa.Connection, table: StoredTable) -> None:
    """Make the R-tree of a table anew from its rows."""
    for statement, parameters in (*layout.no_spatial_index(table), *layout.spatial_index(table)):
        connection.exec_driver_sql(statement, parameters)
    tree = _growing(connection, table)
    rows = driver.of(connection).execute(
        f'SELECT fid, "{GEOMETRY}" FROM "{table.name}" WHERE "{GEOMETRY}" IS NOT NULL'
    )
    while part := rows.fetchmany(driver.CHUNK):
        fids, cells = zip(*part, strict=True)
        boxes = shapely.bounds(blob.decode(cells, lenient=True)).reshape(-1, 4)
        _grow(tree, np.array(fids, dtype=np.int64), boxes)
    _finish(connection, table, tree)


def _without_trigger(connection: sa.Connection, table: StoredTable) -> None:
    if not there(connection, table):
        rebuild(connection, table)
    connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS "{layout.rtree(table)}_insert"')


class Filling:
    """A table takes many rows in parts: its indexes get them once, when all are in.

    Keeping an index up row by row costs a look into a tree each; making it of all rows is
    one sort. A table that was empty goes without any index meanwhile, another one only
    without the rows' boxes in its R-tree. It is all within one transaction.

    Parameters
    ----------
    empty : bool
        Whether the table has no row, and what its indexes check may be checked at the end.
    """

    def __init__(self, connection: sa.Connection, table: StoredTable, *, empty: bool) -> None:
        self._connection, self._table = connection, table
        self.unchecked = empty
        indexes = table.table.indexes if empty else ()
        self._indexes = sorted(indexes, key=lambda i: str(i.name))
        self._tree = _growing(connection, table) if table.spatial and empty else None
        self._late: list[tuple[npt.NDArray[np.int64], blob.Boxes]] = []
        if table.spatial:
            _without_trigger(connection, table)
        for one in self._indexes:
            one.drop(connection)

    def add(self, fids: npt.NDArray[np.int64], boxes: blob.Boxes) -> None:
        """Take the boxes of rows that were inserted (nan where a row has no geometry)."""
        if self._tree is None:
            self._late.append((fids, boxes))
        else:
            _grow(self._tree, fids, boxes)

    def finish(self) -> None:
        """Make all indexes.

        Raises
        ------
        sqlalchemy.exc.IntegrityError
            Two rows have one identity.
        """
        for one in self._indexes:
            one.create(self._connection)
        if not self._table.spatial:
            return
        if self._tree is not None:
            _finish(self._connection, self._table, self._tree)
        elif self._late:
            fids, boxes = (np.concatenate(column) for column in zip(*self._late, strict=True))
            extend(self._connection, self._table, fids, boxes)
        self._connection.exec_driver_sql(layout.insert_trigger(self._table))


def _growing(connection: sa.Connection, table: StoredTable) -> rtree.Growing:
    """Return what fills the empty R-tree of a table from rows that come in parts."""
    name = layout.rtree(table)
    return rtree.Growing(lambda tree: _store_nodes(connection, name, tree))


def _grow(tree: rtree.Growing, fids: npt.NDArray[np.int64], boxes: blob.Boxes) -> None:
    placed = np.isfinite(boxes).all(axis=1)
    tree.add(fids[placed], rtree.outward(boxes[placed]))


def _finish(connection: sa.Connection, table: StoredTable, tree: rtree.Growing) -> None:
    """Write what is left of a growing tree in the place of the empty root."""
    connection.exec_driver_sql(f'DELETE FROM "{layout.rtree(table)}_node" WHERE nodeno = 1')
    tree.finish()


def extend(
    connection: sa.Connection,
    table: StoredTable,
    fids: npt.NDArray[np.int64],
    boxes: blob.Boxes,
) -> None:
    """Bring new rows into the R-tree: packed with the old ones, or one by one when few."""
    placed = np.isfinite(boxes).all(axis=1)
    ids, new = fids[placed], rtree.outward(boxes[placed])
    name = layout.rtree(table)
    # The highest id stands for the number of rows: counting them would read the whole tree.
    last = connection.exec_driver_sql(f'SELECT max(rowid) FROM "{name}_rowid"').scalar()
    held = int(last or 0)
    if len(ids) < held * _REPACK_SHARE:
        rows = zip(ids.tolist(), *new.T.tolist(), strict=True)
        driver.many(connection, f'INSERT INTO "{name}" VALUES (?,?,?,?,?)', rows)
        return
    if held:
        old_ids, old = held_boxes(connection, table)
        ids, new = np.concatenate([old_ids, ids]), np.concatenate([old, new])
    for part in ("node", "rowid", "parent"):
        connection.exec_driver_sql(f'DELETE FROM "{name}_{part}"')
    _store_nodes(connection, name, rtree.pack(ids, new))


def _store_nodes(connection: sa.Connection, name: str, tree: rtree.PackedTree) -> None:
    """Insert rows of the shadow tables of an R-tree."""
    shadows: tuple[tuple[str, list[str], Sequence[tuple[Any, ...]]], ...] = (
        ("node", ["nodeno", "data"], tree.nodes),
        ("rowid", ["rowid", "nodeno"], tree.rowids),
        ("parent", ["nodeno", "parentnode"], tree.parents),
    )
    for part, names, rows in shadows:
        if rows:
            driver.insert(connection, f"{name}_{part}", names, list(zip(*rows, strict=True)))


def held_boxes(
    connection: sa.Connection, table: StoredTable
) -> tuple[npt.NDArray[np.int64], rtree.Boxes32]:
    """Return ids and boxes (min x, max x, min y, max y) of a table's R-tree."""
    cursor = driver.of(connection).execute(
        f'SELECT id, minx, maxx, miny, maxy FROM "{layout.rtree(table)}"'
    )
    ids, boxes = [np.empty(0, np.int64)], [np.empty((0, 4), np.float32)]
    while part := cursor.fetchmany(driver.CHUNK):
        whole = np.array(part, dtype=np.float64)
        ids.append(whole[:, 0].astype(np.int64))
        boxes.append(whole[:, 1:].astype(np.float32))
    return np.concatenate(ids), np.concatenate(boxes)


def differing(
    connection: sa.Connection,
    table: StoredTable,
    fids: npt.NDArray[np.int64],
    boxes: blob.Boxes,
) -> list[int]:
    """Return the ids for which the R-tree and the rows differ.

    Parameters
    ----------
    fids, boxes
        Of all rows of the table (nan where a row has no geometry).
    """
    placed = np.isfinite(boxes).all(axis=1)
    wanted, box = fids[placed], rtree.outward(boxes[placed])
    ids, held = held_boxes(connection, table)
    order = np.argsort(ids)
    ids, held = ids[order], held[order]
    order = np.argsort(wanted)
    wanted, box = wanted[order], box[order]
    at = np.searchsorted(ids, wanted)
    known = np.zeros(len(wanted), dtype=bool)
    inside = at < len(ids)
    known[inside] = ids[at[inside]] == wanted[inside]
    of = at[known]
    # SQLite rounds outwards by up to two units in the last place, we by one.
    slack = 4 * np.spacing(np.abs(box[known]))
    wrong = wanted[known][(np.abs(box[known] - held[of]) > slack).any(axis=1)]
    stray = np.ones(len(ids), dtype=bool)
    stray[of] = False
    found: list[int] = np.concatenate([wanted[~known], ids[stray], wrong]).tolist()
    return found
