"""Top lists lose no case and tell what surely rose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from citygrid_core.cli.app import build
from citygrid_core.errors import UsageError
from citygrid_core.operations.heat.top import LISTS, heat_top
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace

Whole = tuple[Path, dict[str, Report]]


@pytest.fixture(scope="module")
def ws(whole: Whole) -> Workspace:
    return Workspace.open(whole[0])


@pytest.mark.parametrize("by", list(LISTS))
def test_every_list_sums_to_the_cases(ws: Workspace, by: str) -> None:
    stored = ws.read("cases", geometry=False)
    stored = stored[stored["stage"] != "void"]
    report, rows = heat_top(ws, by=by)
    assert rows["cases"].sum() == report.details["cases"] == len(stored)
    assert rows["share"].sum() == pytest.approx(1)
    assert rows["cases"].is_monotonic_decreasing
    column, length = LISTS[by]
    expected = stored[column].fillna("").str.slice(0, length).value_counts()
    assert rows.groupby(by)["cases"].sum().to_dict() == expected.to_dict()
    if by in ("class", "major", "street", "department"):
        assert (rows.loc[rows[by] != "", "name"] != "").all()


def test_a_period_stands_beside_earlier_ones_and_risers_come_first(ws: Workspace) -> None:
    stored = ws.read("cases", geometry=False)
    stored = stored[(stored["stage"] != "void") & stored["class_code"].str.startswith("06")]
    month = stored["reported_at"].str[:7]
    asked = {"by": "class", "period": "2025-07", "class_code": "06"}
    report, rows = heat_top(ws, **asked)
    assert report.details["periods"] == ["2025-07", "2025-06", "2024-07"]
    for column, which in (("cases", "2025-07"), ("cases_before", "2025-06")):
        there = stored.loc[month == which, "class_code"].value_counts()
        assert rows.set_index("class")[column].sum() == there.sum()
        assert rows.set_index("class")[column].loc[there.index].to_dict() == there.to_dict()
    first = rows[rows["cases_before"] > 0].iloc[0]
    assert first["ratio_before"] == pytest.approx(first["cases"] / first["cases_before"] * 30 / 31)
    assert first["low_before"] < first["ratio_before"] < first["high_before"]
    # the city was not counted a year before: that is not "no cases"
    assert rows["ratio_year_before"].isna().all()
    assert rows["cases_year_before"].sum() == 0
    risers = heat_top(ws, risers=True, **asked)[1]
    assert risers["low_before"].dropna().is_monotonic_decreasing
    assert sorted(risers["class"]) == sorted(rows["class"])


def test_what_cant_be_asked_is_refused(ws: Workspace) -> None:
    for asked in ({"by": "colour"}, {"risers": True},
                  {"period": "2025-07", "from_day": "2025-07-01"}):  # fmt: skip
        with pytest.raises(UsageError):
            heat_top(ws, **asked)


def test_the_command_answers(whole: Whole) -> None:
    arguments = ["heat", "top", str(whole[0]), "--by", "department", "--period", "2025-07"]
    answer = CliRunner().invoke(build(), [*arguments, "--risers", "--json"])
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["rows"][0]["rank"] == 1
