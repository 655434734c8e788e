"""Finding out what a code is, and listing what is known: plain data for any door."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from citygrid_core.errors import Text
from citygrid_core.standards.check import faults, number_fault
from citygrid_core.standards.credit import SocialCreditCode, social_credit_faults
from citygrid_core.standards.edition import (
    Edition,
    editions,
    load_edition,
)
from citygrid_core.standards.errors import Fault, InvalidCode
from citygrid_core.standards.explanation import (
    ExplainRow,
    Explanation,
    class_meaning,
    explain_structure,
)
from citygrid_core.standards.structure import CODE_KINDS, CodeKind

_ANY = Text("code of any kind", "任何一种代码")


def explain(
    text: str, edition: str | Edition | None = None, lang: str = "en", folder: Path | None = None
) -> Explanation:
    """Find out what a code is and explain it part by part.

    Knows area, grid, component and event (matter) codes, class codes, and unified
    social credit codes. Full codes of one edition never have the same length, so
    the length tells the kind.

    Parameters
    ----------
    text : str
        The code.
    edition : str or Edition, optional
        Which generation; without it the default one is asked first, then the others.
    lang : str
        ``en`` or ``zh``.
    folder : Path, optional
        Folder with the user's own standards.

    Raises
    ------
    InvalidCode
        Which digits are wrong and why; for a length that fits nothing, which
        lengths there are, and in which other edition the code would be valid.
    """
    spoilt = number_fault(text)
    if spoilt is not None:
        raise InvalidCode(_ANY, text, "", [spoilt])
    if len(text) == 18 or not _digits_inside(text):
        return SocialCreditCode.parse(text).explain(lang)
    if edition is not None:
        return _explain_in(text, load_edition(edition, folder), lang, folder)
    first: InvalidCode | None = None
    found: Explanation | None = None
    also: list[str] = []
    for name in editions(folder):
        try:
            one = _explain_in(text, load_edition(name, folder), lang, folder, hint=False)
        except InvalidCode as error:
            # The error worth showing: the edition in which the length fits.
            if first is None or (_length_wrong(first) and not _length_wrong(error)):
                first = error
            continue
        if found is None:
            found = one
        else:
            also.append(name)
    if found is None:
        if first is None:
            raise InvalidCode(_ANY, text, "", [])
        raise first
    return Explanation(
        found.code, found.kind, found.label, found.edition, found.rows, lang, tuple(also)
    )


def _digits_inside(text: str) -> bool:
    plain = unicodedata.normalize("NFKC", text)
    return sum(c.isdigit() for c in plain) * 2 > len(plain) or not plain


def _length_wrong(error: InvalidCode) -> bool:
    return any(f.rule == "code.length" for f in error.faults)


def _kind_of(text: str, edition: Edition) -> CodeKind | None:
    return next((k for k in CODE_KINDS if len(text) in edition.structures[k].lengths), None)


def _explain_in(
    text: str, edition: Edition, lang: str, folder: Path | None, *, hint: bool = True
) -> Explanation:
    kind = _kind_of(text, edition)
    if kind is not None:
        wrong = faults(text, kind, edition)
        if wrong:
            raise InvalidCode(edition.structures[kind].label, text, edition.id, wrong)
        return explain_structure(text, kind, edition, lang)
    if len(text) == edition.class_code_digits and text.isascii() and text.isdigit():
        return _explain_class(text, edition, lang)
    if len(text) == 18 and not social_credit_faults(text):
        return SocialCreditCode(text).explain(lang)
    raise InvalidCode(
        _ANY, text, edition.id, [_no_kind(text, edition, folder if hint else None, hint)]
    )


def _explain_class(text: str, edition: Edition, lang: str) -> Explanation:
    rows = []
    for kind in ("component", "event"):
        structure = edition.structures["component" if kind == "component" else "event"]
        catalogue = edition.catalogues["component" if kind == "component" else "event"]
        if not catalogue.legal(text):
            continue
        major = catalogue.major_labels.get(text[: catalogue.major_digits])
        name = class_meaning(text, structure.kind, edition)
        info = catalogue.classes.get(text)
        own = catalogue.extension(text)
        sure = info.confidence if info else (own.confidence if own else "unconfirmed")
        label = Text(f"{kind} class", "部件类别" if kind == "component" else "事件（事项）类别")
        shown = Text(
            f"{name.en} ({major.en})" if major else name.en,
            f"{name.zh}（{major.zh}）" if major else name.zh,
        )
        rows.append(ExplainRow(1, len(text), text, label, shown, structure.standard, sure))
    label = Text("class code", "类别代码")
    if not rows:
        reason = Text(f"is no class of {edition.id}", f"不是 {edition.id} 的类别")
        raise InvalidCode(
            label, text, edition.id, [Fault("code.class", 1, len(text), text, label, reason)]
        )
    return Explanation(text, "class", label, edition.id, tuple(rows), lang)


def _no_kind(text: str, edition: Edition, folder: Path | None, hint: bool) -> Fault:
    """Return the fault of a length that no code of the edition has."""
    known_en, known_zh = [], []
    for kind in CODE_KINDS:
        structure = edition.structures[kind]
        lengths = "/".join(map(str, structure.lengths))
        known_en.append(f"{structure.label.en} {lengths}")
        known_zh.append(f"{structure.label.zh} {lengths} 位")
    reason = Text(
        f"has {len(text)} characters; codes of {edition.id} have: " + ", ".join(known_en),
        f"有 {len(text)} 位；{edition.id} 的代码：" + "、".join(known_zh),
    )
    cure = Text("", "")
    if hint:
        for name in editions(folder):
            other = load_edition(name, folder)
            kind_there = _kind_of(text, other)
            if kind_there is not None and not faults(text, kind_there, other):
                label = other.structures[kind_there].label
                cure = Text(
                    f"it is a {label.en} of {name}: try that edition",
                    f"它是 {name} 的{label.zh}，请改用该版本",
                )
                break
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    if not cure.en and plain != text:
        cure = Text(f"write {plain}", f"请写作 {plain}")
    return Fault("code.length", 1, max(len(text), 1), text, Text("the code", "代码"), reason, cure)
