"""The tables and triggers that make an SQLite file a GeoPackage, as GDAL makes them.

Version 1.2 of the standard (OGC 12-128r14): what GDAL 3.6 beside QGIS 3.22 reads and
writes without a warning. R-tree triggers: annex F.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyproj

from citygrid_core.workspace.geopackage.labels import labels
from citygrid_core.workspace.schema import FAMILIES
from citygrid_core.workspace.tables import GEOMETRY, STORED, StoredTable

APPLICATION_ID = 0x47504B47  # "GPKG"
USER_VERSION = 10200
#: First id for a CRS that has no EPSG code.
CUSTOM_SRS = 100_000
HEAT_VIEW = "heat_map"

_TABLES = (
    """CREATE TABLE gpkg_spatial_ref_sys (
        srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY,
        organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL,
        definition TEXT NOT NULL, description TEXT)""",
    """CREATE TABLE gpkg_contents (
        table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
        description TEXT DEFAULT '',
        last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
        min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
        CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))""",
    """CREATE TABLE gpkg_geometry_columns (
        table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
        srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
        CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
        CONSTRAINT uk_gc_table_name UNIQUE (table_name),
        CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
        CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id))""",
    """CREATE TABLE gpkg_extensions (
        table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
        definition TEXT NOT NULL, scope TEXT NOT NULL,
        CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))""",
    # QGIS's own convention for styles kept in the file
    """CREATE TABLE layer_styles (
        id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
        f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
        f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
        useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
        update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))""",
)
_WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,'
    'AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,'
    'AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],'
    'AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]'
)
#: The three entries that the standard requires, clause 1.1.2.1.2.
_REQUIRED_SRS = (
    ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined",
     "undefined Cartesian coordinate reference system"),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined",
     "undefined geographic coordinate reference system"),
    ("WGS 84 geodetic", 4326, "EPSG", 4326, _WGS84,
     "longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid"),
)  # fmt: skip
#: The last, empty part of the union lends its columns' types: GDAL takes a column without a
#: declared type, as every expression is, for text.
_VIEW = f"""CREATE VIEW {HEAT_VIEW} AS
    SELECT g.fid AS fid, g.{GEOMETRY} AS {GEOMETRY}, g.code AS code,
        g.community_code AS community_code, g.area_m2 AS area_m2,
        h.cases AS cases, h.per_hectare AS per_hectare
    FROM grids g JOIN (
        SELECT v.fid AS grid, COALESCE(s.cases, 0) AS cases,
            COALESCE(s.cases, 0) * 10000.0 / NULLIF(v.area_m2, 0) AS per_hectare
        FROM grids v LEFT JOIN
            (SELECT grid_code, SUM(cases) AS cases FROM heat_counts GROUP BY grid_code) s
            ON s.grid_code = v.code
        WHERE v.valid_to IS NULL
        UNION ALL
        SELECT a.fid, b.cases, a.area_m2 FROM grids a, heat_counts b WHERE 0
    ) h ON h.grid = g.fid"""

#: GDAL's own table, kept empty: where it is missing, GDAL counts the rows of a whole table
#: and QGIS shows that number for a layer with a filter.
OGR_CONTENTS = """CREATE TABLE IF NOT EXISTS gpkg_ogr_contents (
    table_name TEXT NOT NULL PRIMARY KEY, feature_count INTEGER DEFAULT NULL)"""

Statement = tuple[str, tuple[object, ...]]


def srs_row(crs: pyproj.CRS) -> tuple[str, int, str, int, str, str | None]:
    """Return the row of ``gpkg_spatial_ref_sys`` for a CRS."""
    code = crs.to_epsg(min_confidence=100)
    srs_id, organization = (code, "EPSG") if code else (CUSTOM_SRS, "NONE")
    return crs.name, srs_id, organization, srs_id, crs.to_wkt("WKT1_GDAL"), None


def creation(crs: pyproj.CRS, at: str) -> Iterator[Statement]:
    """Yield what turns an empty file with our tables into a GeoPackage.

    Parameters
    ----------
    crs : pyproj.CRS
        Of every geometry.
    at : str
        ``last_change`` of every table.
    """
    for table in (*_TABLES, OGR_CONTENTS):
        yield table, ()
    own = srs_row(crs)
    for row in (*_REQUIRED_SRS, own):
        if row is own and own[1] == 4326:
            continue
        yield "INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,?)", tuple(row)
    for table_ in STORED.values():
        if table_.family is not None:
            yield from register(table_, own[1], at)
    yield from labels()
    yield _contents("layer_styles", "attributes", "layer_styles", at, 0)
    yield _VIEW, ()
    yield _contents(HEAT_VIEW, "features", "热力图", at, own[1])
    yield _geometry_column(HEAT_VIEW, "POLYGON", own[1])


def renew_view() -> Iterator[Statement]:
    """Yield what gives an older file today's view of the heat."""
    yield f"DROP VIEW IF EXISTS {HEAT_VIEW}", ()
    yield _VIEW, ()


def register(table: StoredTable, srs_id: int, at: str) -> Iterator[Statement]:
    """Yield what makes one table of ours known as a layer, with its R-tree."""
    assert table.family is not None
    if not table.spatial:
        yield _contents(table.name, "attributes", _identifier(table), at, 0)
        return
    yield _contents(table.name, "features", _identifier(table), at, srs_id)
    yield _geometry_column(table.name, table.geometry, srs_id)
    yield from spatial_index(table)


def spatial_index(table: StoredTable) -> Iterator[Statement]:
    """Yield what gives a table an R-tree, empty still, and the triggers that keep it."""
    yield (
        "INSERT OR IGNORE INTO gpkg_extensions VALUES (?,?,'gpkg_rtree_index',"
        "'http://www.geopackage.org/spec120/#extension_rtree','write-only')",
        (table.name, GEOMETRY),
    )
    yield f"CREATE VIRTUAL TABLE {rtree(table)} USING rtree(id, minx, maxx, miny, maxy)", ()
    for statement in (insert_trigger(table), *_other_triggers(table)):
        yield statement, ()


def no_spatial_index(table: StoredTable) -> Iterator[Statement]:
    """Yield what removes the R-tree of a table, or what is left of it."""
    for name in ("insert", "update1", "update2", "update3", "update4", "delete"):
        yield f'DROP TRIGGER IF EXISTS "{rtree(table)}_{name}"', ()
    yield f'DROP TABLE IF EXISTS "{rtree(table)}"', ()


def rtree(table: StoredTable) -> str:
    """Return the name of a table's R-tree."""
    return f"rtree_{table.name}_{GEOMETRY}"


def insert_trigger(table: StoredTable) -> str:
    """Return the statement that makes the trigger which a bulk insert drops for its time."""
    t, i = table.name, rtree(table)
    return (
        f'CREATE TRIGGER "{i}_insert" AFTER INSERT ON "{t}" '
        f'WHEN (new."geom" NOT NULL AND NOT ST_IsEmpty(NEW."geom")) '
        f'BEGIN INSERT OR REPLACE INTO "{i}" VALUES ({_BOX}); END'
    )


_BOX = 'NEW."fid",ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"),ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")'


def _other_triggers(table: StoredTable) -> Iterable[str]:
    t, i = table.name, rtree(table)
    there = '(NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom"))'
    gone = '(NEW."geom" ISNULL OR ST_IsEmpty(NEW."geom"))'
    put = f'INSERT OR REPLACE INTO "{i}" VALUES ({_BOX});'
    drop = f'DELETE FROM "{i}" WHERE id = OLD."fid";'
    both = f'DELETE FROM "{i}" WHERE id IN (OLD."fid", NEW."fid");'
    same, moved = 'OLD."fid" = NEW."fid"', 'OLD."fid" != NEW."fid"'
    for name, event, when, do in (
        ("update1", 'UPDATE OF "geom"', f"{same} AND {there}", put),
        ("update2", 'UPDATE OF "geom"', f"{same} AND {gone}", drop),
        ("update3", "UPDATE", f"{moved} AND {there}", f"{drop} {put}"),
        ("update4", "UPDATE", f"{moved} AND {gone}", both),
        ("delete", "DELETE", 'old."geom" NOT NULL', drop),
    ):
        yield f'CREATE TRIGGER "{i}_{name}" AFTER {event} ON "{t}" WHEN {when} BEGIN {do} END'


def _contents(table: str, kind: str, identifier: str, at: str, srs_id: int) -> Statement:
    return (
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id) "
        "VALUES (?,?,?,?,?)",
        (table, kind, identifier, at, srs_id),
    )


def _geometry_column(table: str, kind: str, srs_id: int) -> Statement:
    return "INSERT INTO gpkg_geometry_columns VALUES (?,?,?,?,0,0)", (table, GEOMETRY, kind, srs_id)


def _identifier(table: StoredTable) -> str:
    """Return the Chinese name of a layer; the geometry tells the tables of a family apart."""
    assert table.family is not None
    label = table.family.label.zh
    if len(FAMILIES[table.family.name].tables) == 1:
        return label
    return label + {"POINT": "（点）", "MULTILINESTRING": "（线）", "NONE": "（无图形）"}.get(
        table.geometry, "（面）"
    )
