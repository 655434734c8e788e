"""Whatever the bytes: an error of ours or balanced books, never a crash, never a lost row."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from citygrid_core.errors import CitygridError
from citygrid_core.tables import preview, read, read_chunks
from tests.core.tables.common import FIELDS, balanced, table

FUZZ = settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
FILES = ("t.csv", "gbk.csv", "utf16.csv", "t.xlsx", "t.gpkg", "t.shp", "t.geojson", "t.zip")


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One good file of each kind."""
    folder = tmp_path_factory.mktemp("fuzz")
    rows = [["编号", "类别代码", "名称", "普查日期", "经度", "纬度"]] + [
        [
            f"A{k}",
            "01001",
            f'上水"井盖{k}',
            "2026-03-05",
            f"{115.9 + k / 1000}",
            f"{28.6 + k / 1000}",
        ]
        for k in range(25)
    ]
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    table(folder, out.getvalue())
    table(folder, out.getvalue(), "gbk", "gbk.csv")
    table(folder, out.getvalue(), "utf-16", "utf16.csv")
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.active.append(["=1+1", None, None])
    book.save(folder / "t.xlsx")
    city = gpd.GeoDataFrame(
        {"编号": [r[0] for r in rows[1:]], "名称": [r[2] for r in rows[1:]]},
        geometry=[Point(float(r[4]), float(r[5])) for r in rows[1:]], crs=4490,
    )  # fmt: skip
    for name in ("t.gpkg", "t.geojson"):
        pyogrio.write_dataframe(city, folder / name)
    pyogrio.write_dataframe(city, folder / "t.shp", encoding="gb18030")
    with zipfile.ZipFile(folder / "t.zip", "w") as archive:
        for part in sorted(folder.glob("t.[sdpc]*")):
            if part.suffix != ".csv":
                archive.write(part, part.name)
    yield folder
    shutil.rmtree(folder)


def survives(path: Path) -> None:
    """Read in every way; check the books."""
    for crs in ("EPSG:4490", None):
        with suppress(CitygridError):
            whole = balanced(read(path, FIELDS, crs=crs))
            parts = list(read_chunks(path, FIELDS, crs=crs, rows=7))
            assert sum(p.read for p in parts) == whole.read
            assert sum(len(p.rejects) for p in parts) == len(whole.rejects)
    with suppress(CitygridError):
        assert preview(path).text("zh")


@pytest.mark.parametrize("name", FILES)
def test_the_samples_are_good(samples: Path, name: str) -> None:
    batch = balanced(read(samples / name, FIELDS, crs="EPSG:4490"))
    assert len(batch.frame) == 25


@FUZZ
@given(
    name=st.sampled_from(FILES),
    cut=st.floats(0, 1),
    holes=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=40)), max_size=6),
    keep=st.booleans(),
)
def test_mangled_bytes(
    samples: Path,
    tmp_path: Path,
    name: str,
    cut: float,
    holes: list[tuple[float, bytes]],
    keep: bool,
) -> None:
    for part in samples.glob(f"{Path(name).stem}.*"):
        shutil.copy(part, tmp_path / part.name)
    path = tmp_path / name
    raw = bytearray(path.read_bytes())
    for where, what in holes:
        at = int(where * len(raw))
        raw[at : at + len(what)] = what
    path.write_bytes(raw if keep else raw[: int(cut * len(raw))])
    survives(path)


@FUZZ
@given(
    part=st.sampled_from([".dbf", ".shx", ".prj", ".cpg"]),
    raw=st.binary(max_size=200),
    cut=st.floats(0, 1),
)
def test_mangled_parts_of_a_shapefile(
    samples: Path, tmp_path: Path, part: str, raw: bytes, cut: float
) -> None:
    for found in samples.glob("t.*"):
        shutil.copy(found, tmp_path / found.name)
    path = (tmp_path / "t.shp").with_suffix(part)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(cut * len(whole))] + raw)
    survives(tmp_path / "t.shp")


@FUZZ
@given(raw=st.binary(max_size=400))
def test_any_bytes(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(raw)
    survives(path)


CELL = st.text(st.sampled_from("aA1,;\t|\"'\r\n=井盖　０\x00\ufeff\x1f合计"), max_size=5)


@FUZZ
@given(text=st.text(st.sampled_from("a1,;\t|\"'\r\n井合计\x00 "), max_size=150))
def test_any_text_after_a_header(tmp_path: Path, text: str) -> None:
    survives(table(tmp_path, "编号,名称\n" + text))


@settings(FUZZ, max_examples=40)
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=12),
    end=st.sampled_from(["\r\n", "\n"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_every_cell_comes_back(
    tmp_path: Path, rows: list[list[str]], end: str, quoting: int
) -> None:
    """Against the csv module: whatever is written well is read as it was, row by row."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(["编号", "名称", "备注"])
    # The writer leaves a lone carriage return bare, which then ends a line.
    rows = [[c.replace("\x00", "").replace("\r", "") for c in ("k" + r[0], *r[1:])] for r in rows]
    writer.writerows(rows)
    path = table(tmp_path, out.getvalue())
    batch = balanced(read(path, FIELDS))
    assert batch.raw.to_numpy().tolist() == rows
    # The careful way says the same as the fast one.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("citygrid_core.tables.delimited._well_formed", lambda *_: (None, ""))
        slow = read(path, FIELDS)
    assert slow.raw.to_numpy().tolist() == rows
    assert slow.rejects == batch.rejects
