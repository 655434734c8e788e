"""Does the store still hold what citygrid wrote, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from citygrid_core.errors import Problem, Text
from citygrid_core.workspace import history, journal
from citygrid_core.workspace.codes import shortfalls
from citygrid_core.workspace.differences import Differences, differences
from citygrid_core.workspace.geopackage import GeoPackage
from citygrid_core.workspace.schema import FAMILIES
from citygrid_core.workspace.seals import digest_text
from citygrid_core.workspace.stored_values import StoredValues
from citygrid_core.workspace.tables import STORED, TABLES
from citygrid_core.workspace.values import problem

_REBUILD = Text("adopt the edits, which rebuilds it", "采纳编辑即可重建")
_RESTORE = Text("restore a backup", "请恢复备份")


def verify(connection: sa.Connection, store: GeoPackage) -> list[Problem]:
    """Return everything that is wrong with a workspace; see `Workspace.verify`."""
    found = [
        Problem(
            "file.integrity", Text(said, said),
            Text("a sound file", "完好的文件"), _RESTORE, field="SQLite",
        )
        for said in store.integrity(connection)
    ]  # fmt: skip
    rows = journal.rows(connection)
    found += _chain(rows)
    values = StoredValues()
    found += _tables(connection, store, _last_states(rows), values)
    found += _counters(connection)
    for family in FAMILIES.values():
        if family.history:
            found += history.overlaps(connection, store, family)
    found += values.problems()
    return found


def _chain(rows: list[dict[str, Any]]) -> Iterator[Problem]:
    """Yield what is wrong with the journal itself."""
    previous, expected = journal.FIRST, 1
    if not rows:
        yield _journal("journal.removed", "no row", "没有记录", "the row of its making", "创建记录")
    for row in rows:
        name = f"journal {row['id']} ({row['operation']}, {row['at']})"
        while expected < row["id"]:
            yield _journal(
                "journal.removed", f"no journal {expected}", f"缺少日志 {expected}",
                "an unbroken sequence", "连续的序号",
            )  # fmt: skip
            expected += 1
        if journal.row_hash(row) != row["hash"]:
            yield _journal(
                "journal.altered", name, name, "a row that fits its hash", "与其哈希一致的记录"
            )
        elif row["previous"] != previous:
            yield _journal(
                "journal.chain", name, name,
                "a row that holds the hash of the one before", "含有上一条记录的哈希",
            )  # fmt: skip
        previous, expected = row["hash"], row["id"] + 1


def _last_states(rows: list[dict[str, Any]]) -> dict[str, tuple[int, str, int]]:
    """Return rows, digest and journal id of each table as the journal last says."""
    states: dict[str, tuple[int, str, int]] = {}
    for row in rows:
        try:
            for name, state in json.loads(row["tables"]).items():
                states[name] = (int(state["rows"]), str(state["digest"]), row["id"])
        except (ValueError, TypeError, KeyError, AttributeError):
            continue  # not what we wrote: the hash of the row says so
    return states


def _tables(
    connection: sa.Connection,
    store: GeoPackage,
    states: dict[str, tuple[int, str, int]],
    values: StoredValues,
) -> Iterator[Problem]:
    known = {r.name: r for r in connection.execute(sa.select(TABLES))}
    for name, table in STORED.items():
        if name not in known:
            yield problem("seal.table", name, Text("a sealed table", "已封印的数据表"), field=name)
            continue
        row = known[name]
        look = values.watch(table) if table.family is not None else None
        found = differences(connection, store, table, row.id, boxes=table.spatial, look=look)
        yield from found.problems()
        yield from _digests(found, row.rows, row.digest, states.get(name))
        if table.spatial and not store.has_index(connection, table):
            yield problem(
                "index.missing", f"{name}",
                Text("an R-tree", "空间索引"), field=name, cure=_REBUILD,
            )  # fmt: skip
        elif table.spatial:
            for fid in store.index_differs(connection, table, found.fids, found.boxes):
                yield problem(
                    "index.differs", f"{name} fid {fid}",
                    Text("the R-tree agrees with the row", "空间索引与记录一致"), field=name,
                    cure=_REBUILD,
                )  # fmt: skip


def _digests(
    found: Differences, rows: int, digest: str, state: tuple[int, str, int] | None
) -> Iterator[Problem]:
    """Yield whether seals, the table's state and the journal tell the same."""
    name = found.table.name
    if digest_text(found.digest) != digest:
        yield _journal(
            "seal.forged", f"seals of {name} that were changed", f"{name} 的封印被改动",
            "seals that sum up to the digest of the last operation", "封印之和等于最后一次操作的摘要",
        )  # fmt: skip
    wanted = (state[0], state[1]) if state else (0, "0" * 32)
    if (rows, digest) != wanted:
        after = f" {state[2]}" if state else ""
        yield _journal(
            "journal.truncated",
            f"{name}: {rows} rows, digest {digest[:8]}",
            f"{name}：{rows} 条，摘要 {digest[:8]}",
            f"{wanted[0]} rows, digest {wanted[1][:8]}, as journal{after} says: rows of the journal "
            "are missing or were replaced",
            f"日志{after}所载 {wanted[0]} 条、摘要 {wanted[1][:8]}：日志有缺失或被替换",
        )


def _counters(connection: sa.Connection) -> Iterator[Problem]:
    for short in shortfalls(connection):
        yield problem(
            "counter.below", f"{short.scope} = {short.last}",
            Text(f"{short.highest} or more: {short.code} is there", f"不小于 {short.highest}：已有 {short.code}"),
            field="cg_counters",
            cure=Text("adopt the edits, which raises it", "采纳编辑即可提升计数"),
        )  # fmt: skip


def _journal(rule: str, en: str, zh: str, expected_en: str, expected_zh: str) -> Problem:
    return Problem(rule, Text(en, zh), Text(expected_en, expected_zh), _RESTORE, field="cg_journal")
