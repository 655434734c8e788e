"""Findings in the workspace: each with its state, who and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.census.rules import Checked, Material, rule_book
from citygrid_core.errors import Text, UsageError
from citygrid_core.report import Report
from citygrid_core.workspace import Transaction, Workspace

_SHOWN = ("class_code", "grid_code")


@dataclass(frozen=True)
class Synced:
    """How the findings of a check met those that were known."""

    new: int
    still_open: int
    accepted: int
    fixed: int
    reopened: int


def finding_names(found: pd.DataFrame) -> pd.Series:
    """Return the stable name of each finding: rule, object and, of a pair, the other one.

    A second check finds the same thing under the same name, so that its state stays.
    """
    rule = found["rule"].to_numpy(dtype=object)
    one, two = (found[n].to_numpy(dtype=object) for n in ("object_code", "other_code"))
    said = [
        f"{r}:{a}" if b is None or b != b else f"{r}:{min(a, b)}+{max(a, b)}"
        for r, a, b in zip(rule, one, two, strict=True)
    ]
    names: pd.Series = pd.Series(said, index=found.index, dtype=object)
    again = names.groupby(names).cumcount().to_numpy()
    several = again > 0
    numbered = [f"{n}~{k + 1}" for n, k in zip(names[several], again[several], strict=True)]
    values = names.to_numpy(dtype=object).copy()
    values[several] = numbered
    out: pd.Series = pd.Series(values, index=found.index, dtype=object)
    return out


def described(material: Material, checked: Checked, on: str, who: str) -> gpd.GeoDataFrame:
    """Return findings as rows of the store, open, with a point to zoom to."""
    found, book = checked.findings, rule_book()
    rows: dict[str, Any] = {
        "finding": finding_names(found),
        "rule": found["rule"],
        "rule_group": found["rule"].map({i: r.group for i, r in book.items()}),
        "severity": found["rule"].map({i: r.severity for i, r in book.items()}),
        "family": found["family"],
        "object_code": found["object_code"],
        "other_code": found["other_code"],
        "field": found["rule"].map({i: r.field for i, r in book.items()}),
        "found": found["found"],
    }
    said = list(zip(found["rule"], found["found"], strict=True))
    rows["message_zh"] = [_message(book[r].title.zh, f, "：") for r, f in said]
    rows["message_en"] = [_message(book[r].title.en, f, ": ") for r, f in said]
    position = found["position"].to_numpy(dtype=np.int64)
    of_component = (found["family"] == "components").to_numpy(dtype=bool)
    for name in _SHOWN:
        column = material.components[name].to_numpy(dtype=object)
        values = np.full(len(found), None, dtype=object)
        values[of_component] = column[position[of_component]]
        rows[name] = values
    xy = np.full((len(found), 2), np.nan)
    xy[of_component] = material.xy[position[of_component]]
    _place_grids(material, found, xy)
    points = np.full(len(found), None, dtype=object)
    fit = np.isfinite(xy).all(axis=1)
    points[fit] = shapely.points(xy[fit])
    rows.update(state="open", found_on=on, found_by=who)
    frame = pd.DataFrame(rows, index=found.index)
    return gpd.GeoDataFrame(
        frame.astype(object), geometry=gpd.GeoSeries(points, found.index, crs=material.crs)
    )


def _message(title: str, found: str, colon: str) -> str:
    return f"{title}{colon}{found}" if found else title


def _place_grids(material: Material, found: pd.DataFrame, xy: Any) -> None:
    at = np.flatnonzero((found["family"] == "grids").to_numpy())
    if not len(at) or material.cells is None:
        return
    position = {c: i for i, c in enumerate(material.cells.codes)}
    for i in at:
        cell = position.get(found["object_code"].iat[i])
        if cell is not None:
            middle = material.cells.shapes(np.array([cell]))[0].representative_point()
            xy[i] = middle.x, middle.y


def sync(
    tx: Transaction,
    workspace: Workspace,
    rows: gpd.GeoDataFrame,
    checked: Checked,
    judged: set[str] | None,
    on: str,
    who: str,
) -> Synced:
    """Bring the findings of the workspace up to date with a check.

    Parameters
    ----------
    judged : set of str or None
        Codes of the components judged; None: all. Findings on others stay as they are.
    """
    ran = checked.outcomes.index[checked.outcomes["outcome"] != "not_run"].tolist()
    known_by = ["finding", "state", "object_code", "other_code"]
    held = workspace.read("findings", where={"rule": ran}, columns=known_by, geometry=False)
    state = dict(zip(held["finding"], held["state"], strict=True))
    known = rows["finding"].map(state)
    new = known.isna().to_numpy()
    if new.any():
        tx.insert("findings", rows[new])
    back = set(rows.loc[(known == "fixed").to_numpy(), "finding"])
    reopened = held[held["finding"].isin(back).to_numpy(dtype=bool)]
    _close(tx, reopened, "open", None, None)
    now = set(rows["finding"])
    gone = (held["state"] == "open") & ~held["finding"].isin(now)
    if judged is not None:
        gone &= held["object_code"].isin(judged) | held["other_code"].isin(judged)
    _close(tx, held[gone.to_numpy(dtype=bool)], "fixed", on, who)
    counts = known.value_counts()
    return Synced(
        int(new.sum()), int(counts.get("open", 0)), int(counts.get("accepted", 0)),
        int(gone.sum()), len(reopened),
    )  # fmt: skip


def _close(
    tx: Transaction, rows: pd.DataFrame, state: str, on: str | None, who: str | None
) -> None:
    if not len(rows):
        return
    frame = pd.DataFrame(
        {"state": state, "closed_on": on, "closed_by": who or None}, index=rows.index, dtype=object
    )
    tx.update("findings", frame)


def accept_finding(
    workspace: Workspace,
    findings: list[str],
    *,
    reason: str,
    on: str,
    who: str = "",
    dry_run: bool = False,
) -> Report:
    """Accept findings as they are: they stay in the book, with the reason, who and when.

    Raises
    ------
    UsageError
        No reason, or no such finding.
    """
    if not reason.strip():
        raise UsageError(Text("say why (--reason)", "请说明理由（--reason）"))
    held = workspace.read("findings", where={"finding": findings}, geometry=False)
    missing = sorted(set(findings) - set(held["finding"]))
    if missing:
        listed = ", ".join(missing)
        raise UsageError(Text(f"no finding {listed}", f"没有发现 {listed}"))
    todo = held[held["state"] != "accepted"]
    report = Report("census check", read=len(held), dry_run=dry_run)
    facts = {"accept": sorted(todo["finding"]), "reason": reason}
    with workspace.transaction("census accept finding", who=who, parameters=facts) as tx:
        if len(todo):
            frame = pd.DataFrame(
                {"state": "accepted", "reason": reason, "closed_on": on, "closed_by": who or None},
                index=todo.index,
                dtype=object,
            )
            tx.update("findings", frame)
        if dry_run:
            tx.rollback()
    report.stored, report.unchanged = len(todo), len(held) - len(todo)
    return report
