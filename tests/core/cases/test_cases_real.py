"""Intake of real case records."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from citygrid_core.cases import intake, number
from citygrid_core.frames import compare

SOURCES = {
    "Constituent Call": "hotline",
    "Citizens Connect App": "web",
    "Self Service": "web",
    "Employee Generated": "inspection",
    "City Worker App": "collector",
    "Twitter": "media",
    "Maximo Integration": "other",
}


@pytest.fixture(scope="module")
def boston(real_data: Path) -> pd.DataFrame:
    path = real_data / "boston311_2015" / "cases_2015_jan_aug.csv.gz"
    if not path.is_file():
        pytest.skip("no boston311_2015")
    raw = pd.read_csv(path, dtype=str)
    return pd.DataFrame(
        {
            "source_system": "boston",
            "source_number": raw["case_id"],
            "source": raw["Source"],
            "object_kind": "event",
            "class_code": "06010",
            "reported_at": raw["OPEN_DT"],
            "closed_at": raw["CLOSED_DT"],
            "due_at": raw["TARGET_DT"],
        }
    )


def test_what_is_wrong_with_real_times_is_found_and_nothing_else(boston: pd.DataFrame) -> None:
    taken = intake(boston, sources=SOURCES)
    opened, closed = pd.to_datetime(boston["reported_at"]), pd.to_datetime(boston["closed_at"])
    broken = boston.index[closed < opened]
    assert {p.rule for found in taken.problems.values() for p in found} <= {"case.order"}
    assert set(taken.problems) == set(broken)
    assert len(taken.good) + len(taken.problems) == len(boston)
    assert (taken.frame["stage"] == "closed").eq(closed.notna()).all()


def test_importing_real_cases_twice_changes_nothing(boston: pd.DataFrame) -> None:
    once, twice = intake(boston, sources=SOURCES).frame, intake(boston, sources=SOURCES).frame
    found = compare(
        once, twice, key=("source_system", "source_number"),
        columns=("source", "class_code", "reported_at", "closed_at", "due_at"),
    )  # fmt: skip
    assert (len(found.new), len(found.changed)) == (0, 0)
    assert len(found.unchanged) + len(found.repeated) == len(boston)


def test_numbers_of_a_real_day_are_unique(boston: pd.DataFrame) -> None:
    days = boston["reported_at"].str.slice(0, 10)
    sequence = days.groupby(days).cumcount() + 1
    county = pd.Series("320705", index=boston.index)
    numbers = number(days, county, sequence)
    assert numbers.is_unique
    assert (numbers.str.len() == 19).all()
