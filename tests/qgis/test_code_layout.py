"""Rules of the house for the plugin, read off its source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PLUGIN = Path(__file__).resolve().parents[2] / "citygrid_plugin"
FILES = sorted(PLUGIN.rglob("*.py"))
CJK = re.compile(r"[\u3400-\u9fff]")
#: Setters and constructors whose text a person reads.
SPEAKING = {
    "QAction", "QLabel", "QPushButton", "QCheckBox", "QMenu", "QgsCollapsibleGroupBox",
    "setText", "setToolTip", "setStatusTip", "setWindowTitle", "setTitle", "addMenu",
    "setFieldAlias", "pushInfo", "pushWarning", "setProgressText", "addRow", "createMessage",
}  # fmt: skip
#: Proper names, the same in both languages.
NAMES = {"citygrid", ""}


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else None
            name = function.id if isinstance(function, ast.Name) else name
            if name:
                yield name, node


def literal(node: ast.AST) -> str | None:
    """The text of a string or of the fixed parts of an f-string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) for v in node.values if isinstance(v, ast.Constant))
    return None


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(PLUGIN)))
class TestEveryModule:
    def test_imports_qt_through_qgis(self, file: Path) -> None:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [n for n in names if n.split(".")[0] in ("PyQt5", "PyQt6", "sip")]

    def test_never_opens_files_through_the_wheels(self, file: Path) -> None:
        assert not re.search(r"\b(pyogrio|fiona)\b\s*\.|import (pyogrio|fiona)|read_file\(",
                             file.read_text(encoding="utf-8"))  # fmt: skip

    def test_speaks_both_languages(self, file: Path) -> None:
        """tr() and Text() have English without Chinese, and Chinese with Chinese characters."""
        for name, call in calls(ast.parse(file.read_text(encoding="utf-8"))):
            if name not in ("tr", "Text") or len(call.args) != 2:
                continue
            en, zh = (literal(a) for a in call.args)
            if en is None or zh is None:
                continue
            where = f"{file.name}:{call.lineno}"
            assert not CJK.search(en), where
            assert CJK.search(zh) or not re.search(r"[A-Za-z]{2}", en), where

    def test_says_nothing_in_one_language_only(self, file: Path) -> None:
        """What a widget shows is never a bare literal."""
        for name, call in calls(ast.parse(file.read_text(encoding="utf-8"))):
            if name in SPEAKING:
                for arg in call.args:
                    text = literal(arg)
                    # HTML and punctuation around values that are translated elsewhere.
                    bare = re.sub(r"<[^>]*>|[^A-Za-z\u3400-\u9fff]", "", text or "")
                    assert bare in NAMES, f"{file.name}:{call.lineno}: {text!r}"

    def test_stays_small(self, file: Path) -> None:
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 500

    def test_uses_scoped_enums(self, file: Path) -> None:
        """``Qt.LeftButton`` does not exist in PyQt6; ``Qt.MouseButton.LeftButton`` does in both."""
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "Qt"
            ):
                import qgis.PyQt.QtCore as core

                assert isinstance(getattr(core.Qt, node.attr), type), f"{file.name}:{node.lineno}"


def test_class_factory_is_lazy() -> None:
    """The package imports nothing of QGIS, of the core or of the plugin until QGIS asks."""
    tree = ast.parse((PLUGIN / "__init__.py").read_text(encoding="utf-8"))
    top = [n for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]
    assert {n.module for n in top if isinstance(n, ast.ImportFrom)} == {"__future__", "typing"}
    assert not [n for n in top if isinstance(n, ast.Import)]
