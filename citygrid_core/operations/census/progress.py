"""The leader's numbers: how far the census is, and when it will be finished."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from citygrid_core.census import twins
from citygrid_core.census.packs import expected_components, street_lengths
from citygrid_core.census.progress import Walked, forecast, pace, per_hour, walked
from citygrid_core.census.radii import class_radii
from citygrid_core.errors import Text, UsageError
from citygrid_core.operations.census.capacity import fullest, warnings
from citygrid_core.operations.census.packs.base import base_layers
from citygrid_core.report import Report
from citygrid_core.standards import load_edition
from citygrid_core.workspace import Workspace

#: A grid is done when so much of what is expected in it was visited.
DONE = 0.95
#: Operations of which each row of the journal is one component done by one person.
_BY_HAND = ("census capture", "census resurvey")


def census_progress(
    workspace: Workspace,
    *,
    since: str,
    on: str,
    tracks: Sequence[str] = (),
    confidence: float = 0.8,
) -> tuple[Report, gpd.GeoDataFrame, gpd.GeoDataFrame | None]:
    """Compute the leader's board from what the workspace holds.

    Parameters
    ----------
    since, on : str
        ISO dates: first day of the census, and the day of the figures.
    tracks : sequence of str
        Files of tracks (GPX, or any layer of lines or points), ``FILE`` or ``FILE:LAYER``.
    confidence : float
        Of the interval around the finishing day.

    Returns
    -------
    Report
        ``details``: grids (done, begun, open), components, people, findings, twins, streets,
        packs, codes, forecast.
    GeoDataFrame
        Each unit grid: code, expected, visited, streets_m, share, state.
    GeoDataFrame or None
        Streets in pieces, walked or not; None without tracks.
    """
    if since > on:
        raise UsageError(Text(f"{since} is after {on}", f"{since} 晚于 {on}"))
    grids = workspace.read("grids", at=on, columns=["code", "community_code"])
    held = workspace.read("components", at=on)
    streets = workspace.read("places", at=on, where={"kind": "street"})
    streets = streets[streets.geometry.geom_type.isin(["LineString", "MultiLineString"])]
    visits = _visits(workspace, held, since, on)
    table = _grids(grids, held, streets, visits)
    expected = float(table["expected"].sum())
    report = Report("census progress", read=len(table), unchanged=len(table))
    per_day = visits["day"].value_counts().to_dict()
    done = forecast(
        {str(d): float(n) for d, n in per_day.items()},
        expected,
        on=on,
        confidence=confidence,
    )
    path = _walked(workspace, streets, tracks)
    radii = class_radii(load_edition(workspace.edition))
    near = twins(held.reset_index(drop=True), radii, default_m=0.0)
    report.details = {
        "since": since,
        "on": on,
        "grids": {
            "all": len(table),
            **{s: int((table["state"] == s).sum()) for s in ("done", "begun", "open")},
            "share_done": round(float((table["state"] == "done").mean()), 4)
            if len(table)
            else None,
        },
        "components": {"expected": round(expected), "visited": len(visits), "held": len(held)},
        "people": _people(workspace, since, on),
        "findings_open": workspace.count("findings", where={"state": "open"}),
        "twins": len(near),
        "streets": None
        if path is None
        else {
            "metres": round(path.total_m),
            "walked_m": round(path.walked_m),
            "share": None if path.total_m == 0 else round(path.share, 4),
        },
        "packs": _packs(workspace, on),
        "codes": fullest(workspace),
        "forecast": asdict(done),
    }
    report.problems = warnings(workspace)
    return report, table, None if path is None else path.pieces


def _visits(workspace: Workspace, held: pd.DataFrame, since: str, on: str) -> pd.DataFrame:
    """Return each component that was captured, changed or confirmed, once: code, grid, day."""
    parts = []
    for column in ("surveyed_on", "changed_on"):
        part = held[["code", "grid_code"]].assign(day=held[column])
        parts.append(part[part["day"].notna()])
    seen = workspace.read("resurveys")
    if len(seen):
        grid_of = dict(zip(held["code"], held["grid_code"], strict=True))
        day = seen["visited_on"]
        parts.append(
            pd.DataFrame(
                {
                    "code": seen["component_code"],
                    "grid_code": seen["component_code"].map(grid_of),
                    "day": day,
                }
            )
        )
    whole = pd.concat(parts, ignore_index=True)
    whole["day"] = whole["day"].astype(str).str[:10]
    within = whole[(whole["day"] >= since) & (whole["day"] <= on)]
    visits: pd.DataFrame = within.sort_values("day", kind="stable").drop_duplicates("code")
    visits = visits.reset_index(drop=True)
    return visits


def _grids(
    grids: gpd.GeoDataFrame, held: pd.DataFrame, streets: gpd.GeoDataFrame, visits: pd.DataFrame
) -> gpd.GeoDataFrame:
    metres = street_lengths(grids, streets)
    expected = expected_components(grids, held["grid_code"].value_counts(), metres)
    number = grids["code"].map(visits["grid_code"].value_counts()).fillna(0).to_numpy(dtype=float)
    # more than expected is done, and the expectation was too low
    wanted = np.maximum(expected.to_numpy(), number)
    share = np.divide(number, wanted, out=np.zeros_like(number), where=wanted > 0)
    state = np.where(share >= DONE, "done", np.where(number > 0, "begun", "open"))
    state = np.where(wanted < 0.5, "done", state)
    return grids.assign(
        expected=wanted.round(1),
        visited=number.astype(int),
        streets_m=metres.round(1).to_numpy(),
        share=share.round(4),
        state=state.astype(object),
    )


def _people(workspace: Workspace, since: str, on: str) -> list[dict[str, Any]]:
    """Return components and hours of each person or team in the period."""
    journal = workspace.journal()
    own = journal[journal["operation"].isin(_BY_HAND)]
    by_hand = pace(own[["who", "at"]].assign(at=own["at"].astype(str).str.rstrip("Z")))
    parts = [by_hand[["who", "day", "components", "hours"]]]
    packs = workspace.read("packs")
    team = dict(zip(packs["code"], packs["team"], strict=True))
    states = workspace.read("pack_states", columns=["pack_code", "receipt"])
    rows = [
        (team.get(code, code), day, n, hours)
        for code, text in zip(states["pack_code"], states["receipt"], strict=True)
        for day, n, hours in json.loads(text or "{}").get("pace", ())
    ]
    parts.append(pd.DataFrame(rows, columns=["who", "day", "components", "hours"]))
    whole = pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)
    whole = whole[(whole["day"] >= since) & (whole["day"] <= on)]
    found = []
    for who, part in whole.groupby("who", sort=True):
        number, hours = int(part["components"].sum()), float(part["hours"].sum())
        rate = per_hour(number, hours)
        found.append(
            {
                "who": str(who),
                "days": int(part["day"].nunique()),
                "components": number,
                "hours": round(hours, 2),
                "per_hour": None if rate is None else round(rate, 1),
            }
        )
    return found


def _walked(
    workspace: Workspace, streets: gpd.GeoDataFrame, tracks: Sequence[str]
) -> Walked | None:
    if not tracks:
        return None
    read = []
    for n, source in enumerate(tracks):
        gpx = Path(source).suffix.lower() == ".gpx"
        part = base_layers(workspace, [f"{source}:tracks" if gpx else source])[0]
        read.append(part.assign(track=str(n)))
    return walked(streets, pd.concat(read, ignore_index=True))


def _packs(workspace: Workspace, on: str) -> dict[str, int]:
    packs = workspace.read("packs")
    out = packs["status"].isin(["out", "returned"])
    return {
        "out": int(out.sum()),
        "overdue": int((out & (packs["expires_on"].astype(str) < on)).sum()),
        "conflicts_open": workspace.count("pack_conflicts", where={"state": "open"}),
    }
