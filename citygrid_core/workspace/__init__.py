"""The store: schema, transactions, history, journal; GeoPackage now, PostGIS later."""

from citygrid_core.workspace.reading import Between
from citygrid_core.workspace.transaction import Transaction
from citygrid_core.workspace.workspace import Workspace

__all__ = ["Between", "Transaction", "Workspace"]
