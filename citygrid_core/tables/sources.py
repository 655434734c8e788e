"""Which reader a file needs, told by its first bytes rather than by its name."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from citygrid_core.errors import Text
from citygrid_core.tables.delimited import Delimited
from citygrid_core.tables.fields import Field
from citygrid_core.tables.georeport import Requests, is_georeport
from citygrid_core.tables.guard import existing_file, foreign, unusable
from citygrid_core.tables.header import HEAD, Layout, find_header, spellings
from citygrid_core.tables.mapping import Mapping
from citygrid_core.tables.sheets import Sheets, Xls, Xlsx
from citygrid_core.tables.vectors import Vectors

Format = Literal["csv", "xlsx", "xls", "vector", "georeport"]
Source = Delimited | Sheets | Vectors | Requests


@dataclass(frozen=True)
class Opened:
    """A file that is ready to be read.

    Attributes
    ----------
    layers : tuple of str
        Sheets or layers in it.
    """

    path: Path
    format: Format
    source: Source
    layout: Layout
    layers: tuple[str, ...] = ()
    layer: str = ""
    notes: tuple[Text, ...] = ()


def format_of(path: Path) -> Format:
    """Return the format of a file by its first bytes.

    Raises
    ------
    UnusableInput
        A format that is known but not read here.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"PK\x03\x04") or (head[:2] == b"PK" and zipfile.is_zipfile(path)):
        return _zip_format(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    if head.startswith((b"SQLite format 3\x00", b"\x00\x00\x27\x0a")):
        return "vector"
    if path.suffix.lower() in (".shp", ".gpkg", ".geojson"):
        return "vector"
    if is_georeport(head):
        return "georeport"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")):
        return "vector"
    for magic, said in (
        (b"%PDF", "PDF"), (b"<", "HTML/XML"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"),
        (b"Rar!", "RAR"), (b"7z\xbc\xaf", "7z"), (b"PAR1", "Parquet"),
    ):  # fmt: skip
        if start.startswith(magic):
            raise unusable(
                path,
                "file.format",
                Text(f"a file of the kind {said}", f"{said} 文件"),
                Text(
                    "CSV, TSV, XLSX, XLS, GeoPackage, Shapefile, GeoJSON or Open311 GeoReport",
                    "CSV、TSV、XLSX、XLS、GeoPackage、Shapefile、GeoJSON 或 Open311 GeoReport",
                ),
                Text("save or export it as one of them", "请另存或导出为上述格式"),
            )
    return "csv"


def _zip_format(path: Path) -> Format:
    what = Text("a workbook or a zip archive", "工作簿或 zip 压缩包")
    with foreign(path, what), zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    return "xlsx" if "[Content_Types].xml" in names else "vector"


def open_source(
    path: str | Path,
    *,
    fields: Sequence[Field] = (),
    mapping: Mapping | None = None,
    layer: str | None = None,
    encoding: str | None = None,
) -> Opened:
    """Open a file and find its header.

    Raises
    ------
    UnusableInput
        It can't be read.
    UsageError
        It is a workspace, or the encoding is unknown.
    """
    path = existing_file(path)
    mapping = mapping or Mapping()
    layer = layer or mapping.layer or None
    encoding = encoding or mapping.encoding or None
    kind = format_of(path)
    known = mapping.labels(fields)
    if kind == "vector":
        vectors = Vectors(path, layer, encoding)
        layout = Layout(vectors.names, (), 0)
        return Opened(path, kind, vectors, layout, tuple(vectors.layers), vectors.layer,
                      tuple(vectors.notes))  # fmt: skip
    if kind == "georeport":
        requests = Requests(path, encoding)
        return Opened(path, kind, requests, Layout(requests.names, (), 0))
    if kind == "csv":
        text = Delimited(path, encoding, mapping.delimiter or None)
        layout = _with_columns(path, find_header(text.head, known, mapping.header_rows))
        return Opened(path, kind, text, layout, notes=layout.notes)
    sheet, layout = _sheet(path, kind, layer, known, mapping.header_rows)
    layout = _with_columns(path, layout)
    return Opened(
        path, kind, sheet, layout, tuple(sheet.sheet.sheets), sheet.sheet.layer, layout.notes
    )


def _with_columns(path: Path, layout: Layout) -> Layout:
    if layout.names:
        return layout
    raise unusable(
        path,
        "table.empty",
        Text(f"nothing in the first {HEAD} rows", f"前{HEAD}行没有内容"),
        Text("a header", "表头"),
        Text("check that it is the right file", "请检查文件是否正确"),
    )


def _sheet(
    path: Path,
    kind: Format,
    layer: str | None,
    known: set[str],
    header_rows: int | tuple[int, ...] | None,
) -> tuple[Sheets, Layout]:
    """Open the named sheet, or the only one with rows, or the only one that fits."""
    make = Xlsx if kind == "xlsx" else Xls
    first = make(path, layer)
    listed = ", ".join(first.sheets) or "-"
    if layer is not None and layer not in first.sheets:
        raise unusable(
            path,
            "layer.unknown",
            Text(f"no sheet {layer!r}", f"没有工作表“{layer}”"),
            Text(f"one of the sheets {listed}", f"以下工作表之一：{listed}"),
        )
    if layer is not None or len(first.sheets) <= 1:
        sheet = Sheets(path, first)
        return sheet, find_header(sheet.head, known, header_rows)
    opened = [Sheets(path, make(path, name)) for name in first.sheets]
    filled = [
        (sheet, find_header(sheet.head, known, header_rows))
        for sheet in opened
        if any(c.strip() for row in sheet.head for c in row)
    ]
    fitting = [f for f in filled if len(known & {s for n in f[1].names for s in spellings(n)}) >= 2]
    chosen = next((found[0] for found in (filled, fitting) if len(found) == 1), None)
    for sheet in opened:
        if chosen is None or sheet is not chosen[0]:
            sheet.sheet.close()
    first.close()
    if chosen is not None:
        return chosen
    if not filled:
        return opened[0], Layout((), (), 0)
    names = ", ".join(s.sheet.layer for s, _ in filled)
    raise unusable(
        path,
        "layer.several",
        Text(f"sheets {names}", f"工作表：{names}"),
        Text("one sheet", "一个工作表"),
        Text("say which one (--layer)", "请指定工作表（--layer）"),
    )
