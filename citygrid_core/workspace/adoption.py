"""Taking edits that were made outside citygrid into the books."""

from __future__ import annotations

import sqlalchemy as sa

from citygrid_core.errors import Problem
from citygrid_core.workspace.codes import shortfalls
from citygrid_core.workspace.counters import Counters
from citygrid_core.workspace.differences import differences
from citygrid_core.workspace.geopackage import GeoPackage
from citygrid_core.workspace.ledger import Ledger
from citygrid_core.workspace.tables import STORED


def adopt(
    connection: sa.Connection, store: GeoPackage, ledger: Ledger, counters: Counters
) -> list[Problem]:
    """Seal every feature as it is now; return what was altered, added and removed.

    Tables of the store itself (counters, settings, lineage) are never adopted: nobody
    edits them in QGIS. Counters rise above codes that someone typed; R-trees that do not
    agree with their tables are made anew.
    """
    said: list[Problem] = []
    for table in STORED.values():
        if table.family is None:
            continue
        found = differences(connection, store, table, ledger.id_of(table), boxes=table.spatial)
        if table.spatial and (
            not store.has_index(connection, table)
            or store.index_differs(connection, table, found.fids, found.boxes)
        ):
            store.rebuild_index(connection, table)
            ledger.of(table).reindexed = True
        if found.seals or found.removed:
            fids = list(found.seals)
            ledger.adopt(table, fids, [found.seals[f] for f in fids], [f for f, _ in found.removed])
            said += found.problems()
    for short in shortfalls(connection):
        counters.raise_to(short.scope, short.highest)
    return said
