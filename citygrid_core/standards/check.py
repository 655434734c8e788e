"""What is wrong with a code, digit by digit."""

from __future__ import annotations

import re
import unicodedata

from citygrid_core.errors import Text
from citygrid_core.standards.edition import Edition
from citygrid_core.standards.errors import Fault
from citygrid_core.standards.structure import CodeKind, Part, Structure

_NOTHING = Text("", "")
_WHOLE = Text("the code", "代码")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_FLOAT = re.compile(r"\d+\.0*")
_LOOK_ALIKE = {"O": "0", "o": "0", "Q": "0", "I": "1", "l": "1", "|": "1", "B": "8", "S": "5"}


def faults(text: object, kind: CodeKind, edition: Edition) -> list[Fault]:
    """Return everything that is wrong with a code; an empty list when it is valid.

    Parameters
    ----------
    text : object
        The code; anything but a `str` is a fault, since a number has lost its zeros.
    """
    structure = edition.structures[kind]
    if not isinstance(text, str):
        return [_no_text(text)]
    spoilt = number_fault(text)
    if spoilt:
        return [spoilt]
    wrong = _characters(text)
    cured = text
    if wrong:
        cured = "".join(c for c in unicodedata.normalize("NFKC", text) if not c.isspace())
        cured = "".join(_LOOK_ALIKE.get(c, c) for c in cured)
    if len(cured) not in structure.lengths:
        wrong += _length(cured, structure)
    if wrong:
        return wrong
    return [
        fault
        for part, start, end in structure.spans()
        if end <= len(text)
        for fault in _part(text, part, start, end, kind, edition)
    ]


def _no_text(value: object) -> Fault:
    shown = "" if value is None else str(value)
    return Fault(
        "code.type",
        1,
        max(len(shown), 1),
        shown,
        _WHOLE,
        Text(f"is {type(value).__name__}, not text", "不是文本"),
        Text(
            "read the column as text: numbers lose leading zeros and long digits",
            "请以文本读取该列：数值会丢失前导零和长位数字",
        ),
    )


def number_fault(text: str) -> Fault | None:
    """Return the fault of a code that a spreadsheet turned into a number."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if _SCIENTIFIC.fullmatch(plain):
        return Fault(
            "code.number",
            1,
            len(text),
            text,
            _WHOLE,
            Text(
                "is a number that a spreadsheet shortened; its last digits are lost",
                "已被表格软件转成数值，末尾数字已丢失",
            ),
            Text("format the column as text and export it again", "请将该列设为文本格式后重新导出"),
        )
    if _FLOAT.fullmatch(plain):
        point = text.index(".") + 1 if "." in text else len(text)
        return Fault(
            "code.number",
            point,
            len(text),
            text[point - 1 :],
            _WHOLE,
            Text("is the tail of a number", "是数值的小数部分"),
            Text("format the column as text, without .0", "请将该列设为文本格式，去掉 .0"),
        )
    return None


def _characters(text: str) -> list[Fault]:
    """Return a fault for each run of characters of one kind that are no ASCII digits."""
    out: list[Fault] = []
    position = 0
    while position < len(text):
        kind = _character_kind(text[position])
        end = position + 1
        while end < len(text) and _character_kind(text[end]) == kind:
            end += 1
        if kind != "digit":
            out.append(_character_fault(kind, position + 1, end, text[position:end]))
        position = end
    return out


def _character_kind(c: str) -> str:
    if c in "0123456789":
        return "digit"
    if c.isspace() or unicodedata.category(c) in ("Cf", "Cc"):
        return "blank"
    if unicodedata.normalize("NFKC", c) in tuple("0123456789"):
        return "wide"
    return "like" if c in _LOOK_ALIKE else "other"


def _character_fault(kind: str, first: int, last: int, found: str) -> Fault:
    if kind == "blank":
        reason = Text("is a blank or an invisible character", "是空格或不可见字符")
        cure = Text("remove it", "请删除")
    elif kind == "wide":
        plain = unicodedata.normalize("NFKC", found)
        reason = Text("is written in full-width digits", "是全角数字")
        cure = Text(f"write {plain}", f"请改为半角 {plain}")
    elif kind == "like":
        plain = "".join(_LOOK_ALIKE[c] for c in found)
        reason = Text("is no digit", "不是数字")
        cure = Text(f"perhaps {plain} was meant", f"可能应为 {plain}")
    else:
        reason = Text("is no digit", "不是数字")
        cure = Text("only digits 0-9 may stand here", "此处只能是数字 0–9")
    return Fault("code.character", first, last, found, Text("character", "字符"), reason, cure)


def _length(text: str, structure: Structure) -> list[Fault]:
    lengths = structure.lengths
    n = len(text)
    wanted_en = " or ".join(map(str, lengths))
    wanted_zh = "、".join(map(str, lengths))
    reason = Text(
        f"has {n} digits, not {wanted_en} ({structure.formula('en')})",
        f"有 {n} 位，应为 {wanted_zh} 位（{structure.formula('zh')}）",
    )
    beyond = [k for k in lengths if k < n]
    short = min((k for k in lengths if k > n), default=0)
    if short:
        first, last, found = n + 1, short, ""
        more = short - n
        cure = Text(f"{more} digit{'s' * (more > 1)} missing", f"缺 {more} 位")
    else:
        first, last, found = max(beyond) + 1, n, text[max(beyond) :]
        more = n - max(beyond)
        cure = Text(f"{more} digit{'s' * (more > 1)} too many", f"多 {more} 位")
    return [Fault("code.length", first, last, found, _WHOLE, reason, cure)]


def _part(
    text: str, part: Part, start: int, end: int, kind: CodeKind, edition: Edition
) -> list[Fault]:
    digits = text[start:end]
    if part.rule == "county":
        return _county(digits, part, start, edition)
    if part.rule == "serial":
        return _serial(digits, part, start)
    if part.rule == "minor" and kind in ("component", "event"):
        return _class(text[:start], digits, part, start, kind, edition)
    return []


def _county(digits: str, part: Part, start: int, edition: Edition) -> list[Fault]:
    registry = edition.registry

    def fault(a: int, b: int, reason: Text, cure: Text = _NOTHING) -> Fault:
        found = digits[a:b]
        return Fault("code.county", start + a + 1, start + b, found, part.label, reason, cure)

    if digits[:2] not in registry.provinces:
        own = Text(
            "correct it, or add the province to provinces.csv in your standards folder",
            "请更正，或在标准文件夹的 provinces.csv 中补充",
        )
        return [
            fault(0, 2, Text("is no province of GB/T 2260", "不是 GB/T 2260 中的省级代码"), own)
        ]
    if digits[2:4] == "00":
        reason = Text(
            "says the whole province; a county's code is needed", "表示全省，应为县级代码"
        )
        return [fault(2, 4, reason)]
    if digits[4:6] == "00" and digits not in registry.cities_without_counties:
        cure = Text(
            "a city without counties is listed in cities_without_counties.csv",
            "不设区县的城市见 cities_without_counties.csv",
        )
        reason = Text("says the whole city; a county's code is needed", "表示全市，应为县级代码")
        return [fault(4, 6, reason, cure)]
    return []


def _serial(digits: str, part: Part, start: int) -> list[Fault]:
    if int(digits):
        return []
    least, most = "1".zfill(part.digits), "9" * part.digits
    return [
        Fault(
            "code.serial",
            start + 1,
            start + part.digits,
            digits,
            part.label,
            Text(f"must be {least} to {most}", f"应为 {least}–{most}"),
        )
    ]


def _class(
    before: str, minor: str, part: Part, start: int, kind: CodeKind, edition: Edition
) -> list[Fault]:
    catalogue = edition.catalogues["component" if kind == "component" else "event"]
    major = before[-catalogue.major_digits :]
    if catalogue.legal(major + minor):
        return []
    label = next(p.label for p in edition.structures[kind].parts if p.rule == "major")
    if not catalogue.has_major(major):
        known = sorted(catalogue.majors)
        own = sorted({e.major for e in catalogue.extensions if e.major != "*"} - set(known))
        span = f"{known[0]}-{known[-1]}" + (f", {', '.join(own)}" if own else "")
        first = start - catalogue.major_digits + 1
        return [
            Fault(
                "code.class",
                first,
                start,
                major,
                label,
                Text(f"is no major class of {edition.id} ({span})", f"不是大类（{span}）"),
            )
        ]
    ranges = [e for e in catalogue.extensions if e.major in ("*", major)]
    cure = _NOTHING
    if ranges:
        cure = Text(
            "classes of a city's own: " + ", ".join(e.text("en") for e in ranges),
            "城市自定类别：" + "、".join(e.text("zh") for e in ranges),
        )
    name = catalogue.major_labels.get(major, _NOTHING)
    return [
        Fault(
            "code.class",
            start + 1,
            start + part.digits,
            minor,
            part.label,
            Text(
                f"is no class of major {major} {name.en} in {edition.id}",
                f"不是大类 {major} {name.zh} 的小类",
            ),
            cure,
        )
    ]
