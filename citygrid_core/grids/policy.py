"""The area policy of a division, and how important a line is as a border."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from citygrid_core.errors import Text, UsageError

#: Importance (0 to 1) of a line as a border between cells, by class. The first
#: column of names is the sample city's and GB/T 51328's, then OpenStreetMap's.
IMPORTANCE: Mapping[str, float] = MappingProxyType(
    {
        # roads
        "expressway": 1.0,
        "快速路": 1.0,
        "motorway": 1.0,
        "trunk": 0.95,
        "arterial": 0.9,
        "major": 0.9,
        "主干路": 0.9,
        "主干道": 0.9,
        "primary": 0.9,
        "collector": 0.75,
        "sub_arterial": 0.75,
        "minor_arterial": 0.75,
        "次干路": 0.75,
        "次干道": 0.75,
        "secondary": 0.75,
        "branch": 0.55,
        "支路": 0.55,
        "tertiary": 0.55,
        "local": 0.45,
        "street": 0.45,
        "residential": 0.45,
        "unclassified": 0.45,
        "lane": 0.3,
        "alley": 0.3,
        "巷": 0.3,
        "街巷": 0.3,
        "living_street": 0.3,
        "service": 0.2,
        "pedestrian": 0.2,
        "footway": 0.15,
        "path": 0.15,
        "track": 0.15,
        # barriers
        "river": 1.0,
        "河流": 1.0,
        "railway": 1.0,
        "rail": 1.0,
        "铁路": 1.0,
        "canal": 0.9,
        "water": 0.9,
        "水系": 0.9,
        "stream": 0.6,
        "green": 0.5,
        # less than any street: the street in front of a wall is the better border
        "wall": 0.25,
        "围墙": 0.25,
        "fence": 0.2,
    }
)
#: Of a line whose class says nothing.
DEFAULT_IMPORTANCE = 0.45


def shape_cost(
    area_m2: NDArray[np.float64], perimeter_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return 0 for shapes as compact as a square, rising to 1 for a needle.

    16 × area / perimeter² is 1 for a square: the measure of Polsby and Popper
    (1991) taken against the square, because blocks are no circles.
    """
    square = 16 * area_m2 / np.maximum(perimeter_m, 1e-9) ** 2
    return np.asarray(np.maximum(1 - square, 0.0), dtype=np.float64)


@dataclass(frozen=True)
class Policy:
    """What areas and borders a division aims at. A policy, never a hard reject.

    The area of a unit grid is nominal in every edition of the standard: about
    10,000 m² in a built-up centre, 39,800 m² on average in Nanchang.

    Parameters
    ----------
    target_m2 : float
        Area that a cell should have.
    low_m2, high_m2 : float, optional
        The soft range; half and double of the target when not given.
    limit_low_m2, limit_high_m2 : float, optional
        Below the first a cell is merged whatever it costs; above the second
        only a recorded exception may stay. A tenth and five times the target.
    grid_m : float
        The declared precision grid of all coordinates.
    sliver_m, sliver_major_m : float
        A face narrower than this between streets (between major roads) is part
        of the road, not a block: the cells on both sides share it.
    major : float
        Importance from which a road counts as major.
    compound_setback_m : float
        How far the street may be from a compound's wall for the strip between
        to belong to the compound.
    simplify_m : float
        Tolerance for lines that are made (middle lines of roads), never for
        lines that were given.
    area_weight, shape_weight, border_weight, cut_weight : float
        Weights of the objective, see ``docs/grids.md``.
    importance : mapping
        Class of a line to its importance as a border; replaces `IMPORTANCE`
        where it names a class.
    """

    target_m2: float = 10_000.0
    low_m2: float = 0.0
    high_m2: float = 0.0
    limit_low_m2: float = 0.0
    limit_high_m2: float = 0.0
    grid_m: float = 0.001
    sliver_m: float = 14.0
    sliver_major_m: float = 42.0
    major: float = 0.7
    compound_setback_m: float = 20.0
    simplify_m: float = 1.5
    area_weight: float = 1.0
    shape_weight: float = 1.5
    border_weight: float = 2.5
    cut_weight: float = 0.4
    importance: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, factor in (
            ("low_m2", 0.5),
            ("high_m2", 2.0),
            ("limit_low_m2", 0.1),
            ("limit_high_m2", 5.0),
        ):
            if not getattr(self, name):
                object.__setattr__(self, name, self.target_m2 * factor)
        ladder = (self.limit_low_m2, self.low_m2, self.target_m2, self.high_m2, self.limit_high_m2)
        if not 0 < ladder[0] <= ladder[1] < ladder[2] < ladder[3] <= ladder[4]:
            said = " ≤ ".join(f"{m:g}" for m in ladder)
            raise UsageError(
                Text(
                    f"the areas of the policy must rise: limit, low, target, high, limit: {said}",
                    f"面积策略应依次增大（下限、下值、目标、上值、上限）：{said}",
                )
            )
        # Plain dict: a policy is pickled to worker processes.
        object.__setattr__(self, "importance", dict(self.importance))

    def in_range(self, area_m2: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return whether each area is in the soft range."""
        return (area_m2 >= self.low_m2) & (area_m2 <= self.high_m2)

    def area_cost(self, area_m2: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far each area is from the target: 0 there, 1 at half and double.

        The squared binary logarithm of area / target, so that half and double
        are equally wrong; capped at 16 for slivers.
        """
        ratio = np.log2(np.maximum(area_m2, 1e-6) / self.target_m2)
        return np.asarray(np.minimum(ratio * ratio, 16.0), dtype=np.float64)

    def cell_cost(
        self, area_m2: NDArray[np.float64], perimeter_m: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the objective's value of cells: area and Polsby-Popper shape."""
        return np.asarray(
            self.area_weight * self.area_cost(area_m2)
            + self.shape_weight * shape_cost(area_m2, perimeter_m),
            dtype=np.float64,
        )

    def future_cost(
        self, area_m2: NDArray[np.float64], perimeter_m: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the cost of parts that may be cut further: as if cut into equal cells."""
        pieces = np.maximum(np.round(area_m2 / self.target_m2), 1.0)
        return np.asarray(
            self.area_weight * pieces * self.area_cost(area_m2 / pieces)
            + self.shape_weight * shape_cost(area_m2, perimeter_m),
            dtype=np.float64,
        )

    def line_importance(self, classes: pd.Series) -> NDArray[np.float64]:
        """Return the importance of lines of the given classes."""
        table = {**IMPORTANCE, **self.importance}
        names = classes.astype("object").where(classes.notna(), "").astype(str)
        base = names.str.strip().str.lower().str.replace("_link", "", regex=False)
        known = base.map(table).fillna(DEFAULT_IMPORTANCE)
        return np.asarray(known.to_numpy(dtype=np.float64), dtype=np.float64)
