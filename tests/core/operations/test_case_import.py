"""Cases come in: what is said twice and not the same is named; who reported is not kept."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from citygrid_core.errors import UsageError
from citygrid_core.operations.cases import import_cases
from citygrid_core.operations.intake import SourceOptions
from citygrid_core.report import Report
from citygrid_core.tables import Mapping
from citygrid_core.workspace import Workspace

DAY = "2026-01-05"
HEAD = ["案卷号", "问题来源", "对象", "小类", "内容", "部件标识码", "网格编码", "x", "y", "上报时间", "结案时间", "截止时间",
        "举报人姓名", "联系电话", "坐席备注"]  # fmt: skip
MAPPING = Mapping(crs="EPSG:4547", personal={"坐席备注": "drop"})


@pytest.fixture
def office(tmp_path: Path, whole: tuple[Path, dict[str, Report]]) -> Iterator[Workspace]:
    path = tmp_path / "office.gpkg"
    shutil.copy(whole[0], path)
    with Workspace.open(path) as ws:
        yield ws


def table(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, HEAD, restval="")
        out.writeheader()
        out.writerows(rows)
    return path


def lamp(ws: Workspace, number: str, **said: str) -> dict[str, str]:
    """A case of a component of the city, at the component, all of it right."""
    held = ws.read("components").sort_values("code").iloc[0]
    spot = held.geometry.representative_point()
    return {
        "案卷号": number, "问题来源": "collector", "对象": "部件", "小类": held["class_code"],
        "内容": "损坏", "部件标识码": held["code"], "网格编码": held["grid_code"],
        "x": f"{spot.x:.3f}", "y": f"{spot.y:.3f}", "上报时间": "2026-01-04 09:00", **said,
    }  # fmt: skip


def test_contradictions_are_named(office: Workspace, tmp_path: Path) -> None:
    """The grid next door, no grid at all, and another class: stored, with a finding each."""
    right = lamp(office, "A1")
    grids = office.read("grids")
    own = grids[grids["code"] == right["网格编码"]].geometry.iloc[0]
    away = grids[grids.distance(own) > 300].iloc[0]
    other = "01001" if right["小类"] != "01001" else "01002"
    file = table(
        tmp_path / "cases.csv", right, lamp(office, "A2", 网格编码=str(away["code"])),
        lamp(office, "A3", 网格编码="999"), lamp(office, "A4", 小类=other),
    )  # fmt: skip
    options = SourceOptions(mapping=MAPPING)
    report = import_cases(office, file, options=options, on=DAY)
    assert (report.stored, report.rejected) == (4, 0)
    assert report.details["contradictions"] == {"grid": 2, "class": 1}
    said = {(p.row, p.rule): p for p in report.problems}
    assert set(said) == {(3, "case.grid"), (4, "case.grid"), (5, "case.component")}
    assert str(right["网格编码"]) in said[3, "case.grid"].expected.zh
    assert "相距" in said[3, "case.grid"].expected.zh
    assert "无此网格" in said[4, "case.grid"].expected.zh
    stored = office.read("cases", where={"source_number": ["A1", "A2", "A3", "A4"]})
    assert set(stored["grid_code"]) == {right["网格编码"]}


def test_who_reported_is_in_no_file_and_no_table(office: Workspace, tmp_path: Path) -> None:
    """Neither in the workspace nor in the rejects: not the name, not the phone, not the ID."""
    secrets = {"举报人姓名": "王小明", "联系电话": "13812345678", "坐席备注": "家住三楼",
               "内容": "路灯不亮，请回电１３９１２３４５６７８，证号33010619900307123X"}  # fmt: skip
    file = table(
        tmp_path / "cases.csv", lamp(office, "B1", **secrets),
        lamp(office, "B2", **secrets, 小类="没有这一类"), lamp(office, "B3", **secrets, 上报时间="昨天"),
    )  # fmt: skip
    rejects = tmp_path / "rejects.csv"
    options = SourceOptions(mapping=MAPPING)
    report = import_cases(office, file, options=options, on=DAY, rejects=rejects)
    assert (report.stored, report.rejected) == (1, 2)
    told = office.read("cases", where={"source_number": "B1"})["description"].iloc[0]
    assert told == "路灯不亮，请回电139******78，证号330106************"
    office.close()
    kept = [p.read_bytes() for p in Path(office.path).parent.glob("office.gpkg*")]
    for text in (
        "王小明",
        "13812345678",
        "家住三楼",
        "１３９１２３４５６７８",
        "33010619900307123X",
    ):
        assert all(text.encode() not in raw for raw in kept)
        assert text not in rejects.read_text("utf-8-sig")
    assert "王**" in rejects.read_text("utf-8-sig")


def test_the_mapping_may_keep_a_text(office: Workspace, tmp_path: Path) -> None:
    file = table(tmp_path / "cases.csv", lamp(office, "C1", 内容="值班电话0571-88886666"))
    for number, (how, kept) in enumerate(
        (("keep", "值班电话0571-88886666"), ("mask", "值班电话0571-********"))
    ):
        mapping = Mapping(crs="EPSG:4547", personal={"description": how})
        options = SourceOptions(mapping=mapping)
        import_cases(office, file, source_system=f"s{number}", options=options, on=DAY)
        held = office.read("cases", where={"source_system": f"s{number}"})
        assert held["description"].tolist() == [kept]


def test_a_mapping_that_says_nonsense_is_refused() -> None:
    with pytest.raises(UsageError):
        Mapping.of({"personal": {"电话": "publish"}})
    assert Mapping.of({"personal": {"电话": "drop"}}).personal == {"电话": "drop"}


def test_a_second_import_changes_nothing(office: Workspace, tmp_path: Path) -> None:
    file = table(tmp_path / "cases.csv", lamp(office, "D1", 内容="请回电13812345678"))
    options = SourceOptions(mapping=MAPPING)
    assert import_cases(office, file, options=options, on=DAY).stored == 1
    again = import_cases(office, file, options=options, on=DAY)
    assert (again.stored, again.unchanged) == (0, 1)


def test_rejects_that_could_not_be_written_are_refused_before_anything_is_stored(
    office: Workspace, tmp_path: Path
) -> None:
    file = table(tmp_path / "cases.csv", lamp(office, "E1"), lamp(office, "E2", 对象="狗"))
    told, head = file.read_bytes(), office.head
    options = SourceOptions(mapping=MAPPING)
    for rejects in (tmp_path / "nowhere" / "bad.csv", tmp_path, file, Path(office.path)):
        with pytest.raises(UsageError):
            import_cases(office, file, options=options, on=DAY, rejects=rejects)
    assert office.head == head
    assert file.read_bytes() == told
    report = import_cases(office, file, options=options, on=DAY, rejects=tmp_path / "bad.csv")
    assert (report.stored, report.rejected) == (1, 1)


@pytest.mark.parametrize(
    ("on", "fits"),
    [
        (DAY, "2026-01-05 09:30:00"),  # by the clock on the city's wall
        ("2026-01-01", "2026-01-05 09:30:00"),
        ("2026-01-20", "2026-01-20 23:59:59"),  # told to be another day
    ],
)
def test_what_is_still_to_come_is_no_case(
    office: Workspace, tmp_path: Path, on: str, fits: str
) -> None:
    """A second after the city's clock is refused, whatever stage it is of; a deadline may lie ahead."""
    office.close()
    utc = dt.datetime(2026, 1, 5, 1, 30, 0, 400_000, dt.timezone.utc)
    after = str(pd.Timestamp(fits) + pd.Timedelta(1, "s"))
    with Workspace.open(office.path, now=lambda: utc) as ws:
        file = table(
            tmp_path / "cases.csv",
            lamp(ws, "G1", 上报时间=fits, 截止时间="2031-01-01 00:00"), lamp(ws, "G2", 上报时间=after),
            lamp(ws, "G3", 结案时间=after), lamp(ws, "G4", 上报时间="2036-01-05 09:00"),
        )  # fmt: skip
        report = import_cases(
            ws, file, options=SourceOptions(mapping=MAPPING), on=on, rejects=tmp_path / "bad.csv"
        )
        assert (report.read, report.stored, report.rejected) == (4, 1, 3)
        assert [(p.rule, p.row, p.field) for p in report.problems] == [
            ("case.future", 3, "reported_at"), ("case.future", 4, "closed_at"),
            ("case.future", 5, "reported_at"),
        ]  # fmt: skip
        said = report.problems[0]
        assert said.found.en.replace("T", " ") == after
        assert fits.replace(" ", "T") in said.expected.en
        assert "当前时间" in said.expected.zh
        assert "时钟" in said.cure.zh
        # a clock that was set back loses nothing: the same rows go in when it is right again
        assert ws.count("cases", where={"source_number": ["G1", "G2"]}) == 1
    with Workspace.open(office.path) as ws:
        rejected = import_cases(
            ws, tmp_path / "bad.csv", options=SourceOptions(mapping=MAPPING), on=DAY
        )
        assert (rejected.stored, rejected.rejected) == (2, 1)


def test_what_is_located_is_counted_among_the_cases_that_were_taken(
    office: Workspace, tmp_path: Path
) -> None:
    file = table(tmp_path / "cases.csv", lamp(office, "F1"), lamp(office, "F2", 对象="狗"),
                 lamp(office, "F1"), lamp(office, "F3", x="", y="", 部件标识码=""))  # fmt: skip
    report = import_cases(office, file, options=SourceOptions(mapping=MAPPING), on=DAY)
    assert (report.stored, report.rejected) == (1, 3)
    assert report.details["located"] == {"given": 1}
    assert sum(report.details["duty"].values()) == 1
