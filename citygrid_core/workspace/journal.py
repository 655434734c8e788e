"""What was done: one row for each operation, each holding the hash of the one before.

The hash of a row is SHA-256 over its fields and the previous hash; a row's ``tables``
tell for each table touched how many rows were added, changed, ended and deleted, how
many it has now, and the digest of all its seals. So the head of the chain stands for
the whole content: who notes it elsewhere can tell later that nothing was replaced.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from citygrid_core.workspace.tables import JOURNAL

FIRST = "0" * 64
#: Columns that a row's hash covers, in this order.
HASHED = ("id", "at", "who", "operation", "parameters", "tables", "previous")


def canonical(value: Mapping[str, Any]) -> str:
    """Return JSON text that is the same for the same value: keys sorted, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def row_hash(row: Mapping[str, Any]) -> str:
    """Return the hash of one row of the journal: lengths and texts, so that none can shift."""
    hashed = sha256()
    for name in HASHED:
        cell = str(row[name]).encode("utf-8", "surrogatepass")
        hashed.update(f"{len(cell)}:".encode() + cell)
    return hashed.hexdigest()


def head(connection: sa.Connection) -> str:
    """Return the hash of the last row; zeros for an empty journal."""
    last = connection.execute(sa.select(JOURNAL.c.hash).order_by(JOURNAL.c.id.desc()).limit(1))
    return last.scalar() or FIRST


def append(
    connection: sa.Connection,
    *,
    at: str,
    who: str,
    operation: str,
    parameters: Mapping[str, Any],
    tables: Mapping[str, Any],
) -> str:
    """Append one row and return its hash."""
    last = connection.execute(
        sa.select(JOURNAL.c.id, JOURNAL.c.hash).order_by(JOURNAL.c.id.desc()).limit(1)
    ).first()
    row: dict[str, Any] = {
        "id": 1 if last is None else last.id + 1,
        "at": at,
        "who": who,
        "operation": operation,
        "parameters": canonical(parameters),
        "tables": canonical(tables),
        "previous": FIRST if last is None else last.hash,
    }
    row["hash"] = row_hash(row)
    connection.execute(JOURNAL.insert(), row)
    return str(row["hash"])


def rows(connection: sa.Connection) -> list[dict[str, Any]]:
    """Return the whole journal, oldest first."""
    found = connection.execute(sa.select(JOURNAL).order_by(JOURNAL.c.id)).mappings()
    return [dict(r) for r in found]
