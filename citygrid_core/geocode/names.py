"""The city's own names: found in a text, and looked up when misspelt."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import ahocorasick

from citygrid_core.geocode import numerals
from citygrid_core.geocode.alike import Alike, Near
from citygrid_core.geocode.normalise import name_key

_SUFFIX = re.compile(r"(?:大道|大街|公路|快速路|环路|支路|胡同|路|街|巷|道)$")
#: Where a name stands for several kinds of things, the first of these is its label.
ORDER = ("road", "compound", "poi", "county", "town", "community", "city", "province")
#: So many things, or a few more, are given for a misspelt name.
_MOST = 12
#: So many misspelt names are remembered.
_KEPT = 100_000
#: Labels whose misspelt names are looked for together.
GROUPS = {
    **{label: label for label in ("road", "compound", "poi")},
    **dict.fromkeys(("county", "town", "community", "city", "province"), "region"),
}


class Ref(NamedTuple):
    """What a name stands for.

    Attributes
    ----------
    label : as in `parse.LABELS`: road, compound, poi, county, town, community
    target : position of the thing in its table of the gazetteer
    via : "name", "alias", "former" or "short" (without its suffix)
    when : of a former name, from when to when it was in use, as it was told
    """

    label: str
    target: int
    via: str
    when: str = ""


class Found(NamedTuple):
    """A thing that a typed name may stand for, and how alike they are (0 to 1)."""

    ref: Ref
    name: str
    likeness: float
    how: str


class Names:
    """An index of names: automaton, n-grams and pinyin."""

    def __init__(self) -> None:
        self.refs: dict[str, list[Ref]] = defaultdict(list)
        self.alikes: dict[str, Alike] = {}
        self._automaton = ahocorasick.Automaton()
        self._cache: dict[tuple[str, str], list[Found]] = {}
        self._exact: dict[tuple[str, str], list[Found]] = {}

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
            strong = [r for r in self.refs[key] if r.via != "short" and r.label == "road"]
            if not strong:
                continue
            for short in _variants(key):
                known = self.refs.get(short)
                if known is None:
                    self.refs[short] = [Ref(r.label, r.target, "short") for r in strong]
                elif all(r.via == "short" for r in known):
                    known.extend(Ref(r.label, r.target, "short") for r in strong)
        groups: dict[str, list[str]] = defaultdict(list)
        for key, refs in self.refs.items():
            for group in {GROUPS[r.label] for r in refs if r.via != "short"}:
                groups[group].append(key)
        self.alikes = {group: Alike(keys) for group, keys in groups.items()}
        self.ready()

    def ready(self) -> None:
        """Make the automaton from `refs`."""
        self.refs.default_factory = None  # type: ignore[attr-defined]
        rank = {label: k for k, label in enumerate(ORDER)}
        for key, refs in self.refs.items():
            label = refs[0].label if len(refs) == 1 else min((r.label for r in refs), key=rank.get)  # type: ignore[arg-type]
            weak = refs[0].via == "short" and all(r.via == "short" for r in refs)
            self._automaton.add_word(key, (len(key), label, weak))
        if self.refs:
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
            for s, e, _, _ in chosen:
                if end > s and start < e:
                    break
            else:
                chosen.append((start, end, label, weak))
        chosen.sort()
        return chosen

    def exact(self, value: str, label: str) -> list[Found]:
        """Return what is called exactly so; not to be changed."""
        key = (value, label)
        found = self._exact.get(key)
        if found is None:
            refs = self.refs.get(value, ())
            found = [Found(r, value, 1.0, r.via) for r in refs if r.label == label]
            if len(self._exact) > _KEPT:
                self._exact.clear()
            self._exact[key] = found
        return found

    def alike(self, value: str, label: str) -> list[Found]:
        """Return what is called nearly so, best first: homophones, then spelling."""
        if (value, label) not in self._cache:
            self.foresee([(value, label)])
        return self._cache[value, label]

    def foresee(self, asked: Iterable[tuple[str, str]]) -> None:
        """Look for many misspelt names, each a value and a label, before `alike` is asked."""
        if len(self._cache) > _KEPT:
            self._cache.clear()
        groups: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for value, label in dict.fromkeys(asked):
            if (value, label) in self._cache:
                continue
            if GROUPS.get(label) in self.alikes:
                groups[GROUPS[label]][value].append(label)
            else:
                self._cache[value, label] = []
        for group, labels in groups.items():
            near = self.alikes[group].find_all(list(labels))
            for value, found in zip(labels, near, strict=True):
                for label in labels[value]:
                    self._cache[value, label] = self._found(found, label)

    def _found(self, near: Iterable[Near], label: str) -> list[Found]:
        out: list[Found] = []
        for key, score, how in near:
            out += [Found(r, key, score, how) for r in self.refs[key] if r.label == label]
            if len(out) >= _MOST:
                break
        return out


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
