"""Answer points one by one: plain Python for a single point, compiled for millions.

The same arithmetic as `gather`, in the same order, so that the answers are the same.
numba is imported when the compiled form is first asked for, never before.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from citygrid_core.locate.errors import NoAccelerator
from citygrid_core.locate.gather import ERROR, TINY
from citygrid_core.locate.layout import CERTAIN, INSIDE, REFERENCES, UNSURE, Layout

#: Answer of `answer` where floating point can't decide.
DOUBTFUL = -2
_FRACTIONS = np.asarray(REFERENCES)
_lock = threading.Lock()
_compiled: list[Callable[..., None]] = []


def side(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """Return the side of a-b on which p lies: 1 left, -1 right, 0 not sure."""
    one = (ax - px) * (by - py)
    two = (ay - py) * (bx - px)
    det = one - two
    bound = (abs(one) + abs(two)) * ERROR + TINY
    if det > bound:
        return 1
    if det < -bound:
        return -1
    return 0


def answer(
    x: Any,
    y: Any,
    out: Any,
    x0: float,
    y0: float,
    size: float,
    columns: int,
    rows: int,
    depth: int,
    blocks: Any,
    tile_start: Any,
    tile_level: Any,
    cells: Any,
    special_start: Any,
    special_reference: Any,
    entries: Any,
    entry_start: Any,
    edges: Any,
    coords: Any,
    order: Any,
    fractions: Any,
) -> None:
    """Write the position of each point's polygon to `out`: -1 none, `DOUBTFUL` not decided."""
    inverse = 1.0 / size
    mask = (1 << depth) - 1
    for i in range(len(x)):
        px, py = x[i], y[i]
        gx, gy = (px - x0) * inverse, (py - y0) * inverse
        out[i] = -1
        if not (gx >= 0.0 and gx < columns << depth and gy >= 0.0 and gy < rows << depth):
            continue
        ix, iy = int(gx), int(gy)
        value = int(blocks[(iy >> depth) * columns + (ix >> depth)])
        if value < -1:
            tile = -2 - value
            level = int(tile_level[tile])
            shift = depth - level
            inner = (((iy & mask) >> shift) << level) + ((ix & mask) >> shift)
            value = int(cells[tile_start[tile] + inner])
            if value < -1:
                cell = -2 - value
                unit = 1 << shift
                across = (ix >> shift << shift) + unit * fractions[special_reference[cell]]
                rx = x0 + across * size
                ry = y0 + ((iy >> shift << shift) + (unit >> 1) + 0.5) * size
                value = -1
                for entry in range(int(special_start[cell]), int(special_start[cell + 1])):
                    packed = int(entries[entry])
                    flag = packed & 3
                    if flag == UNSURE:
                        value = DOUBTFUL
                        break
                    inside = flag in (INSIDE, CERTAIN)
                    for place in range(int(entry_start[entry]), int(entry_start[entry + 1])):
                        a = int(edges[place])
                        ax, ay = coords[a, 0], coords[a, 1]
                        bx, by = coords[a + 1, 0], coords[a + 1, 1]
                        p_side = side(ax, ay, bx, by, px, py)
                        r_side = side(ax, ay, bx, by, rx, ry)
                        if p_side == r_side and p_side != 0:
                            continue
                        a_side = side(px, py, rx, ry, ax, ay)
                        b_side = side(px, py, rx, ry, bx, by)
                        if a_side == b_side and a_side != 0:
                            continue
                        if a_side == 0 or b_side == 0 or p_side == 0 or r_side == 0:
                            value = DOUBTFUL
                            break
                        inside = not inside
                    if value == DOUBTFUL:
                        break
                    if inside:
                        value = packed >> 2
                        break
        if value >= 0:
            out[i] = order[value]
        else:
            out[i] = value


def arguments(layout: Layout) -> tuple[Any, ...]:
    """Return what `answer` takes after the points."""
    return (
        layout.x0,
        layout.y0,
        layout.size,
        layout.columns,
        layout.rows,
        layout.depth,
        layout.blocks,
        layout.tile_start,
        layout.tile_level,
        layout.cells,
        layout.special_start,
        layout.special_reference,
        layout.entries,
        layout.entry_start,
        layout.edges,
        layout.coords,
        layout.order,
        _FRACTIONS,
    )


def installed() -> bool:
    """Return whether numba is there; it is not imported."""
    return importlib.util.find_spec("numba") is not None


def loaded() -> bool:
    """Return whether the compiled form is ready."""
    return bool(_compiled)


def compiled() -> Callable[..., None]:
    """Return `answer` compiled; it runs without the interpreter's lock.

    Raises
    ------
    NoAccelerator
        numba is not installed.
    """
    with _lock:
        if not _compiled:
            _compiled.append(_compile())
        return _compiled[0]


def _compile() -> Callable[..., None]:
    if not installed():
        raise NoAccelerator
    import numba

    def jit(function: Callable[..., Any], **options: Any) -> Any:
        try:
            return numba.njit(cache=True, nogil=True, **options)(function)
        except RuntimeError:  # nowhere to keep a cache: a read-only installation
            return numba.njit(nogil=True, **options)(function)

    scope = {**globals(), "side": jit(side, inline="always")}
    made: Callable[..., None] = jit(FunctionType(answer.__code__, scope, answer.__name__))
    return made
