"""Make a planar arrangement of curves: faces on a grid of 1 mm, none too narrow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

from citygrid_core.sample.mesh import Array, roundness
from citygrid_core.sample.skeleton import Curve, Skeleton

GRID_M = 0.001
#: Faces below this (m2) are no blocks.
SLIVER_M2 = 5000.0


@dataclass
class Arrangement:
    """Faces, and their edges between crossings.

    Attributes
    ----------
    faces : list of Polygon
        They share every vertex with their neighbours.
    edges : list of LineString
        Each with the position of its curve in `curves`.
    """

    faces: list[Polygon]
    edges: list[LineString]
    curve: list[int]


def arrange(skeleton: Skeleton, least_m2: float, rng: np.random.Generator) -> Arrangement:
    """Cross all curves, drop main roads that make faces too small or too narrow.

    Parameters
    ----------
    least_m2 : float
        Land faces smaller than this are merged with a neighbour where a road
        that may go lies between them.
    """
    curves = skeleton.curves
    lines = np.array([c.line for c in curves], dtype=object)
    noded = shapely.unary_union(lines, grid_size=GRID_M)
    edges = np.array(shapely.get_parts(shapely.line_merge(noded)), dtype=object)
    edges = _apart_at_crossings(edges)
    curve = _curve_of(edges, lines)
    keep = np.array([curves[i].keep for i in curve])
    inner = ~keep & ~shapely.intersects(skeleton.strip, edges)
    stay = ~(inner & (rng.random(len(edges)) < 0.07))
    edges, curve, keep = edges[stay], curve[stay], keep[stay]
    for _ in range(12):
        faces = np.array(shapely.get_parts(shapely.polygonize(list(edges))), dtype=object)
        bad = _bad_faces(faces, skeleton, least_m2)
        # Where three lines nearly meet in one point even a ring road gives way.
        slivers = [i for i in bad if faces[i].area < SLIVER_M2]
        road = np.array([curves[i].road_class != "" and curves[i].kind != "outline" for i in curve])
        gone = _edges_to_drop(faces, bad, edges, keep) or _edges_to_drop(
            faces, slivers, edges, ~road
        )
        if not gone:
            break
        stay = np.ones(len(edges), bool)
        stay[list(gone)] = False
        edges, curve, keep = edges[stay], curve[stay], keep[stay]
    sides = shapely.boundary(faces)
    tree = shapely.STRtree(sides)
    used = np.unique(tree.query(edges, predicate="covered_by")[0])
    order = np.argsort([(f.centroid.x + 7 * f.centroid.y) for f in faces], kind="stable")
    return Arrangement(
        [faces[i] for i in order], [edges[i] for i in used], [int(curve[i]) for i in used]
    )


def _apart_at_crossings(edges: Array) -> Array:
    """Cut merged edges wherever more than two segments meet (line_merge does)."""
    rings = shapely.is_closed(edges)
    if not rings.any():
        return edges
    pieces = [e for e, r in zip(edges, rings, strict=True) if not r]
    for ring in edges[rings]:
        xy = np.asarray(ring.coords)
        half = len(xy) // 2
        pieces += [LineString(xy[: half + 1]), LineString(xy[half:])]
    return np.array(pieces, dtype=object)


def _curve_of(edges: Array, lines: Array) -> Array:
    """Return for each edge the curve that it is a piece of."""
    middle = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    return np.asarray(shapely.STRtree(lines).nearest(middle), dtype=np.int64)


def _bad_faces(faces: Array, skeleton: Skeleton, least_m2: float) -> list[int]:
    inside = shapely.point_on_surface(faces)
    water = shapely.contains(skeleton.strip, inside)
    area = shapely.area(faces)
    round_ = np.array([roundness(np.asarray(f.exterior.coords)[:-1]) for f in faces])
    bad = ~water & ((area < least_m2) | (round_ < 0.35))
    return [int(i) for i in np.flatnonzero(bad)[np.argsort(area[bad], kind="stable")]]


def _edges_to_drop(faces: Array, bad: list[int], edges: Array, keep: Array) -> set[int]:
    """Return for each bad face its longest edge that may go, never two at one face."""
    if not bad:
        return set()
    tree = shapely.STRtree(shapely.boundary(faces))
    e, f = tree.query(edges, predicate="covered_by")
    faces_of: dict[int, list[int]] = {}
    edges_of: dict[int, list[int]] = {}
    for i, j in zip(e.tolist(), f.tolist(), strict=True):
        faces_of.setdefault(i, []).append(j)
        edges_of.setdefault(j, []).append(i)
    lengths = shapely.length(edges)
    touched: set[int] = set()
    gone: set[int] = set()
    for face in bad:
        if face in touched:
            continue
        free = [i for i in edges_of.get(face, []) if not keep[i] and len(faces_of[i]) == 2]
        free = [i for i in free if not touched & set(faces_of[i])]
        if free:
            drop = max(free, key=lambda i: (float(lengths[i]), -i))
            gone.add(drop)
            touched |= set(faces_of[drop])
    return gone


__all__ = ["Arrangement", "Curve", "arrange"]
