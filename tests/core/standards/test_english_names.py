"""What classes are called in English: complete, unique, found, and never what is delivered."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pandas as pd
import pytest

from citygrid_core.standards import (
    Catalogue,
    classify,
    crosswalk,
    editions,
    explain,
    in_language,
    load_edition,
)
from citygrid_core.standards.sources import PACKAGE_DATA

CJK = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
CATALOGUES = [
    pytest.param(load_edition(name).catalogues[kind], id=f"{name} {kind}")
    for name in editions()
    for kind in ("component", "event")
]
HEAD = "major_code,major_name,minor_code,name,geometry,confidence,name_en\n"


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_every_class_has_one_short_name_of_its_own(catalogue: Catalogue) -> None:
    for names in (catalogue.names("en"), catalogue.major_names("en")):
        assert len({n.casefold() for n in names.values()}) == len(names) > 0
        for name in names.values():
            assert 0 < len(name) <= 40
            assert name.isascii()
            assert not CJK.search(name)
            assert name == name.strip()
            assert name[0].isupper()
            # sentence case: only the first word has a capital, but for abbreviations
            assert not re.search(r"[ (][A-Z][a-z]", name), name


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_the_official_name_stays_chinese(catalogue: Catalogue) -> None:
    assert all(CJK.search(c.name) and CJK.search(c.major_name) for c in catalogue.classes.values())
    assert catalogue.names() == {code: c.name for code, c in catalogue.classes.items()}
    assert list(catalogue.frame()["name"]) == list(catalogue.names("zh").values())


def test_the_table_says_whose_names_they_are_and_has_no_idle_row() -> None:
    used = {
        name
        for held in editions()
        for catalogue in load_edition(held).catalogues.values()
        for c in catalogue.classes.values()
        for name in (c.name, c.major_name)
    }
    with (PACKAGE_DATA / "class_names.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {r["name"] for r in rows} == used
    assert {(r["confidence"], r["source"]) for r in rows} == {("unconfirmed", "own translation")}


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_every_class_is_found_by_its_english_name(catalogue: Catalogue) -> None:
    for code, name in catalogue.names("en").items():
        for typed in (name, name.upper(), f" {name.replace('-', ' ')} "):
            assert catalogue.find(typed).code == code


def test_what_is_not_found_is_proposed_in_both_languages() -> None:
    (found,) = classify(pd.Series(["street lihgt"]))["proposals"]
    assert found[0].label == ("01037 Street light", "01037 路灯")
    (found,) = classify(pd.Series(["供水井"]))["proposals"]
    assert found[0].label.en == "01001 Water-supply manhole cover"


def test_codes_are_explained_in_english() -> None:
    said = explain("32070501037000101", lang="en")
    assert not CJK.search(said.text())
    assert "Street light" in said.text()
    assert "路灯" in said.text("zh")


def test_a_crosswalk_has_the_names_in_both_languages() -> None:
    table = crosswalk("cjt214-2007", "gbt47678-2026")
    row = table.set_index("from_code").loc["0101"]
    assert (row["from_name"], row["to_name"]) == ("上水井盖", "供水井盖")
    assert row["from_name_en"] == row["to_name_en"] == "Water-supply manhole cover"
    english = in_language(table, "en")
    assert not english[["from_name", "to_name"]].map(CJK.search).any(axis=None)
    assert list(english.columns) == list(in_language(table, "zh").columns)
    assert in_language(table, "zh")["from_name"].tolist() == table["from_name"].tolist()


def test_a_city_names_its_own_classes(tmp_path: Path) -> None:
    folder = tmp_path / "gbt47678-2026"
    folder.mkdir()
    own = "01,市政公用设施,{code},{name},point,sourced,{english}\n"
    (folder / "components.csv").write_text(
        HEAD
        + own.format(code="999", name="智慧灯杆（自定义）", english="Smart lamp post")
        + own.format(code="998", name="智慧井（自定义）", english=""),
        encoding="utf-8",
    )
    (tmp_path / "class_names.csv").write_text(
        "name,major_name,name_en\n路灯,,Lamp post\n", encoding="utf-8"
    )
    held = load_edition(folder=tmp_path)
    assert held.class_label("component", "01999") == ("Smart lamp post", "智慧灯杆（自定义）")
    assert held.class_label("component", "01998") == ("智慧井（自定义）", "智慧井（自定义）")
    assert held.component_class("01999").major_label.en == "Municipal utilities"
    assert held.class_label("component", "01037").en == "Lamp post"
    assert held.class_label("component", "01001").en == "Water-supply manhole cover"
    assert held.find_class("component", "smart lamp post").code == "01999"


def test_labels_of_majors_unknown_codes_and_stored_names() -> None:
    held = load_edition()
    assert held.class_label("event", "06") == ("City appearance", "市容环境类")
    assert held.class_label("component", "99999") == ("99999", "99999")
    assert held.stored_name("01037", "路灯") == ("Street light", "路灯")
    assert held.stored_name("01037", "三号路灯") == ("三号路灯", "三号路灯")
