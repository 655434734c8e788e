"""Mending the grids of a workspace by named strategies: previewed, then one edit with its history.

`REPAIRS` names them. Each is an edit as any other: `undo` takes it back.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from citygrid_core.errors import Text, UsageError
from citygrid_core.grids import Edit, Policy, Strategies, check, repair
from citygrid_core.grids.absorb import absorb_slivers
from citygrid_core.operations.grids.commit import Cause, run_whole_edit
from citygrid_core.operations.grids.followers import relocate_components
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace


@dataclass(frozen=True)
class Named:
    """A strategy: which rules of `check` it mends, and how."""

    mends: tuple[str, ...]
    says: Text


SEAMS = ("grid.ring", "grid.multipart", "grid.overlap", "grid.gap", "grid.edge", "grid.outside")
REPAIRS = {
    "largest": Named(SEAMS, Text("overlaps to the largest grid", "重叠归面积最大者")),
    "smallest": Named(SEAMS, Text("overlaps to the smallest grid", "重叠归面积最小者")),
    "first": Named(SEAMS, Text("overlaps to the lowest code", "重叠归编码最小者")),
    "slivers": Named(
        ("grid.sliver",),
        Text("slivers merged over the longest border", "狭长碎片并入公共边最长的邻格"),
    ),
    "codes": Named(
        ("code.form", "code.community", "code.duplicate", "grid.community"),
        Text("wrong codes retired, new ones minted", "废止错误编码并分配新编码"),
    ),
    "components": Named(
        ("component.grid",),
        Text("components get the grid that they are in", "部件改写为实际所在网格"),
    ),
}


def repair_by_name(
    workspace: Workspace,
    name: str,
    cause: Cause,
    *,
    gap_m: float = 30.0,
    policy: Policy = Policy(),
    dry_run: bool = False,
) -> Report:
    """Mend what `check` finds, by one strategy of `REPAIRS`.

    Parameters
    ----------
    gap_m : float
        Gaps narrower than this are closed (strategies for seams).
    dry_run : bool
        The preview: everything but storing.

    Returns
    -------
    Report
        ``details`` tell ``strategy``, ``mends`` (rules) and what `run_edit` tells.

    Raises
    ------
    UsageError
        There is no such strategy.
    """
    if name not in REPAIRS:
        raise UsageError(
            Text(
                f"no repair {name!r}; there are {', '.join(REPAIRS)}",
                f"没有修复策略“{name}”；可用：{'、'.join(REPAIRS)}",
            )
        )
    if name == "components":
        report = _replace_components(workspace, cause, dry_run)
    elif name == "slivers":
        report = run_whole_edit(
            workspace,
            lambda held: absorb_slivers(held, policy=policy),
            cause, policy=policy, dry_run=dry_run,
        )  # fmt: skip
    elif name == "codes":
        areas = workspace.read("areas", where={"level": "community"})
        edition = workspace.edition
        report = run_whole_edit(
            workspace,
            lambda held: _recoding(held, areas, policy, edition),
            cause, policy=policy, dry_run=dry_run,
        )  # fmt: skip
    else:
        strategies = Strategies(
            overlap=name,  # type: ignore[arg-type]
            gap_m=gap_m,
            part="split",
            part_m2=policy.limit_low_m2,
        )
        report = repair_grids(workspace, strategies, cause, policy=policy, dry_run=dry_run)
    report.details = {"strategy": name, "mends": list(REPAIRS[name].mends), **report.details}
    return report


def repair_grids(
    workspace: Workspace,
    strategies: Strategies,
    cause: Cause,
    *,
    policy: Policy = Policy(),
    dry_run: bool = False,
) -> Report:
    """Make the grids a coverage that fills the communities, as one edit with its history.

    A grid keeps its code where it stays; a part split off and a filled gap get new
    codes. Codes that are there twice are refused: first `repair_by_name` ``codes``.
    """
    areas = workspace.read("areas", where={"level": "community"})

    def make(held: gpd.GeoDataFrame) -> Edit:
        twice = held["code"].duplicated(keep=False)
        if twice.any():
            names = ", ".join(sorted(set(held.loc[twice, "code"])))
            raise UsageError(
                Text(
                    f"codes that are there twice: {names}; mend them first (repair codes)",
                    f"重复的编码：{names}；请先修复编码（codes）",
                ),
            )
        return _mending(held, areas, strategies, policy)

    return run_whole_edit(workspace, make, cause, policy=policy, dry_run=dry_run)


def _recoding(
    held: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, policy: Policy, edition: str
) -> Edit:
    """Return the edit that gives grids with a wrong code or community the right ones.

    Of grids with one code the largest keeps it.
    """
    wrong = set()
    bad = ("code.form", "code.community", "grid.community")
    for found in check(held, areas, policy=policy, edition=edition):
        if found.rule in bad:
            wrong |= set(found.codes)
    larger = held.assign(size=held.area).sort_values(["code", "size"], ascending=[True, False])
    again = larger.index[larger["code"].duplicated(keep="first")]
    chosen = held["code"].isin(list(wrong)) | held.index.isin(again)
    old = held[chosen.to_numpy(dtype=bool)].sort_values("code")
    spots = shapely.point_on_surface(old.geometry.to_numpy())
    at, area = shapely.STRtree(areas.geometry.to_numpy()).query(spots, predicate="intersects")
    home = old["community_code"].to_numpy(dtype=object).copy()
    home[at] = areas["code"].to_numpy(dtype=object)[area]
    new = old.assign(community_code=home).reset_index(drop=True)
    lineage = tuple((str(code), i) for i, code in enumerate(old["code"]))
    none = held.iloc[:0].assign(moved_m2=np.empty(0))
    return Edit("repair", new, old, none, held.iloc[:0], lineage)


def _replace_components(workspace: Workspace, cause: Cause, dry_run: bool) -> Report:
    """Write into every component the grid that it stands in."""
    parameters = {"on": cause.on, "reason": cause.reason, "document": cause.document}
    with workspace.transaction("components follow", who=cause.who, parameters=parameters) as tx:
        components = workspace.read("components")
        moved = relocate_components(tx, components, workspace.read("grids"), cause.on)
        if dry_run:
            tx.rollback()
    report = Report("grids repair", read=len(components), dry_run=dry_run)
    report.stored, report.unchanged = moved, len(components) - moved
    report.details = {"components_moved": moved}
    return report


def _mending(
    held: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, strategies: Strategies, policy: Policy
) -> Edit:
    mended = repair(held, areas, strategies=strategies, policy=policy).frame
    coded = mended["code"].notna()
    stays, fresh = mended[coded].set_index("code"), mended[~coded].reset_index(drop=True)
    alive = held["code"].isin(list(stays.index)).to_numpy(dtype=bool)
    retired, kept = held[~alive], held[alive]
    new = stays.loc[kept["code"]]
    same = shapely.equals_exact(
        shapely.normalize(kept.geometry.to_numpy()), shapely.normalize(new.geometry.to_numpy())
    )
    before, after = kept[~same], new[~same].reset_index()
    old, now = shapely.make_valid(before.geometry.to_numpy()), after.geometry.to_numpy()
    after["moved_m2"] = np.round(shapely.area(shapely.symmetric_difference(old, now)) / 2, 4)
    fresh = fresh.assign(code="")
    return Edit("repair", fresh, retired, after, before, _parents(held, fresh))


def _parents(held: gpd.GeoDataFrame, fresh: gpd.GeoDataFrame) -> tuple[tuple[str, int], ...]:
    """Return the former cell with the most ground of each new one."""
    if not len(fresh):
        return ()
    old, new = shapely.make_valid(held.geometry.to_numpy()), fresh.geometry.to_numpy()
    child, parent = shapely.STRtree(old).query(new, predicate="intersects")
    shared = shapely.area(shapely.intersection(new[child], old[parent]))
    best: dict[int, tuple[float, str]] = {}
    for c, p, m2 in zip(child.tolist(), parent.tolist(), shared.tolist(), strict=True):
        if m2 > 1.0 and m2 > best.get(c, (0.0, ""))[0]:
            best[c] = (m2, str(held["code"].iloc[p]))
    return tuple((code, c) for c, (_, code) in sorted(best.items()))
