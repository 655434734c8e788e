"""Structure: is each value of the form that the edition asks for?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np
import pandas as pd

from citygrid_core.census.rules.base import Ints, Rule, Verdict, fixed
from citygrid_core.census.rules.material import Material
from citygrid_core.errors import Text
from citygrid_core.standards import social_credit_faults

_FIELDS = "field table of the edition's components (2026: GB/T 47678.5, single-source)"
_TEXTS = ("name", "note", "source", "manhole_number", "asset_number")
_ROLES = ("supervising_code", "owning_code", "maintaining_code")
_BROKEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffd]|锟斤拷|烫烫烫|Ã[\x80-\xbf]")
_PLACEHOLDERS = {
    "无", "暂无", "未知", "不详", "待定", "测试", "其他", "空", "null", "none", "nan", "n/a", "na",
    "test", "xxx", "xx", "x", "-", "--", "/", "?", "？", "0", "1", "123",
}  # fmt: skip


class TooLong(Rule):
    """A text is longer than the edition's field."""

    id, group = "S01", "structure"
    title = Text("longer than the field of the delivery", "超出成果字段长度")
    cure = Text("shorten it: nothing is cut silently", "请缩短，系统不会自动截断")
    source = _FIELDS

    def judge(self, m: Material) -> Verdict:
        """Compare each text with the length of its field."""
        asked, bad = np.zeros(len(m), bool), np.zeros(len(m), bool)
        found = np.full(len(m), "", dtype=object)
        for f in m.edition.delivery_fields["component"]:
            if f.type != "text" or not f.length or f.column not in m.components:
                continue
            column, longest = m.values(f.column), f.length
            over = column.test(lambda v, n=longest: len(v) > n)  # type: ignore[misc]
            found[over & ~bad] = f.column
            asked |= column.given
            bad |= over
        return m.verdict(asked, bad, found)


class _Listed(Rule):
    """A value is none of its list."""

    group = "structure"
    cure = Text("choose a value of the list", "请从取值表中选择")
    source = _FIELDS
    values: ClassVar[frozenset[str]]

    def judge(self, m: Material) -> Verdict:
        """Look each value up in the list."""
        column = m.values(self.field)
        return m.verdict(column.given, ~column.test(self.values.__contains__), column)


class StateUnknown(_Listed):
    """The state is none of the list."""

    id, field = "S02", "state"
    title = Text("unknown state", "部件状态不在取值表中")
    values = frozenset({"intact", "damaged", "lost", "abandoned", "removed"})


class DataSourceUnknown(_Listed):
    """The data source is none of the list."""

    id, field = "S03", "data_source"
    title = Text("unknown data source", "数据来源不在取值表中")
    values = frozenset({"surveyed", "topographic", "base", "other"})


class AccuracyUnknown(_Listed):
    """The accuracy class is none of A, B, C."""

    id, field = "S04", "accuracy_class"
    title = Text("unknown accuracy class", "精度等级不在取值表中")
    values = frozenset({"A", "B", "C"})


class NoDate(Rule):
    """A date is no day of the calendar."""

    id, group = "S05", "structure"
    title = Text("not a day of the calendar", "不是有效日期")
    cure = Text("write it as YYYY-MM-DD", "请按 YYYY-MM-DD 填写")
    source = _FIELDS + "; dates YYYYMMDD"

    def judge(self, m: Material) -> Verdict:
        """Parse each distinct date."""
        asked, bad = np.zeros(len(m), bool), np.zeros(len(m), bool)
        found = np.full(len(m), "", dtype=object)
        for name in ("surveyed_on", "changed_on"):
            column = m.values(name)
            wrong = column.given & ~column.test(_is_day)
            found[wrong] = column.text()[wrong]
            asked |= column.given
            bad |= wrong
        return m.verdict(asked, bad, found)


class BrokenText(Rule):
    """A text holds control characters or was decoded wrongly."""

    id, group = "S06", "structure"
    title = Text("control characters or wrongly decoded text", "含控制字符或乱码")
    cure = Text("import again with the right --encoding", "请用正确的 --encoding 重新导入")
    source = "common practice"

    def judge(self, m: Material) -> Verdict:
        """Search each distinct text."""
        return _any_text(m, lambda v: bool(_BROKEN.search(v)))


class LooseSpace(Rule):
    """A text begins or ends with a space, or has a full-width one inside."""

    id, group, severity = "S07", "structure", "warning"
    title = Text("stray spaces", "含多余空格")
    cure = Text("the fix strips them", "可自动去除")
    source = "common practice"

    def judge(self, m: Material) -> Verdict:
        """Compare with the stripped text."""
        return _any_text(m, lambda v: v != _stripped(v))

    def fix(self, m: Material, at: Ints) -> pd.DataFrame | None:
        """Strip them."""
        columns = {n: m.values(n) for n in _TEXTS if m.has(n)}
        new = {}
        for name, column in columns.items():
            clean = {v: _stripped(v) for v in column.distinct}
            new[name] = column.mapped(clean)[at]
        return fixed(at, **new) if new else None


class FullWidth(Rule):
    """A code or number is written with full-width characters."""

    id, group, severity = "S08", "structure", "warning"
    title = Text("full-width characters in a number", "编号含全角字符")
    cure = Text("the fix makes them plain", "可自动转为半角")
    source = "common practice"
    _columns = ("manhole_number", "asset_number", *_ROLES)

    def judge(self, m: Material) -> Verdict:
        """Compare with the NFKC form."""
        return _any_text(m, lambda v: v != unicodedata.normalize("NFKC", v), self._columns)

    def fix(self, m: Material, at: Ints) -> pd.DataFrame | None:
        """Make them plain."""
        new = {}
        for name in self._columns:
            if m.has(name):
                column = m.values(name)
                plain = {v: unicodedata.normalize("NFKC", v) for v in column.distinct}
                new[name] = column.mapped(plain)[at]
        return fixed(at, **new) if new else None


class CreditCode(Rule):
    """A department's code is no unified social credit code."""

    id, group = "S09", "structure"
    title = Text("not a valid social credit code", "不是有效的统一社会信用代码")
    cure = Text("correct the register of departments", "请更正部门名录")
    source = "GB 32100 (check character, sourced); 2026: GB/T 47678.5 ZGBMDM (single-source)"

    def judge(self, m: Material) -> Verdict:
        """Only where the edition's field has 18 characters."""
        wide = {f.column: f.length for f in m.edition.delivery_fields["component"]}
        columns = [n for n in _ROLES if wide.get(n) == 18]
        return _any_text(m, lambda v: bool(social_credit_faults(v)), columns)


class Placeholder(Rule):
    """A name says nothing."""

    id, group, severity, field = "S10", "structure", "warning", "name"
    title = Text("a placeholder instead of a name", "名称为占位内容")
    cure = Text("take the name of the class", "改为类别名称")
    source = _FIELDS + " GLBJMC"

    def judge(self, m: Material) -> Verdict:
        """Compare with a list of placeholders."""
        name = m.values("name")
        return m.verdict(
            name.given, name.test(lambda v: v.strip().casefold() in _PLACEHOLDERS), name
        )


def _is_day(text: str) -> bool:
    import datetime

    try:
        datetime.date.fromisoformat(text[:10])
    except ValueError:
        return False
    return len(text) >= 10


def _stripped(text: str) -> str:
    return text.replace("\u3000", " ").replace("\u00a0", " ").strip()


def _any_text(
    m: Material, wrong: Callable[[str], bool], columns: Sequence[str] = _TEXTS
) -> Verdict:
    asked, bad = np.zeros(len(m), bool), np.zeros(len(m), bool)
    found = np.full(len(m), "", dtype=object)
    for name in columns:
        if not m.has(name):
            continue
        column = m.values(name)
        hit = column.test(wrong)
        if hit.any():
            found[hit & ~bad] = column.text()[hit & ~bad]
        asked |= column.given
        bad |= hit
    return m.verdict(asked, bad, found)
