"""What is inspected: how many units or components, and which, drawn with a seed.

Sizes come from a table (data, see `sizes.SizeTable`) or from the precision wanted.
"""

from citygrid_core.census.sampling.draw import Stratum, draw, draw_units, strata_of
from citygrid_core.census.sampling.sheets import sheet_codes
from citygrid_core.census.sampling.sizes import SizeRow, size_for_margin, size_table, units_to_take

__all__ = [
    "SizeRow",
    "Stratum",
    "draw",
    "draw_units",
    "sheet_codes",
    "size_for_margin",
    "size_table",
    "strata_of",
    "units_to_take",
]
