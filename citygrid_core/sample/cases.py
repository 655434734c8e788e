"""Cases of one county over a year, drawn from the known intensity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from citygrid_core.sample.areas import Areas
from citygrid_core.sample.components import scatter
from citygrid_core.sample.duties import Answers
from citygrid_core.sample.intensity import (
    COMPONENT_HAZARD,
    COMPONENT_SHARE,
    HOURS,
    LAND_WEIGHT,
    MATTERS,
    SOURCES,
    Intensity,
    Spot,
)
from citygrid_core.sample.land import Land
from citygrid_core.sample.layout import Layout
from citygrid_core.sample.mesh import Array, Floats
from citygrid_core.sample.places import block_of
from citygrid_core.sample.plan import Plan
from citygrid_core.sample.scales import FIRST_DAY, LAST_DAY
from citygrid_core.standards import Edition

#: Error of a collector's position (m, standard deviation in x and y).
GPS_SIGMA_M = 3.0
NO_POINT_SHARE = 0.12
DUPLICATE_SHARE = 0.02
VOID_SHARE = 0.015
#: Hours allowed for handling, and the median hours used, by major class.
LIMIT_H = {
    "01": 48,
    "02": 48,
    "03": 24,
    "04": 72,
    "05": 72,
    "06": 12,
    "07": 24,
    "08": 24,
    "09": 6,
    "10": 24,
}
STAGES = ("collected", "registered", "dispatched", "handled", "checked", "closed")
TIMES = ("reported_at", "registered_at", "dispatched_at", "handled_at", "checked_at", "closed_at")


@dataclass(frozen=True)
class Cases:
    """A year's cases, the next day's file, and the truth about both."""

    year: pd.DataFrame
    next_day: pd.DataFrame
    truth: pd.DataFrame


@dataclass(frozen=True)
class Scene:
    """What the cases of a county happen on."""

    plan: Plan
    layout: Layout
    areas: Areas
    land: Land
    components: pd.DataFrame
    plates: pd.DataFrame
    answers: Answers
    edition: Edition


def report_cases(scene: Scene, mean_per_day: float, spots: list[Spot]) -> Cases:
    """Draw the cases of a county.

    Parameters
    ----------
    mean_per_day : float
        Mean number of cases a day in this county, duplicates not counted.
    """
    rng = scene.plan.rng(11, scene.layout.county)
    last = np.datetime64(LAST_DAY, "D")
    days = np.arange(np.datetime64(FIRST_DAY, "D"), last + 1)
    factor = Intensity(1.0).day_factor(days)
    base = mean_per_day * (1 - sum(s.share for s in spots))
    count = rng.poisson(base * factor)
    frame = _background(scene, np.repeat(days, count), rng)
    parts = [frame]
    for i, spot in enumerate(spots):
        share = np.clip((days - days[0]).astype(float) / (len(days) - 1), 0, 1)
        n = rng.poisson(mean_per_day * spot.share * factor * spot.factor(share))
        parts.append(_in_spot(scene, spot, i, np.repeat(days, n), rng))
    frame = pd.concat(parts, ignore_index=True)
    _when(frame, rng)
    frame = _with_duplicates(frame, rng)
    frame = frame.sort_values("reported_at", kind="stable").reset_index(drop=True)
    _finish(scene, frame, rng)
    return _files(scene, frame, rng)


def _background(scene: Scene, day: Array, rng: np.random.Generator) -> pd.DataFrame:
    """Cases of components by their hazard, matters by the use of the land."""
    n = len(day)
    of_component = rng.random(n) < (COMPONENT_SHARE if len(scene.components) else 0.0)
    frame: pd.DataFrame = pd.DataFrame(
        {
            "day": day,
            "object_kind": np.where(of_component, "component", "event"),
            "class_code": "", "x": 0.0, "y": 0.0, "spot": "", "component_key": "",
        }
    )  # fmt: skip
    k = int(of_component.sum())
    if k:
        hazard = scene.components["class_code"].map(COMPONENT_HAZARD).fillna(1.0).to_numpy(float)
        pick = rng.choice(len(hazard), k, p=hazard / hazard.sum())
        chosen = scene.components.iloc[pick]
        for ours, theirs in (
            ("class_code", "class_code"),
            ("component_key", "source_key"),
            ("x", "x"),
            ("y", "y"),
        ):
            frame.loc[of_component, ours] = chosen[theirs].to_numpy()
    m = n - k
    xy = on_streets(scene, m, rng)
    frame.loc[~of_component, "x"], frame.loc[~of_component, "y"] = xy[:, 0], xy[:, 1]
    codes = list(MATTERS)
    p = np.array(list(MATTERS.values()))
    frame.loc[~of_component, "class_code"] = np.array(codes, dtype=object)[
        rng.choice(len(codes), m, p=p / p.sum())
    ]
    return frame


def on_streets(scene: Scene, n: int, rng: np.random.Generator) -> Floats:
    """Return places in the streets and up to 6 m behind the kerb."""
    land, layout = scene.land, scene.layout
    weight = np.array([LAND_WEIGHT[u] for u in land.use]) * shapely.area(layout.blocks)
    band = street_side(scene)
    weight[shapely.is_empty(band)] = 0
    count = rng.multinomial(n, weight / weight.sum())
    some = np.flatnonzero(count)
    xy = scatter(band[some], count[some], rng)
    return np.asarray(rng.permutation(xy), dtype=float)


def street_side(scene: Scene) -> Array:
    """Return for each block where its matters happen: 12 m and more inside the city."""
    city = shapely.buffer(scene.plan.skeleton.outline, -12.0)
    band = shapely.difference(scene.layout.blocks, shapely.buffer(scene.land.net, -6.0))
    return np.asarray(shapely.intersection(band, city), dtype=object)


def _in_spot(
    scene: Scene, spot: Spot, number: int, day: Array, rng: np.random.Generator
) -> pd.DataFrame:
    n = len(day)
    home = shapely.buffer(shapely.union_all(scene.layout.blocks), -12.0)
    xy = np.empty((n, 2))
    todo = np.arange(n)
    while len(todo):
        xy[todo] = rng.normal([spot.x, spot.y], spot.sigma_m, (len(todo), 2))
        todo = todo[~shapely.contains_xy(home, xy[todo])]
    out: pd.DataFrame = pd.DataFrame(
        {
            "day": day, "object_kind": "event",
            "class_code": np.array(spot.matters, dtype=object)[rng.integers(len(spot.matters), size=n)],
            "x": xy[:, 0], "y": xy[:, 1], "spot": f"S{number + 1}", "component_key": "",
        }
    )  # fmt: skip
    return out


def _when(frame: pd.DataFrame, rng: np.random.Generator) -> None:
    """Draw source and moment of each report."""
    names = list(SOURCES)
    p = np.array([v[0] for v in SOURCES.values()])
    source = rng.choice(len(names), len(frame), p=p / p.sum())
    hour = np.zeros(len(frame), dtype=np.int64)
    for i, name in enumerate(names):
        mine = source == i
        weights = np.array(HOURS[SOURCES[name][1]], dtype=float)
        hour[mine] = rng.choice(24, int(mine.sum()), p=weights / weights.sum())
    second = hour * 3600 + rng.integers(0, 3600, len(frame))
    frame["source"] = np.array(names, dtype=object)[source]
    frame["reported_at"] = frame["day"].to_numpy().astype("datetime64[s]") + second.astype(
        "timedelta64[s]"
    )


def _with_duplicates(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Report some cases twice: by the public, within 20 hours and 15 m."""
    frame["row"] = np.arange(len(frame))
    frame["dup_of"] = -1
    again = frame[rng.random(len(frame)) < DUPLICATE_SHARE].copy()
    again["dup_of"] = again["row"]
    again["row"] = len(frame) + np.arange(len(again))
    later = (rng.uniform(0.2, 20, len(again)) * 3600).astype(np.int64)
    again["reported_at"] = again["reported_at"] + later.astype("timedelta64[s]")
    again["source"] = np.where(rng.random(len(again)) < 0.7, "hotline", "web")
    heading, off = rng.uniform(0, 2 * np.pi, len(again)), rng.uniform(0, 9, len(again))
    again["x"] += off * np.cos(heading)
    again["y"] += off * np.sin(heading)
    both = pd.concat([frame, again], ignore_index=True)
    end = np.datetime64(LAST_DAY, "s") + np.timedelta64(1, "D")
    kept: pd.DataFrame = both[(both["reported_at"] < end).to_numpy()]
    return kept


def _finish(scene: Scene, frame: pd.DataFrame, rng: np.random.Generator) -> None:
    """Number the cases, let them run through the stages, add truth and texts."""
    county = scene.plan.county_codes[scene.layout.county]
    day = frame["reported_at"].dt.strftime("%Y%m%d")
    seq = frame.groupby(day).cumcount() + 1
    frame["source_number"] = day + county[-2:] + seq.map("{:05d}".format)
    number_of = dict(zip(frame["row"], frame["source_number"], strict=True))
    frame["dup_of"] = [number_of.get(r, "") for r in frame["dup_of"]]
    block = block_of(scene.layout.blocks, frame[["x", "y"]].to_numpy())
    # A duplicate may have been moved over the county's border: it is put back.
    frame["community_code"] = np.where(block >= 0, scene.areas.community[block], "")
    major = frame["class_code"].str[:2]
    n = len(frame)
    at = frame["reported_at"].to_numpy().astype("datetime64[s]")
    public = frame["source"].isin(["hotline", "web", "media"]).to_numpy()
    wait = np.where(public, 50.0, 6.0) * np.exp(rng.normal(0, 0.7, n))
    limit = major.map(LIMIT_H).to_numpy(float)
    steps = (
        wait,
        9.0 * np.exp(rng.normal(0, 0.6, n)),
        60 * 0.42 * limit * np.exp(rng.normal(0, 0.75, n)),
        100 * np.exp(rng.normal(0, 0.6, n)),
        25 * np.exp(rng.normal(0, 0.5, n)),
    )
    for name, minutes in zip(TIMES[1:], steps, strict=True):
        at = at + (np.maximum(minutes, 1) * 60).astype(np.int64).astype("timedelta64[s]")
        frame[name] = at
    frame["due_at"] = frame["dispatched_at"] + (limit * 3600).astype(np.int64).astype(
        "timedelta64[s]"
    )
    frame["void"] = rng.random(n) < VOID_SHARE
    _texts(scene, frame, rng)


def _texts(scene: Scene, frame: pd.DataFrame, rng: np.random.Generator) -> None:
    plates = scene.plates
    tree = shapely.STRtree(plates.geometry.to_numpy())
    near = tree.nearest(shapely.points(frame["x"], frame["y"]))
    address = plates["address"].to_numpy(dtype=object)[near]
    frame["truth_address"] = address
    names_c, names_e = scene.edition.component_classes["name"], scene.edition.event_classes["name"]
    thing = np.where(
        frame["object_kind"] == "component",
        frame["class_code"].map(names_c) + "损坏",
        frame["class_code"].map(names_e),
    )
    lead = np.array(["巡查发现", "群众反映", "现场发现", "来电反映", "视频发现"], dtype=object)
    which = np.where(frame["source"].isin(["hotline", "web", "media"]), 1, 0)
    short = plates["name"].to_numpy(dtype=object)[near]
    frame["description"] = lead[which] + short + "附近" + thing
    blind = (rng.random(len(frame)) < NO_POINT_SHARE) & (frame["source"] != "sensor").to_numpy()
    frame["blind"] = blind
    frame["address"] = np.where(blind & (rng.random(len(frame)) < 0.6), address, address + "附近")


def _files(scene: Scene, frame: pd.DataFrame, rng: np.random.Generator) -> Cases:
    off = rng.normal(0, GPS_SIGMA_M, (len(frame), 2))
    far = np.hypot(*off.T)
    off *= np.minimum(1.0, 9.0 / np.maximum(far, 1e-9))[:, None]
    given = frame[["x", "y"]].to_numpy() + off
    inside = shapely.contains_xy(shapely.buffer(scene.plan.skeleton.outline, -1.0), given)
    given[~inside] = frame[["x", "y"]].to_numpy()[~inside]
    frame["given_x"] = np.where(frame["blind"], np.nan, np.round(given[:, 0], 3))
    frame["given_y"] = np.where(frame["blind"], np.nan, np.round(given[:, 1], 3))
    end = np.datetime64(LAST_DAY, "s")
    old = (frame["reported_at"] < end).to_numpy()
    year = _as_of(frame[old], end)
    open_ = year["stage"].isin(STAGES[:-1]).to_numpy()
    day_after = end + np.timedelta64(1, "D")
    recent = np.zeros(len(year), bool)
    recent[-40:] = True
    again = frame[old][
        (open_ & (rng.random(len(year)) < 0.7)) | (recent & (rng.random(len(year)) < 0.2))
    ]
    next_day = pd.concat(
        [_as_of(again, day_after), _as_of(frame[~old], day_after)], ignore_index=True
    )
    truth = frame[["source_number", "x", "y", "community_code"]].copy()
    truth["x"], truth["y"] = truth["x"].round(3), truth["y"].round(3)
    truth["handling_code"] = _handlers(scene, frame)
    for name in ("dup_of", "spot", "component_key"):
        truth[name] = frame[name]
    late = (frame["handled_at"] > frame["due_at"]).map({True: "1", False: "0"})
    truth["late"] = late.where(~frame["void"], "")
    return Cases(year, next_day, truth)


def _handlers(scene: Scene, frame: pd.DataFrame) -> Array:
    out = np.full(len(frame), "", dtype=object)
    for kind in ("component", "event"):
        mine = (frame["object_kind"] == kind).to_numpy()
        part = frame[mine]
        out[mine] = scene.answers.of(
            kind,
            part["class_code"].to_numpy(dtype=object),
            "handling",
            part[["x", "y"]].to_numpy(),
            part["community_code"].to_numpy(dtype=object),
            part["reported_at"].dt.strftime("%Y-%m-%d").to_numpy(dtype=object),
        )
    return out


def _as_of(frame: pd.DataFrame, moment: np.datetime64) -> pd.DataFrame:
    """Return the rows as an export at a moment shows them."""
    out: pd.DataFrame = pd.DataFrame(
        {
            "source_number": frame["source_number"], "source": frame["source"],
            "object_kind": frame["object_kind"], "class_code": frame["class_code"],
            "description": frame["description"], "address": frame["address"],
            "x": frame["given_x"], "y": frame["given_y"],
        }
    )  # fmt: skip
    stage = np.zeros(len(frame), dtype=np.int64)
    void = frame["void"].to_numpy()
    for i, name in enumerate(TIMES):
        known = (frame[name].to_numpy().astype("datetime64[s]") < moment) & (~void | (i == 0))
        stage[known] = i
        out[name] = np.where(known, _written(frame[name]), "")
    out["due_at"] = np.where(stage >= 2, _written(frame["due_at"]), "")
    out["stage"] = np.where(void, "void", np.array(STAGES, dtype=object)[stage])
    return out


def _written(moments: pd.Series) -> Array:
    """Return moments as ``2025-03-05 08:30:00``."""
    text = np.datetime_as_string(moments.to_numpy().astype("datetime64[s]"))
    return np.array(np.char.replace(text, "T", " "), dtype=object)
