"""Write messy files: encodings, sheets and shapefiles, with the same bytes each time."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import pyogrio

_ZIP_DATE = (2026, 1, 1, 0, 0, 0)
_CORE_DATE = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")


def write_text(
    path: Path, columns: list[str], rows: list[list[Any]], encoding: str, delimiter: str = ","
) -> None:
    """Write a delimited text file as Excel or a hotline system would: CRLF lines."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    text = out.getvalue()
    if encoding == "utf-16":
        path.write_bytes(b"\xff\xfe" + text.encode("utf-16-le"))
    else:
        path.write_bytes(text.encode(encoding))


def write_mapping(path: Path, values: dict[str, Any]) -> None:
    """Write a mapping file (TOML) in the tables room's format."""
    from citygrid_core.sample.files import toml_text

    path.write_text(toml_text(values), encoding="utf-8")


def save_workbook(book: Any, path: Path, formulas: dict[str, float] | None = None) -> None:
    """Save an openpyxl workbook without the time of day in it.

    Parameters
    ----------
    formulas : dict, optional
        Cell of the first sheet to the value that Excel would have stored with its formula.
    """
    plain = io.BytesIO()
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for info in sorted(old.infolist(), key=lambda i: i.filename):
            # Canonical XML: openpyxl writes through lxml where that is installed.
            data = ElementTree.canonicalize(old.read(info).decode("utf-8")).encode("utf-8")
            if info.filename == "docProps/core.xml":
                data = _CORE_DATE.sub(rb"\g<1>2026-01-01T00:00:00Z\g<3>", data)
            if info.filename == "xl/worksheets/sheet1.xml":
                for cell, value in (formulas or {}).items():
                    data = _with_value(data, cell, value)
            fixed = zipfile.ZipInfo(info.filename, _ZIP_DATE)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(fixed, data)


def _with_value(sheet: bytes, cell: str, value: float) -> bytes:
    pattern = re.compile(rb'(<c r="' + cell.encode() + rb'"[^>]*><f>[^<]*</f>)<v ?/?>(</v>)?')
    return pattern.sub(rb"\g<1><v>" + repr(value).encode() + rb"</v>", sheet)


def write_shapefile(path: Path, frame: gpd.GeoDataFrame) -> None:
    """Write a shapefile whose table is in GBK and does not say so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pyogrio.write_dataframe(
        frame,
        path,
        driver="ESRI Shapefile",
        encoding="GBK",
        layer_options={"DBF_DATE_LAST_UPDATE": "2026-01-01"},
    )
    path.with_suffix(".cpg").unlink(missing_ok=True)
    table = path.with_suffix(".dbf")
    data = bytearray(table.read_bytes())
    data[29] = 0  # the language of the table, which old programs leave at "unknown"
    table.write_bytes(bytes(data))
