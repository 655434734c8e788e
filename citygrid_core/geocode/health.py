"""Is the gazetteer itself sound? Twins, wrong sides, broken orders, far plates."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.errors import Text
from citygrid_core.geocode.build import Tables
from citygrid_core.geocode.normalise import name_key
from citygrid_core.geocode.places import Street, along

#: Findings' columns; codes are joined by #.
COLUMNS = ("rule", "severity", "codes", "place", "x", "y", "measure", "en", "zh")
#: How many neighbours on either hand say which side a number's side is.
_WITNESSES = 4


def check_tables(
    tables: Tables, *, far_m: float = 100.0, twin_m: float = 5.0, apart_m: float = 300.0
) -> pd.DataFrame:
    """Check a gazetteer; see `Gazetteer.check`."""
    rows: list[tuple[Any, ...]] = []
    for code in tables.skipped:
        said = Text(
            "plate without a number, or of no street and no compound", "门牌缺少号码或所属街巷"
        )
        rows.append(("plate.orphan", "error", code, "", np.nan, np.nan, np.nan, said.en, said.zh))
    if tables.coarse > 0:
        said = coarse_plates(tables)
        rows.append(
            ("plates.coarse", "warning", "", "", np.nan, np.nan, tables.coarse, said.en, said.zh)
        )
    for street in tables.streets:
        if street.last > street.first:
            rows += _twins(tables, street, twin_m)
            if street.line is not None:
                rows += _placed(tables, street, far_m)
    rows += _names(tables, apart_m)
    frame: pd.DataFrame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame


def coarse_plates(tables: Tables) -> Text:
    """Say how the plates show that they were not surveyed."""
    return Text(
        f"{tables.disorder:.1%} of the plates stand out of order, and plates {tables.coarse:.0f} m "
        "(standard error) off the line of their neighbours: no survey, points of interest perhaps",
        f"{tables.disorder:.1%}的门牌次序颠倒，门牌偏离相邻门牌连线约{tables.coarse:.0f}米（中误差）："
        "并非实测，可能取自兴趣点",
    )


def _finding(
    rule: str, severity: str, codes: list[str], place: str, at: tuple[float, float], measure: float,
    said: Text,
) -> tuple[Any, ...]:  # fmt: skip
    x, y = float(at[0]), float(at[1])
    return (rule, severity, "#".join(codes), place, x, y, float(measure), said.en, said.zh)


def _twins(tables: Tables, street: Street, twin_m: float) -> list[tuple[Any, ...]]:
    """Find one number at two places of a street."""
    p = tables.plates
    groups: dict[tuple[int, str], list[int]] = defaultdict(list)
    for i in range(street.first, street.last):
        groups[(int(p.main[i]), p.rest[i])].append(i)
    out = []
    for (main, rest), members in groups.items():
        if len(members) < 2:
            continue
        x, y = p.x[members], p.y[members]
        apart = float(np.hypot(x - x[0], y - y[0]).max())
        name = f"{street.name}{main}{rest}号"
        said = Text(
            f"{name} stands {len(members)} times, up to {apart:.0f} m apart",
            f"{name}重复{len(members)}次，最远相距{apart:.0f}米",
        )
        severity = "error" if apart > twin_m else "warning"
        codes = [p.code[i] for i in members]
        out.append(_finding("number.twin", severity, codes, name, (x[0], y[0]), apart, said))
    return out


def _placed(tables: Tables, street: Street, far_m: float) -> list[tuple[Any, ...]]:
    """Find plates far from their street, on the wrong side, out of order."""
    p = tables.plates
    index = np.array([i for i in range(street.first, street.last) if not p.rest[i]], dtype=np.int64)
    if not len(index):
        return []
    measure, offset = along(street.line, p.x[index], p.y[index])
    out = []
    near = np.abs(offset) <= far_m
    for i in np.flatnonzero(~near):
        name = f"{street.name}{p.main[index[i]]}号"
        said = Text(
            f"{name} lies {abs(offset[i]):.0f} m from its street",
            f"{name}距所属街巷{abs(offset[i]):.0f}米",
        )
        k = index[i]
        out.append(
            _finding(
                "plate.far", "error", [p.code[k]], name, (p.x[k], p.y[k]), abs(offset[i]), said
            )
        )
    for parity in (0, 1):
        own = np.flatnonzero(near & (p.main[index] % 2 == parity))
        if len(own) < 3:
            continue
        right_side = _witnessed(measure[own], offset[own])
        for i in own[~right_side]:
            k = index[i]
            name = f"{street.name}{p.main[k]}号"
            said = Text(
                f"{name} stands on the other side than its neighbours in number",
                f"{name}与同侧门牌不在街巷同一侧",
            )
            out.append(
                _finding(
                    "plate.side", "warning", [p.code[k]], name, (p.x[k], p.y[k]), offset[i], said
                )
            )
        row = own[right_side]
        for i in row[_out_of_order(measure[row])]:
            k = index[i]
            name = f"{street.name}{p.main[k]}号"
            said = Text(
                f"{name} breaks the order of the numbers along its street",
                f"{name}打乱了沿街门牌顺序",
            )
            out.append(
                _finding(
                    "number.order", "warning", [p.code[k]], name, (p.x[k], p.y[k]), measure[i], said
                )
            )
    return out


def _witnessed(
    measure: npt.NDArray[np.float64], offset: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Return which plates stand on the side where most of their neighbours do."""
    order = np.argsort(measure, kind="stable")
    side = np.sign(offset[order])
    good = np.ones(len(order), dtype=np.bool_)
    for k in range(len(order)):
        a, b = max(0, k - _WITNESSES), min(len(order), k + _WITNESSES + 1)
        others = side[a:b].sum() - side[k]
        good[order[k]] = side[k] * others >= 0 or abs(others) < 2
    return good


def _out_of_order(measure: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which plates (by rising number) are not in the longest run one way.

    Steps back of up to two metres are no break: plates are set by hand.
    """
    rising, falling = _longest_rise(measure), _longest_rise(-measure)
    return ~rising if rising.sum() >= falling.sum() else ~falling


def _longest_rise(values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    tails: list[float] = []
    ends: list[int] = []
    before = np.full(len(values), -1, dtype=np.int64)
    for i, v in enumerate(np.round(values / 2.0)):
        at = bisect_right(tails, float(v))
        if at == len(tails):
            tails.append(float(v))
            ends.append(i)
        else:
            tails[at], ends[at] = float(v), i
        before[i] = ends[at - 1] if at else -1
    kept = np.zeros(len(values), dtype=np.bool_)
    i = ends[-1] if ends else -1
    while i >= 0:
        kept[i] = True
        i = int(before[i])
    return kept


def _names(tables: Tables, apart_m: float) -> list[tuple[Any, ...]]:
    """Find one name in two places of one district."""
    out = []
    things: dict[tuple[str, str, str], list[tuple[str, str, float, float]]] = defaultdict(list)
    for s in tables.streets:
        for county in {a[:6] for a in s.areas} or {""}:
            things[("street", name_key(s.name), county)].append((s.code, s.name, s.x, s.y))
    for kind, points in (("zone", tables.zones), ("poi", tables.pois)):
        for i, name in enumerate(points.name):
            key = (kind, name_key(name), points.area[i][:6])
            things[key].append((points.code[i], name, float(points.x[i]), float(points.y[i])))
    for (kind, _, _), members in things.items():
        if len(members) < 2:
            continue
        x, y = np.array([m[2] for m in members]), np.array([m[3] for m in members])
        apart = float(np.hypot(x - x[0], y - y[0]).max())
        if apart <= apart_m:
            continue
        name = members[0][1]
        said = Text(
            f"{name} is the name of {len(members)} places, {apart:.0f} m apart",
            f"“{name}”为{len(members)}处地点同名，相距{apart:.0f}米",
        )
        severity = "info" if kind == "poi" else "warning"
        codes = [m[0] for m in members]
        out.append(_finding("name.two_places", severity, codes, name, (x[0], y[0]), apart, said))
    return out
