"""Unit grids: drawn along streets, numbered, checked, edited without a seam.

>>> from citygrid_core.grids import Policy, check, draw, number
>>> drawing = draw(areas, roads, buildings=buildings)          # doctest: +SKIP
>>> drawing.grids["code"] = number(drawing.grids)              # doctest: +SKIP
>>> findings = check(drawing.grids, areas)                     # doctest: +SKIP
"""

from citygrid_core.grids.check import check
from citygrid_core.grids.coverage import Coverage
from citygrid_core.grids.cuts import new_cuts, require_uncut
from citygrid_core.grids.draw import Drawing, draw
from citygrid_core.grids.edit import Edit
from citygrid_core.grids.edits import (
    add,
    divide,
    merge,
    move_border,
    move_vertex,
    reshape,
    split,
    split_along,
)
from citygrid_core.grids.errors import (
    CrsMismatch,
    GridEditRefused,
    MissingColumn,
    NotProjected,
    TooManyGrids,
)
from citygrid_core.grids.findings import RULES, Finding, as_frame
from citygrid_core.grids.group import group, street_length
from citygrid_core.grids.impact import Impact, impact
from citygrid_core.grids.number import number
from citygrid_core.grids.policy import Policy
from citygrid_core.grids.preview import preview_split
from citygrid_core.grids.quality import border_f1, measure, summary
from citygrid_core.grids.repair import Repaired, clean_areas, repair
from citygrid_core.grids.resolve import Strategies

__all__ = [
    "RULES",
    "Coverage",
    "CrsMismatch",
    "Drawing",
    "Edit",
    "Finding",
    "GridEditRefused",
    "Impact",
    "MissingColumn",
    "NotProjected",
    "Policy",
    "Repaired",
    "Strategies",
    "TooManyGrids",
    "add",
    "as_frame",
    "border_f1",
    "check",
    "clean_areas",
    "divide",
    "draw",
    "group",
    "impact",
    "measure",
    "merge",
    "move_border",
    "move_vertex",
    "new_cuts",
    "number",
    "preview_split",
    "repair",
    "require_uncut",
    "reshape",
    "split",
    "split_along",
    "street_length",
    "summary",
]
