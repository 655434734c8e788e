"""What lies exactly on a boundary: moments of a period, deadlines met in the last second."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from citygrid_core.evaluation import Facts, count
from tests.core.evaluation.test_evaluation import END, START, case

JULY = {"collect": "07-01", "register": "07-01", "dispatch": "07-01"}


@pytest.mark.parametrize(
    ("name", "one", "counts"),
    [
        ("reported", case("collected", collect="07-01T00:00:00"), 1),
        ("reported", case("collected", collect="06-30T23:59:59"), 0),
        ("reported", case("collected", collect="07-31T23:59:59"), 1),
        ("reported", case("collected", collect="08-01T00:00:00"), 0),
        # closed in the very second of the deadline, and nobody told when it was handled
        ("closed_on_time", case("closed", **JULY, close="07-05T09:00:00", due_at="07-05T09:00:00"), 1),
        ("closed_on_time", case("closed", **JULY, close="07-05T09:00:01", due_at="07-05T09:00:00"), 0),
        ("disposed_on_time", case("handled", **JULY, handle="07-05", handle_due="07-05"), 1),
        ("registered_on_time", case("registered", collect="07-01", register="07-02", register_due="07-02"), 1),
        # due at midnight after the last day: not overdue within the month
        ("overdue_to_dispose", case("dispatched", **JULY, due_at="08-01T00:00:00"), 0),
        ("overdue_to_dispose", case("dispatched", **JULY, due_at="07-31T23:59:59"), 1),
        ("dispatched_accurate", case("dispatched", **JULY, bodies=1), 1),
        ("dispatched_accurate", case("dispatched", **JULY, bodies=2), 0),
        ("dispatched_wrong", case("dispatched", **JULY, bodies=2), 1),
    ],
)  # fmt: skip
def test_on_the_boundary(name: str, one: dict[str, object], counts: int) -> None:
    facts = Facts(pd.DataFrame([one]), START, END)
    assert count(facts, [name])[name].tolist() == [counts]
    assert np.datetime64("2025-08-01", "s") == END
