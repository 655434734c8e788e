"""What a team brings back meets what the workspace holds: a three-way merge with proof.

`three_way` compares, field by field, what was taken (base), what the workspace holds
now (mine) and what comes back (theirs). `Snapshot` keeps the base, `ancestor` finds
which base a returned file builds on, `Receipt` proves that no row was lost.
"""

from citygrid_core.census.merge.lineage import Ancestor, ancestor, pack_log, unpack_log
from citygrid_core.census.merge.receipt import Outcome, Receipt, receipt
from citygrid_core.census.merge.snapshot import compose, decode, encode
from citygrid_core.census.merge.threeway import Merge, three_way

__all__ = [
    "Ancestor",
    "Merge",
    "Outcome",
    "Receipt",
    "ancestor",
    "compose",
    "decode",
    "encode",
    "pack_log",
    "receipt",
    "three_way",
    "unpack_log",
]
