"""Is a file of places sound, before it is imported?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from citygrid_core.geocode import check
from citygrid_core.operations.city import City
from citygrid_core.operations.geocode.datum import with_detected_datum
from citygrid_core.operations.geocode.gazetteer import (
    FIELDS,
    health_report,
    origin_of,
    prepare_places,
)
from citygrid_core.operations.importing.intake import Rows, SourceOptions, refuse_own_file, rejected
from citygrid_core.report import Report
from citygrid_core.tables import read
from citygrid_core.workspace import Workspace

#: Findings name a stored place by its code and a row of the file by its number.
ROW = "row {}"


def check_file(
    workspace: Workspace,
    path: Path,
    *,
    kind: str | None = None,
    source: str = "",
    options: SourceOptions = SourceOptions(),
    far_m: float = 100.0,
    apart_m: float = 300.0,
    at: str | None = None,
) -> tuple[Report, pd.DataFrame]:
    """Check a file of places beside those that the workspace has; nothing is stored.

    The gazetteer is looked at as the import would leave it: a row of the file takes the
    place of the stored one with its source and key. Only what concerns a row of the file
    is told.

    Parameters
    ----------
    kind, source, options : as of `import_places`
    far_m, apart_m : metres, as of `Gazetteer.check`

    Returns
    -------
    report, findings
        Rows that the import would reject are rejected in the report. Findings are as those
        of `check_places`; ``codes`` names a row of the file as ``row 12``.

    Raises
    ------
    UsageError
        The kind is unknown, or the file is the workspace itself.
    """
    path = Path(path)
    refuse_own_file(workspace, path)
    origin = origin_of(path, kind, source, options)
    options, told = with_detected_datum(workspace, path, options)
    batch = read(
        path, FIELDS, **options.reading(), to_crs=workspace.crs,
        positions="required", timezone=workspace.timezone,
    )  # fmt: skip
    rows = Rows(batch.frame)
    city = City(workspace, at)
    prepare_places(rows, city, kind, origin, options)
    fresh = rows.good.copy()
    fresh["code"] = [ROW.format(n) for n in fresh["source_row"]]
    found = _beside(workspace.read("places", at=at), fresh, workspace, at, far_m, apart_m)
    report, findings = health_report(found, city, read=batch.read)
    rejects = rejected(batch, rows, path)
    report.rejected, report.cautions = len(rejects), [*report.cautions, *told]
    report.unchanged = batch.read - len(rejects)
    report.problems = [p for r in rejects for p in r.problems] + report.problems
    report.problems = [replace(p, file=p.file or path.name) for p in report.problems]
    return report, findings


def _beside(
    stored: gpd.GeoDataFrame,
    fresh: gpd.GeoDataFrame,
    workspace: Workspace,
    at: str | None,
    far_m: float,
    apart_m: float,
) -> pd.DataFrame:
    """Return the findings of both together that concern the fresh ones."""
    key = ["source", "source_key"]
    same = pd.MultiIndex.from_frame(fresh[key].astype(str))
    kept = stored[~pd.MultiIndex.from_frame(stored[key].astype(str)).isin(same)]
    shared = [c for c in stored.columns if c in fresh.columns]
    both = gpd.GeoDataFrame(
        pd.concat([kept[shared], fresh[shared]], ignore_index=True),
        geometry=stored.geometry.name,
        crs=stored.crs,
    )
    found = check(both, areas=workspace.read("areas", at=at), far_m=far_m, apart_m=apart_m)
    own = set(fresh["code"])
    concerned = [not own.isdisjoint(codes.split("#")) for codes in found["codes"]]
    out: pd.DataFrame = found[np.array(concerned, dtype=bool)].reset_index(drop=True)
    return out
