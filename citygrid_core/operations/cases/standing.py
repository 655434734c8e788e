"""Which cases are late, and all that is known of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from citygrid_core.cases.clock import LIGHTS
from citygrid_core.cases.lifecycle import fold
from citygrid_core.cases.standing import standing
from citygrid_core.errors import Language, Text, UsageError
from citygrid_core.operations.asked_for import check_department
from citygrid_core.operations.cases.clock import profile_of, timer_of
from citygrid_core.operations.cases.dispatch import propose
from citygrid_core.operations.cases.photos import photos_of_case
from citygrid_core.operations.cases.twins import near_one
from citygrid_core.operations.city import City
from citygrid_core.report import Report
from citygrid_core.workspace import Between, Workspace

#: What a list of late cases shows of each.
SHOWN = ("number", "source", "object_kind", "class_code", "address", "grid_code", "community_code")


@dataclass(frozen=True)
class Card:
    """All that is known of one case.

    Attributes
    ----------
    case : dict
        Column to value; empty ones left out.
    log : DataFrame
        Its steps in order.
    stands : dict
        stage, hold, hold_until, lapsed, and when a body is handling it limit_s, used_s, share, light, due_at.
    duty : dict
        The rules' answer on the day of its report: handling_code, handling_name,
        confidence, candidates, reasons.
    twins : DataFrame
        Cases of its class within the profile's metres and hours: number, stage,
        reported_at, metres, hours.
    photos : list of Path
    """

    case: dict[str, Any]
    log: pd.DataFrame
    stands: dict[str, Any]
    duty: dict[str, Any]
    twins: pd.DataFrame
    photos: list[Path]


def overdue(
    workspace: Workspace,
    at: str,
    *,
    lights: tuple[str, ...] = ("red",),
    department: str = "",
) -> tuple[Report, pd.DataFrame]:
    """List cases that a body was handling at a moment, by the light they show.

    Parameters
    ----------
    at : str
        ISO moment; what the log tells after it is not known yet.
    lights : tuple of str
        Keys of `LIGHTS`.
    department : str, optional
        Only those of one body.

    Returns
    -------
    report, cases
        The report counts all lights (of the department, when there is one). Cases by
        share used, most first: `SHOWN`, department_code, hold, hold_until (its planned end), lapsed
        (whether that has passed: the clock runs again), dispatched_at, due_at,
        limit_h, used_h (hours of the limit's own clock), working, share, light.

    Raises
    ------
    UsageError
        There is no such light, or department.
    """
    for name in lights:
        if name not in LIGHTS:
            words = ", ".join(LIGHTS)
            raise UsageError(
                Text(f"light {name!r} is not one of {words}", f"“{name}”不是 {words} 之一")
            )
    check_department(workspace, department)
    cases = open_at(workspace, at)
    log = workspace.read(
        "case_log", where={"number": cases.index.tolist(), "at": Between(end=after(at))}
    )
    profile, timer = profile_of(workspace), timer_of(workspace, at, logs=[log])
    states = fold(log, cases, profile, timer, at).states
    stands = standing(states, cases, profile, timer, at)
    stands["department_code"] = body_of(stands, cases["handling_code"])
    if department:
        stands = stands[(stands["department_code"] == department).to_numpy()]
    counted = {name: int((stands["light"] == name).sum()) for name in LIGHTS}
    chosen = stands[stands["light"].isin(lights).to_numpy()]
    own = cases.loc[chosen.index]
    out: pd.DataFrame = pd.concat([own.reindex(columns=list(SHOWN)), chosen], axis=1)
    out = out.reset_index(drop=True)
    for name in ("dispatched_at", "due_at", "hold_until"):
        out[name] = iso(out[name])
    for name in ("limit", "used"):
        out[f"{name}_h"] = (out.pop(f"{name}_s") / 3600).round(2)
    out["share"] = out["share"].round(4)
    out = out.sort_values(["share", "number"], ascending=[False, True], ignore_index=True)
    report = Report("cases overdue", read=len(stands), unchanged=len(stands))
    report.details = {"at": at, "lights": counted, **held_counts(stands)}
    return report, out


def card(
    workspace: Workspace,
    number: str,
    at: str,
    *,
    lang: Language = "zh",
    city: City | None = None,
) -> Card:
    """Return all that is known of one case at a moment.

    Parameters
    ----------
    city : City, optional
        A city loaded before, to be asked many times.

    Raises
    ------
    UsageError
        There is no such case.
    """
    held = workspace.read("cases", where={"number": number})
    if held.empty:
        raise UsageError(
            Text(f"no case has the number {number!r}", f"没有案卷号为“{number}”的案件")
        )
    cases = held.set_index("number", drop=False)
    log = workspace.read("case_log", where={"number": number}).sort_values("seq")
    log = log[(log["at"] <= at).to_numpy()].reset_index(drop=True)
    profile, timer = profile_of(workspace), timer_of(workspace, at, logs=[log])
    states = fold(log, cases, profile, timer, at).states
    stands: dict[str, Any] = {"stage": None, "hold": None}
    if len(states):
        states["hold_until"] = iso(states["hold_until"])
        stands = states[["stage", "hold", "hold_until", "lapsed"]].iloc[0].to_dict()
        now = standing(states, cases, profile, timer, at)
        now["due_at"], now["dispatched_at"] = iso(now["due_at"]), iso(now["dispatched_at"])
        if len(now):
            stands.update({str(k): v for k, v in now.iloc[0].items()})
    told = propose(workspace, [number], lang=lang, city=city).iloc[0]
    duty = {
        name: told[name]
        for name in ("handling_code", "handling_name", "confidence", "candidates", "reasons")
    }
    row = held.drop(columns="geometry").iloc[0]
    known = {str(k): _plain(v) for k, v in row.items() if not pd.isna(v) and v != ""}
    point = held.geometry.iloc[0]
    if point is not None and not point.is_empty:
        known |= {"x": round(point.x, 3), "y": round(point.y, 3)}
    return Card(
        known, log, {k: _plain(v) for k, v in stands.items()}, duty, near_one(workspace, number),
        photos_of_case(workspace, number),
    )  # fmt: skip


def open_at(
    workspace: Workspace,
    at: str,
    *,
    where: Mapping[str, object] = MappingProxyType({}),
    since: str = "",
    until: str = "",
    geometry: bool = False,
) -> pd.DataFrame:
    """Return the cases that were reported and not closed at a moment, by number.

    Parameters
    ----------
    where : mapping
        What else is asked of their columns.
    since, until : str
        Reported from then on, and before then.
    """
    end = min(after(at), until) if until else after(at)
    asked = {**where, "reported_at": Between(since or None, end)}
    parts = [
        workspace.read("cases", where={**asked, "closed_at": said}, geometry=geometry)
        for said in (None, Between(after(at)))
    ]
    found: pd.DataFrame = pd.concat([p for p in parts if len(p)] or parts[:1])
    found = found.set_index("number", drop=False)
    return found


def held_counts(stands: pd.DataFrame) -> dict[str, int]:
    """Count the cases on hold, and those of them whose hold was planned to have ended."""
    return {"held": int((stands["hold"] != "").sum()), "lapsed": int(stands["lapsed"].sum())}


def body_of(stands: pd.DataFrame, handling: pd.Series) -> pd.Series:
    """Return the body that has each dispatched case.

    Of an imported case it stands in the case, not in its log.

    Parameters
    ----------
    stands : DataFrame
        By number: department_code, "" where the log names none.
    handling : Series
        By number: handling_code of the cases.
    """
    told = stands["department_code"]
    out: pd.Series = told.mask(told == "", handling.reindex(stands.index).fillna(""))
    return out


def after(at: str) -> str:
    """Return the first moment that is later: what ends a half-open range with `at` in it."""
    return str(np.datetime64(at, "s") + np.timedelta64(1, "s"))


def iso(moments: pd.Series) -> pd.Series:
    """Return moments as ISO text, None where there is none."""
    values = moments.to_numpy().astype("datetime64[s]")
    texts = np.datetime_as_string(values).astype(object)
    texts[np.isnat(values)] = None
    out: pd.Series = pd.Series(texts, index=moments.index, dtype=object)
    return out


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
