"""One position with an error: the quick way says what the way in bulk says."""

from __future__ import annotations

import numpy as np
import pytest

from citygrid_core.responsibility import near_point
from tests.core.responsibility.test_near_border import BOOK, CELLS, asked, near

QUESTION = {"object_kind": "component", "class_code": "01001", "at": "2026-10-01"}


def test_1_8_metres_from_another_owners_border() -> None:
    here = BOOK.answer(198.2, 150.0, grid_code=str(CELLS.codes[0]), **QUESTION)
    got = near_point(BOOK, 198.2, 150.0, here, CELLS, accuracy=3.0, **QUESTION)
    assert got.border_m == pytest.approx(1.8)
    assert got.probability == pytest.approx(0.2743, abs=1e-4)
    assert got.flagged
    assert (got.other_code, got.bodies["handling"]) == (str(CELLS.codes[1]), ("R",))
    exact = near_point(BOOK, 198.2, 150.0, here, CELLS, accuracy=0.0, **QUESTION)
    assert (exact.probability, exact.flagged, exact.bodies) == (0.0, False, {})


@pytest.mark.slow
def test_equal_to_the_bulk_everywhere() -> None:
    rng = np.random.default_rng(7)
    x, y = rng.uniform(-10, 410, 400), rng.uniform(-10, 210, 400)
    # On borders, corners and just beside them too.
    x[:40], y[40:80] = 200.0, 110.0
    x[80:100] = 200.0 + rng.uniform(-1e-9, 1e-9, 20)
    _, bulk = near(x, y, 5.0)
    points = asked(x, y)
    flagged = 0
    for i, row in enumerate(bulk.itertuples()):
        here = BOOK.answer(x[i], y[i], grid_code=points["grid_code"].iloc[i], **QUESTION)
        one = near_point(BOOK, x[i], y[i], here, CELLS, accuracy=5.0, **QUESTION)
        assert one.probability == pytest.approx(row.other_probability, abs=1e-12), i
        assert one.flagged == row.near_border
        assert one.border_m == pytest.approx(row.border_m, nan_ok=True)
        if one.bodies:
            assert "#".join(one.bodies["handling"]) == row.handling_other
        flagged += one.flagged
    assert 50 < flagged < 350
