"""Photos with EXIF time and place find their component."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from PIL import Image
from PIL.TiffImagePlugin import IFDRational, ImageFileDirectory_v2
from pyproj import Transformer

from citygrid_core.census.photos import match_photos
from citygrid_core.operations.census.capture.captured import Capture
from citygrid_core.operations.census.capture.desk import CaptureDesk
from citygrid_core.operations.census.photo_files import folder_of, photos_in, read_photo
from citygrid_core.operations.census.photos import attach_photos, photos_of
from citygrid_core.workspace import Workspace
from tests.core.workspace import makers

DAY = "2025-01-01"


def take(path: Path, xy: tuple[float, float] | None, at: str | None, shade: int = 90) -> Path:
    """A picture as a phone makes it: time and place in EXIF."""
    tags: dict[int, Any] = {0x0110: "phone"}
    if at:
        tags[0x8769] = {0x9003: at}
    if xy:
        lon, lat = Transformer.from_crs(makers.CRS, "EPSG:4326", always_xy=True).transform(*xy)
        place: dict[int, Any] = {1: "N", 3: "E"}
        for tag, value in ((2, lat), (4, lon)):
            d, rest = divmod(value, 1)
            m, s = divmod(rest * 60, 1)
            place[tag] = tuple(IFDRational(round(v * 10_000), 10_000) for v in (d, m, s * 60))
        tags[0x8825] = place
    head = b"MM\x00\x2a\x00\x00\x00\x08"
    written = ImageFileDirectory_v2(ifh=head)
    for tag, said in tags.items():
        written[tag] = said
    exif = b"Exif\x00\x00" + head + written.tobytes(8)
    Image.new("RGB", (32, 24), (shade, 120, 60)).save(path, exif=exif)
    return path


@pytest.fixture
def town(tmp_path: Path) -> Workspace:
    ws = makers.make(tmp_path / "town.gpkg")
    makers.store(ws, areas=makers.areas(), grids=makers.grids(5), departments=makers.departments())
    return ws


@pytest.fixture
def codes(town: Workspace) -> list[str]:
    """Manholes at 50, 53 and 250 m, placed one second after another from 12:00 on."""
    desk = CaptureDesk(town, who="li")
    return [
        desk.place(Capture("01003", shapely.Point(500_000 + x, 3_300_050)), on=DAY).code
        for x in (50, 53, 250)
    ]


def test_exif_time_and_place_are_read(tmp_path: Path) -> None:
    photo = read_photo(take(tmp_path / "a.jpg", (500_050, 3_300_050), "2025:01:01 12:03:00"))
    assert photo.taken_at == "2025-01-01T12:03:00"
    assert photo.longitude == pytest.approx(114.0, abs=0.01)
    assert photo.latitude == pytest.approx(29.81, abs=0.02)
    bare = read_photo(take(tmp_path / "b.png", None, None))
    assert (bare.taken_at, bare.longitude) == (None, None)


@pytest.mark.slow
def test_a_folder_of_photos_finds_its_components(
    town: Workspace, codes: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "DCIM"
    (folder / "sub").mkdir(parents=True)
    base = 500_000
    take(folder / "near.jpg", (base + 252, 3_300_052), None, 1)
    take(folder / "sub" / "other.jpg", (base + 49, 3_300_050), None, 2)
    take(folder / "between.jpg", (base + 51.6, 3_300_050), None, 3)
    take(folder / "far.jpg", (base + 400, 3_300_050), "2025:01:01 12:00:00", 4)
    take(folder / "blind.jpg", None, None, 5)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8 no picture")
    (folder / "notes.txt").write_text("not a picture")
    tried = attach_photos(town, photos_in(folder), who="li", dry_run=True)
    assert (tried.dry_run, tried.stored, tried.rejected) == (True, 2, 4)
    assert town.count("attachments") == 0
    assert not folder_of(town).exists()
    report = attach_photos(town, photos_in(folder), who="li")
    assert (report.read, report.stored, report.unchanged, report.rejected) == (6, 2, 0, 4)
    assert sorted((p.file, p.rule) for p in report.problems) == [
        ("between.jpg", "photo.several"),
        ("blind.jpg", "photo.blind"),
        ("broken.jpg", "photo.unreadable"),
        ("far.jpg", "photo.none"),
    ]
    assert all(p.text("zh") and p.text("en") for p in report.problems)
    kept = town.read("attachments").set_index("component_code")
    assert set(kept.index) == {codes[2], codes[0]}
    assert kept.loc[codes[2]].geometry.distance(shapely.Point(base + 252, 3_300_052)) < 0.1

    # The same folder again changes nothing; under another name it is the same photo.
    (folder / "near.jpg").rename(folder / "renamed.jpg")
    again = attach_photos(town, photos_in(folder), who="li")
    assert (again.stored, again.unchanged, again.rejected) == (0, 2, 4)
    assert len(list(folder_of(town).rglob("*.jpg"))) == 2
    assert town.verify() == []


def test_time_alone_is_enough_where_one_fits(town: Workspace, tmp_path: Path) -> None:
    """The journal's clock stands at 12:00 in Shanghai and steps by seconds."""
    desk = CaptureDesk(town, who="li")
    code = desk.place(Capture("01003", shapely.Point(500_050, 3_300_050)), on=DAY).code
    moment = dt.datetime(2025, 1, 1, 12, 2)
    photo = take(tmp_path / "a.jpg", None, moment.strftime("%Y:%m:%d %H:%M:%S"))
    late = take(tmp_path / "b.jpg", None, "2025:01:01 13:30:00", 7)
    report = attach_photos(town, [photo, late])
    assert (report.stored, report.rejected) == (1, 1)
    assert photos_of(town, code)["file"].iloc[0].read_bytes() == photo.read_bytes()


def test_photos_dropped_on_a_component_are_its_own(
    town: Workspace, codes: list[str], tmp_path: Path
) -> None:
    photo = take(tmp_path / "a.jpg", None, None)
    report = attach_photos(town, [photo, photo], component_code=codes[1])
    assert (report.read, report.stored, report.unchanged) == (2, 1, 1)
    assert len(photos_of(town, codes[1])) == 1
    missing = attach_photos(town, [photo], component_code="no such")
    assert (missing.rejected, missing.problems[0].rule) == (1, "photo.component")


def test_matching_needs_a_clear_best() -> None:
    def frame(points: list[Any], **columns: Any) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(points, crs=makers.CRS))

    held = frame(
        [shapely.Point(0, 0), shapely.Point(6, 0)],
        code=["a", "b"],
        placed_at=["2025-01-01T12:00:00", "2025-01-01T12:09:00"],
    )
    photos = frame(
        [shapely.Point(3, 0), shapely.Point(3, 0), None, shapely.Point(500, 0)],
        taken_at=["2025-01-01T12:09:30", None, "2025-01-01T11:59:00", "2025-01-01T12:00:00"],
    )
    found = match_photos(photos, held)
    assert found["outcome"].tolist() == ["matched", "several", "matched", "none"]
    assert found["component_code"].tolist() == ["b", None, "a", None]
