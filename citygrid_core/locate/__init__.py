"""Locate: which cell is a point in? Exact for every point, on edges and vertices too.

A point on a shared edge or vertex belongs to the touching cell with the lowest code.
"""

from citygrid_core.locate.border import Border, Neighbours
from citygrid_core.locate.errors import IndexFileError, NoAccelerator, UnusableCells
from citygrid_core.locate.index import CellIndex, Engine, in_parts

__all__ = [
    "Border",
    "CellIndex",
    "Engine",
    "IndexFileError",
    "Neighbours",
    "NoAccelerator",
    "UnusableCells",
    "in_parts",
]
