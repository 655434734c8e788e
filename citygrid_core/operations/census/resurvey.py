"""A second survey of components held: each gets one outcome, what has none is listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from citygrid_core.census.resurvey import OUTCOMES, Round
from citygrid_core.errors import Text, UsageError
from citygrid_core.operations.census.capture.captured import SurveyArea
from citygrid_core.operations.census.capture.desk import CaptureDesk
from citygrid_core.operations.census.capture.steps import Recorder, Step, revise
from citygrid_core.workspace import Workspace

_EVERYWHERE = SurveyArea()
#: Columns of the list of what was not visited.
LISTED = ("code", "class_code", "name", "grid_code", "state", "surveyed_on")


class Resurvey:
    """One round over the components of an area.

    Parameters
    ----------
    desk : CaptureDesk
        Its undo takes outcomes back too: tell the round by `undone`.
    name : str
        The round, e.g. ``"2026"``; the same name goes on with what is left.
    """

    def __init__(self, desk: CaptureDesk, name: str) -> None:
        if not name.strip():
            raise UsageError(Text("a round needs a name", "复核批次需要名称"))
        self.desk, self.name = desk, name.strip()
        self.round = Round(*_held(desk.workspace, self.name, desk.area))

    def confirm(self, code: str, *, on: str) -> str | None:
        """Note that a component is as it was; return the next nearest one."""
        return self._visit(code, "confirmed", {}, on)

    def move(self, code: str, geometry: Any, *, on: str) -> str | None:
        """Put a component to another place: grid and areas follow, its code stays."""
        frame = gpd.GeoDataFrame(geometry=[geometry], crs=self.desk.workspace.crs)
        grid = self.desk.places(frame)["grid_code"].iloc[0]
        return self._visit(code, "moved", {"geometry": geometry, "grid_code": grid}, on)

    def change(self, code: str, changes: Mapping[str, Any], *, on: str) -> str | None:
        """Give a component other attributes."""
        return self._visit(code, "changed", dict(changes), on)

    def gone(self, code: str, *, on: str) -> str | None:
        """End a component that is no longer there."""
        return self._visit(code, "gone", None, on)

    def undone(self, step: Step) -> None:
        """Note that a step was taken back: its components are open again."""
        for code in step.codes:
            self.round.mark(code, visited=False)

    def _visit(
        self, code: str, outcome: str, changes: dict[str, Any] | None, on: str
    ) -> str | None:
        row = self.desk.read(code)
        said = OUTCOMES[outcome]
        name = Text(f"{code}: {outcome}", f"{code}：{said.zh.partition('：')[0]}")
        with self.desk.steps.step(
            "census resurvey",
            name,
            [code],
            families=("components", "resurveys"),
            round=self.name,
            outcome=outcome,
        ) as step:
            if changes is None:
                step.tx.end("components", row, max(str(row["valid_from"].iloc[0]), on))
            elif changes:
                revise(step, row, changes | {"changed_on": on}, on)
            self._note(step, code, outcome, on)
        self.round.mark(code)
        return self.round.after(code)

    def _note(self, step: Recorder, code: str, outcome: str, on: str) -> None:
        held = step.before["resurveys"]
        held = held[held["round"] == self.name]
        said = {"outcome": outcome, "visited_on": on, "visited_by": self.desk.steps.who or None}
        if len(held):
            step.tx.update("resurveys", held.assign(**said))
            return
        row = {"round": self.name, "component_code": code, **said}
        step.add("resurveys", pd.DataFrame({k: [v] for k, v in row.items()}, dtype=object))


def not_visited(workspace: Workspace, name: str, area: SurveyArea = _EVERYWHERE) -> pd.DataFrame:
    """Return the components of an area that a round has not reached.

    Parameters
    ----------
    name : str
        The round.

    Returns
    -------
    DataFrame
        Columns `LISTED`, ordered by grid and code.
    """
    left = Round(*_held(workspace, name, area)).not_visited()
    listed: pd.DataFrame = pd.DataFrame(left[list(LISTED)]).sort_values(["grid_code", "code"])
    listed = listed.reset_index(drop=True)
    return listed


def _held(workspace: Workspace, name: str, area: SurveyArea) -> tuple[gpd.GeoDataFrame, list[str]]:
    components = workspace.read("components", columns=list(LISTED))
    inside = [area.holds("" if pd.isna(g) else str(g)) for g in components["grid_code"]]
    visits = workspace.read("resurveys", where={"round": name})
    seen = visits.loc[visits["outcome"] != "withdrawn", "component_code"]
    return components[inside].reset_index(drop=True), [str(c) for c in seen]
