"""Conflicts of packs: listed on the map side by side, and decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import geopandas as gpd
import pandas as pd
import shapely

from citygrid_core.census.merge import compose, decode
from citygrid_core.errors import Text, UsageError
from citygrid_core.operations.census.packs.file import STORED
from citygrid_core.operations.census.packs.returned_store import (
    change_components,
    end_components,
    mint_codes,
    relocated,
)
from citygrid_core.operations.city import City
from citygrid_core.report import Report
from citygrid_core.standards import load_edition
from citygrid_core.workspace import Transaction, Workspace
from citygrid_core.workspace.schema import COMPONENTS

Choice = Literal["mine", "theirs", "both", "split"]
_NAMES = tuple(c.name for c in COMPONENTS.columns)


def list_conflicts(
    workspace: Workspace, *, pack: str = "", state: str = "open"
) -> tuple[Report, gpd.GeoDataFrame]:
    """List conflicts, each side of a geometry as a row of its own: a layer to look at.

    Parameters
    ----------
    pack : str
        Only of this pack.
    state : str
        ``open``, or how they were decided; empty for all.

    Returns
    -------
    Report, GeoDataFrame
        code, pack_code, component_code, kind, field, side (mine, theirs), base, mine,
        theirs, state and the geometry of the side; in the CRS of the workspace.
    """
    where: dict[str, Any] = {}
    if pack:
        where["pack_code"] = pack
    if state:
        where["state"] = state
    held = workspace.read("pack_conflicts", where=where)
    codes = held["component_code"].unique().tolist()
    now = workspace.read("components", where={"code": codes}, columns=["code"])
    shape_of = dict(zip(now["code"], now.geometry, strict=True))
    rows = []
    for row in held.to_dict("records"):
        mine = shape_of.get(row["component_code"])
        sides = {"mine": mine, "theirs": mine if row["kind"] == "field" else None}
        if row["kind"] in ("geometry", "gone") and row["theirs"]:
            sides["theirs"] = shapely.from_wkt(row["theirs"])
        elif row["kind"] == "deleted" and row["base"]:
            sides["theirs"] = shapely.from_wkt(row["base"])
        for side, shape in sides.items():
            rows.append({**row, "side": side, "geometry": shape})
    columns = [
        "code", "pack_code", "component_code", "kind", "field", "side", "base", "mine", "theirs",
        "state", "found_on", "decided_on", "decided_by",
    ]  # fmt: skip
    frame = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=[*columns, "geometry"], dtype=object),
        geometry="geometry",
        crs=workspace.crs,
    )
    report = Report("census conflicts", read=len(held), unchanged=len(held))
    report.details = {"by_kind": held["kind"].value_counts().to_dict()}
    return report, frame


def resolve_conflicts(
    workspace: Workspace,
    codes: Sequence[str],
    choice: Choice,
    *,
    on: str,
    who: str = "",
    dry_run: bool = False,
) -> Report:
    """Decide conflicts.

    Parameters
    ----------
    codes : sequence of str
        Conflict codes, or codes of packs: all their open conflicts.
    choice : {"mine", "theirs", "both", "split"}
        ``mine``: the workspace keeps what it has. ``theirs``: the team's value is taken; a
        component that they deleted ends, one that was ended here is valid again. ``both``
        (geometries): mine stays, theirs becomes a component of its own. ``split``
        (geometries): there are two things where one was; the old code ends, both sides get
        codes of their own, and lineage links them.
    on : str
        ISO date of the decision.

    Raises
    ------
    UsageError
        An unknown or decided conflict, or a choice that makes no sense for its kind.
    """
    report = Report("census conflicts resolve", dry_run=dry_run)
    with workspace.transaction(
        report.operation, who=who, parameters={"take": choice, "conflicts": list(codes)}
    ) as tx:
        held = workspace.read("pack_conflicts")
        chosen = held[
            held["code"].isin(list(codes))
            | (held["pack_code"].isin(list(codes)) & (held["state"] == "open"))
        ]
        _check(chosen, held, codes, choice)
        report.read = len(chosen)
        for fid, row in chosen.iterrows():
            if row["state"] == choice:
                report.unchanged += 1
                continue
            if choice != "mine":
                _apply(tx, workspace, row, choice, on)
            said = {"state": [choice], "decided_on": [on], "decided_by": [who or None]}
            tx.update("pack_conflicts", pd.DataFrame(said, index=[fid]))
            report.stored += 1
        if dry_run:
            tx.rollback()
    return report


def _check(chosen: pd.DataFrame, held: pd.DataFrame, codes: Sequence[str], choice: Choice) -> None:
    unknown = set(codes) - set(held["code"]) - set(held["pack_code"])
    if unknown:
        said = ", ".join(sorted(unknown))
        raise UsageError(Text(f"unknown conflicts: {said}", f"未知的冲突：{said}"))
    decided = chosen[~chosen["state"].isin(["open", choice])]
    if len(decided):
        said = ", ".join(
            f"{c} ({s})" for c, s in zip(decided["code"], decided["state"], strict=True)
        )
        raise UsageError(Text(f"decided already: {said}", f"已处理：{said}"))
    if choice in ("both", "split"):
        other = chosen[chosen["kind"] != "geometry"]
        if len(other):
            said = ", ".join(other["code"])
            raise UsageError(
                Text(
                    f"only geometries can be kept both or split: {said}",
                    f"只有图形冲突可两者并存或一分为二：{said}",
                )
            )


def _apply(tx: Transaction, workspace: Workspace, row: Any, choice: Choice, on: str) -> None:
    code, kind = str(row["component_code"]), str(row["kind"])
    held = workspace.read("components", where={"code": code})
    city = City(workspace)
    if kind == "gone":
        _back(tx, workspace, row, city, on)
        return
    if not len(held):
        raise UsageError(
            Text(
                f"component {code} has ended since; keep mine",
                f"部件 {code} 此后已终止，请选择保留库中（mine）",
            )
        )
    held = held.assign(fid_=held.index.to_numpy())
    if kind == "deleted":
        end_components(tx, held, on)
    elif choice == "theirs":
        if kind == "geometry":
            held = held.set_geometry([shapely.from_wkt(row["theirs"])], crs=workspace.crs)
            held = relocated(held, city)
        else:
            held[str(row["field"])] = pd.Series([row["theirs"]], index=held.index, dtype=object)
        change_components(tx, held, on)
    else:
        theirs = held.set_geometry([shapely.from_wkt(row["theirs"])], crs=workspace.crs)
        new = pd.concat([held, theirs]) if choice == "split" else theirs
        made = _anew(tx, new, row, city, workspace.edition, on)
        if choice == "split":
            end_components(tx, held, on)
        tx.lineage("component", [code], made, f"conflict {choice}", on, reason=str(row["code"]))


def _anew(
    tx: Transaction, rows: gpd.GeoDataFrame, row: Any, city: City, edition: str, on: str
) -> list[str]:
    """Store rows as components of their own; return their codes."""
    rows = relocated(rows.reset_index(drop=True), city)
    county = rows["grid_code"].astype(str).str[:6]
    rows["code"] = mint_codes(tx, county, rows["class_code"], load_edition(edition))
    rows["source"] = f"conflict {row['code']}"
    rows["source_key"] = [f"{row['code']}#{n}" for n in range(1, len(rows) + 1)]
    frame = rows[[*_NAMES, "geometry"]].assign(valid_from=on, valid_to=None)
    tx.insert("components", frame)
    return [str(c) for c in frame["code"]]


def _back(tx: Transaction, workspace: Workspace, row: Any, city: City, on: str) -> None:
    """Make a component valid again, as the team has it."""
    states = workspace.read("pack_states", where={"pack_code": row["pack_code"]})
    states = states.sort_values("seq")
    parts = [decode(str(t), workspace.crs) for t in states["rows"]]
    whole = compose(parts[0], parts[1:])
    theirs = whole.loc[[str(row["note"])]]
    again = relocated(theirs[[*STORED, "geometry"]], city)
    again = again.assign(
        source=f"conflict {row['code']}", source_key=str(row["code"]), valid_from=on
    )
    tx.insert("components", again.reset_index(drop=True))
