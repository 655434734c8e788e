"""Several edits of grids that were tried in memory, stored as one: one transaction, one net change.

A surveyor splits, merges and moves borders until it is right, then commits. What is stored
is the difference between before and after: grids that were made on the way and are gone
again cost no code and leave no row; lineage links those that end to those that begin.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from citygrid_core.errors import Text, UsageError
from citygrid_core.grids import Coverage, Edit, GridEditRefused, Policy, move_vertex
from citygrid_core.operations.grids.commit import Cause, run_edit
from citygrid_core.operations.grids.edits import KINDS, Asked, EditKind
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace


def _vertex(grids: gpd.GeoDataFrame, asked: Asked) -> Edit:
    (x0, y0), (x1, y1) = shapely.get_coordinates(asked.drawn)[[0, -1]]
    return move_vertex(grids, (x0, y0), (x1, y1), policy=asked.policy)


#: What a step may be: every edit of `edits`, and a shared vertex dragged along a line.
STEPS: dict[str, EditKind] = {**KINDS, "vertex": EditKind(0, 0, "line", _vertex)}


@dataclass(frozen=True)
class Step:
    """One edit as it was asked for.

    Attributes
    ----------
    operation : str
        Key of `STEPS`.
    codes : tuple of str
        Grids as they were called when it was made: stored ones, or made by a step before.
    wkt : str
        What was drawn, in the CRS of the workspace.
    n : int
        For ``divide``.
    created : tuple of str
        What the new grids were called, so that later steps can name them.
    """

    operation: str
    codes: tuple[str, ...] = ()
    wkt: str = ""
    n: int = 2
    created: tuple[str, ...] = ()

    @property
    def drawn(self) -> Any:
        """The line or polygon, or None."""
        return shapely.from_wkt(self.wkt) if self.wkt else None

    def near(self) -> list[Any]:
        """Return the places that say where it works: codes, or what was drawn."""
        codes: list[Any] = [] if self.operation == "add" else list(self.codes)
        if self.wkt and (not codes or self.operation in ("add", "reshape")):
            codes.append(self.drawn)
        return codes


@dataclass(frozen=True)
class Plan:
    """Steps in their order, and the grids that they were tried on.

    Attributes
    ----------
    steps : tuple of Step
    ground : tuple of str
        Codes of the stored grids that the steps end or change.
    state : str
        `state_of` those grids, so that a plan isn't carried out on others.
    buildings : tuple of str
        WKT of the buildings around: never cut.
    """

    steps: tuple[Step, ...]
    ground: tuple[str, ...] = ()
    state: str = ""
    buildings: tuple[str, ...] = ()

    def save(self, path: Path) -> None:
        """Write the plan as JSON."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Plan:
        """Read a plan.

        Raises
        ------
        UsageError
            The file is none.
        """
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            steps = tuple(
                Step(
                    s["operation"],
                    tuple(s.get("codes", ())),
                    s.get("wkt", ""),
                    int(s.get("n", 2)),
                    tuple(s.get("created", ())),
                )
                for s in told["steps"]
            )
            if not steps or {s.operation for s in steps} - set(STEPS):
                raise ValueError("steps")
            return cls(
                steps,
                tuple(told.get("ground", ())),
                told.get("state", ""),
                tuple(told.get("buildings", ())),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(
                Text(f"{path} is no plan of edits ({error})", f"{path} 不是编辑方案文件（{error}）")
            ) from None


def make_step(
    coverage: Coverage,
    step: Step,
    *,
    policy: Policy = Policy(),
    buildings: gpd.GeoDataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
) -> Edit:
    """Return the edit of a step on a coverage in memory; nothing is changed yet.

    Parameters
    ----------
    areas : GeoDataFrame, optional
        Communities; only ``add`` needs its own.

    Raises
    ------
    GridEditRefused, UsageError
    """
    kind = STEPS[step.operation]
    if not kind.least <= len(step.codes) <= kind.most:
        raise UsageError(
            Text(
                f"{step.operation} names {kind.least} to {kind.most} grids",
                f"{step.operation} 需指定 {kind.least} 至 {kind.most} 个单元网格",
            )
        )
    asked = Asked(tuple(step.codes), step.drawn, step.n, policy, buildings, areas)
    return kind.make(coverage.window(*step.near()), asked)


def state_of(grids: gpd.GeoDataFrame) -> str:
    """Return a digest of grids: their codes and every coordinate."""
    digest = blake2b(digest_size=16)
    order = np.argsort(grids["code"].astype(str).to_numpy())
    for code, shape in zip(
        grids["code"].astype(str).to_numpy()[order],
        shapely.to_wkb(grids.geometry.to_numpy()[order]),
        strict=True,
    ):
        digest.update(code.encode())
        digest.update(shape)
    return digest.hexdigest()


def replay(
    coverage: Coverage, steps: Sequence[Step], **options: Any
) -> tuple[list[Edit], list[Step]]:
    """Make steps one after the other; grids that a step made may have got other codes now.

    Returns
    -------
    (list of Edit, list of Step)
        The edits, and the steps with the codes of this coverage.
    """
    edits: list[Edit] = []
    renamed: list[Step] = []
    now: dict[str, str] = {}
    for step in steps:
        codes = tuple(now.get(code, code) for code in step.codes)
        edit = coverage.do(make_step(coverage, replace(step, codes=codes), **options))
        created = tuple(sorted(str(code) for code in edit.created["code"]))
        # codes rise in reading order in every coverage, so that order pairs them
        if step.created and len(step.created) != len(created):
            raise GridEditRefused(
                Text(
                    f"{step.operation} makes {len(created)} grids, not {len(step.created)}",
                    f"{step.operation} 生成{len(created)}个网格，而非{len(step.created)}个",
                )
            )
        now.update(zip(sorted(step.created), created, strict=False))
        edits.append(edit)
        renamed.append(replace(step, codes=codes, created=created))
    return edits, renamed


def net_edit(held: gpd.GeoDataFrame, coverage: Coverage, edits: Sequence[Edit]) -> Edit:
    """Return the one edit that leads from `held` to what `edits` made of it.

    Parameters
    ----------
    held : GeoDataFrame
        The grids from which `coverage` was made; rows keep their index.
    """
    after = coverage.frame()
    was, now = set(held["code"].astype(str)), set(after["code"])
    retired = held[~held["code"].isin(list(now)).to_numpy(dtype=bool)]
    fresh = after[~after["code"].isin(list(was)).to_numpy(dtype=bool)].reset_index(drop=True)
    stay = held[held["code"].isin(list(now)).to_numpy(dtype=bool)]
    new = after.set_index("code").geometry.loc[stay["code"]].to_numpy()
    moved = ~shapely.equals_exact(stay.geometry.to_numpy(), new, tolerance=0.0)
    before, shapes = stay[moved], new[moved]
    gone = shapely.symmetric_difference(before.geometry.to_numpy(), shapes)
    changed = gpd.GeoDataFrame(
        {
            "code": before["code"].to_numpy(dtype=object),
            "community_code": before["community_code"].to_numpy(dtype=object),
            "area_m2": np.round(shapely.area(shapes), 2),
            "moved_m2": np.round(shapely.area(gone) / 2, 4),
        },
        geometry=list(shapes),
        crs=held.crs,
    )
    created = fresh.assign(code="", area_m2=fresh.geometry.area.round(2))
    ancestors = _ancestors(edits, was)
    lineage = tuple(
        (parent, child)
        for child, code in enumerate(fresh["code"])
        for parent in ancestors.get(str(code), ())
        if parent not in now
    )
    kinds = list(dict.fromkeys(edit.operation for edit in edits))
    return Edit("+".join(kinds), created, retired, changed, before, lineage)


def _ancestors(edits: Sequence[Edit], stored: set[str]) -> Mapping[str, list[str]]:
    """Return for each grid that was made the stored ones that it came from."""
    found: dict[str, list[str]] = {}
    for edit in edits:
        made: dict[str, set[str]] = {}
        for parent, child in edit.lineage_codes():
            roots = [parent] if parent in stored else found.get(parent, [])
            made.setdefault(str(child), set()).update(roots)
        found.update({child: sorted(roots) for child, roots in made.items()})
    return found


def run_plan(
    workspace: Workspace,
    plan: Plan,
    cause: Cause,
    *,
    policy: Policy = Policy(),
    accept_cuts: bool = False,
    dry_run: bool = False,
) -> Report:
    """Carry out a plan in one transaction and say what it moved, as `run_edit` does.

    Raises
    ------
    GridEditRefused
        A step breaks a rule of the coverage, or the grids are no longer those that
        the plan was made for.
    UsageError
        An exception without a reason, or a day before a grid began.
    """
    buildings = None
    if plan.buildings:
        shapes = shapely.from_wkt(np.asarray(plan.buildings, dtype=object))
        buildings = gpd.GeoDataFrame(geometry=list(shapes), crs=workspace.crs)
    added = [s.codes[0] for s in plan.steps if s.operation == "add"]
    areas = workspace.read("areas", where={"code": added}) if added else None

    def make(held: gpd.GeoDataFrame) -> Edit:
        if plan.state:
            touched = held[held["code"].isin(list(plan.ground)).to_numpy(dtype=bool)]
            if state_of(touched) != plan.state:
                raise GridEditRefused(
                    Text(
                        "the grids were changed by somebody else meanwhile; read the workspace anew",
                        "网格已被他人更改，请重新读取工作库",
                    )
                )
        coverage = Coverage(held, edition=workspace.edition)
        edits, _ = replay(coverage, plan.steps, policy=policy, buildings=buildings, areas=areas)
        return net_edit(held, coverage, edits)

    near: list[Any] = [*plan.ground, *(s.drawn for s in plan.steps if s.wkt)]
    if not plan.ground:  # written by hand: where its steps lead is not known
        near = [shapely.box(*_extent(workspace))]
    return run_edit(
        workspace, make, near, cause,
        policy=policy, buildings=buildings, accept_cuts=accept_cuts, dry_run=dry_run,
    )  # fmt: skip


def _extent(workspace: Workspace) -> tuple[float, float, float, float]:
    grids = workspace.read("grids", columns=["code"])
    if not len(grids):
        raise UsageError(Text("the workspace has no grids", "工作库中没有单元网格"))
    x0, y0, x1, y1 = grids.total_bounds
    return float(x0), float(y0), float(x1), float(y1)
