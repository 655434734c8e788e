"""The exact index: which cell is a point in?"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from citygrid_core.errors import Text, UsageError
from citygrid_core.locate import file
from citygrid_core.locate.border import Border, Borders, Neighbours
from citygrid_core.locate.build import build_layout
from citygrid_core.locate.exact import Shapes
from citygrid_core.locate.gather import candidates, places
from citygrid_core.locate.kernel import DOUBTFUL, answer, arguments, compiled, installed, loaded
from citygrid_core.locate.layout import Floats, Ints, Layout
from citygrid_core.locate.polygons import Flat, edge_starts
from citygrid_core.locate.update import updated_layout

Engine = Literal["auto", "numpy", "numba"]

#: Points treated at a time: the intermediate arrays stay in the processor's cache.
_CHUNK = 65_536
#: From this many points on, importing and loading numba pays.
_WORTH_COMPILING = 5_000_000
#: The same, once it is loaded.
_WORTH_RUNNING = 20_000


class CellIndex:
    """Answer which polygon covers a point, exactly.

    A point belongs to the polygon that covers it (`shapely.covers`: edges and
    vertices belong to the polygon); of several it belongs to the one with the lowest
    code, compared as text. The polygons may be a coverage, or overlap, or leave gaps.

    Made by `build` or `open`, never changed afterwards; safe to use from threads.
    """

    def __init__(self, layout: Layout, tag: str = "") -> None:
        self._layout = layout
        self._shapes = Shapes(layout)
        self.tag = tag

    @classmethod
    def build(
        cls,
        geometries: Iterable[Any],
        codes: Iterable[Any],
        *,
        fineness: float = 11.3,
        max_bytes: float = 4e9,
        tag: str = "",
    ) -> CellIndex:
        """Build the index; time and memory grow with the length of the borders.

        Parameters
        ----------
        geometries : iterable of Polygon or MultiPolygon
            In any one CRS; valid; None and empty ones cover nothing.
        codes : iterable
            One for each geometry; compared as text. Equal codes are told apart by
            their position.
        fineness : float
            Cells along the side of a block for each width of border in it. More
            makes answers faster and the index larger.
        max_bytes : float
            The fineness is lowered where the tiles would take more. The vertices
            themselves, and one cell for each block, are always kept.
        tag : str
            Kept with the index and its file: the version of the layer, for example.

        Raises
        ------
        UnusableCells
            Something is no polygon or not valid, or a code is missing; all are named.
        """
        layout = build_layout(geometries, codes, fineness=fineness, max_bytes=max_bytes)
        return cls(layout, tag)

    def updated(
        self, geometries: Iterable[Any], codes: Iterable[Any], *, tag: str = ""
    ) -> CellIndex:
        """Return the index of edited polygons: only the tiles that changed ones touch are new.

        Parameters
        ----------
        geometries, codes
            All polygons, as for `build`; those with the same code and the same vertices as
            before are taken as unchanged.
        tag : str
            Kept with the new index.

        Returns
        -------
        CellIndex
            Its answers are those of a whole build. Where more than a quarter has changed,
            or the polygons have left the raster, it is a whole build.

        Raises
        ------
        UnusableCells
            As `build`.
        """
        given, said = list(geometries), list(codes)
        layout = updated_layout(self._layout, given, said)
        if layout is None:
            return CellIndex.build(given, said, tag=tag)
        return CellIndex(layout, tag)

    @classmethod
    def open(cls, path: str | Path) -> CellIndex:
        """Map an index that `save` wrote; nothing is read before it is asked for.

        Raises
        ------
        FileNotFoundError
            There is no such file.
        IndexFileError
            It is no index, damaged, cut off, or of another version.
        """
        return cls(*file.read(Path(path)))

    def save(self, path: str | Path) -> None:
        """Write the index to one file, whole or not at all."""
        file.write(Path(path), self._layout, self.tag)

    def __len__(self) -> int:
        return len(self._layout.order)

    def __repr__(self) -> str:
        return f"<CellIndex of {len(self)} polygons, {self.nbytes / 1e6:.1f} MB>"

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays, in memory or in the mapped file."""
        return sum(a.nbytes for a in self._layout.arrays().values())

    @cached_property
    def codes(self) -> NDArray[np.object_]:
        """The codes as text, in the order of the geometries."""
        text = self._layout.code_text.tobytes()
        start = self._layout.code_start.tolist()
        out = np.empty(len(self), dtype=object)
        out[:] = [text[a:b].decode("utf-8", "surrogatepass") for a, b in itertools.pairwise(start)]
        return out

    def locate(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        engine: Engine = "auto",
        threads: int | None = None,
    ) -> Ints:
        """Return the position of the polygon that each point belongs to.

        Parameters
        ----------
        x, y : array-like of float
            Coordinates in the CRS of the polygons; one shape. NaN and infinity are
            in no polygon.
        engine : {"auto", "numpy", "numba"}
            The answers are the same. ``auto`` takes numba, when it is installed,
            for millions of points.
        threads : int, optional
            By default as many as the process may use.

        Returns
        -------
        int64 array in the shape of `x`
            Position among the geometries (and `codes`); -1 for none.
        """
        px, py = _points(x, y)
        flat_x, flat_y = px.reshape(-1), py.reshape(-1)
        if engine == "auto":
            worth = flat_x.size >= (_WORTH_RUNNING if loaded() else _WORTH_COMPILING)
            engine = "numba" if worth and installed() else "numpy"
        if engine == "numba":
            out = self._compiled(flat_x, flat_y, threads)
        elif engine == "numpy":
            out = np.empty(flat_x.size, dtype=np.int64)

            def gather(part: slice) -> None:
                out[part] = self._gathered(flat_x[part], flat_y[part])

            in_parts(gather, flat_x.size, threads)
        else:
            raise UsageError(
                Text(
                    f"unknown engine {engine!r}: auto, numpy or numba",
                    f"未知引擎“{engine}”：应为 auto、numpy 或 numba",
                )
            )
        return out.reshape(px.shape)

    def locate_one(self, x: float, y: float) -> int:
        """Return the position of the polygon that one point belongs to, -1 for none."""
        out = [-1]
        answer([float(x)], [float(y)], out, *self._arguments)
        if out[0] == DOUBTFUL:
            return int(self._gathered(np.array([float(x)]), np.array([float(y)]))[0])
        return int(out[0])

    def locate_all(self, x: ArrayLike, y: ArrayLike) -> tuple[Ints, Ints]:
        """Return every polygon that covers each point.

        Returns
        -------
        point, position : int64 arrays of one length
            A pair for each hit: by point, then by code.
        """
        px, py = (v.reshape(-1) for v in _points(x, y))
        empty = np.empty(0, dtype=np.int64)
        points = [empty] * -(-px.size // _CHUNK)
        ranks = points.copy()

        def gather(part: slice) -> None:
            cx, cy = px[part], py[part]
            found = places(self._layout, cx, cy)
            plain = np.flatnonzero(found.answer >= 0)
            owner, rank, inside = candidates(self._layout, self._shapes, found, cx, cy)
            point = np.concatenate([plain, found.at[owner[inside]]])
            order = np.argsort(point, kind="stable")
            at = part.start // _CHUNK
            points[at] = point[order] + part.start
            ranks[at] = np.concatenate([found.answer[plain], rank[inside]])[order]

        in_parts(gather, px.size)
        whole = np.concatenate([empty, *ranks])
        return np.concatenate([empty, *points]), self._layout.order[whole]

    def shapes(self, positions: ArrayLike) -> NDArray[np.object_]:
        """Return the polygons at some positions, as multipolygons."""
        return self._shapes.take(self._rank_of(np.asarray(positions, dtype=np.int64)))

    def edges(self) -> tuple[Floats, Floats, Ints]:
        """Return every edge of the polygons that has a length.

        Returns
        -------
        begin, end : float64, (n, 2)
        position : int64
            The polygon that each edge bounds.
        """
        coords = self._layout.coords
        flat = Flat(coords, self._layout.rings, self._layout.parts, self._layout.polygons)
        at, rank = edge_starts(flat)
        return coords[at], coords[at + 1], self._position_of(rank)

    def border_distance(self, x: ArrayLike, y: ArrayLike, *, within: ArrayLike) -> Border:
        """Return how far points are from where their answer changes, and what lies beyond.

        Parameters
        ----------
        x, y : array-like of float
        within : float, or one for each point
            Borders farther than this are not looked for.

        Returns
        -------
        Border
            `distance` (infinite: none in reach) and `other`, the position of the
            answer beyond the border (-1: none, or none in reach).
        """
        px, py = (v.reshape(-1) for v in _points(x, y))
        own = self._rank_of(self.locate(px, py))
        border = self._borders.nearest_change(px, py, own, within)
        return Border(border.distance, self._position_of(border.other))

    def neighbours(self, x: ArrayLike, y: ArrayLike, *, within: ArrayLike) -> Neighbours:
        """Return all polygons within a distance of each point, with their distances.

        Returns
        -------
        Neighbours
            `point`, `cell` (position) and `distance` (0: it covers the point), by
            point and then code.
        """
        px, py = (v.reshape(-1) for v in _points(x, y))
        near = self._borders.neighbours(px, py, within)
        return near._replace(cell=self._position_of(near.cell))

    @cached_property
    def _borders(self) -> Borders:
        return Borders(self._shapes)

    def _position_of(self, rank: Ints) -> Ints:
        """Return positions for ranks; -1 stays."""
        return np.append(self._layout.order, -1)[rank]

    def _rank_of(self, position: Ints) -> Ints:
        """Return ranks for positions; -1 stays."""
        rank = np.full(len(self) + 1, -1, dtype=np.int64)
        rank[self._layout.order] = np.arange(len(self))
        return rank[position]

    @cached_property
    def _arguments(self) -> tuple[Any, ...]:
        return arguments(self._layout)

    def _gathered(self, x: Floats, y: Floats) -> Ints:
        found = places(self._layout, x, y)
        answers = found.answer
        if len(found.at):
            owner, rank, inside = candidates(self._layout, self._shapes, found, x, y)
            answers[found.at] = -1
            # Of the polygons that cover a point the first one counts: it is written last.
            hit = np.flatnonzero(inside)[::-1]
            answers[found.at[owner[hit]]] = rank[hit]
        ranked = answers >= 0
        answers[ranked] = self._layout.order[answers[ranked]]
        return answers

    def _compiled(self, x: Floats, y: Floats, threads: int | None) -> Ints:
        run = compiled()
        out = np.empty(x.size, dtype=np.int64)
        share = threads or _processors()
        step = max(_CHUNK, -(-x.size // (4 * share)))
        parts = [slice(i, i + step) for i in range(0, x.size, step)]

        def work(part: slice) -> None:
            run(x[part], y[part], out[part], *self._arguments)

        if share > 1 and len(parts) > 1:
            with ThreadPoolExecutor(share) as pool:
                list(pool.map(work, parts))
        else:
            for part in parts:
                work(part)
        open_ = np.flatnonzero(out == DOUBTFUL)
        for i in range(0, len(open_), _CHUNK):
            at = open_[i : i + _CHUNK]
            out[at] = self._gathered(x[at], y[at])
        return out


def in_parts(work: Callable[[slice], None], number: int, threads: int | None = None) -> None:
    """Run `work` on parts of `number` rows, on several processors when there are several parts.

    numpy and GEOS let other threads run while they compute.
    """
    parts = [slice(i, i + _CHUNK) for i in range(0, number, _CHUNK)]
    share = min(threads or _processors(), len(parts) // 2)
    if share > 1:
        with ThreadPoolExecutor(share) as pool:
            list(pool.map(work, parts))
    else:
        for part in parts:
            work(part)


def _processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _points(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    px = np.ascontiguousarray(x, dtype=np.float64)
    py = np.ascontiguousarray(y, dtype=np.float64)
    if px.shape != py.shape:
        raise UsageError(
            Text(
                f"x and y differ in shape: {px.shape} and {py.shape}",
                f"x 与 y 的形状不同：{px.shape} 与 {py.shape}",
            )
        )
    return px, py
