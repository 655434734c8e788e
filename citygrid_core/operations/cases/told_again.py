"""What a file says of cases that are held meets their logs: the log is added to, never corrected."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.cases import stage as stage_of
from citygrid_core.cases.lifecycle import STAGES
from citygrid_core.cases.lifecycle.fold import moments
from citygrid_core.errors import Problem, Text
from citygrid_core.operations.cases.clock import profile_of, timer_of
from citygrid_core.operations.cases.keep import STEPS, steps_of
from citygrid_core.operations.cases.steps import restate
from citygrid_core.operations.importing.intake import problem, text_column
from citygrid_core.workspace import Transaction, Workspace

Bools = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]
_RANK = {name: rank for rank, name in enumerate(STAGES)}
_NEEDED = ["number", "seq", "step", "at", "after", "post"]
_CURE = Text(
    "the log was kept; ask the source which of the two is right",
    "已保留流程记录；请与数据来源核实",
)


class ToldAgain:
    """Settles what the rows of one delivery say of cases that are held.

    What the log of a case has, stays. A step that it does not have is taken when it can stand
    at the log's end: not earlier than the last one, and to a later stage. The stage is the one
    that the log tells then; only of a case of which nobody but its source ever told, the source
    may say a later stage without a time. What contradicts this is a finding, and the rest of
    the row is taken.

    Attributes
    ----------
    findings : list of Problem
        What was set aside, row by row; without the file.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.findings: list[Problem] = []
        self._limited = workspace.count("case_limits") > 0
        self._log = pd.DataFrame()
        self._mixed = pd.Index([])

    def settle(
        self, before: gpd.GeoDataFrame, changed: gpd.GeoDataFrame, fields: pd.DataFrame
    ) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
        """Return the rows without what contradicts their log, and which fields still differ."""
        changed, fields = changed.copy(), fields.copy()
        numbers = before["number"].to_numpy(dtype=object)
        log = self.workspace.read("case_log", where={"number": numbers.tolist()}, columns=_NEEDED)
        self._log = log = log.sort_values("seq", kind="stable").reset_index(drop=True)
        ours = log["number"][(text_column(log, "post") != "source").to_numpy()]
        self._mixed = pd.Index(ours.unique())
        mixed = _among(numbers, self._mixed)
        given = _texts(changed, "stage")
        said = given != stage_of(changed).to_numpy(dtype=object)
        end = log.drop_duplicates("number", keep="last").set_index("number").reindex(numbers)
        last, reached = moments(end["at"]), _texts(end, "after")
        grew = np.zeros(len(changed), dtype=bool)
        aside: dict[str, Bools] = {}
        for name, step, to in STEPS:
            if name not in fields:
                continue
            asked = fields[name].to_numpy(dtype=bool)
            told = moments(changed[name].where(asked, None))
            own = log[(log["step"] == step).to_numpy()]
            has = _among(numbers, own["number"])
            fits = np.isnat(last) | ((told >= last) & (_ranks(reached) < _RANK[to]))
            new = asked & ~has & fits
            known = _pairs(numbers, told).isin(_pairs(own["number"].to_numpy(), moments(own["at"])))
            latest = own.drop_duplicates("number", keep="last").set_index("number")["at"]
            kept = latest.reindex(numbers).to_numpy(dtype=object)
            aside[to] = asked & ~new & ~(has & known)
            for at in np.flatnonzero(aside[to]):
                self._time(changed, at, name, kept[at] if has[at] else None, last[at], reached[at])
            values = changed[name].to_numpy(dtype=object).copy()
            values[asked & ~new] = kept[asked & ~new]  # what the log has; nothing where it has none
            changed[name] = values
            stood = moments(before[name]) == moments(pd.Series(kept, dtype=object))
            fields[name] = new | (asked & has & ~stood)
            grew |= new
            last, reached = np.where(new, told, last), np.where(new, to, reached)
        if "stage" in fields:
            self._stage(before, changed, fields, given, said, reached, grew, mixed, aside)
        if "due_at" in fields:
            self._due(changed, fields, numbers, mixed)
        return changed, fields

    def log(self, tx: Transaction, changed: gpd.GeoDataFrame) -> None:
        """Append the steps that the times of settled cases tell and their logs do not have."""
        if changed.empty:
            return
        log = self._log
        rows = steps_of(changed)
        have = pd.MultiIndex.from_frame(log[["number", "step"]])
        rows = rows[~pd.MultiIndex.from_frame(rows[["number", "step"]]).isin(have)]
        if len(rows):
            rows = rows.reset_index(drop=True)
            end = log.drop_duplicates("number", keep="last").set_index("number")
            end = end.reindex(rows["number"])
            rows["seq"] = rows.groupby("number").cumcount() + 1
            first = (rows["seq"] == 1).to_numpy() & end["after"].notna().to_numpy()
            rows["before"] = np.where(first, end["after"], rows["before"])
            # void is told without a time: not before the last step of the log
            early = moments(rows["at"]) < moments(end["at"])
            rows["at"] = np.where(early, end["at"], rows["at"])
            rows["seq"] += end["seq"].fillna(0).to_numpy(dtype=np.int64)
            tx.insert("case_log", rows)
        self._restate(tx, changed["number"])

    def _restate(self, tx: Transaction, numbers: pd.Series) -> None:
        """Let the log say what stands in the cases that went on here, not a file."""
        chosen = {"number": numbers[numbers.isin(self._mixed).to_numpy()].tolist()}
        if not chosen["number"]:
            return
        held = self.workspace.read("cases", where=chosen)
        log = self.workspace.read("case_log", where=chosen)
        timer = timer_of(self.workspace, logs=[log])
        restate(tx, held, log, profile_of(self.workspace), timer)

    def _stage(
        self,
        before: gpd.GeoDataFrame,
        changed: gpd.GeoDataFrame,
        fields: pd.DataFrame,
        given: Objects,
        said: Bools,
        reached: Objects,
        grew: Bools,
        mixed: Bools,
        aside: dict[str, Bools],
    ) -> None:
        """Set the stage that the log tells now, or a later one that only the source can tell."""
        held = _texts(before, "stage")
        voids = self._log["number"][(self._log["step"] == "void").to_numpy()]
        numbers = before["number"].to_numpy(dtype=object)
        void = (given == "void") & (reached != "void") & ~_among(numbers, voids)
        best = np.where(mixed, reached, held)
        for stages, counts in ((reached, grew | (given == reached)), (given, said)):
            later = ~mixed & counts & (_ranks(stages) > _ranks(best))
            best = np.where(later, stages, best)
        best = np.where(void, "void", best)
        wrong = given != best
        for to, rows in aside.items():  # said already by its time
            wrong &= ~(rows & ~said & (given == to))
        for at in np.flatnonzero(wrong):
            self.findings.append(
                problem(
                    "log.stage", "stage", f"{numbers[at]} {given[at]}",
                    Text(f"{best[at]}, as its log tells", f"{best[at]}（按流程记录）"),
                    _CURE, row=_row(changed, at),
                )
            )  # fmt: skip
        fields["stage"] = best != held
        changed["stage"] = best

    def _due(
        self, changed: gpd.GeoDataFrame, fields: pd.DataFrame, numbers: Objects, mixed: Bools
    ) -> None:
        """Leave the deadlines of cases that went on here to the limits and delays."""
        delayed = self._log["number"][(self._log["step"] == "delay").to_numpy()]
        counted = mixed & (self._limited | _among(numbers, delayed))
        values = changed["due_at"].to_numpy(dtype=object).copy()
        values[counted] = None
        changed["due_at"] = values
        fields["due_at"] = fields["due_at"].to_numpy(dtype=bool) & ~counted

    def _time(
        self, changed: gpd.GeoDataFrame, at: Any, name: str, kept: Any, last: Any, reached: str
    ) -> None:
        expected = Text(f"{kept}, as its log has it", f"{kept}（流程记录所载）")
        if kept is None:
            expected = Text(
                f"a step after {reached} {last}, which its log has already",
                f"晚于流程记录已有的 {reached} {last} 的环节",
            )
        self.findings.append(
            problem("log.time", name, changed[name].iloc[at], expected, _CURE,
                    row=_row(changed, at))
        )  # fmt: skip


def _row(changed: gpd.GeoDataFrame, at: Any) -> int:
    row: Any = changed["source_row"].iloc[at]
    return int(row)


def _texts(frame: pd.DataFrame, name: str) -> Objects:
    return text_column(frame, name).to_numpy(dtype=object)


def _ranks(stages: Objects) -> npt.NDArray[np.int64]:
    codes, distinct = pd.factorize(stages)
    return np.array([_RANK.get(str(s), -1) for s in distinct], dtype=np.int64)[codes]


def _among(numbers: Objects, some: Any) -> Bools:
    """Tell which are among some, by hash: numpy compares objects each with each."""
    found: Bools = pd.Index(numbers, dtype=object).isin(some)
    return found


def _pairs(numbers: Objects, at: Any) -> pd.MultiIndex:
    index: pd.MultiIndex = pd.MultiIndex.from_arrays([numbers, at])
    return index
