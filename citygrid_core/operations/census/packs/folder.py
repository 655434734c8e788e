"""The folder of a field pack: GeoPackage, project, manifest, and the extract of the base map."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.census.radii import class_radii
from citygrid_core.errors import Language
from citygrid_core.operations.census.packs.file import (
    TABLES,
    PackContent,
    kind_of,
    manifest_text,
    write_pack,
)
from citygrid_core.operations.census.packs.project import project
from citygrid_core.standards import Edition
from citygrid_core.workspace import Workspace

#: How far around a team's grids the base map goes, in metres.
AROUND = 100.0


def background_of(
    workspace: Workspace, grids: gpd.GeoDataFrame, base: Sequence[gpd.GeoDataFrame] = ()
) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of the base map, the topmost first."""
    places = workspace.read("places", columns=["kind", "name", "number"])
    areas = workspace.read("areas", where={"level": "community"}, columns=["code", "name"])
    found = {
        "plates": places[places["kind"].isin(["plate", "poi"])].drop(columns="kind"),
        "grids": grids,
        "streets": places[places["kind"] == "street"].drop(columns=["kind", "number"]),
        "communities": areas,
    }
    for kind, names in (
        ("base_points", ["Point"]),
        ("base_lines", ["LineString", "MultiLineString"]),
        ("base_polygons", ["Polygon", "MultiPolygon"]),
    ):
        parts = [f[f.geometry.geom_type.isin(names)][["geometry"]] for f in base]
        full = [p for p in parts if len(p)]
        if full:
            found[kind] = pd.concat(full, ignore_index=True)
    return {
        n: f.drop(columns=[c for c in f.columns if c == "table_"]).reset_index(drop=True)
        for n, f in found.items()
    }


def write_folder(
    folder: Path,
    manifest: dict[str, Any],
    components: gpd.GeoDataFrame,
    leases: pd.DataFrame,
    departments: pd.DataFrame,
    background: dict[str, gpd.GeoDataFrame],
    edition: Edition,
    workspace: Workspace,
    *,
    until: str,
    on: str,
    extent: Sequence[float],
    lang: Language,
) -> None:
    """Write what a team takes along: GeoPackage, project, manifest."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    text = manifest_text(manifest)
    meta = {
        "format": "citygrid-pack-1",
        "manifest": text,
        "expires_on": until,
        "county": min(g[:6] for g in manifest["grids"]),
    }
    parts = {
        t: components[components["table_"] == t].assign(uid=lambda f: f["code"]) for t in TABLES
    }
    content = PackContent(
        meta,
        parts,
        leases.assign(until=until),
        class_list(edition, lang),
        departments[["code", "name"]],
        background,
    )
    write_pack(folder / "pack.gpkg", content, workspace.crs, on)
    layers = {
        n: (kind_of(f), [c for c in f.columns if c != "geometry"]) for n, f in background.items()
    }
    title = f"{manifest['pack']} {manifest['team']}"
    (folder / "pack.qgs").write_text(
        project(title, workspace.crs, extent, layers, lang=lang), encoding="utf-8"
    )
    (folder / "pack.json").write_text(text + "\n", encoding="utf-8")


def clipped(
    background: dict[str, gpd.GeoDataFrame], area: shapely.Geometry
) -> dict[str, gpd.GeoDataFrame]:
    """Return the part of each layer of the base map that lies around an area."""
    around = shapely.buffer(area, AROUND)
    found = {}
    for name, frame in background.items():
        at = frame.sindex.query(around, predicate="intersects")
        found[name] = frame.iloc[np.sort(at)]
    own = area.buffer(-0.01)
    found["grids"] = found["grids"].iloc[
        np.sort(found["grids"].sindex.query(own, predicate="intersects"))
    ]
    return found


def class_list(edition: Edition, lang: Language) -> pd.DataFrame:
    """Return the classes as a field form offers them, ``label``: name, initials in pinyin, code.

    ``name`` stays the official one; the label has the name that the team reads.
    """
    from pypinyin import Style, lazy_pinyin

    classes, radii = edition.component_classes, class_radii(edition)
    said = edition.catalogues["component"].names(lang)
    initials = ["".join(lazy_pinyin(n, style=Style.FIRST_LETTER)) for n in classes["name"]]
    offered: pd.DataFrame = pd.DataFrame(
        {
            "code": classes.index.to_numpy(dtype=object),
            "name": classes["name"].to_numpy(dtype=object),
            "geometry": classes["geometry"].to_numpy(dtype=object),
            "initials": initials,
            "twin_m": [radii.get(str(c), 0.0) for c in classes.index],
            "label": [
                f"{n} {i} {c}"
                for n, i, c in zip(said.values(), initials, classes.index, strict=True)
            ],
        }
    )
    return offered
