"""One report is taken in: what is known of it is told at once, then it is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.accept import ACCEPT
from citygrid_core.cases.clock import due
from citygrid_core.cases.lifecycle import advance_all, why
from citygrid_core.cases.privacy import reporter_note
from citygrid_core.census.choose import ClassChooser
from citygrid_core.errors import Language, Problem, Text, UnusableInput, UsageError
from citygrid_core.operations.cases.clock import profile_of, timer_of
from citygrid_core.operations.cases.dispatch import proposals
from citygrid_core.operations.cases.keep import mint_numbers
from citygrid_core.operations.cases.photos import case_photo_rows
from citygrid_core.operations.cases.rows import AREA_COLUMNS, prepare_cases
from citygrid_core.operations.cases.steps import restate
from citygrid_core.operations.cases.twins import near_to
from citygrid_core.operations.city import City
from citygrid_core.operations.fresh_city import FreshCity
from citygrid_core.operations.importing.intake import Rows
from citygrid_core.standards import load_edition
from citygrid_core.workspace import Workspace
from citygrid_core.workspace.schema import CASES

#: Components of the class that are farther away are not offered, in metres.
COMPONENT_M = 30.0
#: How many of them are.
COMPONENTS = 5
SYSTEM = "citygrid"


@dataclass(frozen=True)
class Reported:
    """What somebody reports.

    Attributes
    ----------
    class_code : str
        Code or name of the class.
    object_kind : str
        component or event; empty where the class tells.
    reported_at : str
        ISO wall clock of the city.
    x, y : float or None
        In the workspace's CRS (metres).
    location_method, location_error_m, location_probability : optional
        Where the position is a chosen match of the address: ``geocoded``, and how sure.
    given_grid_code : str
        The grid that was told, if any: it is compared with the position.
    reporter, phone : str
        Who reported: the profile says what of it is kept (`Profile.reporter`).
    """

    class_code: str
    reported_at: str
    object_kind: str = ""
    source: str = "hotline"
    x: float | None = None
    y: float | None = None
    address: str = ""
    location_method: str = "given"
    location_error_m: float | None = None
    location_probability: float | None = None
    component_code: str = ""
    given_grid_code: str = ""
    description: str = ""
    condition: str = ""
    area_class: str = ""
    note: str = ""
    reporter: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Look:
    """What is known of a report before it is stored.

    Attributes
    ----------
    case : dict
        The row as it would be stored, with x and y; empty columns left out.
    places : dict
        Level (grid, community, street, county) to code and name.
    duty : dict
        The rules' answer: handling_code, handling_name, confidence, waits, candidates, reasons.
    limit : dict
        value, unit and seconds of the handling limit, working, and due_at: the deadline if
        it were dispatched at the moment; empty where no limit holds.
    twins : DataFrame
        Near cases of the class that are not void: number, stage, reported_at, metres, hours.
    components : DataFrame
        Components of the class near by, the nearest first: code, name, metres.
    register : bool
        Whether it may be registered at once: others are verified on site first.
    problems : list of Problem
        What contradicts itself; it is stored all the same.
    """

    case: dict[str, Any]
    places: dict[str, tuple[str, str]]
    duty: dict[str, Any]
    limit: dict[str, Any]
    twins: pd.DataFrame
    components: pd.DataFrame
    register: bool
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Taken:
    """A case that was stored: its number, its stage, and what contradicts itself in it."""

    number: str
    stage: str
    problems: list[Problem] = field(default_factory=list)


class IntakeDesk:
    """Takes reports in, one by one, into a workspace that stays open meanwhile.

    Parameters
    ----------
    who : str
        The operator, for log and journal.
    city : callable, optional
        Returns the city as it is now, where somebody keeps it anyway.
    """

    def __init__(
        self, workspace: Workspace, *, who: str = "", city: Callable[[], City] | None = None
    ) -> None:
        self.workspace, self.who = workspace, who
        self.edition = load_edition(workspace.edition)
        self.chooser = ClassChooser(self.edition, events=True)
        self.profile = profile_of(workspace)
        self._city = city or FreshCity(workspace).get

    @property
    def city(self) -> City:
        """Grids, areas and duties; read anew when any of them has changed."""
        return self._city()

    def look(self, said: Reported, at: str, *, lang: Language = "zh") -> Look:
        """Tell all that is known of a report.

        Parameters
        ----------
        at : str
            ISO moment of the asking.

        Raises
        ------
        UnusableInput
            It can't be a case: no such class, no position, outside the city, a time to come.
        """
        row, problems = self._case(said, at)
        case = row.iloc[0]
        told = proposals(self.city, row, lang=lang).iloc[0]
        twins = near_to(self.workspace, row)
        twins = twins[(twins["stage"] != "void").to_numpy()].reset_index(drop=True)
        names = ("handling_code", "handling_name", "confidence", "waits", "candidates", "reasons")
        known = {str(k): v for k, v in case.drop("geometry").items() if not pd.isna(v) and v != ""}
        point = case["geometry"]
        if point is not None and not point.is_empty:
            known |= {"x": round(point.x, 3), "y": round(point.y, 3)}
        return Look(
            known, self._places(case), {n: told[n] for n in names}, self._limit(row, at),
            twins, self._components(case),
            case["source"] in self.profile.register_at_once, problems,
        )  # fmt: skip

    def store(
        self,
        said: Reported,
        at: str,
        *,
        register: bool = False,
        twin_of: str = "",
        photos: Sequence[Path] = (),
        dry_run: bool = False,
    ) -> Taken:
        """Store a report in one transaction: number, case, log, photos.

        Parameters
        ----------
        at : str
            ISO moment at which it is written down; the report itself has its own.
        register : bool
            Whether it is registered too, where the profile lets its source.
        twin_of : str
            Number of the case that it repeats.
        photos : sequence of Path

        Raises
        ------
        UnusableInput
            It can't be a case, or a step is not legal.
        UsageError
            There is no case `twin_of`.
        """
        row, problems = self._case(said, at)
        if twin_of and self.workspace.count("cases", where={"number": twin_of}) != 1:
            raise UsageError(
                Text(f"no case has the number {twin_of!r}", f"没有案卷号为“{twin_of}”的案件")
            )
        row["duplicate_of"] = pd.Series([twin_of or None], index=row.index, dtype=object)
        row["stage"] = "collected"
        with self.workspace.transaction(
            "cases intake", who=self.who, parameters={"source": said.source}
        ) as tx:
            fresh = mint_numbers(tx, row, self.city.areas)
            number = str(fresh["number"].iloc[0])
            fresh["source_number"] = number
            tx.insert("cases", fresh[[*_stored(fresh), "geometry"]])
            log = self._log(fresh, number, str(fresh["reported_at"].iloc[0]), at, register, twin_of)
            tx.insert("case_log", log)
            held = self.workspace.read("cases", where={"number": number})
            restate(tx, held, log, self.profile, timer_of(self.workspace, at))
            rows, unread = case_photo_rows(
                self.workspace, number, photos, self.who, dry_run=dry_run
            )
            if len(rows):
                tx.insert("case_photos", rows)
            if dry_run:
                tx.rollback()
        return Taken(number, str(log["after"].iloc[-1]), [*problems, *unread])

    # --- inside ----------------------------------------------------------------------

    def _case(self, said: Reported, at: str) -> tuple[gpd.GeoDataFrame, list[Problem]]:
        """Return the row that a report makes, located and owned, and what contradicts itself."""
        note = " ".join(
            part
            for part in (said.note, reporter_note(said.reporter, said.phone, self.profile.reporter))
            if part
        )
        told = {
            "source_number": "new", "source": said.source, "object_kind": said.object_kind,
            "class_code": said.class_code, "component_code": said.component_code,
            "given_grid_code": said.given_grid_code, "description": said.description,
            "address": said.address, "reported_at": said.reported_at, "note": note,
            "condition": said.condition, "area_class": said.area_class,
        }  # fmt: skip
        frame = pd.DataFrame([told], dtype=object)
        there = said.x is not None and said.y is not None
        point = shapely.Point(said.x, said.y) if there else None
        rows = Rows(
            gpd.GeoDataFrame(
                frame.assign(source_row=1, source_system=SYSTEM), geometry=[point],
                crs=self.workspace.crs,
            )
        )  # fmt: skip
        prepare_cases(rows, self.city, self.edition, ACCEPT, at)
        if rows.bad:
            raise UnusableInput(*rows.bad[0])
        row = gpd.GeoDataFrame(rows.frame).reset_index(drop=True)
        if there and said.location_method != "given":
            row["location_method"] = said.location_method
            row["location_error_m"] = said.location_error_m
            row["location_probability"] = said.location_probability
        row["number"] = "new"
        findings = [_unplaced(p) for p in rows.findings]
        return row, findings

    def _places(self, case: pd.Series) -> dict[str, tuple[str, str]]:
        names = dict(zip(self.city.areas["code"], self.city.areas["name"], strict=True))
        found = {}
        for column in AREA_COLUMNS:
            code = case[column]
            if isinstance(code, str):
                found[column.removesuffix("_code")] = (code, str(names.get(code, "")))
        return found

    def _limit(self, row: gpd.GeoDataFrame, at: str) -> dict[str, Any]:
        timer = timer_of(self.workspace, at)
        found = timer.limits.find(row).iloc[0]
        seconds, working = int(found["seconds"]), bool(found["working"])
        if not seconds:
            return {}
        moment = np.array([at], dtype="datetime64[s]")
        ends = due(timer.calendar, moment, np.array([seconds]), np.array([working]))[0]
        return {
            "value": float(found["value"]), "unit": str(found["unit"]), "seconds": seconds,
            "working": working, "due_at": str(ends),
        }  # fmt: skip

    def _components(self, case: pd.Series) -> pd.DataFrame:
        empty: pd.DataFrame = pd.DataFrame(columns=["code", "name", "metres"])
        point = case["geometry"]
        if case["object_kind"] != "component" or point is None or point.is_empty:
            return empty
        reach = COMPONENT_M
        held = self.workspace.read(
            "components",
            where={"class_code": case["class_code"]},
            columns=["code", "name"],
            bbox=(point.x - reach, point.y - reach, point.x + reach, point.y + reach),
        )
        out: pd.DataFrame = pd.DataFrame(held[["code", "name"]])
        out["metres"] = held.geometry.distance(point).round(1)
        out = out[(out["metres"] <= reach).to_numpy()]
        out = out.sort_values(["metres", "code"], ignore_index=True).iloc[:COMPONENTS]
        return out

    def _log(
        self,
        fresh: gpd.GeoDataFrame,
        number: str,
        reported_at: str,
        at: str,
        register: bool,
        twin_of: str,
    ) -> pd.DataFrame:
        """Return the first rows of the log, each judged by the profile."""
        first = next(s.name for s in self.profile.steps.values() if s.first)
        steps = [(first, reported_at, "")]
        steps += [("link", at, f"重复于 {twin_of}")] if twin_of else []
        steps += [("register", at, "")] if register else []
        entries = pd.DataFrame(
            [
                {"number": number, "step": step, "at": moment, "who": self.who, "reason": reason}
                for step, moment, reason in steps
            ]
        )
        none = pd.DataFrame(columns=["number", "seq", "step", "at"])
        cases = fresh.set_index("number", drop=False)
        rows, refused = advance_all(none, cases, self.profile, entries)
        if len(refused):
            name, rule = entries.at[refused.index[0], "step"], str(refused["rule"].iloc[0])
            step = self.profile.steps[str(name)]
            raise UnusableInput(
                Problem(rule, step.label, Text("a legal step", "可执行的操作"), why(rule, step))
            )
        rows.index = pd.RangeIndex(len(rows))
        return rows


def _stored(frame: gpd.GeoDataFrame) -> list[str]:
    return [c.name for c in CASES.columns if c.name in frame]


def _unplaced(p: Problem) -> Problem:
    """A report is no row of a file."""
    return replace(p, row=None)


__all__ = ["IntakeDesk", "Look", "Reported", "Taken"]
