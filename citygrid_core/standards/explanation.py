"""A code said in words, part by part, as plain data and as text."""

from __future__ import annotations

from dataclasses import dataclass

from citygrid_core.errors import Text
from citygrid_core.standards.edition import Edition
from citygrid_core.standards.structure import CodeKind, Part


@dataclass(frozen=True, slots=True)
class ExplainRow:
    """One part of a code.

    Parameters
    ----------
    first, last : int
        Positions, counted from 1, both included.
    digits : str
        What stands there.
    part : Text
        What the part is called.
    meaning : Text
        What the digits say.
    standard, confidence : str
        Where that comes from, and how sure it is.
    """

    first: int
    last: int
    digits: str
    part: Text
    meaning: Text
    standard: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a code says.

    Parameters
    ----------
    code : str
        The code.
    kind : str
        ``area``, ``grid``, ``component``, ``event``, ``class`` or ``department``.
    label : Text
        What such a code is called.
    edition : str
        Edition id; empty for codes that belong to none.
    rows : tuple of ExplainRow
        The parts, left to right.
    lang : str
        Language of ``str()``.
    also : tuple of str
        Other editions in which the code is valid too.
    """

    code: str
    kind: str
    label: Text
    edition: str
    rows: tuple[ExplainRow, ...]
    lang: str = "en"
    also: tuple[str, ...] = ()

    def as_rows(self, lang: str | None = None) -> list[dict[str, str]]:
        """Return the parts as plain data: from, to, digits, part, meaning, standard, confidence."""
        at = 1 if (lang or self.lang) == "zh" else 0
        return [
            {
                "from": str(r.first),
                "to": str(r.last),
                "digits": r.digits,
                "part": r.part[at],
                "meaning": r.meaning[at],
                "standard": r.standard,
                "confidence": r.confidence,
            }
            for r in self.rows
        ]

    def as_dict(self, lang: str | None = None) -> dict[str, object]:
        """Return everything as JSON-ready plain data."""
        return {
            "code": self.code,
            "kind": self.kind,
            "label": self.label[1 if (lang or self.lang) == "zh" else 0],
            "edition": self.edition,
            "also": list(self.also),
            "parts": self.as_rows(lang),
        }

    def text(self, lang: str | None = None) -> str:
        """Return the explanation as lines of text."""
        said = lang or self.lang
        zh = said == "zh"
        head = f"{self.code}  {self.label.zh if zh else self.label.en}"
        if self.edition:
            head += f"  {self.edition}"
        if self.also:
            head += ("（亦见 " if zh else " (also ") + ", ".join(self.also) + ("）" if zh else ")")
        lines = [head]
        for r in self.as_rows(said):
            span = f"{r['from']}-{r['to']}" if r["from"] != r["to"] else r["from"]
            lines.append(f"  {span:<6} {r['digits']:<10} {r['part']}: {r['meaning']}")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()


def explain_structure(code: str, kind: CodeKind, edition: Edition, lang: str) -> Explanation:
    """Explain a valid code of one kind.

    Parameters
    ----------
    code : str
        A valid code; check it before.
    """
    structure = edition.structures[kind]
    rows = tuple(
        ExplainRow(
            start + 1,
            end,
            code[start:end],
            part.label,
            _meaning(code, part, start, end, kind, edition),
            part.standard or structure.standard,
            _confidence(code, part, start, end, kind, edition),
        )
        for part, start, end in structure.spans()
        if end <= len(code)
    )
    return Explanation(code, kind, structure.label, edition.id, rows, lang)


def _meaning(code: str, part: Part, start: int, end: int, kind: CodeKind, edition: Edition) -> Text:
    digits = code[start:end]
    if part.rule == "county":
        return _county(digits, edition)
    if part.rule == "major":
        catalogue = edition.catalogues["component" if kind == "component" else "event"]
        return catalogue.major_labels.get(digits) or Text("extension", "扩展类")
    if part.rule == "minor":
        return class_meaning(code[:end], kind, edition)
    number = int(digits)
    if part.name in ("street", "community"):
        known = edition.registry.kind(part.name, number)
        if known is not None:
            return Text(f"No. {number}, {known.name.en}", f"第{number}号，{known.name.zh}")
    return Text(f"No. {number}", f"第{number}号")


def _county(digits: str, edition: Edition) -> Text:
    registry = edition.registry
    alone = registry.cities_without_counties.get(digits)
    province = registry.provinces[digits[:2]]
    if alone is not None:
        return Text(
            f"{province.en}, {alone.en} (a city without counties)",
            f"{province.zh}{alone.zh}（不设区县）",
        )
    return Text(
        f"{province.en}, city {digits[2:4]}, county {digits[4:6]}",
        f"{province.zh}，市级码{digits[2:4]}，县级码{digits[4:6]}",
    )


def class_meaning(code: str, kind: CodeKind, edition: Edition) -> Text:
    """Return the name of the class that `code` ends with."""
    catalogue = edition.catalogues["component" if kind == "component" else "event"]
    class_code = code[-catalogue.digits :]
    info = catalogue.classes.get(class_code)
    if info is not None:
        return info.label
    own = catalogue.extension(class_code)
    if own is None:
        return Text("unknown", "未知")
    return Text(
        f"a class of the city's own ({own.text('en')}: {own.note.en})",
        f"城市自定类别（{own.text('zh')}：{own.note.zh}）",
    )


def _confidence(
    code: str, part: Part, start: int, end: int, kind: CodeKind, edition: Edition
) -> str:
    digits = code[start:end]
    if part.rule == "county":
        return "sourced"
    if part.rule == "minor":
        catalogue = edition.catalogues["component" if kind == "component" else "event"]
        class_code = code[end - catalogue.digits : end]
        info = catalogue.classes.get(class_code)
        own = catalogue.extension(class_code)
        return info.confidence if info else (own.confidence if own else "unconfirmed")
    if part.name in ("street", "community"):
        known = edition.registry.kind(part.name, int(digits))
        if known is not None:
            return known.confidence
    return edition.structures[kind].confidence
