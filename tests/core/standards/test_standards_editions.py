"""Editions: what the data files hold, finding classes, crosswalks, the user's own folder."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from citygrid_core.errors import UnusableInput, UsageError
from citygrid_core.standards import (
    CONFIDENCE,
    DEFAULT_EDITION,
    ComponentCode,
    InvalidCode,
    UnknownClass,
    UnknownCrosswalk,
    case_limits,
    case_sources,
    classify,
    crosswalk,
    crosswalks,
    editions,
    explain,
    indicators,
    load_edition,
)

ALL = ("gbt47678-2026", "gbt30428-2013", "cjt214-2007")


def test_three_editions_the_default_first() -> None:
    assert tuple(editions()) == ALL
    assert editions()[0] == DEFAULT_EDITION


@pytest.mark.parametrize(
    ("edition", "components", "events", "component", "event", "grid"),
    [
        ("gbt47678-2026", 153, 250, 17, 11, 15),
        ("gbt30428-2013", 160, 80, 16, 10, 15),
        ("cjt214-2007", 85, 55, 16, 10, 14),
    ],
)
def test_what_an_edition_holds(
    edition: str, components: int, events: int, component: int, event: int, grid: int
) -> None:
    held = load_edition(edition)
    assert (len(held.component_classes), len(held.event_classes)) == (components, events)
    assert held.component_code_digits == component
    assert held.event_code_digits == event
    assert held.grid_code_digits == grid
    for classes in (held.component_classes, held.event_classes):
        assert classes.index.is_unique
        assert set(classes["geometry"]) <= {"point", "line", "polygon"}
        assert set(classes["confidence"]) <= set(CONFIDENCE)
        assert (classes.index == classes["major_code"] + classes["minor_code"]).all()
        assert (classes["name"] != "").all()


def test_the_matters_of_2026_mirror_its_components() -> None:
    held = load_edition()
    components, matters = held.component_classes, held.event_classes
    mirrored = matters[matters["major_code"] <= "05"]
    assert list(mirrored.index) == list(components.index)
    unlike = mirrored["name"] != components["name"] + "异常"
    assert mirrored.loc[unlike, "name"].tolist() == ["紧急报警点异常SOS"]  # as the source has it
    counts = matters["major_code"].value_counts()
    assert counts[["06", "07", "08", "09", "10"]].tolist() == [51, 7, 16, 21, 2]


def test_a_class_table_handed_out_is_a_copy() -> None:
    held = load_edition()
    mine = held.component_classes
    mine.loc["01001", "name"] = "spoilt"
    assert held.component_classes.at["01001", "name"] == "供水井盖"
    assert held.component_class("01001").name == "供水井盖"


def test_an_unknown_class_says_where_to_put_ones_own() -> None:
    with pytest.raises(UnknownClass, match=r"gbt47678-2026/components\.csv"):
        load_edition().component_class("01016")
    assert load_edition().event_class("06010").name == "暴露垃圾"


@pytest.mark.parametrize(
    ("text", "code", "outcome"),
    [
        ("01001", "01001", "exact"),
        ("1001", "01001", "lost_zero"),
        ("1001.0", "01001", "lost_zero"),
        ("０１００１", "01001", "exact"),
        ("供水井盖", "01001", "name"),
        (" 车辆加油(气､电)站 ", "05003", "name"),
        ("0101", None, "unknown"),
        ("99999", None, "unknown"),
        ("", None, "unknown"),
    ],
)
def test_finding_a_class_by_what_people_write(text: str, code: str | None, outcome: str) -> None:
    found = load_edition().find_class("component", text)
    assert (found.code, found.outcome) == (code, outcome)
    assert found.proposals == () or found.code is None


def test_an_unknown_name_has_proposals_but_no_answer() -> None:
    found = load_edition().find_class("component", "供水井盖板")
    assert found.code is None
    assert str(found.proposals[0]) == "01001 供水井盖"


def test_a_name_of_two_classes_is_unknown_with_both() -> None:
    found = load_edition("gbt30428-2013").find_class("component", "防汛墙")
    assert found.outcome == "unknown"
    assert [p.code for p in found.proposals] == ["0171", "0508"]


def test_delivery_fields_of_each_edition() -> None:
    new = load_edition().delivery_fields
    assert len(new["component"]) == 18
    assert len(new["event"]) == 6
    first = new["component"][0]
    assert (first.column, first.name, first.length, first.requirement) == (
        "code",
        "GLBJBSM",
        17,
        "M",
    )
    old = [f.name for f in load_edition("cjt214-2007").delivery_fields["component"]]
    assert " ".join(old) == (
        "ObjID ObjName DeptCode1 DeptName1 DeptCode2 DeptName2 DeptCode3 DeptName3 BGID ObjState "
        "ORDate CHDate DataSource Note"
    )


@pytest.mark.parametrize("from_", ["cjt214-2007", "gbt30428-2013"])
@pytest.mark.parametrize("kind", ["component", "event"])
def test_a_crosswalk_speaks_of_every_class_and_of_real_ones_only(from_: str, kind: str) -> None:
    table = crosswalk(from_, DEFAULT_EDITION, kind)  # type: ignore[arg-type]
    old, new = load_edition(from_).catalogues, load_edition().catalogues
    classes = old[kind].classes  # type: ignore[index]
    targets = new[kind].classes  # type: ignore[index]
    assert set(table["from_code"]) == set(classes)
    assert (table["from_name"] == [classes[c].name for c in table["from_code"]]).all()
    mapped = table[table["to_code"] != ""]
    assert (mapped["to_name"] == [targets[c].name for c in mapped["to_code"]]).all()
    assert set(table["relation"]) <= {"same", "moved", "renamed", "merged", "split", "dropped"}
    assert ((table["to_code"] == "") == (table["relation"] == "dropped")).all()
    several = table.groupby("from_code")["to_code"].transform("size") > 1
    assert ((table["relation"] == "split") == several).all()
    assert (table["confidence"] == "inferred").all()


def test_a_crosswalk_turned_round_splits_what_was_merged() -> None:
    back = crosswalk(DEFAULT_EDITION, "cjt214-2007")
    assert set(back["from_code"]) == set(load_edition().component_classes.index)
    advertising = back[back["from_code"] == "03006"]
    assert set(advertising["to_code"]) == {"0306", "0307"}
    assert set(advertising["relation"]) == {"split"}
    lamp = back[back["from_code"] == "01037"].iloc[0]
    assert (lamp["to_code"], lamp["relation"]) == ("0118", "same")
    assert back.loc[back["from_code"] == "01054", "relation"].tolist() == ["dropped"]


def test_an_unknown_crosswalk_lists_those_there_are() -> None:
    with pytest.raises(UnknownCrosswalk, match="cjt214-2007 -> gbt47678-2026"):
        crosswalk("gbt47678-2026", "nowhere-1999")
    assert len(crosswalks()) == 3


def test_classify_a_column_and_keep_its_index() -> None:
    texts = pd.Series(["1001", None, "路灯", "立杆", "路灯"], index=list("edcba"))
    found = classify(texts)
    assert found.index.tolist() == list("edcba")
    assert found["class_code"].tolist() == ["01001", None, "01037", None, "01037"]
    assert found["outcome"].tolist() == ["lost_zero", "unknown", "name", "unknown", "name"]
    # What 立杆 was split into comes first, likeness after.
    assert [p.code for p in found.loc["b", "proposals"]][:3] == ["01030", "01031", "01032"]
    assert found.loc["a", "proposals"] == []


def test_classify_through_the_edition_that_the_file_speaks() -> None:
    texts = pd.Series(["0101", "101", "上水井盖", "0117", "0602", "01001", "供水井盖", "1001"])
    found = classify(texts, from_edition="cjt214-2007")
    assert found["class_code"].tolist() == [
        "01001", "01001", "01001", None, None, "01001", "01001", None,
    ]  # fmt: skip
    assert found["outcome"].tolist() == [
        "crosswalk", "crosswalk", "crosswalk", "unknown", "unknown", "exact", "name", "unknown",
    ]  # fmt: skip
    assert len(found.loc[3, "proposals"]) == 6  # split: a person decides
    # Four digits without a leading zero may be a class of either edition: asked, not taken.
    assert found.loc[7, "proposals"][0].code == "01001"


def test_limits_of_cities_have_values_with_units() -> None:
    limits = case_limits()
    assert len(limits) == 151
    units = {"urgent_hour", "urgent_day", "work_hour", "work_day", "hour", "minute", "day"}
    assert set(limits["unit"]) == units
    assert (limits["value"] > 0).all()
    # The row that an unquoted comma had shifted.
    row = limits[limits["city"] == "Guangzhou"].iloc[0]
    assert (row["value"], row["unit"], row["class_name"]) == (6.0, "hour", "井盖")
    assert row["source"].startswith("Guangzhou manhole rule")
    assert set(limits["confidence"]) <= set(CONFIDENCE)
    # Several limits in a row of the source are several rows here.
    staged = limits[limits["limit"].isin(["4工作时", "7工作日", "20工作日"])]
    assert {"stop work", "penalty", "removal"} <= set(staged["condition"])


def test_limits_name_classes_of_their_edition_or_are_the_citys_own() -> None:
    limits = case_limits()
    named = limits[(limits["edition"] != "") & (limits["class_code"] != "")]
    held = load_edition("gbt30428-2013")
    for row in named.itertuples():
        assert held.catalogues[row.kind].legal(row.class_code), row


def test_indicators_and_sources() -> None:
    assert len(indicators()) == 96
    assert set(indicators()["confidence"]) <= set(CONFIDENCE)
    assert indicators().at["grade", "name"] == "评价等级"
    assert "hotline" in case_sources().index


def test_the_sources_of_cases_are_those_that_the_store_knows() -> None:
    from citygrid_core.workspace.schema import CHOICES

    sources = case_sources()
    assert set(sources.index) == set(CHOICES["case_source"])
    assert {c: t.zh for c, t in CHOICES["case_source"].items()} == sources["name"].to_dict()


def test_the_words_of_a_delivery_are_those_that_the_store_knows() -> None:
    from citygrid_core.workspace.schema import CHOICES

    for name in ALL:
        values = load_edition(name).values
        assert values["state"] == {k: t.zh for k, t in CHOICES["component_state"].items()}
        assert values["data_source"] == {k: t.zh for k, t in CHOICES["data_source"].items()}


# --- a folder of one's own ------------------------------------------------------------------


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))


HEAD = "major_code,major_name,minor_code,name,geometry,confidence\n"


def test_a_users_table_replaces_rows_and_adds_rows(tmp_path: Path) -> None:
    write(
        tmp_path,
        "gbt47678-2026/components.csv",
        HEAD
        + "01,市政公用设施,001,自来水井盖,point,sourced\n"
        + "01,市政公用设施,999,智慧灯杆（自定义）,point,sourced\n",
        encoding="gb18030",  # as Excel writes it on a Chinese desktop
    )
    held = load_edition(folder=tmp_path)
    assert held.component_class("01001").name == "自来水井盖"
    assert held.component_class("01999").name == "智慧灯杆（自定义）"
    assert len(held.component_classes) == 154
    assert held.find_class("component", "智慧灯杆(自定义)").code == "01999"
    assert "智慧灯杆" in ComponentCode.parse("32070501999000001", held).explain().text()
    assert load_edition().component_class("01001").name == "供水井盖"


def test_a_table_called_only_takes_the_place_of_ours(tmp_path: Path) -> None:
    write(tmp_path, "gbt47678-2026/events.only.csv", HEAD + "01,本市,001,本市事项,point,sourced\n")
    held = load_edition(folder=tmp_path)
    assert held.event_classes["name"].tolist() == ["本市事项"]
    assert len(held.component_classes) == 153


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "provinces.csv", "code,name,name_en\n99,测试省,Testland\n")
    with pytest.raises(InvalidCode):
        ComponentCode.parse("99070501001000101")
    monkeypatch.setenv("CITYGRID_STANDARDS", str(tmp_path))
    assert "Testland" in ComponentCode.parse("99070501001000101").explain().text()
    # A file that changes later is seen.
    write(tmp_path, "provinces.csv", "code,name,name_en\n98,另一省,Otherland\n")
    with pytest.raises(InvalidCode):
        ComponentCode.parse("99070501001000101")
    monkeypatch.setenv("CITYGRID_STANDARDS", str(tmp_path / "missing"))
    with pytest.raises(UnusableInput, match="no folder"):
        load_edition()


def test_an_edition_of_ones_own_builds_on_another(tmp_path: Path) -> None:
    write(
        tmp_path,
        "chengdu-2020/edition.toml",
        'based_on = "gbt30428-2013"\ntitle = { en = "Chengdu", zh = "成都" }\n'
        "[codes.component]\nparts = { county = 6, major = 2, minor = 2, sequence = 8 }\n"
        'label = { en = "component code", zh = "部件代码" }\n',
    )
    write(tmp_path, "chengdu-2020/components.csv", HEAD + "01,公用设施,99,井房,point,sourced\n")
    assert "chengdu-2020" in editions(tmp_path)
    held = load_edition("chengdu-2020", tmp_path)
    assert held.component_code_digits == 18
    assert held.event_code_digits == 10
    assert len(held.component_classes) == 161
    assert held.title.zh == "成都"
    code = ComponentCode.parse("510104019900000001", held)
    assert (code.class_code, str(code)[:10]) == ("0199", "5101040199")


def test_a_crosswalk_of_ones_own_settles_a_split(tmp_path: Path) -> None:
    name = "crosswalks/components_cjt214-2007_gbt47678-2026.csv"
    write(
        tmp_path,
        name,
        "from_code,from_name,to_code,to_name,relation\n0117,立杆,01077,综合杆,renamed\n",
    )
    table = crosswalk("cjt214-2007", "gbt47678-2026", folder=tmp_path)
    assert table.loc[table["from_code"] == "0117", "to_code"].tolist() == ["01077"]
    assert len(table) == len(crosswalk("cjt214-2007", "gbt47678-2026")) - 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + "01,市政,1,井,point,sourced\n", "3 digits"),
        (HEAD + "01,市政,001,井,dot,sourced\n", "one of point, line, polygon"),
        (HEAD + "01,市政,001,井,point,certain\n", "one of sourced"),
        (HEAD + "01,市政,001,井,盖,point,sourced\n", "row 2: found 7 values, expected 6"),
        ("major_code,name\n01,井\n", "expected also major_name"),
        (HEAD + "01,市政,001,井,point,sourced\n" * 2, "row 3"),
    ],
)
def test_a_wrong_file_of_the_user_is_named_with_its_row(
    tmp_path: Path, text: str, said: str
) -> None:
    write(tmp_path, "gbt47678-2026/components.csv", text)
    with pytest.raises(UnusableInput, match=said) as error:
        load_edition(folder=tmp_path)
    assert "components.csv" in error.value.text("zh")


def test_wrong_declarations_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "gbt47678-2026/edition.toml", "title = [")
    with pytest.raises(UnusableInput, match="TOML"):
        load_edition(folder=tmp_path)
    write(tmp_path, "a/edition.toml", 'based_on = "b"\n')
    write(tmp_path, "b/edition.toml", 'based_on = "a"\n')
    with pytest.raises(UsageError, match=r"circle|itself based"):
        load_edition("a", tmp_path)
    write(tmp_path, "provinces.csv", "code,name\n9,测\n")
    with pytest.raises(UnusableInput, match="2 digits"):
        load_edition("cjt214-2007", tmp_path)


def test_explain_uses_the_users_folder(tmp_path: Path) -> None:
    write(
        tmp_path,
        "gbt47678-2026/components.csv",
        HEAD + "01,市政公用设施,999,智慧灯杆（自定义）,point,sourced\n",
    )
    assert "智慧灯杆" in explain("01999", folder=tmp_path).text()
