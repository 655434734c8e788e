"""Which: components drawn from every stratum, or whole units, by a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from citygrid_core.errors import Text, UsageError

#: A variance needs two; a stratum smaller than that is inspected whole.
LEAST = 2


@dataclass(frozen=True)
class Stratum:
    """One part of the population: how many it has and how many are inspected."""

    name: str
    size: int
    sample: int


def strata_of(names: pd.Series, total: int) -> list[Stratum]:
    """Allocate a sample to strata in proportion to their sizes.

    Parameters
    ----------
    names : Series of str
        The stratum of each component of the population.
    total : int
        Sample wanted; somewhat more where strata are many (each gets at least `LEAST`).

    Notes
    -----
    Proportional allocation with largest remainders (Cochran 1977, section 5.5).
    """
    sizes = names.value_counts().sort_index()
    if not len(sizes):
        raise UsageError(Text("there is nothing to sample", "没有可抽样的部件"))
    size = sizes.to_numpy(dtype=np.int64)
    exact = size * min(total, int(size.sum())) / size.sum()
    take = np.floor(exact).astype(np.int64)
    rest = round(float(exact.sum())) - int(take.sum())
    take[np.argsort(-(exact - take), kind="stable")[:rest]] += 1
    take = np.minimum(np.maximum(take, LEAST), size)
    return [
        Stratum(str(n), int(s), int(t)) for n, s, t in zip(sizes.index, size, take, strict=True)
    ]


def draw(codes: pd.Series, names: pd.Series, strata: list[Stratum], seed: int) -> pd.DataFrame:
    """Draw components without replacement, each of a stratum with the same chance.

    Parameters
    ----------
    codes, names : Series
        Code and stratum of each component of the population.
    seed : int
        The same population and seed give the same sample, whatever the order of the rows.

    Returns
    -------
    DataFrame
        component_code, stratum; by stratum and code.
    """
    rng = np.random.default_rng(seed)
    order = np.argsort(codes.to_numpy(dtype=str), kind="stable")
    code, name = codes.to_numpy(dtype=object)[order], names.to_numpy(dtype=object)[order]
    rows = []
    for stratum in strata:
        at = np.flatnonzero(name == stratum.name)
        chosen = np.sort(rng.choice(at, stratum.sample, replace=False))
        rows += [(code[i], stratum.name) for i in chosen]
    found: pd.DataFrame = pd.DataFrame(rows, columns=["component_code", "stratum"], dtype=object)
    return found


def draw_units(names: pd.Series, batches: list[int], seed: int) -> list[str]:
    """Draw whole units (map sheets, communities): so many of each batch.

    Parameters
    ----------
    names : Series of str
        The unit of each component.
    batches : list of int
        Units to take of each batch; units go into batches in the order of their codes.
    """
    units = sorted(set(names.astype(str)))
    rng = np.random.default_rng(seed)
    found: list[str] = []
    for part, take in zip(np.array_split(np.array(units, dtype=object), len(batches)), batches, strict=True):  # fmt: skip
        at = np.sort(rng.choice(len(part), min(take, len(part)), replace=False))
        found += [str(part[i]) for i in at]
    return found
