"""Which grid is this, and who answers here?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from citygrid_core.errors import CitygridError, Text, UsageError
from citygrid_core.operations.city import City
from citygrid_core.operations.intake import SourceOptions
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.standards import ClassKind, load_edition
from citygrid_core.tables import Field, read
from citygrid_core.workspace import Workspace

ROLES = ("supervising", "owning", "maintaining", "handling")
FIELDS = (
    Field("id", "text", labels=("编号", "序号")),
    Field("object_kind", "text", labels=("对象",)),
    Field("class_code", "text", labels=("类别代码", "部件类别代码", "事件类别代码")),
)


def lookup(
    workspace: Workspace,
    points: gpd.GeoDataFrame,
    *,
    class_code: str | None = None,
    object_kind: str = "component",
    at: str | None = None,
    city: City | None = None,
) -> pd.DataFrame:
    """Answer for each point: grid, community, street, county, departments by role.

    Parameters
    ----------
    points : GeoDataFrame of Point
        In any CRS; may carry class_code and object_kind of its own.
    class_code : str, optional
        Class of all points. Without a class only the place is answered.
    at : str, optional
        ISO date: the city and the rules of that day.
    city : City, optional
        A city loaded before, to be asked many times.

    Returns
    -------
    DataFrame
        Aligned to `points`; departments by code and name. `duty_outcome` is one,
        several or none: an unclear owner is an answer, not a guess.
    """
    city = city or City(workspace, at)
    projected = points.to_crs(workspace.crs)
    x, y = projected.geometry.x.to_numpy(), projected.geometry.y.to_numpy()
    place = city.locate(x, y).set_axis(points.index)
    names = city.areas.set_index("code")["name"]
    for level in ("community", "street", "county"):
        place[f"{level}_name"] = place[f"{level}_code"].map(names)
    asked = gpd.GeoDataFrame(place, geometry=projected.geometry, crs=workspace.crs)
    asked["class_code"] = points.get("class_code", class_code)
    asked["object_kind"] = points.get("object_kind", object_kind)
    if class_code is not None:
        asked["class_code"] = _class(workspace, object_kind, class_code)
    answer: pd.DataFrame = place
    if asked["class_code"].notna().any():
        duty = city.duties.resolve(asked, at=at)
        known = city.departments.drop_duplicates("code", keep="last").set_index("code")["name"]
        answer = place.assign(class_code=asked["class_code"])
        for role in ROLES:
            answer[f"{role}_code"] = duty[f"{role}_code"]
            answer[f"{role}_name"] = duty[f"{role}_code"].map(known)
        answer["duty_outcome"] = duty["duty_outcome"]
        answer["reasons"] = duty["reasons"]
    return answer


def _class(workspace: Workspace, kind: str, typed: str) -> str:
    edition = load_edition(workspace.edition)
    classes = edition.component_classes if kind == "component" else edition.event_classes
    wanted: ClassKind = "component" if kind == "component" else "event"
    found = edition.find_class(wanted, typed)
    if found.code is None:
        raise UsageError(
            Text(
                f"{typed!r} is no {kind} class of {edition.id} ({len(classes)} classes; "
                "see citygrid standards list)",
                f"“{typed}”不是 {edition.id} 的类别（共 {len(classes)} 类，见 citygrid standards list）",
            )
        )
    return found.code


def lookup_file(
    workspace: Workspace,
    path: Path,
    *,
    class_code: str | None = None,
    object_kind: str = "component",
    options: SourceOptions = SourceOptions(),
    at: str | None = None,
    progress: Progress = no_progress,
) -> tuple[Report, pd.DataFrame]:
    """Answer for each point of a file; see `lookup`."""
    batch = read(
        path,
        FIELDS,
        mapping=options.resolved(),
        crs=options.crs,
        datum=options.datum,
        encoding=options.encoding,
        layer=options.layer,
        to_crs=workspace.crs,
    )
    progress("locating", 0, 1)
    answers = lookup(workspace, batch.frame, class_code=class_code, object_kind=object_kind, at=at)
    given = [c for c in ("id", "source_row") if c in batch.frame]
    result = pd.concat(
        [
            batch.frame[given],
            pd.DataFrame({"x": batch.frame.geometry.x, "y": batch.frame.geometry.y}),
            answers,
        ],
        axis=1,
    )
    outside = int(answers["community_code"].isna().sum())
    report = Report("lookup", read=batch.read, stored=len(result), rejected=len(batch.rejects))
    report.details = {"outside": outside, "without_grid": int(answers["grid_code"].isna().sum())}
    report.problems = [p for r in batch.rejects for p in r.problems]
    progress("done", 1, 1)
    return report, result


def explain(
    workspace: Workspace,
    point: gpd.GeoDataFrame,
    *,
    class_code: str,
    object_kind: str = "component",
    at: str | None = None,
    city: City | None = None,
) -> list[Any]:
    """Return the reason chain for one point: rules considered, the winner, its document."""
    city = city or City(workspace, at)
    projected = point.to_crs(workspace.crs)
    located = city.points(projected.geometry.x.to_numpy(), projected.geometry.y.to_numpy())
    located["class_code"] = _class(workspace, object_kind, class_code)
    located["object_kind"] = object_kind
    if located["community_code"].isna().any():
        p = projected.geometry.iloc[0]
        raise CitygridError(
            Text(
                f"{p.x:.3f}, {p.y:.3f} is outside the city",
                f"{p.x:.3f}, {p.y:.3f} 不在城市范围内",
            )
        )
    return list(city.duties.explain(located, at=at))
