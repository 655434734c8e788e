"""Rows that were read meet rows that are held: write the new and the changed, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.frames import compare as compare_frames
from citygrid_core.workspace import Transaction, Workspace
from citygrid_core.workspace.memory import no_collection
from citygrid_core.workspace.schema import Family

#: Runs inside the transaction on new rows before they are written: mints codes.
Minting = Callable[[Transaction, gpd.GeoDataFrame], gpd.GeoDataFrame]
#: Sees held rows and what a file says of them, before that is written over them.
Amending = Callable[[gpd.GeoDataFrame, gpd.GeoDataFrame], gpd.GeoDataFrame]
#: Takes out of rows that differ what they may not say of held ones: the held rows, what a file
#: says of them, which fields differ; returns the last two.
Settling = Callable[
    [gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame], tuple[gpd.GeoDataFrame, pd.DataFrame]
]
#: Runs inside the transaction after rows were written, e.g. to append a log.
Following = Callable[[Transaction, gpd.GeoDataFrame, gpd.GeoDataFrame], None]


@dataclass(frozen=True)
class Stored:
    """How many rows were new, changed or unchanged."""

    new: int
    changed: int
    unchanged: int


@no_collection()
def store(
    tx: Transaction,
    workspace: Workspace,
    family: Family,
    frame: gpd.GeoDataFrame,
    key: Sequence[str],
    compare: Sequence[str],
    on: str,
    mint: Minting | None = None,
    follow: Following | None = None,
    held: gpd.GeoDataFrame | None = None,
    amend: Amending | None = None,
    settle: Settling | None = None,
) -> Stored:
    """Write what is new or changed of `frame`.

    Parameters
    ----------
    key : sequence of str
        Columns that say which held row is the same thing; of its versions the last
        one is meant, also when it has ended.
    compare : sequence of str
        Columns whose difference makes a row "changed"; an empty value says nothing.
    on : str
        ISO date from which new and changed rows are valid.
    held : GeoDataFrame, optional
        Every held row that may be the same thing; read whole when left out.
    settle : callable, optional
        Rows in which nothing differs after it are unchanged.
    """
    if held is None:
        held = _held(workspace, family, frame, key[-1])
    if family.history and len(held):
        held = held.iloc[np.argsort(held["valid_from"].astype(str).to_numpy(), kind="stable")]
    split = compare_frames(held, frame, key=key, columns=compare)
    # a copy of a column costs as much as its checks: none where nothing is taken out
    fresh = frame if len(split.new) == len(frame) else frame.loc[split.new]
    changed = frame.loc[split.changed]
    before, unchanged = held.iloc[split.held_of_changed], len(split.unchanged)
    if settle is not None and len(changed):
        changed, fields = settle(before, changed, split.fields)
        news = fields.to_numpy(dtype=bool).any(axis=1)
        before, changed, unchanged = before[news], changed[news], unchanged + int((~news).sum())
    if len(fresh):
        fresh = fresh.copy(deep=False)
        if family.history:
            fresh["valid_from"] = _given(fresh, "valid_from").where(_says(fresh, "valid_from"), on)
        if mint is not None:
            fresh = mint(tx, fresh)
        tx.insert(family.name, _columns(fresh, family))
    if len(changed):
        if amend is not None:
            changed = amend(before, changed)
        changed = _replace(tx, family, before, changed, on)
    if follow is not None:
        follow(tx, fresh, changed)
    return Stored(len(fresh), len(changed), unchanged)


def _held(
    workspace: Workspace, family: Family, frame: gpd.GeoDataFrame, name: str
) -> gpd.GeoDataFrame:
    """Return every held row that may be the same thing as a row of `frame`.

    Only those with a value of the key's last column that the file has: what is held
    besides does not make an import slower.
    """
    said = _says(frame, name)
    where = {name: sorted(set(frame[name].astype(str)))} if said.all() and len(said) else None
    held: gpd.GeoDataFrame = workspace.read(
        family.name, at="all" if family.history else None, where=where
    )
    return held


def _given(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame else pd.Series(None, index=frame.index, dtype=object)


def _says(frame: pd.DataFrame, name: str) -> npt.NDArray[np.bool_]:
    values = _given(frame, name).to_numpy(dtype=object)
    return np.asarray(~(pd.isna(values) | (values == "")), dtype=bool)


def _columns(frame: gpd.GeoDataFrame, family: Family) -> gpd.GeoDataFrame:
    """Return rows without the columns that the family has not."""
    known = {*(c.name for c in family.columns), "geometry", "source_row"}
    return frame if known.issuperset(frame.columns) else frame[[n for n in frame if n in known]]


def _replace(
    tx: Transaction,
    family: Family,
    before: gpd.GeoDataFrame,
    changed: gpd.GeoDataFrame,
    on: str,
) -> gpd.GeoDataFrame:
    """Store changed rows over the held ones and return them as they are now.

    With history the held row ends and its successor begins; in place where the row
    began the same day or later, or where the file itself says when it ends.
    """
    after = _merged(family, before, changed)
    if not family.history:
        tx.update(family.name, after)
        return after
    ends = _says(changed, "valid_to")
    begun = before["valid_from"].astype(str).str[:10].to_numpy() >= on
    in_place = begun | ends
    if in_place.any():
        tx.update(family.name, after[in_place])
    if not in_place.all():
        alive = before["valid_to"].isna().to_numpy() & ~in_place
        if alive.any():
            tx.end(family.name, before[alive], on)
        successor = after[~in_place].copy()
        successor["valid_from"], successor["valid_to"] = on, None
        tx.insert(family.name, _columns(successor, family))
    return after


def _merged(
    family: Family, before: gpd.GeoDataFrame, changed: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return the held rows with every value that the file says."""
    after = before.copy()
    for column in family.columns:
        name = column.name
        if name == "valid_from" or name not in changed or name not in after:
            continue
        said = _says(changed, name)
        values = after[name].to_numpy(dtype=object).copy()
        values[said] = changed[name].to_numpy(dtype=object)[said]
        after[name] = values
    if "geometry" in changed and "geometry" in after:
        shapes = after.geometry.to_numpy().copy()
        new = changed.geometry.to_numpy()
        said = np.array([g is not None and not g.is_empty for g in new], dtype=bool)
        shapes[said] = new[said]
        after = after.set_geometry(gpd.GeoSeries(shapes, index=after.index, crs=after.crs))
    return after
