"""The gazetteer of a workspace, kept as an index in a file beside it."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

import pandas as pd

from citygrid_core.geocode import Gazetteer, PlacesFileError, parse_calibration
from citygrid_core.geocode.judge import Calibration
from citygrid_core.standards import load_edition
from citygrid_core.workspace import Workspace

#: Setting of a workspace that holds its own calibration, as TOML.
CALIBRATION = "geocode.calibration"
_DATES = ("valid_from", "valid_to")
#: What a gazetteer is made from; a change of these alone makes another index.
_PLACES = (
    "code", "kind", "name", "aliases", "former_names", "street_name", "number", "zone_name",
    "county_code", "street_code", "community_code", *_DATES,
)  # fmt: skip
_AREAS = ("code", "name", *_DATES)


def gazetteer(workspace: Workspace, at: str | None = None) -> Gazetteer:
    """Return the matcher of a workspace's places and areas.

    Today's is kept in a file beside the workspace (``city.places`` for ``city.gpkg``).
    It is taken as it is when the workspace's file was not touched since, else when its
    places and areas are the same, edits made in QGIS included; else it is made anew.
    The index of a past day is not kept.

    A name that a place had in an earlier version of the workspace is a former name of
    it, with its dates. A calibration fitted for the city (`fit_city`) is used.
    """
    path = kept_at(workspace)
    keep = at is None and Path(workspace.path).is_file()
    # What a transaction has written is in no file yet, and the file is another when it ends.
    stamp = _stamp(Path(workspace.path)) if keep and not workspace.writing else ""
    kept = None
    if keep:
        with contextlib.suppress(OSError, PlacesFileError):
            kept = Gazetteer.open(path)
    if kept is None or not stamp or kept.tag.partition("\n")[0] != stamp:
        kept = _renewed(workspace, at, kept, path if keep else None, stamp)
    kept.calibrate(calibration_of(workspace))
    return kept


def kept_at(workspace: Workspace) -> Path:
    """Return where the index of a workspace is kept."""
    return Path(workspace.path).with_suffix(".places")


def calibration_of(workspace: Workspace) -> Calibration | None:
    """Return the calibration that was fitted for this city, if any."""
    text = workspace.get_meta(CALIBRATION)
    return parse_calibration(text, CALIBRATION) if text else None


def _renewed(
    workspace: Workspace, at: str | None, kept: Gazetteer | None, path: Path | None, stamp: str
) -> Gazetteer:
    with workspace.snapshot():
        digest = _digest(workspace) if path is not None else ""
        made = kept
        if made is None or made.tag.partition("\n")[2] != digest:
            places = with_past_names(workspace, workspace.read("places", at=at), at)
            areas = workspace.read("areas", at=at)
            made = Gazetteer.build(places, areas=areas, cities=cities_of(workspace, areas))
    made.tag = f"{stamp}\n{digest}"
    if path is not None and (made is not kept or stamp):
        # A folder that can't be written costs time, not the answer.
        with contextlib.suppress(OSError):
            made.save(path, tag=made.tag)
    return made


def _stamp(path: Path) -> str:
    """Return what changes whenever the file of a workspace is written to."""
    said = []
    for file in (path, path.with_name(path.name + "-wal")):
        with contextlib.suppress(OSError):
            facts = file.stat()
            if facts.st_size:
                said.append(f"{facts.st_size}:{facts.st_mtime_ns}")
    return " ".join(said)


def _digest(workspace: Workspace) -> str:
    """Return what tells the places and areas of today, and their past names, from any others."""
    codes = workspace.read("areas", columns=["code"], geometry=False)
    whole = hashlib.sha256("\x1f".join(cities_of(workspace, codes)).encode())
    for family, columns in (("places", _PLACES), ("areas", _AREAS)):
        whole.update(workspace.fingerprint(family, columns).encode())
    return whole.hexdigest()


def with_past_names(workspace: Workspace, places: pd.DataFrame, at: str | None) -> pd.DataFrame:
    """Add to the former names of places those of their earlier versions, with the dates.

    A street that was 反帝路 in the workspace until 1980-05-01 gets the former name
    ``反帝路(1975-01-01至1980-05-01)``.
    """
    named = {"kind": ["street", "zone", "block", "poi", "region"]}
    if workspace.count("places", at="all", where=named) == workspace.count(
        "places", at=at, where=named
    ):
        return places
    columns = ["code", "name", "valid_from", "valid_to"]
    past = workspace.read("places", at="all", where=named, columns=columns, geometry=False)
    now = dict(zip(places["code"], places["name"], strict=True))
    past = past[past["valid_to"].notna() & past["code"].isin(list(now))]
    if at is not None:
        past = past[past["valid_to"].astype(str) <= at]
    told: dict[str, list[str]] = {}
    for code, name, since, until in past[columns].sort_values("valid_from").itertuples(index=False):
        if name != now[code]:
            told.setdefault(code, []).append(f"{name}({since}至{until})")
    if not told:
        return places
    own = [str(v) for v in places["former_names"].fillna("")]
    more = ["#".join(told.get(code, [])) for code in places["code"]]
    joined = ["#".join(filter(None, pair)) for pair in zip(own, more, strict=True)]
    out: pd.DataFrame = places.assign(former_names=joined)
    return out


def cities_of(workspace: Workspace, areas: pd.DataFrame) -> list[str]:
    """Return the names of the city and its province: an address of another city is rejected.

    Nothing when the workspace has a working title instead of a city's name: then a
    city in an address says nothing.
    """
    if not workspace.name.endswith(("市", "州", "盟", "地区")) or areas.empty:
        return []
    provinces = load_edition(workspace.edition).registry.provinces
    digits = str(areas["code"].iloc[0])[:2]
    return [workspace.name, *([provinces[digits].zh] if digits in provinces else [])]
