"""Trying a job on a copy of the store: the same command, the same result, nothing stored."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import QgsProject, QgsProviderRegistry, QgsVectorFileWriter, QgsVectorLayer

from citygrid_core.errors import CitygridError, Text
from citygrid_plugin.services.session import open_workspace

if TYPE_CHECKING:
    import geopandas as gpd


class LayerNotWritten(CitygridError):
    """A layer could not be handed to the command."""

    def __init__(self, layer: str, why: str) -> None:
        super().__init__(
            Text(f"layer {layer} can't be handed over: {why}", f"图层“{layer}”无法导出：{why}")
        )


class Trial:
    """A folder of its own for copies of the store and layers that are no files."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="citygrid_")
        self._written = 0

    def close(self) -> None:
        """Remove everything."""
        self._folder.cleanup()

    def copy(self, path: Path) -> Path:
        """Copy a store as it is now, whoever is writing to it."""
        to = Path(self._folder.name) / "trial.gpkg"
        for old in to.parent.glob("trial.gpkg*"):
            old.unlink()
        source = f"file:{path.as_posix()}?mode=ro"
        with (
            closing(sqlite3.connect(source, uri=True)) as held,
            closing(sqlite3.connect(to)) as made,
        ):
            held.backup(made)
        return to

    def source_of(self, layer: QgsVectorLayer) -> str:
        """Return FILE or FILE:LAYER for a layer; one that is no file, or filtered, is written out.

        Raises
        ------
        LayerNotWritten
        """
        if layer.providerType() == "ogr" and not layer.subsetString():
            parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
            path, name = str(parts.get("path") or ""), str(parts.get("layerName") or "")
            if Path(path).is_file():
                return f"{path}:{name}" if name else path
        self._written += 1
        to = Path(self._folder.name) / f"layer{self._written}.gpkg"
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName = "GPKG"
        context = QgsProject.instance().transformContext()
        error, why, *_ = QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(to), context, options)
        if error != QgsVectorFileWriter.WriterError.NoError:
            raise LayerNotWritten(layer.name(), str(why))
        return str(to)


def grids_of(path: Path) -> gpd.GeoDataFrame:
    """Return the grids that a store holds now."""
    with open_workspace(path) as workspace:
        return workspace.read("grids")


def differences(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the grids of `after` that `before` has not got like that; ``state`` says how."""
    import numpy as np
    import shapely

    old = dict(zip(before["code"], shapely.to_wkb(before.geometry.to_numpy()), strict=True))
    new = shapely.to_wkb(after.geometry.to_numpy())
    state = np.asarray(
        [
            "created" if code not in old else ("" if old[code] == shape else "changed")
            for code, shape in zip(after["code"], new, strict=True)
        ],
        dtype=object,
    )
    return after.assign(state=state)[state != ""]
