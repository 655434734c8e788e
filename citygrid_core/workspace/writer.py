"""Rows written with their seals: the one place where content and books change together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from citygrid_core.errors import Text
from citygrid_core.workspace import shapes, values
from citygrid_core.workspace.errors import InvalidRows, UnknownName
from citygrid_core.workspace.geopackage import GeoPackage
from citygrid_core.workspace.ledger import Ledger
from citygrid_core.workspace.reading import fetch
from citygrid_core.workspace.sealing import sealing
from citygrid_core.workspace.seals import seals
from citygrid_core.workspace.tables import GEOMETRY, StoredTable
from citygrid_core.workspace.values import Rows

Content = dict[str, list[Any]]


class Writer:
    """Writes rows of one transaction and keeps its ledger."""

    def __init__(self, connection: sa.Connection, store: GeoPackage, ledger: Ledger) -> None:
        self._connection, self._store, self._ledger = connection, store, ledger

    def append(
        self,
        table: StoredTable,
        content: list[list[Any]],
        geometry: npt.NDArray[np.object_] | None = None,
    ) -> list[int]:
        """Store new rows, given by column, and return their fids."""
        first = self._store.next_fid(self._connection, table)
        fids = list(range(first, first + len(content[0])))
        cells = boxes = wkb = None
        if geometry is not None:
            cells, wkb, boxes = self._store.encode(geometry)
            self._ledger.of(table).grow(boxes)
        with sealing(table.name, fids, table.columns, content, wkb) as sealed:
            self._store.insert(self._connection, table, fids, content, cells, boxes)
            self._ledger.add(table, first, sealed())
        return fids

    def update(
        self,
        table: StoredTable,
        rows: Rows,
        fids: Sequence[int],
        check: Callable[[StoredTable, Content, Sequence[int]], None],
    ) -> int:
        """Write given columns of rows of one table where they differ; return how many did.

        Parameters
        ----------
        check : callable
            Is shown the whole rows as they will be, and which of them differ.

        Raises
        ------
        UnknownName
            A row is not there.
        InvalidRows
            `check` said so, or the rows clash with others.
        """
        said = [self._store.in_list(table.table.c.fid, fids)]
        found, content = self.content(table, said)
        position = {f: i for i, f in enumerate(found)}
        missing = [str(f) for f in fids if f not in position]
        if missing:
            raise UnknownName(Text(f"rows of {table.name}", f"{table.name} 记录"), missing)
        given = [position[f] for f in fids]
        before = self.seals(table, found, content)
        after_content = dict(content)
        for name, new in rows.columns.items():
            merged = list(content[name])
            for i, value in zip(given, new, strict=True):
                merged[i] = value
            after_content[name] = merged
        boxes = None
        if table.spatial and rows.geometry is not None:
            cells, _, boxes = self._store.encode(shapes.promote(rows.geometry, table.geometry))
            merged = list(content[GEOMETRY])
            for i, cell in zip(given, cells, strict=True):
                merged[i] = cell
            after_content[GEOMETRY] = merged
        after = self.seals(table, found, after_content)
        differs = [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
        if not differs:
            return 0
        check(table, after_content, differs)
        names = list(rows.columns)
        if boxes is not None:
            names.append(GEOMETRY)
            self._ledger.of(table).grow(boxes)
        written = [found[i] for i in differs]
        try:
            self._store.update(
                self._connection, table, written, names,
                [[after_content[n][i] for i in differs] for n in names],
            )  # fmt: skip
        except IntegrityError as error:
            raise InvalidRows(values.repeated(table.name, str(error.orig))) from error
        self._ledger.replace(
            table, written, [before[i] for i in differs], [after[i] for i in differs]
        )
        self._ledger.of(table).changed += len(written)
        return len(written)

    def delete(self, table: StoredTable, said: Sequence[sa.ColumnElement[bool]]) -> int:
        """Delete the rows that fulfil all conditions; return how many."""
        found, content = self.content(table, said)
        if found:
            self._store.delete(self._connection, table, found)
            self._ledger.remove(table, found, self.seals(table, found, content))
        return len(found)

    def content(
        self, table: StoredTable, said: Sequence[sa.ColumnElement[bool]]
    ) -> tuple[list[int], Content]:
        """Return fids and all columns of rows, the geometry as stored."""
        names = ["fid", *table.names, *([GEOMETRY] if table.spatial else [])]
        c = table.table.c
        statement = sa.select(*(c[n] for n in names)).where(*said).order_by(c.fid)
        columns = fetch(self._connection, statement, len(names))
        return list(columns[0]), {n: list(v) for n, v in zip(names[1:], columns[1:], strict=True)}

    def seals(self, table: StoredTable, fids: Sequence[int], content: Content) -> list[bytes]:
        """Return the seals that content makes."""
        wkb = self._store.wkb(content[GEOMETRY]) if table.spatial else None
        return seals(table.name, fids, table.columns, [content[n] for n in table.names], wkb)
