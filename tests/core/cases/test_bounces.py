"""A case that three bodies send round: each return, where it went, and the loop."""

from __future__ import annotations

import pandas as pd

from citygrid_core.cases.bounces import bounces, counted

ROWS = [
    ("A", 1, "register", "03T08:00", None), ("A", 2, "dispatch", "03T09:00", "D1"),
    ("A", 3, "return", "03T11:00", None), ("A", 4, "dispatch", "03T12:00", "D2"),
    ("A", 5, "accept", "03T12:30", None), ("A", 6, "return", "03T15:00", None),
    ("A", 7, "dispatch", "03T16:00", "D1"), ("A", 8, "handle", "03T18:00", None),
    ("B", 1, "dispatch", "04T08:00", "D1"), ("B", 2, "return", "04T09:00", None),
    ("C", 1, "dispatch", "04T08:00", "D1"), ("C", 2, "handle", "04T09:00", None),
]  # fmt: skip


def log() -> pd.DataFrame:
    frame = pd.DataFrame(ROWS, columns=["number", "seq", "step", "at", "department_code"])
    frame["at"] = "2025-03-" + frame["at"]
    return frame.assign(reason="不属本单位").sample(frac=1, random_state=1)


def test_each_return_and_where_it_went() -> None:
    found = bounces(log())
    told = found[["number", "seq", "sent_from", "sent_to", "hours", "again"]].values.tolist()
    assert told == [
        ["A", 3, "D1", "D2", 2.0, False],
        ["A", 6, "D2", "D1", 3.0, True],  # back to the body that had returned it
        ["B", 2, "D1", None, 1.0, False],  # waits still
    ]


def test_counts_add_up_by_anything() -> None:
    found = bounces(log()).assign(class_code=["01", "01", "02"])
    pairs = counted(found, ["sent_from", "sent_to"])
    assert pairs.values.tolist() == [
        ["D1", "", 1, 1, 0, 1.0], ["D1", "D2", 1, 1, 0, 2.0], ["D2", "D1", 1, 1, 1, 3.0],
    ]  # fmt: skip
    classes = counted(found, ["class_code"])
    assert classes.values.tolist() == [["01", 2, 1, 1, 2.5], ["02", 1, 1, 0, 1.0]]
    assert pairs["bounces"].sum() == classes["bounces"].sum() == len(found)


def test_nothing_bounced() -> None:
    calm = bounces(log().query("number == 'C'"))
    assert calm.empty
    assert counted(calm, ["sent_from", "sent_to"]).empty


def test_what_nobody_names_is_no_loop() -> None:
    """An import tells no body: a case of it that was returned and waits has not come back."""
    rows = [("A", 1, "dispatch", "03T09:00", None), ("A", 2, "return", "03T11:00", None)]
    frame = pd.DataFrame(rows, columns=["number", "seq", "step", "at", "department_code"])
    frame["at"] = "2025-03-" + frame["at"]
    found = bounces(frame.assign(reason="r"))
    assert found[["sent_from", "sent_to", "again"]].values.tolist() == [[None, None, False]]


def test_a_body_that_gets_it_back_at_once_is_a_loop() -> None:
    rows = [("A", 1, "dispatch", "03T09:00", "D1"), ("A", 2, "return", "03T10:00", None),
            ("A", 3, "dispatch", "03T11:00", "D1")]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["number", "seq", "step", "at", "department_code"])
    found = bounces(frame.assign(reason="r", at="2025-03-" + frame["at"]))
    assert found[["sent_from", "sent_to", "again"]].values.tolist() == [["D1", "D1", True]]
