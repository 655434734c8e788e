"""Reports, tables and progress in Chinese: every word of the census has its Chinese."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pandas as pd
import pytest

import citygrid_core
from citygrid_core.cli import door
from citygrid_core.cli.readable import read_classes, read_key, read_value
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
    steps = calls("operations/census", "**/*.py", "progress")
    assert {"reading", "merging", "photos"} <= steps <= set(STEPS)


def test_every_operation_of_the_census_has_its_name() -> None:
    assert calls("operations/census", "**/*.py", "Report") <= set(OPERATIONS)


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
    assert door.plain(nested) == "网格 done 1, 待处理 2, 账目平衡 是, 无 "
    assert door.plain([1, 2.5, float("nan")]) == "1, 2.5, "
    assert read_value("status", "out") != "out"
    assert read_value("note", "out") == "out"
    assert read_value("stage", "dispatched") == read_key("dispatched") == "任务派遣"
    assert (read_value("light", "red"), read_key("duty_rules")) == ("红灯", "责任规则")
    frame = pd.DataFrame({"object_kind": ["event"], "class_code": ["06010"]})
    assert read_classes(frame, "gbt47678-2026")["class_code"].tolist() == ["06010 暴露垃圾"]
    monkeypatch.setattr("citygrid_core.cli.language._current", "en")
    assert read_classes(frame, "gbt47678-2026")["class_code"].tolist() == ["06010 Exposed garbage"]
    assert (read_key("due_at"), read_value("outcome", "none")) == ("due_at", "none")


def texts(node: ast.AST, kind: type[ast.Dict] | type[ast.List]) -> set[str]:
    """Keys of the dicts, or elements of the lists, that stand below a node."""
    every = [one for one in ast.walk(node) if isinstance(one, kind)]
    parts = [p for one in every for p in (one.keys if isinstance(one, ast.Dict) else one.elts)]
    return {p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)}


def shown_keys() -> set[str]:
    """Keys of reports, and columns of tables, as they stand in commands and operations."""
    found: set[str] = set()
    for file in [*(CORE / "cli").glob("*.py"), *(CORE / "operations").glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.Assign, ast.AugAssign)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = {getattr(t, "id", getattr(t, "attr", "")) for t in targets}
                if "details" in names:
                    found |= texts(node.value, ast.Dict)
                if "shown" in names:
                    found |= texts(node.value, ast.List)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "hand_out":
                found |= {t for part in node.args for t in texts(part, ast.List)}
    return {key for key in found if re.fullmatch(r"[a-z][a-z0-9_]*", key)}


#: Columns that are Chinese in themselves, or chosen by the language.
BOTH = {"zh", "en"}


def test_every_key_of_reports_and_tables_has_its_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("citygrid_core.cli.language._current", "zh")
    keys = shown_keys()
    assert {"stage", "share", "handling_name"} <= keys
    # scores of forecasts are named by their letters everywhere
    assert not {
        k for k in keys - BOTH if not CJK.search(read_key(k)) and not re.match("p[ae]i_", k)
    }


def test_every_operation_has_its_name() -> None:
    told = calls("operations", "*.py", "Report") | calls("cli", "*.py", "Report")
    assert told <= set(OPERATIONS)
