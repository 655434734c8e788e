"""An index as a file: mapped, whole or not at all, and refused when it is not right."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

from citygrid_core.locate import CellIndex, IndexFileError
from tests.core.locate.cell_oracle import codes_for, hard_points, voronoi


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[CellIndex, Path]:
    index = CellIndex.build(voronoi(80, 1), codes_for(80, 2), tag="grids 2026-10-01")
    path = tmp_path_factory.mktemp("index") / "网格.cells"
    index.save(path)
    return index, path


def test_an_opened_index_answers_as_the_one_that_was_saved(saved: tuple[CellIndex, Path]) -> None:
    index, path = saved
    opened = CellIndex.open(path)
    x, y = hard_points(voronoi(80, 1), 500, 3)
    np.testing.assert_array_equal(opened.locate(x, y), index.locate(x, y))
    for mine, theirs in zip(opened.locate_all(x, y), index.locate_all(x, y), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert opened.codes.tolist() == index.codes.tolist()
    assert opened.tag == "grids 2026-10-01"
    assert opened.nbytes == index.nbytes
    assert b"pickle" not in path.read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="modes of files are Unix's")
def test_colleagues_of_a_folder_may_read_it(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        CellIndex.build([shapely.box(0, 0, 1, 1)], ["a"]).save(tmp_path / "a.cells")
    finally:
        os.umask(before)
    assert (tmp_path / "a.cells").stat().st_mode & 0o777 == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["a.cells"]


def test_codes_of_any_script_and_an_empty_index_come_back(tmp_path: Path) -> None:
    CellIndex.build([shapely.box(0, 0, 1, 1)] * 3, ["网格", "", "a\x00"]).save(tmp_path / "a")
    assert CellIndex.open(tmp_path / "a").codes.tolist() == ["网格", "", "a\x00"]
    CellIndex.build([], []).save(tmp_path / "none")
    assert CellIndex.open(tmp_path / "none").locate([1.0], [1.0]).tolist() == [-1]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda b: b"GPKG" + b[4:], "no index"),
        (lambda b: b[:20], "no index"),
        (lambda b: b[:15] + bytes([99]) + b[16:], "version 99"),
        (lambda b: b[:200] + b"!" + b[201:], "damaged"),
        (lambda b: b[:-100], "cut off"),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason(
    saved: tuple[CellIndex, Path], tmp_path: Path, change: object, reason: str
) -> None:
    path = tmp_path / "bad.cells"
    path.write_bytes(change(saved[1].read_bytes()))  # type: ignore[operator]
    with pytest.raises(IndexFileError, match=reason) as raised:
        CellIndex.open(path)
    assert "bad.cells" in str(raised.value)
    assert "重新建立" in raised.value.text("zh")


def test_saving_is_whole_or_not_at_all(
    saved: tuple[CellIndex, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "city.cells"
    saved[0].save(path)
    before = path.read_bytes()

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        CellIndex.build([shapely.box(0, 0, 1, 1)], ["a"]).save(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["city.cells"]


@pytest.mark.slow
def test_a_new_process_answers_its_first_point_at_once(tmp_path: Path) -> None:
    cells = voronoi(600, 5)
    CellIndex.build(cells, codes_for(600, 6)).save(tmp_path / "city.cells")
    script = (
        "import sys, time\n"
        "from citygrid_core.locate import CellIndex\n"
        "start = time.perf_counter()\n"
        "found = CellIndex.open(sys.argv[1]).locate_one(500900.0, 3400900.0)\n"
        "print(found, time.perf_counter() - start)\n"
    )
    path = str(tmp_path / "city.cells")
    runs = [
        subprocess.run(
            [sys.executable, "-c", script, path], check=True, capture_output=True, text=True
        ).stdout.split()
        for _ in range(3)
    ]
    assert shapely.covers(cells[int(runs[0][0])], shapely.Point(500900.0, 3400900.0))
    assert min(float(seconds) for _, seconds in runs) < 0.050
