"""Cases on their way in: read in parts, classified, located, tied to grid and duty."""

from __future__ import annotations

from collections import abc
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from citygrid_core.cases import default_points, intake
from citygrid_core.cases.privacy import concealed, masked_texts, unspoken
from citygrid_core.errors import Problem, Text
from citygrid_core.operations.cases.contradictions import report_contradictions
from citygrid_core.operations.cases.fields import CODES, FIELDS, TEXTS
from citygrid_core.operations.city import City
from citygrid_core.operations.importing.intake import (
    Rows,
    SourceOptions,
    problem,
    rejected,
    text_column,
    with_datum,
)
from citygrid_core.operations.importing.repeated import Repeated
from citygrid_core.standards import Edition, load_edition
from citygrid_core.tables import Batch, Mapping, Reject, read_chunks
from citygrid_core.workspace import Workspace
from citygrid_core.workspace.memory import no_collection
from citygrid_core.workspace.schema import FAMILIES

Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]
AREA_COLUMNS = ("grid_code", "community_code", "street_code", "county_code")
#: What of a row is stored, and the row number that messages name.
_KEPT = ("source_row", *(c.name for c in FAMILIES["cases"].columns))


@dataclass
class Part:
    """Some rows of a file: those that can be stored, and what is said of the others."""

    file: str
    frame: gpd.GeoDataFrame
    read: int
    repaired: int
    rejects: list[Reject]
    findings: list[Problem]
    details: dict[str, Any] = field(default_factory=dict)
    cautions: list[Problem] = field(default_factory=list)

    def __getstate__(self) -> dict[str, Any]:
        """Go from process to process with points as numbers: a tenth of the time of shapes."""
        points = self.frame.geometry
        rows = pd.DataFrame(self.frame.drop(columns=points.name))
        at = shapely.get_x(points.to_numpy()), shapely.get_y(points.to_numpy()), points.crs
        return {**self.__dict__, "frame": (rows, *at)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        rows, x, y, crs = state["frame"]
        self.__dict__ = {**state, "frame": gpd.GeoDataFrame(rows, geometry=_points(x, y), crs=crs)}


@dataclass(frozen=True)
class Sources:
    """What is to be read, and how.

    Attributes
    ----------
    workspace : str
        Path of the city's workspace: it is only read.
    system : str
        Who delivers, for rows that don't say; with the number in the source it says what
        is the same case.
    accept : float
        Least probability of an address match.
    rows : int
        Rows held in memory at a time.
    latest : str
        ISO wall clock of the city: what is told to have happened later is refused.
    """

    workspace: str
    files: tuple[Path, ...]
    system: str
    accept: float
    options: SourceOptions
    rows: int
    latest: str


def parts(sources: Sources) -> Iterator[Part]:
    """Yield the rows of all files, in parts, ready to be stored.

    Every value is checked, classes and sources are known by our codes, positions have a
    grid, and bodies answer for them where exactly one does.
    """
    with Workspace.open(sources.workspace, read_only=True) as workspace:
        yield from parts_of(workspace, sources)


def parts_of(workspace: Workspace, sources: Sources) -> Iterator[Part]:
    """Yield parts, from a workspace that is open."""
    city = City(workspace)
    seen = Repeated("source_number")
    for path in sources.files:
        options, told = with_datum(workspace, path, sources.options)
        for batch in read_chunks(
            path, FIELDS, **options.reading(), to_crs=workspace.crs, positions="optional",
            timezone=workspace.timezone, rows=sources.rows,
        ):  # fmt: skip
            part = _part(batch, path, city, sources, seen)
            part.cautions, told = told, []
            yield part


@no_collection()
def _part(batch: Batch, path: Path, city: City, sources: Sources, seen: Repeated) -> Part:
    rows = Rows(batch.frame)
    said = text_column(rows.frame, "source_system")
    rows.frame["source_system"] = said.where(said != "", sources.system or "default")
    edition = load_edition(city.workspace.edition)
    prepare_cases(rows, city, edition, sources.accept, sources.latest, _treated(batch.mapping))
    datum = pd.Series(batch.mapping.datum or None, index=rows.frame.index, dtype=object)
    rows.frame["datum"] = datum.where(rows.frame["location_method"] == "given", None)
    good = rows.good
    seen.reject(rows, good[["source_system", "source_number"]], path.name)
    set_aside = rejected(batch, rows, path)
    good = rows.good
    for name, column in (("located", "location_method"), ("duty", "duty_outcome")):
        rows.details[name] = {str(k): int(n) for k, n in good[column].value_counts().items()}
    return Part(
        path.name,
        good[[n for n in (*_KEPT, "geometry") if n in good.columns]],
        batch.read,
        len(batch.repairs),
        [_without_people(r, batch.mapping) for r in set_aside],
        [unspoken(replace(p, file=p.file or path.name), CODES) for p in rows.findings],
        rows.details,
    )


def prepare_cases(
    rows: Rows,
    city: City,
    edition: Edition,
    accept: float,
    latest: str,
    personal: abc.Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Turn rows as they were told into cases: classified, masked, located, owned, doubted.

    The way of every case, from a file or from the phone.

    Parameters
    ----------
    latest : str
        ISO wall clock of the city now.
    personal : mapping
        How `TEXTS` are treated, where not masked: "keep" or "drop".
    """
    taken = intake(rows.frame, edition, latest=latest)
    rows.frame = taken.frame
    for index, found in taken.problems.items():
        for p in found:
            rows.reject(index, p)
    rows.findings += [
        replace(p, row=rows.row(index)) for index, found in taken.findings.items() for p in found
    ]
    for name in TEXTS:
        if name not in rows.frame or personal.get(name) == "keep":
            continue
        if personal.get(name) == "drop":
            rows.frame[name] = None
        else:
            rows.frame[name] = masked_texts(rows.frame[name])
    _place(rows, city, accept)
    report_contradictions(rows, city)
    _answer(rows, city)


def _treated(used: Mapping) -> dict[str, str]:
    """Return how the mapping treats our fields, named as ours or by their column."""
    return {
        ours: how
        for ours, column in (*zip(TEXTS, TEXTS, strict=True), *used.columns.items())
        if (how := used.personal.get(column))
    }


def _without_people(reject: Reject, used: Mapping) -> Reject:
    """Hide who reported: by the mapping's word for a column of theirs, or a field of ours."""
    theirs = {ours: column for ours, column in used.columns.items() if ours in (*TEXTS, *CODES)}
    said = {**{theirs.get(k, k): v for k, v in used.personal.items()}, **used.personal}
    texts, codes = ([theirs[ours] for ours in some if ours in theirs] for some in (TEXTS, CODES))
    raw = concealed(reject.raw, said, texts, codes)
    return replace(reject, raw=raw, problems=tuple(unspoken(p, CODES) for p in reject.problems))


def _place(rows: Rows, city: City, accept: float) -> None:
    frame = rows.frame
    n = len(frame)
    x, y = np.full(n, np.nan), np.full(n, np.nan)
    method = np.full(n, "none", dtype=object)
    error, sure = np.full(n, np.nan), np.full(n, np.nan)
    given = np.zeros(n, dtype=bool)
    if "geometry" in frame:
        point = frame.geometry
        given = np.array(~(point.isna() | point.is_empty))
        x[given], y[given] = point[given].x, point[given].y
        method[given], sure[given] = "given", 1.0
    _forget_default_points(rows, x, y, method, sure)
    _by_component(frame, city, x, y, method, sure)
    _by_address(frame, city, accept, x, y, method, error, sure)
    located = city.locate(x, y).set_axis(frame.index)
    outside = ~np.isnan(x) & located["community_code"].isna().to_numpy()
    for i in np.flatnonzero(outside):
        rows.reject(
            frame.index[i],
            problem(
                "position.outside",
                "geometry",
                f"{x[i]:.3f}, {y[i]:.3f}",
                Text("a point inside the city", "位于城市范围内"),
                Text(
                    "correct it; where many are outside, check CRS and datum (--datum auto)",
                    "请更正；若有许多点位于范围外，请核对坐标系与基准（--datum auto）",
                ),
            ),
        )
    address = text_column(frame, "address")
    for index in frame.index[(method == "none") & (address == "").to_numpy() & ~given]:
        rows.reject(
            index,
            problem(
                "position.missing",
                "address",
                None,
                Text("a point, a component or an address", "坐标、部件编码或地址"),
            ),
        )
    for name in AREA_COLUMNS:
        frame[name] = located[name]
    frame["location_method"] = method
    frame["location_error_m"], frame["location_probability"] = error, sure
    rows.frame = gpd.GeoDataFrame(
        frame.drop(columns="geometry", errors="ignore"), geometry=_points(x, y),
        crs=city.workspace.crs,
    )  # fmt: skip


def _points(x: Floats, y: Floats) -> Objects:
    """Return points, None where there is none."""
    points: Objects = shapely.points(x, y)
    points[np.isnan(x)] = None
    return points


def _forget_default_points(rows: Rows, x: Floats, y: Floats, method: Objects, sure: Floats) -> None:
    """Don't believe the point that a system writes when it knows none; say so once each."""
    address = text_column(rows.frame, "address")
    mask, points = default_points(x, y, address)
    x[mask], y[mask], sure[mask] = np.nan, np.nan, np.nan
    method[mask] = "none"
    for p in points:
        rows.findings.append(
            problem(
                "position.default",
                "geometry",
                f"{p.x:.3f}, {p.y:.3f} × {p.cases}",
                Text("places that differ", "各不相同的位置"),
                Text(
                    f"taken as not located: a default point ({p.without_address} without an address)",
                    f"视为未定位：疑为系统默认点（其中 {p.without_address} 条无地址）",
                ),
            )
        )


def _by_component(
    frame: pd.DataFrame,
    city: City,
    x: Floats,
    y: Floats,
    method: Objects,
    sure: Floats,
) -> None:
    if "component_code" not in frame:
        return
    named = frame["component_code"].fillna("").astype(str).to_numpy()
    todo = np.isnan(x) & (named != "")
    if not todo.any():
        return
    components = city.workspace.read("components", columns=["code"])
    spot = components.set_index("code").geometry.representative_point()
    spot = spot[~spot.index.duplicated()].reindex(named[todo])
    hit = np.flatnonzero(todo)[spot.notna().to_numpy()]
    x[hit], y[hit] = spot.dropna().x, spot.dropna().y
    method[hit], sure[hit] = "component", 1.0


def _by_address(
    frame: pd.DataFrame,
    city: City,
    accept: float,
    x: Floats,
    y: Floats,
    method: Objects,
    error: Floats,
    sure: Floats,
) -> None:
    if "address" not in frame:
        return
    address = frame["address"].fillna("").astype(str)
    todo = np.isnan(x) & (address != "").to_numpy()
    if not todo.any() or not city.workspace.count("places"):
        return
    # the geocoder costs time to load; most deliveries have their points
    from citygrid_core.operations.geocode.index import gazetteer

    answers = gazetteer(city.workspace).geocode(address[todo], accept=accept)
    taken = (answers["outcome"] == "accepted").to_numpy()
    hit = np.flatnonzero(todo)[taken]
    sure[np.flatnonzero(todo)] = answers["probability"].to_numpy(float)
    x[hit], y[hit] = answers["x"].to_numpy(float)[taken], answers["y"].to_numpy(float)[taken]
    error[hit] = answers["error_m"].to_numpy(float)[taken]
    method[hit] = "geocoded"


def _answer(rows: Rows, city: City) -> None:
    """Name the bodies that supervise and handle, where exactly one answers."""
    frame = rows.frame
    for column in ("supervising_code", "handling_code", "duty_outcome"):
        frame[column] = pd.Series(None, index=frame.index, dtype=object)
    asked = rows.good
    placed = asked["community_code"].notna()
    asked = asked if placed.all() else asked[placed]
    if asked.empty or not city.workspace.count("duty_rules", at="all"):
        return
    answer = city.duties.resolve(asked, at=asked["reported_at"])
    for column in ("supervising_code", "handling_code", "duty_outcome"):
        frame.loc[asked.index, column] = answer[column]
