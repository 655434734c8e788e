"""Heat: counts of cases for each unit grid, class, source and day, and what stands out.

Counts are plain frames with the columns of the store's ``heat_counts``. They are
conserved: every case that is not void is in exactly one row, also the case that
has no grid. Tables name their unit, hot spots their significance.
"""

from citygrid_core.heat.anomalies import anomalies, compare, dispersion, streaks
from citygrid_core.heat.comparison import Compared, Comparison
from citygrid_core.heat.contours import contours
from citygrid_core.heat.counts import HEAT_KEYS, WEAK_BELOW, add, count, delta
from citygrid_core.heat.cube import EVERYTHING, Choice, Cube, Tally
from citygrid_core.heat.emerging import PATTERNS, emerging
from citygrid_core.heat.errors import HeatInputError
from citygrid_core.heat.gathering import gathered
from citygrid_core.heat.histories import histories
from citygrid_core.heat.hotspots import (
    Contiguity,
    contiguity,
    false_discovery_rate,
    getis_ord_star,
    hotspots,
)
from citygrid_core.heat.moran import local_moran
from citygrid_core.heat.near_repeat import near_repeat
from citygrid_core.heat.rates import (
    RATES,
    expected_skewness,
    hours_by_grid,
    judged,
    located,
    patrol_effort,
    rates,
    smooth,
    standardise,
)
from citygrid_core.heat.surface import UNIT as SURFACE_UNIT
from citygrid_core.heat.surface import Edge, Kernel, Surface, density, kernel_at
from citygrid_core.heat.tables import table
from citygrid_core.heat.trend import mann_kendall
from citygrid_core.heat.view import HeatView

__all__ = [
    "EVERYTHING",
    "HEAT_KEYS",
    "PATTERNS",
    "RATES",
    "SURFACE_UNIT",
    "WEAK_BELOW",
    "Choice",
    "Compared",
    "Comparison",
    "Contiguity",
    "Cube",
    "Edge",
    "HeatInputError",
    "HeatView",
    "Kernel",
    "Surface",
    "Tally",
    "add",
    "anomalies",
    "compare",
    "contiguity",
    "contours",
    "count",
    "delta",
    "density",
    "dispersion",
    "emerging",
    "expected_skewness",
    "false_discovery_rate",
    "gathered",
    "getis_ord_star",
    "histories",
    "hotspots",
    "hours_by_grid",
    "judged",
    "kernel_at",
    "local_moran",
    "located",
    "mann_kendall",
    "near_repeat",
    "patrol_effort",
    "rates",
    "smooth",
    "standardise",
    "streaks",
    "table",
]
