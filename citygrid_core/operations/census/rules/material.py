"""What the rule book looks at, read from a workspace: everything, or what changed and its surroundings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.census.radii import class_radii
from citygrid_core.census.rules import Material
from citygrid_core.frames import stacked
from citygrid_core.operations.census.photo_files import digest_of_file
from citygrid_core.operations.census.rows import middles
from citygrid_core.operations.city import City
from citygrid_core.standards import load_edition
from citygrid_core.workspace import Workspace

Ints = npt.NDArray[np.int64]
#: Columns that must be unique in the city, beside the code: a changed row is compared with
#: every holder.
_UNIQUE = ("source_key", "manhole_number", "asset_number")
_ROLES = ("supervising_code", "owning_code", "maintaining_code")
_DAYS = 3660
#: Whatever stands nearer to a changed component than this (m) is looked at.
_NEAR = 1.1


def material(
    workspace: Workspace,
    *,
    on: str,
    since: str | None = None,
    codes: list[str] | None = None,
    radii: Path | None = None,
    tolerances: Mapping[str, float] | None = None,
) -> Material:
    """Return the components of a workspace and their city, ready to be judged.

    Parameters
    ----------
    on : str
        ISO date of the check.
    since : str, optional
        Judge only components whose version began on or after this day.
    codes : list of str, optional
        Judge only these components. Surroundings (twins, holders of the same code or
        number) are read for what is judged; nothing else is.
    """
    city = City(workspace)
    edition = load_edition(workspace.edition)
    reach = class_radii(edition, radii)
    judged = None
    if since is None and codes is None:
        held = workspace.read("components", at="all")
        valid = held["valid_to"].isna()
        components, before = held[valid], held[~valid]
    else:
        days = None
        if codes is None:
            days = _days(since or on, on)
            begun = workspace.read(
                "components", where={"valid_from": days}, columns=["code"], geometry=False
            )
            codes = begun["code"].unique().tolist()
        held = workspace.read("components", at="all", where={"code": codes})
        valid = held["valid_to"].isna().to_numpy(dtype=bool)
        new = valid if days is None else valid & held["valid_from"].isin(days).to_numpy()
        before = held[~valid]
        components = _with_surroundings(workspace, held[new], held[valid & ~new], reach)
        judged = np.zeros(len(components), dtype=bool)
        judged[: int(new.sum())] = True
    return Material(
        components=components,
        edition=edition,
        on=on,
        judged=judged,
        cells=city.cells,
        communities=city.communities,
        grids=workspace.read("grids", at="all", geometry=False),
        areas=city.areas,
        departments=city.departments,
        attachments=_attachments(workspace, components, judged),
        before=before,
        duties=_duties(city, components, judged, on),
        digests=_digests(Path(workspace.path).parent),
        radii=reach,
        tolerances=dict(tolerances or {}),
    )


def _days(since: str, on: str) -> list[str]:
    first, last = dt.date.fromisoformat(since), dt.date.fromisoformat(on)
    first = max(first, last - dt.timedelta(days=_DAYS))
    return [
        (first + dt.timedelta(days=i)).isoformat() for i in range(max((last - first).days, 0) + 1)
    ]


def _with_surroundings(
    workspace: Workspace,
    changed: gpd.GeoDataFrame,
    same_code: gpd.GeoDataFrame,
    reach: Mapping[str, float],
) -> gpd.GeoDataFrame:
    """Return the changed rows first, then what stands near them or shares a code or number."""
    known = set(zip(changed["table_"], changed.index, strict=True))
    known.update(zip(same_code["table_"], same_code.index, strict=True))
    others: set[str] = set()

    def look(**how: Any) -> None:
        # names only: most of what is found is what was asked for
        found = workspace.read("components", columns=["code"], geometry=False, **how)
        new = [
            pair not in known for pair in zip(found["table_"], found.index.tolist(), strict=True)
        ]
        others.update(found["code"].to_numpy(dtype=object)[new])

    metres = np.array([max(reach.get(c, 0.0), _NEAR) for c in changed["class_code"]])
    bounds = changed.geometry.bounds.to_numpy()
    fit = np.isfinite(bounds).all(axis=1)
    if fit.any():
        look(bbox=(bounds + metres[:, None] * np.array([-1.0, -1.0, 1.0, 1.0]))[fit])
    for name in _UNIQUE:
        held = [v for v in changed[name] if isinstance(v, str) and v]
        if held:
            look(where={name: held})
    parts = [changed, same_code]
    if others:
        parts.append(workspace.read("components", where={"code": sorted(others)}))
    parts = [p for p in parts if len(p)]
    if len(parts) < 2:
        return changed if not parts else parts[0]
    whole: gpd.GeoDataFrame = stacked(parts, ignore_index=False)
    return whole


def _attachments(workspace: Workspace, components: Any, judged: Any) -> Any:
    if not workspace.count("attachments"):
        return None
    where = None if judged is None else {"component_code": components["code"].tolist()}
    return workspace.read("attachments", where=where).reset_index(drop=True)


def _duties(
    city: City, components: gpd.GeoDataFrame, judged: Any, on: str
) -> Callable[[Ints], pd.DataFrame] | None:
    if not city.workspace.count("duty_rules", at="all"):
        return None
    known: list[pd.DataFrame] = []
    wanted = np.ones(len(components), dtype=bool) if judged is None else judged
    wanted = wanted & ~(components.geometry.isna() | components.geometry.is_empty).to_numpy(
        dtype=bool
    )
    place = np.cumsum(wanted) - 1

    def ask(at: Ints) -> pd.DataFrame:
        if not known:  # all roles at once, for everything that may be asked
            asked = components[wanted].drop(columns=list(_ROLES)).copy()
            asked["object_kind"] = "component"
            asked["community_code"] = [str(g or "")[:12] for g in asked["grid_code"]]
            asked["geometry"] = middles(asked)
            known.append(city.duties.resolve(asked.reset_index(drop=True), at=on))
        answers: pd.DataFrame = known[0].iloc[place[at]]
        return answers

    return ask


def _digests(folder: Path) -> Callable[[str], str | None]:
    known: dict[str, str | None] = {}

    def digest(path: str) -> str | None:
        if path not in known:
            file = folder / path
            known[path] = None
            if file.is_file():
                known[path] = digest_of_file(file)
        return known[path]

    return digest
