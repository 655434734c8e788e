"""Names that look or sound nearly as what was typed: pairs of letters, spelling, pinyin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA, Levenshtein

#: Characters that tell one street from its neighbour: 南京东路 is not 南京西路.
_TELLING = frozenset("东南西北中上下前后内外新老大小一二三四五六七八九十0123456789")
_FOLD = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("h", "f"))
#: About so many names are compared in full with one misspelt name.
_LOOKED_AT = 48
#: Names less alike than this are not taken for each other.
UNLIKE = 0.6
#: Pairs of letters that one in so many names has are not counted, when there are others.
_COMMON = 8
#: Names this much less alike than the best one are not meant.
BEHIND = 0.15
#: Two letters of a pair are packed into one integer, 21 bits each.
_BITS = 21

_NONE = (0.0, "")

Ints = npt.NDArray[np.int64]


class Alike:
    """An index over the names of one kind.

    Parameters
    ----------
    keys : sequence of str
        Names in the form of `name_key`, each once.
    sounds : sequence of str, optional
        Their `pinyin`, when it was worked out before.
    grams, ends, postings : ndarrays, optional
        The sorted pairs of letters, where the names of each end, and the names.
    """

    def __init__(
        self,
        keys: Sequence[str],
        sounds: Sequence[str] | None = None,
        index: tuple[Ints, Ints, npt.NDArray[np.int32]] | None = None,
    ) -> None:
        self.keys = list(keys)
        self.sounds = [pinyin(k) for k in self.keys] if sounds is None else list(sounds)
        self.grams, self.ends, self.postings = _index(self.keys) if index is None else index
        self._sizes = np.array([len(k) for k in self.keys], dtype=np.int32)
        self._telling = [_telling(k) for k in self.keys]
        bounds = self.ends.tolist()
        self._at = dict(zip(self.grams.tolist(), pairwise(bounds), strict=True))
        self._same: dict[str, list[int]] = defaultdict(list)
        for at, sound in enumerate(self.sounds):
            self._same[sound].append(at)

    def find(self, value: str) -> list[tuple[str, float, str]]:
        """Score the names that share letters or sound with a value, the best first.

        Names that are `BEHIND` the best are left out.

        Returns
        -------
        list of (name, likeness 0 to 1, "homophone" or "spelling")
        """
        if not self.keys:
            return []
        keys, telling, own = self.keys, self._telling, _telling(value)
        scores: dict[str, tuple[float, str]] = {}
        sound = pinyin(value)
        for at in self._same.get(sound, ()):
            key = keys[at]
            if key != value and len(key) == len(value):
                scores[key] = (0.93 * _weight(own, telling[at]), "homophone")
        best = max((v for v, _ in scores.values()), default=0.0)
        sharing = self._sharing(value)
        if len(sharing):
            # What is written less alike can't reach the least likeness however it sounds.
            least = max(UNLIKE, best - BEHIND)
            written = process.cdist(
                [value],
                [keys[at] for at in sharing.tolist()],
                scorer=OSA.normalized_similarity,
                score_cutoff=2 * least - 1,
            )[0]
            near = written.nonzero()[0]
            sharing, write = sharing[near], written[near]
            sounds = [self.sounds[at] for at in sharing.tolist()]
            heard = process.cdist([sound], sounds, scorer=Levenshtein.normalized_similarity)[0]
            score = (write + np.maximum(write, heard)) / 2
            # The last digits of single precision are no likeness: they are rounded off.
            order = np.argsort(-score, kind="stable")
            for at, found in zip(sharing[order].tolist(), score[order].tolist(), strict=True):
                raw = round(found, 6)
                if raw < UNLIKE or raw < best - BEHIND:
                    break
                likeness = raw * _weight(own, telling[at])
                key = keys[at]
                if likeness >= UNLIKE and likeness > scores.get(key, _NONE)[0] and key != value:
                    scores[key] = (likeness, "spelling")
                    best = max(best, likeness)
        ranked = [(k, v, how) for k, (v, how) in scores.items() if v >= best - BEHIND]
        ranked.sort(key=lambda r: (-r[1], r[0]))
        return ranked

    def _sharing(self, value: str) -> Ints:
        """Return the names that share most pairs of letters with a value."""
        slices = [self._at[g] for g in set(_pairs(value)) if g in self._at]
        # What a large part of the names has tells little, and much is to be counted.
        rare = [s for s in slices if (s[1] - s[0]) * _COMMON <= len(self.keys)] or slices
        if not rare:
            return np.zeros(0, dtype=np.int64)
        found = np.concatenate([self.postings[a:b] for a, b in rare])
        shared = np.bincount(found)
        known = shared.nonzero()[0]
        if len(known) > _LOOKED_AT:
            rank = shared[known] * 100 - np.abs(self._sizes[known] - len(value))
            # All that tie with the last one stay, so that no order of the names decides.
            least = np.partition(rank, -_LOOKED_AT)[-_LOOKED_AT]
            known = known[rank >= least][: 2 * _LOOKED_AT]
        return known


def _index(keys: list[str]) -> tuple[Ints, Ints, npt.NDArray[np.int32]]:
    pairs: list[int] = []
    owner: list[int] = []
    for at, key in enumerate(keys):
        own = set(_pairs(key))
        pairs += own
        owner += [at] * len(own)
    gram, names = np.array(pairs, dtype=np.int64), np.array(owner, dtype=np.int32)
    order = np.lexsort((names, gram))
    distinct, first = np.unique(gram[order], return_index=True)
    return distinct, np.append(first, len(gram)).astype(np.int64), names[order]


def _pairs(key: str) -> list[int]:
    """Return the pairs of neighbouring letters, the name's begin and end included."""
    letters = [2, *map(ord, key), 3]
    return [(a << _BITS) | b for a, b in pairwise(letters)]


def _telling(name: str) -> str:
    """Return the telling characters of a name, in their order."""
    return "".join([c for c in name if c in _TELLING])


def _weight(left: str, right: str) -> float:
    """Return how much less alike two names are for differing in telling characters.

    Left out (南京路 for 南京东路) it weighs less than exchanged (东 for 西).
    """
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
