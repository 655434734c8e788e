"""An address leads to the body that answers there."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from citygrid_core.operations.geocode.gazetteer import geocode_file
from citygrid_core.workspace import Workspace


def test_the_body_that_answers_is_named_for_a_class(
    whole: tuple[Path, object], small_city: Path, tmp_path: Path
) -> None:
    address = pd.read_csv(small_city / "addresses.csv", dtype=str)[["id", "address"]].head(60)
    address.to_csv(tmp_path / "a.csv", index=False)
    with Workspace.open(whole[0]) as ws:
        code = str(ws.read("components", columns=["class_code"])["class_code"].mode().iloc[0])
        report, rows = geocode_file(ws, tmp_path / "a.csv", class_code=code)
    accepted = rows[rows["outcome"] == "accepted"]
    assert len(accepted) == report.details["addresses_accepted"] > 10
    assert accepted["grid_code"].notna().mean() > 0.9
    assert set(accepted["duty_outcome"]) <= {"one", "several", "none"}
    assert (accepted["duty_outcome"] == "one").any()
    assert accepted["maintaining_name"].notna().any()
    assert rows.loc[rows["outcome"] != "accepted", "duty_outcome"].isna().all()
