"""The GeoPackage of a field pack: written and read through Python's ``sqlite3`` only.

A plain GeoPackage that QField and QGIS edit, with three triggers on each table of
components: a new one gets a uid, and its code from the lease (a counter in the file, so
a number is never given twice, not even after a deletion); every insert, update and
deletion leaves a line with a random token in ``cg_log``, by which `census return` tells a
deletion from a lost row and a newer copy from an older one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from citygrid_core.workspace.geopackage import blob, driver
from citygrid_core.workspace.geopackage.layout import APPLICATION_ID, USER_VERSION, srs_row
from citygrid_core.workspace.schema import COMPONENTS, GeometryType
from citygrid_core.workspace.shapes import promote

#: Columns of the workspace that stay at home.
_AT_HOME = ("source", "source_key", "datum", "valid_from", "valid_to")
#: Columns of a component in a pack: those of the store, and what only the field knows.
STORED = tuple(c.name for c in COMPONENTS.columns if c.name not in _AT_HOME)
FIELD_ONLY = ("uid", "gnss_accuracy_m", "photo")
#: The table of further photos of a component: as many as the team takes.
PHOTOS = "photos"
PHOTO_COLUMNS = ("component_uid", "photo", "note")
#: What is merged when a pack comes back: not the code, nor what follows from the place.
MERGED = (*(c for c in STORED if c not in ("code", "grid_code")), "geometry")
TABLES = {t: g for g, t in COMPONENTS.tables.items()}
GEOMETRY_OF = {
    "components_point": "point",
    "components_line": "line",
    "components_polygon": "polygon",
}
_SQL_TYPES = {"text": "TEXT", "integer": "INTEGER", "real": "REAL", "date": "DATE"}
_BASE = (
    """CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL,
        srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
        organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)""",
    """CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
        identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL,
        min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER)""",
    """CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
        geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL,
        m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
        CONSTRAINT uk_gc_table_name UNIQUE (table_name))""",
    """CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT,
        extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
        CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))""",
    "CREATE TABLE cg_pack (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE cg_log (n INTEGER PRIMARY KEY AUTOINCREMENT, token TEXT NOT NULL,
        layer TEXT NOT NULL, uid TEXT, code TEXT, kind TEXT NOT NULL, at TEXT NOT NULL)""",
)


@dataclass(frozen=True)
class PackContent:
    """What a pack carries.

    Attributes
    ----------
    meta : dict
        The manifest and what else the file says of itself; values are text.
    components : dict of GeoDataFrame
        By table, with `STORED` and ``uid``.
    leases : DataFrame
        county_code, class_code, class_name, first, last, next, left.
    classes, departments : DataFrame
        Value lists.
    background : dict of GeoDataFrame
        The extract of the base map, by layer.
    """

    meta: Mapping[str, str]
    components: Mapping[str, gpd.GeoDataFrame]
    leases: pd.DataFrame
    classes: pd.DataFrame
    departments: pd.DataFrame
    background: Mapping[str, gpd.GeoDataFrame]


def write_pack(path: Path, content: PackContent, crs: pyproj.CRS, on: str) -> None:
    """Write the GeoPackage of a pack, whole; the file must not exist yet.

    Parameters
    ----------
    on : str
        ISO date: ``last_change`` of every layer.
    """
    if path.exists():
        raise FileExistsError(path)
    sqlite3.connect(path).close()
    with closing(driver.connect(path, "rwc", timeout=5.0, journal_mode=None)) as c:
        c.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        c.execute(f"PRAGMA user_version = {USER_VERSION}")
        c.execute("BEGIN")
        for statement in _BASE:
            c.execute(statement)
        own = srs_row(crs)
        rows = {
            -1: ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", None),
            0: ("Undefined geographic SRS", 0, "NONE", 0, "undefined", None),
            4326: ("WGS 84", 4326, "EPSG", 4326, pyproj.CRS(4326).to_wkt("WKT1_GDAL"), None),
            own[1]: own,
        }
        c.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,?)", rows.values())
        c.executemany("INSERT INTO cg_pack VALUES (?,?)", sorted(content.meta.items()))
        for table, kind in TABLES.items():
            frame = content.components[table]
            types = {n: _SQL_TYPES[COMPONENTS.column(n).type] for n in STORED}
            types |= {"uid": "TEXT", "gnss_accuracy_m": "REAL", "photo": "TEXT"}
            _features(c, table, kind, types, frame, own[1], on)
        for name, frame in content.background.items():
            background = kind_of(frame)
            types = {n: "TEXT" for n in frame.columns if n != "geometry"}
            _features(c, name, background, types, frame, own[1], on)
        whole = {"first": "INTEGER", "last": "INTEGER", "next": "INTEGER", "left": "INTEGER"}
        whole |= {"until": "TEXT", "twin_m": "REAL"}
        for name, plain in (
            ("leases", content.leases),
            ("classes", content.classes),
            ("departments", content.departments),
        ):
            _attributes(c, name, plain, whole, on)
        _attributes(c, PHOTOS, pd.DataFrame(columns=list(PHOTO_COLUMNS)), {}, on)
        for table in TABLES:
            for statement in _triggers(table, content.meta["county"]):
                c.execute(statement)
        c.execute("COMMIT")


@dataclass(frozen=True)
class PackRead:
    """What a returned file holds.

    Attributes
    ----------
    meta : dict
        What the file says of itself.
    components : GeoDataFrame
        All rows of components, with ``table_`` and ``row`` (the fid).
    tables : tuple of str
        Tables of components that are there.
    log : list of (token, layer, uid, kind, at)
        The edits, oldest first; times are UTC.
    leases : list of (county, class, first, last)
    photos : list of (uid, path)
        Further photos of components.
    """

    meta: dict[str, str]
    components: gpd.GeoDataFrame
    tables: tuple[str, ...]
    log: list[tuple[str, str, str, str, str]]
    leases: list[tuple[str, str, int, int]]
    photos: list[tuple[str, str]]


def read_pack(path: Path, crs: pyproj.CRS) -> PackRead:
    """Read a returned GeoPackage; the caller gives a copy of its own.

    Raises
    ------
    sqlite3.DatabaseError, ValueError
        The file is damaged, or is no pack.
    """
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as c:
        c.text_factory = lambda raw: raw.decode("utf-8", "replace")
        if c.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok" or driver.torn(c):
            raise sqlite3.DatabaseError("quick_check")
        names = {n for (n,) in c.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "cg_pack" not in names:
            raise ValueError("cg_pack")
        meta = {str(k): str(v) for k, v in c.execute("SELECT key, value FROM cg_pack")}
        there = tuple(t for t in TABLES if t in names)
        parts = [_rows(c, table, crs) for table in there]
        log: list[tuple[str, str, str, str, str]] = []
        if "cg_log" in names:
            log = [
                (str(t), str(layer), str(u or ""), str(k), str(at))
                for t, layer, u, k, at in c.execute(
                    "SELECT token, layer, uid, kind, at FROM cg_log ORDER BY n"
                )
            ]
        leases = []
        if "leases" in names:
            leases = [
                (str(a), str(b), int(f), int(n))
                for a, b, f, n in c.execute(
                    'SELECT county_code, class_code, "first", "last" FROM leases '
                    'ORDER BY county_code, class_code, "first"'
                )
            ]
        photos = []
        if PHOTOS in names:
            wanted = f"SELECT component_uid, photo FROM {PHOTOS} ORDER BY fid"
            photos = [(str(u or ""), str(p or "")) for u, p in c.execute(wanted)]
    full = [p for p in parts if len(p)] or parts[:1]
    if not full:
        raise ValueError("no table of components")
    whole = full[0] if len(full) == 1 else pd.concat(full, ignore_index=True)
    return PackRead(meta, whole.reset_index(drop=True), there, log, leases, photos)


def _rows(c: sqlite3.Connection, table: str, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    columns = {str(r[1]) for r in c.execute(f'PRAGMA table_info("{table}")')}
    names = [*STORED, *FIELD_ONLY]
    lacking = {"code", "class_code", "uid"} - columns
    shape = next((g for g in ("geom", "geometry") if g in columns), None)
    if lacking or shape is None:
        raise ValueError(f"{table}: {', '.join(sorted(lacking)) or 'geom'}")
    said = [f'"{n}"' if n in columns else "NULL" for n in names]
    rows = c.execute(f'SELECT fid, {", ".join(said)}, "{shape}" FROM "{table}" ORDER BY fid')
    cells: list[tuple[Any, ...]] = list(zip(*rows.fetchall(), strict=True)) or [()] * (
        len(names) + 2
    )
    values: dict[str, Any] = {
        n: pd.Series(list(v), dtype=object) for n, v in zip(names, cells[1:-1], strict=True)
    }
    shapes = blob.decode(cells[-1], lenient=True)
    shapes = shapely.force_2d(shapes) if len(shapes) else shapes
    frame: gpd.GeoDataFrame = gpd.GeoDataFrame(values, geometry=gpd.GeoSeries(shapes, crs=crs))
    return frame.assign(table_=table, row=np.array(cells[0], dtype=np.int64))


def _features(
    c: sqlite3.Connection,
    table: str,
    kind: GeometryType,
    types: Mapping[str, str],
    frame: gpd.GeoDataFrame,
    srs: int,
    on: str,
) -> None:
    columns = "".join(f', "{n}" {t}' for n, t in types.items())
    c.execute(
        f'CREATE TABLE "{table}" (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, '
        f'"geom" {kind}{columns})'
    )
    shapes = promote(np.asarray(frame.geometry.to_numpy(), dtype=object), kind)
    cells, boxes = blob.encode(shapes, blob.to_wkb(shapes), srs)
    values = [_cells(frame[n]) if n in frame else [None] * len(frame) for n in types]
    fids = range(1, len(frame) + 1)
    marks = ",".join("?" * (len(types) + 2))
    c.executemany(f'INSERT INTO "{table}" VALUES ({marks})', zip(fids, cells, *values, strict=True))
    box = [None] * 4
    good = np.isfinite(boxes).all(axis=1)
    if good.any():
        box = [*boxes[good][:, :2].min(axis=0).tolist(), *boxes[good][:, 2:].max(axis=0).tolist()]
    c.execute(
        "INSERT INTO gpkg_contents VALUES (?,'features',?,'',?,?,?,?,?,?)",
        (table, table, f"{on}T00:00:00.000Z", *box, srs),
    )
    c.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?,'geom',?,?,0,0)",
        (table, kind, srs),
    )
    _index(c, table, [(i, *b) for i, b, g in zip(fids, boxes.tolist(), good, strict=True) if g])


def _index(c: sqlite3.Connection, table: str, boxes: list[tuple[Any, ...]]) -> None:
    """Give a table its R-tree (OGC 12-128r14, annex F.3) with the boxes that it has."""
    from citygrid_core.workspace.geopackage.layout import spatial_index
    from citygrid_core.workspace.tables import StoredTable

    made = StoredTable(table, (), None, "POLYGON")  # type: ignore[arg-type]
    for statement, values in spatial_index(made):
        c.execute(statement, values)
    c.executemany(
        f'INSERT INTO "rtree_{table}_geom" VALUES (?,?,?,?,?)',
        [(i, x0, x1, y0, y1) for i, x0, y0, x1, y1 in boxes],
    )


def _attributes(
    c: sqlite3.Connection, name: str, frame: pd.DataFrame, types: Mapping[str, str], on: str
) -> None:
    columns = "".join(f', "{n}" {types.get(str(n), "TEXT")}' for n in frame.columns)
    c.execute(f'CREATE TABLE "{name}" (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL{columns})')
    marks = ",".join("?" * (len(frame.columns) + 1))
    values = [_cells(frame[n]) for n in frame.columns]
    c.executemany(
        f'INSERT INTO "{name}" VALUES ({marks})',
        zip(range(1, len(frame) + 1), *values, strict=True),
    )
    c.execute(
        "INSERT INTO gpkg_contents VALUES (?,'attributes',?,'',?,NULL,NULL,NULL,NULL,0)",
        (name, name, f"{on}T00:00:00.000Z"),
    )


def _triggers(table: str, county: str) -> list[str]:
    """Return what keeps the log, and names and codes new components."""
    place = (
        f"CASE WHEN length(NEW.grid_code) >= 6 THEN substr(NEW.grid_code, 1, 6) ELSE '{county}' END"
    )
    lease = (
        "(SELECT fid FROM leases WHERE class_code = NEW.class_code "
        f'AND county_code = {place} AND "next" <= "last" ORDER BY "first" LIMIT 1)'
    )
    line = (
        "INSERT INTO cg_log (token, layer, uid, code, kind, at) VALUES (lower(hex(randomblob(8))), "
        f"'{table}', {{0}}.uid, {{0}}.code, '{{1}}', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));"
    )
    return [
        f'CREATE TRIGGER "cg_{table}_insert" AFTER INSERT ON "{table}" BEGIN '
        f'UPDATE "{table}" SET uid = lower(hex(randomblob(16))) '
        f"WHERE fid = NEW.fid AND coalesce(NEW.uid, '') = ''; "
        f'UPDATE "{table}" SET code = (SELECT county_code || class_code || '
        f"printf('%06d', \"next\") FROM leases WHERE fid = {lease}) "
        f"WHERE fid = NEW.fid AND coalesce(NEW.code, '') = ''; "
        f'UPDATE leases SET "next" = "next" + 1, "left" = "left" - 1 '
        f"WHERE coalesce(NEW.code, '') = '' AND fid = {lease}; " + line.format("NEW", "insert") +
        " END",
        f'CREATE TRIGGER "cg_{table}_update" AFTER UPDATE ON "{table}" BEGIN '
        + line.format("NEW", "update") + " END",
        f'CREATE TRIGGER "cg_{table}_delete" AFTER DELETE ON "{table}" BEGIN '
        + line.format("OLD", "delete") + " END",
    ]  # fmt: skip


def kind_of(frame: gpd.GeoDataFrame) -> GeometryType:
    """Return the type of the table that a layer of the base map becomes."""
    kinds = set(frame.geometry.geom_type.dropna())
    if not kinds:
        return "MULTIPOLYGON"
    if kinds <= {"Point"}:
        return "POINT"
    return "MULTILINESTRING" if kinds <= {"LineString", "MultiLineString"} else "MULTIPOLYGON"


def _cells(column: pd.Series) -> list[Any]:
    return [None if v is None or v != v else _cell(v) for v in column.to_numpy(dtype=object)]


def _cell(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def manifest_text(manifest: Mapping[str, Any]) -> str:
    """Return a manifest as the one text that is hashed."""
    return json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
