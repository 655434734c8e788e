"""Validity of many codes at once: digits as a matrix, rules as lookup tables."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.standards.edition import Edition
from citygrid_core.standards.structure import CodeKind, Part

Bools = npt.NDArray[np.bool_]
_ZERO = ord("0")


def valid_codes(codes: pd.Series, kind: CodeKind, edition: Edition) -> pd.Series:
    """Tell for each text whether it is a valid code; the same verdict as `check.faults`.

    Parameters
    ----------
    codes : Series
        Texts; anything else, and missing values, are invalid.

    Returns
    -------
    Series of bool
        Aligned to the input's index.
    """
    structure = edition.structures[kind]
    lengths, digits, clean = digit_matrix(codes.to_numpy(dtype=object), structure.digits)
    good = clean & np.isin(lengths, structure.lengths)
    for part, start, end in structure.spans():
        reached = lengths >= end
        if part.rule == "major":
            continue
        if part.rule == "minor":
            table = _classes(edition, kind)
            start -= len(str(len(table) - 1)) - part.digits
        else:
            table = _county(edition) if part.rule == "county" else _serial(part)
        good &= ~reached | table[_number(digits[:, start:end])]
    verdict: pd.Series = pd.Series(good, index=codes.index, name=codes.name)
    return verdict


def digit_matrix(
    values: npt.NDArray[np.object_], width: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8], Bools]:
    """Return lengths, digits (0-9; 0 where there is none) and whether all are ASCII digits.

    Parameters
    ----------
    values : array of object
        Texts; length -1 for anything else.
    width : int
        Columns of the matrix; longer texts are cut there (their length tells).
    """
    plain = _plain(values, width)
    if plain is not None:
        return plain
    lengths = np.fromiter(
        (len(v) if isinstance(v, str) else -1 for v in values), np.int64, len(values)
    )
    texts = [v if n > 0 else "" for v, n in zip(values, lengths, strict=True)]
    fixed = np.array(texts, dtype=f"U{width}")
    points = fixed.view(np.uint32).reshape(len(values), width).astype(np.int64) - _ZERO
    digit = (points >= 0) & (points <= 9)
    filled = np.arange(width)[None, :] < lengths[:, None]
    clean: Bools = (digit | ~filled).all(axis=1) & (lengths > 0)
    return lengths, np.where(digit, points, 0).astype(np.uint8), clean


def _plain(
    values: npt.NDArray[np.object_], width: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8], Bools] | None:
    """Return what `digit_matrix` says when all are `width` ASCII characters, as most files have it."""
    texts = values.tolist()
    if set(map(type, texts)) != {str} or set(map(len, texts)) != {width}:
        return None
    try:
        signs = np.frombuffer("".join(texts).encode("ascii"), dtype=np.uint8)
    except UnicodeEncodeError:
        return None
    points = signs.reshape(len(texts), width) - np.uint8(_ZERO)  # below "0" it wraps round
    digit = points <= 9
    lengths = np.full(len(texts), width, dtype=np.int64)
    return lengths, np.where(digit, points, np.uint8(0)), digit.all(axis=1)


def _number(digits: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    weights = 10 ** np.arange(digits.shape[1] - 1, -1, -1, dtype=np.int64)
    number: npt.NDArray[np.int64] = digits.astype(np.int64) @ weights
    return number


@lru_cache(maxsize=16)
def _serial(part: Part) -> Bools:
    table = np.ones(10**part.digits, dtype=np.bool_)
    table[0] = False
    return table


@lru_cache(maxsize=16)
def _county(edition: Edition) -> Bools:
    table = np.zeros((100, 100, 100), dtype=np.bool_)
    for province in edition.registry.provinces:
        table[int(province), 1:, 1:] = True
    for city in edition.registry.cities_without_counties:
        if city[:2] in edition.registry.provinces:
            table[int(city[:2]), int(city[2:4]), int(city[4:6])] = city[2:4] != "00"
    return table.reshape(-1)


@lru_cache(maxsize=32)
def _classes(edition: Edition, kind: CodeKind) -> Bools:
    catalogue = edition.catalogues["component" if kind == "component" else "event"]
    table = np.zeros(10**catalogue.digits, dtype=np.bool_)
    table[[int(code) for code in catalogue.classes]] = True
    own = {e.major for e in catalogue.extensions if e.major != "*"}
    for extension in catalogue.extensions:
        for major in {*catalogue.majors, *own} if extension.major == "*" else {extension.major}:
            start = int(major) * 10**catalogue.minor_digits
            table[start + extension.first : start + extension.last + 1] = True
    return table
