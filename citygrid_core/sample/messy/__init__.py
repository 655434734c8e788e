"""Files as a bureau would send them, with every defect in them written down."""

from citygrid_core.sample.messy.bundle import Source, write_messy

__all__ = ["Source", "write_messy"]
