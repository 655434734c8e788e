"""Green, yellow, red: how much of its limit a case has used."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from citygrid_core.errors import Text

#: Above which share of the limit a light changes (standards: vendor default 80 and 100 %).
YELLOW, RED = 0.8, 1.0
LIGHTS: dict[str, Text] = {
    "green": Text("green", "绿灯"),
    "yellow": Text("yellow", "黄灯"),
    "red": Text("red", "红灯"),
    "none": Text("no limit", "无时限"),
}


def light(
    used: npt.ArrayLike, limit: npt.ArrayLike, *, yellow: float = YELLOW, red: float = RED
) -> npt.NDArray[np.object_]:
    """Return the light of each case.

    Parameters
    ----------
    used, limit : int array, shape (n,)
        Seconds of the same clock; a limit of 0 is none.
    yellow, red : float
        Shares above which the light changes.

    Returns
    -------
    array of str
        Keys of `LIGHTS`.
    """
    spent, allowed = np.asarray(used, dtype=float), np.asarray(limit, dtype=float)
    out = np.full(np.broadcast(spent, allowed).shape, "green", dtype=object)
    out[spent > yellow * allowed] = "yellow"
    out[spent > red * allowed] = "red"
    out[np.broadcast_to(allowed, out.shape) <= 0] = "none"
    return out
