"""Comparing tables by key."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid_core.errors import UsageError
from citygrid_core.frames import compare, keys_of

steady = settings(deadline=None, derandomize=True)


def test_a_missing_key_column_is_said() -> None:
    frame = pd.DataFrame({"a": [1]})
    with pytest.raises(UsageError, match="rows read lack the key b"):
        compare(frame.assign(b=1), frame, key=("a", "b"), columns=())


def test_keys_are_texts_whatever_they_came_as() -> None:
    frame = pd.DataFrame({"a": ["1", "2"], "b": [1.0, np.nan]})
    assert keys_of(frame, ("a", "b")).tolist() == ["1\x1f1", "2\x1f"]
    # Two parts never run into one another.
    one, two = pd.DataFrame({"a": ["x"], "b": ["yz"]}), pd.DataFrame({"a": ["xy"], "b": ["z"]})
    assert keys_of(one, ("a", "b"))[0] != keys_of(two, ("a", "b"))[0]


def test_numbers_are_compared_as_numbers() -> None:
    held = pd.DataFrame({"k": ["a", "b", "c"], "v": [1.0, 2.0, np.nan]})
    read = pd.DataFrame({"k": ["a", "b", "c"], "v": [1.00001, 2.1, 3.0]})
    found = compare(held, read, key=("k",), columns=("v",))
    assert found.changed.tolist() == [1, 2]


def test_an_empty_value_may_be_taken_at_its_word() -> None:
    held = pd.DataFrame({"k": ["a", "b"], "v": ["x", None]})
    read = pd.DataFrame({"k": ["a", "b"], "v": [None, ""]})
    assert compare(held, read, key=("k",), columns=("v",)).changed.empty
    asked = compare(held, read, key=("k",), columns=("v",), empty_says_nothing=False)
    assert asked.changed.tolist() == [0]


@pytest.mark.parametrize(
    ("held", "read", "same"),
    [
        ("POINT (1 1)", "POINT (1.0004 1)", True),
        ("POINT (1 1)", "POINT (1.001 1)", False),
        ("POINT (1 1)", "POINT Z (1 1 5)", True),
        ("POINT (1 1)", "POINT EMPTY", True),
        ("MULTILINESTRING ((0 0, 1 1))", "LINESTRING (0 0, 1 1)", True),
        ("MULTILINESTRING ((0 0, 1 1))", "LINESTRING (1 1, 0 0)", True),
        ("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))", "POLYGON ((1 0, 1 1, 0 0, 1 0))", True),
        ("POLYGON ((0 0, 1 0, 1 1, 0 0))", "POINT (0 0)", False),
        ("POINT EMPTY", "POINT (0 0)", False),
    ],
)
def test_geometries_are_compared_by_place(held: str, read: str, same: bool) -> None:
    def frame(wkt: str) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame({"k": ["a"]}, geometry=[shapely.from_wkt(wkt)], crs=4547)

    found = compare(frame(held), frame(read), key=("k",), columns=("geometry",))
    assert (len(found.unchanged) == 1) == same


tables = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from(["x", "y", "", None])), max_size=12
).map(lambda t: pd.DataFrame(t, columns=["k", "v"], dtype=object))


@steady
@given(tables, tables)
def test_each_row_read_is_exactly_one_thing(held: pd.DataFrame, read: pd.DataFrame) -> None:
    """The oracle keeps the books in a dict."""
    found = compare(held, read, key=("k",), columns=("v",))
    store = dict(zip(held["k"], held["v"], strict=True))
    seen = set()
    for label, (k, v) in zip(read.index, read.itertuples(index=False), strict=True):
        if k in seen:
            expected = "repeated"
        elif k not in store:
            expected = "new"
        else:
            expected = "changed" if v and v != store[k] else "unchanged"
        seen.add(k)
        names = [
            n for n in ("new", "changed", "unchanged", "repeated") if label in getattr(found, n)
        ]
        assert names == [expected]
    assert held["k"].iloc[found.held_of_changed].tolist() == read.loc[found.changed, "k"].tolist()
