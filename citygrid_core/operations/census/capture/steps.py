"""One named step of work on components, that can be taken back by one key.

A step remembers the rows of the components that it touched, as they were and as it
left them. Taking it back writes the former content again; a row that the step added
keeps its code for ever, but is valid on no day. If somebody else has changed the same
components since, nothing is taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from citygrid_core.errors import CitygridError, Text
from citygrid_core.workspace import Transaction, Workspace
from citygrid_core.workspace.schema import FAMILIES

#: Column by which a step finds the rows of a component in each family.
KEYS = {"components": "code", "attachments": "component_code", "resurveys": "component_code"}
Content = dict[tuple[str, int], tuple[Any, ...]]


class ChangedSince(CitygridError):
    """Somebody else changed the same components after the step that is to be taken back.

    Parameters
    ----------
    codes : sequence of str
    """

    def __init__(self, codes: Sequence[str]) -> None:
        self.codes = tuple(codes)
        said = ", ".join(codes)
        super().__init__(
            Text(
                f"{said} was changed by somebody else since; nothing was taken back",
                f"{'、'.join(codes)} 之后已被他人修改，未作撤销",
            )
        )


@dataclass(frozen=True)
class Step:
    """What one step did.

    Attributes
    ----------
    name : Text
        What the user did, as an undo list shows it.
    codes : tuple of str
        The components touched.
    before, after : dict of str to frame
        Family to all rows of these components, before and after.
    """

    name: Text
    codes: tuple[str, ...]
    before: dict[str, gpd.GeoDataFrame | pd.DataFrame] = field(repr=False)
    after: dict[str, gpd.GeoDataFrame | pd.DataFrame] = field(repr=False)


class Recorder:
    """Notes within one transaction which components change."""

    def __init__(
        self, tx: Transaction, workspace: Workspace, families: Sequence[str] = ("components",)
    ) -> None:
        self.tx, self.workspace, self.families = tx, workspace, families
        self.codes: list[str] = []
        self.before: dict[str, gpd.GeoDataFrame | pd.DataFrame] = {}

    def touch(self, codes: Sequence[str]) -> None:
        """Remember components as they are; call it once, before anything is written."""
        self.codes = list(codes)
        self.before = rows_of(self.workspace, self.codes, self.families)

    def add(self, family: str, frame: gpd.GeoDataFrame | pd.DataFrame) -> list[int]:
        """Store new rows and return their fids; new components belong to the step."""
        fids = self.tx.insert(family, frame)
        if family == "components":
            self.codes += [str(c) for c in frame["code"]]
        return [int(f) for f in fids]

    def step(self, name: Text) -> Step:
        """Return the step as it is now."""
        return Step(
            name, tuple(self.codes), self.before, rows_of(self.workspace, self.codes, self.families)
        )


@dataclass
class Steps:
    """The steps of one person's work, the newest last."""

    workspace: Workspace
    who: str = ""
    done: list[Step] = field(default_factory=list)

    @contextmanager
    def step(
        self,
        operation: str,
        name: Text,
        touched: Sequence[str] = (),
        families: Sequence[str] = ("components",),
        **parameters: Any,
    ) -> Iterator[Recorder]:
        """Run one transaction as one step.

        Parameters
        ----------
        operation : str
            As in the journal.
        touched : sequence of str
            Components that are there and will change.
        families : sequence of str
            What of them will change, of `KEYS`.
        """
        facts: dict[str, Any] = {"codes": list(touched), **parameters}
        with self.workspace.transaction(operation, who=self.who, parameters=facts) as tx:
            recorder = Recorder(tx, self.workspace, families)
            recorder.touch(touched)
            yield recorder
            step = recorder.step(name)
            # The journal tells when each component was placed: photos are matched by it.
            facts["codes"] = list(step.codes)
        self.done.append(step)

    def undo(self) -> Step | None:
        """Take the last step back and return it; None when there is none.

        Raises
        ------
        ChangedSince
            The components are no longer as the step left them; the step stays.
        """
        if not self.done:
            return None
        step = self.done[-1]
        with self.workspace.transaction(
            "census undo",
            who=self.who,
            parameters={"codes": list(step.codes), "step": step.name.en},
        ) as tx:
            now = rows_of(self.workspace, step.codes, tuple(step.after))
            if _contents(now) != _contents(step.after):
                raise ChangedSince(step.codes)
            for family, after in step.after.items():
                _take_back(tx, family, step.before.get(family, after.iloc[:0]), after)
        return self.done.pop()


def rows_of(
    workspace: Workspace, codes: Sequence[str], families: Sequence[str] = ("components",)
) -> dict[str, gpd.GeoDataFrame | pd.DataFrame]:
    """Return all rows of components, past ones too, by family."""
    if not codes:
        return {}
    return {
        family: workspace.read(family, at="all", where={KEYS[family]: list(codes)})
        for family in families
    }


def revise(
    recorder: Recorder, row: gpd.GeoDataFrame, changes: dict[str, Any], on: str
) -> gpd.GeoDataFrame:
    """Change a component from a day on; its past stays.

    Parameters
    ----------
    row : GeoDataFrame
        The valid row of one component as `Workspace.read` gives it.
    changes : dict
        Column, or ``geometry``, to its new value.
    on : str
        ISO date of the change.

    Returns
    -------
    GeoDataFrame
        The row as it is now (without a fid that means anything when it is new).
    """
    after = with_values(row, changes)
    if str(row["valid_from"].iloc[0]) >= on:
        recorder.tx.update("components", after)
        return after
    recorder.tx.end("components", row, on)
    code = str(row["code"].iloc[0])
    again = recorder.workspace.read("components", at="all", where={"code": code, "valid_from": on})
    successor = with_values(after, {"valid_from": on, "valid_to": None})
    if len(again):
        # A change of this day that was taken back: its row is used again.
        successor.index = again.index
        if "table_" in successor:
            successor["table_"] = again["table_"].to_numpy()
        recorder.tx.update("components", successor)
        return successor
    names = [c.name for c in FAMILIES["components"].columns if c.name in successor]
    recorder.tx.insert("components", successor[[*names, "geometry"]])
    return successor


def with_values(row: gpd.GeoDataFrame, changes: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return a copy of one row with other values."""
    after = row.copy()
    for name, value in changes.items():
        if name == "geometry":
            after = after.set_geometry(gpd.GeoSeries([value], index=after.index, crs=after.crs))
        else:
            after[name] = pd.Series([value], index=after.index, dtype=object)
    return after


def _take_back(
    tx: Transaction,
    family: str,
    before: gpd.GeoDataFrame | pd.DataFrame,
    after: gpd.GeoDataFrame | pd.DataFrame,
) -> None:
    held = _contents({family: before})
    if len(before):
        tx.update(family, before)
    added = np.array([key not in held for key in _contents({family: after})], dtype=bool)
    rows = after[added]
    if not len(rows):
        return
    rows = rows.copy()
    if family == "components":
        # Valid on no day: codes are never free again, so the row stays with its code.
        rows["valid_to"] = rows["valid_from"]
    elif family == "resurveys":
        rows["outcome"] = "withdrawn"
    tx.update(family, rows)


def _contents(frames: dict[str, gpd.GeoDataFrame | pd.DataFrame]) -> Content:
    """Return every row by (family and table, fid)."""
    found: Content = {}
    for family, frame in frames.items():
        plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
        shapes = frame.geometry.to_wkb() if isinstance(frame, gpd.GeoDataFrame) else None
        cells = plain.astype(object).where(plain.notna(), None)
        for at, (fid, row) in enumerate(zip(frame.index, cells.to_numpy().tolist(), strict=True)):
            table = row[plain.columns.get_loc("table_")] if "table_" in plain else ""
            wkb = None if shapes is None else shapes.iloc[at]
            found[f"{family}/{table}", int(fid)] = (*row, wkb)
    return found
