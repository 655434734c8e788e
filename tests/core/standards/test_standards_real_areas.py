"""The code rules against real lists of administrative codes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from citygrid_core.standards import AreaCode, load_edition


@pytest.fixture(scope="module")
def divisions(real_data: Path) -> pd.DataFrame:
    folder = real_data / "cn_admin_divisions"
    if not folder.is_dir():
        pytest.skip("no cn_admin_divisions")
    return pd.read_csv(folder / "divisions_2021.csv", dtype=str)


def test_every_real_code_from_the_county_down_is_valid(divisions: pd.DataFrame) -> None:
    below = divisions[divisions["code"].str.len() >= 6]
    assert len(below) > 10_000
    assert AreaCode.valid(below["code"]).all()


def test_the_codes_of_whole_cities_are_not_area_codes(divisions: pd.DataFrame) -> None:
    cities = divisions.loc[divisions["code"].str.len() == 4, "code"]
    assert not AreaCode.valid(cities).any()
    assert not AreaCode.valid(cities + "00").any()


def test_the_parent_of_a_code_is_the_parent_in_the_list(divisions: pd.DataFrame) -> None:
    below = divisions[divisions["code"].str.len() >= 9]
    for code, parent in zip(below["code"], below["parent_code"], strict=True):
        assert str(AreaCode.parse(code).parent) == parent


def test_the_number_of_a_street_says_what_kind_it_is(divisions: pd.DataFrame) -> None:
    """GB/T 10114: 001-099 street offices, 100-199 towns, 200-399 townships."""
    registry = load_edition().registry
    streets = divisions[divisions["code"].str.len() == 9]
    for code, name in zip(streets["code"], streets["name"], strict=True):
        kind = registry.kind("street", int(code[6:]))
        assert kind is not None
        if kind.name.zh in ("街道", "镇", "乡"):
            assert kind.name.zh in name, (code, name)


def test_a_later_list_of_streets_is_valid_too(real_data: Path) -> None:
    path = real_data / "cn_admin_divisions" / "streets_2023.csv"
    if not path.is_file():
        pytest.skip("no streets_2023.csv")
    assert AreaCode.valid(pd.read_csv(path, dtype=str)["code"]).all()
