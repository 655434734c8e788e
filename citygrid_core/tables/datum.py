"""GCJ-02 and BD-09, the shifted coordinates of Chinese web maps, to and from WGS 84.

Neither is a datum in the geodesist's sense: GCJ-02 is WGS 84 with a smooth
displacement of up to 700 m, BD-09 a further one on top of it. There is no official
publication; the formulas are those that public software agrees on (for instance
``googollee/eviltransform`` and ``wandergis/coordtransform``, both MIT). The inverse
is iterated on the forward formula, so that a round trip closes to well below a
centimetre. CGCS2000 and WGS 84 agree within decimetres and are taken as equal.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from citygrid_core.errors import Text, UsageError

Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
DATUMS: tuple[str, ...] = get_args(Datum)
Floats = NDArray[np.float64]

#: The box in which the shift applies (degrees: west, south, east, north).
CHINA = (72.004, 0.8293, 137.8347, 55.8271)
# Krassovsky 1940, the ellipsoid of the public formula.
_A, _EE = 6378245.0, 0.00669342162296594323
_X_PI = np.pi * 3000.0 / 180.0
_STEPS = 30
#: Degrees at which the inverse stops: 0.01 mm.
_CLOSE = 1e-10


def checked(name: str) -> Datum:
    """Return a datum's name in the spelling used here.

    Raises
    ------
    UsageError
        It is none of `DATUMS`.
    """
    plain = name.lower().replace("-", "").replace("_", "").replace(" ", "")
    for known in get_args(Datum):
        if plain == known:
            found: Datum = known
            return found
    listed = ", ".join(DATUMS)
    raise UsageError(
        Text(f"unknown datum {name!r}; known are {listed}", f"未知坐标基准“{name}”；可用：{listed}")
    )


def in_china(x: ArrayLike, y: ArrayLike) -> NDArray[np.bool_]:
    """Return which points (degrees) lie in the box where the shift applies."""
    west, south, east, north = CHINA
    lon, lat = np.asarray(x, np.float64), np.asarray(y, np.float64)
    inside: NDArray[np.bool_] = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return inside


def convert(x: ArrayLike, y: ArrayLike, from_datum: str, to_datum: str) -> tuple[Floats, Floats]:
    """Convert longitudes and latitudes between datums.

    Parameters
    ----------
    x, y : array-like of float
        Longitude and latitude, degrees, of any equal shape.
    from_datum, to_datum : {"wgs84", "cgcs2000", "gcj02", "bd09"}
        CGCS2000 equals WGS 84 here.

    Returns
    -------
    x, y : ndarray of float64
        Degrees; a point outside `CHINA` is returned as it came.

    Raises
    ------
    UsageError
        An unknown datum.
    """
    level = {"wgs84": 0, "cgcs2000": 0, "gcj02": 1, "bd09": 2}
    here, there = level[checked(from_datum)], level[checked(to_datum)]
    lon, lat = np.array(x, np.float64), np.array(y, np.float64)
    while here < there:
        lon, lat = (_to_gcj, _to_bd)[here](lon, lat)
        here += 1
    while here > there:
        here -= 1
        lon, lat = _inverse((_to_gcj, _to_bd)[here], lon, lat)
    return lon, lat


def _to_gcj(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    inside = in_china(lon, lat)
    dx, dy = _shift(lon, lat)
    return np.where(inside, lon + dx, lon), np.where(inside, lat + dy, lat)


def _shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return the displacement of GCJ-02, degrees."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    waves = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (
        waves
        + 20.0 * np.sin(y * np.pi)
        + 40.0 * np.sin(y / 3.0 * np.pi)
        + 160.0 * np.sin(y / 12.0 * np.pi)
        + 320.0 * np.sin(y * np.pi / 30.0)
    ) * (2.0 / 3.0)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (
        waves
        + 20.0 * np.sin(x * np.pi)
        + 40.0 * np.sin(x / 3.0 * np.pi)
        + 150.0 * np.sin(x / 12.0 * np.pi)
        + 300.0 * np.sin(x / 30.0 * np.pi)
    ) * (2.0 / 3.0)
    angle = np.radians(lat)
    magic = 1.0 - _EE * np.sin(angle) ** 2
    meridian = _A * (1.0 - _EE) / (magic * np.sqrt(magic))
    parallel = _A / np.sqrt(magic) * np.cos(angle)
    return np.degrees(east / parallel), np.degrees(north / meridian)


def _to_bd(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    inside = in_china(lon, lat)
    z = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _X_PI)
    theta = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _X_PI)
    x, y = z * np.cos(theta) + 0.0065, z * np.sin(theta) + 0.006
    return np.where(inside, x, lon), np.where(inside, y, lat)


def _inverse(forward: object, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Find the point that `forward` moves to (lon, lat), by fixed-point iteration."""
    assert callable(forward)
    x, y = lon.copy(), lat.copy()
    for _ in range(_STEPS):
        fx, fy = forward(x, y)
        dx, dy = lon - fx, lat - fy
        x, y = x + dx, y + dy
        finite = np.isfinite(dx) & np.isfinite(dy)
        if not (np.maximum(np.abs(dx), np.abs(dy))[finite] > _CLOSE).any():
            break
    # On the rim of the box a point may have come from outside, where nothing moves.
    inside = in_china(x, y)
    return np.where(inside, x, lon), np.where(inside, y, lat)
