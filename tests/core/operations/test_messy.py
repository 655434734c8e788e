"""Files as a bureau sends them: what is wrong is found, what is good goes in.

The truth file beside the messy files says which row has which defect, and whether
it has to be rejected or repaired. Nothing else may be rejected.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from citygrid_core.errors import UnusableInput
from citygrid_core.operations.areas import init
from citygrid_core.operations.cases import fields as case_fields
from citygrid_core.operations.cases.imported import import_cases
from citygrid_core.operations.census import parts as census_parts
from citygrid_core.operations.census.imported import import_components
from citygrid_core.operations.geocode.gazetteer import import_places
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.operations.responsibility.departments import import_departments
from citygrid_core.operations.responsibility.duties import import_duties
from citygrid_core.operations.store import verify
from citygrid_core.report import Report
from citygrid_core.tables import read
from citygrid_core.workspace import Workspace
from tests.core.operations.conftest import DAY

FILES: dict[str, tuple[Callable[..., Report], str]] = {
    "components_gbk.csv": (import_components, "components"),
    "components.xlsx": (import_components, "components"),
    "components_utf16.tsv": (import_components, "components"),
    "components_shp/components.shp": (import_components, "components"),
    "components.geojson": (import_components, "components"),
    "departments.csv": (import_departments, "departments"),
    "duties.xlsx": (import_duties, "duty_rules"),
    "gazetteer.csv": (import_places, "places"),
    "cases_gbk.csv": (import_cases, "cases"),
}
#: Family to its key in the file, and what its import reads.
READ = {
    "components": ("source_key", census_parts.fields()),
    "cases": ("source_number", case_fields.FIELDS),
}


def truth(small_city: Path, file: str) -> pd.DataFrame:
    told = pd.read_csv(small_city / "messy" / "truth.csv", dtype=str, keep_default_na=False)
    return told[told["file"] == file].astype({"row": int})


def options(small_city: Path, file: str) -> SourceOptions:
    listed = pd.read_csv(small_city / "messy" / "files.csv", dtype=str).set_index("file")
    return SourceOptions(mapping=small_city / "messy" / str(listed.at[file, "mapping"]))


@pytest.mark.parametrize("file", FILES)
def test_every_planted_defect_is_judged_as_the_truth_says(
    city: Workspace, small_city: Path, tmp_path: Path, file: str
) -> None:
    run, family = FILES[file]
    path = small_city / "messy" / file
    told = truth(small_city, file)
    bad = told[told["outcome"] == "rejected"]
    assert len(told) > 0
    rejects = tmp_path / "rejects.csv"

    before = city.count(family, at="all")
    report = run(city, path, options=options(small_city, file), on=DAY, rejects=rejects)

    assert report.balanced
    rejected = {p.row for p in report.problems if p.row is not None}
    why = "\n".join(p.text() for p in report.problems if p.row not in set(bad["row"]))
    assert rejected >= set(bad["row"]), (
        f"accepted although wrong: {bad[~bad['row'].isin(rejected)].to_string()}"
    )
    assert report.rejected == bad["row"].nunique(), f"rejected although good:\n{why}"
    assert city.count(family, at="all") - before == report.details["new"]
    assert report.stored == report.read - report.rejected > 0

    written = pd.read_csv(rejects, dtype=str, encoding="utf-8-sig")
    assert len(written) == report.rejected
    assert [p.text() for p in verify(city).problems] == []

    again = run(city, path, options=options(small_city, file), on="2025-03-01")
    assert (again.stored, again.unchanged) == (0, report.stored)
    assert again.rejected == report.rejected


@pytest.mark.parametrize("file", [f for f in FILES if f.startswith(("components", "cases"))])
def test_what_can_be_repaired_is_stored_as_the_truth_says(
    city: Workspace, small_city: Path, file: str
) -> None:
    run, family = FILES[file]
    told = truth(small_city, file)
    repaired = told[told["outcome"] == "repaired"]
    if repaired.empty:
        pytest.skip(f"{file} has no defect that can be repaired")
    path, how = small_city / "messy" / file, options(small_city, file)
    run(city, path, options=how, on=DAY)
    key, fields = READ[family]
    rows = read(path, fields, mapping=how.resolved(), to_crs=city.crs, positions="optional")
    key_of = rows.frame.set_index("source_row")[key]
    held = city.read(family).set_index(key)
    checked = 0
    for row in repaired.itertuples():
        column = {"owning": "owning_code"}.get(row.field, row.field)
        if column in ("x", "y"):
            stored = getattr(held.geometry[key_of[row.row]], column)
            assert stored == pytest.approx(float(row.expected_value), abs=1e-3), row
        else:
            said = str(held.at[key_of[row.row], column])
            assert said[: len(row.expected_value)] == row.expected_value, row
        checked += 1
    assert checked == len(repaired)


def test_areas_that_are_no_coverage_make_no_city(small_city: Path, tmp_path: Path) -> None:
    """Every overlap, gap and wrong parent is named, on one of the two areas; nothing is made."""
    told = truth(small_city, "areas_bad.geojson")
    rule = {"overlap": "areas.overlap", "gap": "areas.gap", "wrong_parent": "areas.parent"}
    with pytest.raises(UnusableInput) as refused:
        init(
            tmp_path / "city.gpkg",
            small_city / "messy" / "areas_bad.geojson",
            crs="EPSG:4547",
            options=options(small_city, "areas_bad.geojson"),
            on=DAY,
        )
    found = {(p.rule, p.row) for p in refused.value.problems}
    possible = set()
    for row in told.itertuples():
        either = {(rule[row.defect], row.row)}
        if row.expected_value:
            either.add((rule[row.defect], int(row.expected_value)))
        assert found & either, row
        possible |= either
    assert found <= possible
    assert list(tmp_path.iterdir()) == []
