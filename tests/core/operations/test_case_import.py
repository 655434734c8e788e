"""Cases come in: what is said twice and not the same is named; who reported is not kept."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from citygrid_core.errors import UnusableInput, UsageError
from citygrid_core.operations.cases.imported import import_cases
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.report import Report
from citygrid_core.tables import Mapping
from citygrid_core.tables.datum import convert
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


def test_what_hides_where_nobody_looks(office: Workspace, tmp_path: Path) -> None:
    """In columns of no field, in a row that slipped by a cell, and in what a header is taken for."""
    head = [*HEAD, "诉求标题"]
    good = lamp(office, "F1", 诉求标题="王先生13812345678来电，赣A12345")
    slipped = good | {"案卷号": "F2", "小类": "电话13812345678", "上报时间": "33010619900307123X"}
    file = tmp_path / "cases.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(
            [head, *([row.get(n, "") for n in head] for row in (good, slipped))]
        )
    rejects = tmp_path / "r.csv"
    options = SourceOptions(mapping=MAPPING)
    report = import_cases(office, file, options=options, on=DAY, rejects=rejects)
    assert (report.stored, report.rejected) == (1, 1)
    told = rejects.read_text("utf-8-sig") + "".join(
        p.text("zh") + p.text("en") for p in report.problems
    )
    for text in ("13812345678", "33010619900307123X", "赣A12345"):
        assert text not in told
    assert "王先生138******78来电，赣A1***5" in told
    headless = tmp_path / "headless.csv"
    headless.write_text("F3,王小明,13812345678\nF4,李四,13912345678\n", "utf-8")
    with pytest.raises(UnusableInput) as caught:
        import_cases(office, headless, options=options, on=DAY)
    assert "13812345678" not in caught.value.text("zh") + caught.value.text("en")


@pytest.mark.parametrize("named", ["description", "内容"])
def test_a_text_that_is_to_be_dropped_is_not_stored(
    office: Workspace, tmp_path: Path, named: str
) -> None:
    file = table(tmp_path / "cases.csv", lamp(office, "E1", 内容="家住三楼"))
    options = SourceOptions(mapping=Mapping(crs="EPSG:4547", personal={named: "drop"}))
    import_cases(office, file, options=options, on=DAY)
    assert office.read("cases", where={"source_number": "E1"})["description"].tolist() == [None]


def test_a_file_without_any_position_rejects_only_rows_without_an_address(
    office: Workspace, tmp_path: Path
) -> None:
    """As a hotline sends it: no point, no component; the first row is as good as any other."""
    places = office.read("places", geometry=False)["name"].dropna()
    rows = [lamp(office, f"G{i}", x="", y="", 部件标识码="", 网格编码="") for i in range(3)]
    file = tmp_path / "hotline.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        head = ["案卷号", "问题来源", "对象", "小类", "内容", "上报时间", "地址"]
        writer = csv.DictWriter(out, head, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(
            row | {"地址": a} for row, a in zip(rows, (places.iloc[0], "", "?"), strict=True)
        )
    report = import_cases(office, file, on=DAY)
    assert (report.read, report.stored, report.rejected) == (3, 2, 1)
    assert [(p.row, p.rule) for p in report.problems] == [(3, "position.missing")]


def test_each_file_of_a_delivery_has_its_own_datum(office: Workspace, tmp_path: Path) -> None:
    """One app writes GCJ-02, the other BD-09: both are told, with their evidence, and stored."""
    spots = office.read("components").iloc[::40].geometry.representative_point().to_crs(4326)
    files = []
    for datum in ("gcj02", "bd09"):
        x, y = convert(spots.x.to_numpy(), spots.y.to_numpy(), "wgs84", datum)
        rows = [
            lamp(office, f"{datum}{i}", x=f"{a:.7f}", y=f"{b:.7f}", 部件标识码="", 网格编码="")
            for i, (a, b) in enumerate(zip(x, y, strict=True))
        ]
        files.append(table(tmp_path / f"{datum}.csv", *rows))
    report = import_cases(office, files, options=SourceOptions(datum="auto"), on=DAY)
    assert report.rejected == 0
    assert [(p.file, p.found.en[:5].strip()) for p in report.cautions] == [
        ("gcj02.csv", "gcj02"), ("bd09.csv", "bd09"),
    ]  # fmt: skip
    held = office.read("cases", where={"reported_at": "2026-01-04T09:00:00"})
    assert held.groupby("datum").size().to_dict() == {"gcj02": len(spots), "bd09": len(spots)}
    both = held.assign(i=held["source_number"].str.lstrip("gcj02bd9")).groupby("datum")
    assert len(set(map(tuple, (g.sort_values("source_number")["grid_code"] for _, g in both)))) == 1


def test_degrees_as_on_a_web_map_are_refused_until_their_datum_is_declared(
    office: Workspace, tmp_path: Path
) -> None:
    """Some hundred metres off, each would get the neighbour's grid, and nobody would see it."""
    spots = office.read("components").iloc[::40].geometry.representative_point().to_crs(4326)
    there = {"wgs84": (spots.x, spots.y)}
    there["gcj02"] = convert(spots.x.to_numpy(), spots.y.to_numpy(), "wgs84", "gcj02")
    files = {}
    for datum, (x, y) in there.items():
        rows = [
            lamp(office, f"{datum}{i}", x=f"{a:.7f}", y=f"{b:.7f}", 部件标识码="", 网格编码="")
            for i, (a, b) in enumerate(zip(x, y, strict=True))
        ]
        files[datum] = table(tmp_path / f"{datum}.csv", *rows)
    options = SourceOptions(crs="EPSG:4326")
    with pytest.raises(UnusableInput) as refused:
        import_cases(office, files["gcj02"], options=options, on=DAY)
    (problem,) = refused.value.problems
    assert (problem.rule, problem.file) == ("datum.shifted", "gcj02.csv")
    assert "--datum gcj02" in problem.cure.en
    assert "gcj02" in problem.found.en
    assert office.read("cases", where={"source_number": "gcj020"}).empty
    for datum, declared in (("wgs84", None), ("gcj02", "gcj02")):
        import_cases(office, files[datum], options=replace(options, datum=declared), on=DAY)
    held = office.read("cases", where={"reported_at": "2026-01-04T09:00:00"})
    both = held.assign(key=held["source_number"].str[5:]).groupby("key")["grid_code"]
    assert both.size().eq(2).all()
    assert both.nunique().eq(1).all()


def test_a_number_that_two_files_have_is_named_with_the_file_that_had_it_first(
    office: Workspace, tmp_path: Path
) -> None:
    one = table(tmp_path / "one.csv", lamp(office, "H0"), lamp(office, "H1"))
    two = table(tmp_path / "two.csv", lamp(office, "H1"), lamp(office, "H2"))
    rejects = tmp_path / "r.csv"
    options = SourceOptions(mapping=MAPPING)
    report = import_cases(office, [one, two], options=options, on=DAY, rejects=rejects)
    assert (report.read, report.stored, report.rejected) == (4, 3, 1)
    (problem,) = report.problems
    assert (problem.file, problem.row) == ("two.csv", 2)
    assert "row 3 of one.csv" in problem.expected.en
    bad = table(tmp_path / "bad.csv", lamp(office, "H3", 上报时间="昨天"))
    import_cases(office, [bad, two, one], options=options, on=DAY, rejects=rejects)
    told = rejects.read_text("utf-8-sig")
    assert "bad.csv，字段" in told  # a row number alone would not say of which file
    assert "one.csv，字段" in told


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
    first = import_cases(office, file, options=options, on=DAY)
    assert (first.stored, first.details["twins"]) == (1, 0)  # it is no twin of itself
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
