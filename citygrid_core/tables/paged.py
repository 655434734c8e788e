"""Pages become PDF files, the same bytes twice."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree


def write_pdf(html: str, path: Path, *, identifier: str) -> None:
    """Write a self-contained page as a PDF file.

    Parameters
    ----------
    identifier : str
        What the file is told apart by; from the data, never from a clock.
    """
    # WeasyPrint registers an empty namespace for the whole process, which breaks every
    # workbook that openpyxl writes afterwards: the registry is put back as it was.
    registry = ElementTree._namespace_map  # type: ignore[attr-defined]
    before = dict(registry)
    import weasyprint

    try:
        weasyprint.HTML(string=html).write_pdf(path, pdf_identifier=identifier.encode()[:32])
    finally:
        registry.clear()
        registry.update(before)
