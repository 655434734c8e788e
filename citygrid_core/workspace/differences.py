"""Which rows are not as citygrid last wrote them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from citygrid_core.errors import Problem, Text
from citygrid_core.workspace.contents import Part, contents
from citygrid_core.workspace.geopackage import GeoPackage
from citygrid_core.workspace.reading import fetch
from citygrid_core.workspace.seals import SIZE, Digest
from citygrid_core.workspace.tables import SEALS, StoredTable

_WORDS = {
    "altered": Text("altered outside citygrid", "在 citygrid 之外被修改"),
    "added": Text("added outside citygrid", "在 citygrid 之外被添加"),
    "removed": Text("removed outside citygrid", "在 citygrid 之外被删除"),
}
_EXPECTED = Text("the row as citygrid wrote it", "与 citygrid 写入时一致")
_CURE = Text(
    "if the edit was meant (in QGIS), adopt it; else restore a backup",
    "若为有意编辑（如在 QGIS 中），请确认采纳；否则请恢复备份",
)


@dataclass
class Differences:
    """Rows of one table that differ from their seals.

    Attributes
    ----------
    altered, added, removed : list of (fid, key)
        The key of a removed row is not known any more: "".
    seals : dict
        fid to the seal that an altered or added row has now.
    digest : Digest
        Sum of the seals in the store.
    fids, boxes : arrays
        Of all rows, boxes only when asked for.
    """

    table: StoredTable
    altered: list[tuple[int, str]] = field(default_factory=list)
    added: list[tuple[int, str]] = field(default_factory=list)
    removed: list[tuple[int, str]] = field(default_factory=list)
    seals: dict[int, bytes] = field(default_factory=dict)
    digest: Digest = field(default_factory=lambda: np.zeros(2, np.uint64))
    fids: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    boxes: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 4)))

    def problems(self) -> list[Problem]:
        """Return one problem for each row."""
        return [
            _problem(kind, self.table, fid, key)
            for kind in ("altered", "added", "removed")
            for fid, key in getattr(self, kind)
        ]


def differences(
    connection: sa.Connection,
    store: GeoPackage,
    table: StoredTable,
    table_id: int,
    *,
    boxes: bool = False,
    look: Callable[[Part], None] | None = None,
) -> Differences:
    """Compare every row of a table with its seal.

    Parameters
    ----------
    look : callable, optional
        Is shown every part on the way: one pass serves all checks.
    """
    found = Differences(table)
    held, sealed = _sealed(connection, table_id)
    found.digest = sealed.sum(axis=0, dtype=np.uint64)
    key = table.family.key if table.family else table.names[0]
    parts, all_boxes = [], []
    for part in contents(connection, store, table, boxes=boxes):
        if look is not None:
            look(part)
        fids = np.array(part.fids, dtype=np.int64)
        parts.append(fids)
        if part.boxes is not None:
            all_boxes.append(part.boxes)
        at = np.searchsorted(held, fids)
        known = np.zeros(len(fids), dtype=bool)
        inside = at < len(held)
        known[inside] = held[at[inside]] == fids[inside]
        same = np.zeros(len(fids), dtype=bool)
        same[known] = (_lanes(part.seals)[known] == sealed[at[known]]).all(axis=1)
        for i in np.flatnonzero(~same).tolist():
            named = (part.fids[i], _shown(part.values[key][i]))
            (found.altered if known[i] else found.added).append(named)
            found.seals[part.fids[i]] = part.seals[i]
    if parts:
        found.fids = np.concatenate(parts)
    if all_boxes:
        found.boxes = np.concatenate(all_boxes)
    gone = held[~np.isin(held, found.fids, assume_unique=True)]
    found.removed = [(f, "") for f in gone.tolist()]
    return found


def _sealed(
    connection: sa.Connection, table_id: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
    fids, seals = fetch(
        connection,
        sa.select(SEALS.c.fid, SEALS.c.seal)
        .where(SEALS.c.table_id == table_id)
        .order_by(SEALS.c.fid),
        2,
    )
    if set(map(type, seals)) - {bytes} or set(map(len, seals)) - {SIZE}:
        # a cell that is no seal at all can't be equal to one
        seals = tuple(c if type(c) is bytes and len(c) == SIZE else b"\0" * SIZE for c in seals)
    return np.array(fids, dtype=np.int64), _lanes(seals)


def _lanes(seals: Sequence[bytes]) -> npt.NDArray[np.uint64]:
    return np.frombuffer(b"".join(seals), dtype="<u8").astype(np.uint64).reshape(-1, 2)


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _problem(kind: str, table: StoredTable, fid: int, key: str) -> Problem:
    named = f" ({key})" if key else ""
    said = _WORDS[kind]
    return Problem(
        f"seal.{kind}",
        Text(
            f"{table.name} fid {fid}{named} {said.en}", f"{table.name} fid {fid}{named} {said.zh}"
        ),
        _EXPECTED,
        _CURE,
        field=table.name,
    )
