"""GeoPackage, Shapefile and GeoJSON as a stream of blocks.

pyogrio reads columns at once. Texts of a Shapefile are taken as bytes and decoded
here: its declared encoding is too often missing or wrong.
"""

from __future__ import annotations

import glob
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from citygrid_core.errors import Problem, Text, UsageError
from citygrid_core.tables.encoding import (
    MARK,
    Encoding,
    declared,
    detect,
    detect_values,
    undecodable,
    unmarked,
)
from citygrid_core.tables.guard import foreign, unusable
from citygrid_core.tables.header import Layout, unique_names
from citygrid_core.tables.notes import shown
from citygrid_core.tables.records import Block

_BYTES = "ISO-8859-1"
_SAMPLE = 5000
_VECTOR = Text("a GeoPackage, Shapefile or GeoJSON", "GeoPackage、Shapefile 或 GeoJSON 文件")
_HOUSEKEEPING = ("layer_styles", "qgis_projects", "gpkg_", "rtree_")


class Vectors:
    """A layer of a vector file, opened.

    Parameters
    ----------
    path : Path
        The file; of a zip archive the one Shapefile (or other layer) in it.
    layer : str, optional
        Which layer; needed when there are several.
    encoding : str, optional
        Override for a Shapefile.

    Attributes
    ----------
    names : tuple of str
        Columns, decoded.
    crs : str
        As the file says, "" if it does not.
    count : int
        Number of features.
    """

    date1904 = False

    def __init__(self, path: Path, layer: str | None = None, encoding: str | None = None) -> None:
        import pyogrio

        self.path = path
        self._source = str(path)
        self.encoding = Encoding("utf-8", Text("by the format", "由文件格式规定"))
        if zipfile.is_zipfile(path):
            self._source = _inside_zip(path)
        elif not _is_binary(path):
            self.encoding, text = _json_text(path, encoding)
            if text:
                # GDAL takes UTF-8 only; the copy lives as long as this reader.
                self._copy = tempfile.TemporaryDirectory(prefix="citygrid-")
                self._source = str(Path(self._copy.name) / path.name)
                Path(self._source).write_text(text, "utf-8")
        _complete_shapefile(path)
        with foreign(path, _VECTOR), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            layers = [
                str(name)
                for name, _ in pyogrio.list_layers(self._source)
                if not str(name).startswith(_HOUSEKEEPING)
            ]
        self.layers = layers
        self.layer = _choose(path, layers, layer)
        with foreign(path, _VECTOR), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            info = pyogrio.read_info(
                self._source, layer=self.layer, encoding=_BYTES, force_feature_count=True
            )
        self.shapefile = info["driver"] == "ESRI Shapefile"
        if not self.shapefile:
            with foreign(path, _VECTOR), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                info = pyogrio.read_info(self._source, layer=self.layer, force_feature_count=True)
        self.driver = str(info["driver"])
        self.crs: str = info["crs"] or ""
        self.count = int(info["features"])
        self.geometry_type = str(info["geometry_type"] or "")
        names = [str(n) for n in info["fields"]]
        if self.shapefile:
            self.encoding = declared(encoding) if encoding else self._sniff(names)
            names = [unmarked(self._decode(n)) for n in names]
        self.notes: list[Text] = []
        self.names = unique_names(names, self.notes)

    def _decode(self, text: str) -> str:
        return text.encode("latin-1", "replace").decode(
            self.encoding.name.removesuffix("-sig"), MARK
        )

    def _sniff(self, names: list[str]) -> Encoding:
        """Decide by the bytes of the table; a ``.cpg`` that contradicts them is overruled."""
        _, columns = self._read(0, _SAMPLE)
        values = [n.encode("latin-1", "replace") for n in names]
        for column in columns:
            if column.dtype == object:
                values += [v.encode("latin-1", "replace") for v in column if isinstance(v, str)]
        said = _cpg(self.path)
        if said is not None and _fits(values, said):
            return said
        found = detect_values(values)
        if said is None or said.name == found.name:
            return found
        return Encoding(
            found.name,
            Text(
                f"{found.evidence.en}; the .cpg file says {said.name}, which does not fit",
                f"{found.evidence.zh}；.cpg 文件注明的 {said.name} 与内容不符",
            ),
        )

    def _read(self, skip: int, limit: int | None) -> tuple[NDArray[Any] | None, list[NDArray[Any]]]:
        import pyogrio

        with foreign(self.path, _VECTOR), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _, _, geometry, columns = pyogrio.raw.read(
                self._source,
                layer=self.layer,
                encoding=_BYTES if self.shapefile else None,
                skip_features=skip,
                max_features=limit,
                force_2d=True,
                datetime_as_string=True,
            )
        return geometry, list(columns)

    def blocks(self, layout: Layout, rows: int | None = None) -> Iterator[Block]:
        """Yield the features; their row number is their place in the file, from 1.

        Parameters
        ----------
        rows : int, optional
            Features read in one call; without it all at once.
        """
        done = 0
        step = self.count if rows is None else rows
        while done < self.count:
            wanted = min(step, self.count - done)
            geometry, columns = self._read(done, wanted)
            got = len(columns[0]) if columns else (0 if geometry is None else len(geometry))
            if got < wanted:
                raise unusable(
                    self.path,
                    "file.damaged",
                    Text(f"{done + got} readable features", f"{done + got}个可读要素"),
                    Text(f"{self.count} features as it says", f"文件所述的{self.count}个要素"),
                    Text("ask the sender for it again", "请对方重新发送"),
                )
            yield self._block(geometry, columns, done)
            done += got

    def _block(self, wkb: NDArray[Any] | None, columns: list[NDArray[Any]], done: int) -> Block:
        count = len(columns[0]) if columns else (0 if wkb is None else len(wkb))
        numbers = np.arange(done + 1, done + count + 1, dtype=np.int64)
        block = Block([], numbers)
        for name, column in zip(self.names, columns, strict=True):
            block.columns.append(self._column(name, column, block))
        if wkb is not None:
            block.geometry = self._geometry(wkb, block)
        return block

    def _column(self, name: str, column: NDArray[Any], block: Block) -> NDArray[Any]:
        if column.dtype.kind in "iuf":
            return column
        if column.dtype.kind == "b":
            return np.where(column, "TRUE", "FALSE").astype(object)
        codes, uniques = pd.factorize(column)
        texts = np.empty(len(uniques) + 1, dtype=object)
        texts[-1] = ""
        bad: set[int] = set()
        for k, value in enumerate(uniques):
            text = value if isinstance(value, str) else _other(value)
            if self.shapefile:
                text = self._decode(text)
                if undecodable(text):
                    # A DBF cell may be cut off within its last character.
                    text = _trimmed(text)
                    if undecodable(text):
                        bad.add(k)
                        text = unmarked(text)
            texts[k] = text
        for at in np.flatnonzero(np.isin(codes, list(bad))) if bad else ():
            block.problems.setdefault(int(at), []).append(
                Problem(
                    "encoding.undecodable",
                    shown(texts[codes[at]]),
                    Text(f"text in {self.encoding.name}", f"{self.encoding.name}编码的文本"),
                    Text("name the encoding (--encoding)", "请指定编码（--encoding）"),
                    self.path.name,
                    int(block.rows[at]),
                    name,
                )
            )
        return texts[codes]

    def _geometry(self, wkb: NDArray[Any], block: Block) -> NDArray[np.object_]:
        geometry: NDArray[np.object_] = shapely.from_wkb(wkb, on_invalid="ignore")
        absent = np.array([v is None for v in wkb], dtype=bool)
        for at in np.flatnonzero(shapely.is_missing(geometry) & ~absent):
            block.problems.setdefault(int(at), []).append(
                Problem(
                    "geometry.damaged",
                    Text("a geometry that can't be read", "无法读取的几何图形"),
                    Text("a geometry", "几何图形"),
                    Text("draw it again, or ask for it again", "请重新绘制或重新索取"),
                    self.path.name,
                    int(block.rows[at]),
                )
            )
        return geometry


def _other(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, np.ndarray):
        return ", ".join(map(str, value.tolist()))
    return str(value)


def _trimmed(text: str) -> str:
    for cut in (1, 2, 3):
        if not undecodable(text[:-cut]):
            return text[:-cut]
    return text


def _fits(values: list[bytes], encoding: Encoding) -> bool:
    bad = 0
    for value in values:
        if not value.isascii():
            bad += undecodable(_trimmed(value.decode(encoding.name.removesuffix("-sig"), MARK)))
    return not bad


def _cpg(path: Path) -> Encoding | None:
    """Return what a ``.cpg`` beside (or inside the archive with) the Shapefile says."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                named = [n for n in archive.namelist() if n.lower().endswith(".cpg")]
                raw = archive.read(named[0]) if named else b""
        else:
            beside = [path.with_suffix(s) for s in (".cpg", ".CPG")]
            raw = next((p.read_bytes() for p in beside if p.is_file()), b"")
        said = raw.decode("ascii").strip()
    except (OSError, UnicodeDecodeError, zipfile.BadZipFile, KeyError, RuntimeError, ValueError):
        return None
    if not said:
        return None
    page = said.lower().removeprefix("ansi ").removeprefix("oem ")
    try:
        found = declared({"936": "gb18030", "65001": "utf-8"}.get(page, page))
    except UsageError:
        return None
    return Encoding(found.name, Text(f"the .cpg file says {said}", f".cpg 文件注明 {said}"))


def _is_binary(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in (b"SQLi", b"\x00\x00\x27\x0a")


def _json_text(path: Path, encoding: str | None) -> tuple[Encoding, str]:
    """Return the encoding of a GeoJSON file, and its text in UTF-8 where it is another."""
    with path.open("rb") as file:
        found = declared(encoding) if encoding else detect(iter(lambda: file.read(1 << 22), b""))
    if found.name in ("utf-8", "utf-8-sig"):
        return found, ""
    return found, unmarked(path.read_bytes().decode(found.name, MARK))


def _inside_zip(path: Path) -> str:
    """Return GDAL's name of the one layer file in an archive."""
    with foreign(path, Text("a zip archive", "zip 压缩包")), zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if not n.startswith("__MACOSX/")]
    found = [n for n in names if n.lower().endswith((".shp", ".gpkg", ".geojson"))]
    if len(found) == 1:
        return f"/vsizip/{{{path}}}/{found[0]}"
    held = ", ".join(found or names[:10]) or "-"
    raise unusable(
        path,
        "zip.content",
        Text(f"an archive with {held}", f"压缩包内容：{held}"),
        Text("an archive with one Shapefile", "含一个 Shapefile 的压缩包"),
        Text("unpack it and name the file to read", "请解压后指定要读取的文件"),
    )


def _complete_shapefile(path: Path) -> None:
    if path.suffix.lower() != ".shp":
        return
    there = {p.suffix.lower() for p in path.parent.glob(f"{glob.escape(path.stem)}.*")}
    missing = [s for s in (".shx", ".dbf") if s not in there]
    if missing:
        said = " ".join(missing)
        raise unusable(
            path,
            "shapefile.parts",
            Text(f"a Shapefile without its {said}", f"Shapefile 缺少 {said}"),
            Text("the files .shp, .shx and .dbf side by side", ".shp、.shx、.dbf 三个文件在一起"),
            Text("ask the sender for all files of it", "请对方发送全部文件"),
        )


def _choose(path: Path, layers: list[str], layer: str | None) -> str:
    listed = ", ".join(layers) or "-"
    if layer is not None:
        if layer in layers:
            return layer
        raise unusable(
            path,
            "layer.unknown",
            shown(layer),
            Text(f"one of the layers {listed}", f"以下图层之一：{listed}"),
        )
    if len(layers) == 1:
        return layers[0]
    raise unusable(
        path,
        "layer.several" if layers else "layer.none",
        Text(f"layers {listed}", f"图层：{listed}"),
        Text("one layer", "一个图层"),
        Text("say which one (--layer)", "请指定图层（--layer）"),
    )
