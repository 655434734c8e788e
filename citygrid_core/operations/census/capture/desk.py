"""Components placed one by one: located, owned, coded and stored at the click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.census import component_codes
from citygrid_core.census.alerts import (
    Alert,
    border_alert,
    capacity_alert,
    outside_alert,
    owner_alert,
    twin_alert,
)
from citygrid_core.census.choose import ClassChooser, ClassHit
from citygrid_core.census.radii import class_radii
from citygrid_core.errors import Text, UnusableInput, UsageError
from citygrid_core.operations.census.capture.captured import (
    Attributes,
    Capture,
    OutsideCity,
    Placed,
    SurveyArea,
    default_accuracy,
    faults_of,
    numbers_of,
)
from citygrid_core.operations.census.capture.steps import Recorder, Steps, revise
from citygrid_core.operations.census.numbers import used
from citygrid_core.operations.city import City
from citygrid_core.operations.fresh_city import FreshCity
from citygrid_core.standards import load_edition
from citygrid_core.workspace import Workspace

ROLES = ("supervising", "owning", "maintaining")
#: Error of a position in metres that asks about the border of a grid. Class C may be off
#: by 10 m, but two grids within 10 m is nearly everywhere: who is always asked never reads.
BORDER_M = {"A": 0.5, "B": 1.0, "C": 2.0}
#: Radius in metres within which two of a class are asked about, where none is named.
RADIUS_M = 1.0


class CaptureDesk:
    """Places components into a workspace that stays open while the survey goes on.

    Parameters
    ----------
    workspace : Workspace
    who : str
        The surveyor, for the journal.
    radii : mapping, optional
        Class code or prefix to the radius (m) within which two are asked about; by
        default those of the rule book.
    """

    def __init__(
        self, workspace: Workspace, *, who: str = "", radii: Mapping[str, float] | None = None
    ) -> None:
        self.workspace = workspace
        self.edition = load_edition(workspace.edition)
        self.chooser = ClassChooser(self.edition)
        self.steps = Steps(workspace, who)
        self.area = SurveyArea()
        self._radii = dict(class_radii(self.edition) if radii is None else radii)
        self._city = FreshCity(workspace)
        sequence = self.edition.structures["component"].parts
        self._most = int(10 ** next(p.digits for p in sequence if p.name == "sequence") - 1)

    # --- what is known ---------------------------------------------------------------

    @property
    def city(self) -> City:
        """Grids, areas and duties; read anew when any of them has changed."""
        return self._city.get()

    def radius(self, class_code: str) -> float:
        """Return the radius in metres within which two of a class are asked about."""
        named = [p for p in self._radii if class_code.startswith(p)]
        return float(self._radii[max(named, key=len)]) if named else RADIUS_M

    def read(self, code: str) -> gpd.GeoDataFrame:
        """Return the valid row of a component.

        Raises
        ------
        UsageError
            There is none.
        """
        row = self.workspace.read("components", where={"code": code})
        if len(row) != 1:
            raise UsageError(Text(f"there is no component {code}", f"没有部件 {code}"))
        return row

    # --- placing ---------------------------------------------------------------------

    def place(self, capture: Capture, *, on: str) -> Placed:
        """Store one component; see `place_all`."""
        return self.place_all([capture], on=on)[0]

    def place_all(self, captures: Sequence[Capture], *, on: str) -> list[Placed]:
        """Store components in one transaction, as one step that can be taken back.

        Grid, areas, departments by role, dates and code are filled in; the code is
        minted in the transaction that stores the component. Nothing is asked before:
        the alerts come with what was stored.

        Parameters
        ----------
        captures : sequence of Capture
        on : str
            ISO date of the survey.

        Returns
        -------
        list of Placed
            In the order given.

        Raises
        ------
        OutsideCity
            One lies in no community.
        UnusableInput
            A class, a shape or a number is wrong; all problems are listed.
        """
        if not captures:
            return []
        city = self.city
        hits = [self._hit(c.class_code) for c in captures]
        problems = [p for c, h in zip(captures, hits, strict=True) for p in faults_of(c, h)]
        numbers = [numbers_of(c.attributes) for c in captures]
        problems += [p for _, found in numbers for p in found]
        if problems:
            raise UnusableInput(*problems)
        frame = self._frame(captures, hits, [kept for kept, _ in numbers], on)
        places = self.places(frame)
        asked = places.assign(class_code=frame["class_code"], object_kind="component")
        points = frame.geometry.representative_point()
        duty = city.duties.resolve(gpd.GeoDataFrame(asked, geometry=points, crs=frame.crs), at=on)
        for role in ROLES:
            given = [c.attributes.departments.get(role) or None for c in captures]
            frame[f"{role}_code"] = _objects(
                [g or d for g, d in zip(given, _texts(duty[f"{role}_code"]), strict=True)]
            )
        frame["grid_code"] = places["grid_code"].to_numpy()
        problems = used(self.workspace, [kept for kept, _ in numbers], list(frame["owning_code"]))
        if problems:
            raise UnusableInput(*problems)
        near = [self._near(h, g) for h, g in zip(hits, frame.geometry, strict=True)]
        name = Text(
            f"place {hits[0].name}" if len(hits) == 1 else f"place {len(hits)} components",
            f"采集{hits[0].name}" if len(hits) == 1 else f"采集 {len(hits)} 个部件",
        )
        with self.steps.step("census capture", name) as step:
            minted = self._mint(step, frame, places["county_code"])
            step.add("components", frame)
        placed = [
            self._placed(captures[i], hits[i], frame.iloc[i], places.iloc[i], duty.iloc[i])
            for i in range(len(frame))
        ]
        return [
            replace(p, alerts=self._alerts(p, near[i], duty.iloc[i], minted[i]))
            for i, p in enumerate(placed)
        ]

    # --- after placing ---------------------------------------------------------------

    def amend(self, code: str, changes: Mapping[str, Any], *, on: str) -> None:
        """Change fields of a component from a day on; its past stays.

        Parameters
        ----------
        changes : mapping
            Column to value; ``geometry`` moves it: grid and areas follow.

        Raises
        ------
        UnusableInput, OutsideCity, UsageError
        """
        self._amend("census amend", Text(f"change {code}", f"修改 {code}"), code, changes, on)

    def keep_rule(self, code: str, alert: Alert, *, on: str) -> None:
        """Answer an ``owner`` alert: the bodies that the duty rules name are taken."""
        changes = {f"{role}_code": body for role, body in alert.roles.items()}
        name = Text(f"owner of {code} by the rules", f"{code} 采用责任规则")
        self._amend("census amend", name, code, changes, on)

    def merge(self, code: str, into: str, *, on: str) -> None:
        """Answer a ``twin`` alert: the new component becomes part of the old one.

        The old one keeps its code and place and gets what it lacks; photos go with it;
        the new code is used up and linked to the old one by lineage.
        """
        new, old = self.read(code), self.read(into)
        lacking = {
            str(name): new[name].iloc[0]
            for name in new.columns
            if name not in ("table_", "geometry", "valid_from", "valid_to", "source", "source_key")
            and pd.isna(old[name].iloc[0])
            and pd.notna(new[name].iloc[0])
        }
        name = Text(f"merge {code} into {into}", f"{code} 并入 {into}")
        with self.steps.step(
            "census merge", name, [code, into], families=("components", "attachments")
        ) as step:
            begun = str(new["valid_from"].iloc[0])
            step.tx.end("components", new, max(begun, on))
            if lacking:
                revise(step, old, lacking, on)
            photos = step.before["attachments"]
            mine = photos[photos["component_code"] == code]
            if len(mine):
                step.tx.update("attachments", mine.assign(component_code=into))
            step.tx.lineage("component", [code], [into], "merge", on)

    def drop(self, code: str, *, on: str) -> None:
        """Answer an alert by taking the component back: it ends on the day it began."""
        row = self.read(code)
        with self.steps.step("census drop", Text(f"take {code} back", f"撤回 {code}"), [code]) as s:
            s.tx.end("components", row, max(str(row["valid_from"].iloc[0]), on))

    # --- inside ----------------------------------------------------------------------

    def _amend(
        self, operation: str, name: Text, code: str, changes: Mapping[str, Any], on: str
    ) -> None:
        row = self.read(code)
        said = {k: (None if v == "" else v) for k, v in changes.items()}
        kept, problems = numbers_of(
            Attributes(
                manhole_number=str(said.get("manhole_number") or ""),
                asset_number=str(said.get("asset_number") or ""),
            )
        )
        kept = {k: v for k, v in kept.items() if k in said}
        owner = said.get("owning_code", row["owning_code"].iloc[0])
        problems += used(self.workspace, [kept], [owner], but=code)
        if problems:
            raise UnusableInput(*problems)
        said |= {k: v or None for k, v in kept.items()}
        if "geometry" in said:
            moved = gpd.GeoDataFrame(geometry=[said["geometry"]], crs=self.workspace.crs)
            said["grid_code"] = self.places(moved)["grid_code"].iloc[0]
        said["changed_on"] = on
        with self.steps.step(operation, name, [code]) as step:
            revise(step, row, said, on)

    def _hit(self, class_code: str) -> ClassHit:
        hit = self.chooser.classes.get(class_code)
        if hit is None:
            raise UsageError(
                Text(
                    f"{class_code!r} is no component class of {self.edition.id}",
                    f"“{class_code}”不是 {self.edition.id} 的部件类别",
                )
            )
        return hit

    def _frame(
        self,
        captures: Sequence[Capture],
        hits: Sequence[ClassHit],
        numbers: Sequence[dict[str, str]],
        on: str,
    ) -> gpd.GeoDataFrame:
        said = [c.attributes for c in captures]
        columns: dict[str, list[Any]] = {
            "class_code": [h.code for h in hits],
            "name": [h.name for h in hits],
            "state": [a.state for a in said],
            "surveyed_on": [on] * len(said),
            "data_source": [a.data_source for a in said],
            "accuracy_class": [
                a.accuracy_class or default_accuracy(h) for a, h in zip(said, hits, strict=True)
            ],
            "source": ["census capture"] * len(said),
            "manhole_number": [n["manhole_number"] or None for n in numbers],
            "asset_number": [n["asset_number"] or None for n in numbers],
            "valid_from": [on] * len(said),
            "note": [a.note or None for a in said],
        }
        frame = gpd.GeoDataFrame(
            {k: _objects(v) for k, v in columns.items()},
            geometry=gpd.GeoSeries([c.geometry for c in captures], crs=self.workspace.crs),
            crs=self.workspace.crs,
        )
        return frame

    def places(self, frame: gpd.GeoDataFrame) -> pd.DataFrame:
        """Return grid, community, street and county of shapes.

        Raises
        ------
        OutsideCity
        """
        point = frame.geometry.representative_point()
        x, y = point.x.to_numpy(), point.y.to_numpy()
        places = self.city.locate(x, y)
        outside = np.flatnonzero(places["community_code"].isna())
        if len(outside):
            raise OutsideCity(float(x[outside[0]]), float(y[outside[0]]))
        return places

    def _near(self, hit: ClassHit, geometry: Any) -> list[tuple[str, float]]:
        radius = self.radius(hit.code)
        x0, y0, x1, y1 = shapely.bounds(geometry)
        box = (x0 - radius, y0 - radius, x1 + radius, y1 + radius)
        held = self.workspace.read(
            "components", where={"class_code": hit.code}, columns=["code"], bbox=box
        )
        return list(zip(held["code"], held.geometry.distance(geometry), strict=True))

    def _mint(self, step: Recorder, frame: gpd.GeoDataFrame, counties: pd.Series) -> list[int]:
        sequence = np.zeros(len(frame), dtype=np.int64)
        pairs = pd.DataFrame({"county": counties.to_numpy(), "class": frame["class_code"]})
        for (county, class_), at in pairs.groupby(["county", "class"], sort=True).indices.items():
            minted = step.tx.mint(f"component:{county}{class_}", len(at))
            sequence[at] = np.arange(minted.start, minted.stop)
        codes = component_codes(counties, frame["class_code"], sequence, self.edition)
        frame["code"] = codes.to_numpy()
        return [int(n) for n in sequence]

    def _placed(
        self, capture: Capture, hit: ClassHit, row: pd.Series, place: pd.Series, duty: pd.Series
    ) -> Placed:
        bodies = {r: str(row[f"{r}_code"]) for r in ROLES if row[f"{r}_code"]}
        ruled = [str(duty[f"{r}_code"]) for r in ROLES if duty[f"{r}_code"]]
        register = self.city.duties.departments
        names = {
            c: register.name(c, str(row["valid_from"])) or c for c in (*bodies.values(), *ruled)
        }
        return Placed(
            str(row["code"]),
            hit.code,
            hit.name,
            capture.geometry,
            replace(capture.attributes, accuracy_class=str(row["accuracy_class"])),
            {str(k): "" if v is None else str(v) for k, v in place.items()},
            bodies,
            names,
        )

    def _alerts(
        self, placed: Placed, near: Sequence[tuple[str, float]], duty: pd.Series, used: int
    ) -> tuple[Alert, ...]:
        city, place = self.city, placed.places
        name = self._hit(placed.class_code).label
        ruled = {r: str(duty[f"{r}_code"]) for r in ROLES if duty[f"{r}_code"]}
        found = [
            twin_alert(name, self.radius(placed.class_code), near),
            owner_alert(placed.departments, ruled, placed.department_names),
            capacity_alert(place["county_code"], name, used, self._most),
        ]
        reach = BORDER_M.get(placed.attributes.accuracy_class, BORDER_M["C"])
        if len(city.cells) and place["grid_code"]:
            point = shapely.point_on_surface(placed.geometry)
            border = city.cells.border_distance(
                np.array([point.x]), np.array([point.y]), within=reach
            )
            other = int(border.other[0])
            if other >= 0:
                next_ = str(city.cells.codes[other])
                found.append(
                    border_alert(float(border.distance[0]), reach, place["grid_code"], next_)
                )
        if not self.area.holds(place["grid_code"] or place["community_code"]):
            where = place["grid_code"] or place["community_code"]
            found.append(outside_alert(where, self.area.name))
        return tuple(a for a in found if a is not None)


def _texts(column: pd.Series) -> list[str | None]:
    return [None if pd.isna(v) or not v else str(v) for v in column]


def _objects(values: Sequence[Any]) -> pd.Series:
    made: pd.Series = pd.Series(list(values), dtype=object)
    return made
