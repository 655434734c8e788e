"""The index in its file, the short ways of bulk answers: the same answers, to the last bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from citygrid_core.geocode import Gazetteer, PlacesFileError
from citygrid_core.geocode.alike import Alike
from citygrid_core.geocode.parse import parse, parse_plainly
from tests.core.geocode.town import town
from tests.examples import examples

ADDRESSES = [
    "友谊路32号", "新浦区友谊路32号", "海州区友谊路32号", "友谊32号", "友谊大街32号", "友谊路44号",
    "友谊路32-1号", "友谊路32号-1", "通灌路88弄4号", "解放路3号", "新浦区解放路3号", "友宜路32号",
    "友谊路32号对面", "友谊路与通灌路交叉口东50米", "阳光小区2栋", "人民公园西门", "友谊路32号2单元501室",
    "新浦区新浦区友谊路33号", "友谊路友谊路33号", "友谊路12-18号", "不存在路5号", "", "北京市友谊路32号",
]  # fmt: skip


def test_a_kept_index_answers_as_the_one_it_was_made_from(
    gazetteer: Gazetteer, tmp_path: Path
) -> None:
    gazetteer.save(tmp_path / "town.places", tag="abc")
    again = Gazetteer.open(tmp_path / "town.places")
    assert again.tag == "abc"
    assert again.crs == gazetteer.crs
    asked = pd.Series(ADDRESSES)
    pd.testing.assert_frame_equal(again.geocode(asked), gazetteer.geocode(asked))
    pd.testing.assert_frame_equal(again.check(), gazetteer.check())
    points = np.array([340.0, 500.0, 900.0]), np.array([-35.0, 2.0, 30.0])
    pd.testing.assert_frame_equal(again.reverse(*points), gazetteer.reverse(*points))


def test_an_empty_gazetteer_can_be_kept(tmp_path: Path) -> None:
    Gazetteer.build(town().iloc[:0]).save(tmp_path / "none.places")
    answers = Gazetteer.open(tmp_path / "none.places").geocode(pd.Series(["友谊路32号"]))
    assert answers["outcome"].tolist() == ["rejected"]


@pytest.mark.parametrize("damage", ["cut", "header", "name", "version", "empty"])
def test_a_damaged_index_is_refused(gazetteer: Gazetteer, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "town.places"
    gazetteer.save(path)
    data = bytearray(path.read_bytes())
    if damage == "cut":
        data = data[:-1]
    elif damage == "header":
        data[70] ^= 1
    elif damage == "name":
        data[0] ^= 1
    elif damage == "version":
        data[15] += 1
    else:
        data = bytearray()
    path.write_bytes(bytes(data))
    with pytest.raises(PlacesFileError):
        Gazetteer.open(path)


_PIECES = st.sampled_from(
    ["友谊路", "友谊", "通灌路", "阳光小区", "连云大厦", "人民公园", "新浦区", "海州", "解放", "新", "大",
     "与", "和", "、", "交叉口", "口", "路口", "东", "西侧", "50", "米", "1.5", "公里", "32", "7", "100", "号",
     "院", "-", "弄", "(", ")", "栋", "单元", "室", "旁", "对面", "区", "市", "社区", "A", "#", "层", "门",
     "二巷", "小学", "约", "附近", "珊", "龘", "银", "珊珊", "杉榆", "友宜路", "反帝路", "友谊大街"]
)  # fmt: skip


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(st.lists(_PIECES, max_size=9).map("".join), min_size=1, max_size=6))
def test_an_address_of_a_form_met_before_is_parsed_as_the_first_of_it(texts: list[str]) -> None:
    names = NAMES
    for text in [*texts, *texts, *texts]:
        short, long = parse(text, names), parse_plainly(text, names)
        assert short.parts == long.parts
        assert dict(short.places) == dict(long.places)


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(_PIECES, min_size=2, max_size=7).map("".join))
def test_the_straight_way_answers_as_the_long_one(text: str) -> None:
    both = [TOWN, LONG]
    short, long = (g.geocode(pd.Series([text])) for g in both)
    pd.testing.assert_frame_equal(short, long)


TOWN = Gazetteer.build(town(), cities=("连云港市", "江苏省"))
LONG = Gazetteer.build(town(), cities=("连云港市", "江苏省"))
LONG.straight.find = lambda parsed: None  # type: ignore[method-assign,assignment]
NAMES = TOWN.tables.names


def test_the_straight_way_is_gone_for_doors_of_one_meaning() -> None:
    assert TOWN.straight.find(TOWN.parse("新浦区友谊路32号2单元501室")) is not None
    assert TOWN.straight.find(TOWN.parse("友宜路32号")) is not None
    assert TOWN.straight.find(TOWN.parse("友谊路44号")) is None
    pd.testing.assert_frame_equal(
        TOWN.geocode(pd.Series(ADDRESSES)), LONG.geocode(pd.Series(ADDRESSES))
    )


@settings(max_examples=examples(150), deadline=None)
@given(st.text(max_size=80), st.sampled_from(["", "友谊路", "友谊路32号", "南京市鼓楼区"]))
def test_any_text_gets_an_outcome(text: str, lead: str) -> None:
    answer = TOWN.geocode(pd.Series([lead + text, text + lead])).iloc[0]
    assert answer["outcome"] in ("accepted", "ambiguous", "rejected")
    assert np.isnan(answer["x"]) == (answer["outcome"] != "accepted")
    assert answer["matched"] or answer["reasons"]


def _many_names(count: int) -> list[str]:
    rng = np.random.default_rng(5)
    letters = list("东西南北中山河湖海江林新华民生友谊解放建设和平")
    drawn = ["".join(rng.choice(letters, rng.integers(2, 5))) + "路" for _ in range(count)]
    return list(dict.fromkeys(drawn))


def test_a_misspelt_name_is_found_alike_alone_and_in_company() -> None:
    names = _many_names(900)
    index = Alike(names)
    asked = [n[:k] + "诺" + n[k + 1 :] for n in names[:200] for k in (0, 1)] + ["", "路", "龘龘龘"]
    together = index.find_all(asked)
    assert together == [index.find(value) for value in asked]
    assert sum(bool(found) for found in together) > 300


def test_no_better_name_is_set_aside_before_it_is_compared() -> None:
    """Against each name compared in full: those that the letters bring up are the best."""
    names = _many_names(900)
    index = Alike(names)
    for name in names[:60]:
        value = name[:-1] + "诺路"
        every = {n: OSA.normalized_similarity(value, n) for n in names}
        found = index.find(value)
        assert found, value
        best = max(every, key=lambda n: (every[n], n == name))
        assert name in [n for n, _, _ in found] or every[best] > every[name]


def test_an_address_is_answered_alike_alone_and_in_company(gazetteer: Gazetteer) -> None:
    together = gazetteer.geocode(pd.Series(ADDRESSES))
    for i, address in enumerate(ADDRESSES):
        alone = gazetteer.geocode(pd.Series([address], index=[i]))
        pd.testing.assert_frame_equal(alone, together.loc[[i]])
