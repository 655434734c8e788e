"""Indicators of the table that are no ratio of counts: scores, points, grades, points on a map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.evaluation.scheme import Part, Scheme


@dataclass(frozen=True)
class Composite:
    """Where a score is: the scheme, what it scores, and which part of it ("" the whole)."""

    scheme: str
    of: str
    part: str = ""

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the scheme that make it."""
        every = Scheme.load(self.scheme).scores[self.of]
        return tuple(p for p in every if self.part in ("", p.indicator))


#: Codes of the table of indicators that schemes compute. ``grade`` is the letter of each.
COMPOSITES: Mapping[str, Composite] = {
    "area_score": Composite("cjt292", "area"),
    "area_case_score_1": Composite("cjt292", "area", "registered"),
    "area_case_score_2": Composite("cjt292-2", "area", "registered"),
    "dept_score": Composite("cjt292", "department"),
    "dept_case_score": Composite("cjt292", "department", "dispose_required"),
    "collector_score": Composite("cjt292", "collector"),
    "operator_score": Composite("cjt292", "operator"),
    "shift_leader_score": Composite("cjt292", "shift_leader"),
    "dispatcher_score": Composite("cjt292", "dispatcher"),
    "workload_score": Composite("cjt292", "operator", "accepted"),
    "grade": Composite("cjt292", "area"),
    "jinniu_score": Composite("jinniu", "area"),
    "jinhua_on_time_points": Composite("jinhua", "department", "close_on_time_rate_excl_deferred"),
    "jinhua_close_points": Composite("jinhua", "department", "close_rate_excl_deferred"),
}


def heat_points(
    longitude: npt.ArrayLike, latitude: npt.ArrayLike, decimals: int = 2
) -> pd.DataFrame:
    """Return the heat points (``heat_point``): places rounded to so many decimals, and counts.

    Returns
    -------
    DataFrame
        longitude, latitude, cases; most cases first. Cases without a place are left out.
    """
    places: pd.DataFrame = pd.DataFrame(
        {
            "longitude": np.round(np.asarray(longitude, dtype=float), decimals),
            "latitude": np.round(np.asarray(latitude, dtype=float), decimals),
        }
    )
    places = places[np.isfinite(places).all(axis=1)]
    counted = places.groupby(["longitude", "latitude"]).size().rename("cases").reset_index()
    out: pd.DataFrame = counted.sort_values(
        ["cases", "longitude", "latitude"], ascending=[False, True, True], ignore_index=True
    )
    return out
