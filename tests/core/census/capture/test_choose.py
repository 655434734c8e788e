"""Finding a class by typing: code, name, pinyin, initials, with a slip."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin

from citygrid_core.census.choose import ClassChooser
from citygrid_core.census.favourites import KEYS, Favourites
from citygrid_core.standards import editions

CHOOSER = ClassChooser("gbt47678-2026")
CODES = sorted(CHOOSER.classes)


@pytest.mark.parametrize(
    ("typed", "name", "how"),
    [
        ("01003", "雨水井盖", "code"),
        ("０１００３", "雨水井盖", "code"),
        ("雨水井", "雨水井盖", "name"),
        ("yushuijinggai", "雨水井盖", "pinyin"),
        ("yu shui jing", "雨水井盖", "pinyin"),
        ("ysjg", "雨水井盖", "initials"),
        ("YSJG", "雨水井盖", "initials"),
        ("yswg", "雨水井盖", "slip"),
        ("xds", "行道树", "initials"),
        ("箅", "雨水箅子", "inside"),
        ("yushiujinggai", "雨水井盖", "slip"),
        ("Stormwater man", "雨水井盖", "english"),
        ("grate", "雨水箅子", "english"),
        ("street-light", "路灯", "english"),
        ("pubilc toilet", "公共厕所", "slip"),
        ("litterbn", "垃圾箱", "slip"),
    ],
)
def test_what_is_typed_finds_the_class(typed: str, name: str, how: str) -> None:
    best = CHOOSER.search(typed)[0]
    assert (best.name, best.how) == (name, how)


def test_what_fits_nothing_finds_nothing() -> None:
    for typed in ("", "  ", "，。", "zzzzzz", "99999", "火星"):
        assert CHOOSER.search(typed) == []


def test_who_reads_english_meets_english_names_before_pinyin() -> None:
    first = {lang: CHOOSER.search("gu", lang=lang)[0] for lang in ("zh", "en")}
    assert first["zh"].name == "古树名木"
    assert first["en"].name_en == "Tree guard"
    assert CHOOSER.search("ludeng", lang="en")[0].name_en == "Street light"


def test_equals_are_ordered_by_use() -> None:
    plain = [hit.name for hit in CHOOSER.search("ld", limit=2)]
    assert plain == ["路灯", "绿地"]
    assert CHOOSER.search("ld", uses={"04013": 5})[0].name == "绿地"


@pytest.mark.parametrize("edition", sorted(editions()))
def test_every_class_of_every_edition_is_found_by_all_its_names(edition: str) -> None:
    chooser = ClassChooser(edition)
    for hit in chooser.classes.values():
        plain = "".join(c for c in hit.name if c.isalnum())
        letters = "".join(lazy_pinyin(plain, style=Style.FIRST_LETTER))
        for typed in (hit.code, hit.name, "".join(lazy_pinyin(plain)), letters, hit.name_en):
            found = [h.code for h in chooser.search(typed, limit=len(chooser.classes))]
            assert hit.code in found, (typed, hit)


@given(st.sampled_from(CODES), st.data())
def test_one_wrong_letter_of_four_is_forgiven(code: str, data: st.DataObject) -> None:
    hit = CHOOSER.classes[code]
    letters = "".join(lazy_pinyin(hit.name, style=Style.FIRST_LETTER)).lower()
    if not letters.isascii() or not letters.isalpha() or len(letters) < 4:
        return
    at = data.draw(st.integers(0, len(letters) - 1))
    typed = letters[:at] + data.draw(st.sampled_from("abcdefghjklmnpqrstwxyz")) + letters[at + 1 :]
    found = CHOOSER.search(typed, limit=200)
    # Others may fit the letters exactly; when none does, the class is among the likely ones.
    assert found
    if found[0].how == "slip":
        assert code in [h.code for h in found]


@given(st.text(max_size=40))
def test_nothing_that_is_typed_fails(typed: str) -> None:
    found = CHOOSER.search(typed, limit=5)
    assert len(found) <= 5
    assert len({h.code for h in found}) == len(found)


def test_keys_are_learned_and_never_change_under_the_hand() -> None:
    keys = Favourites()
    for n, code in enumerate(CODES[:12]):
        before = keys.keys()
        keys = keys.used(code)
        assert before.items() <= keys.keys().items()
        assert len(keys.keys()) == min(n + 1, 9)
    # The next day a class that was used often gets the key of one that was not.
    for _ in range(3):
        keys = keys.used(CODES[11])
    morning = keys.relearn()
    assert CODES[11] in morning.keys().values()
    assert len(morning.keys()) == 9


def test_a_pinned_key_stays() -> None:
    keys = Favourites().pin(5, "01003").used("01003").used("03005")
    assert keys.keys() == {1: "03005", 5: "01003"}
    assert keys.pin(2, "01003").keys() == {1: "03005", 2: "01003"}
    for _ in range(50):
        keys = keys.used("02001").relearn()
    assert keys.keys()[5] == "01003"
    assert 5 not in dict(keys.unpin(5).keys())
    with pytest.raises(ValueError, match="10"):
        keys.pin(10, "01003")


@given(st.lists(st.tuples(st.sampled_from(CODES), st.integers(0, 9)), max_size=60))
def test_any_history_keeps_keys_and_classes_one_to_one(history: list[tuple[str, int]]) -> None:
    keys = Favourites()
    for code, pin in history:
        keys = keys.pin(pin, code) if pin in KEYS else keys.used(code)
    for one in (keys, keys.relearn(), Favourites.from_dict(keys.to_dict())):
        held = one.keys()
        assert set(held) <= set(KEYS)
        assert len(set(held.values())) == len(held)


@pytest.mark.parametrize("data", [None, [], {}, {"pinned": 3}, {"pinned": {"x": 1}}, "nonsense"])
def test_settings_that_cannot_be_read_count_as_none(data: object) -> None:
    assert Favourites.from_dict(data).keys() == {}


def test_another_edition_keeps_what_it_knows() -> None:
    keys = Favourites().pin(1, "01003").used("nothing")
    assert keys.only(CODES).keys() == {1: "01003"}
