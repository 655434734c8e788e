"""Unit grids: drawn along streets, numbered, checked, edited without a seam.

>>> from citygrid_core.grids import Policy, check, draw, number
>>> drawing = draw(areas, roads, buildings=buildings)          # doctest: +SKIP
>>> drawing.grids["code"] = number(drawing.grids)              # doctest: +SKIP
>>> findings = check(drawing.grids, areas)                     # doctest: +SKIP
"""

from citygrid_core.grids.check import check
from citygrid_core.grids.draw import Drawing, draw
from citygrid_core.grids.errors import (
    CrsMismatch,
    GridEditRefused,
    MissingColumn,
    NotProjected,
    TooManyGrids,
)
from citygrid_core.grids.findings import RULES, Finding, as_frame
from citygrid_core.grids.number import number
from citygrid_core.grids.policy import Policy
from citygrid_core.grids.repair import Repaired, clean_areas, repair
from citygrid_core.grids.resolve import Strategies

__all__ = [
    "RULES",
    "CrsMismatch",
    "Drawing",
    "Finding",
    "GridEditRefused",
    "MissingColumn",
    "NotProjected",
    "Policy",
    "Repaired",
    "Strategies",
    "TooManyGrids",
    "as_frame",
    "check",
    "clean_areas",
    "draw",
    "number",
    "repair",
]
