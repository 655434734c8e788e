"""Reports, tables and progress in Chinese: every word of the census has its Chinese."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import citygrid_core
from citygrid_core.cli import answers, door
from citygrid_core.words import OPERATIONS, STEPS, WORDS, step_of, word

CORE = Path(citygrid_core.__file__).parent
CJK = re.compile(r"[\u3400-\u9fff]")


def calls(folder: str, pattern: str, name: str) -> set[str]:
    """First arguments of calls of a function, where they are texts."""
    found = set()
    for file in (CORE / folder).glob(pattern):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                called = getattr(node.func, "id", getattr(node.func, "attr", ""))
                first = node.args[0]
                if called == name and isinstance(first, ast.Constant) and first.value:
                    found.add(str(first.value))
    return found


def test_every_step_of_the_census_is_said_in_chinese() -> None:
    steps = calls("operations", "census*.py", "progress")
    assert {"reading", "merging", "photos"} <= steps <= set(STEPS)


def test_every_operation_of_the_census_has_its_name() -> None:
    assert calls("operations", "census*.py", "Report") <= set(OPERATIONS)


@pytest.mark.parametrize("words", [STEPS, OPERATIONS, WORDS])
def test_chinese_is_chinese(words: dict[str, str]) -> None:
    assert all(CJK.search(zh) for zh in words.values())
    assert not any(CJK.search(en) for en in words)


def test_unknown_words_stay() -> None:
    assert (word("receipt", "zh"), word("receipt", "en"), word("x_y", "zh")) == (
        "回执", "receipt", "x_y",
    )  # fmt: skip
    assert (step_of("photos", "zh"), step_of("photos", "en")) == ("照片入库", "photos")


def test_values_as_people_read_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("citygrid_core.cli.language._current", "zh")
    nested = {"grids": {"done": 1, "open": 2}, "balanced": True, "none": None}
    assert door.plain(nested) == "网格 done 1, 待处理 2, 账目平衡 是, none "
    assert door.plain([1, 2.5, float("nan")]) == "1, 2.5, "
    assert answers._read("status", "out") != "out"
    assert answers._read("note", "out") == "out"
