"""Cities read for asking: one for each state of the store and each day asked."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from citygrid_core.workspace.schema import FAMILIES
from citygrid_plugin.services.session import open_workspace

if TYPE_CHECKING:
    import geopandas as gpd

    from citygrid_core.operations.city import City
    from citygrid_core.standards import Edition
    from citygrid_core.workspace import Workspace

#: How many days of a city are kept: today and a few that are compared with it.
_KEPT = 3
#: What a city is made of; cases, say, may change without it.
_GROUND = ("areas", "grids", "grid_groups", "departments", "duty_rules", "duty_disputes")


@dataclass(frozen=True)
class Loaded:
    """Everything that answers need, read at once: the store is closed again.

    Attributes
    ----------
    shapes : GeoSeries
        Unit grids by code.
    since : dict
        Unit grid to the day it began.
    origins : dict
        Unit grid to the links to those it was made of.
    edition : Edition
        Whose classes they are.
    """

    city: City
    shapes: gpd.GeoSeries
    since: dict[str, str]
    origins: dict[str, list[dict[str, Any]]]
    edition: Edition


@dataclass(frozen=True)
class _Held:
    state: Any
    ground: Any
    loaded: Loaded


class Cities:
    """Reads a city when its ground has changed, and not before.

    A stat is all that an answer costs; where somebody wrote, ever so little, fingerprints of the
    ground tell whether the city is another. Threads may share it.
    """

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[Path, str], _Held] = OrderedDict()
        self._lock = threading.RLock()

    def get(self, path: Path, at: str = "") -> Loaded:
        """Return the city of `path` as of a day (empty: now).

        Raises
        ------
        CitygridError
            The file is no workspace.
        """
        key = (path, at)
        with self._lock:
            held = self._held.get(key)
            if held is None or held.state != state_of(path):
                self._held[key] = held = _renewed(path, at, held)
            self._held.move_to_end(key)
            while len(self._held) > _KEPT:
                self._held.popitem(last=False)
            return held.loaded

    def forget(self) -> None:
        """Drop everything: another workspace was opened, or the user asked to read anew."""
        with self._lock:
            self._held.clear()


def state_of(path: Path) -> tuple[tuple[int, int], ...]:
    """Return what changes when anybody writes to the file or its log."""
    found = []
    for file in (path, path.with_name(path.name + "-wal")):
        try:
            about = file.stat()
        except FileNotFoundError:
            continue
        if about.st_size:
            found.append((about.st_mtime_ns, about.st_size))
    return tuple(found)


def _renewed(path: Path, at: str, held: _Held | None) -> _Held:
    # Taken first: what is written meanwhile is looked at again the next time.
    state = state_of(path)
    with open_workspace(path) as workspace:
        ground = (
            workspace.meta,
            [workspace.fingerprint(f, [c.name for c in FAMILIES[f].columns]) for f in _GROUND],
        )
        same = held is not None and held.ground == ground
        loaded = held.loaded if held is not None and same else _load(workspace, at)
    return _Held(state, ground, loaded)


def _load(workspace: Workspace, at: str) -> Loaded:
    from citygrid_core.operations.city import City
    from citygrid_core.standards import load_edition

    city = City(workspace, at or None)
    # Everything is read here: the store is closed before the next line of the caller.
    _ = city.cells, city.communities, city.departments, city.duties, city.places, city.disputes
    grids, edition = city.grids, load_edition(workspace.edition)
    links = workspace.lineage()
    origins: dict[str, list[dict[str, Any]]] = {}
    for link in links[links["kind"] == "grid"].to_dict("records"):
        origins.setdefault(link["child"], []).append(link)
    return Loaded(
        city,
        grids.set_index("code").geometry,
        {c: str(d)[:10] for c, d in zip(grids["code"], grids["valid_from"], strict=True)},
        origins,
        edition,
    )
