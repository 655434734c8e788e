"""Numbers of others in a returned pack: one spelling, right, and used once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import geopandas as gpd

from citygrid_core.census.numbers import asset_number, manhole_number, whose
from citygrid_core.errors import Problem
from citygrid_core.operations.census.numbers import Carried, carriers, number_used
from citygrid_core.workspace import Workspace

_CHECKS = {"manhole_number": manhole_number, "asset_number": asset_number}


def judge_numbers(
    workspace: Workspace,
    rows: gpd.GeoDataFrame,
    codes: Mapping[str, str],
    leaving: Collection[str],
    found: dict[str, list[Problem]],
) -> None:
    """Write manhole and asset numbers in the one spelling; file what is wrong with them.

    Parameters
    ----------
    rows : GeoDataFrame
        Components of the pack by uid; changed in place.
    codes : mapping of str to str
        uid to the code that the workspace has for it.
    leaving : collection of str
        Codes of components that the team deleted: their numbers are free.
    found : dict
        uid to problems, added to.
    """
    for column, check in _CHECKS.items():
        kept: dict[str, str] = {}
        for uid, text in rows[column][rows[column].notna()].items():
            number, problem = check(str(text))
            rows.at[uid, column] = number or None
            if problem is not None:
                _file(found, rows, str(uid), problem)
            elif number:
                kept[str(uid)] = number
        if kept:
            _used_once(workspace, rows, column, kept, codes, set(leaving), found)


def _used_once(
    workspace: Workspace,
    rows: gpd.GeoDataFrame,
    column: str,
    kept: Mapping[str, str],
    codes: Mapping[str, str],
    leaving: set[str],
    found: dict[str, list[Problem]],
) -> None:
    """Refuse a number that another component keeps, here or earlier in the pack."""
    # who came with another number gives its old one away
    now = {codes[u]: kept.get(u, "") for u in map(str, rows.index) if u in codes}
    carried: Carried = {
        (number, owner): code
        for number, owner, code in carriers(workspace, column, list(kept.values()))
        if code not in leaving and now.get(code, number) == number
    }
    for uid, number in kept.items():
        own = codes.get(uid, uid)
        other = carried.setdefault((number, whose(column, rows.at[uid, "owning_code"])), own)
        if other != own:
            _file(found, rows, uid, number_used(column, number, other))


def _file(
    found: dict[str, list[Problem]], rows: gpd.GeoDataFrame, uid: str, problem: Problem
) -> None:
    found.setdefault(uid, []).append(replace(problem, row=int(rows.at[uid, "row"])))
