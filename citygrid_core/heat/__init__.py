"""Heat: counts of cases for each unit grid, class, source and day, and what stands out.

Counts are plain frames with the columns of the store's ``heat_counts``. They are
conserved: every case that is not void is in exactly one row, also the case that
has no grid. Tables name their unit, hot spots their significance.
"""

from citygrid_core.heat.counts import HEAT_KEYS, WEAK_BELOW, add, count, delta
from citygrid_core.heat.errors import HeatInputError
from citygrid_core.heat.hotspots import (
    Contiguity,
    contiguity,
    false_discovery_rate,
    getis_ord_star,
    hotspots,
)
from citygrid_core.heat.profiles import profile
from citygrid_core.heat.tables import table

__all__ = [
    "HEAT_KEYS",
    "WEAK_BELOW",
    "Contiguity",
    "HeatInputError",
    "add",
    "contiguity",
    "count",
    "delta",
    "false_discovery_rate",
    "getis_ord_star",
    "hotspots",
    "profile",
    "table",
]
