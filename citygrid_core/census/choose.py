"""A component class found by what a surveyor types: code, name, pinyin or its initials.

>>> from citygrid_core.census.choose import ClassChooser
>>> chooser = ClassChooser("gbt47678-2026")
>>> [hit.name for hit in chooser.search("ysjg", limit=1)]
['雨水井盖']
>>> [hit.name for hit in chooser.search("yushuijing", limit=1)]
['雨水井盖']
>>> [hit.name for hit in chooser.search("yswg", limit=1)]  # one letter wrong
['雨水井盖']
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Literal

from citygrid_core.standards import DEFAULT_EDITION, ClassKind, Edition, load_edition

Shape = Literal["point", "line", "polygon"]
#: How a class was found, the surest first.
How = Literal["code", "name", "initials", "pinyin", "inside", "slip"]
_RANK: dict[str, int] = {
    h: i for i, h in enumerate(("code", "name", "initials", "pinyin", "inside", "slip"))
}
#: Readings of one name that are kept: 行 is read xíng or háng.
_MOST_READINGS = 8
#: Letters from which on one wrong letter is forgiven: two initials fit anything.
_FORGIVING = 3


@dataclass(frozen=True, slots=True)
class ClassHit:
    """A class that fits what was typed.

    Attributes
    ----------
    code, name : str
        Of the edition.
    major_code : str
    shape : str
        point, line or polygon: what is drawn for it.
    how : str
        Which part of it was typed; ``slip``: but for one letter.
    kind : str
        component or event.
    """

    code: str
    name: str
    major_code: str
    shape: Shape
    how: How = "code"
    kind: ClassKind = "component"

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
        frame = self.edition.component_classes
        hits = [
            ClassHit(str(code), str(name), str(major), shape)
            for code, name, major, shape in zip(
                frame.index, frame["name"], frame["major_code"], frame["geometry"], strict=True
            )
        ]
        if self._events:
            frame = self.edition.event_classes
            hits += [
                ClassHit(str(code), str(name), str(major), "point", kind="event")
                for code, name, major in zip(
                    frame.index, frame["name"], frame["major_code"], strict=True
                )
            ]
        return {hit.key: hit for hit in hits}

    @cached_property
    def _spelt(self) -> tuple[_Spelt, ...]:
        return tuple(_spell(hit) for hit in self.classes.values())

    def search(
        self, typed: str, *, limit: int = 9, uses: Mapping[str, int] | None = None
    ) -> list[ClassHit]:
        """Return the classes that fit, the best first.

        A code from its beginning (or of its minor class), a name or a part of it,
        pinyin with or without blanks, the initials of the pinyin; what fits nothing
        is tried again with one letter wrong, missing or too many.

        Parameters
        ----------
        typed : str
        limit : int
            No more than these.
        uses : mapping, optional
            Class code to how often it was used: decides between equals.
        """
        wanted = _plain(typed)
        if not wanted:
            return []
        found = [(how, spelt) for spelt in self._spelt if (how := _fits(wanted, spelt))]
        if not found and wanted.isascii() and len(wanted) >= _FORGIVING:
            slips = ((spelt, _slips(wanted, spelt)) for spelt in self._spelt)
            found = [(("slip", far), spelt) for spelt, far in slips if far is not None]
        uses = uses or {}

        def order(one: tuple[tuple[How, int], _Spelt]) -> tuple[int, int, int, str]:
            (how, distance), spelt = one
            return _RANK[how], distance, -uses.get(spelt.hit.key, 0), spelt.hit.key

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
    )


def _fits(wanted: str, spelt: _Spelt) -> tuple[How, int] | None:
    """Return how a class fits, and how much of it was left untyped."""
    code = spelt.hit.code
    if wanted.isdigit():
        if code.startswith(wanted):
            return "code", len(code) - len(wanted)
        if code[2:] == wanted:
            return "code", len(code)
    begins: tuple[tuple[How, tuple[str, ...]], ...] = (
        ("name", (spelt.plain,)),
        ("initials", spelt.initials),
        ("pinyin", spelt.pinyin),
    )
    for how, texts in begins:
        rest = [len(text) - len(wanted) for text in texts if text.startswith(wanted)]
        if rest:
            return how, min(rest)
    for text in (spelt.plain, *spelt.initials, *spelt.pinyin):
        if wanted in text:
            return "inside", len(text) - len(wanted)
    return None


def _slips(wanted: str, spelt: _Spelt) -> int | None:
    """Return how far the letters are from initials or pinyin, None when too far.

    The usual reading goes before the others, initials before the whole word.
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
    return min(found, default=None)
