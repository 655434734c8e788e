"""The city's own names: found in a text, and looked up when misspelt."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

import ahocorasick
import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA, Levenshtein

from citygrid_core.geocode import numerals
from citygrid_core.geocode.normalise import name_key

#: Characters that tell one street from its neighbour: 南京东路 is not 南京西路.
_TELLING = frozenset("东南西北中上下前后内外新老大小一二三四五六七八九十0123456789")
_SUFFIX = re.compile(r"(?:大道|大街|公路|快速路|环路|支路|胡同|路|街|巷|道)$")
_FOLD = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("h", "f"))
#: About so many names are compared in full with one misspelt name.
_LOOKED_AT = 60
#: Names less alike than this are not taken for each other.
_UNLIKE = 0.6
_PLACE_LABELS = {"street": "road", "zone": "compound", "block": "compound", "poi": "poi"}
#: Where a name stands for several kinds of things, the first of these is its label.
_ORDER = ("road", "compound", "poi", "county", "town", "community", "city", "province")


@dataclass(frozen=True, slots=True)
class Ref:
    """What a name stands for.

    Attributes
    ----------
    label : as in `parse.LABELS`: road, compound, poi, county, town, community
    target : position of the thing in its table of the gazetteer
    via : "name", "alias", "former" or "short" (without its suffix)
    """

    label: str
    target: int
    via: str


@dataclass(frozen=True, slots=True)
class Found:
    """A thing that a typed name may stand for, and how alike they are (0 to 1)."""

    ref: Ref
    name: str
    likeness: float
    how: str


def place_label(kind: str) -> str:
    """Return the parse label of a place kind of the store."""
    return _PLACE_LABELS[kind]


class Names:
    """An index of names: automaton, n-grams and pinyin."""

    def __init__(self) -> None:
        self.refs: dict[str, list[Ref]] = defaultdict(list)
        self._automaton = ahocorasick.Automaton()
        self._keys: list[str] = []
        self._sounds: list[str] = []
        self._sizes = np.zeros(0, dtype=np.int64)
        self._grams: dict[str, npt.NDArray[np.int32]] = {}
        self._pinyin: dict[str, list[int]] = defaultdict(list)
        self._cache: dict[str, list[tuple[str, float, str]]] = {}

    def add(self, name: str, ref: Ref) -> None:
        """Add a name; the same name may stand for many things."""
        key = name_key(name)
        if len(key) < 2:
            return
        if ref not in self.refs[key]:
            self.refs[key].append(ref)

    def close(self) -> None:
        """Finish the index after the last `add`."""
        for key in list(self.refs):
            for short in _variants(key):
                strong = [r for r in self.refs[key] if r.via != "short" and r.label == "road"]
                known = self.refs.get(short)
                if strong and known is None:
                    self.refs[short] = [Ref(r.label, r.target, "short") for r in strong]
                elif strong and known is not None and all(r.via == "short" for r in known):
                    known.extend(Ref(r.label, r.target, "short") for r in strong)
        grams: dict[str, list[int]] = defaultdict(list)
        for key, refs in self.refs.items():
            label = min((r.label for r in refs), key=_ORDER.index)
            weak = all(r.via == "short" for r in refs)
            self._automaton.add_word(key, (len(key), label, weak))
            if weak:
                continue
            at = len(self._keys)
            sound = pinyin(key)
            self._keys.append(key)
            self._sounds.append(sound)
            self._pinyin[sound].append(at)
            for gram in _grams(key):
                grams[gram].append(at)
        self._grams = {g: np.array(keys, dtype=np.int32) for g, keys in grams.items()}
        self._sizes = np.array([len(k) for k in self._keys], dtype=np.int64)
        if len(self.refs):
            self._automaton.make_automaton()

    def words(self, text: str) -> list[tuple[int, int, str, bool]]:
        """Return names in `text` that don't overlap, the longest first choice.

        A whole name beats a name without its suffix.
        """
        if not self.refs:
            return []
        found = [
            (weak, -size, last + 1 - size, label)
            for last, (size, label, weak) in self._automaton.iter(text)
        ]
        if len(found) == 1:
            weak, size, start, label = found[0]
            return [(start, start - size, label, weak)]
        chosen: list[tuple[int, int, str, bool]] = []
        for weak, size, start, label in sorted(found):
            end = start - size
            if all(end <= s or start >= e for s, e, _, _ in chosen):
                chosen.append((start, end, label, weak))
        return sorted(chosen)

    def exact(self, value: str, label: str) -> list[Found]:
        """Return what is called exactly so."""
        return [Found(r, value, 1.0, r.via) for r in self.refs.get(value, ()) if r.label == label]

    def alike(self, value: str, label: str, *, limit: int = 12) -> list[Found]:
        """Return what is called nearly so, best first: homophones, then spelling."""
        scores = self._cache.get(value)
        if scores is None:
            if len(self._cache) > 100_000:
                self._cache.clear()
            scores = self._cache[value] = self._alike(value)
        found = [
            Found(ref, key, score, how)
            for key, score, how in scores
            for ref in self.refs[key]
            if ref.label == label
        ]
        return found[:limit]

    def _alike(self, value: str) -> list[tuple[str, float, str]]:
        """Score the names that share letters or sound with a value, the best first."""
        scores: dict[str, tuple[float, str]] = {}
        sound = pinyin(value)
        for at in self._pinyin.get(sound, ()):
            key = self._keys[at]
            if key != value and len(key) == len(value):
                scores[key] = (0.93 * _telling(value, key), "homophone")
        sharing = self._sharing(value)
        # Less than 0.2 written alike can't reach `_UNLIKE` however it sounds.
        near = process.extract_iter(
            value,
            [self._keys[at] for at in sharing],
            scorer=OSA.normalized_similarity,
            processor=None,
            score_cutoff=2 * _UNLIKE - 1,
        )
        for key, written, k in near:
            if key == value:
                continue
            spoken = Levenshtein.normalized_similarity(
                sound, self._sounds[sharing[k]], score_cutoff=2 * _UNLIKE - written
            )
            score = (written + max(written, spoken)) / 2
            if score < _UNLIKE:
                continue
            score *= _telling(value, key)
            if score >= _UNLIKE and score > scores.get(key, (0.0, ""))[0]:
                scores[key] = (score, "spelling")
        ranked = [(key, score, how) for key, (score, how) in scores.items()]
        return sorted(ranked, key=lambda r: (-r[1], r[0]))

    def _sharing(self, value: str) -> list[int]:
        """Return the names that share most pairs of letters with a value."""
        postings = [p for p in (self._grams.get(g) for g in set(_grams(value))) if p is not None]
        if not postings:
            return []
        shared = np.bincount(np.concatenate(postings))
        known = np.flatnonzero(shared)
        rank = shared[known] * 100 - np.abs(self._sizes[known] - len(value))
        if len(known) > _LOOKED_AT:
            # All that tie with the last one stay, so that no order of the names decides.
            known = known[rank >= np.partition(rank, -_LOOKED_AT)[-_LOOKED_AT]][: 2 * _LOOKED_AT]
        return [int(k) for k in known]


def _variants(key: str) -> list[str]:
    """Return the short forms of a street's name: without suffix, with digits."""
    out = []
    stem = _SUFFIX.sub("", key)
    if stem != key and len(stem) >= 2:
        out.append(stem)
        last = re.search(rf"[{numerals.CHARACTERS}]+$", stem)
        if last is not None and last.start() > 0:
            digits = numerals.to_digits(last.group())
            if digits:
                out.append(stem[: last.start()] + digits + key[len(stem) :])
    return out


def _grams(key: str) -> list[str]:
    padded = f"^{key}$"
    return [padded[i : i + 2] for i in range(len(padded) - 1)]


def _telling(a: str, b: str) -> float:
    """Return how much less alike two names are for differing in a telling character.

    Left out (南京路 for 南京东路) it weighs less than exchanged (东 for 西).
    """
    left, right = [c for c in a if c in _TELLING], [c for c in b if c in _TELLING]
    if left == right:
        return 1.0
    return 0.8 if len(left) == len(right) else 0.93


@lru_cache(maxsize=200_000)
def _sound(char: str) -> str:
    from pypinyin import lazy_pinyin

    sound = "".join(lazy_pinyin(char, errors="default"))
    for full, folded in _FOLD:
        sound = sound.replace(full, folded)
    return sound


def pinyin(text: str) -> str:
    """Return how a name sounds to a hurried ear: no tones, zh=z, ng=n, l=n, h=f."""
    return " ".join(map(_sound, text))
