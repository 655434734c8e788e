"""Codes read like a page: rows from north to south, in a row from west to east."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from citygrid_core.errors import MissingCrs
from citygrid_core.grids import MissingColumn, TooManyGrids, number
from citygrid_core.grids.check_codes import displaced
from tests.core.grids.town import frame, shuffled, squares


def test_a_page_of_squares_is_numbered_as_it_is_read() -> None:
    grids, _ = squares(5, 5)
    assert number(grids).tolist() == grids["code"].tolist()


def test_codes_stay_with_their_rows_whatever_the_order() -> None:
    grids, _ = squares(10, 10)
    mixed = shuffled(grids, 7)
    assert number(mixed).to_dict() == grids["code"].to_dict()


def test_cells_of_a_row_may_be_a_little_higher_or_lower() -> None:
    cells = frame(
        [shapely.box(x, y, x + 100, y + 100) for x, y in [(0, 0), (110, 30), (220, -30), (330, 5)]],
        community_code=["420102001001"] * 4,
    )
    assert [c[-3:] for c in number(cells)] == ["001", "002", "003", "004"]
    strict = number(cells, row_tolerance_m=1)
    assert [c[-3:] for c in strict] == ["003", "001", "004", "002"]


def test_later_grids_go_on_after_the_highest_number_ever_used() -> None:
    grids, _ = squares(5, 5)
    later = number(grids.iloc[:2], start_after={"420102001001": 25})
    assert later.tolist() == ["420102001001026", "420102001001027"]


def test_the_edition_of_2005_has_fourteen_digits_and_99_grids() -> None:
    grids, _ = squares(5, 5)
    assert number(grids, edition="cjt214-2007").iloc[0] == "42010200100101"
    with pytest.raises(TooManyGrids, match="would need grid number 105"):
        number(grids, edition="cjt214-2007", start_after={"420102001001": 80})


def test_more_than_999_is_an_error() -> None:
    grids, _ = squares(5, 5)
    with pytest.raises(TooManyGrids, match="end at 999"):
        number(grids, start_after={"420102001001": 975})


def test_what_is_needed_is_said() -> None:
    grids, _ = squares(5, 5)
    with pytest.raises(MissingColumn, match="community_code"):
        number(grids.drop(columns="community_code"))
    with pytest.raises(MissingCrs):
        number(grids.set_crs(None, allow_override=True))


@given(st.permutations(list(range(1, 9))))
def test_the_fewest_are_called_displaced(sequence: list[int]) -> None:
    gone = set(displaced(sequence))
    left = [v for p, v in enumerate(sequence) if p not in gone]
    assert left == sorted(left)
    # brute force: no larger rising subsequence
    best = max(
        sum(mask >> p & 1 for p in range(8))
        for mask in range(256)
        if (sub := [sequence[p] for p in range(8) if mask >> p & 1]) == sorted(sub)
    )
    assert len(left) == best
