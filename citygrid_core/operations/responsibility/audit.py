"""Where does nobody answer, or two at once, and how much of the city's work does it touch?"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.errors import Language, Problem, Text
from citygrid_core.operations.city import City
from citygrid_core.operations.responsibility.asked_duties import components, last_cases
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.responsibility import DutyBook, audit
from citygrid_core.standards import load_edition
from citygrid_core.workspace import Workspace


def audit_duties(
    workspace: Workspace,
    *,
    at: str | None = None,
    lang: Language = "zh",
    progress: Progress = no_progress,
) -> tuple[Report, gpd.GeoDataFrame]:
    """Find places and classes without a body in a role that has to be filled, or with two.

    All classes of the workspace's edition are looked at, in all unit grids of the day.

    Returns
    -------
    report : Report
        A finding when there are blanks or overlaps; the books count grids x classes.
    findings : GeoDataFrame
        `responsibility.audit`'s columns with class_name (in `lang`), and with how many
        ``components`` and ``cases`` of the last year have this very outcome there (a
        component whose record names a body is not touched). The most touched first.
    """
    city = City(workspace, at)
    edition = load_edition(workspace.edition)
    both = {"component": edition.component_classes, "event": edition.event_classes}
    classes = pd.DataFrame(
        [(kind, code) for kind, known in both.items() for code in known.index],
        columns=["object_kind", "class_code"],
    )
    progress("auditing", 0, 2)
    found = audit(city.duties, city.grids, classes, at=at)
    pairs = zip(found["object_kind"], found["class_code"], strict=True)
    names = [edition.class_label(kind, code).text(lang) for kind, code in pairs]
    found.insert(2, "class_name", pd.Series(names, dtype=object))
    progress("counting", 1, 2)
    found["components"] = _touched(city.duties, found, components(city), at)
    found["cases"] = _touched(city.duties, found, last_cases(city), at)
    found = found.sort_values(
        ["cases", "components", "area_m2"], ascending=False, kind="stable", ignore_index=True
    )
    report = Report("duties audit", problems=list(city.duties.problems))
    report.details = {
        "grids": len(city.grids),
        "classes": len(classes),
        "none": int((found["outcome"] == "none").sum()),
        "several": int((found["outcome"] == "several").sum()),
        "components": int(found["components"].sum()),
        "cases": int(found["cases"].sum()),
    }
    if len(found):
        report.problems.append(
            Problem(
                "duty.audit",
                Text(f"{len(found)} blanks and overlaps", f"{len(found)} 处责任空白或重叠"),
                Text("one body for each class, place and role", "每处每类每角色一个部门"),
                Text("add or end rules", "请增补或终止规则"),
            )
        )
    progress("done", 2, 2)
    return report, found


def _touched(
    book: DutyBook, found: gpd.GeoDataFrame, asked: gpd.GeoDataFrame, at: str | None
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return for each finding how many of the asked have its outcome and lie in its place."""
    number = np.zeros(len(found), dtype=np.int64)
    if not len(asked) or not len(found):
        return number
    said = book.resolve(asked, at=at)
    shapes = asked.geometry.to_numpy()
    by_class = asked.groupby(["object_kind", "class_code"]).indices
    for i, row in enumerate(found.itertuples(index=False)):
        mine = by_class.get((row.object_kind, row.class_code))
        if mine is None:
            continue
        same = said[f"{row.role}_outcome"].to_numpy()[mine] == row.outcome
        same &= said[f"{row.role}_candidates"].fillna("").to_numpy()[mine] == row.candidates
        at_once = mine[same]
        shapely.prepare(row.geometry)
        number[i] = int(shapely.intersects(row.geometry, shapes[at_once]).sum())
    return number
