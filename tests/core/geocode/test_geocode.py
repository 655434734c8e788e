"""What an address becomes, shown on a town that can be checked by hand."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from citygrid_core.errors import MissingCrs
from citygrid_core.geocode import LEVELS, Gazetteer, GazetteerInputError
from tests.core.geocode.town import number_at, town


def ask(gazetteer: Gazetteer, address: str, **options: float) -> pd.Series:  # type: ignore[type-arg]
    return gazetteer.geocode(pd.Series([address]), **options).iloc[0]


@pytest.mark.parametrize(
    ("address", "level", "x", "y", "tolerance"),
    [
        ("友谊路32号", "plate", 340, -15, 0.1),
        ("江苏省连云港市新浦区友谊路32号", "plate", 340, -15, 0.1),
        ("友誼路三十二號", "plate", 340, -15, 0.1),
        ("友谊路32号院3号楼2单元501室", "plate", 340, -15, 0.1),
        ("友谊路32-1号", "plate", 341, -15, 0.1),
        ("友谊路32号之1", "plate", 341, -15, 0.1),
        ("友谊32号", "plate", 340, -15, 0.1),
        ("反帝路32号", "plate", 340, -15, 0.1),
        ("友谊大街32号", "plate", 340, -15, 0.1),
        ("友宜路32号", "plate", 340, -15, 0.1),
        ("通灌路88弄4号", "plate", 560, 200, 0.1),
        ("海州区解放路3号", "plate", 9150, -290, 0.1),
        ("友谊路12-18号", "plate", 170, -15, 0.1),
        ("友谊路44号", "interpolated", *number_at(44), 1),
        ("友谊路45号", "interpolated", *number_at(45), 1),
        ("友谊路与通灌路交叉口", "crossing", 500, 0, 1),
        ("通灌路友谊路口", "crossing", 500, 0, 1),
        ("友谊路与通灌路交叉口东50米", "crossing", 550, 0, 1),
        ("友谊路与通灌路交叉口往北一百米", "crossing", 500, 100, 1),
        ("阳光小区2栋", "building", 700, 150, 0.1),
        ("阳光小区2号楼3单元", "building", 700, 150, 0.1),
        ("人民公園西門對面", "compound", 100, 175, 30),
        ("连云大厦", "poi", 900, 30, 0.1),
        ("连云大厦东侧50米", "poi", 950, 30, 1),
        ("俱乐部门口", "poi", 700, -40, 1),
        ("友谊路32号对面", "plate", 340, 15, 1),
    ],
)
def test_each_form_of_an_address_gets_its_point(
    gazetteer: Gazetteer, address: str, level: str, x: float, y: float, tolerance: float
) -> None:
    best = gazetteer.candidates(address)[0]
    assert best.level == level
    assert (best.x, best.y) == pytest.approx((x, y), abs=tolerance)


def test_the_error_grows_with_what_is_not_known(gazetteer: Gazetteer) -> None:
    answers = ["友谊路32号", "友谊路44号", "友谊路"]
    errors = [ask(gazetteer, a)["error_m"] for a in answers]
    assert errors == sorted(errors)
    assert len(set(errors)) == len(errors)


def test_an_answer_is_aligned_and_json_ready(gazetteer: Gazetteer) -> None:
    addresses = pd.Series(["友谊路32号", None, "友谊路32号", ""], index=[7, 3, 5, 1])
    answers = gazetteer.geocode(addresses)
    assert answers.index.tolist() == [7, 3, 5, 1]
    assert answers["outcome"].tolist() == ["accepted", "rejected", "accepted", "rejected"]
    json.dumps(answers[["matched", "ignored", "candidates", "reasons"]].to_dict("records"))
    first = answers.loc[7]
    assert first["matched"][0]["name"] == "友谊路"
    assert first["candidates"][0]["x"] == first["x"] == 340
    assert set(answers["level"]) <= {*LEVELS, ""}


def test_an_old_name_resolves_and_says_so(gazetteer: Gazetteer) -> None:
    answer = ask(gazetteer, "反帝路32号")
    assert answer["outcome"] == "accepted"
    assert answer["matched"][0]["via"] == "former"
    assert "曾用名" in answer["reasons"][0]["zh"]
    assert ask(gazetteer, "友谊大街32号")["matched"][0]["via"] == "alias"


def test_two_streets_of_one_name_are_a_question_until_the_district_is_said(
    gazetteer: Gazetteer,
) -> None:
    answer = ask(gazetteer, "解放路3号")
    assert answer["outcome"] == "ambiguous"
    assert np.isnan(answer["x"])
    assert {round(c["x"]) for c in answer["candidates"]} == {150, 9150}
    assert ask(gazetteer, "新浦区解放路3号")["x"] == 150


@pytest.mark.parametrize(
    "address",
    [
        "友谊路9999号",
        "幸福大道12号",
        "南京北路5号",
        "北京市朝阳区建国路88号",
        "不存在大厦",
        "友谊路",
        "新浦区",
        "",
        "   ",
        "\x00\x01\x02",
        "😀😀",
        "'; DROP TABLE cases; --",
        "=cmd|' /C calc'!A0",
        "号" * 10_000,
        "友谊路与" * 2_500,
        "1" * 10_000,
        "((((((((((" * 1_000,
        "nan",
        "۱۲۳号",
    ],
)
def test_what_does_not_exist_or_says_too_little_is_never_accepted(
    gazetteer: Gazetteer, address: str
) -> None:
    answer = ask(gazetteer, address)
    assert answer["outcome"] in ("ambiguous", "rejected")
    assert np.isnan(answer["x"])
    assert answer["reasons"]


def test_another_direction_of_a_street_is_not_taken_for_it(gazetteer: Gazetteer) -> None:
    assert ask(gazetteer, "南京北路5号")["outcome"] != "accepted"


def test_a_number_that_no_plate_is_near_to_is_not_placed(gazetteer: Gazetteer) -> None:
    answer = ask(gazetteer, "友谊路9999号")
    assert "9999" in answer["reasons"][0]["zh"]


def test_a_gazetteer_needs_metres_and_its_columns() -> None:
    with pytest.raises(MissingCrs):
        Gazetteer.build(town().set_crs(None, allow_override=True))
    with pytest.raises(GazetteerInputError, match="degrees"):
        Gazetteer.build(town().set_crs("EPSG:4490", allow_override=True))
    with pytest.raises(GazetteerInputError, match="kind"):
        Gazetteer.build(town().drop(columns="kind"))
    with pytest.raises(GazetteerInputError, match="planet"):
        Gazetteer.build(town().replace({"kind": {"poi": "planet"}}))


def test_an_empty_gazetteer_answers_nothing() -> None:
    empty = Gazetteer.build(town().iloc[:0])
    assert ask(empty, "友谊路32号")["outcome"] == "rejected"


def test_plates_without_a_street_line_are_found_and_interpolated() -> None:
    places = town()
    plates = places[places["kind"] == "plate"].drop(columns=["street_name", "number"])
    gazetteer = Gazetteer.build(plates)
    best = gazetteer.candidates("友谊路44号")[0]
    assert (best.level, best.x, best.y) == ("interpolated", 460.0, -15.0)


def test_a_door_of_a_village_group_is_found_and_the_group_alone_is_a_question() -> None:
    places = town()
    rows = [
        {"code": f"V{n}", "kind": "plate", "name": f"河定桥村三组{n}号", "geometry": Point(1200, n)}
        for n in (10, 12, 14)
    ]
    rows.append(
        {"code": "R1", "kind": "region", "name": "河定桥村五组", "geometry": box(0, 0, 90, 90)}
    )
    more = gpd.GeoDataFrame(rows, geometry="geometry", crs=places.crs)
    gazetteer = Gazetteer.build(pd.concat([places, more], ignore_index=True))
    assert gazetteer.skipped == []
    best = gazetteer.candidates("新浦区河定桥村三组12号")[0]
    assert (best.level, best.x, best.y) == ("plate", 1200, 12)
    alone = ask(gazetteer, "河定桥村五组")
    assert (alone["outcome"], alone["level"]) == ("ambiguous", "zone")
    assert "区域" in alone["reasons"][0]["zh"]


@pytest.mark.parametrize("address", ["宁波市友谊路32号", "宁波友谊路32号", "北京友谊路32号"])
def test_an_address_of_another_city_is_rejected_and_said_to_be(
    gazetteer: Gazetteer, address: str
) -> None:
    answer = ask(gazetteer, address)
    assert answer["outcome"] == "rejected"
    assert address[:2] in answer["reasons"][0]["zh"]
    assert ask(gazetteer, "连云港友谊路32号")["outcome"] == "accepted"
