"""Arrays become GeoTIFF files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj

from citygrid_core.errors import Text, UsageError
from citygrid_core.tables.saving import saved

_SUFFIXES = (".tif", ".tiff")
NODATA = -1.0


def write_raster(
    values: npt.NDArray[np.floating[Any]],
    path: str | Path,
    *,
    west: float,
    north: float,
    cell_m: float,
    crs: pyproj.CRS,
    unit: str,
    description: str,
    metadata: Mapping[str, str] = {},
    cloud_optimized: bool = True,
    overwrite: bool = False,
) -> Path:
    """Write one band of values as a GeoTIFF, whole or not at all.

    The same values give the same bytes.

    Parameters
    ----------
    values : array (rows, columns)
        0 or more, north up; missing ones are written as `NODATA`. Stored as 32-bit numbers.
    west, north : float
        The outer corner of the first cell, in the CRS.
    unit, description : str
        Of the band, in the file's metadata.
    metadata : mapping
        Further tags.
    cloud_optimized : bool
        Tiled with overviews inside (COG) instead of plain tiles.

    Raises
    ------
    UsageError
        Another suffix, an existing file, a workspace.
    """
    import rasterio
    from rasterio.io import MemoryFile
    from rasterio.shutil import copy

    path = Path(path)
    if path.suffix.lower() not in _SUFFIXES:
        raise UsageError(Text(f"{path.name}: name a .tif file", f"{path.name}：请使用 .tif 扩展名"))
    filled = np.where(np.isnan(values), NODATA, values).astype(np.float32)
    profile = {
        "driver": "GTiff", "count": 1, "dtype": "float32", "nodata": NODATA,
        "height": filled.shape[0], "width": filled.shape[1],
        "crs": rasterio.crs.CRS.from_wkt(crs.to_wkt("WKT1_GDAL")),
        "transform": rasterio.Affine(cell_m, 0, west, 0, -cell_m, north),
    }  # fmt: skip
    if not cloud_optimized:
        profile |= {"tiled": True, "blockxsize": 256, "blockysize": 256,
                    "compress": "deflate", "predictor": 3}  # fmt: skip
    # Made in memory: GDAL can't say to its caller that a disk is full, and not on one line.
    with saved(path, overwrite=overwrite) as temporary, rasterio.Env(), MemoryFile() as memory:
        with memory.open(**profile) as made:
            _fill(made, filled, unit, description, metadata)
        if not cloud_optimized:
            temporary.write_bytes(memory.read())
            return path
        with memory.open() as made, MemoryFile(ext=".tif") as whole:
            copy(made, whole.name, driver="COG", compress="deflate", predictor="YES",
                 blocksize=256, overview_resampling="average")  # fmt: skip
            temporary.write_bytes(whole.read())
    return path


def _fill(
    made: Any, values: npt.NDArray[np.float32], unit: str, description: str,
    metadata: Mapping[str, str],
) -> None:  # fmt: skip
    made.write(values, 1)
    made.set_band_description(1, description)
    made.set_band_unit(1, unit)
    made.update_tags(unit=unit, **metadata)
