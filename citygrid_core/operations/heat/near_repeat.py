"""Near repeats of a city: whether one case brings another, near and soon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from citygrid_core import heat
from citygrid_core.errors import Text, UsageError
from citygrid_core.operations.heat.select import Selection
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace


def heat_near_repeat(
    workspace: Workspace,
    *,
    metres: Sequence[float] | str = (50, 100, 200, 400),
    days: Sequence[float] | str = (1, 3, 7, 14),
    permutations: int = 499,
    seed: int = 0,
    **selection: Any,
) -> tuple[Report, pd.DataFrame]:
    """Return Knox's table of pairs of cases by distance and time, against permuted times.

    Second reports of the same problem are no second problem and left out, as are cases
    without a point.

    Parameters
    ----------
    metres, days : sequence of float, or str
        Upper limits of the bands, or these apart by commas: ``"50,100,200"``.
    permutations, seed
        As for `heat.near_repeat`.
    **selection
        ``object_kind``, ``class_code``, ``source``, ``from_day``, ``to_day``.
    """
    chosen = Selection(**selection)
    cases, unplaced = chosen.cases(workspace, "duplicate_of")
    seconds = cases["duplicate_of"].notna()
    first = cases[~seconds]
    times = pd.to_datetime(first["reported_at"], format="ISO8601").to_numpy()
    when = times.astype("datetime64[s]").astype(np.int64) / 86_400
    points = first.geometry
    xy = np.column_stack([points.x.to_numpy(), points.y.to_numpy()])
    found = heat.near_repeat(
        xy, when, metres=_limits(metres), days=_limits(days), permutations=permutations, seed=seed
    )
    report = Report("heat near-repeat", read=len(first), unchanged=len(first))
    report.details = {
        "cases": len(first),
        "second_reports": int(seconds.sum()),
        "without_point": unplaced,
        "permutations": permutations,
        "significant": int((found["q"] <= 0.05).sum()),
    }
    return report, found


def _limits(given: Sequence[float] | str) -> list[float]:
    parts = given.replace("，", ",").split(",") if isinstance(given, str) else given
    try:
        return [float(part) for part in parts]
    except ValueError:
        said = Text(
            f"{given!r} is no list of numbers like 50,100,200", f"“{given}”应形如 50,100,200"
        )
        raise UsageError(said) from None
