"""In which system do coordinates lie? Told from the data itself, with the evidence.

Each reading (WGS 84, GCJ-02, BD-09, axes swapped, the projected systems at hand) puts the
points somewhere; the right one puts them where the city is, and named places where the
gazetteer has them. A reading is only believed when it is clearly better than all others.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from citygrid_core.errors import Text
from citygrid_core.tables import datum as datums

Floats = npt.NDArray[np.float64]
#: At least so many of the points must lie in the city by the reading that is believed.
_INSIDE = 0.9
#: The next reading must bring in fewer than this share of what the best one brings in.
_CLEARLY = 0.8
#: Paired points agree with their places when half of them lie within this, metres.
_PAIRED = 60.0
#: The next reading must be worse by this factor on pairs.
_WORSE = 3.0
#: Readings that put the points this near to each other are one, metres.
_SAME = 0.1
#: At least so many pairs, spread over so many metres, tell a plane grid.
_PLANE, _WIDE = 20, 300.0
#: Fewer points than this tell nothing.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read coordinates.

    Attributes
    ----------
    name : e.g. "wgs84", "gcj02", "bd09", "EPSG:4547", each perhaps with " swapped"
    crs, datum : what to declare: EPSG code and datum
    swapped : whether x is north
    inside : share of the points that it puts into the city
    gap_m : median distance of paired points from their places; missing without pairs
    """

    name: str
    crs: str
    datum: str
    swapped: bool
    inside: float
    gap_m: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found.

    Attributes
    ----------
    reading : the one that is believed; None when none is clearly right
    tried : all of them, the best first
    evidence : the numbers, for people
    """

    reading: Reading | None
    tried: tuple[Reading, ...]
    evidence: Text


def detect(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    outline: shapely.Geometry,
    crs: object,
    at: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    local: Sequence[str] = (),
) -> Verdict:
    """Tell the system of coordinates from the data.

    Parameters
    ----------
    x, y : array-like of float
        Coordinates as they stand in the file.
    outline : geometry
        The city's, in `crs`.
    crs : anything pyproj takes
        The projected CRS of the city, metres.
    at : (x, y), optional
        For each point, where the place of its name or address lies by the gazetteer,
        in `crs`; missing where it is not known. Web maps' shift of 300 to 700 m shows
        in the pairs also where the outline can't tell it.
    local : sequence of str
        Further projected systems to try, e.g. the city's own grid. A plane grid that is the
        city's projection less some constants is found from the pairs.

    Returns
    -------
    Verdict
        Not decided when fewer than `FEWEST` points, or when two readings fit alike.
    """
    px, py = np.asarray(x, np.float64).ravel(), np.asarray(y, np.float64).ravel()
    known = np.isfinite(px) & np.isfinite(py)
    px, py = px[known], py[known]
    pairs = None
    if at is not None:
        tx, ty = (np.asarray(v, np.float64).ravel()[known] for v in at)
        if np.isfinite(tx).sum() >= FEWEST:
            pairs = tx, ty
    if len(px) < FEWEST:
        said = Text(f"only {len(px)} points", f"仅有 {len(px)} 个点")
        return Verdict(None, (), said)
    shapely.prepare(outline)
    city = pyproj.CRS.from_user_input(crs)
    tried: list[Reading] = []
    middles: list[tuple[float, float]] = []
    for name, code, datum, swapped, move in _readings(px, py, city, local):
        a, b = (py, px) if swapped else (px, py)
        with np.errstate(all="ignore"):
            mx, my = move(a, b)
        good = np.isfinite(mx) & np.isfinite(my)
        middle = (float(np.median(mx)), float(np.median(my)))
        if any(np.hypot(middle[0] - u, middle[1] - v) < _SAME for u, v in middles):
            continue  # two names of one system
        middles.append(middle)
        inside = float(shapely.contains_xy(outline, np.where(good, mx, 0), np.where(good, my, 0))[
            good
        ].sum() / len(px))  # fmt: skip
        gap = float("nan")
        if pairs is not None:
            far = np.hypot(mx - pairs[0], my - pairs[1])
            gap = float(np.nanmedian(np.where(np.isfinite(far), far, 1e9)[np.isfinite(pairs[0])]))
        tried.append(Reading(name, code, datum, swapped, round(inside, 4), round(gap, 1)))
    verdict = _decide(tried)
    if verdict.reading is None and pairs is not None:
        verdict = _decide([*tried, *_plane_grids(px, py, pairs, city, outline)])
    return verdict


def _plane_grids(
    x: Floats, y: Floats, at: tuple[Floats, Floats], city: pyproj.CRS, outline: shapely.Geometry
) -> list[Reading]:
    """Return the city's projection with constants taken off, as in a plane grid of its own.

    How much is missing is told by the pairs. A grid that is turned too fits nowhere.
    """
    with warnings.catch_warnings():
        # What a PROJ text can't say of a CRS (its name, its area) is not asked here.
        warnings.simplefilter("ignore", UserWarning)
        projection = city.to_dict()
    paired = np.isfinite(at[0])
    spread = np.hypot(np.std(at[0][paired]), np.std(at[1][paired]))
    degrees = float(np.median(np.abs(x))) <= 180 and float(np.median(np.abs(y))) <= 180
    if degrees or projection.get("proj") != "tmerc" or paired.sum() < _PLANE or spread < _WIDE:
        return []
    out = []
    for swapped in (False, True):
        a, b = (y, x) if swapped else (x, y)
        dx, dy = (float(np.median((t - v)[paired])) for t, v in zip(at, (a, b), strict=True))
        gap = float(np.median(np.hypot(a + dx - at[0], b + dy - at[1])[paired]))
        own = dict(projection, x_0=round(projection["x_0"] - dx, 3))
        own["y_0"] = round(projection.get("y_0", 0.0) - dy, 3)
        inside = float(shapely.contains_xy(outline, a + dx, b + dy).mean())
        name = _named(f"a plane grid {dx:+.0f}, {dy:+.0f} m off", swapped)
        code = " ".join(f"+{k}" if v is None else f"+{k}={v}" for k, v in own.items())
        out.append(Reading(name, code, "cgcs2000", swapped, round(inside, 4), round(gap, 1)))
    return out


def _rank(reading: Reading) -> float:
    return reading.gap_m if np.isfinite(reading.gap_m) else 0.0


def _decide(tried: list[Reading]) -> Verdict:
    tried = sorted(tried, key=lambda r: (_rank(r), -r.inside))
    best = tried[0]
    others = tried[1:]
    paired = bool(np.isfinite(best.gap_m))
    if paired:
        second = min((r.gap_m for r in others), default=float("inf"))
        sure = best.gap_m <= _PAIRED and second >= _WORSE * max(best.gap_m, 5.0)
    else:
        second = max((r.inside for r in others), default=0.0)
        sure = best.inside >= _INSIDE and second < _CLEARLY * best.inside
    shown = "; ".join(_line(r) for r in tried[:4])
    shown_zh = "；".join(_line_zh(r) for r in tried[:4])
    head = Text(f"read as {best.name}: ", f"判定为 {best.name}：") if sure else Text(
        "not decided: ", "不能判定："
    )  # fmt: skip
    return Verdict(best if sure else None, tuple(tried), Text(head.en + shown, head.zh + shown_zh))


def _line(r: Reading) -> str:
    gap = f", {r.gap_m:.0f} m from the gazetteer" if np.isfinite(r.gap_m) else ""
    return f"{r.name} {r.inside:.0%} in the city{gap}"


def _line_zh(r: Reading) -> str:
    gap = f"，距地名库 {r.gap_m:.0f} 米" if np.isfinite(r.gap_m) else ""
    return f"{r.name} 市内 {r.inside:.0%}{gap}"


_Move = Callable[[Floats, Floats], tuple[Floats, Floats]]


def _readings(
    x: Floats, y: Floats, city: pyproj.CRS, local: Sequence[str]
) -> list[tuple[str, str, str, bool, _Move]]:
    """Return name, CRS, datum, swapped and how the points come into the city's CRS."""
    out: list[tuple[str, str, str, bool, _Move]] = []
    degrees = float(np.median(np.abs(x))) <= 180 and float(np.median(np.abs(y))) <= 180
    if degrees:
        there = pyproj.Transformer.from_crs("EPSG:4326", city, always_xy=True)
        for datum in ("wgs84", "gcj02", "bd09"):
            for swapped in (False, True):

                def move(a: Floats, b: Floats, datum: str = datum) -> tuple[Floats, Floats]:
                    moved = there.transform(*datums.convert(a, b, datum, "wgs84"))
                    return np.asarray(moved[0]), np.asarray(moved[1])

                out.append((_named(datum, swapped), "EPSG:4326", datum, swapped, move))
        return out
    own = ":".join(city.to_authority() or ("", city.name)).strip(":")
    for code in dict.fromkeys((own, *local, *_neighbours(city))):
        source = city if code == own else pyproj.CRS.from_user_input(code)
        change = pyproj.Transformer.from_crs(source, city, always_xy=True)
        for swapped in (False, True):

            def shift(
                a: Floats, b: Floats, change: pyproj.Transformer = change
            ) -> tuple[Floats, Floats]:
                moved = change.transform(a, b)
                return np.asarray(moved[0]), np.asarray(moved[1])

            out.append((_named(code, swapped), code, "cgcs2000", swapped, shift))
    return out


def _named(name: str, swapped: bool) -> str:
    return f"{name} swapped" if swapped else name


def _neighbours(city: pyproj.CRS) -> list[str]:
    """Return the Gauss-Krüger zones of CGCS2000 that the city may have been surveyed in."""
    area = city.area_of_use
    if area is None:
        return []
    middle = (area.west + area.east) / 2
    if not 73.5 <= middle <= 136.5:
        return []
    three = round(middle / 3)  # central meridian / 3, zones 25 to 45
    six = int((middle + 6) // 6)  # zones 13 to 23
    return [
        f"EPSG:{4509 + three}",  # 4534..4554: by meridian, no zone in front
        f"EPSG:{4488 + three}",  # 4513..4533: the zone stands in front of x
        f"EPSG:{4478 + six}",  # 4491..4501: zone of 6 degrees in front of x
        f"EPSG:{4489 + six}",  # 4502..4512: of 6 degrees, by meridian
    ]
