"""A catalogue of component or event classes, and finding a class by what people write."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import pandas as pd

from citygrid_core.errors import Language, Text

ClassKind = Literal["component", "event"]
Outcome = Literal["exact", "lost_zero", "name", "crosswalk", "unknown"]

_DROPPED = re.compile(r"[\s()\[\]{}<>“”\"'·,.;:/、，。；：_-]+")
_WHOLE_FLOAT = re.compile(r"(\d+)\.0+")
#: How alike (0-100) a name must be to be proposed.
_ALIKE = 45.0
_MOST_PROPOSALS = 5


class Proposal(NamedTuple):
    """Something that may have been meant; never taken without a person."""

    code: str
    name: str
    score: float
    name_en: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def label(self) -> Text:
        """Code and name in both languages; a name without an English one stays as it is."""
        return Text(f"{self.code} {self.name_en or self.name}", str(self))


def perhaps(proposals: Iterable[Proposal], most: int = 3) -> Text:
    """Return the cure that proposes the likeliest of `proposals`; empty when there are none."""
    near = [p.label for p in proposals][:most]
    if not near:
        return Text("", "")
    return Text(
        "perhaps " + ", ".join(p.en for p in near), "可能是 " + "、".join(p.zh for p in near)
    )


class ClassMatch(NamedTuple):
    """What a text was found to mean.

    Attributes
    ----------
    code : str or None
        Full class code, None when unknown.
    outcome : str
        ``exact`` code, ``lost_zero`` (a code without its leading zeros), ``name``,
        ``crosswalk`` (a class of another edition), ``unknown``.
    proposals : tuple of Proposal
        What it may have been, likeliest first; empty when found.
    """

    code: str | None
    outcome: Outcome
    proposals: tuple[Proposal, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """One class of a catalogue.

    Parameters
    ----------
    code : str
        Major and minor digits, e.g. ``"01001"``.
    geometry : str
        ``point``, ``line`` or ``polygon``: common practice, not a standard's word.
    confidence : str
        ``sourced``, ``single-source``, ``inferred`` or ``unconfirmed``.
    name, major_name : str
        Official, in Chinese: what is stored, delivered and exchanged.
    name_en, major_name_en : str
        Translations of our own (``class_names.csv``) or of the city; empty where there is none.
    """

    code: str
    name: str
    major_code: str
    major_name: str
    minor_code: str
    geometry: str
    confidence: str
    name_en: str = ""
    major_name_en: str = ""

    @property
    def label(self) -> Text:
        """The name as people read it; without a translation it is the official one."""
        return Text(self.name_en or self.name, self.name)

    @property
    def major_label(self) -> Text:
        """The name of the major class as people read it."""
        return Text(self.major_name_en or self.major_name, self.major_name)


@dataclass(frozen=True, slots=True)
class Extension:
    """Numbers that a city gives to classes of its own."""

    major: str
    first: int
    last: int
    digits: int
    note: Text
    confidence: str

    def holds(self, major: str, minor: str) -> bool:
        """Whether a class may have this number; ``*`` stands for every major of the catalogue."""
        return self.major in ("*", major) and self.first <= int(minor) <= self.last

    def text(self, lang: str = "en") -> str:
        """Return the range in words, e.g. ``any major 080-999``."""
        span = f"{self.first:0{self.digits}d}-{self.last:0{self.digits}d}"
        if lang == "zh":
            return f"{'各大类' if self.major == '*' else f'大类{self.major}'} {span}"
        return f"{'any major' if self.major == '*' else f'major {self.major}'} {span}"


def in_language(classes: pd.DataFrame, lang: Language) -> pd.DataFrame:
    """Return a table with name columns and their ``_en`` ones with those of a language alone.

    Parameters
    ----------
    classes : DataFrame
        E.g. `Catalogue.frame` or `crosswalk`.
    """
    english = [c for c in classes.columns if str(c).endswith("_en")]
    out: pd.DataFrame = classes.drop(columns=english)
    if lang == "en":
        for column in english:
            own = str(column).removesuffix("_en")
            out[own] = classes[column].where(classes[column] != "", classes[own])
    return out


def plain_name(text: str) -> str:
    """Return a class name as it is compared: NFKC, no spaces, brackets or punctuation."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text)).casefold()


class Catalogue:
    """The classes of one kind in one edition.

    Parameters
    ----------
    kind : str
        ``component`` or ``event``.
    classes : iterable of ClassInfo
        In the order of the standard.
    extensions : iterable of Extension
        Numbers free for classes of a city's own.
    """

    def __init__(
        self, kind: ClassKind, classes: Iterable[ClassInfo], extensions: Iterable[Extension]
    ) -> None:
        self.kind = kind
        self.classes: dict[str, ClassInfo] = {c.code: c for c in classes}
        self.extensions = tuple(extensions)
        self.major_labels: dict[str, Text] = {}
        for c in self.classes.values():
            self.major_labels.setdefault(c.major_code, c.major_label)
        self.majors: dict[str, str] = {code: label.zh for code, label in self.major_labels.items()}
        first = next(iter(self.classes.values()), None)
        self.major_digits = len(first.major_code) if first else 2
        self.minor_digits = len(first.minor_code) if first else 3
        self.digits = self.major_digits + self.minor_digits

    def names(self, lang: Language = "zh") -> dict[str, str]:
        """Return what readers of `lang` call each class, by its code; the official names for zh."""
        return {code: c.label.text(lang) for code, c in self.classes.items()}

    def major_names(self, lang: Language = "zh") -> dict[str, str]:
        """Return what readers of `lang` call each major class, by its code."""
        return {code: label.text(lang) for code, label in self.major_labels.items()}

    def frame(self) -> pd.DataFrame:
        """Return the classes as a table indexed by full class code (a copy)."""
        columns = ["name", "major_code", "major_name", "minor_code", "geometry", "confidence",
                   "name_en", "major_name_en"]  # fmt: skip
        rows = [[getattr(c, name) for name in columns] for c in self.classes.values()]
        index = pd.Index(list(self.classes), name="code", dtype=object)
        frame: pd.DataFrame = pd.DataFrame(rows, index=index, columns=columns, dtype=object)
        return frame

    def has_major(self, major: str) -> bool:
        """Whether a major class exists, or is one for extensions."""
        return major in self.majors or any(e.major == major for e in self.extensions)

    def extension(self, code: str) -> Extension | None:
        """Return the range of extensions that a class code falls into, if any."""
        major, minor = code[: self.major_digits], code[self.major_digits :]
        if not minor.isascii() or not minor.isdigit() or not self.has_major(major):
            return None
        return next((e for e in self.extensions if e.holds(major, minor)), None)

    def legal(self, code: str) -> bool:
        """Whether a class code is in the catalogue or in a range of extensions."""
        return code in self.classes or (
            len(code) == self.digits and self.extension(code) is not None
        )

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        for c in self.classes.values():
            for name in filter(None, (plain_name(c.name), plain_name(c.name_en))):
                names.setdefault(name, []).append(c.code)
        return names

    def find(self, text: str) -> ClassMatch:
        """Find a class by its code, a code that lost leading zeros, or its name in either language.

        A name that two classes share is ``unknown`` with both as proposals.

        Parameters
        ----------
        text : str
            As people write it; full-width digits and ``1001.0`` are understood.
        """
        wanted = unicodedata.normalize("NFKC", text).strip()
        if wanted in self.classes:
            return ClassMatch(wanted, "exact")
        whole = _WHOLE_FLOAT.fullmatch(wanted)
        number = whole[1] if whole else wanted
        if number.isascii() and number.isdigit() and len(number) < self.digits:
            filled = number.zfill(self.digits)
            # A code that still has its leading zero did not lose it: it is another edition's.
            if not number.startswith("0") and filled in self.classes:
                return ClassMatch(filled, "lost_zero")
        named = self._by_name.get(plain_name(wanted), []) if wanted else []
        if len(named) == 1:
            return ClassMatch(named[0], "name")
        if named:
            return ClassMatch(None, "unknown", self.proposals(named))
        return ClassMatch(None, "unknown", self.alike(wanted))

    def proposals(self, codes: Iterable[str], score: float = 100.0) -> tuple[Proposal, ...]:
        """Return proposals for the given classes."""
        return tuple(self._proposal(c, score) for c in codes if c in self.classes)

    def _proposal(self, code: str, score: float) -> Proposal:
        info = self.classes[code]
        return Proposal(code, info.name, round(score, 1), info.name_en)

    def alike(self, text: str) -> tuple[Proposal, ...]:
        """Return the classes whose name, or for digits whose code, is most like `text`."""
        from rapidfuzz import fuzz, process

        plain = plain_name(text)
        if not plain:
            return ()
        if plain.isdigit():
            found = process.extract(
                plain, list(self.classes), scorer=fuzz.ratio, limit=_MOST_PROPOSALS
            )
            return tuple(self._proposal(code, score) for code, score, _ in found if score >= 75)
        latin = plain.isascii()
        names = {
            code: plain_name(c.name_en if latin else c.name) for code, c in self.classes.items()
        }
        found_names = process.extract(
            plain, names, scorer=_name_score, limit=_MOST_PROPOSALS, score_cutoff=_ALIKE
        )
        return tuple(self._proposal(code, score) for _, score, code in found_names)


def _name_score(a: str, b: str, **_: object) -> float:
    """Score of two names: order matters a little, a name inside the other counts."""
    from rapidfuzz import fuzz

    if not a or not b:
        return 0.0
    inside = 90.0 if (a in b or b in a) and min(len(a), len(b)) > 1 else 0.0
    return max(float(fuzz.ratio(a, b)), inside)
