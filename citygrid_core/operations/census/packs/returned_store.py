"""What a return writes: merged rows, new components with their codes, ends, conflicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from citygrid_core.census import component_codes
from citygrid_core.census.merge.settlement import Settlement
from citygrid_core.operations.city import City
from citygrid_core.standards import Edition
from citygrid_core.workspace import Transaction, Workspace
from citygrid_core.workspace.schema import COMPONENTS

_NAMES = tuple(c.name for c in COMPONENTS.columns)
_ROLES = ("supervising_code", "owning_code", "maintaining_code")


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes
    ----------
    written : int
        Rows of components added, changed or ended.
    recoded : dict
        Code in the pack to the one given here, where it was used or not leased.
    coded : int
        New components that came without a code.
    """

    written: int
    recoded: dict[str, str]
    coded: int


def apply(
    tx: Transaction,
    workspace: Workspace,
    said: Settlement,
    pack: dict[str, Any],
    located: pd.DataFrame,
    city: City,
    edition: Edition,
    on: str,
) -> Written:
    """Write what was settled; the new components' codes go into ``said.state``."""
    recoded, coded = _insert(tx, workspace, said, pack, located, city, edition, on)
    if len(said.update):
        change_components(tx, relocated(said.update, city), on)
    if said.end:
        ended = workspace.read("components", where={"code": said.end})
        end_components(tx, ended, on)
    if said.conflicts:
        _file(tx, said, str(pack["code"]), on)
    return Written(len(said.insert) + len(said.update) + len(said.end), recoded, coded)


def change_components(tx: Transaction, rows: gpd.GeoDataFrame, on: str) -> None:
    """Store components with new values: the held version ends and a new one begins.

    In place where the held version began the same day or later.

    Parameters
    ----------
    rows : GeoDataFrame
        All columns of the family, ``table_``, and ``fid_``: the version held.
    """
    rows = rows.set_index(pd.Index(rows["fid_"].to_numpy(dtype=np.int64), name="fid"))
    rows = rows[["table_", *_NAMES, "geometry"]]
    begun = (rows["valid_from"].astype(str).str[:10] >= on).to_numpy(dtype=bool)
    if begun.any():
        tx.update("components", rows[begun])
    if not begun.all():
        tx.end("components", rows[~begun], on)
        after = rows[~begun].drop(columns="table_")
        tx.insert("components", after.assign(valid_from=on, valid_to=None))


def end_components(tx: Transaction, rows: gpd.GeoDataFrame, on: str) -> None:
    """End components on a day, or on the day that they began, if that is later."""
    day = rows["valid_from"].astype(str).str[:10]
    day = day.where(day > on, on)
    for each in sorted(set(day)):
        tx.end("components", rows[(day == each).to_numpy()], each)


def relocated(rows: gpd.GeoDataFrame, city: City) -> gpd.GeoDataFrame:
    """Return components with the unit grid that they lie in now."""
    point = rows.geometry.representative_point()
    found = city.locate(point.x.to_numpy(), point.y.to_numpy())
    return rows.assign(grid_code=found["grid_code"].to_numpy(dtype=object))


def mint_codes(
    tx: Transaction, counties: pd.Series, classes: pd.Series, edition: Edition
) -> pd.Series:
    """Return newly minted component codes, aligned to the index."""
    sequence = np.zeros(len(counties), dtype=np.int64)
    pairs = pd.DataFrame({"county": counties, "class": classes})
    for (county, class_), at in pairs.groupby(["county", "class"], sort=True).indices.items():
        got = tx.mint(f"component:{county}{class_}", len(at))
        sequence[at] = np.arange(got.start, got.stop)
    return component_codes(counties, classes, sequence, edition)


def _insert(
    tx: Transaction,
    workspace: Workspace,
    said: Settlement,
    pack: dict[str, Any],
    located: pd.DataFrame,
    city: City,
    edition: Edition,
    on: str,
) -> tuple[dict[str, str], int]:
    fresh = said.insert
    if not len(fresh):
        return {}, 0
    place = located.loc[fresh.index]
    given = fresh["code"]
    good = _leased(workspace, str(pack["code"]), given, place["county_code"], fresh["class_code"])
    good &= ~given.duplicated(keep="first").to_numpy()
    used = workspace.read(
        "components",
        at="all",
        where={"code": [c for c in given if c is not None]},
        columns=["code"],
        geometry=False,
    )
    good &= ~given.isin(used["code"]).to_numpy()
    code = given.copy()
    if not good.all():
        open_ = fresh.index[~good]
        code[open_] = mint_codes(
            tx, place.loc[open_, "county_code"], fresh.loc[open_, "class_code"], edition
        ).to_numpy()
    rows = fresh[[c for c in _NAMES if c in fresh.columns]].assign(
        code=code,
        grid_code=place["grid_code"],
        source=f"pack {pack['code']}",
        source_key=[str(u) for u in fresh.index],
        valid_from=on,
    )
    frame = gpd.GeoDataFrame(rows, geometry=fresh.geometry, crs=fresh.crs)
    tx.insert("components", _owned(frame, place, city, on).reset_index(drop=True))
    at = fresh.index
    said.state.loc[at, "code"] = code.to_numpy()
    again = (~good) & given.notna().to_numpy()
    recoded = {str(a): str(b) for a, b in zip(given[again], code[again], strict=True)}
    return recoded, int(given.isna().sum())


def _leased(
    workspace: Workspace, pack: str, codes: pd.Series, counties: pd.Series, classes: pd.Series
) -> Any:
    """Whether each code lies in a range of the pack, and says its own county and class."""
    leases = workspace.read("code_leases", where={"pack_code": pack})
    ranges: dict[str, list[tuple[int, int]]] = {}
    for scope, first, last in zip(leases["scope"], leases["first"], leases["last"], strict=True):
        ranges.setdefault(str(scope), []).append((int(first), int(last)))
    good = []
    for code, county, class_ in zip(codes, counties, classes, strict=True):
        head = f"{county}{class_}"
        tail = str(code or "")[len(head) :]
        fits = (
            str(code or "").startswith(head)
            and len(tail) == 6
            and tail.isascii()
            and tail.isdigit()
            and any(f <= int(tail) <= n for f, n in ranges.get(f"component:{head}", ()))
        )
        good.append(fits)
    return np.array(good, dtype=bool)


def _owned(fresh: gpd.GeoDataFrame, place: pd.DataFrame, city: City, on: str) -> gpd.GeoDataFrame:
    """Let the duty rules name the bodies that the team left open, where they are sure."""
    open_ = fresh[list(_ROLES)].isna().any(axis=1)
    if not open_.any() or not city.workspace.count("duty_rules", at="all"):
        return fresh
    asked = fresh.loc[open_].assign(object_kind="component")
    for name in ("community_code", "street_code", "county_code"):
        asked[name] = place.loc[asked.index, name]
    asked["geometry"] = asked.geometry.representative_point()
    answer = city.duties.resolve(asked, at=on)
    for column in _ROLES:
        empty = asked[column].isna() & answer[column].notna()
        fresh.loc[asked.index[empty], column] = answer.loc[empty, column]
    return fresh


def _file(tx: Transaction, said: Settlement, pack: str, on: str) -> None:
    numbers = tx.mint(f"conflict:{pack}", len(said.conflicts))
    rows = [
        {
            "code": f"{pack}-C{n:05d}",
            "pack_code": pack,
            "component_code": c.code,
            "kind": c.kind,
            "field": c.field or None,
            "base": c.base,
            "mine": c.mine,
            "theirs": c.theirs,
            "found_on": on,
            "state": "open",
            "note": c.uid,
        }
        for n, c in zip(numbers, said.conflicts, strict=True)
    ]
    tx.insert("pack_conflicts", pd.DataFrame(rows))
