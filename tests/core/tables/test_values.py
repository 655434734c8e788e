"""Codes, numbers, texts and choices: what is mended, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citygrid_core.errors import UsageError
from citygrid_core.tables import Field
from citygrid_core.tables.judging import texts_of
from citygrid_core.tables.notes import Notes
from citygrid_core.tables.numeric import parse_number
from citygrid_core.tables.scan import DIGIT, SPACE, UPPER, WIDE, Scan
from citygrid_core.tables.values import convert

CODE5 = Field("code", "code", length=5)
GRID = Field("code", "code", length=15)
CREDIT = Field("code", "code", length=18)


def one(text: Any, field: Field) -> tuple[Any, list[str], list[str]]:
    """Return value, problems and repairs of one value."""
    column = np.empty(1, dtype=object)
    column[0] = text
    notes = Notes("t")
    notes.begin(np.array([7]))
    value = convert(column, field, notes)[0]
    problems = [p.rule for p in notes.problems.get(0, [])]
    return value, problems, [p.rule for p in notes.take_repairs()]


@pytest.mark.parametrize(
    ("text", "field", "value", "repaired"),
    [
        ("01001", CODE5, "01001", []),
        ("1001", CODE5, "01001", ["code.zeros"]),
        ("０１００１", CODE5, "01001", ["code.width"]),
        ("１００１", CODE5, "01001", ["code.zeros"]),
        (" 01001 ", CODE5, "01001", ["code.width"]),
        ("'01001", CODE5, "01001", ["code.width"]),
        ("1001.0", CODE5, "01001", ["code.zeros"]),
        ("360102 001 001 001", GRID, "360102001001001", ["code.width"]),
        ("360102001001001.0", GRID, "360102001001001", ["code.point"]),
        ("91360100ma35jtkk1x", CREDIT, "91360100MA35JTKK1X", ["code.case"]),
        ("NULL", CODE5, None, ["value.null"]),
        ("-", CODE5, None, ["value.null"]),
        ("", CODE5, None, []),
        ("  ", CODE5, None, []),
    ],
)
def test_codes_that_are_mended(text: str, field: Field, value: Any, repaired: list[str]) -> None:
    assert one(text, field) == (value, [], repaired)


@pytest.mark.parametrize(
    ("text", "field", "rule"),
    [
        ("1.23E+14", GRID, "code.exponent"),
        ("3.60102E+14", GRID, "code.exponent"),
        ("3.20508010100100E+15", Field("code", "code"), "code.exponent"),
        ("010010", CODE5, "code.length"),
        ("123", GRID, "code.length"),
        ("井盖", CODE5, "code.length"),
        ("井盖井盖井", CODE5, "code.characters"),
        ("#N/A", CODE5, "cell.error"),
    ],
)
def test_codes_that_are_refused(text: str, field: Field, rule: str) -> None:
    value, problems, _ = one(text, field)
    assert value is None
    assert problems == [rule]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5", 1.5), ("-3", -3.0), ("１．５", 1.5), ("1,234,567.5", 1234567.5), ("1e3", 1000.0), ("1E-3", 0.001),
        (" 2 ", 2.0), (".5", 0.5), ("5.", 5.0), ("−4", -4.0), ("+7", 7.0), ("'8", 8.0),
    ],
)  # fmt: skip
def test_numbers(text: str, value: float) -> None:
    assert one(text, Field("n", "number"))[:2] == (value, [])


@pytest.mark.parametrize(
    "text",
    [
        "1.2.3",
        "15米",
        "12,5",
        "1_000",
        "inf",
        "Infinity",
        "1e999",
        "0x10",
        "--5",
        "+",
        ".",
        "1 2a",
        "true",
    ],
)
def test_no_numbers(text: str) -> None:
    value, problems, _ = one(text, Field("n", "number"))
    assert np.isnan(value)
    assert problems == ["number.invalid"]


def test_integers() -> None:
    assert one("12", Field("n", "integer"))[0] == 12
    assert one("12.0", Field("n", "integer"))[:2] == (12, [])
    assert one("12.5", Field("n", "integer"))[1] == ["integer.fraction"]
    assert one("１２", Field("n", "integer"))[0] == 12


def test_numbers_of_vector_files() -> None:
    notes = Notes("t")
    notes.begin(np.arange(3))
    column = np.array([1.0, np.nan, np.inf])
    assert convert(column, Field("n", "number"), notes).tolist()[0] == 1.0
    assert [p.rule for p in notes.problems[2]] == ["number.invalid"]
    notes.begin(np.arange(3))
    assert convert(np.array([1001, 2013, 1], np.int32), CODE5, notes).tolist() == [
        "01001",
        "02013",
        "00001",
    ]
    floats = np.array([1001.0, np.nan])
    assert texts_of(floats).tolist() == ["1001", ""]
    assert texts_of(np.array([1001.5, 2.0])).tolist() == ["1001.5", "2.0"]


def test_texts() -> None:
    text = Field("t", "text")
    assert one("（人民路）１２号Ａ座", text) == ("（人民路）12号A座", [], ["text.width"])
    assert one("　两边空格 ", text) == ("两边空格", [], [])
    assert one("零\u200b宽", text) == ("零宽", [], ["text.spaces"])
    assert one("坏\x07字", text)[1] == ["text.control"]
    assert one("#REF!", text)[1] == ["cell.error"]
    assert one("<Null>", text)[0] is None
    assert one("无", text)[0] == "无"
    assert one("两\n行", text) == ("两\n行", [], [])


def test_choices() -> None:
    state = Field("s", "choice", choices={"intact": ("intact", "完好"), "lost": ("丢失",)})
    assert one("完好", state)[0] == "intact"
    assert one("LOST", state)[0] == "lost"
    assert one("丢 失", state)[0] == "lost"
    value, problems, _ = one("坏", state)
    assert value is None
    assert problems == ["choice.unknown"]


def test_fields_are_checked() -> None:
    with pytest.raises(UsageError):
        Field("a", "colour")  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        Field("a", "choice")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_exactly(value: float) -> None:
    column = np.empty(1, dtype=object)
    column[0] = repr(value)
    notes = Notes("t")
    notes.begin(np.array([1]))
    assert convert(column, Field("n", "number"), notes)[0] == value
    assert parse_number(repr(value)) == value


@given(st.lists(st.text(max_size=8), max_size=30))
def test_the_scan_agrees_with_looking_at_each_text(texts: list[str]) -> None:
    column = np.empty(len(texts), dtype=object)
    column[:] = texts
    scan = Scan(column)
    digits, upper = set("0123456789"), set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    wide = {
        chr(c)
        for r in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
        for c in range(r[0], r[1] + 1)
    }
    spaces = {chr(c) for c in range(0xFFFF) if chr(c).isspace()} - {
        *map(chr, range(9)),
        *"\x0b\x0c\x1c\x1d\x1e\x1f\x85",
    }
    assert scan.only(DIGIT | UPPER).tolist() == [set(t) <= digits | upper for t in texts]
    assert scan.has(WIDE).tolist() == [bool(set(t) & wide) for t in texts]
    assert scan.touches(SPACE).tolist() == [
        bool(t) and (t[0] in spaces or t[-1] in spaces) for t in texts
    ]
    assert scan.lengths.tolist() == [
        len(t.encode("utf-16-le", "surrogatepass")) // 2 for t in texts
    ]


@given(
    st.lists(st.text(max_size=6), min_size=1, max_size=20),
    st.sampled_from(["text", "code", "number", "date"]),
)
def test_each_value_is_judged_as_if_it_were_alone(texts: list[str], kind: Any) -> None:
    field = Field("f", kind)
    column = np.empty(len(texts), dtype=object)
    column[:] = texts
    notes = Notes("t")
    notes.begin(np.arange(len(texts)))
    together = convert(column, field, notes)
    for at, text in enumerate(texts):
        value, problems, _ = one(text, field)
        assert [p.rule for p in notes.problems.get(at, [])] == problems
        assert value == together[at] or (value != value and together[at] != together[at])
