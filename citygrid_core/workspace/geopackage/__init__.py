"""The embedded store: one GeoPackage file, through Python's ``sqlite3`` only.

Everything that SQLite or GeoPackage alone does is in this package; the rest of the
store speaks SQLAlchemy and the interface of `store.GeoPackage`.
"""

from citygrid_core.workspace.geopackage.store import GeoPackage

__all__ = ["GeoPackage"]
