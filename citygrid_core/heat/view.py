"""A city's heat as a person looks at it: one cube, its grids, and what follows while sliders move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from citygrid_core.errors import Problem
from citygrid_core.heat.cube import EVERYTHING, Choice, Cube, Tally
from citygrid_core.heat.hotspots import Contiguity, hotspots
from citygrid_core.heat.rates import RATES, judged, located, patrol_effort, rates


@dataclass(frozen=True, slots=True)
class HeatView:
    """What is needed to answer at once: nothing here reads a file.

    Attributes
    ----------
    cube : Cube
    grids : GeoDataFrame
        The grids of the day, in the order of the cube: ``code``, ``area_m2``, polygons.
    near : Contiguity
        Of the grids.
    bases : mapping
        What rates are related to, by grid code (see `rates`), beside the area.
    departments : mapping
        Code of each department to its name.
    stamp : mapping
        What the store was like when the view was made.
    recounted : bool
        Cases count by their own points on these grids, not on the grids of their days.
    """

    cube: Cube
    grids: gpd.GeoDataFrame
    near: Contiguity
    bases: Mapping[str, pd.Series[float]] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)
    stamp: Mapping[str, str] = field(default_factory=dict)
    recounted: bool = False

    def table(
        self, choice: Choice = EVERYTHING, *, tally: Tally | None = None, smoothed: bool = True
    ) -> pd.DataFrame:
        """Return the chosen cases and their rates by grid, in the order of the grids.

        Parameters
        ----------
        tally : Tally, optional
            The counts of the choice, when they are known already.
        smoothed : bool
            Whether each rate has its empirical-Bayes estimate beside it.

        Returns
        -------
        DataFrame
            ``grid_code``, ``status``, ``cases``, ``weak``, ``area_m2``, ``weak_share``, and the
            columns of `rates` for the bases that are there.
        """
        held = self.cube.counts(choice) if tally is None else tally
        frame: pd.DataFrame = pd.DataFrame(
            {
                "grid_code": self.cube.grids,
                "status": "valid",
                "cases": held.cases,
                "weak": held.weak,
                "area_m2": self.grids["area_m2"].to_numpy(dtype=float),
            }
        )
        frame["weak_share"] = frame["weak"] / frame["cases"].where(frame["cases"] > 0)
        return rates(frame, self.bases, smoothed=smoothed)

    def hotspots(
        self, choice: Choice = EVERYTHING, *, rate: str = "per_hectare", **options: Any
    ) -> pd.DataFrame:
        """Return Gi* of a rate by grid, as `heat.hotspots` gives it, in the order of the grids.

        Parameters
        ----------
        rate : str
            A column of `table`; see `judged`.
        **options
            ``false_share``, ``inference``, ``permutations``, ``seed``.
        """
        shown = self.table(choice, smoothed=rate.endswith("_smoothed"))
        values, skew = judged(shown.set_index("grid_code"), rate)
        return hotspots(values, self.near, skew=skew, **options)

    def warnings(self, choice: Choice = EVERYTHING, *, tally: Tally | None = None) -> list[Problem]:
        """Say what makes the counts less than they seem: weak places, reports after patrols."""
        held = self.cube.counts(choice) if tally is None else tally
        shown = self.table(choice, tally=held, smoothed=False)
        lost = held.elsewhere + held.unplaced
        loose = held.weak_total - int(held.weak.sum())
        rest = pd.DataFrame({"status": ["other"], "cases": [lost], "weak": [loose]})
        whole = pd.concat([shown, rest], ignore_index=True)
        found = (located(whole), patrol_effort(whole, self.cube.by("source", choice)))
        return [problem for problem in found if problem is not None]

    def units(self) -> list[str]:
        """Return the rates that this view can show."""
        return [
            name for name, (base, _, _) in RATES.items() if base == "area_m2" or base in self.bases
        ]
