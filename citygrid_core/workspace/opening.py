"""Before a workspace is open: its path, CRS, version and clock."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pyproj
import sqlalchemy as sa

from citygrid_core.errors import Text
from citygrid_core.workspace import migrations
from citygrid_core.workspace.errors import (
    NeedsMigration,
    NotAWorkspace,
    NotBuiltYet,
    UnknownVersion,
    UnsuitableCrs,
)
from citygrid_core.workspace.geopackage import GeoPackage
from citygrid_core.workspace.schema import SCHEMA_VERSION
from citygrid_core.workspace.tables import META

Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """Return the time: the only clock of the store, replaced by tests."""
    return dt.datetime.now(dt.timezone.utc)


def check_version(store: GeoPackage, connection: sa.Connection, at: str) -> None:
    """Bring an older workspace forward; refuse what is none, or newer."""
    with connection.begin() as reading:
        if not store.is_workspace(connection):
            raise NotAWorkspace(
                str(store.path), Text("it has no table cg_meta", "其中没有 cg_meta 表")
            )
        c = META.table.c
        found = connection.execute(sa.select(c.value).where(c.key == "schema_version")).scalar()
        version = int(found or 0)
        store.read_srs_id(connection)
        reading.rollback()
    if version > SCHEMA_VERSION:
        raise UnknownVersion(str(store.path), version, SCHEMA_VERSION)
    if version < SCHEMA_VERSION:
        if store.read_only:
            raise NeedsMigration(str(store.path), version, SCHEMA_VERSION)
        migrations.migrate(connection, store, version, at)


def local_path(path: str | os.PathLike[str]) -> Path:
    """Return the path of a file; refuse URLs of databases that are not built yet."""
    text = os.fspath(path)
    scheme, colon, _ = text.partition("://")
    if colon:
        raise NotBuiltYet("PostGIS" if scheme.startswith("postgres") else scheme)
    return Path(text)


def network_allowed(given: bool | None) -> bool:
    """Whether writing on a network drive is allowed: by the caller, else the environment."""
    if given is not None:
        return given
    return os.environ.get("CITYGRID_ALLOW_NETWORK", "") not in ("", "0")


def suitable(crs: object) -> pyproj.CRS:
    """Return a CRS that a workspace can have: projected, in metres."""
    try:
        own = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        raise UnsuitableCrs(str(crs)) from None
    if not own.is_projected or any(a.unit_conversion_factor != 1 for a in own.axis_info):
        raise UnsuitableCrs(own.name)
    return own


def crs_text(crs: pyproj.CRS) -> str:
    """Return how a CRS is written down: its EPSG code, else its WKT."""
    code = crs.to_epsg(min_confidence=100)
    return f"EPSG:{code}" if code else str(crs.to_wkt())


def city_time(moment: dt.datetime, zone: str) -> str:
    """Return a time (without an offset: UTC) by the wall clock of a zone, ISO to the second."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.timezone.utc)
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat(timespec="seconds")


def instant(moment: dt.datetime) -> str:
    """Return a time as GeoPackage writes it: UTC, milliseconds, ``Z``."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.timezone.utc)
    utc = moment.astimezone(dt.timezone.utc)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03d}Z"
