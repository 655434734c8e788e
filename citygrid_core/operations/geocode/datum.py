"""The datum of a file, told by the city it should lie in and the places it names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from citygrid_core.errors import Problem, Text, UnusableInput, UsageError
from citygrid_core.geocode import Verdict, detect
from citygrid_core.operations.geocode.index import gazetteer
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.report import Report
from citygrid_core.tables import Field, read, read_chunks
from citygrid_core.workspace import Workspace

FIELDS = (
    Field("address", "text", labels=("地址", "事发位置", "详细地址")),
    Field("name", "text", labels=("名称", "地名", "标准地名")),
    Field("street_name", "text", labels=("街巷名称", "所在街巷", "道路", "路名")),
    Field("number", "text", labels=("门牌号", "门牌")),
)
#: Coordinates as they stand: a system without place, in which nothing is out of bounds.
_AS_THEY_STAND = 'LOCAL_CS["as they stand",UNIT["metre",1],AXIS["x",EAST],AXIS["y",NORTH]]'
#: So many rows are enough to tell; they are taken evenly.
_ENOUGH = 2_000


def detect_file(
    workspace: Workspace, path: Path, *, options: SourceOptions = SourceOptions()
) -> tuple[Report, Verdict]:
    """Tell in which CRS and datum the coordinates of a file are; see `geocode.detect`.

    Rows with an address or a name that the gazetteer is certain of are compared with it;
    without such rows only the city's outline speaks, which can't tell a web map's shift.

    Raises
    ------
    UsageError
        The file has no coordinates.
    """
    batch = read(path, FIELDS, **_standing(options))
    frame = batch.frame
    if not _placed(frame):
        raise UsageError(Text(f"{path} has no coordinates", f"{path} 没有坐标"))
    verdict = _verdict(workspace, frame)
    report = Report("gazetteer datum", read=batch.read, rejected=len(batch.rejects))
    report.unchanged = report.read - report.rejected
    report.problems = [p for r in batch.rejects for p in r.problems]
    report.details = {"evidence": verdict.evidence.en, "证据": verdict.evidence.zh}
    found = verdict.reading
    if found is not None:
        report.details |= {"crs": found.crs, "datum": found.datum, "swapped": found.swapped}
    else:
        report.problems.append(
            Problem(
                "datum.undecided", verdict.evidence,
                Text("one reading that is clearly right", "唯一确凿的坐标系判定"),
                Text("declare --crs and --datum", "请用 --crs 与 --datum 指明"),
                file=Path(path).name,
            )
        )  # fmt: skip
    return report, verdict


def refuse_shifted(workspace: Workspace, path: Path, options: SourceOptions) -> None:
    """Refuse degrees of which nothing is said when they lie as on a web map.

    Only the first rows are looked at. Without named places that the gazetteer knows, a
    shift of some hundred metres shows at the city's edge at best, and nothing is refused.

    Raises
    ------
    UnusableInput
        With the evidence.
    """
    try:
        frame = next(read_chunks(path, FIELDS, **_standing(options), rows=_ENOUGH)).frame
    except UnusableInput:
        return  # the reading itself says it
    if not _placed(frame) or np.nanmedian(np.abs(frame.geometry.bounds.to_numpy())) > 180:
        return
    verdict = _verdict(workspace, frame)
    found = verdict.reading
    if found is None or found.swapped or found.datum not in ("gcj02", "bd09"):
        return
    raise UnusableInput(
        Problem(
            "datum.shifted", verdict.evidence,
            Text(
                "WGS 84 or CGCS2000, as no datum is declared",
                "未声明坐标基准时应为 WGS 84 或 CGCS2000",
            ),
            Text(
                f"declare --datum {found.datum}, or --datum wgs84 where this is wrong",
                f"请声明 --datum {found.datum}；若判断有误，请声明 --datum wgs84",
            ),
            file=Path(path).name,
        )
    )  # fmt: skip


def _standing(options: SourceOptions) -> dict[str, Any]:
    """Return how coordinates are read as they stand."""
    mapping = options.resolved()
    return {
        "mapping": mapping and mapping.only(FIELDS), "encoding": options.encoding,
        "layer": options.layer, "crs": _AS_THEY_STAND, "datum": "cgcs2000",
        "positions": "optional",
    }  # fmt: skip


def _placed(frame: pd.DataFrame) -> bool:
    return isinstance(frame, gpd.GeoDataFrame) and bool(frame.geometry.notna().any())


def _verdict(workspace: Workspace, frame: gpd.GeoDataFrame) -> Verdict:
    """Tell the datum of rows from the city's outline and the places that they name."""
    frame = frame[frame.geometry.notna()]
    frame = frame.iloc[:: max(len(frame) // _ENOUGH, 1)]
    spot = frame.geometry.representative_point()
    x, y = spot.x.to_numpy(np.float64), spot.y.to_numpy(np.float64)
    said = frame.get("address")
    if said is None and "street_name" in frame and "number" in frame:
        said = frame["street_name"].fillna("").astype(str) + frame["number"].fillna("").astype(str)
    if said is None:
        said = frame.get("name")
    at = None
    if said is not None and workspace.count("places"):
        answers = gazetteer(workspace).geocode(said.fillna("").astype(str))
        at = answers["x"].to_numpy(np.float64), answers["y"].to_numpy(np.float64)
    areas = workspace.read("areas", where={"level": "county"})
    outline = shapely.union_all(areas.geometry.to_numpy())
    return detect(x, y, outline=outline, crs=workspace.crs, at=at)


def with_detected_datum(
    workspace: Workspace, path: Path, options: SourceOptions
) -> tuple[SourceOptions, list[Problem]]:
    """Return options in which ``datum="auto"`` is replaced by what was detected, and why.

    Raises
    ------
    UsageError
        Nothing is clearly right, or the axes are swapped; the message has the evidence.
    """
    if options.datum != "auto":
        return options, []
    _, verdict = detect_file(workspace, path, options=options)
    found, why, name = verdict.reading, verdict.evidence, Path(path).name
    if found is None:
        raise UsageError(
            Text(
                f"{name}: --datum auto: {why.en}; declare --crs and --datum",
                f"{name}：--datum auto：{why.zh}；请用 --crs 与 --datum 指明",
            )
        )
    if found.swapped:
        raise UsageError(
            Text(
                f"{name}: --datum auto: x and y are swapped ({why.en}); map the columns "
                "the other way round",
                f"{name}：--datum auto：x 与 y 颠倒（{why.zh}）；请在字段对照中交换两列",
            )
        )
    told = Problem(
        "datum.detected",
        Text(f"{found.datum} ({why.en})", f"{found.datum}（{why.zh}）"),
        Text("the datum of the file", "文件的坐标基准"),
        Text("where it is another, declare --datum", "若非此基准，请用 --datum 指明"),
        file=name,
    )
    return replace(options, crs=options.crs or found.crs, datum=found.datum), [told]
