"""Which rows changed since somebody last looked, as they were then: kept by triggers.

A trigger sees every change, whoever makes it: citygrid, QGIS, or a script. The first
change of a row notes the row as it was; later ones leave the note alone. So what
depends on the rows is brought up to date from the noted rows only, and their number,
not the store's, is the price. The notes are no content: no layer, no seals.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import sqlalchemy as sa

from citygrid_core.workspace.tables import StoredTable

_EXISTED = "cg_existed"


def notes_of(table: StoredTable) -> str:
    """Return the name of the table that keeps the notes."""
    return f"cg_watch_{table.name}"


def changes(
    connection: sa.Connection, table: StoredTable, columns: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return the changed rows as they were and as they are now; None when nobody watched.

    Returns
    -------
    two DataFrames
        Indexed by fid, the given columns. A new row is only in the second, a
        deleted one only in the first.
    """
    if not _watched(connection, table, columns):
        return None
    notes, names = notes_of(table), ", ".join(f'"{c}"' for c in columns)
    of_rows = ", ".join(f't."{c}"' for c in columns)
    was = f'SELECT fid, {names} FROM "{notes}" WHERE {_EXISTED} ORDER BY fid'
    now = (
        f'SELECT t.fid, {of_rows} FROM "{notes}" AS n '
        f'CROSS JOIN "{table.name}" AS t ON t.fid = n.fid ORDER BY t.fid'
    )
    before, after = (
        pd.DataFrame(
            [tuple(r) for r in connection.exec_driver_sql(sql)],
            columns=["fid", *columns],
            dtype=object,
        ).set_index("fid")
        for sql in (was, now)
    )
    return before, after


def restart(connection: sa.Connection, table: StoredTable, columns: Sequence[str]) -> None:
    """Forget all notes: from now on changes are noted against the rows as they are."""
    notes = notes_of(table)
    run = connection.exec_driver_sql
    if _watched(connection, table, columns):
        run(f'DELETE FROM "{notes}"')
        return
    for name in _triggers(table, columns):
        run(f'DROP TRIGGER IF EXISTS "{name}"')
    run(f'DROP TABLE IF EXISTS "{notes}"')
    run(_notes(table, columns))
    for statement in _triggers(table, columns).values():
        run(statement)


def _watched(connection: sa.Connection, table: StoredTable, columns: Sequence[str]) -> bool:
    """Whether the notes and every trigger are there, as they would be made today."""
    found = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'trigger')"
    )
    held: dict[str, str] = dict(found.all())
    wanted = {notes_of(table): _notes(table, columns), **_triggers(table, columns)}
    return all(held.get(name) == sql for name, sql in wanted.items())


def _notes(table: StoredTable, columns: Sequence[str]) -> str:
    names = ", ".join(f'"{c}"' for c in columns)
    return (
        f'CREATE TABLE "{notes_of(table)}" (fid INTEGER PRIMARY KEY, {_EXISTED} INTEGER, {names})'
    )


def _triggers(table: StoredTable, columns: Sequence[str]) -> dict[str, str]:
    """Return name to statement.

    ``WHERE NOT EXISTS`` and not ``OR IGNORE``: the statement that fires a trigger
    would overrule its conflict clause.
    """
    t, notes = table.name, notes_of(table)
    old = ", ".join(f'OLD."{c}"' for c in columns)
    names = ", ".join(f'"{c}"' for c in columns)
    differs = " OR ".join(f'OLD."{c}" IS NOT NEW."{c}"' for c in columns)
    note_old = (
        f'INSERT INTO "{notes}" (fid, {_EXISTED}, {names}) SELECT OLD.fid, 1, {old} '
        f'WHERE NOT EXISTS (SELECT 1 FROM "{notes}" WHERE fid = OLD.fid);'
    )
    note_new = (
        f'INSERT INTO "{notes}" (fid, {_EXISTED}) SELECT NEW.fid, 0 '
        f'WHERE NOT EXISTS (SELECT 1 FROM "{notes}" WHERE fid = NEW.fid);'
    )
    bodies = {
        "insert": f'AFTER INSERT ON "{t}" BEGIN {note_new} END',
        "update": f'AFTER UPDATE ON "{t}" WHEN OLD.fid = NEW.fid AND ({differs}) '
        f"BEGIN {note_old} END",
        "move": f'AFTER UPDATE ON "{t}" WHEN OLD.fid <> NEW.fid BEGIN {note_old} {note_new} END',
        "delete": f'AFTER DELETE ON "{t}" BEGIN {note_old} END',
    }
    return {
        f"{notes}_{event}": f'CREATE TRIGGER "{notes}_{event}" {body}'
        for event, body in bodies.items()
    }
