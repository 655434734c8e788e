"""A field pack comes back: merged field by field, and the books balance."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from citygrid_core.census.merge import (
    Receipt,
    ancestor,
    compose,
    decode,
    encode,
    pack_log,
    receipt,
    unpack_log,
)
from citygrid_core.census.merge.settlement import Settlement, revive, settle
from citygrid_core.census.progress import pace
from citygrid_core.errors import Problem, Text
from citygrid_core.operations.census.packs.file import MERGED, STORED, PackRead
from citygrid_core.operations.census.packs.returned_numbers import judge_numbers
from citygrid_core.operations.census.packs.returned_photos import PhotosBack, take_photos
from citygrid_core.operations.census.packs.returned_rows import judge, open_pack, their_rows, vouch
from citygrid_core.operations.census.packs.returned_store import apply
from citygrid_core.operations.city import City
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.standards import load_edition
from citygrid_core.tables import Reject, write_rejects
from citygrid_core.workspace import Transaction, Workspace


def return_pack(
    workspace: Workspace,
    path: Path,
    *,
    on: str,
    rejects: Path | None = None,
    who: str = "",
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> Report:
    """Merge a returned pack into the workspace.

    Each field that the team changed is taken where the workspace still has what was taken
    along; where both changed it, a conflict is filed and the workspace keeps its value
    until `resolve_conflicts`. New components keep the code of their lease. A component is
    deleted only where the pack's log says so. All in one transaction: a kill leaves the
    workspace as it was, and the pack can be returned again; twice, late, in parts, or from
    an older copy changes nothing that is newer.

    Parameters
    ----------
    path : path
        The folder of the pack, or its GeoPackage; it is only read.
    on : str
        ISO date from which the changes are valid.

    Returns
    -------
    Report
        ``read`` counts components of the pack, taken and added; ``stored`` those merged or
        in conflict. ``details["receipt"]`` is the `Receipt`; problems list rejects and
        open conflicts.

    Raises
    ------
    PackRefused
        The pack as a whole is not good; nothing was changed.
    """
    path = Path(path)
    progress("reading", 0, 3)
    read, digest = open_pack(workspace, path)
    pack = vouch(workspace, read, path.name, on)
    code = str(pack["code"])
    city, edition = City(workspace), load_edition(workspace.edition)
    progress("merging", 1, 3)
    with workspace.transaction(
        "census return", who=who, parameters={"pack": code, "on": on, "file": digest}
    ) as tx:
        states = workspace.read("pack_states", where={"pack_code": code}).sort_values("seq")
        by_seq = {int(s): r for s, r in zip(states["seq"], states.to_dict("records"), strict=True)}
        tokens = [t for t, *_ in read.log]
        found = ancestor(tokens, {s: _log_of(by_seq, s) for s in by_seq})
        base = _base_of(by_seq, found.seq, workspace.crs)
        rows = revive(their_rows(read), base)

        def photos(whole: gpd.GeoDataFrame) -> PhotosBack:
            team, codes = str(pack["team"]), _codes_of(whole)
            return take_photos(
                tx,
                workspace,
                path,
                read,
                rows,
                codes,
                team=team,
                dry_run=dry_run,
                progress=progress,
            )

        if found.stale:
            return _stale(code, base, int(pack["taken"]), path, photos(base))
        point = rows.geometry.representative_point()
        located = city.locate(point.x.to_numpy(), point.y.to_numpy()).set_axis(rows.index)
        bad = judge(rows, located, edition, city)
        deleted = _deleted(read)
        codes = _codes_of(base)
        leaving = [codes[u] for u in deleted if u in codes]
        judge_numbers(workspace, rows, codes, leaving, bad)
        _reclassified(rows, base, bad)
        mine = _mine(workspace, base)
        theirs = rows.drop(columns=["row"]).assign(grid_code=located["grid_code"])
        said = settle(base, theirs, mine, MERGED, deleted=deleted, bad=bad)
        progress("storing", 2, 3)
        done = apply(tx, workspace, said, pack, located, city, edition, on)
        whole = compose(base, [said.state])
        proof = receipt(
            whole["origin"], whole["outcome"], taken=int(pack["taken"]), written=done.written
        )
        shown = photos(whole)
        progress("photos", 1, 1)
        proof = shown.into(proof)
        if not (found.same and done.written == 0 and _known(said, base)):
            _remember(tx, pack, by_seq, found.seq, read, said, proof, digest, on)
        if pack["status"] == "out":
            tx.update("packs", pd.DataFrame({"status": ["returned"]}, index=[pack["fid"]]))
        if dry_run:
            tx.rollback()
    report = _report(code, said, proof, rows, shown, path, rejects, dry_run)
    report.details |= {"recoded": done.recoded, "coded_here": done.coded}
    progress("done", 3, 3)
    return report


def _log_of(by_seq: dict[int, dict[Any, Any]], seq: int) -> list[str]:
    """Return the whole log that a state had: its own part after its parents'."""
    log: list[str] = []
    at: int | None = seq
    while at is not None and at in by_seq:
        log = unpack_log(by_seq[at]["log"]) + log
        at = _parent(by_seq, at)
    return log


def _parent(by_seq: dict[int, dict[Any, Any]], seq: int) -> int | None:
    parent = by_seq[seq]["parent"]
    return None if seq == 0 or parent is None or parent != parent else int(parent)


def _base_of(by_seq: dict[int, dict[Any, Any]], seq: int, crs: object) -> gpd.GeoDataFrame:
    chain = []
    at: int | None = seq
    while at is not None:
        chain.append(decode(str(by_seq[at]["rows"]), crs))
        at = _parent(by_seq, at)
    first, *later = chain[::-1]
    return compose(first, later)


def _mine(workspace: Workspace, base: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows valid now of every component of the pack, by code, with their fid."""
    codes = [c for c in base["code"].tolist() if c is not None]
    held = workspace.read("components", where={"code": codes})
    return held.assign(fid_=held.index.to_numpy()).set_index("code", drop=False)


def _deleted(read: PackRead) -> set[str]:
    """Return the uids that the log says were deleted, and whose layer is still there."""
    return {
        uid
        for _, layer, uid, kind, _ in read.log
        if kind == "delete" and uid and layer in read.tables
    }


def _codes_of(base: gpd.GeoDataFrame) -> dict[str, str]:
    """Return the code of each component of a pack that has one, by uid."""
    known = base["code"][base["code"].notna().to_numpy()]
    return {str(u): str(c) for u, c in known.items()}


def _reclassified(
    rows: gpd.GeoDataFrame, base: gpd.GeoDataFrame, bad: dict[str, list[Problem]]
) -> None:
    """Refuse another class for a component that has a code: the code says the class."""
    known = base.index[base.index.isin(rows.index) & base["code"].notna().to_numpy()]
    changed = known[
        (rows.loc[known, "class_code"].to_numpy() != base.loc[known, "class_code"].to_numpy())
    ]
    for uid in changed:
        if base.at[uid, "outcome"] == "rejected" and base.at[uid, "origin"] == "added":
            continue
        bad.setdefault(str(uid), []).append(
            Problem(
                "class.changed",
                Text(str(rows.at[uid, "class_code"]), str(rows.at[uid, "class_code"])),
                Text(
                    f"{base.at[uid, 'class_code']}, which the code says",
                    f"{base.at[uid, 'class_code']}（与标识码一致）",
                ),
                Text("delete it and capture it anew", "请删除后按新类别重新采集"),
                row=int(rows.at[uid, "row"]),
                field="class_code",
            )
        )


def _known(said: Settlement, base: gpd.GeoDataFrame) -> bool:
    """Whether a return says nothing that the last one did not: the same file, the same rejects."""
    at = said.state.index
    if said.conflicts or not at.isin(base.index).all():
        return False
    return bool((said.state["outcome"] == base.loc[at, "outcome"]).all())


def _remember(
    tx: Transaction,
    pack: dict[str, Any],
    by_seq: dict[int, dict[Any, Any]],
    parent: int,
    read: PackRead,
    said: Settlement,
    proof: Receipt,
    digest: str,
    on: str,
) -> None:
    known = len(_log_of(by_seq, parent))
    keep = ["code", "table_", "origin", "outcome", "gone", *STORED, "geometry"]
    columns = [c for c in dict.fromkeys(keep) if c in said.state.columns]
    row = {
        "pack_code": pack["code"],
        "seq": max(by_seq) + 1,
        "parent": parent,
        "on": on,
        "file_digest": digest,
        "log": pack_log([t for t, *_ in read.log[known:]]),
        "rows": encode(said.state[columns]),
        "receipt": json.dumps(
            proof.as_dict() | {"pace": _pace(str(pack["team"]), read, known)}, sort_keys=True
        ),
    }
    tx.insert("pack_states", pd.DataFrame([row]))


def _pace(team: str, read: PackRead, known: int) -> list[list[Any]]:
    """Return day, components and hours of the work since the last return."""
    edits = pd.DataFrame(
        [(u, at) for _, _, u, kind, at in read.log[known:] if u and kind != "delete"],
        columns=["uid", "at"],
        dtype=object,
    )
    at = pd.to_datetime(edits["at"], format="ISO8601", errors="coerce", utc=True)
    # a component is done once, however often its row was saved
    last = edits.assign(at=at.dt.tz_localize(None)).dropna().drop_duplicates("uid", keep="last")
    rows = pace(last.assign(who=team))
    hours = rows["hours"].astype(float).round(4).tolist()
    return [list(r) for r in zip(rows["day"], rows["components"].tolist(), hours, strict=True)]


def _stale(code: str, base: gpd.GeoDataFrame, taken: int, path: Path, shown: PhotosBack) -> Report:
    """Return the report of an older copy: everything that it has is known."""
    proof = shown.into(receipt(base["origin"], base["outcome"], taken=taken, written=0))
    report = Report("census return", read=len(base), unchanged=len(base))
    report.details = {"pack": code, "receipt": proof.as_dict(), "older_copy": True}
    report.problems += shown.problems
    report.problems.append(
        Problem(
            "pack.older",
            Text("an older copy of a pack returned since", "较旧的副本，此后已有更新的回传"),
            Text("the newest copy", "最新的副本"),
            Text("nothing was changed; return the newest copy", "未作更改；请回传最新副本"),
            file=path.name,
        )
    )
    return report


def _report(
    code: str,
    said: Settlement,
    proof: Receipt,
    rows: gpd.GeoDataFrame,
    shown: PhotosBack,
    path: Path,
    rejects: Path | None,
    dry_run: bool,
) -> Report:
    report = Report("census return", dry_run=dry_run)
    report.read = proof.taken + proof.added
    report.stored = proof.merged + proof.conflicts + proof.added_merged + proof.added_conflicts
    report.unchanged = proof.unchanged
    report.rejected = proof.rejected + proof.added_rejected
    report.details = {
        "pack": code,
        "receipt": proof.as_dict(),
        "balanced": proof.balanced,
        "conflicts_now": len(said.conflicts),
    }
    put = []
    for uid, found in said.rejected.items():
        placed = tuple(replace(p, file=path.name) for p in found)
        report.problems += placed
        known = uid in rows.index
        raw = {c: str(rows.at[uid, c] or "") for c in STORED} if known else {"code": uid}
        if known:
            shape = rows.geometry[uid]
            raw["geometry"] = "" if shape is None else shape.wkt
        put.append(Reject(int(rows.at[uid, "row"]) if known else 0, raw, placed))
    report.problems += shown.problems
    put += shown.rejects
    if rejects is not None and put and not dry_run:
        write_rejects(rejects, put)
    report.problems += [
        Problem(
            f"pack.conflict.{c.kind}",
            Text(f"{c.code}: theirs {_short(c.theirs)}", f"{c.code}：外业为 {_short(c.theirs)}"),
            Text(f"mine {_short(c.mine)}", f"库中为 {_short(c.mine)}"),
            Text("decide: citygrid census conflicts", "请处理：citygrid census conflicts"),
            file=path.name,
            field=c.field,
        )
        for c in said.conflicts
    ]
    return report


def _short(text: str | None) -> str:
    if text is None:
        return "—"
    return text if len(text) <= 60 else text[:57] + "..."
