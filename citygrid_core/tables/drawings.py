"""Layers of drawing and web programs (DXF, KML, FlatGeobuf …) as a GeoPackage that `read` takes."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from citygrid_core.errors import Text
from citygrid_core.tables.guard import existing_file, foreign

#: By suffix: formats that GDAL reads and `read` does not.
SUFFIXES = (".dxf", ".kml", ".fgb", ".gml", ".tab", ".mif", ".geojsonl", ".dgn", ".gpx")
_WHAT = Text("a vector layer", "矢量图层")


@contextmanager
def readable(path: str | Path, layer: str | None = None) -> Iterator[Path]:
    """Give the path of a file that `read` takes: the file itself, or a copy for as long.

    Parameters
    ----------
    path : path
        Any vector file. One of `SUFFIXES` is copied, as it is, into a GeoPackage of
        the same name in a folder of its own.
    layer : str, optional
        Which of several layers.

    Raises
    ------
    UnusableInput
        It can't be read.
    """
    path = existing_file(path)
    if path.suffix.lower() not in SUFFIXES:
        yield path
        return
    import pyogrio

    with tempfile.TemporaryDirectory(prefix="citygrid-") as folder:
        copy = Path(folder) / f"{path.name}.gpkg"
        with foreign(path, _WHAT), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame = pyogrio.read_dataframe(path, layer=layer)
            # a name of our own for the row would clash with the GeoPackage's
            frame = frame.rename(columns={n: f"{n}_" for n in frame if n.lower() == "fid"})
            pyogrio.write_dataframe(frame, copy, layer=layer or path.stem, driver="GPKG")
        yield copy
