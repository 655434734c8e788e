"""How well the city works: indicators, schemes, scores and grades.

Pure computation on timelines of cases. Numerators and denominators are kept apart, so
that tables add up; 0/0 is "no base", never 0 and never 100 %.
"""

from citygrid_core.evaluation.composites import COMPOSITES, Composite, heat_points
from citygrid_core.evaluation.errors import BadScheme, UnknownScheme
from citygrid_core.evaluation.facts import COUNTS, PUBLIC, Facts, count
from citygrid_core.evaluation.indicators import Indicator, indicators
from citygrid_core.evaluation.intervals import wilson
from citygrid_core.evaluation.scheme import OBJECTS, Grade, Part, Scheme, schemes
from citygrid_core.evaluation.table import (
    TOTAL,
    Table,
    UnknownIndicator,
    add_up,
    at,
    divide,
    evaluate,
)

__all__ = [
    "COMPOSITES", "COUNTS", "OBJECTS", "PUBLIC", "TOTAL", "BadScheme", "Composite", "Facts", "Grade", "Indicator", "Part",
    "Scheme", "Table", "UnknownIndicator", "UnknownScheme", "add_up", "at", "count", "divide",
    "evaluate", "heat_points", "indicators", "schemes", "wilson",
]  # fmt: skip
