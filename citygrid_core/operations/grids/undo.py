"""Taking the last edit of grids back: the stored rows are as they were, bit for bit.

The journal keeps with each edit what it wrote over (`grid_followers.Wrote`). Rows that
the edit ended are open again, rows that it began have no day left (history families
lose no row), rows that it wrote in place get their old content. Codes of grids that the
edit had created stay used for ever.
"""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.errors import Text, UsageError
from citygrid_core.operations.grids.commit import MARGIN_M
from citygrid_core.operations.grids.followers import left_behind, relocate_components
from citygrid_core.report import Report
from citygrid_core.workspace import Transaction, Workspace

EDIT, UNDO = "grids edit", "grids undo"
FAMILIES = ("grids", "grid_groups")


def undo_grids(workspace: Workspace, *, who: str = "", dry_run: bool = False) -> Report:
    """Take the last edit of grids back that was not taken back yet.

    Raises
    ------
    UsageError
        There is none; something else has changed grids or groups since; or cases
        were reported in a grid that would go.
    """
    number, facts = _last(workspace)
    wrote = facts["wrote"]
    _require_no_cases(workspace, facts["created"])
    parameters = {"undoes": number, "edit": facts["edit"]}
    with workspace.transaction(UNDO, who=who, parameters=parameters) as tx:
        touched = _rows(workspace, wrote["grids"])
        back = sum(_take_back(tx, workspace, family, wrote[family]) for family in FAMILIES)
        if facts["lineage"]:
            parents, children = (list(side) for side in zip(*facts["lineage"], strict=True))
            tx.lineage("grid", children, parents, f"undo {facts['edit']}", facts["on"])
        moved = _components_follow(tx, workspace, touched, facts["on"])
        findings = left_behind(workspace)
        if dry_run:
            tx.rollback()
    valid = set(touched["code"]) - set(facts["created"])
    report = Report(UNDO, read=back, stored=back, problems=findings, dry_run=dry_run)
    report.details = {
        "undone": facts["edit"],
        "journal": number,
        "gone": sorted(facts["created"]),
        "as_before": sorted(str(code) for code in valid),
        "components_moved": moved,
    }
    return report


def _last(workspace: Workspace) -> tuple[int, dict[str, Any]]:
    """Return the journal's number of the last edit that stands, and its facts."""
    journal = workspace.journal()
    undone: set[int] = set()
    for number, row in zip(journal.index[::-1], journal.iloc[::-1].to_dict("records"), strict=True):
        facts = json.loads(row["parameters"])
        if row["operation"] == UNDO:
            undone.add(int(facts["undoes"]))
        elif row["operation"] == EDIT and "wrote" in facts:
            if int(number) not in undone:
                return int(number), facts
        elif set(FAMILIES) & set(json.loads(row["tables"])):
            raise UsageError(
                Text(
                    f"the last change of grids is no edit but {row['operation']!r} "
                    f"({row['at']}): it can't be undone",
                    f"最近一次网格变更是“{row['operation']}”（{row['at']}），不是编辑，不能撤销",
                )
            )
    raise UsageError(Text("there is no edit of grids to undo", "没有可撤销的网格编辑"))


def _require_no_cases(workspace: Workspace, created: list[str]) -> None:
    held = workspace.read("cases", where={"grid_code": created}, columns=["number"], geometry=False)
    if created and len(held):
        raise UsageError(
            Text(
                f"{len(held)} case(s) were reported in the new grids, first "
                f"{held['number'].iloc[0]}; merge or split them instead",
                f"新网格内已有{len(held)}件案件（首件{held['number'].iloc[0]}），请改用合并或分割",
            )
        )


def _rows(workspace: Workspace, wrote: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return all rows of grids that the edit wrote, whatever their dates."""
    fids = {*wrote["began"], *wrote["ended"], *(w["fid"] for w in wrote["was"])}
    ever = workspace.read("grids", at="all")
    rows: gpd.GeoDataFrame = ever[ever.index.isin(list(fids))]
    return rows


def _take_back(tx: Transaction, workspace: Workspace, family: str, wrote: dict[str, Any]) -> int:
    """Restore the rows of one family; return how many."""
    if wrote["began"]:
        held = workspace.read(family, at="all", columns=["code", "valid_from"])
        began = held[held.index.isin(wrote["began"])]
        for day, rows in began.groupby(began["valid_from"].astype(str).str[:10]):
            tx.end(family, rows.index.to_numpy(), str(day))
    if wrote["ended"]:
        open_ = pd.DataFrame(
            {"valid_to": np.full(len(wrote["ended"]), None, dtype=object)},
            index=pd.Index(wrote["ended"], name="fid"),
        )
        tx.update(family, open_)
    if wrote["was"]:
        rows = pd.DataFrame(wrote["was"]).set_index("fid")
        shapes = shapely.from_wkb(rows.pop("wkb").to_numpy(dtype=object))
        rows = rows.astype(object).where(rows.notna(), None)
        tx.update(family, gpd.GeoDataFrame(rows, geometry=list(shapes), crs=workspace.crs))
    return sum(len(part) for part in wrote.values())


def _components_follow(
    tx: Transaction, workspace: Workspace, touched: gpd.GeoDataFrame, on: str
) -> int:
    """Put the components on the ground of the edit into the grids that are valid again."""
    if not len(touched):
        return 0
    x0, y0, x1, y1 = touched.total_bounds
    box = (x0 - MARGIN_M, y0 - MARGIN_M, x1 + MARGIN_M, y1 + MARGIN_M)
    codes = sorted({str(code) for code in touched["code"]})
    components = workspace.read("components", where={"grid_code": codes})
    return relocate_components(tx, components, workspace.read("grids", bbox=box), on)
