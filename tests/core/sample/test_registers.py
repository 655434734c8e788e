"""Departments and duty rules, and what was planted in them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from citygrid_core.sample.departments import credit_code
from citygrid_core.sample.duties import Answers, Duties
from citygrid_core.standards import is_social_credit_code, load_edition

from .conftest import City

DAYS = ("2024-12-31", "2025-07-15", "2025-09-15", "2025-12-31")


def test_a_credit_code_has_right_check_characters() -> None:
    assert is_social_credit_code(credit_code("11", "360100", 10_101))
    # GB 11714: C9 = 11 - sum(w * c) mod 11, worked by hand for MB010101: 22*3 + 11*7 + ...
    body = "MB010101"
    values = [22, 11, 0, 1, 0, 1, 0, 1]
    rest = 11 - sum(v * w for v, w in zip(values, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    expected = {10: "X", 11: "0"}.get(rest, str(rest))
    assert credit_code("11", "360100", 10_101)[8:17] == body + expected


def test_the_register_is_sound(city: City) -> None:
    register = city.rows("departments.csv")
    assert 25 <= len(register) <= 50
    assert register["code"].is_unique
    assert register["code"].map(is_social_credit_code).all()
    known = set(register["code"]) | {""}
    assert set(register["parent_code"]) <= known
    spelled = pd.concat([register["name"], register["short_name"], register["aliases"]])
    spelled = spelled[spelled != ""]
    assert spelled.is_unique, "two bodies answer to one name"


def test_one_body_was_merged_and_names_its_successor(city: City) -> None:
    register = city.rows("departments.csv")
    merged = register[register["successor_code"] != ""]
    assert len(merged) == 1
    assert merged["valid_to"].item() == "2025-07-01"
    assert merged["successor_code"].item() in set(register["code"])


def rules(city: City) -> Duties:
    plain = city.rows("duties.csv")
    plain["priority"] = plain["priority"].astype(int)
    line, polygon = city.layer("duties.gpkg", "line"), city.layer("duties.gpkg", "polygon")
    texts = [c for c in plain.columns if c not in ("width_m", "priority")]
    for frame in (line, polygon):
        frame[texts] = frame[texts].astype(object).fillna("")
    return Duties(plain, line, polygon, city.rows("truth/duties.csv"))


def test_rules_of_all_kinds_of_place_name_known_bodies_and_classes(city: City) -> None:
    duties = rules(city)
    together = pd.concat([duties.rules, duties.line, duties.polygon])
    assert set(together["place"]) == {"everywhere", "area", "line", "polygon"}
    assert together["code"].is_unique
    assert set(together["department_code"]) <= set(city.rows("departments.csv")["code"])
    assert set(duties.rules.loc[duties.rules["place"] == "area", "place_code"]) <= set(
        city.areas["code"]
    )
    edition = load_edition("gbt47678-2026")
    for kind, classes in (
        ("component", edition.component_classes),
        ("event", edition.event_classes),
    ):
        for prefix in together.loc[together["object_kind"] == kind, "class_code"]:
            assert any(c.startswith(prefix) for c in classes.index), (kind, prefix)
    assert (duties.line["width_m"] > 0).all()


def answers(city: City) -> pd.DataFrame:
    """Ask for every class and role at a point in each community, away from parks and expressway."""
    duties, edition = rules(city), load_edition("gbt47678-2026")
    special = shapely.union_all(
        [*duties.polygon.geometry, *duties.line.geometry.buffer(40).to_numpy()]
    )
    shapes = city.level("community")
    spots = shapely.point_on_surface(shapely.difference(shapes.geometry.to_numpy(), special))
    xy, codes = shapely.get_coordinates(spots), shapes["code"].to_numpy(dtype=object)
    parts = []
    for kind, classes, roles in (
        (
            "component",
            edition.component_classes.index,
            ("supervising", "owning", "maintaining", "handling"),
        ),
        ("event", edition.event_classes.index, ("supervising", "handling")),
    ):
        n, m = len(classes), len(codes)
        for role in roles:
            for day in DAYS:
                who = Answers(duties).of(
                    kind, np.repeat(np.asarray(classes, dtype=object), m), role, np.tile(xy, (n, 1)),
                    np.tile(codes, n), np.full(n * m, day, dtype=object),
                )  # fmt: skip
                parts.append(
                    pd.DataFrame(
                        {
                            "kind": kind,
                            "class_code": np.repeat(np.asarray(classes), m),
                            "role": role,
                            "community": np.tile(codes, n),
                            "day": day,
                            "who": who,
                        }
                    )
                )
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def asked(city: City) -> pd.DataFrame:
    return answers(city)


@pytest.mark.parametrize("planted", ["gap", "overlap"])
def test_blanks_and_overlaps_are_those_planted_and_no_other(
    city: City, asked: pd.DataFrame, planted: str
) -> None:
    wrong = asked["who"] == "" if planted == "gap" else asked["who"].str.contains("#")
    found = asked[wrong]
    truth = city.rows("truth/duties.csv")
    truth = truth[(truth["kind"] == planted) & (truth["x"] == "")]
    explained = pd.Series(False, index=found.index)
    for row in truth.itertuples():
        hit = (found["kind"] == row.object_kind) & (found["role"] == row.role)
        hit &= found["class_code"].str.startswith(row.class_code)
        hit &= found["community"].str.startswith(row.area_code)
        hit &= (found["day"] >= row.begin) & ((found["day"] < row.end) | (row.end == ""))
        if planted == "overlap":
            hit &= found["who"] == "#".join(sorted(row.departments.split("#")))
        assert hit.any(), f"planted, not there: {row}"
        explained |= hit
    assert explained.all(), found[~explained].head()


def test_two_managers_claim_a_part_of_one_park(city: City) -> None:
    truth = city.rows("truth/duties.csv")
    row = truth[truth["x"] != ""].iloc[0]
    who = Answers(rules(city)).of(
        "component", np.array(["04007"], dtype=object), row["role"],
        np.array([[float(row["x"]), float(row["y"])]]),
        np.array(["360131001001"], dtype=object), np.array(["2025-05-01"], dtype=object),
    )  # fmt: skip
    assert set(who[0].split("#")) == set(row["departments"].split("#"))


def test_the_oracle_by_hand(city: City) -> None:
    """On the expressway the company answers for signs, beside it the police, for lamps the lamp office."""
    duties = rules(city)
    code = city.rows("departments.csv").set_index("short_name")["code"]
    line = shapely.union_all(duties.line.geometry.to_numpy())
    spot = shapely.line_interpolate_point(shapely.get_parts(line)[0], 100)
    far = shapely.Point(spot.x - 300, spot.y)
    assert far.distance(line) > 40
    who = Answers(duties).of(
        "component", np.array(["02010", "02010", "01037"], dtype=object), "owning",
        np.array([[spot.x, spot.y], [far.x, far.y], [far.x, far.y]]),
        np.full(3, "360131001001", dtype=object), np.full(3, "2025-05-01", dtype=object),
    )  # fmt: skip
    assert list(who) == [code["快速路公司"], code["交警支队"], code["路灯所"]]
