"""Edits of unit grids in a workspace: geometry, codes, lineage and all that follows, at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from citygrid_core.errors import Problem, Text, UsageError
from citygrid_core.grids import (
    Edit,
    GridEditRefused,
    Impact,
    Policy,
    add,
    check,
    divide,
    impact,
    merge,
    move_border,
    reshape,
    split,
    split_along,
)
from citygrid_core.operations.grid_followers import (
    follow_groups,
    relocate_components,
    rules_of_retired,
    succeed,
)
from citygrid_core.report import Report
from citygrid_core.workspace import Transaction, Workspace

#: How far (m) around the ground of an edit grids are read.
MARGIN_M = 1.0
DONE = ("closed", "void")
#: New grids go on after the highest number: out of reading order by rule.
EXPECTED = ("code.order",)


@dataclass(frozen=True)
class Cause:
    """Why and from when: recorded with every change.

    Parameters
    ----------
    on : str
        ISO date, the first day of the new state.
    """

    on: str
    who: str = ""
    reason: str = ""
    document: str = ""


#: Makes an edit of the grids around it.
Making = Callable[[gpd.GeoDataFrame], Edit]


def split_grids(
    workspace: Workspace,
    codes: Sequence[str],
    line: Any,
    cause: Cause,
    *,
    policy: Policy = Policy(),
    buildings: gpd.GeoDataFrame | None = None,
    dry_run: bool = False,
) -> Report:
    """Split a grid, or without `codes` every grid that the line divides.

    Parameters
    ----------
    line : LineString or MultiLineString
        In the workspace's CRS.

    Raises
    ------
    GridEditRefused
        As in `grids.split`; with the place.
    """
    if len(codes) > 1:
        raise UsageError(
            Text(
                "one grid is split at a time; without a code, all that the line divides",
                "一次只能指定一个单元网格；不指定编码则分割该线经过的全部网格",
            )
        )
    make: Making = (
        (lambda grids: split(grids, codes[0], line, policy=policy))
        if codes
        else (lambda grids: split_along(grids, line, policy=policy))
    )
    return run_edit(
        workspace, make, [*codes] or [line], cause,
        policy=policy, buildings=buildings, dry_run=dry_run,
    )  # fmt: skip


def merge_grids(
    workspace: Workspace,
    codes: Sequence[str],
    cause: Cause,
    *,
    policy: Policy = Policy(),
    dry_run: bool = False,
) -> Report:
    """Merge adjacent grids of one community into a new one."""
    return run_edit(
        workspace,
        lambda grids: merge(grids, codes, policy=policy),
        codes,
        cause,
        policy=policy,
        dry_run=dry_run,
    )


def divide_grid(
    workspace: Workspace,
    code: str,
    n: int,
    cause: Cause,
    *,
    policy: Policy = Policy(),
    buildings: gpd.GeoDataFrame | None = None,
    dry_run: bool = False,
) -> Report:
    """Divide a grid into `n` of nearly equal area, past buildings where it can."""
    return run_edit(
        workspace,
        lambda grids: divide(grids, code, n, buildings=buildings, policy=policy),
        [code],
        cause,
        policy=policy,
        buildings=buildings,
        dry_run=dry_run,
    )


def move_grid_border(
    workspace: Workspace,
    codes: tuple[str, str],
    line: Any,
    cause: Cause,
    *,
    policy: Policy = Policy(),
    buildings: gpd.GeoDataFrame | None = None,
    dry_run: bool = False,
) -> Report:
    """Move the border between two grids to `line`; both keep their codes."""
    return run_edit(
        workspace,
        lambda grids: move_border(grids, codes, line, policy=policy),
        codes,
        cause,
        policy=policy,
        buildings=buildings,
        dry_run=dry_run,
    )


def reshape_grid(
    workspace: Workspace,
    code: str,
    line: Any,
    cause: Cause,
    *,
    policy: Policy = Policy(),
    buildings: gpd.GeoDataFrame | None = None,
    dry_run: bool = False,
) -> Report:
    """Reshape a grid by a line that leaves and re-enters it; neighbours follow."""
    return run_edit(
        workspace,
        lambda grids: reshape(grids, code, line, policy=policy),
        [code, line],
        cause,
        policy=policy,
        buildings=buildings,
        dry_run=dry_run,
    )


def add_grid(
    workspace: Workspace,
    community: str,
    shape: Any,
    cause: Cause,
    *,
    policy: Policy = Policy(),
    dry_run: bool = False,
) -> Report:
    """Draw a new grid on ground of a community that has none."""
    areas = workspace.read("areas", where={"code": community})
    return run_edit(
        workspace,
        lambda grids: add(grids, areas, community, shape, policy=policy),
        [shape],
        cause,
        policy=policy,
        dry_run=dry_run,
    )


def run_edit(
    workspace: Workspace,
    make: Making,
    near: Sequence[Any],
    cause: Cause,
    *,
    policy: Policy = Policy(),
    buildings: gpd.GeoDataFrame | None = None,
    dry_run: bool = False,
) -> Report:
    """Make one edit in one transaction and say what it moved.

    Parameters
    ----------
    make : callable
        From the grids around `near` to the `Edit`.
    near : sequence of str or geometry
        Codes, or places.
    dry_run : bool
        Everything but storing: the impact before the commit.
    """
    with workspace.transaction("grids edit", who=cause.who, parameters=_facts(cause, near)) as tx:
        window = _window(workspace, near)
        return _run(tx, workspace, make(window), cause, policy, buildings, dry_run)


def run_whole_edit(
    workspace: Workspace,
    make: Making,
    cause: Cause,
    *,
    policy: Policy = Policy(),
    dry_run: bool = False,
) -> Report:
    """As `run_edit`, on all grids: for renumbering and repair."""
    with workspace.transaction("grids edit", who=cause.who, parameters=_facts(cause, ())) as tx:
        edit = make(workspace.read("grids"))
        return _run(tx, workspace, edit, cause, policy, None, dry_run)


def start_after(tx: Transaction, workspace: Workspace, counts: Mapping[str, int]) -> dict[str, int]:
    """Mint numbers for new grids; return the number before the first of each community.

    Above the counter and above every code in the store, retired ones too.
    """
    if not counts:
        return {}
    held = workspace.read(
        "grids", at="all", where={"community_code": sorted(counts)},
        columns=["code", "community_code"], geometry=False,
    )  # fmt: skip
    floor = dict.fromkeys(counts, 0)
    for code, community in zip(held["code"], held["community_code"], strict=True):
        tail = str(code)[len(str(community)) :]
        if str(code).startswith(str(community)) and tail.isdigit():
            floor[community] = max(floor[community], int(tail))
    return {
        c: tx.mint(f"grid:{c}", int(n), floor=floor[c]).start - 1 for c, n in sorted(counts.items())
    }


def _facts(cause: Cause, near: Sequence[Any]) -> dict[str, Any]:
    said = {"on": cause.on, "reason": cause.reason, "document": cause.document}
    said["near"] = [p if isinstance(p, str) else shapely.to_wkt(p, 3) for p in near]  # type: ignore[assignment]
    return said


def _window(workspace: Workspace, near: Sequence[Any]) -> gpd.GeoDataFrame:
    codes = [p for p in near if isinstance(p, str)]
    boxes = [shapely.bounds(p) for p in near if not isinstance(p, str)]
    if codes:
        named = workspace.read("grids", where={"code": codes}, columns=["code"])
        for code in codes:
            if code not in set(named["code"]):
                raise _no_grid(workspace, code)
        boxes += list(shapely.bounds(named.geometry.to_numpy()))
    frame = pd.DataFrame(boxes, columns=["x0", "y0", "x1", "y1"])
    low, high = frame[["x0", "y0"]].min() - MARGIN_M, frame[["x1", "y1"]].max() + MARGIN_M
    found: gpd.GeoDataFrame = workspace.read("grids", bbox=(*low, *high))
    return found


def _no_grid(workspace: Workspace, code: str) -> GridEditRefused:
    ever = workspace.read("grids", at="all", where={"code": code}, geometry=False)
    if not len(ever):
        return GridEditRefused(Text(f"there is no grid {code}", f"没有单元网格{code}"))
    day = str(ever["valid_to"].max())
    return GridEditRefused(
        Text(
            f"grid {code} retired on {day}; `citygrid grids lineage` names its heirs",
            f"单元网格{code}已于{day}废止；可用 citygrid grids lineage 查看其后继",
        )
    )


def _require_later(edit: Edit, on: str) -> None:
    held = pd.concat([edit.retired[["code", "valid_from"]], edit.before[["code", "valid_from"]]])
    begun = held["valid_from"].astype(str).str[:10]
    late = held[(begun > on).to_numpy(dtype=bool)]
    if len(late):
        code, day = str(late["code"].iloc[0]), str(late["valid_from"].iloc[0])[:10]
        raise UsageError(
            Text(
                f"grid {code} is valid from {day} only; give --at {day} or later",
                f"单元网格{code}自{day}起有效；请将 --at 设为{day}或之后",
            )
        )


def _run(
    tx: Transaction,
    workspace: Workspace,
    edit: Edit,
    cause: Cause,
    policy: Policy,
    buildings: gpd.GeoDataFrame | None,
    dry_run: bool,
) -> Report:
    if not (len(edit.created) or len(edit.changed) or len(edit.retired)):
        return Report(f"grids {edit.operation}", dry_run=dry_run)
    _require_later(edit, cause.on)
    counts = edit.created["community_code"].value_counts().to_dict()
    edit = edit.numbered(start_after(tx, workspace, counts), edition=workspace.edition)
    touched = sorted({*edit.retired["code"], *edit.changed["code"]})
    components = workspace.read("components", where={"grid_code": touched})
    moves = _impact(workspace, edit, components, touched)
    _write(tx, edit, cause)
    around = workspace.read("grids", bbox=_extent(edit))
    if edit.operation == "add":
        components = _unplaced(workspace, edit)
    relocated = relocate_components(tx, components, around, cause.on)
    groups, findings = follow_groups(tx, workspace, edit, cause.on)
    findings += rules_of_retired(moves.rules)
    findings += _recheck(workspace, edit, policy, buildings)
    if dry_run:
        tx.rollback()
    written = len(edit.created) + len(edit.changed)
    report = Report(
        f"grids {edit.operation}", read=written, stored=written, problems=findings, dry_run=dry_run
    )
    report.details = _said(edit, moves, relocated, groups)
    return report


def _extent(edit: Edit) -> tuple[float, float, float, float]:
    shapes = [*edit.created.geometry, *edit.changed.geometry, *edit.retired.geometry]
    x0, y0, x1, y1 = shapely.total_bounds(shapes)
    return (x0 - MARGIN_M, y0 - MARGIN_M, x1 + MARGIN_M, y1 + MARGIN_M)


def _unplaced(workspace: Workspace, edit: Edit) -> gpd.GeoDataFrame:
    found: gpd.GeoDataFrame = workspace.read(
        "components", where={"grid_code": None}, bbox=_extent(edit)
    )
    shape = edit.created.geometry.iloc[0]
    return found[found.geometry.representative_point().intersects(shape).to_numpy(dtype=bool)]


def _impact(
    workspace: Workspace, edit: Edit, components: gpd.GeoDataFrame, touched: Sequence[str]
) -> Impact:
    cases = workspace.read(
        "cases", where={"grid_code": list(touched)}, columns=["number", "stage", "grid_code"]
    )
    open_ = cases[~cases["stage"].isin(DONE) & cases.geometry.notna()]
    return impact(
        edit,
        components=components.reset_index(drop=True),
        cases=open_.set_index("number"),
        rules=workspace.read("duty_rules", where={"place": "grid"}, geometry=False),
        groups=workspace.read("grid_groups", geometry=False),
    )


def _write(tx: Transaction, edit: Edit, cause: Cause) -> None:
    if len(edit.retired):
        tx.end("grids", edit.retired.index.to_numpy(), cause.on)
    if len(edit.created):
        names = ["code", "community_code", "area_m2", "reason", "geometry"]
        fresh = edit.created[names].reset_index(drop=True)
        said = fresh["reason"].fillna("").astype(str)
        fresh = fresh.assign(
            reason=said.where(said != "", cause.reason),
            document=cause.document,
            valid_from=cause.on,
        )
        tx.insert("grids", fresh)
    if len(edit.changed):
        after = edit.before.copy()
        shapes = gpd.GeoSeries(edit.changed.geometry.to_numpy(), index=after.index, crs=after.crs)
        after = after.set_geometry(shapes)
        after["area_m2"] = edit.changed["area_m2"].to_numpy()
        really = (edit.changed["moved_m2"] >= 1.0).to_numpy(dtype=bool)
        if cause.document:
            after.loc[really, "document"] = cause.document
        succeed(tx, "grids", edit.before, after, cause.on)
    pairs = edit.lineage_codes()
    if pairs:
        parents, children = (list(side) for side in zip(*pairs, strict=True))
        tx.lineage(
            "grid", parents, children, edit.operation, cause.on,
            reason=cause.reason, document=cause.document,
        )  # fmt: skip


def _recheck(
    workspace: Workspace, edit: Edit, policy: Policy, buildings: gpd.GeoDataFrame | None
) -> list[Problem]:
    """Check the communities of the edit as they are now; only what touches its grids counts."""
    mine = {*edit.created["code"], *edit.changed.loc[edit.changed["moved_m2"] >= 1.0, "code"]}
    places = sorted({str(code)[:12] for code in mine})
    if not places:
        return []
    grids = workspace.read("grids", where={"community_code": places})
    found = check(
        grids,
        workspace.read("areas", where={"code": places}),
        policy=policy,
        buildings=buildings,
        edition=workspace.edition,
    )
    return [f.problem() for f in found if mine & set(f.codes) and f.rule not in EXPECTED]


def _said(edit: Edit, moves: Impact, relocated: int, groups: list[str]) -> dict[str, Any]:
    area = dict(zip(edit.created["code"], edit.created["area_m2"], strict=True))
    return {
        "created": {str(c): round(float(a), 2) for c, a in sorted(area.items())},
        "retired": moves.retired,
        "changed": moves.changed,
        "seams_mended": len(edit.changed) - len(moves.changed),
        "components_moved": relocated,
        "open_cases_that_would_move": len(moves.cases),
        "open_cases": [str(n) for n in moves.cases.index],
        "duty_rules": [str(c) for c in moves.rules["code"]] if len(moves.rules) else [],
        "grid_groups": groups,
    }
