"""Departments as a survey writes them, matched to the register."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from citygrid_core.standards import Proposal

ALIAS_SEPARATOR = "#"
_NOISE = re.compile(r"[\s()\[\]{}<>“”\"'·,.;:/、，。；：_-]+")
_SUFFIX = re.compile(r"(?:有限责任公司|股份有限公司|集团有限公司|有限公司|集团公司|集团|公司)$")
_CREDIT = re.compile(r"[0-9A-Z]{18}")
_ALIKE = 60.0
_MOST_PROPOSALS = 5


def normal_name(text: str) -> str:
    """Return a department's name as it is compared.

    NFKC (full-width letters and brackets become plain), without blanks, brackets
    and punctuation, without the legal form at the end (有限公司, 集团, 公司 ...).
    A name that is nothing but a legal form stays as it is.
    """
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", text)).casefold()
    while True:
        shorter = _SUFFIX.sub("", plain)
        if not shorter or shorter == plain:
            return plain
        plain = shorter


def match_departments(
    names_or_codes: pd.Series, departments: pd.DataFrame, *, at: str | None = None
) -> pd.DataFrame:
    """Match names, aliases or social credit codes to the register.

    Nothing is taken because it is alike: likeness only makes proposals.

    Parameters
    ----------
    names_or_codes : Series
        As people wrote them.
    departments : DataFrame
        The register: code, name, and where there are short_name, aliases (joined
        by #), valid_from, valid_to. Several rows of one code are its history.
    at : str, optional
        ISO date; only departments valid then answer. Without it all do, also
        those that were abolished.

    Returns
    -------
    DataFrame
        Aligned to the input's index: code (None when not matched), outcome and
        proposals (list of `Proposal`, likeliest first, empty when matched).
        Outcomes: ``exact`` (code or full name), ``alias`` (short name or alias),
        ``normalised`` (equal but for width, punctuation and legal form),
        ``ambiguous`` (several departments), ``unknown`` (none, or a missing value).
    """
    register = _Register(_valid(departments, at))
    positions, distinct = pd.factorize(names_or_codes.to_numpy(dtype=object), use_na_sentinel=True)
    found = [register.match(str(text)) for text in distinct]
    found.append((None, "unknown", []))  # position -1: missing
    proposals = np.empty(len(found), dtype=object)
    for i, (_, _, likely) in enumerate(found):
        proposals[i] = likely
    out: pd.DataFrame = pd.DataFrame(
        {
            "code": np.array([f[0] for f in found], dtype=object)[positions],
            "outcome": np.array([f[1] for f in found], dtype=object)[positions],
            "proposals": proposals[positions],
        },
        index=names_or_codes.index,
        dtype=object,
    )
    return out


def _valid(departments: pd.DataFrame, at: str | None) -> pd.DataFrame:
    """Keep what is valid on a day (half-open dates)."""
    if at is None or "valid_from" not in departments.columns:
        return departments
    begin = departments["valid_from"].fillna("").astype(str)
    end = departments["valid_to"].fillna("").astype(str)
    valid: pd.DataFrame = departments[(begin <= at) & ((end == "") | (end > at))]
    return valid


class _Register:
    """Every way in which the register names a department."""

    def __init__(self, departments: pd.DataFrame) -> None:
        self.names: dict[str, str] = {}
        self.by_code: set[str] = set()
        self.by_name: dict[str, set[str]] = {}
        self.by_alias: dict[str, set[str]] = {}
        self.by_normal: dict[str, set[str]] = {}
        empty = pd.Series("", index=departments.index, dtype=object)
        columns = [
            departments[c] if c in departments.columns else empty
            for c in ("code", "name", "short_name", "aliases")
        ]
        for code, name, short, aliases in zip(*columns, strict=True):
            self._add(_said(code), _said(name), [_said(short), *_split(aliases)])
        self._choices = list(self.by_normal)

    def _add(self, code: str, name: str, others: list[str]) -> None:
        self.by_code.add(code)
        self.names[code] = name
        self.by_name.setdefault(name, set()).add(code)
        for other in filter(None, others):
            self.by_alias.setdefault(other, set()).add(code)
        for text in filter(None, (name, *others)):
            self.by_normal.setdefault(normal_name(text), set()).add(code)

    def match(self, text: str) -> tuple[str | None, str, list[Proposal]]:
        """Return code, outcome and proposals for one text."""
        plain = unicodedata.normalize("NFKC", text).strip()
        if not plain:
            return None, "unknown", []
        if plain.upper() in self.by_code:
            return plain.upper(), "exact", []
        stages: Iterable[tuple[str, set[str]]] = (
            ("exact", self.by_name.get(text.strip(), set())),
            ("alias", self.by_alias.get(text.strip(), set())),
            ("normalised", self.by_normal.get(normal_name(text), set())),
        )
        for outcome, codes in stages:
            if len(codes) == 1:
                return next(iter(codes)), outcome, []
            if codes:
                return None, "ambiguous", self._proposals((c, 100.0) for c in sorted(codes))
        return None, "unknown", self._alike(plain)

    def _proposals(self, scored: Iterable[tuple[str, float]]) -> list[Proposal]:
        return [Proposal(c, self.names[c], round(score, 1)) for c, score in scored]

    def _alike(self, text: str) -> list[Proposal]:
        from rapidfuzz import fuzz, process

        best: dict[str, float] = {}
        if _CREDIT.fullmatch(text.upper()):
            found = process.extract(
                text.upper(), list(self.by_code), scorer=fuzz.ratio, limit=_MOST_PROPOSALS
            )
            best = {code: score for code, score, _ in found if score >= 80}
            return self._proposals(best.items())
        wanted = normal_name(text)
        found = process.extract(
            wanted, self._choices, scorer=_likeness, limit=_MOST_PROPOSALS * 2, score_cutoff=_ALIKE
        )
        for choice, score, _ in found:
            for code in sorted(self.by_normal[choice]):
                best[code] = max(score, best.get(code, 0.0))
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
        return self._proposals(ranked[:_MOST_PROPOSALS])


def _likeness(a: str, b: str, **_: object) -> float:
    """Score two names; a name that holds the other (city in front, office behind) counts."""
    from rapidfuzz import fuzz

    whole = float(fuzz.ratio(a, b))
    if min(len(a), len(b)) < 3:
        return whole
    return max(whole, 0.9 * float(fuzz.partial_ratio(a, b)))


def _said(value: Any) -> str:
    return "" if value is None or value != value else str(value).strip()


def _split(aliases: Any) -> list[str]:
    return [a.strip() for a in _said(aliases).split(ALIAS_SEPARATOR) if a.strip()]
