"""Which grid is this, and who answers here?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy
import shapely

from citygrid_core.errors import CitygridError, Text, UsageError
from citygrid_core.operations.city import City, Floats
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.operations.misplaced import misplaced
from citygrid_core.report import Progress, Report, no_progress
from citygrid_core.responsibility import (
    FLAG_ABOVE,
    OUTCOMES,
    REACH,
    DepartmentHistory,
    Resolved,
    best_precedents,
    framed,
    near_columns,
    nearest_others,
)
from citygrid_core.standards import ClassKind, load_edition, perhaps
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
    accuracy: float | None = None,
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
        ISO date: the city and the rules of that day. Each department then comes with
        who it is today (``<role>_today_code``, ``<role>_today_name``).
    accuracy : float, optional
        Standard error of the positions along each axis in metres: adds
        ``near_border``, ``border_m``, ``other_probability``, ``other_grid_code`` and,
        with a class, ``<role>_other`` and ``<role>_other_name``; see `near_border`.
    city : City, optional
        A city loaded before, to be asked many times.

    Returns
    -------
    DataFrame
        Aligned to `points`; departments by code and name. `duty_outcome` is one,
        several or none: an unclear owner is an answer, not a guess. With a co-ordination
        list in the workspace, ``precedent`` is the code of the most similar dispute that was
        settled, where the answer is several, none or near a border.
    """
    if accuracy is not None and not 0 <= accuracy < float("inf"):
        raise UsageError(
            Text(f"accuracy {accuracy:g} is no error in metres", f"位置误差 {accuracy:g} 不是米数")
        )
    city = city or City(workspace, at)
    projected = points if points.crs == workspace.crs else points.to_crs(workspace.crs)
    shapes = projected.geometry.to_numpy()
    x, y = shapely.get_x(shapes), shapely.get_y(shapes)
    at_place = city.positions(x, y)
    found: dict[str, Any] = dict(city.taken(at_place))
    classes = points.get("class_code", class_code)
    if class_code is not None:
        classes = class_of(workspace, object_kind, class_code)
    asked_class = _numbered(classes, len(points))
    classed = bool((asked_class.codes >= 0).any())
    asked: Resolved | None = None
    if classed:
        question = {
            **city.numbered(at_place),
            "class_code": asked_class,
            "object_kind": _numbered(points.get("object_kind", object_kind), len(points)),
        }
        frame = gpd.GeoDataFrame(
            pd.DataFrame(question, index=points.index, copy=False),
            geometry=projected.geometry.array,
            crs=workspace.crs,
        )
        asked = city.duties.resolved(frame, at=at, xy=(x, y))
        names = np.array([*asked_class.categories, None], dtype=object)
        found["class_code"] = names[asked_class.codes]
        for i, role in enumerate(ROLES):
            found |= _bodies(asked, city.duties.departments, i, role, at)
        found["duty_outcome"] = OUTCOMES[asked.overall]
        found["reasons"] = asked.reasons
    if accuracy is not None and asked is not None:
        cells = city.cells if len(city.cells) else city.communities
        own = None if len(cells) == 0 or cells is not city.cells else at_place
        if own is not None:
            own = np.where(own < len(cells), own, -1)
        near = nearest_others(city.duties, asked, x, y, cells, accuracy=accuracy, own=own)
        register = city.duties.departments
        for name, values in near_columns(near, cells, len(points)).items():
            found[name] = values
            if name.endswith("_other"):
                found[f"{name}_name"] = _each(
                    values,
                    near.rows,
                    lambda codes: "#".join(register.name(c, at) or c for c in codes.split("#")),
                )
    elif accuracy is not None:
        found |= _near_cells(city, x, y, accuracy)
    if asked is not None and len(city.disputes):
        kinds = np.array(_numbered(points.get("object_kind", object_kind), len(points)), object)
        found["precedent"] = _precedents(city, asked, found, kinds, x, y, at)
    return framed(found, points.index)


def _precedents(
    city: City,
    asked: Resolved,
    found: dict[str, Any],
    kinds: npt.NDArray[np.object_],
    x: Floats,
    y: Floats,
    at: str | None,
) -> npt.NDArray[np.object_]:
    """Return for each unclear answer the code of the most similar settled dispute."""
    unclear = asked.overall != 1
    if "near_border" in found:
        unclear |= found["near_border"]
    rows = np.flatnonzero(unclear)
    claims = []
    for i, role in enumerate(ROLES):
        named = [found[f"{role}_code"][rows], asked.candidates(i)[rows]]
        named += [found[f"{role}_other"][rows]] if f"{role}_other" in found else []
        claims += named
    bodies = ["#".join(sorted({str(c) for c in row if c})) for row in zip(*claims, strict=True)]
    best = best_precedents(
        city.disputes,
        x[rows],
        y[rows],
        object_kind=kinds[rows].tolist(),
        class_code=[c or "" for c in found["class_code"][rows]],
        bodies=bodies,
        at=at,
    )
    codes = np.array([*city.disputes["code"], None], dtype=object)
    column = np.full(len(x), None, dtype=object)
    column[rows] = codes[best]
    return column


def _numbered(given: Any, number: int) -> Any:
    """Return a column, or one value for all, as categories."""
    if isinstance(given, pd.Series):
        if isinstance(given.dtype, pd.CategoricalDtype):
            return given.array
        codes, values = pd.factorize(given.to_numpy(dtype=object))
        return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(list(values)))
    values = np.array([] if given is None else [given], dtype=object)
    codes = np.full(number, len(values) - 1, dtype=np.int8)
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(list(values)))


def _bodies(
    asked: Resolved, register: DepartmentHistory, i: int, role: str, at: str | None
) -> dict[str, npt.NDArray[np.object_]]:
    """Return the columns of one role: the body of the day and, for a day, today's."""
    found = {
        f"{role}_code": asked.codes(i),
        f"{role}_name": asked.codes(i, lambda c: register.name(c, at) or None),
    }
    if at is not None:
        found[f"{role}_today_code"] = asked.codes(i, lambda c: register.on(c, None).code)
        found[f"{role}_today_name"] = asked.codes(i, lambda c: register.on(c, None).name or None)
    return found


def _each(
    values: npt.NDArray[np.object_], rows: npt.NDArray[np.int64], say: Callable[[str], str]
) -> npt.NDArray[np.object_]:
    """Return what is said of the values of some rows, asked once for each distinct one."""
    number, distinct = pd.factorize(values[rows])
    said = np.array([*(say(str(v)) for v in distinct), None], dtype=object)
    found = np.full(len(values), None, dtype=object)
    found[rows] = said[number]
    return found


def _near_cells(city: City, x: Floats, y: Floats, accuracy: float) -> dict[str, npt.NDArray[Any]]:
    """Return how far the next unit grid is and how probable, when no class is asked."""
    cells = city.cells if len(city.cells) else city.communities
    border = cells.border_distance(x, y, within=REACH * accuracy)
    distance = np.where(np.isfinite(border.distance), border.distance, np.nan)
    probability = np.zeros(len(x))
    if accuracy > 0:
        probability = np.nan_to_num(scipy.special.ndtr(-distance / accuracy))
    return {
        "near_border": probability > FLAG_ABOVE,
        "other_probability": probability,
        "border_m": distance,
        "other_grid_code": np.array([*cells.codes, None], dtype=object)[border.other],
    }


def class_of(workspace: Workspace, kind: str, typed: str) -> str:
    """Return the code of a class that was typed as a code or a name.

    Raises
    ------
    UsageError
        The workspace's edition has no such class.
    """
    edition = load_edition(workspace.edition)
    classes = edition.component_classes if kind == "component" else edition.event_classes
    wanted: ClassKind = "component" if kind == "component" else "event"
    found = edition.find_class(wanted, typed)
    if found.code is None:
        near = perhaps(found.proposals)
        raise UsageError(
            Text(
                f"{typed!r} is no {kind} class of {edition.id}; "
                + (near.en or f"its {len(classes)} classes: citygrid standards list"),
                f"“{typed}”不是 {edition.id} 的类别；"
                + (near.zh or f"共 {len(classes)} 类，见 citygrid standards list"),
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
    accuracy: float | None = None,
    progress: Progress = no_progress,
) -> tuple[Report, pd.DataFrame]:
    """Answer for each point of a file; see `lookup`.

    Points outside the city are counted; when a wrong datum, swapped axes or degrees
    explain them, one finding says so with the evidence.
    """
    batch = read(
        path,
        FIELDS,
        **options.reading(),
        to_crs=workspace.crs,
    )
    progress("locating", 0, 1)
    city = City(workspace, at)
    answers = lookup(
        workspace,
        batch.frame,
        class_code=class_code,
        object_kind=object_kind,
        at=at,
        accuracy=accuracy,
        city=city,
    )
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
    if accuracy is not None:
        report.details["near_border"] = int(answers["near_border"].sum())
    report.problems = [p for r in batch.rejects for p in r.problems]
    x, y = result["x"].to_numpy(float), result["y"].to_numpy(float)
    suspicion = misplaced(city, x, y, file=Path(path).name)
    report.problems += [suspicion] if suspicion else []
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
    """Return the reason chain for one point.

    Returns
    -------
    list
        Each with ``text(lang)``: the rules considered, the winner, its document and dates;
        then the history of the unit grid.
    """
    # Here, because it brings the statistics of heat with it, which imports never need.
    from citygrid_core.operations.grids.story import grid_story

    city = city or City(workspace, at)
    projected = point.to_crs(workspace.crs)
    located = city.points(projected.geometry.x.to_numpy(), projected.geometry.y.to_numpy())
    located["class_code"] = class_of(workspace, object_kind, class_code)
    located["object_kind"] = object_kind
    if located["community_code"].isna().any():
        p = projected.geometry.iloc[0]
        raise CitygridError(
            Text(
                f"{p.x:.3f}, {p.y:.3f} is outside the city",
                f"{p.x:.3f}, {p.y:.3f} 不在城市范围内",
            )
        )
    why: list[Any] = list(city.duties.explain(located, at=at))
    grid = located["grid_code"].iloc[0]
    return why if grid is None else [*why, *grid_story(workspace, grid)]
