"""Foreign layers for the base map of a pack."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd

from citygrid_core.tables import Field, read, readable
from citygrid_core.workspace import Workspace


def base_layers(workspace: Workspace, sources: Sequence[str]) -> list[gpd.GeoDataFrame]:
    """Read foreign layers, in the CRS of the workspace.

    Parameters
    ----------
    sources : sequence of str
        ``FILE`` or ``FILE:LAYER``: what `tables.read` takes, or DXF, KML, GPX and the like.
    """
    found = []
    for source in sources:
        name, layer = source, None
        if not Path(name).exists() and ":" in source:
            name, _, layer = source.rpartition(":")
        with readable(Path(name), layer) as file:
            batch = read(
                file,
                (Field("name", "text", labels=("名称",)),),
                layer=layer,
                to_crs=workspace.crs,
                positions="required",
                timezone=workspace.timezone,
            )
        found.append(batch.frame[["geometry"]])
    return found
