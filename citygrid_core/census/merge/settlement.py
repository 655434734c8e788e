"""What becomes of every component of a returned pack, decided before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from citygrid_core.census.merge.snapshot import compose
from citygrid_core.census.merge.threeway import Merge, three_way
from citygrid_core.errors import Problem, Text

GEOMETRY = "geometry"


@dataclass(frozen=True)
class Conflict:
    """One thing that both sides changed, and not to the same.

    Attributes
    ----------
    kind : str
        ``field``, ``geometry``, ``deleted`` (by them, changed by me) or ``gone`` (changed
        by them, ended by me).
    base, mine, theirs : str or None
        Values as text; geometries as WKT.
    """

    uid: str
    code: str
    kind: str
    field: str
    base: str | None
    mine: str | None
    theirs: str | None


@dataclass
class Settlement:
    """What is to be written, listed, and remembered.

    Attributes
    ----------
    update : GeoDataFrame
        Rows of the workspace with what the team changed, indexed by component code.
    insert : GeoDataFrame
        New components, indexed by uid.
    end : list of str
        Codes of components that the team deleted.
    conflicts : list of Conflict
    rejected : dict
        uid to the reasons.
    state : GeoDataFrame
        Rows of the base that this return changes, indexed by uid: the next base's delta.
    """

    update: gpd.GeoDataFrame
    insert: gpd.GeoDataFrame
    end: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    rejected: dict[str, list[Problem]] = field(default_factory=dict)
    state: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)


def revive(theirs: gpd.GeoDataFrame, base: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Name anew what was deleted before and is there again: it comes back as a new component.

    Parameters
    ----------
    theirs, base : GeoDataFrame
        By uid; `base` with ``gone``.
    """
    away = set(base.index[base["gone"].to_numpy(dtype=object) == 1])
    names = [str(u) for u in theirs.index]
    for at in range(len(names)):
        while names[at] in away:
            names[at] += "~"
    return theirs.set_axis(pd.Index(names, dtype=object))


def settle(
    base: gpd.GeoDataFrame,
    theirs: gpd.GeoDataFrame,
    mine: gpd.GeoDataFrame,
    columns: Sequence[str],
    *,
    deleted: Collection[str],
    bad: Mapping[str, list[Problem]],
) -> Settlement:
    """Decide what becomes of each component of a pack.

    Parameters
    ----------
    base : GeoDataFrame
        By uid: ``code``, ``origin`` (taken, added), ``outcome``, ``gone`` (1 when the team
        deleted it before) and `columns`, as of the state that the file builds on.
    theirs : GeoDataFrame
        By uid: ``code`` and `columns`, as the file has them; each uid once (see `revive`).
    mine : GeoDataFrame
        By component code: `columns` of the rows valid in the workspace now.
    columns : sequence of str
        What is merged, ``geometry`` among them.
    deleted : collection of str
        uids that the pack's own log says were deleted.
    bad : mapping of str to list of Problem
        uids whose row can't be stored, whatever it holds.

    Notes
    -----
    A row that is missing without a trace in the log is no deletion: the component stays
    as it is and the row is rejected, so that a truncated file deletes nothing.
    """
    stored = base[_is_stored(base)]
    away = stored["gone"].to_numpy(dtype=object) == 1
    known = stored[~away]
    here = known.index[known.index.isin(theirs.index)]
    missing = known.index[~known.index.isin(theirs.index)]
    fresh = theirs.index[~theirs.index.isin(stored.index)]

    said = Settlement(mine.iloc[:0], theirs.loc[fresh])
    parts: list[gpd.GeoDataFrame] = []
    _edited(said, parts, known.loc[here], theirs.loc[here], mine, columns, bad)
    _missing(said, parts, known.loc[missing], mine, columns, set(deleted))
    _fresh(said, parts, bad)
    said.state = compose(parts[0], parts[1:]) if parts else base.iloc[:0]
    return said


def _is_stored(base: gpd.GeoDataFrame) -> Any:
    """Whether a row of the base is one that the workspace has: all but rejected new ones."""
    refused = (base["origin"] == "added") & (base["outcome"] == "rejected")
    return ~refused.to_numpy(dtype=bool)


def _edited(
    said: Settlement,
    parts: list[gpd.GeoDataFrame],
    base: gpd.GeoDataFrame,
    theirs: gpd.GeoDataFrame,
    mine: gpd.GeoDataFrame,
    columns: Sequence[str],
    bad: Mapping[str, list[Problem]],
) -> None:
    """Rows that went out and are there: the three-way merge."""
    if not len(base):
        return
    codes = base["code"].to_numpy(dtype=object)
    alive = np.isin(codes.astype(str), mine.index.to_numpy(dtype=object).astype(str))
    now = mine.reindex(codes[alive]).set_axis(base.index[alive])
    merge = three_way(base[alive], now, theirs[alive], columns)
    touched = merge.touched.any(axis=1)
    refused = pd.Series(base.index.isin(list(bad)), index=base.index)
    for uid in base.index[(refused & touched.reindex(base.index, fill_value=True)).to_numpy()]:
        said.rejected[str(uid)] = list(bad[str(uid)])
    quiet = touched.index[(~touched).to_numpy()]
    taken_back = quiet[(base.loc[quiet, "outcome"] == "rejected").to_numpy()]
    if len(taken_back):
        parts.append(base.loc[taken_back].assign(outcome="unchanged"))
    good = touched.index[(touched & ~refused[alive.tolist()]).to_numpy()]
    clash = merge.conflicts.loc[good].any(axis=1)
    write = good[merge.written.loc[good].any(axis=1).to_numpy()]
    if len(write):
        said.update = merge.merged.loc[write].set_axis(base.loc[write, "code"].to_numpy())
    said.conflicts += _clashes(merge, base, now, theirs, clash.index[clash.to_numpy()])
    outcome = pd.Series(np.where(clash, "conflict", "merged"), index=good, dtype=object)
    parts += _advanced(base, theirs, columns, good, outcome)
    # ended in the workspace since: nothing to merge into
    lost = base.index[~alive]
    if len(lost):
        before, after = base.loc[lost], theirs.loc[lost]
        changed = three_way(before, before, after, columns).touched.any(axis=1)
        gone = lost[(changed & ~refused.loc[lost]).to_numpy()]
        for uid in lost[(~changed).to_numpy()]:
            said.rejected.pop(str(uid), None)
        said.conflicts += [
            Conflict(
                str(u), str(base.at[u, "code"]), "gone", "", None, None, _shape(theirs.geometry[u])
            )
            for u in gone
        ]
        parts += _advanced(
            base, theirs, columns, gone, pd.Series("conflict", index=gone, dtype=object)
        )
    refused_now = [u for u in said.rejected if u in base.index]
    if refused_now:
        parts.append(base.loc[refused_now].assign(outcome="rejected"))


def _clashes(
    merge: Merge,
    base: gpd.GeoDataFrame,
    now: gpd.GeoDataFrame,
    theirs: gpd.GeoDataFrame,
    uids: pd.Index,
) -> list[Conflict]:
    found = []
    for uid in uids:
        row = merge.conflicts.loc[uid]
        for name in row.index[row.to_numpy(dtype=bool)]:
            values = [_said(f.at[uid, name]) for f in (base, now, theirs)]
            kind = GEOMETRY if name == GEOMETRY else "field"
            found.append(Conflict(str(uid), str(base.at[uid, "code"]), kind, str(name), *values))
    return found


def _advanced(
    base: gpd.GeoDataFrame,
    theirs: gpd.GeoDataFrame,
    columns: Sequence[str],
    uids: pd.Index,
    outcome: pd.Series,
) -> list[gpd.GeoDataFrame]:
    """Rows whose base becomes what the team has now."""
    if not len(uids):
        return []
    row = base.loc[uids].copy()
    for name in columns:
        row[name] = theirs.loc[uids, name]
    return [row.assign(outcome=outcome.reindex(uids))]


def _missing(
    said: Settlement,
    parts: list[gpd.GeoDataFrame],
    base: gpd.GeoDataFrame,
    mine: gpd.GeoDataFrame,
    columns: Sequence[str],
    deleted: set[str],
) -> None:
    """Rows that went out and are not there: deleted, or lost."""
    if not len(base):
        return
    erased = base.index.isin(list(deleted))
    for uid in base.index[~erased]:
        said.rejected[str(uid)] = [_lost(str(base.at[uid, "code"]))]
    if (~erased).any():
        parts.append(base[~erased].assign(outcome="rejected"))
    out = base[erased]
    if not len(out):
        return
    codes = out["code"].to_numpy(dtype=object)
    alive = np.isin(codes.astype(str), mine.index.to_numpy(dtype=object).astype(str))
    now = mine.reindex(codes[alive]).set_axis(out.index[alive])
    changed = three_way(out[alive], out[alive], now, columns).touched.any(axis=1)
    outcome = pd.Series("merged", index=out.index, dtype=object)
    for uid in changed.index[changed.to_numpy()]:
        outcome[uid] = "conflict"
        said.conflicts.append(
            Conflict(
                str(uid),
                str(out.at[uid, "code"]),
                "deleted",
                "",
                _shape(out.geometry[uid]),
                _shape(now.geometry[uid]),
                None,
            )
        )
    said.end += [str(c) for c in out.loc[changed.index[(~changed).to_numpy()], "code"]]
    parts.append(out.assign(outcome=outcome, gone=1))


def _fresh(
    said: Settlement, parts: list[gpd.GeoDataFrame], bad: Mapping[str, list[Problem]]
) -> None:
    """Rows that are new."""
    refused = said.insert.index.isin(list(bad))
    for uid in said.insert.index[refused]:
        said.rejected[str(uid)] = list(bad[str(uid)])
    if len(said.insert):
        parts.append(
            said.insert.assign(
                origin="added", outcome=np.where(refused, "rejected", "merged"), gone=0
            )
        )
    said.insert = said.insert[~refused]


def _lost(code: str) -> Problem:
    return Problem(
        "pack.missing",
        Text(
            f"no row for {code}, and no trace of a deletion",
            f"部件 {code} 不在包中，也没有删除记录",
        ),
        Text("every component that was taken", "带出的每个部件"),
        Text(
            "the component stays as it was; delete it in the form, or return the whole pack",
            "部件保持原状；确需删除请在表单中删除，或回传完整的外业包",
        ),
    )


def _said(value: Any) -> str | None:
    if hasattr(value, "geom_type"):
        return _shape(value)
    if value is None or value != value:
        return None
    return str(value)


def _shape(value: Any) -> str | None:
    return None if value is None else str(value.wkt)
