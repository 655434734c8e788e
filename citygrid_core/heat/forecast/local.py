"""Local empirical Bayes: each grid's memory, drawn to its neighbourhood the more the less it tells.

How many times as many cases a grid has as its surroundings foretell is a gamma variable
(Clayton and Kaldor 1987, Biometrics 43), so a busy grid keeps its own rate while a quiet one
takes its neighbours'. How far to look and how much to draw differs from class to class:
several are tried, and mixed by what they foretold.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from citygrid_core.heat.forecast.densities import Counts, Days, Singles, faded
from citygrid_core.heat.forecast.ground import Ground

#: What a grid is drawn to: parts of the class's cases spread wide, and of all classes.
_SURROUNDINGS = {
    "near": ("mean_near", "mean_wide", "all"),
    "broad": ("mean_broad", "all"),
}
#: Memories that are drawn, and their half-lives in days (none: all days count alike).
_MEMORIES: dict[str, int | None] = {"mean": None, "ew90": 90, "ew30": 30}
#: Shapes of the gamma: with so many cases expected a grid's own count weighs a half.
_SHAPES = (1, 4, 16)
#: Part of the surroundings that is spread by area, so that no grid is excluded.
_FLOOR = 0.02


def shrunk(
    seen: Mapping[str, Singles], daily: Counts, origins: Days, ground: Ground
) -> dict[str, Singles]:
    """Return the memories drawn to their surroundings, in each of the ways that are tried.

    Parameters
    ----------
    seen : mapping
        What `densities` returns.
    daily : array of length days
        Cases of the class in the whole city.

    Returns
    -------
    dict
        Name to array (origins, grids); each row sums to 1.
    """
    even = (ground.area / ground.area.sum()).astype(np.float32)
    lives = tuple(life for life in _MEMORIES.values() if life)
    held = dict(zip(lives, faded(np.asarray(daily)[None], origins, lives), strict=True))
    so_far = np.append(0.0, np.cumsum(daily, dtype=np.float64))[origins]
    found = {}
    for where, names in _SURROUNDINGS.items():
        around = sum(seen[n] for n in names) * np.float32((1 - _FLOOR) / len(names))
        around = around + np.float32(_FLOOR) * even
        for memory, life in _MEMORIES.items():
            number = held[life] if life else so_far[:, None].astype(np.float32)
            came, foretold = number * seen[memory], number * around
            for shape in _SHAPES:
                rate = around * (came + shape) / (foretold + shape)
                rate /= rate.sum(axis=1, keepdims=True)
                found[f"{where}_{memory}_{shape}"] = rate
    return found
