"""What tells the rows of a family from any others, at the price of reading them raw."""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Sequence

import sqlalchemy as sa

from citygrid_core.workspace.memory import no_collection
from citygrid_core.workspace.schema import Family
from citygrid_core.workspace.tables import GEOMETRY, tables_of

#: Rows taken into the digest at a time.
_STRETCH = 10_000
#: The last form that writes equal values alike, whatever else refers to them.
_PLAIN = 2


def fingerprint(connection: sa.Connection, family: Family, columns: Sequence[str]) -> str:
    """Return a digest of stored rows; see `Workspace.fingerprint`."""
    whole = hashlib.sha256()
    for table in tables_of(family):
        c = table.table.c
        names = [*columns, GEOMETRY] if table.spatial else columns
        result = connection.execute(sa.select(*(c[n] for n in names)).order_by(c.fid))
        assert result.cursor is not None
        with no_collection():
            # Values as they are stored: no frame, no geometry is made of them.
            while rows := result.cursor.fetchmany(_STRETCH):
                whole.update(marshal.dumps(list(rows), _PLAIN))
            result.close()
        whole.update(table.name.encode())
    return whole.hexdigest()
