"""A census comes in: in parts, from instruments and drawings, in another edition's codes."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from citygrid_core.errors import CitygridError, UnusableInput
from citygrid_core.operations.census import parts as census_parts
from citygrid_core.operations.census.imported import import_components
from citygrid_core.operations.census.keys import Seen, hashes
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.tables import Mapping, write
from citygrid_core.tables.instruments import instrument_points
from citygrid_core.workspace import Workspace
from tests.core.operations.conftest import DAY, METRES
from tests.core.operations.test_messy import options, truth

#: What the import says of each planted defect.
RULES = {
    "unknown_class": "class.unknown",
    "unknown_department": "department.unmatched",
    "unknown_state": "choice.unknown",
    "impossible_date": "date.invalid",
    "missing_x": "position.missing",
    "missing_point": "position.missing",
    "swapped_axes": "position.swapped",
    "outside_city": "position.outside",
    "duplicate_key": "row.duplicate",
}
MESSY = [
    "components_gbk.csv", "components.xlsx", "components_utf16.tsv",
    "components_shp/components.shp", "components.geojson",
]  # fmt: skip


def inside(ws: Workspace, count: int, seed: int = 1) -> np.ndarray:
    """Return points inside unit grids, to the millimetre."""
    grids = ws.read("grids")
    rng = np.random.default_rng(seed)
    chosen = grids.geometry.iloc[rng.integers(0, len(grids), count)]
    xy = shapely.get_coordinates(chosen.representative_point().to_numpy())
    return np.round(xy + rng.uniform(-0.4, 0.4, xy.shape), 3)


@pytest.mark.parametrize("file", MESSY)
def test_each_planted_defect_is_found_by_the_right_rule(
    city: Workspace, small_city: Path, file: str
) -> None:
    report = import_components(
        city, small_city / "messy" / file, options=options(small_city, file), on=DAY, dry_run=True
    )
    told = truth(small_city, file)
    for row in told[told["outcome"] == "rejected"].itertuples():
        found = {p.rule for p in report.problems if p.row == row.row}
        assert RULES[row.defect] in found, f"row {row.row}: {row.defect}, said {found}"


def test_parts_the_whole_and_another_process_store_the_same(
    drawn: Path, small_city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (small_city / "components.csv").read_text(encoding="utf-8").splitlines()
    table = tmp_path / "components.csv"
    table.write_text("\n".join([lines[0], *lines[1::4], lines[1], "X,?,,1,2"]), encoding="utf-8")
    frames, told = [], []
    for name, rows, processes in (("parts", 300, 1), ("whole", 100_000, 1), ("apart", 900, 2)):
        monkeypatch.setattr(census_parts, "_LARGE", 0 if processes == 2 else 1 << 40)
        path = tmp_path / f"{name}.gpkg"
        shutil.copy(drawn, path)
        with Workspace.open(path) as ws:
            given = {"options": METRES, "rows_at_once": rows, "processes": processes}
            report = import_components(ws, table, on=DAY, **given)
            assert report.balanced
            assert report.rejected == 2
            told.append((report.details, [p.text("en") for p in report.problems]))
            frames.append(ws.read("components").sort_values("code").reset_index(drop=True))
            if name == "parts":
                again = import_components(ws, table, on="2025-02-01", **given)
                assert (again.stored, again.unchanged) == (0, report.stored)
                assert ws.verify() == []
    for frame in frames[1:]:
        pd.testing.assert_frame_equal(frames[0], frame)
    assert told[0] == told[1] == told[2]


def test_what_another_process_can_not_use_is_said_here(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(census_parts, "_LARGE", 0)
    file = tmp_path / "a.csv"
    file.write_text("编号,类别代码\n1,01001\n", encoding="utf-8")
    with Workspace.open(drawn, read_only=False) as ws, pytest.raises(UnusableInput) as refused:
        import_components(ws, file, options=METRES, on=DAY, processes=2)
    assert [p.rule for p in refused.value.problems] == ["position.columns"]


def test_a_key_that_comes_again_in_a_later_part_is_named(city: Workspace, tmp_path: Path) -> None:
    xy = inside(city, 40)
    table = pd.DataFrame(
        {"编号": [*map(str, range(39)), "3"], "类别代码": "01001", "x": xy[:, 0], "y": xy[:, 1]}
    )
    write(table, tmp_path / "a.csv")
    report = import_components(city, tmp_path / "a.csv", options=METRES, on=DAY, rows_at_once=10)
    assert (report.read, report.stored, report.rejected) == (40, 39, 1)
    (problem,) = report.problems
    assert (problem.rule, problem.row) == ("row.duplicate", 41)
    assert "row 5 has it already" in problem.text("en")


def test_a_changed_row_is_found_among_the_held_by_its_key(city: Workspace, tmp_path: Path) -> None:
    xy = inside(city, 30)
    table = pd.DataFrame(
        {"编号": range(30), "类别代码": "01001", "x": xy[:, 0], "y": xy[:, 1], "状态": "完好"}
    )
    write(table, tmp_path / "a.csv")
    import_components(city, tmp_path / "a.csv", source="队一", options=METRES, on=DAY)
    table.loc[7, "状态"] = "破损"
    write(table, tmp_path / "a.csv", overwrite=True)
    report = import_components(
        city, tmp_path / "a.csv", source="队一", options=METRES, on="2025-02-01"
    )
    assert (report.stored, report.unchanged, report.details["changed"]) == (1, 29, 1)
    versions = city.read("components", at="all", where={"source_key": "7"})
    assert versions["state"].tolist() == ["intact", "damaged"]
    assert versions["code"].nunique() == 1
    other = import_components(city, tmp_path / "a.csv", source="队二", options=METRES, on=DAY)
    assert other.stored == 30


def test_points_of_an_instrument_come_in_as_they_are(city: Workspace, tmp_path: Path) -> None:
    xy = inside(city, 6)
    codes = ["GSJ", "GSJ", "LD", "01013", "路灯", "未定"]
    lines = [
        f"{i + 1},{c},{x:.3f},{y:.3f},23.4"
        for i, (c, (x, y)) in enumerate(zip(codes, xy, strict=True))
    ]
    path = tmp_path / "gps.dat"
    path.write_text("\n".join(lines) + "\n", encoding="gbk")
    how = SourceOptions(
        mapping=Mapping(crs="EPSG:4547", values={"class_code": {"GSJ": "供水井盖", "LD": "01037"}})
    )
    report = import_components(city, path, options=how, on=DAY, proposals=tmp_path / "open.csv")
    assert (report.read, report.stored, report.rejected) == (6, 5, 1)
    held = city.read("components").sort_values("source_key")
    assert held["class_code"].tolist() == ["01001", "01001", "01037", "01013", "01037"]
    assert shapely.get_coordinates(held.geometry.to_numpy()) == pytest.approx(xy[:5])
    proposed = pd.read_csv(tmp_path / "open.csv", dtype=str)
    assert proposed[["field", "found", "rows"]].to_numpy().tolist() == [["class_code", "未定", "1"]]
    assert import_components(city, path, options=how, on=DAY).unchanged == 5


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("P1,W,520583.71,3386397.48,25.1", ("P1", "W", "520583.71", "3386397.48", "25.1")),
        ("P1,3386397.48,520583.71,25.1,W", ("P1", "W", "520583.71", "3386397.48", "25.1")),
        ("P1,38520583.71,3386397.48,25.1,W", ("P1", "W", "520583.71", "3386397.48", "25.1")),
        ("P1 W 520583.71 3386397.48 25.1", ("P1", "W", "520583.71", "3386397.48", "25.1")),
        ("P1,W,520583.71,3386397.48", ("P1", "W", "520583.71", "3386397.48", "")),
    ],
)
def test_which_column_is_north_is_told_by_the_values(
    tmp_path: Path, line: str, expected: tuple[str, ...]
) -> None:
    (tmp_path / "p.txt").write_text(line + "\n", encoding="utf-8")
    assert instrument_points(tmp_path / "p.txt", tmp_path / "t.csv")
    assert (
        tuple(pd.read_csv(tmp_path / "t.csv", dtype=str, keep_default_na=False).iloc[0]) == expected
    )


@pytest.mark.parametrize(
    "text", ["编号,类别,x,y\n1,W,520583.71,3386397.48\n", "1,2,3,4\n", "a b\n", "\n"]
)
def test_other_tables_are_not_taken_for_points(tmp_path: Path, text: str) -> None:
    (tmp_path / "p.txt").write_text(text, encoding="utf-8")
    assert not instrument_points(tmp_path / "p.txt", tmp_path / "t.csv")
    assert not (tmp_path / "t.csv").exists()


def test_blocks_of_a_drawing_with_their_attributes(city: Workspace, tmp_path: Path) -> None:
    import ezdxf

    drawing = ezdxf.new("R2010")
    for name in ("雨水井", "路灯"):
        block = drawing.blocks.new(name)
        block.add_circle((0, 0), 0.5)
    xy = inside(city, 3)
    space = drawing.modelspace()
    for k, (name, at) in enumerate(zip(("雨水井", "路灯", "雨水井"), xy, strict=True)):
        insert = space.add_blockref(name, at, dxfattribs={"layer": "管线"})
        insert.add_attrib("资产编号", f"ZC-{k}", at)
    space.add_line((0, 0), (1, 1))
    path = tmp_path / "plan.dxf"
    drawing.saveas(path)
    mapping = Mapping(
        crs="EPSG:4547",
        columns={"asset_number": "资产编号"},
        values={"class_code": {"雨水井": "雨水井盖"}},
    )
    report = import_components(city, path, options=SourceOptions(mapping=mapping), on=DAY)
    assert (report.read, report.stored) == (3, 3)
    held = city.read("components").sort_values("asset_number")
    assert held["class_code"].tolist() == ["01003", "01037", "01003"]
    assert held["asset_number"].tolist() == ["ZC0", "ZC1", "ZC2"]
    again = import_components(city, path, options=SourceOptions(mapping=mapping), on=DAY)
    assert again.unchanged == 3


def test_codes_of_the_old_edition_go_through_the_crosswalk(city: Workspace, tmp_path: Path) -> None:
    xy = inside(city, 3)
    table = pd.DataFrame(
        {"编号": [1, 2, 3], "类别代码": ["0101", "0103", "9999"], "x": xy[:, 0], "y": xy[:, 1]}
    )
    write(table, tmp_path / "old.csv")
    report = import_components(
        city, tmp_path / "old.csv", options=METRES, from_edition="gbt30428-2013", on=DAY
    )
    assert (report.stored, report.rejected) == (2, 1)
    assert city.read("components")["class_code"].tolist() == ["01001", "01003"]
    with pytest.raises(CitygridError, match="nothing-1999"):
        import_components(
            city, tmp_path / "old.csv", options=METRES, from_edition="nothing-1999", on=DAY
        )


def test_a_class_of_another_edition_is_refused_row_by_row(city: Workspace, tmp_path: Path) -> None:
    """Not said from which edition: a four-digit class is no class here, and is not guessed."""
    xy = inside(city, 2)
    table = pd.DataFrame(
        {"编号": [1, 2], "类别代码": ["0101", "01001"], "x": xy[:, 0], "y": xy[:, 1]}
    )
    write(table, tmp_path / "mixed.csv")
    report = import_components(city, tmp_path / "mixed.csv", options=METRES, on=DAY)
    assert (report.read, report.stored, report.rejected) == (2, 1, 1)
    assert {p.rule for p in report.problems} == {"class.unknown"}
    assert city.read("components")["class_code"].tolist() == ["01001"]


def test_numbers_of_others_are_kept_in_one_spelling(city: Workspace, tmp_path: Path) -> None:
    xy = inside(city, 2)
    table = pd.DataFrame(
        {"编号": [1, 2], "类别代码": "01001", "x": xy[:, 0], "y": xy[:, 1],
         "井盖编号": ["3601 3100 0000 0000 001", "３６０１３１００００００００００００２"],
         "权属单位资产编号": ["sw-1", "sw-2"]}
    )  # fmt: skip
    write(table, tmp_path / "a.csv")
    import_components(city, tmp_path / "a.csv", options=METRES, on=DAY)
    held = city.read("components")
    assert held["manhole_number"].tolist() == ["3601310000000000001", "3601310000000000002"]
    assert held["asset_number"].tolist() == ["SW1", "SW2"]


def test_seen_keys_keep_the_last_number_through_every_merge() -> None:
    rng = np.random.default_rng(2)
    seen, truth_ = Seen(), {}
    for part in range(40):
        keys = rng.integers(0, 3_000, rng.integers(1, 200))
        for i, k in enumerate(keys):
            truth_[int(k)] = part * 1_000 + i
        texts = pd.Series([str(k) for k in keys], dtype=object)
        last = ~texts.duplicated(keep="last").to_numpy()
        seen.add(hashes(texts)[last], (part * 1_000 + np.arange(len(keys)))[last])
    asked = pd.Series([str(k) for k in range(3_200)], dtype=object)
    assert seen.find(hashes(asked)).tolist() == [truth_.get(k, -1) for k in range(3_200)]


# --- bad input -------------------------------------------------------------------------------


def attempt(ws: Workspace, path: Path) -> None:
    """Import what may be broken: either it is refused, or the books balance."""
    before = ws.count("components", at="all")
    try:
        report = import_components(ws, path, options=METRES, on=DAY, dry_run=True)
    except CitygridError as error:
        said = (error.text("zh"), error.text("en"))
    else:
        said = ("balanced",) if report.balanced else ("",)
    assert all(said)
    assert ws.count("components", at="all") == before


def good_file(ws: Workspace, folder: Path, suffix: str) -> Path:
    xy = inside(ws, 60)
    table = gpd.GeoDataFrame(
        {"code": [f"K{i}" for i in range(60)], "class_code": "01001", "note": "好"},
        geometry=shapely.points(xy), crs=ws.crs,
    ).rename(columns={"code": "编号", "class_code": "类别代码"})  # fmt: skip
    path = folder / f"good{suffix}"
    if suffix == ".shp":
        table.rename(columns={"编号": "bh", "类别代码": "lbdm"}).to_file(path, encoding="utf-8")
    elif suffix == ".dat":
        lines = [f"K{i},01001,{x:.3f},{y:.3f},1.0" for i, (x, y) in enumerate(xy)]
        path.write_text("\n".join(lines), encoding="utf-8")
    elif suffix == ".dxf":
        import ezdxf

        drawing = ezdxf.new()
        drawing.blocks.new("供水井盖")
        for at in xy:
            drawing.modelspace().add_blockref("供水井盖", at)
        drawing.saveas(path)
    else:
        write(table, path)
    return path


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".gpkg", ".shp", ".dat", ".dxf"])
def test_cut_off_and_mangled_files_lose_nothing_and_never_crash(
    city: Workspace, tmp_path: Path, suffix: str
) -> None:
    whole = good_file(city, tmp_path, suffix).read_bytes()
    rng = np.random.default_rng(7)
    path = tmp_path / f"good{suffix}"
    for share in (0.0, 0.01, 0.3, 0.7, 0.99):
        path.write_bytes(whole[: int(len(whole) * share)])
        attempt(city, path)
    for _ in range(6):
        bad = np.frombuffer(whole, dtype=np.uint8).copy()
        at = rng.integers(0, len(bad), max(3, len(bad) // 500))
        bad[at] = rng.integers(0, 256, len(at))
        path.write_bytes(bad.tobytes())
        attempt(city, path)


@pytest.mark.parametrize(
    "size", [1 << 28, pytest.param(4 << 30, marks=pytest.mark.long)], ids=["256 MB", "4 GB"]
)
def test_a_line_without_an_end_is_refused_at_once(
    city: Workspace, tmp_path: Path, size: int
) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.write(b"source_key,class_code,x,y\n1,01001,")
        file.truncate(size)  # sparse
    with pytest.raises(UnusableInput):
        import_components(city, path, options=METRES, on=DAY)
    points = tmp_path / "long.dat"
    x, y = inside(city, 1)[0]
    with points.open("wb") as file:
        file.write(f"1,01001,{x},{y},1\n".encode() + b"2" * (1 << 20))
    attempt(city, points)


def test_a_wrong_crs_and_formula_cells(city: Workspace, tmp_path: Path) -> None:
    xy = inside(city, 20)
    table = pd.DataFrame({"编号": range(20), "类别代码": "01001", "x": xy[:, 0], "y": xy[:, 1]})
    write(table, tmp_path / "a.csv")
    report = import_components(
        city, tmp_path / "a.csv", options=SourceOptions(crs="EPSG:4549"), on=DAY
    )
    assert (report.stored, report.rejected) == (0, 20)
    assert {p.rule for p in report.problems} == {"position.outside"}

    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(["编号", "类别代码", "x", "y"])
    sheet.append(["a", "01001", f"={xy[0, 0]}+0", float(xy[0, 1])])
    sheet.append(["b", "01001", float(xy[1, 0]), float(xy[1, 1])])
    book.save(tmp_path / "f.xlsx")
    report = import_components(city, tmp_path / "f.xlsx", options=METRES, on=DAY)
    assert (report.read, report.stored, report.rejected) == (2, 1, 1)
