"""Foreign tables and layers in and out, as a bureau sends them.

`preview` says what a file is, `read` (or `read_chunks`) makes a frame of our fields
of it, through a `Mapping` from their columns, and sets aside every row that can't be
used as a `Reject` with the reasons. `write` saves frames, `write_rejects` rejects.
"""

from citygrid_core.tables.datum import convert
from citygrid_core.tables.drawings import readable
from citygrid_core.tables.fields import Field
from citygrid_core.tables.mapping import Mapping
from citygrid_core.tables.preview import ColumnPreview, Preview, preview
from citygrid_core.tables.rasters import write_raster
from citygrid_core.tables.reading import Batch, read, read_chunks
from citygrid_core.tables.rejects import Reject, write_rejects
from citygrid_core.tables.writing import write

__all__ = [
    "Batch",
    "ColumnPreview",
    "Field",
    "Mapping",
    "Preview",
    "Reject",
    "convert",
    "preview",
    "read",
    "read_chunks",
    "readable",
    "write",
    "write_raster",
    "write_rejects",
]
