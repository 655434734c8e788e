"""What the plugin needs, and what it says when something is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from citygrid_plugin.i18n import set_language
from citygrid_plugin.libraries import library_list
from citygrid_plugin.requirements import (
    NEEDED,
    Requirement,
    cure,
    found_here,
    missing,
    to_install,
)

ROOT = Path(__file__).resolve().parents[2]


def test_the_list_is_that_of_the_package() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text[text.index("dependencies = [") : text.index("]", text.index("dependencies = ["))]
    declared = dict(re.findall(r'"([\w-]+)>=([\d.]+)"', block))
    assert declared == NEEDED


def test_nothing_is_missing_here() -> None:
    assert missing() == []


def test_absent_and_old_libraries_are_named_with_the_cure() -> None:
    lacking = missing({"shapely": "99.0", "no-such-library": "1.0", "pandas": "2.0"})
    assert [one.distribution for one in lacking] == ["shapely", "no-such-library"]
    command = cure(to_install(lacking, have={}), "/profile/python/citygrid_libs")
    listed = {one.name: one.version for one in library_list()}
    assert f"shapely=={listed['shapely']}" in command
    assert "weasyprint==" in command
    assert "tinyhtml5==" in command  # what weasyprint needs in turn
    assert "/profile/python/citygrid_libs" in command


def test_the_cure_never_installs_a_pyproj_wheel() -> None:
    assert to_install([Requirement("pyproj", "3.4")], have=found_here()) == []
    assert "pip" not in cure([], "/x")


@pytest.mark.parametrize(("lang", "word"), [("en", "not installed"), ("zh", "未安装")])
def test_a_requirement_is_said_in_the_users_language(lang: str, word: str) -> None:
    set_language(lang)  # type: ignore[arg-type]
    try:
        assert word in Requirement("shapely", "2.0").text()
    finally:
        set_language(None)
