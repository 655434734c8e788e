"""A file becomes a frame of our fields, and every row that does not is a reject.

``read == len(frame) + len(rejects)`` always. Not counted as rows: empty rows, and
totals and signatures below the last row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from citygrid_core.errors import Problem
from citygrid_core.tables.crs import declare
from citygrid_core.tables.fields import Field
from citygrid_core.tables.georeport import MAPPING as GEOREPORT
from citygrid_core.tables.georeport import Requests
from citygrid_core.tables.judging import Context, texts_of
from citygrid_core.tables.mapping import Mapping, Places, raise_if
from citygrid_core.tables.notes import Notes
from citygrid_core.tables.positions import Placing, Positions
from citygrid_core.tables.preview import Preview, describe
from citygrid_core.tables.records import Block, Body
from citygrid_core.tables.rejects import Reject, is_rejects_file, unguarded
from citygrid_core.tables.sources import Opened, open_source
from citygrid_core.tables.values import convert
from citygrid_core.tables.vectors import Vectors

#: Rows that `read` converts at once.
_ROWS = 100_000
TIMEZONE = "Asia/Shanghai"


@dataclass
class Batch:
    """What came of a file, or of a part of it.

    Attributes
    ----------
    frame : GeoDataFrame or DataFrame
        Columns: the names of the fields, in their order, and ``source_row`` (int64:
        the row as the user sees it; the header of a CSV file is row 1, the first
        feature of a layer too). Texts, codes, dates and choices have dtype object
        with None where empty; numbers float64; integers Int64. A GeoDataFrame when
        the file has a geometry or columns of coordinates. Its index counts the rows
        read, without those rejected.
    rejects : list of Reject
        All other rows.
    repairs : list of Problem
        What was mended; many of one kind are counted in one line at the end.
    read : int
        Rows: ``len(frame) + len(rejects)``.
    left_out : tuple of int
        Row numbers of totals and signatures at the end, which are no rows.
    mapping : Mapping
        As it was used, guesses included.
    """

    frame: Any
    rejects: list[Reject]
    repairs: list[Problem]
    read: int
    describe: Callable[[], Preview] = field(repr=False)
    left_out: tuple[int, ...] = ()
    mapping: Mapping = field(default_factory=Mapping)
    _came: tuple[tuple[str, ...], list[NDArray[Any]], NDArray[np.int64]] = field(
        default=((), [], np.empty(0, np.int64)), repr=False
    )

    @cached_property
    def preview(self) -> Preview:
        """What the file is, told when somebody asks."""
        return self.describe()

    @cached_property
    def raw(self) -> pd.DataFrame:
        """All rows as they came, every cell a text; the index is that of the frame."""
        names, columns, index = self._came
        texts = {
            name: pd.Series(texts_of(column), index=index, dtype=object)
            for name, column in zip(names, columns, strict=True)
        }
        frame: pd.DataFrame = pd.DataFrame(texts, index=pd.Index(index))
        return frame


@dataclass
class _Part:
    """One block, converted."""

    block: Block
    values: dict[str, Any]
    geometry: NDArray[np.object_] | None
    problems: dict[int, list[Problem]]


class _Reading:
    """One file on its way to a frame."""

    def __init__(
        self,
        path: str | Path,
        fields: Sequence[Field],
        *,
        mapping: Mapping | None,
        crs: str | None,
        datum: str | None,
        layer: str | None,
        encoding: str | None,
        to_crs: Any,
        positions: Positions,
        timezone: str,
    ) -> None:
        mapping = mapping or Mapping()
        self.fields = tuple(fields)
        self.opened: Opened = open_source(
            path, fields=fields, mapping=mapping, layer=layer, encoding=encoding
        )
        if self.opened.format == "georeport":
            mapping = mapping.over(Mapping.load(GEOREPORT), fields)
        self.names = self.opened.layout.names
        self.notes = Notes(self.opened.path.name)
        self.places = Places(self.names, fields, mapping, self.opened.path.name)
        raise_if(self.places.problems)
        self.source = self.opened.source
        vector = self.source if isinstance(self.source, Vectors) else None
        drawn = vector is not None and bool(vector.geometry_type)
        self.placing = Placing(
            self.notes,
            declare(
                vector.crs if vector else "",
                crs or mapping.crs or None,
                datum or mapping.datum or None,
            ),
            to_crs=to_crs,
            positions=positions,
            x=None if drawn else self.places.x,
            y=None if drawn else self.places.y,
            names=self.names,
            datum_hint="" if drawn else self.places.datum,
        )
        self.given = mapping
        self.placed = positions != "ignore" and (drawn or self.placing.from_columns)
        self.context = Context(ZoneInfo(timezone), bool(getattr(self.source, "date1904", False)))
        self.body = Body(self.opened.path.name)
        self.again = is_rejects_file(self.names)
        self.done = 0
        self._first: Block | None = None

    @cached_property
    def preview(self) -> Preview:
        return describe(self.opened, self.places, self.placing.declared, self._first)

    @property
    def mapping(self) -> Mapping:
        """The mapping as it is used."""
        from dataclasses import replace

        return replace(
            self.given,
            columns={f: self.names[j] for f, j in self.places.columns.items()},
            x="" if self.placing.x is None else self.names[self.placing.x],
            y="" if self.placing.y is None else self.names[self.placing.y],
            datum=self.placing.declared.datum,
        )

    def parts(self, rows: int | None) -> Iterator[_Part]:
        """Yield the converted blocks, of at most `rows` rows each."""
        blocks: Iterator[Block]
        if isinstance(self.source, Vectors):
            blocks = self.source.blocks(self.opened.layout, rows)
        elif isinstance(self.source, Requests):
            blocks = self.source.blocks(self.opened.layout)
        else:
            blocks = self.body.through(self.source.blocks(self.opened.layout))
        for block in blocks:
            self._first = self._first or block
            for piece in block.pieces(rows or _ROWS):
                yield self._convert(piece)

    def _convert(self, block: Block) -> _Part:
        if self.again and self.opened.format == "csv":
            block.columns = [_unguarded(c) for c in block.columns]
        self.notes.begin(block.rows)
        count = len(block)
        values: dict[str, Any] = {}
        for f in self.fields:
            if f.name in self.places.columns:
                column = block.columns[self.places.columns[f.name]]
            else:
                column = np.full(count, self.given.constants.get(f.name, ""), dtype=object)
            values[f.name] = convert(
                column, f, self.notes, self.context, self.given.values.get(f.name)
            )
        geometry = self.placing.geometries(block)
        problems = self.notes.problems
        for at, found in block.problems.items():
            # What is wrong with the row as a row explains the rest.
            problems[at] = found
        return _Part(block, values, geometry, problems)

    def batch(self, parts: list[_Part]) -> Batch:
        """Return one batch of converted blocks."""
        start = self.done
        blocks = [p.block for p in parts]
        count = sum(map(len, blocks))
        self.done += count
        index = np.arange(start, start + count, dtype=np.int64)
        columns = [_joined([b.columns[j] for b in blocks]) for j in range(len(self.names))]
        rows = _joined([b.rows for b in blocks]) if blocks else np.empty(0, np.int64)
        problems: dict[int, list[Problem]] = {}
        offset = 0
        for part in parts:
            problems.update((offset + at, found) for at, found in part.problems.items())
            offset += len(part.block)
        good = np.ones(count, bool)
        good[list(problems)] = False
        geometry = None
        if self.placed:
            drawn = [
                np.full(len(p.block), None, dtype=object) if p.geometry is None else p.geometry
                for p in parts
            ]
            geometry = _joined(drawn) if drawn else np.empty(0, dtype=object)
        frame = self._frame(parts, index, rows, geometry, good)
        rejects = [
            Reject(int(rows[at]), self._raw(columns, blocks, at), tuple(problems[at]))
            for at in sorted(problems)
        ]
        return Batch(
            frame,
            rejects,
            self.notes.take_repairs(),
            count,
            lambda: self.preview,
            tuple(self.body.left_out),
            self.mapping,
            (self.names, columns, index),
        )

    def _frame(
        self,
        parts: list[_Part],
        index: NDArray[np.int64],
        rows: NDArray[np.int64],
        geometry: NDArray[np.object_] | None,
        good: NDArray[np.bool_],
    ) -> Any:
        whole = bool(good.all())
        labels = pd.Index(index if whole else index[good])
        data: dict[str, Any] = {}
        for f in self.fields:
            values = _joined([p.values[f.name] for p in parts]) if parts else _none(f)
            values = values if whole else values[good]
            data[f.name] = pd.Series(values, index=labels, dtype=_DTYPES.get(f.kind, object))
        data["source_row"] = pd.Series(rows if whole else rows[good], index=labels, dtype="int64")
        if geometry is None:
            return pd.DataFrame(data, index=labels)
        drawn = gpd.GeoSeries(
            geometry if whole else geometry[good], index=labels, crs=self.placing.target
        )
        return gpd.GeoDataFrame(data, geometry=drawn, index=labels, crs=self.placing.target)

    def _raw(self, columns: list[NDArray[Any]], blocks: list[Block], at: int) -> dict[str, str]:
        raw = {
            n: str(texts_of(c[at : at + 1])[0]) for n, c in zip(self.names, columns, strict=True)
        }
        if self.again:
            raw = dict(list(raw.items())[2:])
        if blocks and blocks[0].geometry is not None:
            for block in blocks:
                if at < len(block):
                    assert block.geometry is not None
                    shape = block.geometry[at]
                    raw["geometry"] = "" if shape is None else shape.wkt
                    break
                at -= len(block)
        return raw


_DTYPES = {"number": "float64", "integer": "Int64"}


def _none(f: Field) -> Any:
    if f.kind == "integer":
        return pd.array([], dtype="Int64")
    return np.empty(0, dtype=np.float64 if f.kind == "number" else object)


def _joined(arrays: list[Any]) -> Any:
    if len(arrays) == 1:
        return arrays[0]
    if not arrays:
        return np.empty(0, dtype=object)
    if isinstance(arrays[0], pd.arrays.IntegerArray):
        return pd.concat([pd.Series(a) for a in arrays], ignore_index=True).array
    return np.concatenate(arrays)


def _unguarded(column: NDArray[Any]) -> NDArray[Any]:
    if column.dtype != object:
        return column
    out = np.empty(len(column), dtype=object)
    out[:] = [unguarded(v) for v in column]
    return out


def read(
    path: str | Path,
    fields: Sequence[Field],
    *,
    mapping: Mapping | None = None,
    crs: str | None = None,
    datum: str | None = None,
    layer: str | None = None,
    encoding: str | None = None,
    to_crs: Any = None,
    positions: Positions = "required",
    timezone: str = TIMEZONE,
) -> Batch:
    """Read a table or a layer as a frame of our fields.

    Parameters
    ----------
    path : path
        CSV, TSV (also gzipped), XLSX, XLS, GeoPackage, Shapefile (also zipped), GeoJSON
        or Open311 GeoReport v2 (JSON, XML); told by content, not by name.
    fields : sequence of Field
        What we want. A field that the file does not have is a column of nothing.
    mapping : Mapping, optional
        From their columns to ours; what it leaves open is guessed by labels.
    crs : str, optional
        CRS of the coordinates (``"EPSG:4547"``); overrides the file's own.
    datum : {"wgs84", "cgcs2000", "gcj02", "bd09"}, optional
        Datum of the coordinates. Shifted ones are converted to WGS 84 (CGCS2000).
    layer : str, optional
        Layer or sheet; needed when several have rows.
    encoding : str, optional
        Overrides what is detected. A byte that does not decode rejects its row.
    to_crs : CRS, optional
        CRS of the result; without it the file's own.
    positions : {"required", "optional", "ignore"}
        Whether a row without a position is rejected ("optional": its geometry is
        None), or coordinates are not looked at. A broken position is always a
        reject.
    timezone : str
        Zone of the wall clock to which times with an offset are converted.

    Returns
    -------
    Batch

    Raises
    ------
    UnusableInput
        The file as a whole can't be used; all that is wrong with it is said.
    MissingCrs
        It has coordinates and nobody says in which CRS.
    UsageError
        It is a citygrid workspace; an unknown CRS, datum, encoding or mapped field.
    """
    reading = _Reading(
        path, fields, mapping=mapping, crs=crs, datum=datum, layer=layer, encoding=encoding,
        to_crs=to_crs, positions=positions, timezone=timezone,
    )  # fmt: skip
    return reading.batch(list(reading.parts(None)))


def read_chunks(
    path: str | Path,
    fields: Sequence[Field],
    *,
    mapping: Mapping | None = None,
    crs: str | None = None,
    datum: str | None = None,
    layer: str | None = None,
    encoding: str | None = None,
    to_crs: Any = None,
    positions: Positions = "required",
    timezone: str = TIMEZONE,
    rows: int = 50_000,
) -> Iterator[Batch]:
    """Read a file in batches of at most `rows` rows, in bounded memory.

    Parameters and errors as in `read`; the index goes on from batch to batch. Totals
    at the end are known in the last batch only. A file without rows brings one empty
    batch.
    """
    reading = _Reading(
        path, fields, mapping=mapping, crs=crs, datum=datum, layer=layer, encoding=encoding,
        to_crs=to_crs, positions=positions, timezone=timezone,
    )  # fmt: skip
    waiting: list[_Part] = []
    for part in reading.parts(rows):
        if waiting and sum(len(p.block) for p in waiting) + len(part.block) > rows:
            yield reading.batch(waiting)
            waiting = []
        waiting.append(part)
    last = reading.batch(waiting)
    last.left_out = tuple(reading.body.left_out)
    yield last
