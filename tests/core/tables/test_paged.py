"""A PDF is written, and workbooks can still be written after it."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from citygrid_core.tables.paged import write_pdf


def test_a_page_becomes_a_pdf_the_same_twice(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        write_pdf("<h1>综合评价</h1>", tmp_path / name, identifier="abc")
    one, two = ((tmp_path / n).read_bytes() for n in ("a.pdf", "b.pdf"))
    assert one == two
    assert one.startswith(b"%PDF")


def test_a_workbook_can_be_written_after_a_pdf(tmp_path: Path) -> None:
    write_pdf("<p>1</p>", tmp_path / "a.pdf", identifier="abc")
    book = openpyxl.Workbook()
    book.active["A1"] = "井盖"  # type: ignore[index]
    book.save(tmp_path / "a.xlsx")
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").active["A1"].value == "井盖"  # type: ignore[index]
