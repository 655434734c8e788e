"""A city's own published on-time flags, told again by our clock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from citygrid_core.cases.clock import light


@pytest.fixture(scope="module")
def flags(real_data: Path) -> pd.DataFrame:
    path = real_data / "boston311_2015" / "cases_2015_jan_aug.csv.gz"
    if not path.is_file():
        pytest.skip("no boston311_2015")
    raw = pd.read_csv(path, dtype=str)
    times = {n: pd.to_datetime(raw[f"{n}_DT"]) for n in ("OPEN", "TARGET", "CLOSED")}
    return pd.DataFrame({**times, "said": raw["OnTime_Status"].fillna("")})


def told(rows: pd.DataFrame, until: pd.Series) -> Any:
    """ONTIME or OVERDUE by the light: red is above the limit."""
    used = (until - rows["OPEN"]).dt.total_seconds().to_numpy()
    limit = (rows["TARGET"] - rows["OPEN"]).dt.total_seconds().fillna(0).to_numpy()
    return np.where(light(used, limit) == "red", "OVERDUE", "ONTIME")


def test_every_flag_of_a_closed_case_is_told_again(flags: pd.DataFrame) -> None:
    """All with a limit; without a target all are on time; 80 have no flag, and all are late.

    What differs has a target no later than its opening: for our clock that is no limit.
    """
    closed = flags[flags["CLOSED"].notna()]
    ours = told(closed, closed["CLOSED"])
    said = closed["said"].to_numpy()
    flagged = said != ""
    targeted = closed["TARGET"].notna().to_numpy()
    assert int((flagged & targeted).sum()) == 53_300
    differs = flagged & (ours != said)
    assert (closed["TARGET"] <= closed["OPEN"])[differs].all()
    assert int(differs.sum()) == 8
    assert (said[~targeted] == "ONTIME").all()
    assert int((~flagged).sum()) == 80
    assert (ours[~flagged] == "OVERDUE").all()


def test_the_flags_of_open_cases_tell_when_they_were_made(flags: pd.DataFrame) -> None:
    """One moment of the export explains all flags of open cases but a few."""
    open_ = flags[flags["CLOSED"].isna() & flags["TARGET"].notna() & (flags["said"] != "")]
    moment = flags["CLOSED"].max()
    ours = told(open_, pd.Series(moment, index=open_.index))
    assert (ours == open_["said"]).mean() > 0.99
