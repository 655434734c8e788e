"""Is the census good enough? Rates, errors and completeness, each with its interval."""

from citygrid_core.census.acceptance.completeness import Completeness, completeness, same_things
from citygrid_core.census.acceptance.defects import DefectRate, cluster_rate, stratified_rate
from citygrid_core.census.acceptance.positions import PositionError, position_errors
from citygrid_core.census.acceptance.verdict import Verdict, verdict_of

__all__ = [
    "Completeness",
    "DefectRate",
    "PositionError",
    "Verdict",
    "cluster_rate",
    "completeness",
    "position_errors",
    "same_things",
    "stratified_rate",
    "verdict_of",
]
