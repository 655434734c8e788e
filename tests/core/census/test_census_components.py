"""Component codes, twins, what changed, and deliveries."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid_core.census import component_codes, to_delivery, twins
from citygrid_core.errors import MissingCrs, UnusableInput, UsageError
from citygrid_core.frames import compare
from citygrid_core.standards import ComponentCode, load_edition

CRS = "EPSG:4547"
steady = settings(deadline=None, derandomize=True)


def components(rows: list[tuple[str, object]], **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"class_code": [c for c, _ in rows], **columns}, geometry=[g for _, g in rows], crs=CRS
    )


def at(x: float, y: float = 0.0) -> shapely.Point:
    return shapely.Point(500_000 + x, 3_380_000 + y)


# --- codes ----------------------------------------------------------------------------------


def test_codes_are_county_class_and_six_digits() -> None:
    index = pd.Index([4, 2])
    codes = component_codes(
        pd.Series(["320705", "320706"], index), pd.Series(["01001", "01037"], index), [101, 999_999]
    )
    assert codes.to_dict() == {4: "32070501001000101", 2: "32070601037999999"}
    old = component_codes(["320508"], ["0101"], np.array([1]), "cjt214-2007")
    assert old.tolist() == ["3205080101000001"]


@pytest.mark.parametrize(
    ("county", "class_code", "sequence", "said"),
    [
        ("320705", "01016", 1, "'016' .minor class."),
        ("320705", "01001", 0, "must be 000001 to 999999"),
        ("320705", "01001", 1_000_000, "has 18 digits"),
        ("99070", "01001", 1, "16 digits"),
    ],
)
def test_a_code_that_would_break_the_rules_is_refused(
    county: str, class_code: str, sequence: int, said: str
) -> None:
    with pytest.raises(UnusableInput, match=said):
        component_codes(["320705", county], ["01001", class_code], [1, sequence])


@steady
@given(st.integers(1, 999_999), st.sampled_from(list(load_edition().component_classes.index)))
def test_a_composed_code_parses_to_its_parts(sequence: int, class_code: str) -> None:
    (text,) = component_codes(["320705"], [class_code], [sequence])
    code = ComponentCode.parse(text)
    assert (code.county, code.class_code, code.sequence) == ("320705", class_code, sequence)


# --- twins ----------------------------------------------------------------------------------


def test_twins_are_of_one_class_and_within_the_radius() -> None:
    frame = components(
        [("01001", at(0)), ("01001", at(1.0)), ("01002", at(0.1)), ("01001", at(2.5))]
    ).set_axis(["a", "b", "c", "d"])
    found = twins(frame, 1.0)
    assert found.to_dict("records") == [
        {"left": "a", "right": "b", "class_code": "01001", "distance_m": 1.0}
    ]
    assert len(twins(frame, 1.5)) == 2
    assert twins(frame, 0.5).empty
    assert list(twins(frame, 0.5).columns) == ["left", "right", "class_code", "distance_m"]


def test_a_radius_for_each_class() -> None:
    frame = components([("01001", at(0)), ("01001", at(2)), ("04002", at(0)), ("04002", at(2))])
    assert twins(frame, {"01": 3.0, "04": 1.0})["class_code"].tolist() == ["01001"]
    assert twins(frame, {"01": 1.0, "01001": 3.0}, default_m=0.5)["class_code"].tolist() == [
        "01001"
    ]
    with pytest.raises(UsageError, match="04002"):
        twins(frame, {"01": 1.0})


def test_lines_and_polygons_have_twins_too() -> None:
    rail = shapely.LineString([at(0), at(10)])
    frame = components(
        [("02017", rail), ("02017", shapely.LineString([at(0, 0.4), at(10, 0.4)])), ("02017", None)]
    )
    found = twins(frame, 0.5)
    assert found[["left", "right"]].to_numpy().tolist() == [[0, 1]]
    assert found["distance_m"].iloc[0] == pytest.approx(0.4)


def test_new_components_are_compared_with_those_held() -> None:
    held = components([("01001", at(0)), ("01001", at(50))]).set_axis([101, 102])
    fresh = components([("01001", at(0.3)), ("01001", at(0.4)), ("01001", at(99))])
    found = twins(fresh, 0.5, against=held)
    assert found[["left", "right"]].to_numpy().tolist() == [[0, 101], [1, 101]]


def test_twins_need_metres() -> None:
    frame = components([("01001", at(0))])
    with pytest.raises(MissingCrs):
        twins(frame.set_crs(None, allow_override=True), 1.0)
    with pytest.raises(UsageError, match="degrees"):
        twins(frame.to_crs(4490), 1.0)
    with pytest.raises(UsageError, match="differ in CRS"):
        twins(frame, 1.0, against=frame.to_crs(4548))


spots = st.lists(
    st.tuples(st.sampled_from(["01001", "01002"]), st.integers(0, 12), st.integers(0, 12)),
    max_size=25,
)


@pytest.mark.slow
@steady
@given(spots, st.sampled_from([0.5, 1.0, 2.0, 5.0]), st.booleans())
def test_twins_equal_every_pair_looked_at(
    rows: list[tuple[str, int, int]], radius: float, as_lines: bool
) -> None:
    """Integer distances: a radius of exactly 1, 2 or 5 must count."""
    shapes = [at(x, y) for _, x, y in rows]
    drawn = [shapely.LineString([p, p]) if as_lines else p for p in shapes]
    frame = components([(c, g) for (c, _, _), g in zip(rows, drawn, strict=True)])
    expected = {
        (i, j)
        for i in range(len(rows))
        for j in range(i + 1, len(rows))
        if rows[i][0] == rows[j][0]
        and (rows[i][1] - rows[j][1]) ** 2 + (rows[i][2] - rows[j][2]) ** 2 <= radius**2
    }
    found = twins(frame, radius) if len(frame) else twins(frame.astype({"class_code": object}), 1.0)
    assert {tuple(p) for p in found[["left", "right"]].to_numpy().tolist()} == expected
    assert len(found) == len(expected)


# --- what changed ---------------------------------------------------------------------------


def census(n: int = 4) -> gpd.GeoDataFrame:
    frame = components([("01001", at(10 * i)) for i in range(n)], state="intact", note=None)
    frame["source"], frame["source_key"] = "survey", [str(i) for i in range(n)]
    return frame


KEY = ("source", "source_key")
COLUMNS = ("class_code", "state", "note", "geometry")


def test_the_same_census_twice_changes_nothing() -> None:
    found = compare(census(), census(), key=KEY, columns=COLUMNS)
    assert len(found.new) == len(found.changed) == len(found.repeated) == 0
    assert found.unchanged.tolist() == [0, 1, 2, 3]


def test_new_changed_and_unchanged_rows_are_told_apart() -> None:
    old, new = census(3), census(4).set_axis(list("wxyz"))
    new.loc["x", "state"] = "damaged"
    new.loc["y", "geometry"] = at(20.001)
    found = compare(old, new, key=KEY, columns=COLUMNS)
    assert found.new.tolist() == ["z"]
    assert found.changed.tolist() == ["x", "y"]
    assert found.held_of_changed.tolist() == [1, 2]
    assert found.unchanged.tolist() == ["w"]
    assert found.fields.loc["x"].to_dict() == {
        "class_code": False, "state": True, "note": False, "geometry": False,
    }  # fmt: skip
    assert found.fields.loc["y", "geometry"]


def test_an_empty_value_says_nothing() -> None:
    old, new = census(), census()
    old["note"] = "by hand"
    new["state"] = ["", None, "intact", np.nan]
    assert compare(old, new, key=KEY, columns=COLUMNS).unchanged.tolist() == [0, 1, 2, 3]


def test_a_key_that_comes_twice_in_a_file_is_repeated() -> None:
    new = census(3)
    new["source_key"] = ["0", "9", "9"]
    found = compare(census(1), new, key=KEY, columns=COLUMNS)
    assert (found.unchanged.tolist(), found.new.tolist()) == ([0], [1])
    assert found.repeated.tolist() == [2]


# --- deliveries -----------------------------------------------------------------------------


@pytest.fixture
def surveyed() -> gpd.GeoDataFrame:
    frame = components([("01001", at(0)), ("01037", at(5))]).set_axis([11, 12])
    frame["code"] = ["32070501001000001", "32070501037000001"]
    frame["name"] = ["供水井盖", "路灯"]
    frame["supervising_code"] = "A"
    frame["owning_code"] = ["B", None]
    frame["grid_code"] = ["320705001002003", None]
    frame["state"] = ["intact", "damaged"]
    frame["surveyed_on"] = ["2026-07-01", "2026-07-02"]
    frame["data_source"] = ["surveyed", None]
    return frame


def test_a_delivery_of_2026_has_its_fields_in_order(surveyed: gpd.GeoDataFrame) -> None:
    bodies = pd.DataFrame({"code": ["A", "B"], "name": ["甲局", "乙公司"]})
    areas = pd.DataFrame({"code": ["320705001", "320705001002"], "name": ["路北街道", "新海社区"]})
    out = to_delivery(surveyed, departments=bodies, areas=areas)
    assert list(out.columns[:-1]) == [f.name for f in load_edition().delivery_fields["component"]]
    assert out.loc[11].drop("geometry").to_dict() == {
        "GLBJBSM": "32070501001000001", "GLBJMC": "供水井盖", "ZGBMDM": "A", "ZGBMMC": "甲局",
        "QSDWDM": "B", "QSDWMC": "乙公司", "YHDWDM": "", "YHDWMC": "",
        "SZDYWGBSM": "320705001002003", "GLBJZT": "完好", "CSRQ": "20260701", "BGRQ": "",
        "SJLY": "实测", "BZ": "", "SZJDDM": "320705001", "SZJDMC": "路北街道",
        "SZSQDM": "320705001002", "SZSQMC": "新海社区",
    }  # fmt: skip
    assert out.loc[12, ["QSDWDM", "QSDWMC", "SZJDDM", "GLBJZT"]].tolist() == ["", "", "", "破损"]
    assert out.crs == surveyed.crs
    assert (out.geometry == surveyed.geometry).all()


def test_a_delivery_of_2007_has_other_names(surveyed: gpd.GeoDataFrame) -> None:
    out = to_delivery(surveyed.drop(columns="geometry"), "cjt214-2007")
    assert list(out.columns[:3]) == ["ObjID", "ObjName", "DeptCode1"]
    assert out["ORDate"].tolist() == ["20260701", "20260702"]
    assert out["BGID"].tolist() == ["320705001002003", ""]
    assert not isinstance(out, gpd.GeoDataFrame)


def test_grids_are_delivered_too() -> None:
    grids = pd.DataFrame(
        {"code": ["320705001002003"], "area_m2": [9876.5], "valid_from": ["2026-07-01"]}
    )
    out = to_delivery(grids, table="grid")
    assert out.to_dict("records") == [
        {"DYWGBSM": "320705001002003", "MJ": 9876.5, "CSRQ": "20260701", "ZZRQ": "", "BZ": ""}
    ]
