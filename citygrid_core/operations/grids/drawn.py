"""Unit grids: drawn into a workspace, and checked there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from citygrid_core.errors import Problem, Text, UnusableInput, UsageError
from citygrid_core.grids import Policy, as_frame, check, draw, measure, number, summary
from citygrid_core.operations.grids.commit import start_after
from citygrid_core.operations.grids.followers import heirs, left_behind, relocate_components
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.tables import Field, read, readable
from citygrid_core.workspace import Workspace

#: Layers of which outlines count; the others are ground.
LINES = ("roads", "barriers", "water")
#: What the layers that steer a division may carry; none of it is required.
BASE_FIELDS = (
    Field("name", "text", labels=("名称", "道路名称")),
    Field("kind", "text", labels=("类型", "种类")),
    Field("road_class", "text", labels=("道路等级", "highway", "fclass")),
    Field("width_m", "number", labels=("宽度", "路宽", "width")),
)


def draw_grids(
    workspace: Workspace,
    *,
    roads: Path | None = None,
    barriers: Path | None = None,
    buildings: Path | None = None,
    compounds: Path | None = None,
    water: Path | None = None,
    parks: Path | None = None,
    policy: Policy = Policy(),
    workers: int = 1,
    on: str,
    who: str = "",
    reason: str = "",
    document: str = "",
    redraw: bool = False,
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> Report:
    """Divide the communities of a workspace into unit grids and store them, numbered.

    Parameters
    ----------
    roads, barriers, buildings, compounds, water, parks : Path, optional
        Vector files; ``FILE:LAYER`` names a layer. Water and parks stay whole as
        compounds do, where the policy lets them.
    workers : int
        Processes that draw communities side by side.
    redraw : bool
        End the grids that are valid and draw anew: their codes are retired, never
        reused, and lineage links them to those that took their ground.

    Raises
    ------
    UsageError
        The city has grids already and `redraw` was not asked for.
    """
    held = workspace.read("grids")
    if len(held) and not redraw:
        raise UsageError(
            Text(
                f"the workspace has {len(held)} grids already; use --redraw to retire them "
                "and draw anew",
                f"工作库已有 {len(held)} 个单元网格；如需废止并重新划分，请用 --redraw",
            )
        )
    areas = workspace.read("areas")
    communities = areas[areas["level"] == "community"]
    drawing = draw(
        communities,
        _layers(workspace, (roads, "", "roads")),
        barriers=_layers(workspace, (barriers, "", "barriers"), (water, "water", "water")),
        buildings=_layers(workspace, (buildings, "", "buildings")),
        compounds=_layers(workspace, (compounds, "", "compounds"), (parks, "park", "parks")),
        policy=policy,
        workers=workers,
        progress=progress,
    )
    grids = drawing.grids
    with workspace.transaction(
        "grids draw", who=who, parameters={"on": on, "target_m2": policy.target_m2}
    ) as tx:
        if len(held):
            tx.end("grids", held, on)
        grids = number_and_mint(tx, workspace, grids)
        grids["valid_from"] = on
        grids["document"] = document
        if reason:
            grids["note"] = reason
        tx.insert("grids", grids)
        moved = relocate_components(tx, workspace.read("components"), grids, on)
        findings = []
        if len(held):
            parents, children = heirs(held, grids)
            tx.lineage("grid", parents, children, "redraw", on, reason=reason, document=document)
            findings = left_behind(workspace)
        if dry_run:
            tx.rollback()
    findings += _conflicts(drawing.conflicts)
    report = Report("grids draw", len(grids), len(grids), problems=findings, dry_run=dry_run)
    report.details = {
        "communities": len(communities),
        "components_moved": moved,
        **drawing.report,
    }
    return report


def _conflicts(listed: gpd.GeoDataFrame) -> list[Problem]:
    """Return what could not be avoided, each with its reason and place."""
    return [
        Problem(
            rule,
            Text(f"{en} ({spot.x:.2f}, {spot.y:.2f})", f"{zh}（{spot.x:.2f}, {spot.y:.2f}）"),
            Text("borders that cut nothing", "不切割任何对象的边界"),
        )
        for rule, en, zh, spot in zip(
            listed["rule"], listed["reason"], listed["reason_zh"], listed.geometry, strict=True
        )
    ]


def number_and_mint(tx: Any, workspace: Workspace, grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give new grids their codes: by the edition's order, after the highest ever used."""
    counts = grids["community_code"].value_counts()
    start = start_after(tx, workspace, counts.to_dict())
    grids = grids.copy()
    grids["code"] = number(grids, edition=workspace.edition, start_after=start)
    return grids.sort_values("code")


def check_grids(
    workspace: Workspace,
    *,
    buildings: Path | None = None,
    policy: Policy = Policy(),
    components: bool = True,
    at: str | None = None,
    progress: Progress = no_progress,
) -> tuple[Report, gpd.GeoDataFrame]:
    """Check the grids of a workspace; return the report and the findings as a layer.

    Parameters
    ----------
    components : bool
        Whether every component has to be in the grid that it names.
    at : str, optional
        The state of that day.
    """
    progress("checking", 0, 1)
    grids = workspace.read("grids", at=at)
    found = check(
        grids,
        workspace.read("areas", at=at),
        policy=policy,
        buildings=_layers(workspace, (buildings, "", "buildings")),
        components=_components(workspace, at) if components else None,
        edition=workspace.edition,
    )
    report = Report("grids check", read=len(grids), unchanged=len(grids))
    report.problems = [f.problem() for f in found]
    by_rule = Counter(f.rule for f in found)
    # a component that is astray makes no grid illegal
    grave = [f for f in found if f.severity == "error" and not f.rule.startswith("component.")]
    errors = {code for f in grave for code in f.codes}
    report.details = {
        "findings": dict(sorted(by_rule.items())),
        "legal_share": round(1 - len(errors) / len(grids), 6) if len(grids) else None,
    }
    progress("done", 1, 1)
    return report, as_frame(found, workspace.crs)


def grid_quality(
    workspace: Workspace,
    *,
    roads: Path | None = None,
    barriers: Path | None = None,
    buildings: Path | None = None,
    policy: Policy = Policy(),
    at: str | None = None,
) -> tuple[Report, gpd.GeoDataFrame]:
    """Measure a division: the whole, and each of its grids.

    Returns
    -------
    Report, GeoDataFrame
        ``details`` as `grids.summary`; the grids with ``area_m2``, ``perimeter_m``,
        ``polsby_popper``, ``reock``, ``in_soft_range`` and, with streets or barriers,
        ``on_lines`` (share of the border along them).
    """
    grids = workspace.read("grids", at=at).sort_values("code").reset_index(drop=True)
    if not len(grids):
        raise UsageError(Text("the workspace has no grids", "工作库中没有单元网格"))
    lines = _layers(workspace, (roads, "", "roads"), (barriers, "", "barriers"))
    houses = _layers(workspace, (buildings, "", "buildings"))
    areas = workspace.read("areas", at=at, where={"level": "community"})
    cells = measure(grids, lines=lines)
    report = Report("grids quality", read=len(grids), unchanged=len(grids))
    report.details = summary(grids, areas, policy=policy, lines=lines, buildings=houses)
    rows = grids[["code", "community_code", "reason", "geometry"]].join(cells)
    rows["in_soft_range"] = policy.in_range(cells["area_m2"].to_numpy())
    return report, rows


def _components(workspace: Workspace, at: str | None) -> gpd.GeoDataFrame:
    found: gpd.GeoDataFrame = workspace.read("components", at=at, columns=["code", "grid_code"])
    return found


def _layers(workspace: Workspace, *given: tuple[Path | None, str, str]) -> gpd.GeoDataFrame | None:
    """Read layers into one frame; a kind fills in where a layer does not say its own."""
    parts = []
    for path, kind, role in given:
        if path is None:
            continue
        layer = read_layer(path, workspace)
        _require_use(layer, path, role, workspace)
        if kind:
            layer["kind"] = kind
        parts.append(layer)
    if not parts:
        return None
    joined: gpd.GeoDataFrame = pd.concat(parts, ignore_index=True)
    return joined


def _require_use(layer: gpd.GeoDataFrame, path: Path, role: str, workspace: Workspace) -> None:
    """Refuse a layer that can steer nothing: no street at all, wrong kind, or elsewhere.

    A city may have no river: only a layer of streets may not be empty.
    """
    lines = role in LINES
    expected = Text("lines", "线") if role == "roads" else Text("polygons", "面")
    expected = Text("lines or polygons", "线或面") if lines and role != "roads" else expected
    dimension = shapely.get_dimensions(layer.geometry.to_numpy())
    fits = layer[(dimension >= 1) if lines else (dimension == 2)]
    found, cure = None, Text("check the file and its layer", "请检查文件与图层")
    if not len(layer):
        found = Text("no feature", "没有要素") if role == "roads" else None
    elif not len(fits):
        found = Text("points only", "仅有点") if lines else Text("no polygon", "没有面")
    else:
        x0, y0, x1, y1 = workspace.read("areas", where={"level": "community"}).total_bounds
        if not shapely.intersects(shapely.box(x0, y0, x1, y1), fits.geometry.to_numpy()).any():
            a, b, c, d = fits.total_bounds
            found = Text(
                f"everything outside the city ({a:.0f}, {b:.0f} – {c:.0f}, {d:.0f})",
                f"全部位于城市范围之外（{a:.0f}, {b:.0f} – {c:.0f}, {d:.0f}）",
            )
            cure = Text("check the CRS that the file says it is in", "请检查文件声明的坐标系")
    if found is not None:
        raise UnusableInput(
            Problem(f"grids.{role}", found, expected, cure, file=path.name, field="geometry")
        )


def read_layer(path: Path, workspace: Workspace) -> gpd.GeoDataFrame:
    """Read one layer of a foreign file in the workspace's CRS; ``FILE:LAYER`` names the layer."""
    file, layer = split_layer(path)
    with readable(file, layer) as copy:
        return read(copy, BASE_FIELDS, layer=layer, to_crs=workspace.crs).frame


def split_layer(path: Path | str) -> tuple[Path, str | None]:
    """Split ``base.gpkg:roads`` into file and layer; a plain path has no layer."""
    text = str(path)
    head, colon, tail = text.rpartition(":")
    if colon and head and not Path(text).exists() and Path(head).exists():
        return Path(head), tail
    return Path(text), None
