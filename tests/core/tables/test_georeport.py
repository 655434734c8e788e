"""Open311 GeoReport v2: the standard's own examples, offsets, and broken records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from citygrid_core.errors import UnusableInput
from citygrid_core.operations.cases.fields import FIELDS
from citygrid_core.tables import Batch, read

#: The example of the standard (GET Service Requests), its two requests.
EXAMPLE = """<?xml version="1.0" encoding="utf-8"?>
<service_requests>
  <request>
    <service_request_id>638344</service_request_id><status>closed</status>
    <status_notes>Duplicate request.</status_notes>
    <service_name>Sidewalk and Curb Issues</service_name><service_code>006</service_code>
    <description></description><agency_responsible></agency_responsible><service_notice/>
    <requested_datetime>2010-04-14T06:37:38-08:00</requested_datetime>
    <updated_datetime>2010-04-14T06:37:38-08:00</updated_datetime>
    <expected_datetime>2010-04-15T06:37:38-08:00</expected_datetime>
    <address>8TH AVE and JUDAH ST</address><address_id>545483</address_id><zipcode>94122</zipcode>
    <lat>37.762221815</lat><long>-122.4651145</long>
    <media_url>http://city.gov.s3.amazonaws.com/requests/media/638344.jpg </media_url>
  </request>
  <request>
    <service_request_id>638349</service_request_id><status>open</status>
    <status_notes></status_notes><service_name>Sidewalk and Curb Issues</service_name>
    <service_code>006</service_code><description>A &amp; B</description>
    <requested_datetime>2010-04-19T06:37:38-08:00</requested_datetime>
    <updated_datetime>2010-04-19T06:37:38-08:00</updated_datetime>
    <address>8TH AVE and JUDAH ST</address><lat>37.762221815</lat><long>-122.4651145</long>
  </request>
</service_requests>
"""
RECORD = {
    "service_request_id": 7, "status": "open", "service_name": "路灯", "lat": 30.6, "long": 114.3,
    "requested_datetime": "2026-03-05T00:30:00Z", "updated_datetime": "2026-03-05T01:00:00Z",
    "expected_datetime": None, "extra": {"a": [1, 2]},
}  # fmt: skip


def taken(path: Path, text: str, zone: str = "America/Los_Angeles") -> Batch:
    path.write_text(text, "utf-8")
    return read(path, FIELDS, to_crs="EPSG:4326", positions="optional", timezone=zone)


def test_the_standards_example(tmp_path: Path) -> None:
    batch = taken(tmp_path / "r.xml", EXAMPLE)
    assert (batch.read, batch.rejects) == (2, [])
    first, second = batch.frame.iloc[0], batch.frame.iloc[1]
    assert first["source_number"] == "638344"
    assert first["class_code"] == "Sidewalk and Curb Issues"
    assert first["reported_at"] == "2010-04-14T07:37:38"  # daylight saving: UTC-7
    assert first["closed_at"] == "2010-04-14T07:37:38"
    assert first["due_at"] == "2010-04-15T07:37:38"
    assert first["note"] == "Duplicate request."
    assert (first["source"], first["source_system"]) == ("web", "open311")
    assert (first.geometry.x, first.geometry.y) == (-122.4651145, 37.762221815)
    assert second["closed_at"] is None
    assert second["due_at"] is None
    assert second["description"] == "A & B"
    assert batch.preview.format == "georeport"


@pytest.mark.parametrize("wrapped", [False, True])
def test_json_says_the_same_as_xml(tmp_path: Path, wrapped: bool) -> None:
    """Numbers are texts, an offset becomes the city's clock, what is null is nothing."""
    value = {"service_requests": [RECORD]} if wrapped else [RECORD]
    batch = taken(tmp_path / "r.json", json.dumps(value, ensure_ascii=False), "Asia/Shanghai")
    row = batch.frame.iloc[0]
    assert (row["source_number"], row["reported_at"]) == ("7", "2026-03-05T08:30:00")
    assert row["closed_at"] is None
    assert row["due_at"] is None
    assert json.loads(batch.raw["extra"].iloc[0]) == {"a": [1, 2]}


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (json.dumps([RECORD], ensure_ascii=False), "utf-16"),
        (json.dumps([RECORD], ensure_ascii=False), "utf-16-le"),
        (json.dumps([RECORD | {"description": "路口的路灯不亮"}], ensure_ascii=False), "gb18030"),
        (EXAMPLE.replace("Sidewalk and Curb Issues", "路灯"), "utf-16"),
        (EXAMPLE.replace("Sidewalk and Curb Issues", "路灯"), "gb18030"),  # it declares utf-8
        (EXAMPLE.replace("utf-8", "gb2312").replace("Sidewalk and Curb Issues", "路灯"), "gbk"),
    ],
)
def test_requests_in_other_encodings(tmp_path: Path, text: str, codec: str) -> None:
    path = tmp_path / "r"
    path.write_bytes(text.encode(codec))
    batch = read(path, FIELDS, to_crs="EPSG:4326", positions="optional", timezone="UTC")
    assert (batch.frame["class_code"].iloc[0], batch.rejects) == ("路灯", [])


def test_what_is_in_no_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(json.dumps([RECORD], ensure_ascii=False).encode("gb18030"))
    with pytest.raises(UnusableInput, match="no utf-8"):
        read(path, FIELDS, to_crs="EPSG:4326", positions="optional", encoding="utf-8")


def test_pages_one_behind_the_other_are_all_read(tmp_path: Path) -> None:
    """As pages of an API are saved: nothing of them is left out without a word."""
    one, two = (json.dumps([RECORD | {"service_request_id": n}]) for n in "12")
    for text in (
        f"{one}\n{two}",
        f'{{"page": 1, "service_requests": {one}, "next": {{"page": 2}}}} {{"service_requests": {two}}}',
    ):
        batch = taken(tmp_path / "r.json", text)
        assert (batch.frame["source_number"].tolist(), batch.rejects) == (["1", "2"], [])
    batch = taken(tmp_path / "r.json", f"{one} {two[1:]}")
    assert [(r.row, r.problems[0].rule) for r in batch.rejects] == [(2, "request.rest")]
    assert batch.read == 2


def test_broken_records_are_named_by_their_place(tmp_path: Path) -> None:
    """A record without an id, a number instead of a record, bad JSON, a file cut off."""
    good = json.dumps(RECORD)
    lacking = json.dumps({k: v for k, v in RECORD.items() if k != "service_request_id"})
    text = f'[{good}, {lacking}, 5, {{"service_request_id": 8, oops}}, {good[:-1]}, "status": "x"}}'
    batch = taken(tmp_path / "r.json", text)
    rules = [(r.row, r.problems[0].rule) for r in batch.rejects]
    assert rules == [
        (2, "value.missing"), (3, "request.object"), (4, "request.json"), (6, "request.cut"),
    ]  # fmt: skip
    assert batch.read == 6
    assert batch.frame["source_row"].tolist() == [1, 5]
    assert "oops" in batch.rejects[2].raw["service_request_id"]


def test_a_broken_request_does_not_take_the_next_with_it(tmp_path: Path) -> None:
    text = EXAMPLE.replace("</service_name><service_code>006</service_code>\n    <desc",
                           "</service_code>\n    <desc", 1)  # fmt: skip
    batch = taken(tmp_path / "r.xml", text)
    assert [(r.row, r.problems[0].rule) for r in batch.rejects] == [(1, "request.xml")]
    assert batch.frame["source_number"].tolist() == ["638349"]
    batch = taken(tmp_path / "s.xml", EXAMPLE.replace("</request>", "", 1))
    assert [(r.row, r.problems[0].rule) for r in batch.rejects] == [(1, "request.xml")]


def test_entities_are_refused(tmp_path: Path) -> None:
    bomb = '<?xml version="1.0"?><service_requests><!DOCTYPE x></service_requests>'
    with pytest.raises(UnusableInput, match="document type"):
        taken(tmp_path / "r.xml", bomb)
