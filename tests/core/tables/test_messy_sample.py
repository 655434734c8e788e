"""The sample city's messy files: every planted defect that a table alone shows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from citygrid_core.tables import Batch, Field, Mapping, read
from tests.core.tables.common import balanced

#: Defects that need no other knowledge than the file's.
REJECTED = {"impossible_date", "missing_x", "missing_point", "swapped_axes"}
REPAIRED = {"full_width_digits", "lost_leading_zeros", "serial_date", "chinese_date"}
DUPLICATES = {
    "duplicate_key": "source_key",
    "duplicate_number": "source_number",
    "duplicate_code": "code",
}
FILES = (
    "components_gbk.csv", "components.xlsx", "components_utf16.tsv", "components_shp/components.shp",
    "components.geojson", "departments.csv", "duties.xlsx", "gazetteer.csv", "cases_gbk.csv", "areas_bad.geojson",
)  # fmt: skip


def _kind(file: str, name: str) -> Field:
    if name == "class_code" and file.startswith("components"):
        return Field(name, "code", length=5)
    if name.endswith("_at"):
        return Field(name, "datetime")
    if name.endswith("_on") or name.startswith("valid_"):
        return Field(name, "date")
    return Field(name)


def _read(folder: Path, file: str) -> Batch:
    listed = pd.read_csv(folder / "files.csv").set_index("file")
    mapping = Mapping.load(folder / str(listed.loc[file, "mapping"]))
    fields = [_kind(file, name) for name in mapping.columns]
    batch = balanced(read(folder / file, fields, mapping=mapping, to_crs="EPSG:4547"))
    assert batch.read == listed.loc[file, "rows"]
    return batch


@pytest.fixture
def messy(small_city: Path) -> Path:
    folder = small_city / "messy"
    if not (folder / "truth.csv").is_file():
        pytest.skip("the sample city has no messy files")
    return folder


@pytest.mark.parametrize("file", FILES)
def test_planted_defects(messy: Path, file: str) -> None:
    truth = pd.read_csv(messy / "truth.csv", dtype=str, keep_default_na=False)
    truth = truth[truth["file"] == file].astype({"row": int})
    batch = _read(messy, file)
    rejected = {r.row for r in batch.rejects}
    assert set(truth.loc[truth["defect"].isin(REJECTED), "row"]) <= rejected
    # And nothing else but what the truth knows of.
    assert rejected <= set(truth.loc[truth["outcome"] == "rejected", "row"])
    frame = batch.frame.set_index("source_row")
    repaired = {p.row for p in batch.repairs}
    for row, name, expected in truth.loc[
        truth["defect"].isin(REPAIRED), ["row", "field", "expected_value"]
    ].itertuples(index=False):
        assert frame.loc[row, name] == expected
        assert row in repaired
    for row, expected in truth.loc[
        truth["defect"] == "formula_cell", ["row", "expected_value"]
    ].itertuples(index=False):
        assert frame.loc[row, "geometry"].y == pytest.approx(float(expected))
    for defect, key in DUPLICATES.items():
        planted = set(truth.loc[truth["defect"] == defect, "row"])
        if planted:
            keyed = batch.frame[batch.frame[key].notna()]
            assert set(keyed.loc[keyed[key].duplicated(), "source_row"]) == planted
