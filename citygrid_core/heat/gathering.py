"""Cases that come in parts, kept as small integers: a million of them need no gigabyte of texts."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

#: So much of an ISO time tells day and hour.
_HOUR = 13
_NUMBERS = ("location_probability",)


def gathered(parts: Iterable[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """Return cases as one frame of categories, in the order in which they came.

    Parameters
    ----------
    parts : iterable of DataFrame
        Cases of the store with these columns, some at a time.
    columns : sequence of str
        ``reported_at`` is kept to the hour, which is what a cube asks; numbers stay numbers.
    """
    pools: dict[str, dict[Hashable, int]] = {n: {} for n in columns if n not in _NUMBERS}
    kept: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in columns}
    for part in parts:
        for name in columns:
            if name in _NUMBERS:
                # what something else wrote as a text is not known: `verify` names it
                numbers = pd.to_numeric(part[name], errors="coerce")
                kept[name].append(numbers.to_numpy(dtype=np.float64))
                continue
            texts = part[name].to_numpy(dtype=object)
            kept[name].append(
                _codes(_hours(texts) if name == "reported_at" else texts, pools[name])
            )
    made: dict[str, Any] = {}
    for name in columns:
        number = name in _NUMBERS
        whole = np.concatenate(kept[name]) if kept[name] else np.empty(0, float if number else int)
        if not number:
            labels = pd.Index(list(pools[name]), dtype=object)
            whole = pd.Categorical.from_codes(whole, labels, validate=False)
        made[name] = whole
    frame: pd.DataFrame = pd.DataFrame(made, copy=False)
    return frame


def _codes(texts: npt.NDArray[np.object_], pool: dict[Hashable, int]) -> npt.NDArray[np.int32]:
    """Return the number of each text, -1 for nothing; new ones get the next numbers."""
    codes, labels = pd.factorize(texts)
    numbers = [pool.setdefault(label, len(pool)) for label in labels]
    return np.array([*numbers, -1], dtype=np.int32)[codes]


def _hours(texts: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    cut = [t[:_HOUR] if isinstance(t, str) and t[10:11] in ("T", " ") else t for t in texts]
    return np.fromiter(cut, dtype=object, count=len(cut))
