"""How many numbers a team takes along for each class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def lease_sizes(
    classes: Sequence[str],
    known: Mapping[str, float],
    expected: float,
    *,
    reserve: int,
    margin: float = 1.5,
) -> Ints:
    """Return how many numbers of each class a team needs.

    Parameters
    ----------
    classes : sequence of str
        All classes that the team may capture.
    known : mapping of str to float
        Components held in the city by class: the mix that is expected.
    expected : float
        Components that the team is expected to capture *new*.
    reserve : int
        Numbers that every class gets, however rare; at least 1.
    margin : float
        Leased for each one expected: a team that finds more must not stand still.
    """
    mix = np.array([max(float(known.get(c, 0.0)), 0.0) for c in classes])
    total = mix.sum()
    share = mix / total if total > 0 else np.full(len(classes), 1 / max(len(classes), 1))
    sizes: Ints = (np.ceil(share * expected * margin) + max(reserve, 1)).astype(np.int64)
    return sizes
