"""XLSX and XLS as a stream of blocks of text.

A number is written as Excel means it: whole numbers without a point; one of more
than 15 digits in scientific notation, because Excel has already lost the rest. A
date is ISO text. A formula counts by the value that Excel stored with it.
"""

from __future__ import annotations

import datetime as dt
import math
import os
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, Protocol

from citygrid_core.errors import Problem, Text
from citygrid_core.tables.guard import foreign
from citygrid_core.tables.header import HEAD, Layout
from citygrid_core.tables.notes import shown
from citygrid_core.tables.records import Block, block_of

_ROWS = 8192
_WIDEST = 1024
_BOOK = Text("an Excel workbook", "Excel 工作簿")
#: A cell as text, and the formula that has no value ("" mostly).
_Row = list[tuple[str, str]]


class Sheet(Protocol):
    """An opened sheet: its rows, again and again."""

    sheets: list[str]
    layer: str
    date1904: bool

    def rows(self) -> Iterator[_Row]:
        """Yield each row from the first on, empty ones too."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class Sheets:
    """A sheet of a workbook, opened: its first rows are known.

    Attributes
    ----------
    head : list of list of str
        The first rows, as they came.
    """

    def __init__(self, path: Path, sheet: Sheet) -> None:
        self.path = path
        self.sheet = sheet
        self.date1904 = sheet.date1904
        with foreign(path, _BOOK):
            self.head = [[text for text, _ in row] for row in islice(sheet.rows(), HEAD)]

    def blocks(self, layout: Layout) -> Iterator[Block]:
        """Yield the rows below the header."""
        try:
            yield from self._blocks(layout)
        finally:
            self.sheet.close()

    def _blocks(self, layout: Layout) -> Iterator[Block]:
        width = len(layout.names)
        rows = self._safely(islice(self.sheet.rows(), layout.first, None))
        done = layout.first
        while taken := list(islice(rows, _ROWS)):
            cells, problems = [], {}
            for at, row in enumerate(taken):
                number = done + at + 1
                found = [
                    _no_value(formula, layout.names[j], self.path.name, number)
                    for j, (_, formula) in enumerate(row[:width])
                    if formula
                ]
                over = [text for text, _ in row[width:] if text.strip()]
                if over:
                    found.append(_beyond(over, width, self.path.name, number))
                if found:
                    problems[at] = found
                texts = [formula or text for text, formula in row[:width]]
                cells.append(texts + [""] * (width - len(texts)))
            block = block_of(cells, [done + k + 1 for k in range(len(taken))], width)
            block.problems = problems
            done += len(taken)
            yield block

    def _safely(self, rows: Iterator[_Row]) -> Iterator[_Row]:
        while True:
            with foreign(self.path, _BOOK):
                row = next(rows, None)
            if row is None:
                return
            yield row


def _no_value(formula: str, field: str, file: str, row: int) -> Problem:
    return Problem(
        "cell.formula",
        shown(formula),
        Text("a value; the formula was never calculated", "数值；该公式尚未计算"),
        Text(
            "open the file in Excel and save it, or paste values",
            "请用Excel打开后保存，或粘贴为数值",
        ),
        file,
        row,
        field,
    )  # fmt: skip


def _beyond(over: list[str], width: int, file: str, row: int) -> Problem:
    return Problem(
        "row.columns",
        shown(" ".join(over)),
        Text(f"nothing beyond column {width}", f"第{width}列之后无内容"),
        Text("give the column a header or clear the cell", "请补充表头或清除该单元格"),
        file,
        row,
    )


def number_text(value: float) -> str:
    """Return a number of a sheet as text: ``12``, ``0.5``, ``3.20508010100100E+15``."""
    if math.isfinite(value) and value == int(value):
        return str(int(value)) if abs(value) < 1e15 else f"{value:.14E}"
    return repr(float(value))


def moment_text(value: dt.datetime) -> str:
    """Return a moment as ISO text, to the second; midnight is a date."""
    value = (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
    return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")


def cell_text(value: Any) -> str:
    """Return any value of a cell as text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, dt.datetime):
        return moment_text(value)
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return str(value)
    return str(value)


class Xlsx:
    """A sheet of an XLSX workbook, streamed by openpyxl.

    Parameters
    ----------
    path : Path
        The workbook.
    layer : str, optional
        Name of the sheet; without it the first one.
    """

    def __init__(self, path: Path, layer: str | None = None) -> None:
        self.path = path
        self._files: list[IO[bytes]] = []
        with foreign(path, _BOOK), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = self._book = self._open(data_only=True)
            self.sheets = [s.title for s in book.worksheets if s.sheet_state == "visible"]
            self.date1904 = book.epoch.year == 1904
            self.layer = layer if layer is not None else (self.sheets or book.sheetnames)[0]
            self._formulas = None
            if self.layer in book.sheetnames and _has_formulas(path):
                self._formulas = self._open(data_only=False)

    def _open(self, *, data_only: bool) -> Any:
        import openpyxl

        # A path is refused by its suffix, whatever is inside; a file is not.
        self._files.append(self.path.open("rb"))
        return openpyxl.load_workbook(self._files[-1], read_only=True, data_only=data_only)

    def rows(self) -> Iterator[_Row]:
        """Yield each row from the first on."""
        values = self._rows_of(self._book)
        if self._formulas is None:
            for row in values:
                yield [(cell_text(v), "") for v in row]
            return
        for row, formulas in zip(values, self._rows_of(self._formulas), strict=True):
            yield [
                (cell_text(v), _formula(f) if v is None else "")
                for v, f in zip(row, formulas, strict=False)
            ]

    def _rows_of(self, book: Any) -> Iterator[Iterable[Any]]:
        sheet = book[self.layer]
        # Some programs write a wrong extent; without it openpyxl reads what is there.
        sheet.reset_dimensions()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for row in sheet.iter_rows(values_only=True):
                yield row[:_WIDEST]

    def close(self) -> None:
        """Close the file."""
        for file in self._files:
            file.close()


def _formula(value: Any) -> str:
    text = getattr(value, "text", value)
    return str(text) if isinstance(text, str) and text.startswith("=") and len(text) > 1 else ""


def _has_formulas(path: Path) -> bool:
    """Return whether any sheet has a formula: a second pass is needed only then."""
    pattern = re.compile(rb"<(?:\w+:)?f[ >/]")
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            tail = b""
            with archive.open(name) as part:
                while piece := part.read(1 << 20):
                    if pattern.search(tail + piece):
                        return True
                    tail = piece[-16:]
    return False


class Xls:
    """A sheet of an old XLS workbook, read by xlrd."""

    def __init__(self, path: Path, layer: str | None = None) -> None:
        import xlrd

        self.path = path
        with foreign(path, _BOOK), open(os.devnull, "w") as nowhere:
            self._book = xlrd.open_workbook(str(path), logfile=nowhere)
            names = self._book.sheet_names()
            visible = [
                n for k, n in enumerate(names) if not self._book.sheet_by_index(k).visibility
            ]
            self.sheets = visible or names
            self.date1904 = bool(self._book.datemode)
            self.layer = layer if layer is not None else self.sheets[0]

    def rows(self) -> Iterator[_Row]:
        """Yield each row from the first on."""
        import xlrd

        sheet = self._book.sheet_by_name(self.layer)
        for at in range(sheet.nrows):
            row: _Row = []
            for cell in sheet.row(at)[:_WIDEST]:
                value: Any = cell.value
                if cell.ctype == xlrd.XL_CELL_DATE:
                    value = xlrd.xldate.xldate_as_datetime(value, self._book.datemode)
                elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                    value = bool(value)
                elif cell.ctype == xlrd.XL_CELL_ERROR:
                    value = xlrd.error_text_from_code.get(value, "#N/A")
                elif cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                    value = None
                row.append((cell_text(value), ""))
            yield row

    def close(self) -> None:
        """Release the workbook."""
        self._book.release_resources()
