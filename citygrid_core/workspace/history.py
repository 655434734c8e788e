"""Rows through time: one identity once, one key valid once at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from citygrid_core.errors import Problem, Text
from citygrid_core.workspace.geopackage import GeoPackage
from citygrid_core.workspace.schema import Family
from citygrid_core.workspace.tables import tables_of
from citygrid_core.workspace.values import Rows, problem

_NEVER = "9999-12-31"


def check_identity(rows: Rows, held: set[tuple[Any, ...]], family: Family) -> list[str]:
    """Note new rows whose identity is used already; return keys that are not wholly new.

    Parameters
    ----------
    held : set of tuple
        Identities in the store, of at least all keys in `rows`.
    """
    identity, keys_ = family.identity, rows.columns[family.key]
    place = identity.index(family.key)
    if not family.history:
        if not held and _ascending([rows.columns[n] for n in identity]):
            return []
        own_ = set(zip(*(rows.columns[n] for n in identity), strict=True))
        if len(own_) == len(keys_) and own_.isdisjoint(held):
            return []
    held_keys = {h[place] for h in held}
    distinct = set(keys_)
    if len(distinct) == len(keys_) and distinct.isdisjoint(held_keys):
        return []
    expected = Text(
        f"{' + '.join(identity)} used once",
        f"{'、'.join(family.column(n).label.zh for n in identity)}不重复",
    )
    seen: dict[tuple[Any, ...], int] = {}
    keys: set[Any] = set()
    again: list[str] = []
    for at, own in enumerate(zip(*(rows.columns[n] for n in identity), strict=True)):
        if own in held or own in seen:
            first = rows.labels[seen[own]] if own in seen else None
            rows.add(
                "row.duplicate", at, family.key, " ".join("" if v is None else str(v) for v in own),
                expected,
                None if first is None else Text(f"row {first} has it", f"第{first}行已使用"),
            )  # fmt: skip
        seen.setdefault(own, at)
        key = own[place]
        if key in held_keys or key in keys:
            again.append(key)
        keys.add(key)
    return again


def _ascending(columns: Sequence[Sequence[Any]]) -> bool:
    """Whether each row is greater than the one before: then none is there twice."""
    if any(None in c for c in columns):
        return False
    steps = max(len(columns[0]) - 1, 0)
    greater, same = np.zeros(steps, dtype=bool), np.ones(steps, dtype=bool)
    for column in columns:
        cells = np.array(column, dtype=object)
        greater |= same & np.asarray(cells[1:] > cells[:-1], dtype=bool)
        same &= np.asarray(cells[1:] == cells[:-1], dtype=bool)
    return bool(greater.all())


def overlaps(
    connection: sa.Connection, store: GeoPackage, family: Family, keys: Sequence[str] | None = None
) -> list[Problem]:
    """Return a problem for each row that is valid while another of its key is.

    Parameters
    ----------
    keys : sequence of str, optional
        Only these; all of the family when left out.
    """
    wanted = _repeated(connection, family) if keys is None else keys
    if not wanted:
        return []
    parts = []
    for table in tables_of(family):
        c = table.table.c
        rows = connection.execute(
            sa.select(c.fid, c[family.key], c.valid_from, c.valid_to).where(
                store.in_list(c[family.key], wanted)
            )
        ).fetchall()
        part = pd.DataFrame(
            {n: np.array([r[i] for r in rows], dtype=object) for i, n in enumerate(_COLUMNS)}
        )
        parts.append(part.assign(table=table.name))
    whole = pd.concat(parts, ignore_index=True)
    twice = whole[whole["key"].duplicated(keep=False)]
    return [
        problem(
            "history.overlap",
            f"{a['key']}: {a['table']} fid {a['fid']} {_interval(a)} / "
            f"{b['table']} fid {b['fid']} {_interval(b)}",
            Text("one row of a key valid at a time", "同一代码同一时间仅一条有效记录"),
            field=str(b["table"]),
        )
        for a, b in _pairs(twice)
    ]


_COLUMNS = ("fid", "key", "begin", "end")


def _repeated(connection: sa.Connection, family: Family) -> list[str]:
    """Return the keys that more than one row of a family has."""
    found: set[str] = set()
    size = sa.func.count()
    tables = [t.table for t in tables_of(family)]
    tables.sort(key=lambda t: connection.execute(sa.select(size).select_from(t)).scalar_one())
    for at, table in enumerate(tables):
        key = table.c[family.key]
        found.update(connection.execute(sa.select(key).group_by(key).having(size > 1)).scalars())
        for larger in tables[at + 1 :]:  # looked up by its index
            same = sa.exists(sa.select(1).where(larger.c[family.key] == key))
            found.update(connection.execute(sa.select(key).where(same)).scalars())
    return sorted(found)


def _pairs(rows: pd.DataFrame) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return each row that begins before an earlier one of its key ends, with that one."""
    rows = rows.assign(end=rows["end"].where(rows["end"].notna(), _NEVER))
    rows = rows[(rows["end"] > rows["begin"]).to_numpy(dtype=bool)]
    rows = rows.sort_values(["key", "begin"], kind="stable")
    key, begin, end = (rows[n].to_numpy(dtype=object) for n in ("key", "begin", "end"))
    # If any two rows of a key overlap, then two neighbours in this order do.
    wrong = key[1:][(key[1:] == key[:-1]) & (begin[1:] < end[:-1])]
    found = []
    last: dict[str, Any] | None = None
    for row in rows[rows["key"].isin(set(wrong))].to_dict("records"):
        if last is not None and last["key"] == row["key"]:
            if row["begin"] < last["end"]:
                found.append((last, row))
            if row["end"] <= last["end"]:
                continue
        last = row
    return found


def _interval(row: dict[str, Any]) -> str:
    end = "" if row["end"] == _NEVER else row["end"]
    return f"[{row['begin']}, {end})"
