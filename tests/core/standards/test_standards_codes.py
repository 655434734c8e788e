"""Codes: parse, format, explain, and errors that name the digits."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest

from citygrid_core.standards import (
    AreaCode,
    ComponentCode,
    EventTypeCode,
    GridCode,
    InvalidCode,
    MatterCode,
    SocialCreditCode,
    UnknownEdition,
    explain,
)


def fault(error: pytest.ExceptionInfo[InvalidCode]) -> tuple[str, int, int]:
    """The one fault of an error: rule, first and last digit."""
    (only,) = error.value.faults
    return only.rule, only.first, only.last


def test_an_area_code_has_six_nine_or_twelve_digits() -> None:
    county, street, community = map(AreaCode.parse, ("320705", "320705001", "320705001002"))
    assert [c.level for c in (county, street, community)] == ["county", "street", "community"]
    assert community.parent == street
    assert street.parent == county
    assert county.parent is None
    assert county.contains(community)
    assert not street.contains(county)
    assert str(community) == "320705001002"


def test_a_grid_code_is_a_community_and_a_sequence() -> None:
    grid = GridCode.parse("320705001002003")
    assert (grid.county, grid.street, grid.community, grid.sequence) == ("320705", "001", "002", 3)
    assert str(grid.area) == grid.community_code == "320705001002"
    assert grid.street_code == "320705001"
    assert str(GridCode("320705", "001", "002", 14)) == "320705001002014"


def test_the_grid_codes_of_2005_have_fourteen_digits() -> None:
    grid = GridCode.parse("32070500100203", edition="cjt214-2007")
    assert grid.sequence == 3
    assert str(grid) == "32070500100203"
    with pytest.raises(InvalidCode, match="has 15 digits, not 14"):
        GridCode.parse("320705001002003", edition="cjt214-2007")


def test_more_than_999_grids_in_a_community_is_an_error() -> None:
    with pytest.raises(InvalidCode, match="from 001 to 999") as error:
        GridCode("320705", "001", "002", 1000)
    assert fault(error) == ("code.serial", 13, 15)
    with pytest.raises(InvalidCode, match="from 01 to 99"):
        GridCode("320705", "001", "002", 100, "cjt214-2007")


@pytest.mark.parametrize(
    ("edition", "code", "class_code"),
    [
        ("gbt47678-2026", "32070501001000101", "01001"),
        ("gbt30428-2013", "3207050101000101", "0101"),
        ("cjt214-2007", "3205080101000001", "0101"),
    ],
)
def test_a_component_code_of_each_edition(edition: str, code: str, class_code: str) -> None:
    parsed = ComponentCode.parse(code, edition=edition)
    assert parsed.class_code == class_code
    assert parsed.sequence == int(code[-6:])
    assert parsed.edition == edition
    assert str(parsed) == code
    assert pickle.loads(pickle.dumps(parsed)) == parsed


def test_the_same_digits_in_two_editions_are_two_codes() -> None:
    code = "3205080101000001"
    assert ComponentCode.parse(code, "cjt214-2007") != ComponentCode.parse(code, "gbt30428-2013")


def test_a_matter_code_is_a_type_not_a_case() -> None:
    assert MatterCode is EventTypeCode
    assert EventTypeCode.parse("32070506010").class_code == "06010"
    assert EventTypeCode.parse("3207050102", edition="gbt30428-2013").class_code == "0102"


@pytest.mark.parametrize(
    ("code", "rule", "first", "last"),
    [
        ("99070501001000101", "code.county", 1, 2),
        ("32000501001000101", "code.county", 3, 4),
        ("32070001001000101", "code.county", 5, 6),
        ("32070577001000101", "code.class", 7, 8),
        ("32070501016000101", "code.class", 9, 11),
        ("32070501001000000", "code.serial", 12, 17),
        ("3207050100100010", "code.length", 17, 17),
        ("320705010010001012", "code.length", 18, 18),
        ("３2070501001000101", "code.character", 1, 1),
        ("3207O501001000101", "code.character", 5, 5),
        ("32070501001 000101", "code.character", 12, 12),
        ("3.2070501001E+16", "code.number", 1, 16),
    ],
)
def test_an_error_names_the_wrong_digits(code: str, rule: str, first: int, last: int) -> None:
    with pytest.raises(InvalidCode) as error:
        ComponentCode.parse(code)
    assert fault(error) == (rule, first, last)
    assert code in error.value.text("en")
    assert code in error.value.text("zh")
    assert error.value.exit_code == 3


def test_every_wrong_part_is_named_at_once() -> None:
    faults = ComponentCode.faults("99070577001000000")
    assert [(f.rule, f.first, f.last) for f in faults] == [
        ("code.county", 1, 2),
        ("code.class", 7, 8),
        ("code.serial", 12, 17),
    ]


def test_full_width_digits_are_refused_with_the_cure() -> None:
    with pytest.raises(InvalidCode) as error:
        AreaCode.parse("３２0705")
    assert error.value.faults[0].cure.en == "write 32"
    assert "请改为半角 32" in error.value.text("zh")


def test_a_number_is_no_code() -> None:
    (only,) = AreaCode.faults(320705)
    assert only.rule == "code.type"
    assert "leading zeros" in only.cure.en


def test_a_class_of_the_citys_own_is_legal_but_has_no_name() -> None:
    own = ComponentCode.parse("32070501999000001")
    assert own.class_code == "01999"
    assert "a class of the city's own" in own.explain().text()
    with pytest.raises(InvalidCode, match="any major 080-999"):
        ComponentCode.parse("32070501078000001")
    assert ComponentCode.parse("3207052105000001", "cjt214-2007").major == "21"


def test_a_city_without_counties_stands_where_a_county_does() -> None:
    assert AreaCode.parse("441900003").level == "street"
    assert "a city without counties" in AreaCode.parse("441900").explain().text()


def test_a_part_of_the_wrong_width_is_refused() -> None:
    with pytest.raises(InvalidCode) as error:
        ComponentCode("320705", "1", "001", 1)
    assert fault(error) == ("code.serial", 7, 8)
    with pytest.raises(InvalidCode, match="missing below a community"):
        AreaCode("320705", None, "001")


def test_codes_sort_like_their_digits() -> None:
    codes = ["320705001002010", "320705001002009", "320705001001999"]
    assert [str(c) for c in sorted(map(GridCode.parse, codes))] == sorted(codes)


def test_an_unknown_edition_lists_the_known_ones() -> None:
    with pytest.raises(UnknownEdition, match="gbt47678-2026, gbt30428-2013, cjt214-2007"):
        AreaCode.parse("320705", edition="gbt99999-2050")


def test_validity_of_a_column_is_aligned_to_its_index() -> None:
    column = pd.Series(
        ["320705001002003", "32070500100200", None, 320705001002003, "３20705001002003", "nan"],
        index=[7, 5, 3, 1, 0, 9],
        name="grid_code",
    )
    verdict = GridCode.valid(column)
    assert verdict.to_dict() == {7: True, 5: False, 3: False, 1: False, 0: False, 9: False}
    assert verdict.dtype == bool
    assert verdict.name == "grid_code"
    assert GridCode.valid(pd.Series([], dtype=object)).empty


def test_explain_says_each_part_in_both_languages() -> None:
    said = ComponentCode.parse("32070501001000101").explain()
    assert said.as_rows("en")[2] == {
        "from": "9",
        "to": "11",
        "digits": "001",
        "part": "minor class",
        "meaning": "Water-supply manhole cover",
        "standard": "GB/T 47678.5",
        "confidence": "single-source",
    }
    assert "江苏省" in said.text("zh")
    assert "Jiangsu" in str(said)


def test_explain_finds_out_what_a_code_is() -> None:
    kinds = {
        "320705": "area",
        "320705001002003": "grid",
        "32070501001000101": "component",
        "32070506010": "event",
        "06010": "class",
        "91350100M000100Y43": "department",
    }
    assert {code: explain(code).kind for code in kinds} == kinds


def test_explain_asks_the_other_editions_too() -> None:
    said = explain("3208010101000001")
    assert (said.edition, said.also) == ("gbt30428-2013", ("cjt214-2007",))
    with pytest.raises(InvalidCode, match="it is a component code of gbt30428-2013"):
        explain("3208010101000001", edition="gbt47678-2026")


def test_explain_says_that_five_digits_name_two_things() -> None:
    said = explain("01001")
    names = [row["meaning"] for row in said.as_rows("en")]
    assert names == [
        "Water-supply manhole cover (Municipal utilities)",
        "Water-supply manhole cover problem (Municipal utilities)",
    ]
    names = [row["meaning"] for row in said.as_rows("zh")]
    assert names == ["供水井盖（市政公用设施）", "供水井盖异常（市政公用设施类）"]


@pytest.mark.parametrize("text", ["", "abc", "1", "3.2E+16", "12345678901234567890", "９９"])
def test_explain_refuses_what_is_no_code(text: str) -> None:
    with pytest.raises(InvalidCode):
        explain(text)
    with pytest.raises(InvalidCode):
        explain(text, edition="cjt214-2007")


def test_a_social_credit_code_explains_itself() -> None:
    code = SocialCreditCode.parse("91350100M000100Y43")
    assert code.organisation == "M000100Y4"
    assert [r["digits"] for r in code.explain().as_rows()] == [
        "9",
        "1",
        "350100",
        "M000100Y4",
        "3",
    ]
