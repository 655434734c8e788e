"""What is wrong with rules: all of it, named by rule and row."""

from __future__ import annotations

import pandas as pd
import shapely

from citygrid_core.responsibility import validate
from citygrid_core.standards import load_edition
from tests.core.responsibility.test_duty_book import DEPARTMENTS, rules

AREAS = pd.DataFrame({"code": ["320705", "320705001", "320705001001"]})
EDITION = load_edition("gbt47678-2026")


def test_good_rules_have_no_problems() -> None:
    good = rules(
        {"class_code": "01001", "department_code": "W"},
        {"class_code": "01", "department_code": "O", "valid_from": "2025-08-01"},
        {"class_code": "06012", "object_kind": "event", "role": "handling", "department_code": "R"},
        {"place": "area", "place_code": "320705001#320705", "department_code": "R"},
        {"place": "area", "place_code": "3207", "department_code": "R"},
        {"place": "polygon", "geometry": shapely.box(0, 0, 1, 1), "department_code": "P"},
    )
    assert validate(good, DEPARTMENTS, EDITION, AREAS) == []
    assert validate(rules(), DEPARTMENTS, EDITION, AREAS) == []


def test_a_class_of_the_citys_own_has_to_be_named_in_its_standards_first() -> None:
    """80-999 are numbers a city may give; until it says what they are, a rule about one is a slip."""
    own = rules({"class_code": "01999", "department_code": "W"})
    assert [p.rule for p in validate(own, DEPARTMENTS, EDITION, AREAS)] == [
        "duty.unknown_class_code"
    ]


def test_every_fault_is_named_with_its_rule_and_row() -> None:
    bad = rules(
        {"department_code": "nobody"},
        {"department_code": "W", "class_code": "99"},
        {"department_code": "W", "class_code": "06012"},
        {"department_code": "W", "place": "area", "place_code": "110101"},
        {"department_code": "W", "valid_from": "2026-02-01", "valid_to": "2026-01-01"},
        {"department_code": "X", "valid_from": "2026-01-01"},
        {"department_code": "nobody", "class_code": "98", "place": "grid", "place_code": "1#2"},
        {"department_code": "W", "place": "grid_group", "place_code": "G9"},
        # A class of the city's own has to be in its catalogue.
        {"department_code": "W", "class_code": "01999"},
    )
    bad["source_row"] = range(2, 11)
    ring = DEPARTMENTS.copy()
    found = validate(
        bad,
        ring,
        EDITION,
        AREAS,
        grids=pd.DataFrame({"code": ["2"]}),
        groups=pd.DataFrame({"code": []}),
    )
    assert [(p.row, p.field) for p in found] == [
        (2, "department_code"), (3, "class_code"), (4, "class_code"), (5, "place_code"),
        (6, "valid_to"), (7, "department_code"), (8, "department_code"), (8, "class_code"),
        (8, "place_code"), (9, "place_code"), (10, "class_code"),
    ]  # fmt: skip
    assert "'nobody' in rule ZR1" in found[0].text("en")
    assert "规则 ZR6" in found[5].text("zh")
    assert "已撤销" in found[5].text("zh")
    assert "'1' in rule ZR7" in found[8].text("en")
    assert all(p.text("zh") != p.text("en") for p in found)


def test_circles_of_succession_come_last_without_a_row() -> None:
    ring = DEPARTMENTS.assign(successor_code=["R", "O", "W", "", "", "", ""])
    found = validate(rules({"department_code": "nobody"}), ring, EDITION, AREAS)
    assert [p.rule for p in found] == ["duty.unknown_department_code", "department.circle"]
    assert found[-1].row is None
