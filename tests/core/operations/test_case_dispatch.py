"""Who should handle a case: proposed with reasons; only what is clear goes by itself."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from citygrid_core.cases.dispatch import judge, sigma
from citygrid_core.errors import UsageError
from citygrid_core.operations.cases.dispatch import dispatch_cases, propose
from citygrid_core.operations.cases.imported import import_cases
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace
from tests.core.cli.test_cli import citygrid
from tests.core.operations.conftest import METRES

LATER = "2026-01-05T10:00:00"
NOW = "2026-01-05T09:00:00"


@pytest.fixture
def office(
    tmp_path: Path, whole: tuple[Path, dict[str, Report]], small_city: Path
) -> Iterator[Workspace]:
    """A city with some sixty cases that wait to be dispatched."""
    path = tmp_path / "office.gpkg"
    shutil.copy(whole[0], path)
    rows = pd.read_csv(small_city / "cases.csv", dtype=str, keep_default_na=False).tail(60)
    rows["source_number"] = "N" + rows["source_number"]
    times = ["dispatched_at", "handled_at", "checked_at", "closed_at", "due_at", "stage"]
    rows.drop(columns=times).to_csv(tmp_path / "fresh.csv", index=False)
    with Workspace.open(path) as ws:
        import_cases(ws, tmp_path / "fresh.csv", options=METRES, on="2025-12-31")
        yield ws


def registered(ws: Workspace) -> list[str]:
    return sorted(ws.read("cases", where={"stage": "registered"}, geometry=False)["number"])


def test_confidence_is_of_the_place_times_of_the_border() -> None:
    told = judge(
        ["one", "one", "one", "several", "none", ""],
        [1.0, 0.99, 1.0, 1.0, 1.0, float("nan")],
        [0.001, 0.001, 0.2, 0.0, 0.0, 0.0],
        least=0.996,
    )
    assert told["auto"].tolist() == [True, False, False, False, False, False]
    assert told["waits"].tolist() == ["", "address", "border", "several", "none", "place"]
    assert told["confidence"][1] == pytest.approx(0.99 * 0.999)


def test_the_radius_of_95_in_100_becomes_a_standard_error() -> None:
    """2.4477 standard errors hold 95 of 100 points of a round normal error."""
    method = pd.Series(["given", "geocoded", "component"])
    error = sigma(method, pd.Series([None, 24.477, None]))
    assert error == pytest.approx([5.0, 10.0, 0.5], abs=1e-3)


def test_auto_dispatch_of_the_labelled_city(
    whole: tuple[Path, dict[str, Report]], small_city: Path
) -> None:
    """At least 60 of 100 cases go by themselves, and at least 996 of 1,000 of these rightly."""
    truth = pd.read_csv(small_city / "truth" / "cases.csv", dtype=str, keep_default_na=False)
    right = truth.set_index("source_number")["handling_code"]
    with Workspace.open(whole[0]) as ws:
        cases = ws.read("cases", geometry=False).set_index("number")
        told = propose(ws, cases.index.tolist())
    sent = told[told["auto"].astype(bool)]
    wanted = right.loc[cases.loc[sent["number"], "source_number"]].to_numpy()
    assert len(sent) >= 0.6 * len(cases)
    assert (sent["handling_code"].to_numpy() == wanted).mean() >= 0.996
    rest = told[~told["auto"].astype(bool)]
    assert (rest["waits"] != "").all()
    # what waits at a border shows the body on the other side
    border = rest[(rest["waits"] == "border") & rest["near_code"].notna()]
    assert len(border) > 0
    for near, claims in zip(border["near_code"], border["candidates"], strict=True):
        assert set(near.split("#")) <= set(claims.split("#"))


def test_only_what_is_clear_goes_by_itself(office: Workspace) -> None:
    numbers = registered(office)
    report, told = dispatch_cases(office, auto=True, at=NOW, who="派遣台")
    assert report.balanced
    assert report.read == len(numbers)
    assert set(told["number"][told["sent"].notna()]) == set(
        told["number"][told["auto"].astype(bool)]
    )
    after = office.read("cases", where={"number": numbers}, geometry=False).set_index("number")
    for row in told.itertuples():
        sent = bool(row.auto)
        assert after.at[row.number, "stage"] == ("dispatched" if sent else "registered")
        if sent:
            assert after.at[row.number, "handling_code"] == row.sent
    log = office.read("case_log", where={"step": "dispatch", "at": NOW})
    assert len(log) == report.stored > 0
    assert (log["reason"].str.contains("处置")).all()
    assert office.verify() == []


def test_a_person_sends_a_case_to_a_body(office: Workspace) -> None:
    number = registered(office)[0]
    body = str(office.read("departments")["code"].max())
    tried, _ = dispatch_cases(office, [number], to=body, at=NOW, dry_run=True)
    assert tried.stored == 1
    assert number in registered(office)
    report, told = dispatch_cases(office, [number], to=body, at=NOW)
    assert (report.stored, told["sent"].tolist()) == (1, [body])
    # the same again is done already; later it is not legal, and the report says what is
    again, told = dispatch_cases(office, [number], to=body, at=NOW)
    assert (again.stored, again.unchanged, again.rejected) == (0, 1, 0)
    again, told = dispatch_cases(office, [number], to=body, at=LATER)
    assert (again.stored, again.rejected) == (0, 1)
    assert told["sent"].tolist() == [None]
    assert again.problems[0].rule == "step.stage"


def test_wrong_calls_are_refused(office: Workspace) -> None:
    for numbers, said in (
        (None, {"to": "D1"}), (registered(office)[:1], {"to": "nobody"}), (["nobody"], {}),
        (registered(office)[:1], {"to": "D1", "auto": True}),
    ):  # fmt: skip
        with pytest.raises(UsageError):
            dispatch_cases(office, numbers, at=NOW, **said)  # type: ignore[arg-type]


def test_at_the_command_line(office: Workspace, tmp_path: Path) -> None:
    path, wanted = Path(office.path), len(registered(office))
    office.close()
    table = tmp_path / "proposals.csv"
    run = citygrid("cases", "dispatch", str(path), "--at", NOW, "-o", str(table), "--json")
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout)
    assert (said["read"], said["stored"], said["unchanged"]) == (wanted, 0, wanted)
    assert len(table.read_text("utf-8-sig").splitlines()) == wanted + 1
