"""What follows when grids change: components, groups; and what has to be told to people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.errors import Problem, Text
from citygrid_core.grids import Edit
from citygrid_core.locate import CellIndex
from citygrid_core.workspace import Transaction, Workspace
from citygrid_core.workspace.schema import FAMILIES

#: Most unit grids of a management grid (GB/T 47678.3).
MANAGEMENT_MOST = 5


#: What was written over, ready for the journal: fids that began, fids that ended, and
#: rows written in place as they were (columns, and the geometry as WKB in hex).
Wrote = dict[str, list[Any]]


def nothing_written() -> Wrote:
    """Return the books of an edit that has written nothing yet."""
    return {"began": [], "ended": [], "was": []}


def succeed(
    tx: Transaction,
    family: str,
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    on: str,
    *,
    workspace: Workspace | None = None,
) -> Wrote:
    """Store rows over the held ones: these end `on`, their successors begin.

    A row that began the same day is written in place: half-open dates have no
    room for two states of one day. So is one that an undo left behind with no day
    at all (`workspace` is given, to look for them).

    Parameters
    ----------
    before, after : GeoDataFrame
        Aligned, indexed by fid, as `Workspace.read` gives them.

    Returns
    -------
    dict
        What `undo` needs to take it back.
    """
    wrote = nothing_written()
    if not len(before):
        return wrote
    names = [c.name for c in FAMILIES[family].columns if c.name in after.columns]
    helper = [n for n in ("table_",) if n in after.columns]
    after = after[[*helper, *names, "geometry"]]
    in_place = (before["valid_from"].astype(str).str[:10] >= on).to_numpy(dtype=bool)
    if in_place.any():
        wrote["was"] += as_they_were(before[in_place])
        tx.update(family, after[in_place])
    if in_place.all():
        return wrote
    wrote["ended"] += [int(fid) for fid in before.index[~in_place]]
    tx.end(family, before[~in_place], on)
    successor = after[~in_place].drop(columns=helper).assign(valid_from=on, valid_to=None)
    if workspace is not None:
        key = FAMILIES[family].key
        spent = workspace.read(
            family, at="all", where={key: list(successor[key]), "valid_from": on}
        )
        if len(spent):
            wrote["was"] += as_they_were(spent)
            again = successor.set_index(key, drop=False).loc[spent[key]]
            tx.update(family, again.set_index(spent.index))
            successor = successor[~successor[key].isin(list(spent[key])).to_numpy(dtype=bool)]
    if len(successor):
        wrote["began"] += [int(fid) for fid in tx.insert(family, successor)]
    return wrote


def as_they_were(rows: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON-ready facts, exact to the last bit of the geometry."""
    shapes = shapely.to_wkb(rows.geometry.to_numpy(), hex=True)
    plain = pd.DataFrame(rows.drop(columns=[rows.geometry.name, "table_"], errors="ignore"))
    told = []
    for fid, row, wkb in zip(rows.index, plain.to_dict("records"), shapes, strict=True):
        kept = {str(k): None if pd.isna(v) else v for k, v in row.items()}
        told.append({"fid": int(fid), "wkb": wkb, **kept})
    return told


def relocate_components(
    tx: Transaction, components: gpd.GeoDataFrame, grids: gpd.GeoDataFrame, on: str
) -> int:
    """Give components the grid that they are in now; return how many moved.

    Parameters
    ----------
    components : GeoDataFrame
        Valid rows as `Workspace.read` gives them.
    grids : GeoDataFrame
        All grids that may hold one. A point on a shared edge belongs to the lowest
        code; one that rounding left beside every grid by a millimetre, to the nearest.
    """
    if not len(components) or not len(grids):
        return 0
    points = components.geometry.representative_point()
    index = CellIndex.build(grids.geometry.to_numpy(), grids["code"].to_numpy())
    at = index.locate(points.x.to_numpy(), points.y.to_numpy())
    now = np.array([*index.codes, None], dtype=object)[at]
    lost = np.flatnonzero(at < 0)
    if len(lost):
        spot, cell = shapely.STRtree(grids.geometry.to_numpy()).query_nearest(
            points.to_numpy()[lost], max_distance=0.01, all_matches=False
        )
        now[lost[spot]] = grids["code"].to_numpy(dtype=object)[cell]
    held = components["grid_code"].astype(object).where(components["grid_code"].notna(), None)
    moved = np.array([a != b for a, b in zip(held, now, strict=True)], dtype=bool)
    succeed(
        tx,
        "components",
        components[moved],
        components[moved].assign(grid_code=now[moved]),
        on,
    )
    return int(moved.sum())


def follow_groups(
    tx: Transaction, workspace: Workspace, edit: Edit, on: str
) -> tuple[list[str], list[Problem], Wrote]:
    """Let grid groups take up the heirs of their grids.

    A cell merged from grids of two groups goes to the group of its largest parent.

    Returns
    -------
    (list of str, list of Problem, dict)
        Codes of the groups that changed, what to look at, and what was written.
    """
    groups = workspace.read("grid_groups")
    if not len(groups):
        return [], [], nothing_written()
    size = dict(zip(edit.retired["code"].astype(str), edit.retired.area, strict=True))
    parents: dict[str, list[str]] = {}
    for parent, child in edit.lineage_codes():
        parents.setdefault(str(child), []).append(parent)
    moved = edit.changed[edit.changed["moved_m2"] > 0]
    touched = {*size, *moved["code"].astype(str)}
    found: list[Problem] = []
    hit, codes_after = [], []
    for position, text in enumerate(groups["grid_codes"].fillna("")):
        held = {c.strip() for c in str(text).split(",") if c.strip()}
        if not held & touched:
            continue
        name = str(groups["code"].iloc[position])
        gained = {c for c, ps in parents.items() if max(ps, key=lambda p: (size[p], p)) in held}
        for child, ps in parents.items():
            if set(ps) & held and set(ps) - held:
                found.append(_of_two_groups(child, name, child in gained))
        now = (held - set(size)) | gained
        if groups["kind"].iloc[position] == "management" and len(now) > MANAGEMENT_MOST:
            found.append(_too_many(name, len(now)))
        hit.append(position)
        codes_after.append(now)
    before = groups.iloc[hit]
    after = before.copy()
    shapes = [_ground(workspace, sorted(codes)) for codes in codes_after]
    after["grid_codes"] = [",".join(sorted(codes)) for codes in codes_after]
    kept = np.array([s is not None for s in shapes], dtype=bool)
    gone = before[~kept]
    if len(gone):  # every grid of a group was merged into another group
        tx.end("grid_groups", gone, on)
    after, before = after[kept], before[kept]
    alive = [s for s in shapes if s is not None]
    after = after.set_geometry(gpd.GeoSeries(alive, index=after.index, crs=groups.crs))
    after["area_m2"] = after.geometry.area.round(2)
    wrote = succeed(tx, "grid_groups", before, after, on, workspace=workspace)
    wrote["ended"] += [int(fid) for fid in gone.index]
    return [str(groups["code"].iloc[p]) for p in hit], found, wrote


def _ground(workspace: Workspace, codes: Sequence[str]) -> Any:
    if not codes:
        return None
    members = workspace.read("grids", where={"code": list(codes)}, columns=["code"])
    return shapely.coverage_union_all(members.geometry.to_numpy()) if len(members) else None


def _of_two_groups(child: str, group: str, here: bool) -> Problem:
    return Problem(
        "group.merged",
        Text(
            f"grid {child} of parts of several groups, {'now in' if here else 'no longer in'} {group}",
            f"单元网格{child}由多个网格组的部分合并而成，{'现归' if here else '不再属于'}{group}",
        ),
        Text("grids merged within one group", "在同一网格组内合并"),
        Text("look at the groups again: citygrid grids group", "请重新检查网格组"),
    )


def _too_many(group: str, count: int) -> Problem:
    return Problem(
        "group.most",
        Text(f"{count} unit grids in group {group}", f"网格组{group}含{count}个单元网格"),
        Text(f"at most {MANAGEMENT_MOST}", f"最多{MANAGEMENT_MOST}个"),
        Text("divide the group: citygrid grids group --redraw", "请重新划分管理网格"),
    )


def rules_of_retired(rules: pd.DataFrame) -> list[Problem]:
    """Return a finding for each duty rule that names a retired grid: people must decide."""
    if "why" in rules.columns:
        rules = rules[rules["why"] == "retired"]
    return [
        Problem(
            "rule.retired_grid",
            Text(
                f"duty rule {code} names grid {place}, which retires",
                f"责任规则{code}所指单元网格{place}将废止",
            ),
            Text("a rule that names grids which are valid", "指向有效单元网格的规则"),
            Text("issue the rule anew for the grid's heirs", "请为其后继网格重新制定规则"),
        )
        for code, place in zip(rules["code"], rules["place_code"], strict=True)
    ]


def heirs(held: gpd.GeoDataFrame, grids: gpd.GeoDataFrame) -> tuple[list[str], list[str]]:
    """Return pairs of old and new codes that share ground."""
    old, new = held.geometry.to_numpy(), grids.geometry.to_numpy()
    a, b = shapely.STRtree(new).query(old, predicate="intersects")
    shared = shapely.area(shapely.intersection(old[a], new[b])) > 1.0
    return list(held["code"].iloc[a[shared]]), list(grids["code"].iloc[b[shared]])


def left_behind(workspace: Workspace) -> list[Problem]:
    """Return findings for rules and groups that name grids which are no longer valid."""
    valid = set(workspace.read("grids", columns=["code"], geometry=False)["code"])
    rules = workspace.read("duty_rules", where={"place": "grid"}, geometry=False)
    found = rules_of_retired(rules[~rules["place_code"].isin(list(valid))])
    groups = workspace.read("grid_groups", columns=["code", "grid_codes"], geometry=False)
    for name, codes in zip(groups["code"], groups["grid_codes"], strict=True):
        gone = sorted({c for c in str(codes).split(",") if c} - valid)
        if gone:
            found.append(
                Problem(
                    "group.retired_grid",
                    Text(
                        f"group {name} holds {len(gone)} retired grids, first {gone[0]}",
                        f"网格组{name}含{len(gone)}个已废止的单元网格，首个为{gone[0]}",
                    ),
                    Text("groups of valid grids", "由有效单元网格组成的网格组"),
                    Text("citygrid grids group --redraw", "请运行 citygrid grids group --redraw"),
                )
            )
    return found
