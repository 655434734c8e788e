"""Components surveyed twice: listed by how sure it is, merged with both histories kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd

from citygrid_core.census import twins
from citygrid_core.census.radii import class_radii
from citygrid_core.census.ranking import rank_twins
from citygrid_core.errors import Text, UsageError
from citygrid_core.operations.census.versions import succeed
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.standards import load_edition
from citygrid_core.workspace import Transaction, Workspace

#: What the one that stays takes from the other where it says nothing itself.
_TAKEN = (
    "supervising_code", "owning_code", "maintaining_code", "data_source", "accuracy_class",
    "manhole_number", "asset_number", "note",
)  # fmt: skip


def find_twins(
    workspace: Workspace, *, radii: Path | None = None, progress: Progress = no_progress
) -> tuple[Report, pd.DataFrame]:
    """Find components that were probably surveyed twice, the surest first.

    Returns
    -------
    Report
    DataFrame
        keep, merge (codes), class_code, distance_m, score, reason.
    """
    progress("reading", 0, 2)
    held = workspace.read("components")
    radius = class_radii(load_edition(workspace.edition), radii)
    frame = held.reset_index(drop=True)
    progress("comparing", 1, 2)
    pairs = twins(frame, radius, default_m=0.0)
    ranked = rank_twins(pairs, frame, radius)
    codes = frame["code"].to_numpy(dtype=object)
    for name in ("keep", "merge"):
        ranked[name] = pd.Series(codes[ranked[name].to_numpy(dtype="int64")], dtype=object)
    report = Report("census twins", read=len(held), unchanged=len(held))
    report.details = {"pairs": len(ranked), "sure": int((ranked["score"] >= 0.75).sum())}
    progress("done", 2, 2)
    columns = ["keep", "merge", "class_code", "distance_m", "score", "reason"]
    return report, ranked[columns]


def merge_twins(
    workspace: Workspace,
    pairs: Sequence[tuple[str, str]],
    *,
    on: str,
    reason: str = "",
    who: str = "",
    dry_run: bool = False,
) -> Report:
    """Merge components into others: their codes end, what they alone knew is kept.

    Cases, photos and history of the one that goes stay under its code; a lineage row leads
    to the one that stays. Photos are attached to the one that stays as well.

    Parameters
    ----------
    pairs : sequence of (keep, merge)
        Codes of valid components of one class.
    on : str
        ISO date from which only one is valid.

    Raises
    ------
    UsageError
        A code is not valid, two classes differ, or one is to stay and to go.
    """
    pairs = list(dict.fromkeys(pairs))
    held = workspace.read("components", where={"code": sorted({c for p in pairs for c in p})})
    _check(pairs, held)
    by_code = held.reset_index().set_index("code")
    report = Report("census twins", read=len(pairs), dry_run=dry_run)
    facts = {"pairs": len(pairs), "on": on, "reason": reason}
    with workspace.transaction("census merge twins", who=who, parameters=facts) as tx:
        going = held[held["code"].isin([b for _, b in pairs])]
        tx.end("components", going, on)
        _take(tx, held, by_code, pairs, on)
        keep, merge = [a for a, _ in pairs], [b for _, b in pairs]
        tx.lineage("component", merge, keep, "merge twins", on, reason=reason)
        _photos(tx, workspace, {b: a for a, b in pairs})
        if dry_run:
            tx.rollback()
    report.stored = len(pairs)
    return report


def _check(pairs: list[tuple[str, str]], held: gpd.GeoDataFrame) -> None:
    class_of = dict(zip(held["code"], held["class_code"], strict=True))
    merged = [b for _, b in pairs]
    wrong = sorted({c for p in pairs for c in p if c not in class_of})
    if wrong:
        listed = ", ".join(wrong)
        raise UsageError(Text(f"no valid component {listed}", f"没有现行部件 {listed}"))
    unlike = [f"{a} {b}" for a, b in pairs if class_of[a] != class_of[b]]
    if unlike:
        listed = ", ".join(unlike)
        raise UsageError(Text(f"different classes: {listed}", f"类别不同：{listed}"))
    both = sorted({a for a, _ in pairs} & set(merged)) + sorted(
        {b for b in merged if merged.count(b) > 1}
    )
    if both:
        listed = ", ".join(both)
        raise UsageError(
            Text(f"merged twice, or kept and merged: {listed}", f"重复合并或既保留又合并：{listed}")
        )


def _take(
    tx: Transaction,
    held: gpd.GeoDataFrame,
    by_code: pd.DataFrame,
    pairs: list[tuple[str, str]],
    on: str,
) -> None:
    keepers = list(dict.fromkeys(a for a, _ in pairs))
    others: dict[str, list[str]] = {a: [b for x, b in pairs if x == a] for a in keepers}
    rows = held.set_index("code", drop=False).loc[keepers]
    changes = pd.DataFrame(index=rows.index)
    for name in _TAKEN:
        values = []
        for code, own in zip(keepers, rows[name], strict=True):
            said = [own, *(by_code.at[b, name] for b in others[code])]
            values.append(next((v for v in said if isinstance(v, str) and v), None))
        changes[name] = pd.Series(values, index=rows.index, dtype=object)
    same = pd.Series(True, index=rows.index)
    for name in _TAKEN:
        same &= rows[name].fillna("") == changes[name].fillna("")
    todo = ~same.to_numpy(dtype=bool)
    if todo.any():
        before = held[held["code"].isin(rows.index[todo])]
        succeed(tx, before, changes.loc[before["code"]], on)


def _photos(tx: Transaction, workspace: Workspace, into: dict[str, str]) -> None:
    photos = workspace.read("attachments", where={"component_code": list(into)})
    if not len(photos):
        return
    copies = photos.copy()
    copies["component_code"] = copies["component_code"].map(into)
    copies["attachment"] = copies["attachment"] + "@" + copies["component_code"]
    known = set(workspace.read("attachments", geometry=False)["attachment"])
    tx.insert("attachments", copies[~copies["attachment"].isin(known)])


def disjoint(ranked: pd.DataFrame, least: float) -> list[tuple[str, str]]:
    """Return pairs of at least a score in which no component comes up in two roles."""
    keep: set[str] = set()
    gone: set[str] = set()
    pairs = []
    for a, b, score in zip(ranked["keep"], ranked["merge"], ranked["score"], strict=True):
        if score < least or score <= 0:
            continue
        if a in gone or b in gone or b in keep:
            continue
        keep.add(a)
        gone.add(b)
        pairs.append((str(a), str(b)))
    return pairs
