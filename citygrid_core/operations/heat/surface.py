"""A surface of density from the cases of a workspace, as files that every map program opens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from citygrid_core import heat
from citygrid_core.errors import Text, UsageError
from citygrid_core.operations.heat.select import Selection
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.tables import write, write_raster
from citygrid_core.workspace import Workspace

WEIGHTS = ("none", "probability")


def heat_surface(
    workspace: Workspace,
    output: Path | None = None,
    *,
    radius_m: float = 300.0,
    cell_m: float = 10.0,
    kernel: heat.Kernel = "quartic",
    edge: heat.Edge = "uniform",
    weight: str = "none",
    contours: Path | None = None,
    bands: bool = False,
    at: str | None = None,
    plain_tiff: bool = False,
    overwrite: bool = False,
    progress: Progress = no_progress,
    **selection: Any,
) -> tuple[Report, heat.Surface]:
    """Estimate the density of cases over the city, and write it.

    Parameters
    ----------
    output : Path, optional
        A GeoTIFF (COG) with unit, radius, kernel and selection in its metadata.
    radius_m, cell_m, kernel, edge
        See `heat.density`.
    weight : str
        ``none``: each case is one; ``probability``: a case counts as much as its place is
        probable (1 where no probability is stored).
    contours : Path, optional
        Lines of equal density (``bands``: areas between them): GeoPackage or GeoJSON.
    at : str, optional
        The outline of the city on that day.
    plain_tiff : bool
        A tiled GeoTIFF instead of a COG.
    **selection
        ``object_kind``, ``class_code``, ``source``, ``from_day``, ``to_day``.
    """
    if weight not in WEIGHTS:
        raise UsageError(Text(f"no weight {weight!r}: {', '.join(WEIGHTS)}", f"没有权重“{weight}”"))
    chosen = Selection(**selection)
    progress("reading", 0, 3)
    columns = ("location_probability",) if weight == "probability" else ()
    cases, unplaced = chosen.cases(workspace, *columns)
    weights = cases["location_probability"].fillna(1.0).to_numpy(float) if columns else None
    progress("density", 1, 3)
    surface = heat.density(
        shapely.get_coordinates(cases.geometry.to_numpy()), outline_of(workspace, at),
        radius_m=radius_m, cell_m=cell_m, kernel=kernel, edge=edge, weights=weights,
    )  # fmt: skip
    progress("writing", 2, 3)
    report = Report("heat surface", read=len(cases) + unplaced, unchanged=len(cases) + unplaced)
    tags = {
        "radius_m": f"{radius_m:g}", "cell_m": f"{cell_m:g}", "kernel": kernel,
        "edge_correction": edge, "weight": weight, "cases": str(surface.cases),
        **{name: value for name in ("object_kind", "class_code", "source", "from_day", "to_day")
           if (value := getattr(chosen, name))},
    }  # fmt: skip
    report.details = {
        "unit": heat.SURFACE_UNIT.en,
        **tags,
        "cases": surface.cases,
        "outside": surface.outside,
        "without_position": unplaced,
        "rows_columns": list(surface.values.shape),
        "maximum": round(surface.maximum, 6),
    }
    if output is not None:
        write_raster(
            surface.values, output, west=surface.frame.west, north=surface.frame.north,
            cell_m=cell_m, crs=workspace.crs, unit=heat.SURFACE_UNIT.en,
            description=f"density of cases, {kernel} kernel, radius {radius_m:g} m",
            metadata=tags, cloud_optimized=not plain_tiff, overwrite=overwrite,
        )  # fmt: skip
        report.details["output"] = str(output)
    if contours is not None:
        lines = heat.contours(surface, workspace.crs, filled=bands)
        kind = "MultiPolygon" if bands else "MultiLineString"
        write(lines, contours, overwrite=overwrite, geometry_type=kind)
        report.details["contours"] = str(contours)
        report.details["levels"] = lines["low" if bands else "level"].tolist()
    progress("done", 3, 3)
    return report, surface


def outline_of(workspace: Workspace, at: str | None = None) -> shapely.Geometry:
    """Return the outline of the city: its counties, or its grids when it has no areas."""
    areas = gpd.GeoDataFrame(workspace.read("areas", at=at, columns=["level"]))
    for level in ("county", "street", "community"):
        part = areas.geometry[areas["level"] == level]
        if len(part):
            return shapely.union_all(part.to_numpy())
    grids = gpd.GeoDataFrame(workspace.read("grids", at=at, columns=["code"]))
    return shapely.coverage_union_all(grids.geometry.to_numpy())
