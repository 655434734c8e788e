"""How big the sample cities are, and how fine."""

from __future__ import annotations

from dataclasses import dataclass

from citygrid_core.errors import Text, UsageError

CRS = "EPSG:4547"
EDITION = "gbt47678-2026"
#: The year of the cases, half-open; the next day's cases come in `cases_next.csv`.
FIRST_DAY, LAST_DAY = "2025-01-01", "2026-01-01"

WIDTHS = {"expressway": 44.0, "arterial": 36.0, "secondary": 24.0, "branch": 14.0, "lane": 7.0}


@dataclass(frozen=True)
class Scale:
    """One size of the sample city.

    Attributes
    ----------
    area_km2 : float
        Area inside the outline.
    counties : int
        Number of counties; in the small city the second is only a corner.
    spacing_m : float
        Distance between the lines of the skeleton; the rest is divided inside.
    river_m : float
        Half width of the river's water.
    street_km2, community_km2 : float
        Mean areas of streets and communities.
    block_m2 : tuple of float
        Mean area of a block in the centre and at the edge of the city.
    density : float
        Factor on the spacing of components other than lamps (1: every one).
    cases_per_day : float
        Mean number of cases a day over the year, the whole city.
    addresses : int
        Number of test addresses.
    """

    name: str
    area_km2: float
    counties: int
    spacing_m: float
    river_m: float
    street_km2: float
    community_km2: float
    block_m2: tuple[float, float]
    density: float
    cases_per_day: float
    addresses: int

    @property
    def radius_m(self) -> float:
        """Radius of a circle of the city's area."""
        return float((self.area_km2 * 1e6 / 3.141592653589793) ** 0.5)


SCALES = {
    s.name: s
    for s in (
        Scale("small", 2.06, 2, 640, 24, 0.55, 0.145, (11_000, 17_000), 0.45, 16.5, 600),
        Scale("nanchang", 150.6, 7, 950, 130, 3.6, 0.42, (10_500, 17_500), 0.84, 1000, 5000),
        Scale("mega", 16_000, 107, 5_500, 260, 16, 1.6, (10_500, 60_000), 0.35, 6000, 5000),
    )
}


def scale_of(name: str) -> Scale:
    """Return the scale of a name.

    Raises
    ------
    UsageError
        There is no such scale.
    """
    try:
        return SCALES[name]
    except KeyError:
        known = ", ".join(SCALES)
        raise UsageError(
            Text(f"unknown scale {name!r}; known: {known}", f"未知规模“{name}”，可用：{known}")
        ) from None
