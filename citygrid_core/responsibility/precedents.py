"""What was settled before: similar disputes, the most similar first.

A precedent is similar when its class, its place and its bodies are: the product of
three shares, so that one that has nothing in common in any of them is never offered.

=========  ==========================================================================
class      1 the same class; 0.6 the same minor class (four digits); 0.3 the same
           major class (two digits); 0 another
place      ``exp(-distance / NEAR)``; nothing beyond `FAR`
bodies     Jaccard similarity of the bodies that had a claim, lifted: ``0.25 + 0.75 J``;
           0.5 where nobody had one, then or now
=========  ==========================================================================
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from citygrid_core.responsibility.frames import text, texts

#: Metres at which nearness has fallen to 1/e, and beyond which nothing is offered.
NEAR, FAR = 500.0, 2000.0
#: Similarity from which on a precedent is offered.
OFFERED = 0.05
COLUMNS = (
    "code", "state", "department_code", "role", "class_code", "candidates", "settled_on", "document",
    "clause", "rule_code", "distance_m", "similarity",
)  # fmt: skip
_SETTLED = ("confirmed", "decided")


def precedents(
    disputes: gpd.GeoDataFrame,
    x: float,
    y: float,
    *,
    object_kind: str,
    class_code: str,
    bodies: Collection[str] = (),
    role: str = "",
    at: Any = None,
    most: int = 5,
) -> gpd.GeoDataFrame:
    """Return settled disputes that are like a question.

    Parameters
    ----------
    disputes : GeoDataFrame
        Columns of the store's ``duty_disputes``, in a projected CRS (metres).
    x, y : float
        The place, in that CRS.
    bodies : collection of str
        Who has a claim now.
    role : str
        Only disputes about this role; all when empty.
    at : str, optional
        ISO date: disputes settled after that day are left out.
    most : int
        How many at most.

    Returns
    -------
    GeoDataFrame
        `COLUMNS` and the place, the most similar first; none below `OFFERED`.
    """
    kept = [c for c in COLUMNS if c in disputes] + ["geometry"]
    settled = disputes[disputes["state"].isin(_SETTLED) & (disputes["object_kind"] == object_kind)]
    if role:
        settled = settled[settled["role"] == role]
    day = text(at)[:10]
    if day:
        then = np.array([d[:10] <= day for d in texts(settled["settled_on"])], dtype=bool)
        settled = settled[then]
    away = shapely.distance(shapely.Point(x, y), settled.geometry.to_numpy())
    near = np.where(away <= FAR, np.exp(-away / NEAR), 0.0)
    same = np.array([_class_share(class_code, c) for c in texts(settled["class_code"])])
    claims = np.array(
        [
            _body_share(set(bodies), {b for b in f"{c}#{d}".split("#") if b})
            for c, d in zip(
                texts(settled["candidates"]), texts(settled["department_code"]), strict=True
            )
        ]
    )
    similarity = near * same * claims
    found = settled[kept].assign(distance_m=away, similarity=similarity)
    found = found[found["similarity"] >= OFFERED]
    found = found.sort_values(["similarity", "code"], ascending=[False, True], kind="stable")
    best: gpd.GeoDataFrame = found.head(most).reset_index(drop=True)
    return best[[*COLUMNS, "geometry"]]


def best_precedents(
    disputes: gpd.GeoDataFrame,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    object_kind: Sequence[str],
    class_code: Sequence[str],
    bodies: Sequence[str],
    at: Any = None,
) -> NDArray[np.int64]:
    """Return for each question the row of the most similar settled dispute, -1 for none.

    Parameters
    ----------
    disputes, at
        As for `precedents`.
    object_kind, class_code, bodies : sequences of str
        Of each question; bodies joined by ``#``.
    """
    best = np.full(len(x), -1, dtype=np.int64)
    day = text(at)[:10]
    settled = np.array(
        [
            s in _SETTLED and (not day or d[:10] <= day)
            for s, d in zip(texts(disputes["state"]), texts(disputes["settled_on"]), strict=True)
        ],
        dtype=bool,
    )
    rows = np.flatnonzero(settled)
    if not len(rows) or not len(x):
        return best
    shapes = disputes.geometry.to_numpy()[rows]
    points = shapely.points(x, y)
    who, at_row = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=FAR)
    near = np.exp(-shapely.distance(points[who], shapes[at_row]) / NEAR)
    columns = ("object_kind", "class_code", "candidates", "department_code")
    kind, class_, claim, told = ([texts(disputes[c])[r] for r in rows] for c in columns)
    known: dict[tuple[str, str, str, int], float] = {}

    def share(i: int, j: int) -> float:
        key = (object_kind[i], class_code[i], bodies[i], j)
        if key not in known:
            then = {b for b in f"{claim[j]}#{told[j]}".split("#") if b}
            now = {b for b in bodies[i].split("#") if b}
            alike = _class_share(class_code[i], class_[j]) * _body_share(now, then)
            known[key] = alike if object_kind[i] == kind[j] else 0.0
        return known[key]

    pairs = zip(who.tolist(), at_row.tolist(), strict=True)
    score = near * np.array([share(i, j) for i, j in pairs])
    fit = np.flatnonzero(score >= OFFERED)
    order = fit[np.lexsort((at_row[fit], -score[fit], who[fit]))]
    first, place = np.unique(who[order], return_index=True)
    best[first] = rows[at_row[order[place]]]
    return best


def _class_share(one: str, other: str) -> float:
    for length, share in ((max(len(one), len(other)), 1.0), (4, 0.6), (2, 0.3)):
        if one[:length] == other[:length]:
            return share
    return 0.0


def _body_share(now: set[str], then: set[str]) -> float:
    if not now or not then:
        return 0.5
    return 0.25 + 0.75 * len(now & then) / len(now | then)
