"""From polygons that don't fit together to a coverage: face by face, each decision listed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from citygrid_core.grids.mesh import Geometries, Ints, Lines, Mesh, build, node
from citygrid_core.grids.snap import snap_together

OverlapStrategy = Literal["largest", "smallest", "first"]
GapStrategy = Literal["longest_border", "keep"]
PartStrategy = Literal["absorb", "split", "keep"]


@dataclass(frozen=True, slots=True)
class Strategies:
    """How each kind of defect is mended.

    Parameters
    ----------
    overlap : str
        Who gets what several claim: the ``largest`` of them, the ``smallest``,
        or the ``first`` (by code).
    gap : str
        ``longest_border``: a gap goes to the neighbour with the longest border;
        ``keep``: it stays a gap.
    gap_m : float
        Only gaps narrower than this are closed; wider ones are ground that
        belongs to nobody, and reported.
    part : str
        Loose parts of a polygon: ``absorb`` by the neighbour with the longest
        border, ``split`` into polygons of their own, or ``keep``.
    part_m2 : float
        With ``split``, smaller parts are still absorbed; with ``absorb`` and
        ``keep``, only smaller parts are absorbed (0: all with ``absorb``).
    snap_m : float
        Vertices of neighbours nearer than this are made one first (`snap_together`);
        0: none.
    """

    overlap: OverlapStrategy = "largest"
    gap: GapStrategy = "longest_border"
    gap_m: float = 30.0
    part: PartStrategy = "absorb"
    part_m2: float = 0.0
    snap_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Repair:
    """One decision: what was wrong, what was done, where, and how much ground it moved."""

    defect: Literal["ring", "vertex", "overlap", "gap", "outside", "part"]
    strategy: str
    members: tuple[int, ...]
    to: int
    place: Any
    area_m2: float


@dataclass(frozen=True)
class Resolved:
    """A coverage.

    Attributes
    ----------
    shapes : array of geometry
        One for each label.
    labels : int array
        Position of the polygon it comes from; repeated where one was split.
    repairs : list of Repair
    """

    shapes: Geometries
    labels: Ints
    repairs: list[Repair] = field(default_factory=list)


def resolve(
    shapes: Geometries,
    grid_m: float,
    strategies: Strategies,
    *,
    domain: Geometries | None = None,
    home: Ints | None = None,
) -> Resolved:
    """Return `shapes` as a coverage on the precision grid.

    All outlines are noded; every face between them goes to exactly one polygon.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon
        In order of precedence.
    grid_m : float
    strategies : Strategies
    domain : array of Polygon, optional
        A clean coverage that the result has to fill; nothing stays outside.
    home : int array, optional
        Which polygon of `domain` each shape belongs to.
    """
    repairs: list[Repair] = []
    broken = np.flatnonzero(~shapely.is_valid(shapes))
    shapes = shapes.copy()
    for index in broken:
        fixed = shapely.make_valid(shapes[index])
        repairs.append(
            Repair("ring", "make_valid", (int(index),), int(index), _spot(fixed), fixed.area)
        )
        shapes[index] = fixed
    if strategies.snap_m > 0:
        shapes = _snapped(shapes, grid_m, strategies.snap_m, domain, repairs)
    outlines = [shapely.boundary(_flat(shapes))]
    if domain is not None:
        outlines.append(shapely.boundary(domain))
    lines = shapely.get_parts(np.concatenate(outlines))
    lines = lines[shapely.get_dimensions(lines) == 1]
    mesh = build(node(Lines.plain(lines), grid_m), grid_m)
    spots = shapely.point_on_surface(mesh.faces)
    where = _where(spots, domain)
    label = _claims(mesh, shapes, spots, where, home, strategies, repairs)
    label = _fill(mesh, label, where, strategies, domain is not None, repairs)
    part = _components(mesh, label, where)
    part, label = _loose(mesh, part, label, where, strategies, repairs)
    return _assemble(mesh, part, label, strategies, repairs)


def _snapped(
    shapes: Geometries,
    grid_m: float,
    snap_m: float,
    domain: Geometries | None,
    repairs: list[Repair],
) -> Geometries:
    out, changed = snap_together(shapes, snap_m, grid_m, fixed=domain)
    for index in np.flatnonzero(changed):
        lost = shapely.symmetric_difference(shapes[index], out[index])
        if lost.area > grid_m:
            where = shapely.get_parts(lost)
            spot = _spot(where[int(np.argmax(shapely.area(where)))])
            repairs.append(Repair("vertex", "snap", (int(index),), int(index), spot, lost.area))
    return out


def _flat(shapes: Geometries) -> Geometries:
    """Return only the surfaces of `shapes` (make_valid may leave lines)."""
    out: Geometries = np.empty(len(shapes), dtype=object)
    for index, shape in enumerate(shapes):
        parts = shapely.get_parts(shapely.get_parts(shape))
        out[index] = shapely.multipolygons(parts[shapely.get_type_id(parts) == 3])
    return out


def _spot(shape: Any) -> Any:
    return shapely.point_on_surface(shape)


def _where(spots: Geometries, domain: Geometries | None) -> Ints:
    """Return the domain of each face, 0 for all without one, −1 outside."""
    if domain is None:
        return np.zeros(len(spots), dtype=np.int64)
    where = np.full(len(spots), -1, dtype=np.int64)
    face, area = shapely.STRtree(domain).query(spots, predicate="within")
    where[face[::-1]] = area[::-1]
    return where


def _claims(
    mesh: Mesh,
    shapes: Geometries,
    spots: Geometries,
    where: Ints,
    home: Ints | None,
    strategies: Strategies,
    repairs: list[Repair],
) -> Ints:
    """Return who gets each face by his claim, −1 where nobody has one."""
    face, claim = shapely.STRtree(shapes).query(spots, predicate="intersects")
    order = np.lexsort((claim, face))
    face, claim = face[order], claim[order]
    if home is not None:
        alien = home[claim] != where[face]
        for f, c in zip(face[alien], claim[alien], strict=True):
            repairs.append(_repair("outside", "clip", [c], -1, mesh, [f]))
        face, claim = face[~alien], claim[~alien]
    label = np.full(len(mesh.faces), -1, dtype=np.int64)
    label[face[::-1]] = claim[::-1]
    count = np.bincount(face, minlength=len(mesh.faces))
    size = shapely.area(shapes)
    for f in np.flatnonzero(count > 1):
        rivals = claim[face == f]
        if strategies.overlap != "first":
            sign = -1 if strategies.overlap == "largest" else 1
            rivals = rivals[np.lexsort((rivals, sign * size[rivals]))]
        label[f] = rivals[0]
        repairs.append(_repair("overlap", strategies.overlap, rivals, rivals[0], mesh, [f]))
    return label


def _repair(
    defect: Any, strategy: str, members: Any, to: int, mesh: Mesh, faces: list[int]
) -> Repair:
    return Repair(
        defect,
        strategy,
        tuple(sorted(int(m) for m in members)),
        int(to),
        _spot(mesh.faces[faces[0]]),
        float(shapely.area(mesh.faces[faces]).sum()),
    )


def _fill(
    mesh: Mesh,
    label: Ints,
    where: Ints,
    strategies: Strategies,
    must: bool,
    repairs: list[Repair],
) -> Ints:
    """Give the gaps to the neighbours with the longest border."""
    label = label.copy()
    empty = (label < 0) & (where >= 0)
    if not empty.any():
        return label
    group = _components(mesh, np.where(empty, -2, label), where)
    for index in np.unique(group[empty]):
        faces = np.flatnonzero(group == index)
        ground = shapely.union_all(mesh.faces[faces])
        narrow = shapely.is_empty(shapely.buffer(ground, -strategies.gap_m / 2))
        best, rivals = _longest(mesh, faces, label, where)
        if strategies.gap == "keep" or not narrow or best < 0:
            if must:
                repairs.append(_repair("gap", "keep", rivals, -1, mesh, faces.tolist()))
            continue
        label[faces] = best
        repairs.append(_repair("gap", "longest_border", rivals, best, mesh, faces.tolist()))
    return label


def _longest(mesh: Mesh, faces: Ints, label: Ints, where: Ints) -> tuple[int, list[int]]:
    """Return the label with the longest border to `faces`, and all that touch them."""
    mine = np.zeros(len(mesh.faces), dtype=bool)
    mine[faces] = True
    inner = np.flatnonzero(mesh.inner)
    sides = mesh.sides[inner]
    across = mine[sides[:, 0]] != mine[sides[:, 1]]
    inner, sides = inner[across], sides[across]
    other = np.where(mine[sides[:, 0]], sides[:, 1], sides[:, 0])
    fit = (label[other] >= 0) & (where[other] == where[faces[0]])
    if not fit.any():
        return -1, []
    total = np.bincount(label[other[fit]], weights=shapely.length(mesh.arcs.shapes[inner[fit]]))
    return int(np.argmax(total)), [int(i) for i in np.flatnonzero(total > 0)]


def _components(mesh: Mesh, label: Ints, where: Ints) -> Ints:
    """Return the connected piece each face belongs to."""
    inner = mesh.inner
    a, b = mesh.sides[inner, 0], mesh.sides[inner, 1]
    same = (label[a] == label[b]) & (where[a] == where[b])
    count = len(mesh.faces)
    graph = coo_matrix((np.ones(same.sum()), (a[same], b[same])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _loose(
    mesh: Mesh,
    part: Ints,
    label: Ints,
    where: Ints,
    strategies: Strategies,
    repairs: list[Repair],
) -> tuple[Ints, Ints]:
    """Absorb the loose parts that the strategy doesn't keep."""
    size = np.bincount(part, weights=shapely.area(mesh.faces))
    label = label.copy()
    owned = label >= 0
    parts, first = np.unique(part[owned], return_index=True)
    of = label[owned][first]
    order = np.lexsort((parts, -size[parts], of))
    parts, of = parts[order], of[order]
    loose = np.flatnonzero(np.r_[False, of[1:] == of[:-1]])
    for position in loose:
        index = parts[position]
        small = size[index] < strategies.part_m2
        if not small and (strategies.part != "absorb" or strategies.part_m2 > 0):
            continue
        faces = np.flatnonzero(part == index)
        others = label.copy()
        others[faces] = -1
        best, rivals = _longest(mesh, faces, others, where)
        if best < 0:
            continue
        label[faces] = best
        repairs.append(
            _repair("part", "absorb", [of[position], *rivals], best, mesh, faces.tolist())
        )
    return _components(mesh, label, where), label


def _assemble(
    mesh: Mesh, part: Ints, label: Ints, strategies: Strategies, repairs: list[Repair]
) -> Resolved:
    key = part if strategies.part == "split" else label
    owned: NDArray[np.bool_] = label >= 0
    out: list[Any] = []
    labels: list[int] = []
    for index in sorted(set(key[owned].tolist()), key=lambda k: (label[key == k][0], k)):
        faces = np.flatnonzero((key == index) & owned)
        out.append(shapely.coverage_union_all(mesh.faces[faces]))
        labels.append(int(label[faces[0]]))
    array: Geometries = np.empty(len(out), dtype=object)
    array[:] = out
    return Resolved(shapely.normalize(array), np.asarray(labels, dtype=np.int64), repairs)
