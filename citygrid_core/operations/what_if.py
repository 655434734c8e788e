"""What would change if these rules were imported? Asked before anything is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from citygrid_core.operations.asked_duties import answered, components, last_cases
from citygrid_core.operations.city import City
from citygrid_core.operations.duties import import_duties
from citygrid_core.operations.intake import SourceOptions
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.responsibility import ROLES, DutyBook
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


def _changes(
    before: DutyBook, after: DutyBook, kind: str, asked: gpd.GeoDataFrame, on: str
) -> gpd.GeoDataFrame:
    was, now = answered(before, asked, on), answered(after, asked, on)
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
