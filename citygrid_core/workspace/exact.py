"""Rows found by their whole identity: one look into the index for each, however many there are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from citygrid_core.workspace.tables import StoredTable


def rows_like(
    connection: sa.Connection,
    table: StoredTable,
    names: Sequence[str],
    wanted: Sequence[Sequence[Any]],
    also: Sequence[str] = (),
) -> list[tuple[Any, ...]]:
    """Return `names` and then `also` of the rows whose `names` have one of the wanted values.

    Parameters
    ----------
    names : sequence of str
        Columns that have an index together.
    wanted : sequence of sequences
        Values in the order of `names`; None finds empty.
    """
    shown = ", ".join(f't."{n}"' for n in (*names, *also))
    same = " AND ".join(
        f"""t."{n}" IS json_extract(k.value, '$[{i}]')""" for i, n in enumerate(names)
    )
    # CROSS JOIN keeps the order: for each wanted row one look into the index.
    sql = f'SELECT {shown} FROM json_each(?) AS k CROSS JOIN "{table.name}" AS t WHERE {same}'
    found = connection.exec_driver_sql(sql, (json.dumps([list(w) for w in wanted]),))
    return [tuple(r) for r in found]
