"""Hand-drawn grids from any vector file: repaired by named strategies, numbered, stored."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.errors import Text, UnusableInput, UsageError
from citygrid_core.grids import Policy, Repaired, Strategies, check, number, repair
from citygrid_core.operations.grids.commit import Cause, start_after
from citygrid_core.operations.grids.followers import heirs, left_behind, relocate_components
from citygrid_core.operations.importing.intake import (
    Rows,
    SourceOptions,
    problem,
    refuse_own_file,
    text_column,
)
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.tables import Field, Reject, read, readable, write_rejects
from citygrid_core.workspace import Transaction, Workspace

FIELDS = (
    Field("code", "text", labels=("单元网格标识码", "网格编码", "BGCode", "BGID", "DYWGBSM")),
    Field("reason", "text", labels=("例外原因", "原因")),
    Field("note", "text", labels=("备注", "Note", "BZ")),
)
#: Vertices of neighbours nearer than this (m) are one: the accuracy of a base map 1:500.
SNAP_M = 0.5
#: A polygon of which less than this share lies in the city is none of its grids.
INSIDE = 0.5


def import_grids(
    workspace: Workspace,
    path: Path,
    cause: Cause,
    *,
    options: SourceOptions = SourceOptions(),
    strategies: Strategies | None = None,
    policy: Policy = Policy(),
    redraw: bool = False,
    dry_run: bool = False,
    rejects: Path | None = None,
    progress: Progress = no_progress,
) -> tuple[Report, gpd.GeoDataFrame]:
    """Import hand-drawn grids: mend them so that they fill the communities, number, store.

    Every code is minted anew by the edition's order; the code that a grid had in the
    file is kept in its note. Ground that no polygon claims becomes a grid of its own
    with the reason ``gap``.

    Parameters
    ----------
    strategies : Strategies, optional
        How near vertices, overlaps, gaps and loose parts are mended, see
        `grids.repair`. Default: vertices of neighbours nearer than 0.5 m are one.
    redraw : bool
        Retire the grids that are valid now.

    Returns
    -------
    Report, GeoDataFrame
        The repairs: one point for each decision. read = stored + rejected rows;
        a polygon that wholly gave way to others is rejected.

    Raises
    ------
    UsageError
        The city has grids and `redraw` was not asked for.
    UnusableInput
        No row of the file is a polygon in the city; nothing is stored.
    """
    refuse_own_file(workspace, path, rejects)
    held = workspace.read("grids")
    if len(held) and not redraw:
        raise UsageError(
            Text(
                f"the workspace has {len(held)} grids already; use --redraw to retire them",
                f"工作库已有{len(held)}个单元网格；如需废止，请用 --redraw",
            )
        )
    progress("reading", 0, 4)
    with readable(path, options.layer) as file:
        batch = read(
            file,
            FIELDS,
            **options.reading(),
            to_crs=workspace.crs,
            timezone=workspace.timezone,
        )
    areas = workspace.read("areas", where={"level": "community"})
    rows = Rows(batch.frame)
    if not isinstance(batch.frame, gpd.GeoDataFrame):
        raise _useless(path, rows)
    strategies = strategies or Strategies(part="split", part_m2=policy.limit_low_m2, snap_m=SNAP_M)
    _close(rows, strategies.snap_m)
    _judge(rows, areas)
    if not len(rows.good):
        raise _useless(path, rows)
    progress("repairing", 1, 4)
    mended = _mended(rows, areas, strategies, policy)
    progress("storing", 2, 4)
    parameters = {"file": path.name, "on": cause.on, "reason": cause.reason}
    with workspace.transaction("grids import", who=cause.who, parameters=parameters) as tx:
        cells = _replaced(tx, workspace, held, mended.frame, policy, cause)
        components = relocate_components(tx, workspace.read("components"), cells, cause.on)
        findings = left_behind(workspace)
        if dry_run:
            tx.rollback()
    progress("checking", 3, 4)
    found = check(_stored(cells, policy, cause), areas, policy=policy, edition=workspace.edition)
    report = Report("grids import", read=batch.read, dry_run=dry_run)
    _reject(report, batch, rows, path, rejects)
    report.stored = report.read - report.rejected
    report.problems += findings + [f.problem() for f in found]
    report.details = {
        "grids": len(cells),
        "retired": len(held),
        "components_moved": components,
        "repairs": dict(sorted(Counter(mended.repairs["defect"]).items())),
        "findings": dict(sorted(Counter(f.rule for f in found).items())),
    }
    progress("done", 4, 4)
    return report, mended.repairs


def _mended(
    rows: Rows, areas: gpd.GeoDataFrame, strategies: Strategies, policy: Policy
) -> Repaired:
    """Return the good rows as a division of the city; set aside those that wholly gave way."""
    good = rows.good
    drawn = good[["source_row", "geometry"]].copy()
    for name in ("code", "reason", "note"):
        drawn[name] = text_column(good, name)
    mended = repair(drawn, areas, strategies=strategies, policy=policy)
    kept = set(mended.frame["source_row"].dropna().astype(int))
    for index in good.index[~good["source_row"].isin(kept)]:
        whole = Text("ground that no other polygon has", "不被其他面完全覆盖的面")
        rows.reject(index, problem("grid.overlap", "geometry", "0 m²", whole))
    return mended


def _replaced(
    tx: Transaction, workspace: Workspace, held: gpd.GeoDataFrame, cells: gpd.GeoDataFrame,
    policy: Policy, cause: Cause,
) -> gpd.GeoDataFrame:  # fmt: skip
    """Store cells in the place of the grids held; return them with their codes, in order."""
    if len(held):
        tx.end("grids", held.index.to_numpy(), cause.on)
    counts = cells["community_code"].value_counts().to_dict()
    start = start_after(tx, workspace, counts)
    cells["old"] = cells["code"].fillna("").astype(str)
    cells["code"] = number(cells, edition=workspace.edition, start_after=start)
    cells = cells.sort_values("code").reset_index(drop=True)
    tx.insert("grids", _stored(cells, policy, cause))
    if len(held):
        _link(tx, held, cells, cause)
    return cells


def _close(rows: Rows, snap_m: float) -> None:
    """Make polygons of lines that end where they begin: how CAD programs draw areas."""
    frame = gpd.GeoDataFrame(rows.frame)
    shapes = frame.geometry.to_numpy().copy()
    for index in np.flatnonzero(shapely.get_type_id(shapes) == 1):
        xy = shapely.get_coordinates(shapes[index])
        if len(xy) >= 4 and _apart(shapes[index]) <= snap_m:
            shapes[index] = shapely.Polygon(xy)
    rows.frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def _apart(line: shapely.Geometry) -> float:
    """Return how far (m) the ends of a line are apart."""
    first, last = shapely.get_coordinates(line)[[0, -1]]
    return float(np.hypot(*(first - last)))


def _judge(rows: Rows, areas: gpd.GeoDataFrame) -> None:
    """Set aside what can't be a grid: no polygon, or mostly outside the city."""
    shapes = rows.frame.geometry
    kinds = shapes.geom_type
    city = shapely.union_all(areas.geometry.to_numpy())
    for index, shape in shapes.items():
        if shape is None or shape.is_empty or kinds[index] not in ("Polygon", "MultiPolygon"):
            found = None if shape is None else kinds[index]
            if found == "LineString":
                x, y = shapely.get_coordinates(shape)[0]
                found = f"open line, {_apart(shape):.2f} m apart at {x:.1f}, {y:.1f}"
            rows.reject(
                index,
                problem(
                    "grid.geometry", "geometry", found,
                    Text("a closed polygon", "闭合的面"), Text("close the ring", "请闭合边界"),
                ),
            )  # fmt: skip
            continue
        solid = shapely.make_valid(shape)
        inside = shapely.intersection(solid, city).area
        if inside < INSIDE * solid.area or solid.area == 0:
            spot = solid.representative_point()
            rows.reject(
                index,
                problem(
                    "grid.outside", "geometry", f"{spot.x:.1f}, {spot.y:.1f}",
                    Text("a polygon inside the communities", "位于社区范围内的面"),
                ),
            )  # fmt: skip


def _stored(cells: gpd.GeoDataFrame, policy: Policy, cause: Cause) -> gpd.GeoDataFrame:
    """Return the rows to store: notes with the code of the file, reasons of odd areas."""
    said = cells["reason"].fillna("").astype(str)
    odd = ~policy.in_range(cells["area_m2"].to_numpy(dtype=np.float64))
    reason = said.where((said != "") | ~odd, cause.reason or "as drawn")
    note = [
        " · ".join(
            t for t in (str(n) if pd.notna(n) else "", f"code in file: {o}" if o else "") if t
        )
        for n, o in zip(cells["note"], cells["old"], strict=True)
    ]
    frame: gpd.GeoDataFrame = cells[["code", "community_code", "area_m2", "geometry"]].assign(
        reason=reason, note=note, document=cause.document, valid_from=cause.on
    )
    return frame


def _link(tx: Any, held: gpd.GeoDataFrame, cells: gpd.GeoDataFrame, cause: Cause) -> None:
    parents, children = heirs(held, cells)
    tx.lineage(
        "grid", parents, children, "import", cause.on, reason=cause.reason, document=cause.document
    )


def _useless(path: Path, rows: Rows) -> UnusableInput:
    """Return what is wrong with every row of a file without a single usable one."""
    told = [
        replace(p, file=path.name, row=rows.row(index))
        for index, found in rows.bad.items()
        for p in found
    ]
    if not told:
        wanted = Text("polygons inside the communities", "位于社区范围内的面")
        cure = Text("check the layer and its CRS (--layer, --crs)", "请检查图层与坐标系")
        told = [replace(problem("grid.geometry", "geometry", None, wanted, cure), file=path.name)]
    return UnusableInput(*told)


def _reject(report: Report, batch: Any, rows: Rows, path: Path, rejects: Path | None) -> None:
    listed = list(batch.rejects)
    for index, found in rows.bad.items():
        row = rows.row(index)
        raw = {str(k): "" if pd.isna(v) else str(v) for k, v in batch.raw.loc[index].items()}
        placed = tuple(replace(p, file=path.name, row=row) for p in found)
        listed.append(Reject(row, raw, placed))
    listed.sort(key=lambda r: r.row)
    report.rejected = len(listed)
    report.problems = [p for r in listed for p in r.problems]
    if rejects is not None and listed:
        write_rejects(rejects, listed)
