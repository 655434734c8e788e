"""Codes in the store against the counters that mint them.

A scope ``kind:prefix`` mints the digits after `prefix` in the codes of a family: grids
per community, components per county and class. Any other scope has codes that the
store can't read, and is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from citygrid_core.workspace.schema import FAMILIES
from citygrid_core.workspace.tables import COUNTERS, tables_of

_FAMILY_OF = {"grid": "grids", "component": "components"}


@dataclass(frozen=True)
class Shortfall:
    """A scope whose counter stands below a code in the store.

    Attributes
    ----------
    last : int
        What the counter says, 0 when there is none.
    highest : int
        The number in `code`.
    """

    scope: str
    last: int
    highest: int
    code: str


def shortfalls(connection: sa.Connection) -> list[Shortfall]:
    """Return every scope that would mint a code that is there already."""
    c = COUNTERS.table.c
    counters: dict[str, int] = dict(connection.execute(sa.select(c.scope, c.last)).all())
    found = []
    for kind, family in _FAMILY_OF.items():
        lengths = {len(s) - len(kind) - 1 for s in counters if s.startswith(f"{kind}:")}
        for length in sorted(lengths):
            for code in _highest(connection, family, length):
                scope, number = f"{kind}:{code[:length]}", int(code[length:])
                last = counters.get(scope, 0)
                if number > last:
                    found.append(Shortfall(scope, last, number, code))
    return found


def _highest(connection: sa.Connection, family: str, length: int) -> list[str]:
    """Return the code with the highest number of each prefix."""
    best: dict[str, str] = {}
    declared = FAMILIES[family]
    for table in tables_of(declared):
        code = table.table.c[declared.key]
        prefix, rest = sa.func.substr(code, 1, length), sa.func.substr(code, length + 1)
        wanted = (
            sa.select(prefix, sa.func.max(rest))
            .where(sa.func.length(code) > length)
            .group_by(prefix, sa.func.length(code))
        )
        for head, tail in connection.execute(wanted):
            if tail.isascii() and tail.isdigit():
                held = best.get(head)
                if held is None or int(tail) > int(held[length:]):
                    best[head] = head + tail
    return [best[h] for h in sorted(best)]
