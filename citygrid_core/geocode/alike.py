"""Names that look or sound nearly as what was typed: pairs of letters, spelling, pinyin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy
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

#: So many values are looked for at once.
_AT_ONCE = 512
#: More shared pairs than this are not told apart when names are set aside.
_PAIRS = 16
#: What single precision may be off by.
_LAST = 1e-6
_NONE = (0.0, "")

#: A name, its likeness (0 to 1), and "homophone" or "spelling".
Near = tuple[str, float, str]

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
        self._keys = np.array(self.keys, dtype=object)
        self._sounds = np.array(self.sounds, dtype=object)
        self._sizes = np.array([len(k) for k in self.keys], dtype=np.int16)
        self._telling = [_telling(k) for k in self.keys]
        self._at = {gram: at for at, gram in enumerate(self.grams.tolist())}
        self._often = np.diff(self.ends).tolist()
        self._same: dict[str, list[int]] = defaultdict(list)
        for at, sound in enumerate(self.sounds):
            self._same[sound].append(at)

    def find(self, value: str) -> list[Near]:
        """Score the names that share letters or sound with a value, see `find_all`."""
        return self.find_all([value])[0]

    def find_all(self, values: Sequence[str]) -> list[list[Near]]:
        """Score, for each value, the names that share letters or sound, the best first.

        Names that are `BEHIND` the best are left out.

        Returns
        -------
        list of lists of (name, likeness 0 to 1, "homophone" or "spelling")
        """
        if not self.keys:
            return [[] for _ in values]
        out: list[list[Near]] = []
        for k in range(0, len(values), _AT_ONCE):
            out += self._some(values[k : k + _AT_ONCE])
        return out

    def _some(self, values: Sequence[str]) -> list[list[Near]]:
        """Score the names for a few values at once: each comparison is one call for all."""
        sounds = [pinyin(v) for v in values]
        telling = [_telling(v) for v in values]
        scores = [self._heard(*v) for v in zip(values, sounds, telling, strict=True)]
        best = [max((v for v, _ in s.values()), default=0.0) for s in scores]
        # What is written less alike can't reach the least likeness however it sounds.
        least = np.array([max(UNLIKE, b - BEHIND) for b in best])
        of, at = self._sharing(values)
        written = _compared(values, of, self._keys[at], OSA.normalized_similarity)
        near = (written >= 2 * least[of] - 1 - _LAST).nonzero()[0]
        of, at, written = of[near], at[near], written[near]
        heard = _compared(sounds, of, self._sounds[at], Levenshtein.normalized_similarity)
        score = (written + np.maximum(written, heard)) / 2
        near = (score >= least[of] - _LAST).nonzero()[0]
        near = near[np.lexsort((-score[near], of[near]))]
        # The last digits of single precision are no likeness: they are rounded off.
        for i, j, found in zip(
            of[near].tolist(), at[near].tolist(), score[near].tolist(), strict=True
        ):
            raw = round(found, 6)
            if raw < UNLIKE or raw < best[i] - BEHIND:
                continue
            likeness = raw * _weight(telling[i], self._telling[j])
            key = self.keys[j]
            if likeness >= UNLIKE and likeness > scores[i].get(key, _NONE)[0] and key != values[i]:
                scores[i][key] = (likeness, "spelling")
                best[i] = max(best[i], likeness)
        out = []
        for own, b in zip(scores, best, strict=True):
            ranked = [(k, v, how) for k, (v, how) in own.items() if v >= b - BEHIND]
            ranked.sort(key=lambda r: (-r[1], r[0]))
            out.append(ranked)
        return out

    def _heard(self, value: str, sound: str, telling: str) -> dict[str, tuple[float, str]]:
        """Return the names that sound the same and are as long."""
        scores = {}
        for at in self._same.get(sound, ()):
            key = self.keys[at]
            if key != value and len(key) == len(value):
                scores[key] = (0.93 * _weight(telling, self._telling[at]), "homophone")
        return scores

    @cached_property
    def _holding(self) -> Any:
        """Which names hold a pair: pairs by names."""
        ends, names = self.ends.astype(np.int32), self.postings.astype(np.int32)
        size = (len(self.grams), len(self.keys))
        return scipy.sparse.csr_matrix(
            (np.ones(len(names), dtype=np.int16), names, ends), shape=size
        )

    def _sharing(self, values: Sequence[str]) -> tuple[Ints, Ints]:
        """Return the names that share most pairs of letters: which value, which name."""
        size = len(self.keys)
        asked: list[int] = []
        bounds = [0]
        for value in values:
            own = [self._at[g] for g in set(_pairs(value)) if g in self._at]
            # What a large part of the names has tells little, and much is to be counted.
            own = [at for at in own if self._often[at] * _COMMON <= size] or own
            asked += own
            bounds.append(len(asked))
        holds = (np.ones(len(asked), dtype=np.int16), np.array(asked, dtype=np.int32), bounds)
        found = scipy.sparse.csr_matrix(holds, shape=(len(values), len(self.grams))) @ self._holding
        return self._best(values, found)

    def _best(self, values: Sequence[str], found: Any) -> tuple[Ints, Ints]:
        """Keep about `_LOOKED_AT` names for each value: those that share most, of like length.

        All that tie with the last one stay, so that no order of the names decides.
        """
        n = len(values)
        of = np.repeat(np.arange(n, dtype=np.int32), np.diff(found.indptr))
        length = np.array([len(v) for v in values], dtype=np.int16)
        unlike = np.minimum(np.abs(self._sizes[found.indices] - length[of]), _PAIRS - 1)
        rank = np.minimum(found.data, _PAIRS) * np.int16(_PAIRS) - unlike
        most = _PAIRS * _PAIRS + 1
        count = np.bincount(of * np.int32(most) + rank, minlength=n * most).reshape(n, most)
        above = count[:, ::-1].cumsum(axis=1)[:, ::-1]
        least = ((above >= _LOOKED_AT) * np.arange(most, dtype=np.int16)).max(axis=1)
        keep = (rank >= least[of]).nonzero()[0]
        of, at = of[keep].astype(np.int64), found.indices[keep].astype(np.int64)
        order = np.argsort(of * len(self.keys) + at)
        of, at = of[order], at[order]
        first = np.searchsorted(of, np.arange(n))
        keep = (np.arange(len(of)) - first[of] < 2 * _LOOKED_AT).nonzero()[0]
        return of[keep], at[keep]


def _compared(values: Sequence[str], of: Ints, names: Any, scorer: Any) -> Any:
    """Compare each name with the value that it is asked for."""
    asked = np.array(values, dtype=object)[of].tolist()
    return process.cpdist(asked, names.tolist(), scorer=scorer)


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
