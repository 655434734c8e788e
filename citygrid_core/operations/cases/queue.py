"""What waits: the open cases of an area or a department, the most pressing first."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from citygrid_core.cases.clock import LIGHTS
from citygrid_core.cases.lifecycle import fold
from citygrid_core.cases.standing import standing
from citygrid_core.errors import Text, UsageError
from citygrid_core.operations.asked_for import (
    check_class,
    check_department,
    check_source,
    check_span,
)
from citygrid_core.operations.cases.clock import profile_of, timer_of
from citygrid_core.operations.cases.standing import after, body_of, held_counts, iso, open_at
from citygrid_core.report import Report
from citygrid_core.workspace import Between, Workspace
from citygrid_core.workspace.schema import CHOICES

#: What a queue shows of each case.
SHOWN = (
    "number", "stage", "hold", "hold_until", "lapsed", "light", "share", "due_at", "department_code", "object_kind",
    "class_code", "source", "address", "description", "reported_at", "grid_code",
    "community_code",
)  # fmt: skip
#: The most pressing light first; cases that no body has in hand come after them.
_URGENCY = {"red": 0, "yellow": 1, "green": 2, "none": 3, "": 4}
#: Digits of the codes of areas, and the column in which each is found.
_AREAS = {6: "county_code", 9: "street_code", 12: "community_code", 15: "grid_code"}


@dataclass(frozen=True)
class Filter:
    """Which cases are looked for; what is empty asks nothing.

    Attributes
    ----------
    area : str
        Code of a county, street, community or unit grid.
    department : str
        Whose turn it is.
    class_code : str
        Class, or the beginning of its code.
    since, until : str
        Reported from `since` on and before `until`: ISO days or moments.
    stages, lights : tuple of str
    """

    area: str = ""
    department: str = ""
    source: str = ""
    object_kind: str = ""
    class_code: str = ""
    since: str = ""
    until: str = ""
    stages: tuple[str, ...] = ()
    lights: tuple[str, ...] = ()


def queue(
    workspace: Workspace, at: str, asked: Filter = Filter()
) -> tuple[Report, gpd.GeoDataFrame]:
    """List the cases that were open at a moment.

    Parameters
    ----------
    at : str
        ISO moment; what the log tells after it is not known yet.

    Returns
    -------
    report, cases
        The report counts stages and lights. Cases with `SHOWN` and their geometry, by light
        (red first), then by deadline, then by report; light is "" for a case that no body
        has in hand, share is used / limit.

    Raises
    ------
    UsageError
        There is no such light, stage, source, class, area or department.
    """
    _check(workspace, asked)
    cases = open_at(
        workspace, at, where=_where(asked), since=asked.since, until=asked.until, geometry=True
    )
    log = workspace.read(
        "case_log", where={"number": cases.index.tolist(), "at": Between(end=after(at))}
    )
    profile, timer = profile_of(workspace), timer_of(workspace, at, logs=[log])
    states = fold(log, cases, profile, timer, at).states
    states = states[(~states["stage"].isin(["closed", "void", ""])).to_numpy()]
    stands = standing(states, cases, profile, timer, at).reindex(states.index)
    own = cases.loc[states.index].copy()
    for name in ("stage", "hold", "lapsed", "department_code"):
        own[name] = states[name].to_numpy(dtype=object)
    own["hold_until"] = iso(states["hold_until"]).to_numpy(dtype=object)
    at_body = (own["stage"] == "dispatched").to_numpy()
    own.loc[at_body, "department_code"] = body_of(own[at_body], own["handling_code"])
    own["light"] = stands["light"].fillna("").to_numpy(dtype=object)
    own["share"] = stands["share"].round(4).to_numpy()
    own["due_at"] = iso(stands["due_at"]).to_numpy(dtype=object)
    kept = np.ones(len(own), dtype=bool)
    for column, wanted in (
        ("department_code", (asked.department,) if asked.department else ()),
        ("stage", asked.stages),
        ("light", asked.lights),
    ):
        if wanted:
            kept &= own[column].isin(wanted).to_numpy()
    own = own[kept]
    own["urgency"] = own["light"].map(_URGENCY)
    own = own.reset_index(drop=True)
    own = own.sort_values(["urgency", "due_at", "reported_at", "number"], na_position="last")
    out: gpd.GeoDataFrame = own[[*SHOWN, "geometry"]].reset_index(drop=True)
    report = Report("cases queue", read=len(out), unchanged=len(out))
    report.details = {
        "at": at,
        "lights": {name: int((out["light"] == name).sum()) for name in LIGHTS},
        "stages": {str(k): int(v) for k, v in out["stage"].value_counts().items()},
        **held_counts(out),
    }
    return report, out


def _where(asked: Filter) -> dict[str, object]:
    where: dict[str, object] = {}
    if asked.area:
        where[_AREAS[len(asked.area)]] = asked.area
    for name in ("source", "object_kind"):
        if getattr(asked, name):
            where[name] = getattr(asked, name)
    if asked.class_code:
        # a code and all that begin with it
        where["class_code"] = Between(asked.class_code, asked.class_code + "\uffff")
    return where


def _check(workspace: Workspace, asked: Filter) -> None:
    check_source(asked.source)
    check_class(workspace, asked.class_code)
    check_department(workspace, asked.department)
    check_span(asked.since, asked.until)
    for name in asked.lights:
        if name not in LIGHTS:
            words = ", ".join(LIGHTS)
            raise UsageError(
                Text(f"light {name!r} is not one of {words}", f"“{name}”不是 {words} 之一")
            )
    for name in asked.stages:
        if name not in CHOICES["case_stage"]:
            words = ", ".join(CHOICES["case_stage"])
            raise UsageError(
                Text(f"stage {name!r} is not one of {words}", f"“{name}”不是 {words} 之一")
            )
    if asked.area and not workspace.count(
        "grids" if len(asked.area) == 15 else "areas", at="all", where={"code": asked.area}
    ):
        raise UsageError(
            Text(
                f"{asked.area!r} is no code of a county, street, community or grid",
                f"“{asked.area}”不是区县、街道、社区或网格代码",
            )
        )


def as_table(cases: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return a queue without its geometry."""
    out: pd.DataFrame = pd.DataFrame(cases.drop(columns="geometry"))
    return out
