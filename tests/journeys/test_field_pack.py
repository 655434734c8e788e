"""A field pack in the real desktop: what a team sees when it opens its folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from citygrid_core.operations.census.packs.make import PackPlan, make_packs
from citygrid_core.workspace import Workspace
from tests.core.operations import fieldtown as town
from tests.core.operations.test_field_packs import picture
from tests.journeys.desk import visit


@pytest.mark.parametrize("locale", ["zh-Hans", pytest.param("en", marks=pytest.mark.long)])
def test_the_form_of_a_pack(locale: str, tmp_path: Path, gallery: Path) -> None:
    lang = "zh" if locale.startswith("zh") else "en"
    town.build(tmp_path / "city.gpkg")
    with Workspace.open(tmp_path / "city.gpkg") as ws:
        plan = PackPlan(teams=2, until=town.UNTIL)
        report = make_packs(ws, tmp_path / "out", plan, on=town.OUT, lang=lang)  # type: ignore[arg-type]
    pack = Path(report.details["packs"][0]["folder"])
    picture(pack / "DCIM" / "a.jpg", 200)
    picture(pack / "DCIM" / "b.jpg", 40)
    with town.opened(pack) as c:
        code = town.codes_of(c)[0]
        c.execute("UPDATE components_point SET photo = 'DCIM/a.jpg' WHERE code = ?", (code,))
        c.execute("INSERT INTO photos (component_uid, photo) VALUES (?, 'DCIM/b.jpg')", (code,))
    went = visit(
        "field_pack.py", tmp_path / "visit", locale=locale, project=pack / "pack.qgs"
    ).check()
    for file in went.folder.glob("pack_*.png"):
        shutil.copy(file, gallery / f"{file.stem}.{locale}.png")
    words = {
        "zh": {"照片", "井盖编号", "权属单位资产编号"},
        "en": {"photo", "owner's asset number"},
    }[lang]
    assert words <= {one.rstrip(":*") for one in went.said["labels"]} | {*went.said["labels"]}
    assert set(went.said["paths"]) == {"DCIM/a.jpg", "DCIM/b.jpg"}
