"""Classes and departments as a survey writes them."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid_core.census import classify, match_departments, normal_name
from citygrid_core.standards import load_edition, social_credit_check

steady = settings(deadline=None, derandomize=True)


def credit(body: str) -> str:
    return body + social_credit_check(body)


WATER = credit("91320705MA1000001")
LIGHT = credit("11320705MA1000002")
POWER_A = credit("91320705MA1000003")
POWER_B = credit("91320705MA1000004")
OLD = credit("12320705MA1000005")


@pytest.fixture
def register() -> pd.DataFrame:
    return pd.DataFrame(
        [
            (
                WATER,
                "连云港市自来水有限责任公司",
                "自来水公司",
                "水司#市供水公司",
                "2020-01-01",
                None,
            ),
            (LIGHT, "海州区城市管理局", "城管局", None, "2020-01-01", None),
            (POWER_A, "华电（东）集团有限公司", None, "供电", "2020-01-01", None),
            (POWER_B, "华电(东)有限公司", None, "供电", "2020-01-01", None),
            (OLD, "路灯管理处", None, None, "2001-01-01", "2015-06-30"),
        ],
        columns=["code", "name", "short_name", "aliases", "valid_from", "valid_to"],
        dtype=object,
    )


@pytest.mark.parametrize(
    ("text", "code", "outcome"),
    [
        (WATER, WATER, "exact"),
        (WATER.lower(), WATER, "exact"),
        ("连云港市自来水有限责任公司", WATER, "exact"),
        ("水司", WATER, "alias"),
        ("自来水公司", WATER, "alias"),
        ("连云港市自来水公司", WATER, "normalised"),
        ("海州区 城市管理局", LIGHT, "normalised"),
        ("海州区城市管理局", LIGHT, "exact"),
        ("供电", None, "ambiguous"),
        ("华电东公司", None, "ambiguous"),
        ("华电（东）集团有限公司", POWER_A, "exact"),
        ("海州区城管执法局", None, "unknown"),
        ("连云港市海州区城市管理局", None, "unknown"),
        ("", None, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_how_a_department_is_found(
    register: pd.DataFrame, text: str | None, code: str | None, outcome: str
) -> None:
    found = match_departments(pd.Series([text], dtype=object), register).iloc[0]
    assert (found["code"], found["outcome"]) == (code, outcome)
    assert found["proposals"] == [] or code is None


def test_likeness_only_proposes(register: pd.DataFrame) -> None:
    texts = pd.Series(
        ["连云港市海州区城市管理局", "供电", WATER[:9] + "Y" + WATER[10:], "绝无此单位"]
    )
    found = match_departments(texts, register)
    first = [str(p[0]) if p else "" for p in found["proposals"]]
    assert first[0] == f"{LIGHT} 海州区城市管理局"
    assert {p.code for p in found["proposals"][1]} == {POWER_A, POWER_B}
    assert first[2].startswith(WATER)
    assert found["code"].isna().all()


def test_the_history_of_a_department_is_not_an_ambiguity(register: pd.DataFrame) -> None:
    renamed = register.iloc[[1]].assign(name="海州区综合行政执法局", valid_from="2024-01-01")
    both = pd.concat([register, renamed], ignore_index=True)
    found = match_departments(pd.Series(["城管局", "海州区综合行政执法局"]), both)
    assert found["code"].tolist() == [LIGHT, LIGHT]


def test_only_departments_valid_on_the_day_answer(register: pd.DataFrame) -> None:
    texts = pd.Series(["路灯管理处"])
    assert match_departments(texts, register)["outcome"].tolist() == ["exact"]
    assert match_departments(texts, register, at="2015-06-29")["outcome"].tolist() == ["exact"]
    # Half-open: on its last date it is no more.
    assert match_departments(texts, register, at="2015-06-30")["outcome"].tolist() == ["unknown"]


def test_answers_are_aligned_to_the_index(register: pd.DataFrame) -> None:
    texts = pd.Series(["水司", None, "供电", "水司"], index=[9, 3, 7, 1])
    found = match_departments(texts, register)
    assert found.index.tolist() == [9, 3, 7, 1]
    assert found["outcome"].tolist() == ["alias", "unknown", "ambiguous", "alias"]
    assert match_departments(texts[:0], register).empty


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Ａ Ｂ（中国）股份有限公司", "ab中国"),
        ("某某集团有限公司", "某某"),
        ("某某集团公司有限公司", "某某"),
        ("公司", "公司"),
        ("城管局", "城管局"),
    ],
)
def test_names_are_compared_without_width_noise_and_legal_form(text: str, plain: str) -> None:
    assert normal_name(text) == plain


@steady
@given(st.text(max_size=20))
def test_a_compared_name_compares_to_itself(text: str) -> None:
    assert normal_name(normal_name(text)) == normal_name(text)


def test_a_survey_in_the_words_of_2007_reaches_the_classes_of_2026() -> None:
    found = classify(pd.Series(["上水井盖", "0118", "118", "立杆"]), from_edition="cjt214-2007")
    assert found["class_code"].tolist() == ["01001", "01037", "01037", None]
    assert found["outcome"].tolist() == ["crosswalk", "crosswalk", "crosswalk", "unknown"]


@pytest.mark.parametrize("edition", ["gbt47678-2026", "gbt30428-2013", "cjt214-2007"])
def test_every_class_is_found_by_its_code_and_by_its_code_as_a_number(edition: str) -> None:
    classes = load_edition(edition).component_classes
    codes = pd.Series(classes.index)
    assert classify(codes, edition)["class_code"].tolist() == codes.tolist()
    numbers = codes.str.lstrip("0")
    assert classify(numbers, edition)["class_code"].tolist() == codes.tolist()


@pytest.mark.long
def test_eight_hundred_thousand_rows_in_seconds(register: pd.DataFrame) -> None:
    rng = np.random.default_rng(7)
    classes = np.array(load_edition().component_classes.index, dtype=object)
    texts = pd.Series(rng.choice(classes, 800_000))
    names = pd.Series(rng.choice(register["name"].to_numpy(object), 800_000))
    start = time.perf_counter()
    assert (classify(texts)["outcome"] == "exact").all()
    assert (match_departments(names, register)["outcome"] == "exact").all()
    assert time.perf_counter() - start < 10
