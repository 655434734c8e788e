"""What would change with these rules, or these borders? Asked before anything is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from citygrid_core.errors import Text, UnusableInput, UsageError
from citygrid_core.operations.city import City
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.operations.proposed_city import ProposedCity, uncovered
from citygrid_core.operations.responsibility.asked_duties import answered, components, last_cases
from citygrid_core.operations.responsibility.duties import import_duties
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.responsibility import ROLES, DutyBook
from citygrid_core.tables import Field, read
from citygrid_core.workspace import Transaction, Workspace

COLUMNS = (
    "object", "code", "class_code", "grid_code", "role", "before_code", "before_name",
    "after_code", "after_name",
)  # fmt: skip


def what_if(
    workspace: Workspace,
    path: Path,
    *,
    options: SourceOptions = SourceOptions(),
    on: str,
    rejects: Path | None = None,
    progress: Progress = no_progress,
) -> tuple[Report, gpd.GeoDataFrame]:
    """Say which components and last year's cases would change body if rules were imported.

    The import runs as it would, is asked, and is rolled back: the store keeps its bytes.

    Parameters
    ----------
    path : Path
        A file of rules, as for `import_duties`.
    on : str
        ISO date from which the rules would hold, and for which both are asked.

    Returns
    -------
    report : Report
        Of the import that was not done, with how many components and cases would change.
    changes : GeoDataFrame
        One row for each component or case and role: object (component, case), code,
        class_code, grid_code, role, body before and after (codes and names; several
        joined by ``#``, nobody empty), and the point.
    """
    city = City(workspace, on)
    before = city.duties
    after: list[DutyBook] = []

    def ask(tx: Transaction, fresh: Any, changed: Any) -> None:
        rules = workspace.read("duty_rules", at="all")
        after.append(DutyBook(rules, city.departments, groups=city.groups))

    report = import_duties(
        workspace, path, options=options, on=on, dry_run=True, rejects=rejects, follow=ask
    )
    progress("asking", 0, 1)
    parts = []
    for kind, asked in (("component", components(city)), ("case", last_cases(city))):
        part = _changes(before, after[0], kind, asked, on)
        report.details[f"{kind}s_asked"] = len(asked)
        report.details[f"{kind}s_changed"] = int(part["code"].nunique())
        parts.append(part)
    made = pd.concat(parts, ignore_index=True)
    progress("done", 1, 1)
    return report, gpd.GeoDataFrame(made, geometry="geometry", crs=workspace.crs)


def what_if_borders(
    workspace: Workspace,
    *,
    grids: gpd.GeoDataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
    polygons: gpd.GeoDataFrame | None = None,
    on: str,
    progress: Progress = no_progress,
) -> tuple[Report, gpd.GeoDataFrame]:
    """Say which components and last year's cases would change body if borders were moved.

    Nothing is stored. What is proposed is laid over what is held: the ground that its
    polygons cover belongs to them, the other polygons keep the rest.

    Parameters
    ----------
    grids, areas : GeoDataFrame, optional
        code and geometry in any CRS: unit grids, or communities. A code that is held moves
        there, a new one is added; a unit grid's first twelve digits are its community.
    polygons : GeoDataFrame, optional
        code of duty rules and the polygon that each would have.
    on : str
        ISO date of both questions.

    Returns
    -------
    report, changes
        As `what_if`; details: how much ground would belong to nobody (``uncovered_m2``).

    Raises
    ------
    UsageError
        Nothing was proposed, or a code is of no community or rule.
    UnusableCells
        A proposed polygon is invalid; all are named.
    """
    named = (("grids", grids), ("areas", areas), ("polygons", polygons))
    given = {k: v for k, v in named if v is not None and len(v)}
    if not given:
        raise UsageError(Text("no border was proposed", "没有提出任何边界调整"))
    before = City(workspace, on)
    proposed = {k: v.to_crs(workspace.crs) for k, v in given.items()}
    after = ProposedCity(workspace, on, before, proposed)
    report = Report("duties what-if", read=sum(map(len, given.values())), dry_run=True)
    report.unchanged = report.read
    progress("asking", 0, 1)
    parts = []
    for kind, asking in (("component", components), ("case", last_cases)):
        was, now = asking(before), asking(after)
        part = _changes(before.duties, after.duties, kind, was, on, now)
        report.details[f"{kind}s_asked"] = len(was)
        report.details[f"{kind}s_changed"] = int(part["code"].nunique())
        parts.append(part)
    for name in ("grids", "areas"):
        if name in given:
            lost = uncovered(getattr(before, name), getattr(after, name))
            report.details["uncovered_m2"] = round(lost, 1)
    made = pd.concat(parts, ignore_index=True)
    progress("done", 1, 1)
    return report, gpd.GeoDataFrame(made, geometry="geometry", crs=workspace.crs)


def read_borders(workspace: Workspace, path: Path, options: SourceOptions) -> gpd.GeoDataFrame:
    """Read proposed polygons with their codes from a foreign file.

    Raises
    ------
    UnusableInput
        Rows that can't be used; all of them are named: a proposal is not half applied.
    """
    batch = read(
        path,
        (Field("code", "text", labels=("标识码", "编码", "代码", "规则编号"), required=True),),
        **options.reading(),
        to_crs=workspace.crs,
    )
    if batch.rejects:
        raise UnusableInput(*(p for r in batch.rejects for p in r.problems))
    return batch.frame[["code", "geometry"]]


def _changes(
    before: DutyBook,
    after: DutyBook,
    kind: str,
    asked: gpd.GeoDataFrame,
    on: str,
    later: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Compare the answers; `later` are the same questions located anew."""
    was, now = answered(before, asked, on), answered(after, asked if later is None else later, on)
    register = before.departments
    parts = []
    for role in ROLES:
        other = (was[role] != now[role]).to_numpy(dtype=bool)
        part = asked.loc[other, ["code", "class_code", "grid_code", "geometry"]].copy()
        part["object"], part["role"] = kind, role
        for name, said in (("before", was), ("after", now)):
            codes = said.loc[other, role]
            part[f"{name}_code"] = codes
            part[f"{name}_name"] = [
                "#".join(register.name(c, on) for c in text.split("#")) for text in codes
            ]
        parts.append(part)
    changes: gpd.GeoDataFrame = pd.concat(parts, ignore_index=True)[[*COLUMNS, "geometry"]]
    return changes.sort_values(["code", "role"], kind="stable", ignore_index=True)
