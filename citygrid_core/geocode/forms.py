"""Addresses of one form are parsed once: the form is the text with its names and digits veiled.

新浦区解放路18号2单元 and 海州区友谊路7号11单元 have one form, so what the grammar found
in the first can be read off the second. Letters that the grammar never asks for are veiled
too: 友宜路 and 金珊路 are of one form where neither is known. A form is kept only where
nothing that it veils can have decided the parse: its recipe is checked against the parse it
comes from.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from citygrid_core.geocode import grammar
from citygrid_core.geocode.parts import LABELS, REGIONS, Part, places_of

#: A known name as (start, end, label, weak), see `Vocabulary.words`.
Word = tuple[int, int, str, bool]
_RUNS = re.compile(r"\d+|\D+")
_VEIL = {label: chr(0xE000 + i) for i, label in enumerate(LABELS)}
#: A token may look into a name that begins like this (18号大院路): such a name is not veiled.
_LITERAL = frozenset(c for _, p in grammar.TOKEN for c in p.pattern if c >= "\u3400")
#: What the grammar asks of the last letter of a name.
_ROADS = frozenset(grammar.ROAD_ENDS)
#: The letters that the grammar takes alike come out as one.
_LETTER = "\U000f0000"
_ALIKE = {c: _LETTER for c in range(0x3400, 0xA000) if chr(c) not in grammar.LETTERS}
#: Digits in these parts are counted by nobody.
_DIGITS = frozenset(
    ("number", "lane", "building", "unit", "floor", "room", "group", "distance", "gate")
)
_RANGE = re.compile(r"\d[-,]\d")
_TYPED = re.compile(r"[\d.]+")
_PIECES = re.compile(r"[\ue000-\uf8ff][^\x00]*\x00(?:\d+\x00)?|0|[^\ue000-\uf8ff0]+")
_MOST = 50_000


class Form(NamedTuple):
    """What tells apart addresses that the grammar treats differently.

    Attributes
    ----------
    key : the veiled text
    starts : where each piece of it begins in the text, and its end
    """

    key: str
    starts: list[int]


class _Step(NamedTuple):
    """How a part is read off: piece and offset of its span and of its value."""

    label: str
    start: tuple[int, int]
    end: tuple[int, int]
    value: tuple[tuple[int, int], tuple[int, int]]
    factor: int
    known: bool


def form_of(text: str, words: Sequence[Word]) -> Form | None:
    """Return the form of a text; None where the text has none of its own kind."""
    if _RANGE.search(text):
        return None
    key: list[str] = []
    starts: list[int] = []
    at = 0
    said: list[str] = []
    for start, end, label, weak in words:
        if start > at:
            _plain(text, at, start, key, starts)
        # A name without its suffix is believed for what follows it.
        if weak and (end == len(text) or not text[end].isdigit()):
            return None
        name = text[start:end]
        veil = _veil(name, label, weak)
        if veil is None:
            return None
        starts.append(start)
        key.append(veil)
        if name in said:
            key.append(f"{said.index(name)}\x00")
        said.append(name)
        at = end
    if at < len(text):
        _plain(text, at, len(text), key, starts)
    starts.append(len(text))
    whole = "".join(key)
    alike = whole.translate(_ALIKE)
    count = alike.count(_LETTER)
    # 金珊路银珊路 is not 金珊路银杉路: letters that come twice are not veiled.
    if count > 1 and len({a for a, b in zip(whole, alike, strict=True) if b == _LETTER}) < count:
        return Form(whole, starts)
    return Form(alike, starts)


@lru_cache(maxsize=200_000)
def _veil(name: str, label: str, weak: bool) -> str | None:
    """Return what stands for a known name: its label and what the grammar may ask of it."""
    first, last = name[0], name[-1]
    if first.isascii() or last.isascii():
        return None
    said = name if first in _LITERAL else "r" if last in _ROADS else "n"
    if label in REGIONS and last not in grammar.REGION_ENDS:
        said += "s"
    return f"{_VEIL[label]}{'w' if weak else ''}{said}\x00"


def _plain(text: str, start: int, end: int, key: list[str], starts: list[int]) -> None:
    for run in _RUNS.findall(text[start:end]):
        starts.append(start)
        start += len(run)
        key.append("0" if run[0].isdigit() else run)


class Forms:
    """The forms met so far, with how to read the parts off."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[_Step, ...], dict[str, int]] | None] = {}
        self._seen: set[str] = set()

    def read(self, form: Form, text: str) -> tuple[list[Part], dict[str, int]] | None:
        """Return the parts of a text whose form was met before, and the places of their labels."""
        found = self._known.get(form.key)
        if found is None:
            return None
        starts = form.starts
        parts = []
        for label, start, end, value, factor, known in found[0]:
            (a, i), (b, j) = value
            said = text[starts[a] + i : starts[b] + j]
            if factor:
                said = str(float(said) * factor)
            s, e = starts[start[0]] + start[1], starts[end[0]] + end[1]
            parts.append(Part(label, said, s, e, known))
        return parts, found[1]

    def learn(self, form: Form, text: str, parts: Sequence[Part]) -> None:
        """Keep how the parts of a text are read off its form, where that is certain."""
        if form.key in self._known:
            return
        if form.key not in self._seen:
            # Most forms with unknown letters come once only.
            if len(self._seen) >= _MOST:
                self._seen.clear()
            self._seen.add(form.key)
            return
        if len(self._known) >= _MOST:
            self._known.clear()
        pieces = _Pieces(form, text)
        steps = [_step(pieces, text, p) for p in parts]
        if None in steps:
            self._known[form.key] = None
            return
        sure = tuple(s for s in steps if s is not None)
        self._known[form.key] = (sure, places_of([p.label for p in parts]))


class _Pieces:
    """The pieces that the form of a text cuts it into: where each begins, and which are whole."""

    def __init__(self, form: Form, text: str) -> None:
        self.starts = form.starts
        # Nothing but the ends of a known name or of a number is a place that all texts share.
        self.whole = [
            text[at].isdigit() or "\ue000" <= piece[0] <= "\uf8ff"
            for at, piece in zip(form.starts, _PIECES.findall(form.key), strict=False)
        ]

    def place(self, at: int) -> tuple[int, int] | None:
        """Return a position as a piece and an offset; None inside a piece that is whole."""
        k = bisect_right(self.starts, at) - 1
        offset = at - self.starts[k]
        return None if offset and self.whole[k] else (k, offset)


def _step(pieces: _Pieces, text: str, part: Part) -> _Step | None:
    said = text[part.start : part.end]
    if not part.known and part.label not in _DIGITS and any(c.isdigit() for c in said):
        return None
    value, factor = part.value, 0
    if part.label == "distance":
        typed = _TYPED.search(said)
        if typed is None:
            return None
        value, factor = typed.group(), 1000 if "公里" in said or "KM" in said else 1
        if str(float(value) * factor) != part.value:
            return None
    at = said.find(value)
    if at < 0 or not value or said.find(value, at + 1) >= 0:
        return None
    start, end = pieces.place(part.start), pieces.place(part.end)
    first = part.start + at
    begin, stop = pieces.place(first), pieces.place(first + len(value))
    if start is None or end is None or begin is None or stop is None:
        return None
    return _Step(part.label, start, end, (begin, stop), factor, part.known)
