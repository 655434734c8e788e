"""What a census comes in as: tables and layers, points of instruments, blocks of drawings."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import geopandas as gpd

from citygrid_core.errors import Problem, Text, UnusableInput
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.tables import Batch, Field, Mapping, read_chunks
from citygrid_core.tables.dxf import is_dxf, write_blocks
from citygrid_core.tables.instruments import instrument_points
from citygrid_core.workspace import Workspace


@contextmanager
def as_table(path: Path, options: SourceOptions) -> Iterator[tuple[Path, SourceOptions]]:
    """Yield a file that `tables` reads, and how.

    Blocks of a DXF drawing and the points of an instrument (lists without a header)
    become a table with the columns name, block or code, x, y and their attributes; a
    mapping file names classes by block or by field code under ``[values.class_code]``.
    """
    if is_dxf(path):
        with tempfile.TemporaryDirectory(prefix="citygrid-") as folder:
            table = Path(folder) / f"{path.stem}.csv"
            write_blocks(path, table)
            yield table, _by_label(options)
        return
    with tempfile.TemporaryDirectory(prefix="citygrid-") as folder:
        table = Path(folder) / f"{path.stem}.csv"
        if options.layer is None and instrument_points(path, table, options.encoding):
            yield table, _by_label(options)
        else:
            yield path, options


def _by_label(options: SourceOptions) -> SourceOptions:
    """Return the options for a table that we wrote: UTF-8, its columns known by their names."""
    given = options.resolved() or Mapping()
    columns = {"class_code": "code", "source_key": "name", **given.columns}
    mapping = replace(given, columns=columns, x="x", y="y", encoding="", header_rows=None)
    return replace(options, mapping=mapping, encoding=None)


def parts(
    path: Path,
    fields: Sequence[Field],
    options: SourceOptions,
    workspace: Workspace,
    rows: int,
) -> Iterator[Batch]:
    """Yield a file in parts, in the workspace's CRS.

    Raises
    ------
    UnusableInput
        It says nowhere where things are: no layer and no columns of coordinates.
    """
    for batch in read_chunks(
        path,
        fields,
        **options.reading(),
        to_crs=workspace.crs,
        positions="required",
        timezone=workspace.timezone,
        rows=rows,
    ):
        if not isinstance(batch.frame, gpd.GeoDataFrame):
            listed = ", ".join(c.name for c in batch.preview.columns)
            raise UnusableInput(
                Problem(
                    "position.columns",
                    Text(f"columns {listed}", f"列：{listed}"),
                    Text("two columns of coordinates, or a layer", "两列坐标，或图层"),
                    Text("name them in a mapping: x = ..., y = ...", "请在映射文件中注明 x、y"),
                    path.name,
                )
            )
        yield batch
