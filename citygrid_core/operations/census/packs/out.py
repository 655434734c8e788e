"""The packs that are out: listed, extended, voided."""

from __future__ import annotations

from typing import Any

import pandas as pd

from citygrid_core.errors import Text, UsageError
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace


def list_packs(workspace: Workspace, *, on: str) -> tuple[Report, pd.DataFrame]:
    """List the packs with what is out, returned and overdue on a day.

    Returns
    -------
    Report, DataFrame
        code, team, status, made_on, expires_on, taken, returns, open_conflicts, overdue.
    """
    packs = workspace.read("packs")
    states = workspace.read("pack_states", columns=["pack_code", "seq", "on"])
    conflicts = workspace.read("pack_conflicts", where={"state": "open"})
    returned = states[states["seq"].astype(int) > 0].groupby("pack_code")["on"].agg(["size", "max"])
    rows = packs[["code", "team", "status", "made_on", "expires_on", "taken", "expected"]].copy()
    rows["returns"] = rows["code"].map(returned["size"]).fillna(0).astype(int)
    rows["last_return"] = rows["code"].map(returned["max"])
    open_ = conflicts["pack_code"].value_counts()
    rows["open_conflicts"] = rows["code"].map(open_).fillna(0).astype(int)
    out = rows["status"].isin(["out", "returned"])
    rows["overdue"] = out & (rows["expires_on"].astype(str) < on)
    report = Report("census packs", read=len(rows), unchanged=len(rows))
    report.details = {
        "out": int(out.sum()),
        "overdue": int(rows["overdue"].sum()),
        "open_conflicts": int(rows["open_conflicts"].sum()),
    }
    return report, rows.reset_index(drop=True)


def extend_pack(
    workspace: Workspace, code: str, until: str, *, who: str = "", dry_run: bool = False
) -> Report:
    """Let a pack be returned until a later day; the numbers stay the ones leased.

    Raises
    ------
    UsageError
        There is no such pack, or it is void.
    """
    pack = pack_row(workspace, code)
    if pack["status"] in ("void", "closed"):
        raise UsageError(Text(f"{code} is {pack['status']}", f"{code} 已作废或结束，不能延期"))
    leases = workspace.read("code_leases", where={"pack_code": code})
    parameters = {"pack": code, "until": until}
    with workspace.transaction("census packs extend", who=who, parameters=parameters) as tx:
        row = pd.DataFrame({"expires_on": [until]}, index=[int(pack["fid"])])
        tx.update("packs", row)
        tx.update("code_leases", pd.DataFrame({"expires_on": until}, index=leases.index))
        if dry_run:
            tx.rollback()
    report = Report("census packs extend", read=1, stored=1, dry_run=dry_run)
    report.details = {"pack": code, "until": until}
    return report


def void_pack(
    workspace: Workspace,
    code: str,
    *,
    reason: str,
    on: str,
    who: str = "",
    dry_run: bool = False,
) -> Report:
    """Declare a pack lost: it can't be returned any more, its grids can go out again.

    Its numbers are never given to anyone else.

    Raises
    ------
    UsageError
        There is no such pack, or no reason is given.
    """
    pack = pack_row(workspace, code)
    if not reason.strip():
        raise UsageError(Text("say why (--reason)", "请说明原因（--reason）"))
    with workspace.transaction(
        "census packs void", who=who, parameters={"pack": code, "reason": reason, "on": on}
    ) as tx:
        row = pd.DataFrame({"status": ["void"], "note": [reason]}, index=[int(pack["fid"])])
        stored = tx.update("packs", row)
        if dry_run:
            tx.rollback()
    return Report("census packs void", read=1, stored=stored, unchanged=1 - stored, dry_run=dry_run)


def pack_row(workspace: Workspace, code: str) -> dict[str, Any]:
    """Return the row of one pack, with its ``fid``.

    Raises
    ------
    UsageError
    """
    found = workspace.read("packs", where={"code": code})
    if not len(found):
        raise UsageError(
            Text(
                f"this workspace has no pack {code}; citygrid census packs lists them",
                f"本工作库没有外业包 {code}；可用 citygrid census packs 查看",
            )
        )
    row: dict[str, Any] = {str(k): v for k, v in found.iloc[0].to_dict().items()}
    row["fid"] = int(found.index[0])
    return row
