"""One edit of unit grids in a workspace: geometry, codes, lineage and all that follows, at once."""

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
    check,
    impact,
    require_uncut,
)
from citygrid_core.operations.grids.followers import (
    Wrote,
    follow_groups,
    nothing_written,
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


def run_edit(
    workspace: Workspace,
    make: Making,
    near: Sequence[Any],
    cause: Cause,
    *,
    policy: Policy = Policy(),
    buildings: gpd.GeoDataFrame | None = None,
    accept_cuts: bool = False,
    dry_run: bool = False,
) -> Report:
    """Make one edit in one transaction and say what it moved.

    Parameters
    ----------
    make : callable
        From the grids around `near` to the `Edit`.
    near : sequence of str or geometry
        Codes, or places.
    buildings : GeoDataFrame, optional
        An edit that would cut one of them is refused with the place.
    accept_cuts : bool
        Cut buildings all the same, as an exception: the reason is recorded with
        the new grids, and the buildings are findings of the report.
    dry_run : bool
        Everything but storing: the impact before the commit.

    Raises
    ------
    GridEditRefused
        The edit breaks a rule of the coverage or cuts a building.
    UsageError
        An exception without a reason, or a day before a grid began.
    """
    facts = _facts(cause, near)
    if accept_cuts and not cause.reason:
        raise UsageError(
            Text("an exception needs its reason (--reason)", "例外须说明原因（--reason）")
        )
    with workspace.transaction("grids edit", who=cause.who, parameters=facts) as tx:
        edit = make(_window(workspace, near))
        if buildings is not None and not accept_cuts:
            require_uncut(edit, buildings)
        return _run(tx, workspace, edit, cause, facts, policy, buildings, dry_run)


def run_whole_edit(
    workspace: Workspace,
    make: Making,
    cause: Cause,
    *,
    policy: Policy = Policy(),
    dry_run: bool = False,
) -> Report:
    """As `run_edit`, on all grids: for renumbering and repair."""
    facts = _facts(cause, ())
    with workspace.transaction("grids edit", who=cause.who, parameters=facts) as tx:
        edit = make(workspace.read("grids"))
        return _run(tx, workspace, edit, cause, facts, policy, None, dry_run)


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
    """Return what the journal keeps of an edit; `_run` adds what it wrote."""
    return {
        "on": cause.on,
        "reason": cause.reason,
        "document": cause.document,
        "near": [p if isinstance(p, str) else shapely.to_wkt(p, 3) for p in near],
    }


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
    facts: dict[str, Any],
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
    grids_wrote = _write(tx, workspace, edit, cause)
    around = workspace.read("grids", bbox=_extent(edit))
    if "add" in edit.operation.split("+"):
        components = pd.concat([components, _unplaced(workspace, edit)])
    relocated = relocate_components(tx, components, around, cause.on)
    groups, findings, groups_wrote = follow_groups(tx, workspace, edit, cause.on)
    facts["edit"] = edit.operation
    facts["created"] = [str(code) for code in edit.created["code"]]
    facts["lineage"] = edit.lineage_codes()
    facts["wrote"] = {"grids": grids_wrote, "grid_groups": groups_wrote}
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
    shape = shapely.union_all(edit.created.geometry.to_numpy())
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
        components=components.set_index("code"),
        cases=open_.set_index("number"),
        rules=workspace.read("duty_rules", where={"place": ["grid", "grid_group"]}, geometry=False),
        groups=workspace.read("grid_groups", geometry=False),
    )


def _write(tx: Transaction, workspace: Workspace, edit: Edit, cause: Cause) -> Wrote:
    wrote = nothing_written()
    if len(edit.retired):
        wrote["ended"] += [int(fid) for fid in edit.retired.index]
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
        wrote["began"] += [int(fid) for fid in tx.insert("grids", fresh)]
    if len(edit.changed):
        after = edit.before.copy()
        shapes = gpd.GeoSeries(edit.changed.geometry.to_numpy(), index=after.index, crs=after.crs)
        after = after.set_geometry(shapes)
        after["area_m2"] = edit.changed["area_m2"].to_numpy()
        really = (edit.changed["moved_m2"] >= 1.0).to_numpy(dtype=bool)
        if cause.document:
            after.loc[really, "document"] = cause.document
        for what, rows in succeed(
            tx, "grids", edit.before, after, cause.on, workspace=workspace
        ).items():
            wrote[what] += rows
    pairs = edit.lineage_codes()
    if pairs:
        parents, children = (list(side) for side in zip(*pairs, strict=True))
        tx.lineage(
            "grid", parents, children, edit.operation, cause.on,
            reason=cause.reason, document=cause.document,
        )  # fmt: skip
    return wrote


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
    rules = moves.rules if len(moves.rules) else pd.DataFrame({"code": [], "why": []})
    return {
        "created": {str(c): round(float(a), 2) for c, a in sorted(area.items())},
        "retired": moves.retired,
        "changed": moves.changed,
        "seams_mended": len(edit.changed) - len(moves.changed),
        "components_moved": relocated,
        "components": [str(c) for c in moves.components.index],
        "open_cases_that_would_move": len(moves.cases),
        "open_cases": [str(n) for n in moves.cases.index],
        "duty_rules": [str(c) for c in rules["code"]],
        "duty_rules_why": dict(zip(map(str, rules["code"]), rules["why"], strict=True)),
        "grid_groups": groups,
    }
