"""Properties of codes: round trips, every class of corruption, bulk equals single."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import citygrid_core.standards as room
from citygrid_core.standards import (
    AreaCode,
    ComponentCode,
    EventTypeCode,
    GridCode,
    InvalidCode,
    SocialCreditCode,
    is_social_credit_code,
    social_credit_check,
    social_credit_valid,
)

DATA = Path(room.__file__).parent / "data"
EDITIONS = ("gbt47678-2026", "gbt30428-2013", "cjt214-2007")
SEQUENCE = {"gbt47678-2026": 3, "gbt30428-2013": 3, "cjt214-2007": 2}
TYPES = (AreaCode, GridCode, ComponentCode, EventTypeCode)


def read(name: str) -> list[dict[str, str]]:
    with open(DATA / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PROVINCES = [r["code"] for r in read("provinces.csv")]
CLASSES = {
    (edition, kind): [r["major_code"] + r["minor_code"] for r in read(f"{edition}/{kind}s.csv")]
    for edition in EDITIONS
    for kind in ("component", "event")
}

#: The same examples in every run; a shared machine has no deadline.
steady = settings(deadline=None, derandomize=True)
two = st.integers(1, 99).map("{:02d}".format)
three = st.integers(1, 999).map("{:03d}".format)
counties = st.tuples(st.sampled_from(PROVINCES), two, two).map("".join)


@st.composite
def codes(draw: st.DrawFn) -> tuple[type, str, str]:
    """A code type, an edition and a valid code, composed from the data files."""
    kind = draw(st.sampled_from(TYPES))
    edition = draw(st.sampled_from(EDITIONS))
    county = draw(counties)
    if kind is AreaCode:
        return kind, edition, county + "".join(draw(st.lists(three, max_size=2)))
    if kind is GridCode:
        n = SEQUENCE[edition]
        sequence = draw(st.integers(1, 10**n - 1))
        return kind, edition, f"{county}{draw(three)}{draw(three)}{sequence:0{n}d}"
    if kind is EventTypeCode:
        return kind, edition, county + draw(st.sampled_from(CLASSES[edition, "event"]))
    class_code = draw(st.sampled_from(CLASSES[edition, "component"]))
    return kind, edition, f"{county}{class_code}{draw(st.integers(1, 999_999)):06d}"


@steady
@given(codes())
def test_format_undoes_parse(case: tuple[type, str, str]) -> None:
    kind, edition, text = case
    code = kind.parse(text, edition=edition)
    assert str(code) == text
    fields = {name: getattr(code, name) for name in kind.__match_args__}
    assert kind(**fields) == code
    assert hash(kind(**fields)) == hash(code)
    assert "".join(r["digits"] for r in code.explain().as_rows()) == text


@steady
@given(codes(), st.data())
def test_a_character_that_is_no_digit_is_named_with_its_place(
    case: tuple[type, str, str], data: st.DataObject
) -> None:
    kind, edition, text = case
    at = data.draw(st.integers(0, len(text) - 1))
    wrong = data.draw(st.sampled_from(["O", "l", "x", "３", "٣", " ", "\u200b", "-", "一", "²"]))
    with pytest.raises(InvalidCode) as error:
        kind.parse(text[:at] + wrong + text[at + 1 :], edition=edition)
    assert any(
        f.rule == "code.character" and f.first <= at + 1 <= f.last for f in error.value.faults
    )
    assert not kind.valid(pd.Series([text[:at] + wrong + text[at + 1 :]]), edition)[0]


@steady
@given(codes(), st.data())
def test_a_digit_too_many_or_too_few_is_reported(
    case: tuple[type, str, str], data: st.DataObject
) -> None:
    kind, edition, text = case
    at = data.draw(st.integers(0, len(text) - 1))
    digit = data.draw(st.sampled_from("0123456789"))
    for wrong in (text[:at] + text[at + 1 :], text[:at] + digit + text[at:]):
        with pytest.raises(InvalidCode) as error:
            kind.parse(wrong, edition=edition)
        assert "code.length" in {f.rule for f in error.value.faults}


@steady
@given(codes(), st.data())
def test_a_part_of_zeros_or_an_unknown_province_is_named(
    case: tuple[type, str, str], data: st.DataObject
) -> None:
    kind, edition, text = case
    spans = {"province": (0, 2), "city": (2, 4)}
    if kind in (AreaCode, GridCode):
        spans |= {"street": (6, 9)} if len(text) >= 9 else {}
        spans |= {"community": (9, 12)} if len(text) >= 12 else {}
        spans |= {"sequence": (12, len(text))} if kind is GridCode else {}
    elif kind is ComponentCode:
        spans["sequence"] = (len(text) - 6, len(text))
    start, end = data.draw(st.sampled_from(sorted(spans.values())))
    with pytest.raises(InvalidCode) as error:
        kind.parse(text[:start] + "0" * (end - start) + text[end:], edition=edition)
    (fault,) = error.value.faults
    assert (fault.first, fault.last) == (start + 1, end)


@steady
@given(codes(), st.data())
def test_one_digit_changed_is_reported_unless_it_is_another_code(
    case: tuple[type, str, str], data: st.DataObject
) -> None:
    """The oracle reads the data files and knows nothing of structures."""
    kind, edition, text = case
    at = data.draw(st.integers(0, len(text) - 1))
    wrong = text[:at] + data.draw(st.sampled_from("0123456789")) + text[at + 1 :]
    assert (not kind.faults(wrong, edition)) == oracle(kind, edition, wrong)


CITIES = [r["code"] for r in read("cities_without_counties.csv")]
OWN = {"gbt47678-2026": (80, 999), "gbt30428-2013": (80, 99), "cjt214-2007": (80, 99)}
OWN_MAJOR = {"gbt47678-2026": None, "gbt30428-2013": "06", "cjt214-2007": "21"}


def oracle(kind: type, edition: str, text: str) -> bool:
    county, rest = text[:6], text[6:]
    if county[:2] not in PROVINCES or county[2:4] == "00":
        return False
    if county[4:] == "00" and county not in CITIES:
        return False
    if kind in (AreaCode, GridCode):
        parts = [rest[i : i + 3] for i in range(0, len(rest), 3)]
        return all(p.strip("0") for p in parts)
    word = "component" if kind is ComponentCode else "event"
    known = CLASSES[edition, word]
    n = len(known[0])
    class_code, sequence = rest[:n], rest[n:]
    major, minor = class_code[:2], int(class_code[2:])
    low, high = OWN[edition]
    legal = class_code in known or (
        minor >= 1
        and (
            major == OWN_MAJOR[edition]
            or (major in {c[:2] for c in known} and low <= minor <= high)
        )
    )
    return legal and (kind is EventTypeCode or sequence != "000000")


@steady
@given(st.lists(st.one_of(codes().map(lambda c: c[2]), st.text(max_size=20)), max_size=20))
def test_the_verdict_on_a_column_is_that_on_each_code(texts: list[str]) -> None:
    for kind in TYPES:
        for edition in EDITIONS:
            verdict = kind.valid(pd.Series(texts, dtype=object), edition)
            assert verdict.tolist() == [not kind.faults(t, edition) for t in texts]


# The weights as the standard prints them, and characters in its own order.
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
REAL = (
    "91350100M000100Y43",
    "9144030071526726XG",
    "914403001922038216",
    "91330100799655058B",
    "91110000802100433B",
)
bodies = st.tuples(
    st.sampled_from("159Y"),
    st.sampled_from("12359"),
    st.integers(0, 999_999).map("{:06d}".format),
    st.text(CHARACTERS, min_size=9, max_size=9),
).map("".join)


def by_hand(body: str) -> str:
    total = sum(CHARACTERS.index(c) * w for c, w in zip(body, WEIGHTS, strict=True))
    return CHARACTERS[(31 - total % 31) % 31]


@steady
@given(bodies)
def test_the_check_character_is_that_of_the_standard(body: str) -> None:
    assert social_credit_check(body) == by_hand(body)
    assert is_social_credit_code(body + by_hand(body))
    assert str(SocialCreditCode.parse(body + by_hand(body))) == body + by_hand(body)


@pytest.mark.parametrize("code", REAL)
def test_real_codes_are_valid(code: str) -> None:
    assert is_social_credit_code(code)
    assert social_credit_check(code) == code[-1]


@steady
@given(bodies, st.data())
def test_one_wrong_character_never_passes(body: str, data: st.DataObject) -> None:
    """GB 32100 promises to find every single substitution."""
    code = body + by_hand(body)
    at = data.draw(st.integers(0, 17))
    wrong = data.draw(st.sampled_from([*CHARACTERS, "I", "O", "Ａ", "a", " "]))
    changed = code[:at] + wrong + code[at + 1 :]
    if changed == code:
        return
    assert not is_social_credit_code(changed)
    assert not social_credit_valid(pd.Series([changed]))[0]
    with pytest.raises(InvalidCode):
        SocialCreditCode.parse(changed)


@steady
@given(st.lists(st.one_of(bodies.map(lambda b: b + by_hand(b)), st.text(max_size=20)), max_size=9))
def test_social_credit_codes_in_bulk(texts: list[str]) -> None:
    verdict = social_credit_valid(pd.Series([*texts, None, 7], dtype=object))
    assert verdict.tolist() == [*map(is_social_credit_code, texts), False, False]


def test_a_credit_code_error_names_the_character() -> None:
    with pytest.raises(InvalidCode) as error:
        SocialCreditCode.parse("91350100MO00100Y43")
    (fault,) = error.value.faults
    assert (fault.rule, fault.first, fault.cure.en) == ("code.character", 10, "perhaps 0 was meant")
    with pytest.raises(InvalidCode, match="ask for 3"):
        SocialCreditCode.parse("91350100M000100Y44")
    with pytest.raises(InvalidCode, match="has 17 characters"):
        SocialCreditCode.parse("91350100M000100Y4")
    with pytest.raises(InvalidCode):
        social_credit_check("9135")
