"""One way of writing for what is typed in many, traceable back to the typed text."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from citygrid_core.geocode import numerals

#: Longer input is cut here: no address is longer, and time stays bounded.
LONGEST = 300

_SAME = {
    **dict.fromkeys("‐‑‒–—―−－~～〜─", "-"),
    **dict.fromkeys("，、；;。｡!！?？|/\\·•:：\"'“”‘’《》<>「」『』*=+_^`$%&@", ","),
    **dict.fromkeys("（【〔［{[", "("),
    **dict.fromkeys("）】〕］}]", ")"),
    "№": "",
    "＃": "#",
    "衖": "弄",
    "棟": "栋",
    "乾": "乾",  # OpenCC's 干 is wrong in names such as 乾隆
}
_NUMERAL = re.compile(
    rf"[{numerals.CHARACTERS}]+(?=(?:号(?![路街桥线渠河闸])|支?弄|栋|幢|座|单元|室|层|米|楼|#|组|队|户|公里|期))"
)
_NO = re.compile(r"NO[.,]?(?=\d)")
_COMMAS = re.compile(r",{2,}")


@dataclass(frozen=True, slots=True)
class Normal:
    """A normalised text and where each of its characters was typed.

    Attributes
    ----------
    typed, text : str
        The text as it came, and in the one way of writing.
    starts, ends : sequences of int
        ``typed[starts[i]:ends[i]]`` is what ``text[i]`` stands for.
    steps : tuple of str
        What was done: "cut", "characters", "numerals".
    """

    typed: str
    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    steps: tuple[str, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the characters start..end of `text` stand in `typed`."""
        if end <= start:
            at = self.starts[start] if start < len(self.starts) else len(self.typed)
            return at, at
        return self.starts[start], self.ends[end - 1]


class _Table(dict[str, str]):
    """Normal form of a single character, worked out once when first met."""

    def __missing__(self, char: str) -> str:
        out = "".join(_fold(c) for c in unicodedata.normalize("NFKC", char))
        self[char] = out
        return out


def _fold(char: str) -> str:
    if char in _SAME:
        return _SAME[char]
    simple = _simplified(char)
    if simple in _SAME:
        return _SAME[simple]
    category = unicodedata.category(simple)
    # Controls, formats, spaces, marks, symbols (emoji) say nothing about a place.
    if category[0] in "CZM" or (category[0] == "S" and simple != "#"):
        return ""
    upper = simple.upper()
    return upper if len(upper) == 1 else simple


def _simplified(char: str) -> str:
    """Return the simplified form of a traditional, compatibility or radical character."""
    known = _radicals().get(char)
    if known is not None:
        return known
    ideograph = "\u3400" <= char < "\ua000" or "\uf900" <= char < "\ufb00"
    if not ideograph or unicodedata.normalize("NFKC", char) != char:
        return char
    simple = str(_converter().convert(char))
    return simple if len(simple) == 1 else char


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC  # reads its dictionaries when made

    return OpenCC("t2s")


@lru_cache(maxsize=1)
def _radicals() -> dict[str, str]:
    with resources.files(__package__).joinpath("radicals.csv").open(encoding="utf-8") as file:
        return {row["radical"]: row["character"] for row in csv.DictReader(file)}


_TABLE = _Table()


def normalise(typed: str) -> Normal:
    """Bring an address to one way of writing.

    NFKC and full width, CJK radicals and compatibility characters, traditional
    to simplified (OpenCC, character by character, so that a name comes out the
    same alone and inside an address), dashes and punctuation, spaces, controls
    and symbols dropped, letters upper case, Chinese numerals before a unit
    (号 弄 栋 幢 座 单元 室 层 楼 米 组 户 期) in digits.

    Parameters
    ----------
    typed : str
        Anything; only the first `LONGEST` characters are looked at.

    Examples
    --------
    >>> normalise("河⻄區　友誼路三十二號").text
    '河西区友谊路32号'
    """
    steps: tuple[str, ...] = ()
    head = typed
    if len(typed) > LONGEST:
        head = typed[:LONGEST]
        steps = ("cut",)
    pieces = [_TABLE[c] for c in head]
    text = "".join(pieces)
    busy = _NUMERAL.search(text) or _NO.search(text) or ",," in text
    if text == head and not busy:
        return Normal(typed, text, range(len(text)), range(1, len(text) + 1), steps)
    if text == head:
        starts = list(range(len(text)))
        ends = list(range(1, len(text) + 1))
    else:
        steps += ("characters",)
        starts, ends = [], []
        for i, piece in enumerate(pieces):
            for _ in piece:
                starts.append(i)
                ends.append(i + 1)
    if busy:
        before = text
        text = _replace(_NO, lambda m: "", text, starts, ends)
        text = _replace(_COMMAS, lambda m: ",", text, starts, ends)
        text = _replace(_NUMERAL, lambda m: numerals.to_digits(m) or m, text, starts, ends)
        if text != before:
            steps += ("numerals",)
    return Normal(typed, text, tuple(starts), tuple(ends), steps)


def name_key(name: str) -> str:
    """Return the form in which names are compared: normalised, without punctuation."""
    return re.sub(r"[,()\-]", "", normalise(name).text)


def _replace(
    pattern: re.Pattern[str],
    change: Callable[[str], str],
    text: str,
    starts: list[int],
    ends: list[int],
) -> str:
    """Replace in `text` and keep `starts` and `ends` in step, from the back."""
    for match in reversed(list(pattern.finditer(text))):
        a, b = match.span()
        new = change(match.group())
        if new == match.group():
            continue
        text = text[:a] + new + text[b:]
        first, last = starts[a], ends[b - 1]
        starts[a:b] = [first] * len(new)
        ends[a:b] = [last] * len(new)
    return text
