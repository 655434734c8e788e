"""Two censuses without keys: what is new, gone, moved, changed or the same."""

from citygrid_core.census.comparing.assignment import assign
from citygrid_core.census.comparing.outcomes import compare_censuses

__all__ = ["assign", "compare_censuses"]
