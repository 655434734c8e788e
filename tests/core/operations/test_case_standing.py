"""Which cases are late, all about one case, and cases that were reported twice."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from citygrid_core.errors import UsageError
from citygrid_core.operations.cases.clock import import_limits
from citygrid_core.operations.cases.imported import import_cases
from citygrid_core.operations.cases.queue import Filter, queue
from citygrid_core.operations.cases.standing import card, overdue
from citygrid_core.operations.cases.steps import advance_cases, folded
from citygrid_core.operations.cases.twins import link, twins
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace
from tests.core.cli.test_cli import citygrid
from tests.core.operations.conftest import DAY, METRES

LIMITS = "环节,对象,类别代码,时限,单位\nhandle,部件,,2,work_day\nhandle,事件,,10,urgent_hour\n"


@pytest.fixture
def office(tmp_path: Path, whole: tuple[Path, dict[str, Report]]) -> Iterator[Workspace]:
    path = tmp_path / "office.gpkg"
    shutil.copy(whole[0], path)
    with Workspace.open(path) as ws:
        yield ws


@pytest.fixture
def limited(office: Workspace, tmp_path: Path) -> Workspace:
    """Ten hours for every event, two working days for every component."""
    (tmp_path / "limits.csv").write_text(LIMITS, "utf-8")
    import_limits(office, tmp_path / "limits.csv", on="2025-01-01")
    return office


def some_event(ws: Workspace) -> str:
    cases = ws.read("cases", where={"stage": "dispatched", "object_kind": "event"}, geometry=False)
    return str(cases["number"].min())


def put(ws: Workspace, number: str, *steps: tuple[str, str], **said: str) -> None:
    """Append steps that another system told."""
    log = ws.read("case_log", where={"number": number})
    seq = int(log["seq"].max())
    with ws.transaction("test") as tx:
        tx.insert("case_log", pd.DataFrame([
            {"number": number, "seq": seq + i, "step": step, "at": at, "post": "source",
             "after": "dispatched", **said}
            for i, (step, at) in enumerate(steps, start=1)
        ]))  # fmt: skip


def light_of(ws: Workspace, number: str, at: str) -> tuple[str, float, float]:
    _, found = overdue(ws, at, lights=("red", "yellow", "green"))
    row = found[found["number"] == number].iloc[0]
    return str(row["light"]), float(row["used_h"]), float(row["limit_h"])


def test_the_light_changes_with_what_is_used(limited: Workspace) -> None:
    """Ten hours from 8:00: yellow above 8 hours, red above 10."""
    number = some_event(limited)
    put(limited, number, ("dispatch", "2026-03-03T08:00:00"), department_code="D1")
    assert light_of(limited, number, "2026-03-03T16:00:00") == ("green", 8.0, 10.0)
    assert light_of(limited, number, "2026-03-03T16:36:00") == ("yellow", 8.6, 10.0)
    assert light_of(limited, number, "2026-03-03T18:00:00") == ("yellow", 10.0, 10.0)
    assert light_of(limited, number, "2026-03-03T18:36:00") == ("red", 10.6, 10.0)
    # a moment before, the second dispatch is not known yet: the first one is long over
    assert light_of(limited, number, "2026-03-03T07:59:59")[0] == "red"


def test_a_case_on_hold_stands_still(limited: Workspace) -> None:
    number = some_event(limited)
    put(limited, number, ("dispatch", "2026-03-03T08:00:00"), department_code="D1")
    hold = {"number": number, "step": "suspend", "at": "2026-03-03T11:00:00",
            "reason": "等待材料", "until": "2026-04-01T00:00:00"}  # fmt: skip
    assert advance_cases(limited, pd.DataFrame([hold])).problems == []
    assert light_of(limited, number, "2026-03-20T11:00:00") == ("green", 3.0, 10.0)


def test_where_no_limit_is_told_the_sources_deadline_counts(office: Workspace) -> None:
    """The sample's export tells due_at; a recount from its own columns gives the same cases."""
    at = "2025-06-15T12:00:00"
    report, found = overdue(office, at)
    cases = office.read("cases", geometry=False)
    known = cases[["dispatched_at", "handled_at", "due_at"]].notna().all(axis=1)
    late = cases[
        known & (cases["dispatched_at"] <= at) & (cases["handled_at"] > at) & (cases["due_at"] < at)
    ]
    assert sorted(found["number"]) == sorted(late["number"])
    assert len(found) == report.details["lights"]["red"] > 0
    assert found["share"].is_monotonic_decreasing
    body = str(cases.set_index("number").loc[found["number"].iloc[0], "handling_code"])
    _, own = overdue(office, at, department=body)
    handling = cases.set_index("number")["handling_code"]
    assert own["number"].tolist() == [n for n in found["number"] if handling[n] == body] != []
    assert set(own["department_code"]) == {body}
    with pytest.raises(UsageError):
        overdue(office, at, lights=("blue",))


def test_the_card_tells_all(office: Workspace) -> None:
    found = twins(office)
    pair = found[found["original"].notna()].iloc[0]
    told = card(office, str(pair["number"]), "2026-01-05T09:00:00")
    assert told.case["number"] == pair["number"]
    assert told.log["step"].tolist()[0] == "collect"
    assert told.stands["stage"] == told.log["after"].tolist()[-1]
    assert "处置" in told.duty["reasons"]
    near = told.twins.set_index("number").loc[str(pair["original"])]
    assert near["metres"] <= 50
    assert -24 <= near["hours"] <= 0
    # as of the moment of its report only the report is known
    early = card(office, str(pair["number"]), str(told.case["reported_at"]))
    assert early.log["step"].tolist() == ["collect"]
    with pytest.raises(UsageError):
        card(office, "nobody", "2026-01-05T09:00:00")


def test_planted_repeats_are_found(office: Workspace, small_city: Path) -> None:
    """Every planted repeat with a place is found; seven of ten pairs were planted, the others are hot spots."""
    truth = pd.read_csv(small_city / "truth" / "cases.csv", dtype=str, keep_default_na=False)
    cases = office.read("cases")
    placed = cases[cases.geometry.notna() & ~cases.geometry.is_empty]
    number = placed.set_index("source_number")["number"]
    planted = truth[truth["dup_of"].isin(number.index) & truth["source_number"].isin(number.index)]
    wanted = set(zip(number[planted["dup_of"]], number[planted["source_number"]], strict=True))
    found = twins(office)
    told = set(zip(found["twin"], found["number"], strict=True))
    assert len(wanted) > 100
    assert wanted <= told
    assert len(wanted) >= 0.7 * len(told)


def test_a_link_is_logged_once(office: Workspace) -> None:
    found = twins(office)
    asked = found[found["original"].notna()].drop_duplicates("number")
    at = "2026-01-05T09:00:00"
    assert link(office, found, at=at, dry_run=True).stored == len(asked)
    assert office.read("cases", geometry=False)["duplicate_of"].isna().all()
    report = link(office, found, at=at, who="受理员")
    assert (report.stored, report.rejected) == (len(asked), 0)
    of = office.read("cases", geometry=False).set_index("number")["duplicate_of"]
    assert (of.loc[asked["number"]].to_numpy() == asked["original"].to_numpy()).all()
    assert of.loc[asked["original"]].isna().all()
    log = office.read("case_log", where={"step": "link"})
    assert len(log) == len(asked)
    assert folded(office, asked["number"].tolist()).wrong.empty
    assert office.verify() == []
    again = link(office, twins(office), at=at)
    assert (again.stored, again.unchanged) == (0, len(asked))


def test_at_the_command_line(office: Workspace, tmp_path: Path) -> None:
    path, number = str(office.path), some_event(office)
    office.close()
    at = ("--at", "2025-06-15T12:00")
    run = citygrid("cases", "overdue", path, *at, "--json")
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout)
    assert len(said["rows"]) == said["lights"]["red"]
    shown = citygrid("cases", "show", path, number, "--lang", "zh")
    assert "流程" in shown.stdout, shown.stderr
    told = citygrid("cases", "twins", path, "--since", "2025-12-01", "--json")
    assert json.loads(told.stdout)["repeats"] > 0


def test_a_queue_has_what_is_open_and_starts_with_what_is_late(office: Workspace) -> None:
    at = "2025-06-15T12:00:00"
    report, whole_queue = queue(office, at)
    cases = office.read("cases", geometry=False)
    log = office.read("case_log").sort_values(["number", "seq"])
    last = log[log["at"] <= at].drop_duplicates("number", keep="last")
    open_ = last[~last["after"].isin(["closed", "void"])]
    assert sorted(whole_queue["number"]) == sorted(open_["number"])
    assert (
        whole_queue["stage"].tolist()
        == open_.set_index("number").loc[whole_queue["number"], "after"].tolist()
    )
    _, late = overdue(office, at)
    reds = report.details["lights"]["red"]
    assert reds > 0
    assert set(whole_queue["number"][:reds]) == set(late["number"])
    assert whole_queue["due_at"][:reds].is_monotonic_increasing
    one = whole_queue.iloc[0]
    street = str(cases.set_index("number").at[one["number"], "street_code"])
    for asked, column, wanted in (
        (Filter(area=street), "community_code", street),
        (Filter(department=one["department_code"]), "department_code", one["department_code"]),
        (Filter(class_code=one["class_code"][:2], object_kind=one["object_kind"]), "class_code",
         one["class_code"][:2]),
        (Filter(source=one["source"], lights=("red",)), "source", one["source"]),
    ):  # fmt: skip
        _, part = queue(office, at, asked)
        mine = whole_queue[column].fillna("").str.startswith(wanted)
        if asked.object_kind:
            mine &= whole_queue["object_kind"] == asked.object_kind
        if asked.lights:
            mine &= whole_queue["light"] == "red"
        assert part["number"].tolist() == whole_queue.loc[mine, "number"].tolist()
        assert len(part) > 0
    _, since = queue(office, at, Filter(since="2025-06-13", until="2025-06-15"))
    assert since["reported_at"].between("2025-06-13", "2025-06-15").all()
    with pytest.raises(UsageError):
        queue(office, at, Filter(area="12"))
    said = json.loads(
        citygrid("cases", "queue", office.path, "--at", at, "--area", street, "--json").stdout
    )
    assert [r["number"] for r in said["rows"]] == queue(office, at, Filter(area=street))[1][
        "number"
    ].tolist()


def test_the_first_of_a_chain_is_the_same_whatever_is_looked_at(
    office: Workspace, tmp_path: Path
) -> None:
    """A at 0 h, B at 20 h, C at 40 h, D at 60 h: B repeats A, D repeats C; so from any hour on."""
    spot = office.read("cases", where={"location_method": "given"}).iloc[0]
    rows = [
        {"source_number": n, "source": "collector", "object_kind": "event", "class_code": "06010",
         "x": spot.geometry.x, "y": spot.geometry.y, "reported_at": f"2026-05-{d:02d} {h:02d}:00:00"}
        for n, d, h in (("A", 1, 0), ("B", 1, 20), ("C", 2, 16), ("D", 3, 12))
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(tmp_path / "chain.csv", index=False)
    import_cases(office, tmp_path / "chain.csv", source_system="chain", options=METRES, on=DAY)
    held = office.read("cases", where={"source_system": "chain"}, geometry=False)
    name = held.set_index("number")["source_number"]
    for since in ("2026-05-01", "2026-05-02", "2026-05-03"):
        found = twins(office, since=f"{since}T00:00:00")
        told = dict(zip(found["number"].map(name), found["original"].map(name), strict=True))
        assert told["D"] == "C"
        assert pd.isna(told.get("C"))
    with pytest.raises(UsageError, match="before"):
        twins(office, since="2026-05-02T00:00:00", until="2026-05-01T00:00:00")
