"""The known intensity of cases: when, where and what, with every parameter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from citygrid_core.sample.mesh import Array, Floats
from citygrid_core.sample.scales import FIRST_DAY, LAST_DAY, Scale

#: Weekday (Monday first) and month (January first), both as factors around 1.
WEEKDAY = np.array([1.12, 1.08, 1.05, 1.04, 1.08, 0.86, 0.77])
MONTH = np.array([0.86, 0.78, 0.95, 1.02, 1.08, 1.12, 1.15, 1.13, 1.06, 1.01, 0.94, 0.90])
#: Share of each hour in a day, by kind of source.
HOURS = {
    "collector": (0, 0, 0, 0, 0, 0, 0, 2, 9, 12, 12, 9, 3, 3, 9, 11, 11, 9, 5, 3, 1, 1, 0, 0),
    "public": (1, 0, 0, 0, 0, 1, 3, 6, 8, 8, 7, 6, 5, 4, 5, 6, 6, 7, 8, 8, 7, 5, 3, 2),
    "machine": (3, 3, 3, 3, 3, 3, 4, 5, 5, 5, 5, 5, 5, 4, 4, 4, 5, 5, 5, 5, 4, 4, 4, 4),
}
#: Source: share of all cases, kind of rhythm.
SOURCES = {
    "collector": (0.62, "collector"), "hotline": (0.17, "public"), "web": (0.09, "public"),
    "video": (0.05, "machine"), "sensor": (0.02, "machine"), "inspection": (0.02, "collector"),
    "leader": (0.02, "collector"), "media": (0.01, "public"),
}  # fmt: skip
#: Cases per hectare of land by its use, relative to one another.
LAND_WEIGHT = {
    "commerce": 3.2, "market": 4.5, "old": 2.4, "estate": 1.0, "office": 1.1, "school": 1.2,
    "hospital": 1.6, "factory": 0.6, "park": 0.5, "vacant": 0.4, "water": 0.0,
}  # fmt: skip
#: Matters (class code) and their shares among the cases that concern no component.
MATTERS = {
    "06010": 0.14, "06012": 0.12, "06036": 0.07, "06011": 0.05, "06017": 0.03, "06013": 0.05,
    "06050": 0.02, "06042": 0.05, "06028": 0.03, "06027": 0.03, "06007": 0.03, "06029": 0.012,
    "06025": 0.008, "07001": 0.09, "07003": 0.02, "07006": 0.02, "08002": 0.02, "08004": 0.025,
    "08001": 0.02, "09006": 0.055, "09005": 0.05, "09001": 0.03, "09009": 0.05, "09010": 0.05,
    "09011": 0.04, "09012": 0.012, "10001": 0.004, "10002": 0.02,
}  # fmt: skip
#: Cases a year for each component of a class, relative to 1 for the rest.
COMPONENT_HAZARD = {
    "01037": 1.4, "01003": 2.2, "01002": 1.8, "01004": 2.4, "01007": 1.6, "01001": 1.2,
    "03005": 2.6, "04002": 0.5, "02021": 1.6, "02010": 1.1, "03006": 1.5, "02004": 1.4,
}  # fmt: skip
COMPONENT_SHARE = 0.34


@dataclass(frozen=True)
class Spot:
    """A place with more cases: a Gaussian around (x, y), with a trend over the year.

    Attributes
    ----------
    sigma_m : float
        Standard deviation in x and in y.
    share : float
        Share of all cases over the year that it adds.
    trend : str
        steady, growing or fading: linear in time between `begin` and `end` factors.
    matters : tuple of str
        Classes that it brings.
    """

    name: str
    x: float
    y: float
    sigma_m: float
    share: float
    trend: str
    begin: float
    end: float
    matters: tuple[str, ...]

    def factor(self, share_of_year: Floats) -> Floats:
        """Return the factor on the spot's mean rate at moments of the year (0 to 1)."""
        out: Floats = self.begin + (self.end - self.begin) * share_of_year
        return out


@dataclass
class Intensity:
    """Everything that the number of cases a day follows from."""

    cases_per_day: float
    spots: list[Spot] = field(default_factory=list)

    def day_factor(self, days: Array) -> Floats:
        """Return the factor of each day (datetime64[D]): weekday times month, mean 1 over the year."""
        whole = np.arange(np.datetime64(FIRST_DAY), np.datetime64(LAST_DAY))
        out: Floats = _raw(days) / _raw(whole).mean()
        return out

    def as_toml(self, scale: Scale) -> dict[str, Any]:
        """Return the parameters, ready to be written."""
        return {
            "scale": scale.name,
            "from": FIRST_DAY,
            "to": LAST_DAY,
            "cases_per_day": self.cases_per_day,
            "component_share": COMPONENT_SHARE,
            "spot_share": sum(s.share for s in self.spots),
            "weekday_factors_monday_first": [float(v) for v in WEEKDAY],
            "month_factors": [float(v) for v in MONTH],
            "hour_weights": {k: list(v) for k, v in HOURS.items()},
            "source_shares": {k: v[0] for k, v in SOURCES.items()},
            "source_rhythm": {k: v[1] for k, v in SOURCES.items()},
            "land_weight_per_hectare": dict(LAND_WEIGHT),
            "matter_shares": dict(MATTERS),
            "component_hazard": {**COMPONENT_HAZARD, "other": 1.0},
            "spots": [
                {
                    "name": s.name, "x": s.x, "y": s.y, "sigma_m": s.sigma_m, "share": s.share,
                    "trend": s.trend, "factor_at_begin": s.begin, "factor_at_end": s.end,
                    "matters": list(s.matters),
                }
                for s in self.spots
            ],
        }  # fmt: skip


def _raw(days: Array) -> Floats:
    weekday = (days.astype("datetime64[D]").astype(np.int64) + 3) % 7
    month = days.astype("datetime64[M]").astype(np.int64) % 12
    out: Floats = WEEKDAY[weekday] * MONTH[month]
    return out


def spots_at(places: list[tuple[str, float, float]], sigma_m: float) -> list[Spot]:
    """Return the planted spots: two steady ones, one growing, one fading.

    Parameters
    ----------
    places : list
        Four (name, x, y), from where most happens anyway.
    """
    kinds = (
        ("steady", 1.0, 1.0, 0.05, ("09006", "09005", "06010")),
        ("steady", 1.0, 1.0, 0.03, ("09009", "09010", "09011")),
        ("growing", 0.1, 1.9, 0.035, ("08004", "08002", "06013")),
        ("fading", 1.9, 0.1, 0.025, ("07001", "06036", "06011")),
    )
    return [
        Spot(
            name,
            round(x, 3),
            round(y, 3),
            sigma_m * (1 + 0.3 * (i == 1)),
            share,
            trend,
            a,
            b,
            matters,
        )
        for i, ((name, x, y), (trend, a, b, share, matters)) in enumerate(
            zip(places, kinds, strict=True)
        )
    ]
