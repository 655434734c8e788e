"""What a file is, before it is read: everything that was detected, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from citygrid_core.errors import Language, Text
from citygrid_core.tables.crs import Declared, crs_name, declare
from citygrid_core.tables.delimited import Delimited
from citygrid_core.tables.fields import Field
from citygrid_core.tables.judging import Context, texts_of
from citygrid_core.tables.mapping import Mapping, Places
from citygrid_core.tables.notes import SILENT, Notes
from citygrid_core.tables.records import Block, Body
from citygrid_core.tables.sources import Opened, open_source
from citygrid_core.tables.values import convert
from citygrid_core.tables.vectors import Vectors

#: Rows that are looked at, and rows that are shown.
_LOOKED, SHOWN = 500, 10
_DELIMITERS = {
    ",": Text("comma", "逗号"),
    "\t": Text("tab", "制表符"),
    ";": Text("semicolon", "分号"),
    "|": Text("bar", "竖线"),
    "，": Text("full-width comma", "全角逗号"),
}
_KINDS = {
    "empty": Text("empty", "空"), "text": Text("text", "文本"), "code": Text("code", "编码"),
    "integer": Text("integer", "整数"), "number": Text("number", "数字"),
    "date": Text("date", "日期"), "datetime": Text("date and time", "日期时间"),
}  # fmt: skip


@dataclass(frozen=True)
class ColumnPreview:
    """One column of the file: its name, what its values look like, how many are filled.

    Attributes
    ----------
    kind : str
        A kind of `Field`, or ``empty``.
    filled : float
        Share of the rows looked at that have a value.
    """

    name: str
    kind: str
    filled: float
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """What was detected.

    Attributes
    ----------
    format : str
        ``csv`` (any delimiter), ``xlsx``, ``xls`` or the name of the vector driver.
    encoding, encoding_evidence : str, Text
        "" for workbooks.
    delimiter : str
        "" unless a text file.
    layer, layers : str, tuple of str
        Sheet or layer that is read, and all there are.
    header_rows : tuple of int
        From 1; empty when there is none.
    columns : tuple of ColumnPreview
    x, y : str
        Columns that look like coordinates.
    crs, crs_evidence : str, Text
        "" when the file does not say; it has to be declared then.
    datum, datum_evidence : str, Text
        What the names of the coordinate columns speak of; "" nothing.
    geometry : str
        Geometry type of a vector layer.
    rows : int or None
        Number of features when the file says it.
    sample : tuple of dict
        First rows as they come.
    notes : tuple of Text
    """

    path: Path
    format: str
    encoding: str
    encoding_evidence: Text
    delimiter: str
    layer: str
    layers: tuple[str, ...]
    header_rows: tuple[int, ...]
    columns: tuple[ColumnPreview, ...]
    x: str
    y: str
    crs: str
    crs_evidence: Text
    datum: str
    datum_evidence: Text
    geometry: str
    rows: int | None
    sample: tuple[dict[str, str], ...]
    notes: tuple[Text, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data, ready for JSON."""
        return {
            "path": str(self.path),
            "format": self.format,
            "encoding": self.encoding,
            "encoding_evidence": self.encoding_evidence._asdict(),
            "delimiter": self.delimiter,
            "layer": self.layer,
            "layers": list(self.layers),
            "header_rows": list(self.header_rows),
            "columns": [
                {"name": c.name, "kind": c.kind, "filled": c.filled, "samples": list(c.samples)}
                for c in self.columns
            ],
            "x": self.x,
            "y": self.y,
            "crs": self.crs,
            "crs_evidence": self.crs_evidence._asdict(),
            "datum": self.datum,
            "datum_evidence": self.datum_evidence._asdict(),
            "geometry": self.geometry,
            "rows": self.rows,
            "sample": list(self.sample),
            "notes": [n._asdict() for n in self.notes],
        }

    def text(self, lang: Language = "en") -> str:
        """Return lines for people."""
        zh = lang == "zh"
        lines = [f"{self.path.name}: {self.format}"]

        def say(label: Text, value: str, why: Text = SILENT) -> None:
            if value:
                reason = why.text(lang)
                tail = (f"（{reason}）" if zh else f" ({reason})") if reason else ""
                lines.append(f"  {label.text(lang)}{'：' if zh else ': '}{value}{tail}")

        say(Text("encoding", "编码"), self.encoding, self.encoding_evidence)
        say(
            Text("delimiter", "分隔符"),
            _DELIMITERS.get(self.delimiter, Text(*[self.delimiter] * 2)).text(lang),
        )
        say(Text("layer", "图层"), self.layer)
        say(Text("header row", "表头行"), ", ".join(map(str, self.header_rows)))
        say(Text("geometry", "几何类型"), self.geometry)
        say(Text("coordinates", "坐标列"), ", ".join(filter(None, (self.x, self.y))))
        missing = Text("not said", "未注明").text(lang) if self.x or self.geometry else ""
        say(
            Text("CRS", "坐标参考系"),
            self.crs or missing,
            self.crs_evidence if self.crs else SILENT,
        )
        say(Text("datum", "坐标基准"), self.datum, self.datum_evidence)
        say(Text("features", "要素数"), "" if self.rows is None else str(self.rows))
        for c in self.columns:
            some = ", ".join(c.samples)
            lines.append(f"    {c.name}  [{_KINDS[c.kind].text(lang)}, {c.filled:.0%}]  {some}")
        lines += [f"  {n.text(lang)}" for n in self.notes]
        return "\n".join(lines)


def preview(
    path: str | Path,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    mapping: Mapping | None = None,
    fields: Sequence[Field] = (),
) -> Preview:
    """Look at a file and say what it is.

    Parameters
    ----------
    path : path
        A table or vector file.
    layer, encoding : str, optional
        As in `read`.
    mapping, fields : optional
        With them the header is found by our labels, as `read` does.

    Raises
    ------
    UnusableInput
        It can't be read at all.
    """
    opened = open_source(path, fields=fields, mapping=mapping, layer=layer, encoding=encoding)
    mapping = mapping or Mapping()
    places = Places(opened.layout.names, (), Mapping())
    file_crs = opened.source.crs if isinstance(opened.source, Vectors) else ""
    declared = declare(file_crs, mapping.crs or None, mapping.datum or None)
    return describe(opened, places, declared)


#: Formats that have no encoding to be told, or only one.
_BINARY = ("xlsx", "xls", "georeport")


def describe(
    opened: Opened, places: Places, declared: Declared, first: Block | None = None
) -> Preview:
    """Return the preview of an opened file; `first` is its first rows when they are at hand."""
    source, layout = opened.source, opened.layout
    names = layout.names
    if first is None and isinstance(source, Vectors):
        first = next(source.blocks(layout, _LOOKED), None)
    elif first is None:
        first = next(Body(opened.path.name).through(source.blocks(layout)), None)
    block = Block([np.empty(0, dtype=object) for _ in names], np.empty(0, np.int64))
    if first is not None:
        block = first.take(np.arange(min(len(first), _LOOKED)))
    texts = [texts_of(c) for c in block.columns]
    vector = source if isinstance(source, Vectors) else None
    has_geometry = vector is not None and bool(vector.geometry_type)
    x = "" if places.x is None or has_geometry else names[places.x]
    y = "" if places.y is None or has_geometry else names[places.y]
    datum = declared.datum or ("" if has_geometry else places.datum)
    said = Text(f"by the names {x}, {y}", f"据列名 {x}、{y}")
    return Preview(
        opened.path,
        vector.driver if vector else opened.format,
        "" if opened.format in _BINARY else source.encoding.name,  # type: ignore[union-attr]
        SILENT if opened.format in _BINARY else source.encoding.evidence,  # type: ignore[union-attr]
        source.delimiter if isinstance(source, Delimited) else "",
        opened.layer,
        opened.layers,
        layout.rows,
        tuple(_column(n, t, opened.path.name) for n, t in zip(names, texts, strict=False)),
        x,
        y,
        crs_name(declared.crs),
        declared.evidence,
        datum,
        declared.evidence if declared.datum else (said if datum else SILENT),
        vector.geometry_type if vector else "",
        vector.count if vector else None,
        tuple(
            {n: str(t[k]) for n, t in zip(names, texts, strict=False)}
            for k in range(min(SHOWN, len(block)))
        ),
        opened.notes,
    )


def _column(name: str, texts: np.ndarray[Any, Any], file: str) -> ColumnPreview:
    filled = [t for t in texts if t.strip()]
    share = len(filled) / len(texts) if len(texts) else 0.0
    return ColumnPreview(
        name, guess_kind(filled, file), share, tuple(t[:24] for t in dict.fromkeys(filled))[:3]
    )


def guess_kind(filled: list[str], file: str = "") -> str:
    """Return the kind that all values of a column fit, the strictest one."""
    if not filled:
        return "empty"
    texts = np.empty(len(filled), dtype=object)
    texts[:] = filled
    same = len({len(t) for t in filled}) == 1
    digits = all(re.fullmatch(r"[0-9]+", t) for t in filled)
    if digits and (
        any(t[0] == "0" and len(t) > 1 for t in filled) or (same and len(filled[0]) >= 9)
    ):
        return "code"
    if not (digits and not (same and len(filled[0]) == 8)):
        for kind in ("date", "datetime"):
            if _fits(texts, Field(name="", kind=kind), file):
                timed = any(re.search(r"\d[:：时]\d|时", t) for t in filled)
                return "datetime" if timed else "date"
    for kind in ("integer", "number"):
        if _fits(texts, Field(name="", kind=kind), file):  # type: ignore[arg-type]
            return kind
    return "text"


def _fits(texts: np.ndarray[Any, Any], field: Field, file: str) -> bool:
    notes = Notes(file)
    notes.begin(np.arange(len(texts), dtype=np.int64))
    convert(texts, field, notes, Context())
    return not notes.problems
