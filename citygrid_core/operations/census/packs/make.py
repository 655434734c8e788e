"""Field packs are made: the work divided, codes leased, a folder for each team."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.census.merge import encode, pack_log
from citygrid_core.census.packs import (
    Share,
    divide,
    expected_components,
    lease_sizes,
    street_lengths,
)
from citygrid_core.census.packs.capacity import MOST
from citygrid_core.errors import Language, Text, UsageError
from citygrid_core.operations.census.capacity import warnings
from citygrid_core.operations.census.packs.file import (
    STORED,
    manifest_text,
)
from citygrid_core.operations.census.packs.folder import background_of, clipped, write_folder
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.standards import Edition, load_edition
from citygrid_core.workspace import Transaction, Workspace


@dataclass(frozen=True)
class PackPlan:
    """How packs are made.

    Attributes
    ----------
    teams : int
        How many packs.
    names : tuple of str
        Names of the teams; 组1, 组2 … where they end.
    until : str
        ISO date: the last day on which the lease is good.
    reserve : int
        Numbers of each class that every team gets.
    margin : float
        Numbers leased for each new component expected.
    new_share : float
        New components expected, as a part of those expected in all; in a first census 1.
    weight : float
        How much streets count in the balance; the rest is components.
    overlap : bool
        Whether grids that are out with another pack may go out again.
    """

    teams: int
    until: str
    names: tuple[str, ...] = ()
    reserve: int = 20
    margin: float = 1.5
    new_share: float = 0.3
    weight: float = 0.5
    overlap: bool = False


@dataclass(frozen=True)
class _Work:
    """What there is to divide."""

    areas: gpd.GeoDataFrame  # grid_codes (tuple), streets_m, expected, new
    grids: gpd.GeoDataFrame
    components: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame


def make_packs(
    workspace: Workspace,
    folder: Path,
    plan: PackPlan,
    *,
    on: str,
    base: Sequence[gpd.GeoDataFrame] = (),
    lang: Language = "zh",
    who: str = "",
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> Report:
    """Divide the survey among teams and make a folder for each.

    Each folder holds a GeoPackage with the components of the team's grids, the value lists,
    the lease and an extract of the base map; a QGIS project that QField opens; the manifest
    as JSON. What was taken, and the ranges leased, are kept in the workspace in the same
    transaction that mints the numbers. The folders get their names after the commit: a kill
    leaves no pack that the workspace doesn't know.

    Parameters
    ----------
    folder : path
        Where the folders go; made if needed.
    on : str
        ISO date of making.
    base : sequence of GeoDataFrame
        More layers for the base map, in the CRS of the workspace.

    Returns
    -------
    Report
        ``read`` and ``stored`` count components taken; details list the packs.

    Raises
    ------
    UsageError
        No responsibility grids, too many teams, grids that are out already, numbers used up.
    """
    if plan.until < on:
        raise UsageError(
            Text(
                f"the lease would end ({plan.until}) before it begins ({on})",
                f"号段有效期止（{plan.until}）早于制作日期（{on}）",
            )
        )
    folder.mkdir(parents=True, exist_ok=True)
    progress("dividing", 0, plan.teams + 1)
    work = _work(workspace, plan)
    shares = divide(
        work.areas,
        plan.teams,
        streets_m=work.areas["streets_m"],
        expected=work.areas["expected"],
        weight=plan.weight,
    )
    edition = load_edition(workspace.edition)
    departments = workspace.read("departments")
    background = background_of(workspace, work.grids, base)
    made: list[dict[str, Any]] = []
    parts: list[tuple[Path, Path]] = []
    parameters = {"teams": plan.teams, "on": on, "until": plan.until}
    try:
        with workspace.transaction("census pack", who=who, parameters=parameters) as tx:
            for share in shares:
                progress("packing", share.team + 1, plan.teams + 1)
                pack = _Pack(workspace, plan, work, share, edition, on)
                pack.book(tx)
                name = f"{pack.code}_{_plain(pack.team)}"
                part, final = folder / f".{name}.part", folder / name
                if final.exists():
                    raise UsageError(
                        Text(f"{final} exists already", f"{final} 已存在，请换一个输出目录")
                    )
                parts.append((part, final))
                if not dry_run:
                    pack.write(part, departments, background, lang)
                made.append(pack.said(final))
            if dry_run:
                tx.rollback()
        for part, final in parts:
            if part.exists():
                os.replace(part, final)
    finally:
        for part, _ in parts:
            shutil.rmtree(part, ignore_errors=True)
    taken = sum(int(m["taken"]) for m in made)
    report = Report("census pack", read=taken, stored=taken, dry_run=dry_run)
    loads = [s.load for s in shares]
    report.details = {
        "packs": made,
        "heaviest_to_mean": round(max(loads) * len(loads), 3),
        "lightest_to_mean": round(min(loads) * len(loads), 3),
    }
    report.problems = warnings(workspace)
    return report


def _work(workspace: Workspace, plan: PackPlan) -> _Work:
    grids = workspace.read("grids", columns=["code", "community_code"])
    groups = workspace.read("grid_groups", where={"kind": "responsibility"})
    if not len(groups) or not len(grids):
        raise UsageError(
            Text(
                "packs are made of responsibility grids and there are none: run "
                "citygrid grids group --kind responsibility",
                "外业包按责任网格划分，库中尚无责任网格：请先运行 citygrid grids group",
            )
        )
    members = [tuple(codes_of(t)) for t in groups["grid_codes"]]
    out = _out(workspace)
    if out and not plan.overlap:
        twice = sorted({g for m in members for g in m} & set(out))
        if twice:
            shown = ", ".join(sorted({out[g] for g in twice}))
            raise UsageError(
                Text(
                    f"{len(twice)} unit grids are out already, with {shown}: return or void these "
                    "packs first (or --overlap)",
                    f"{len(twice)} 个单元网格已在外业包 {shown} 中，请先回传或作废"
                    "（或用 --overlap）",
                )
            )
    components = workspace.read("components")
    places = workspace.read("places", where={"kind": "street"})
    streets = places[places.geometry.geom_type.isin(["LineString", "MultiLineString"])]
    metres = street_lengths(grids, streets)
    held = components["grid_code"].value_counts()
    expected = expected_components(grids, held, metres)
    by_code = pd.DataFrame(
        {
            "streets_m": metres.to_numpy(),
            "expected": expected.to_numpy(),
            "new": np.maximum(
                expected.to_numpy() - grids["code"].map(held).fillna(0).to_numpy(dtype=float),
                expected.to_numpy() * plan.new_share,
            ),
        },
        index=grids["code"].to_numpy(),
    )
    sums = [by_code.reindex(list(m)).fillna(0.0).sum() for m in members]
    areas = groups[["code", "geometry"]].assign(
        grid_codes=members,
        streets_m=[float(s["streets_m"]) for s in sums],
        expected=[float(s["expected"]) for s in sums],
        new=[float(s["new"]) for s in sums],
    )
    return _Work(areas.set_index("code"), grids, components, streets)


def codes_of(text: object) -> list[str]:
    """Return the codes that a text joins."""
    return [c for c in re.split(r"[#,]", str(text or "")) if c]


def _out(workspace: Workspace) -> dict[str, str]:
    """Return the grids that are out now, each with its pack."""
    packs = workspace.read("packs", where={"status": ["out", "returned"]})
    return {
        g: str(code)
        for code, grids in zip(packs["code"], packs["grid_codes"], strict=True)
        for g in codes_of(grids)
    }


class _Pack:
    """One pack on its way."""

    def __init__(
        self,
        workspace: Workspace,
        plan: PackPlan,
        work: _Work,
        share: Share,
        edition: Edition,
        on: str,
    ) -> None:
        self._workspace, self._plan, self._share, self._on = workspace, plan, share, on
        self._edition = edition
        own = work.areas.loc[list(share.labels)]
        self.grid_codes = sorted({g for codes in own["grid_codes"] for g in codes})
        self.new = float(own["new"].sum())
        self.area = shapely.union_all(own.geometry.to_numpy())
        self.components = work.components[work.components["grid_code"].isin(self.grid_codes)]
        names = plan.names
        self.team = names[share.team] if share.team < len(names) else f"组{share.team + 1}"
        self._known = work.components["class_code"].value_counts().to_dict()
        self.code, self.leases, self.manifest = "", pd.DataFrame(), dict[str, Any]()

    def book(self, tx: Transaction) -> None:
        """Mint the pack's code and its ranges; keep what is taken."""
        self.code = f"P{tx.mint('pack', 1).start:05d}"
        self.leases = self._lease(tx)
        base, until = taken_base(self.components), self._plan.until
        one = {
            "code": self.code,
            "team": self.team,
            "status": "out",
            "made_on": self._on,
            "expires_on": until,
            "grid_codes": "#".join(self.grid_codes),
            "streets_m": self._share.streets_m,
            "expected": self._share.expected,
            "taken": len(self.components),
            "reserve": self._plan.reserve,
            "head": self._workspace.head,
        }
        self.manifest = manifest_of(self._workspace, one, self.leases, base)
        one["digest"] = digest_of(self.manifest)
        tx.insert("packs", pd.DataFrame([one]))
        state = {
            "pack_code": self.code,
            "seq": 0,
            "on": self._on,
            "log": pack_log([]),
            "rows": base,
            "receipt": "{}",
        }
        tx.insert("pack_states", pd.DataFrame([state]))
        scope = "component:" + self.leases["county_code"] + self.leases["class_code"]
        rows = self.leases[["first", "last"]].assign(
            pack_code=self.code, scope=scope, expires_on=until
        )
        tx.insert("code_leases", rows)

    def _lease(self, tx: Transaction) -> pd.DataFrame:
        classes = self._edition.component_classes
        counties = sorted({g[:6] for g in self.grid_codes})
        rows = []
        for county in counties:
            part = sum(g[:6] == county for g in self.grid_codes) / len(self.grid_codes)
            sizes = lease_sizes(
                list(classes.index),
                self._known,
                self.new * part,
                reserve=self._plan.reserve,
                margin=self._plan.margin,
            )
            for class_code, name, size in zip(
                classes.index, classes["name"], sizes.tolist(), strict=True
            ):
                got = tx.mint(f"component:{county}{class_code}", size)
                if got.stop - 1 > MOST:
                    raise used_up(
                        county,
                        str(class_code),
                        self._edition.class_label("component", str(class_code)),
                        got.start - 1,
                    )
                rows.append((county, class_code, name, got.start, got.stop - 1, got.start, size))
        leased: pd.DataFrame = pd.DataFrame(
            rows,
            columns=[
                "county_code", "class_code", "class_name", "first", "last", "next", "left",
            ],
        )  # fmt: skip
        return leased

    def write(
        self,
        folder: Path,
        departments: pd.DataFrame,
        background: dict[str, gpd.GeoDataFrame],
        lang: Language,
    ) -> None:
        """Write the folder."""
        write_folder(
            folder,
            self.manifest,
            self.components,
            self.leases,
            departments,
            clipped(background, self.area),
            self._edition,
            self._workspace,
            until=self._plan.until,
            on=self._on,
            extent=self.area.bounds,
            lang=lang,
        )

    def said(self, folder: Path) -> dict[str, Any]:
        """Return what the report says of it."""
        return {
            "code": self.code,
            "team": self.team,
            "folder": str(folder),
            "grids": len(self.grid_codes),
            "streets_m": round(self._share.streets_m),
            "expected": round(self._share.expected),
            "taken": len(self.components),
            "leased": int((self.leases["last"] - self.leases["first"] + 1).sum()),
            "load": round(self._share.load, 4),
        }


def taken_base(components: gpd.GeoDataFrame) -> str:
    """Return what is taken as the text that the workspace keeps."""
    frame = components[[*STORED, "geometry"]].assign(
        table_=components["table_"], origin="taken", outcome="unchanged", gone=0
    )
    return encode(frame.set_axis(pd.Index(components["code"].to_numpy(dtype=object))))


def manifest_of(
    workspace: Workspace, pack: Mapping[str, Any], leases: pd.DataFrame, base: str
) -> dict[str, Any]:
    """Return what a pack says of itself: whose it is, what it took, and from which state.

    Parameters
    ----------
    pack : mapping
        Its row in the workspace.
    base : str
        The components taken, as the workspace keeps them.
    """
    return {
        "pack": pack["code"],
        "team": pack["team"],
        "workspace": workspace_id(workspace),
        "edition": workspace.edition,
        "crs": workspace.crs.to_string(),
        "head": pack["head"],
        "made_on": pack["made_on"],
        "taken": int(pack["taken"]),
        "grids": codes_of(pack["grid_codes"]),
        "leases": leases[["county_code", "class_code", "first", "last"]].values.tolist(),
        "base": hashlib.sha256(base.encode()).hexdigest(),
    }


def digest_of(manifest: dict[str, Any]) -> str:
    """Return the hash of a manifest."""
    return hashlib.sha256(manifest_text(manifest).encode("utf-8")).hexdigest()


def workspace_id(workspace: Workspace) -> str:
    """Return what tells a workspace from any other: the hash of its journal's first row."""
    return str(workspace.journal()["hash"].iloc[0])


def used_up(county: str, class_code: str, name: Text, last: int) -> UsageError:
    """Return the error of a class whose numbers are used up."""
    return UsageError(
        Text(
            f"class {class_code} {name.en} of county {county} has used {last:,} of {MOST:,} numbers; "
            "the lease does not fit: lower --reserve or --margin",
            f"区县 {county} 的 {class_code} {name.zh} 已用号 {last:,}（上限 {MOST:,}），"
            "号段不足：请减小 --reserve 或 --margin",
        )
    )


def _plain(name: str) -> str:
    """Return a name that every file system takes."""
    return re.sub(r"[^\w-]+", "_", name).strip("_") or "team"
