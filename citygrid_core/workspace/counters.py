"""Numbers for codes: minted once, in the transaction that stores what carries them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from citygrid_core.errors import Text
from citygrid_core.workspace.errors import WrongCall
from citygrid_core.workspace.geopackage import GeoPackage
from citygrid_core.workspace.ledger import Ledger
from citygrid_core.workspace.seals import seals
from citygrid_core.workspace.tables import COUNTERS


class Counters:
    """The counters as one transaction sees them, written back at its end."""

    def __init__(self, connection: sa.Connection, store: GeoPackage, ledger: Ledger) -> None:
        self._connection, self._store, self._ledger = connection, store, ledger
        self._held: dict[str, tuple[int, int]] | None = None  # scope: fid, last
        self._now: dict[str, int] = {}

    def mint(self, scope: str, count: int, floor: int = 0) -> range:
        """Return the next `count` numbers of a scope, above `floor`; see `Transaction.mint`."""
        if count < 0 or floor < 0 or not scope:
            raise WrongCall(
                Text(
                    f"can't mint {count} numbers of {scope!r} above {floor}",
                    f"无法从 {floor} 之后为“{scope}”分配 {count} 个号码",
                )
            )
        last = max(self.last(scope), floor)
        if count or floor > self.last(scope):
            self._now[scope] = last + count
        return range(last + 1, last + 1 + count)

    def last(self, scope: str) -> int:
        """Return the highest number minted of a scope, 0 for a new one."""
        if scope in self._now:
            return self._now[scope]
        return self._known().get(scope, (0, 0))[1]

    def raise_to(self, scope: str, least: int) -> None:
        """Make sure that no number up to `least` is minted again."""
        if least > self.last(scope):
            self._now[scope] = least

    def flush(self) -> None:
        """Write what was minted."""
        held = self._known()
        changed = {s: n for s, n in self._now.items() if s in held and held[s][1] != n}
        fresh = {s: n for s, n in self._now.items() if s not in held}
        if changed:
            fids = [held[s][0] for s in changed]
            before: list[list[Any]] = [[*changed], [held[s][1] for s in changed]]
            after: list[list[Any]] = [[*changed], [*changed.values()]]
            self._store.update(self._connection, COUNTERS, fids, ["last"], after[1:])
            self._ledger.replace(
                COUNTERS,
                fids,
                seals(COUNTERS.name, fids, COUNTERS.columns, before),
                seals(COUNTERS.name, fids, COUNTERS.columns, after),
            )
            self._ledger.of(COUNTERS).changed += len(fids)
        if fresh:
            first = self._store.next_fid(self._connection, COUNTERS)
            new = list(range(first, first + len(fresh)))
            content: list[list[Any]] = [[*fresh], [*fresh.values()]]
            self._store.insert(self._connection, COUNTERS, new, content)
            made = seals(COUNTERS.name, new, COUNTERS.columns, content)
            self._ledger.add(COUNTERS, first, b"".join(made))
        self._now, self._held = {}, None

    def _known(self) -> dict[str, tuple[int, int]]:
        if self._held is None:
            c = COUNTERS.table.c
            found = self._connection.execute(sa.select(c.scope, c.fid, c.last))
            self._held = {scope: (fid, last) for scope, fid, last in found}
        return self._held
