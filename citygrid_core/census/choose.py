"""A class found by what a surveyor types: code, name, pinyin or its initials, English name.

>>> from citygrid_core.census.choose import ClassChooser
>>> chooser = ClassChooser("gbt47678-2026")
>>> [hit.name for hit in chooser.search("ysjg", limit=1)]
['雨水井盖']
>>> [hit.name for hit in chooser.search("yushuijing", limit=1)]
['雨水井盖']
>>> [hit.name for hit in chooser.search("yswg", limit=1)]  # one letter wrong
['雨水井盖']
>>> [hit.name_en for hit in chooser.search("manhole", limit=1, lang="en")]
['Gas manhole cover']
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Literal, cast

from citygrid_core.errors import Language, Text
from citygrid_core.standards import DEFAULT_EDITION, ClassKind, Edition, load_edition

Shape = Literal["point", "line", "polygon"]
#: How a class was found, the surest first.
How = Literal["code", "name", "initials", "pinyin", "inside", "english", "slip"]
_ORDER: tuple[How, ...] = ("code", "name", "initials", "pinyin", "inside", "english", "slip")
#: Who reads English types no pinyin: what letters spell in English goes before it.
_IN_ENGLISH: tuple[How, ...] = ("english", *(how for how in _ORDER if how != "english"))
_RANK: dict[Language, dict[How, int]] = {
    "zh": {how: i for i, how in enumerate(_ORDER)},
    "en": {how: i for i, how in enumerate(_IN_ENGLISH)},
}
#: Readings of one name that are kept: 行 is read xíng or háng.
_MOST_READINGS = 8
#: Letters from which on one wrong letter is forgiven: two initials fit anything.
_FORGIVING = 3
_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class ClassHit:
    """A class that fits what was typed.

    Attributes
    ----------
    code, name : str
        Of the edition; the name is the official one.
    major_code : str
    shape : str
        point, line or polygon: what is drawn for it.
    how : str
        Which part of it was typed; ``slip``: but for one letter.
    kind : str
        component or event.
    name_en : str
        Its English name, empty where there is none.
    """

    code: str
    name: str
    major_code: str
    shape: Shape
    how: How = "code"
    kind: ClassKind = "component"
    name_en: str = ""

    @property
    def label(self) -> Text:
        """The name as people read it."""
        return Text(self.name_en or self.name, self.name)

    @property
    def key(self) -> str:
        """Tells it from all others: the code, that of an event with its kind before it."""
        return self.code if self.kind == "component" else f"{self.kind}:{self.code}"


@dataclass(frozen=True, slots=True)
class _Spelt:
    """A class with everything by which it can be typed."""

    hit: ClassHit
    plain: str
    initials: tuple[str, ...]
    pinyin: tuple[str, ...]
    #: The English name from each of its words on.
    english: tuple[str, ...]


class ClassChooser:
    """The classes of an edition, ready to be searched at every key.

    Parameters
    ----------
    edition : str or Edition
    events : bool
        Whether classes of events are offered beside those of components.
    """

    def __init__(self, edition: str | Edition = DEFAULT_EDITION, *, events: bool = False) -> None:
        self.edition = load_edition(edition)
        self._events = events

    @cached_property
    def classes(self) -> Mapping[str, ClassHit]:
        """Every class by its key: the code, for events as `ClassHit.key` says."""
        kinds: tuple[ClassKind, ...] = ("component", "event") if self._events else ("component",)
        hits = [
            ClassHit(
                c.code,
                c.name,
                c.major_code,
                cast(Shape, c.geometry) if kind == "component" else "point",
                kind=kind,
                name_en=c.name_en,
            )
            for kind in kinds
            for c in self.edition.catalogues[kind].classes.values()
        ]
        return {hit.key: hit for hit in hits}

    @cached_property
    def _spelt(self) -> tuple[_Spelt, ...]:
        return tuple(_spell(hit) for hit in self.classes.values())

    def search(
        self,
        typed: str,
        *,
        limit: int = 9,
        uses: Mapping[str, int] | None = None,
        lang: Language = "zh",
    ) -> list[ClassHit]:
        """Return the classes that fit, the best first.

        A code from its beginning (or of its minor class), a name or a part of it,
        pinyin with or without blanks, the initials of the pinyin, the English name from
        any of its words on; what fits nothing is tried again with one letter wrong,
        missing or too many.

        Parameters
        ----------
        typed : str
        limit : int
            No more than these.
        uses : mapping, optional
            Class code to how often it was used: decides between equals.
        lang : str
            Language of who types: for ``en`` English names go before pinyin.
        """
        wanted = _plain(typed)
        if not wanted:
            return []
        ranks = _RANK[lang]
        found = [
            (min(hows, key=lambda how: ranks[how[0]]), spelt)
            for spelt in self._spelt
            if (hows := _fits(wanted, spelt))
        ]
        if not found and wanted.isascii() and len(wanted) >= _FORGIVING:
            slips = ((spelt, _slips(wanted, spelt)) for spelt in self._spelt)
            found = [(("slip", far), spelt) for spelt, far in slips if far is not None]
        uses = uses or {}

        def order(one: tuple[tuple[How, int], _Spelt]) -> tuple[int, int, int, str]:
            (how, distance), spelt = one
            return ranks[how], distance, -uses.get(spelt.hit.key, 0), spelt.hit.key

        found.sort(key=order)
        return [replace(s.hit, how=how) for (how, _), s in found[:limit]]


def _plain(text: str) -> str:
    """Return what counts of a text: full-width letters plain, no blanks, no punctuation."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in wide if c.isalnum())


def _spell(hit: ClassHit) -> _Spelt:
    from pypinyin import Style, lazy_pinyin, pinyin

    name = _plain(hit.name)
    # The reading in this word first, then the other readings of its characters.
    whole = "".join(lazy_pinyin(name))
    letters = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    every = pinyin(name, style=Style.NORMAL, heteronym=True)
    others = ["".join(one) for one, _ in zip(product(*every), range(_MOST_READINGS), strict=False)]
    first = [sorted({s[:1] for s in one}) for one in every]
    shorts = ["".join(one) for one, _ in zip(product(*first), range(_MOST_READINGS), strict=False)]
    return _Spelt(
        hit,
        name,
        tuple(dict.fromkeys([letters, *shorts])),
        tuple(dict.fromkeys([whole, *others])),
        tuple(_plain(hit.name_en[at.start() :]) for at in _WORD.finditer(hit.name_en)),
    )


def _fits(wanted: str, spelt: _Spelt) -> list[tuple[How, int]]:
    """Return how a class fits, and how much of it was left untyped: as itself, and in English."""
    code = spelt.hit.code
    if wanted.isdigit():
        if code.startswith(wanted):
            return [("code", len(code) - len(wanted))]
        if code[2:] == wanted:
            return [("code", len(code))]
    found: list[tuple[How, int]] = []
    # the whole length: a word at the end of a long name is no better than one in a short name
    if any(text.startswith(wanted) for text in spelt.english):
        found.append(("english", len(spelt.english[0])))
    begins: tuple[tuple[How, tuple[str, ...]], ...] = (
        ("name", (spelt.plain,)),
        ("initials", spelt.initials),
        ("pinyin", spelt.pinyin),
    )
    for how, texts in begins:
        rest = [len(text) - len(wanted) for text in texts if text.startswith(wanted)]
        if rest:
            return [*found, (how, min(rest))]
    for text in (spelt.plain, *spelt.initials, *spelt.pinyin):
        if wanted in text:
            return [*found, ("inside", len(text) - len(wanted))]
    return found


def _slips(wanted: str, spelt: _Spelt) -> int | None:
    """Return how far the letters are from initials, pinyin or English, None when too far.

    The usual reading goes before the others, initials before the whole word, English last.
    """
    from rapidfuzz.distance import OSA

    # A long word may be off by one in each six letters.
    most = max(1, len(wanted) // 6)
    found = []
    for texts, allowed, more in ((spelt.initials, 1, 0), (spelt.pinyin, most, 2)):
        for at, text in enumerate(texts):
            distance = OSA.distance(wanted, text, score_cutoff=allowed)
            if distance <= allowed:
                found.append(2 * distance + more + (at > 0))
    if len(wanted) > _FORGIVING:
        for text in spelt.english:
            # what follows is not typed yet, and a letter may be missing
            for end in (len(wanted), len(wanted) + 1):
                distance = OSA.distance(wanted, text[:end], score_cutoff=most)
                if distance <= most:
                    found.append(2 * distance + 4)
    return min(found, default=None)
