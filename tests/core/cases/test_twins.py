"""The same problem twice: all pairs, exactly; each repeat points at an original."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid_core.cases import twin_cells, twins
from citygrid_core.cases.lifecycle import Profile
from citygrid_core.cases.recurrence import recurrent
from citygrid_core.cases.repeats import repeats
from citygrid_core.cases.twins import Reach, TooManyTwins, originals, pairs, pairs_within
from tests.examples import examples


def moments(*hours: float) -> np.ndarray:
    base = np.datetime64("2025-03-03T08:00", "s")
    return base + (np.array(hours) * 3600).astype("timedelta64[s]")


def test_same_class_near_in_place_and_time() -> None:
    """The second repeats the first; another class, 51 m, and 25 hours do not."""
    found = pairs(
        [0, 30, 30, 51, 0], [0, 40, 40, 0, 0], moments(0, 24, 24, 1, 25),
        ["a", "a", "b", "a", "a"], metres=50, hours=24,
    )  # fmt: skip
    told = found[["first", "second", "metres", "hours"]].values.tolist()
    assert [0, 1, 50.0, 24.0] in told
    assert {(int(a), int(b)) for a, b, _, _ in told} == {(0, 1), (3, 1), (1, 4)}


def test_a_chain_points_at_originals() -> None:
    """Three reports 40 m apart in a row: the third is too far from the first to repeat it."""
    found = pairs([0, 40, 80], [0, 0, 0], moments(0, 1, 2), ["a"] * 3, metres=50, hours=24)
    assert originals(found, 3).tolist() == [-1, 0, -1]
    found = pairs([0, 20, 40], [0, 0, 0], moments(0, 1, 2), ["a"] * 3, metres=50, hours=24)
    assert originals(found, 3).tolist() == [-1, 0, 0]


def test_what_has_no_place_or_class_has_no_twin() -> None:
    found = pairs([0, np.nan, 0], [0, 0, 0], moments(0, 0, 0), ["a", "a", None], metres=9, hours=9)
    assert found.empty
    assert originals(found, 3).tolist() == [-1, -1, -1]


@settings(max_examples=examples(200), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 120), st.integers(0, 120), st.integers(0, 60), st.sampled_from("ab")
        ),
        max_size=30,
    ),
    st.sampled_from([(50.0, 24.0), (5.0, 1.0), (0.0, 24.0), (50.0, 0.0)]),
)
def test_all_pairs_and_no_other(
    rows: list[tuple[int, int, int, str]], within: tuple[float, float]
) -> None:
    """Against every pair looked at one by one; ends included."""
    metres, hours = within
    x, y = np.array([r[0] for r in rows], float), np.array([r[1] for r in rows], float)
    at = moments(*(r[2] for r in rows))
    kind = [r[3] for r in rows]
    found = pairs(x, y, at, kind, metres=metres, hours=hours)
    told = {frozenset(p) for p in found[["first", "second"]].values.tolist()}
    wanted = {
        frozenset((i, j))
        for i in range(len(rows)) for j in range(i)
        if kind[i] == kind[j] and (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2 <= metres**2
        and abs(rows[i][2] - rows[j][2]) <= hours
    }  # fmt: skip
    assert told == wanted
    assert (at[found["first"].to_numpy()] <= at[found["second"].to_numpy()]).all()
    of = originals(found, len(rows))
    for second, first in enumerate(of.tolist()):
        if first >= 0:
            assert of[first] == -1
            assert frozenset((first, second)) in told


def test_coordinates_far_from_the_origin() -> None:
    """Far coordinates lose no pair: a metre at 500,000 east is a metre."""
    found = pairs(
        [500_000.0, 500_003.0], [3_386_000.0, 3_386_004.0], moments(0, 1), ["a", "a"],
        metres=5, hours=1,
    )  # fmt: skip
    assert found["metres"].tolist() == pytest.approx([5.0])


def test_a_problem_comes_back_soon_after_it_was_closed() -> None:
    """Same class, within the metres, closed before and no more than the days before."""
    at = np.datetime64("2025-03-20T08:00", "s")
    day = np.timedelta64(1, "D")
    reported = pd.DataFrame(
        {"number": ["r1", "r2", "r3", "r4", "c1"], "kind": ["a", "a", "b", "a", "a"],
         "x": [3.0, 60.0, 0.0, np.nan, 0.0], "y": [4.0, 0.0, 0.0, 0.0, 0.0], "at": [at] * 5}
    )  # fmt: skip
    closed = pd.DataFrame(
        {"number": ["c1", "c2"], "kind": ["a", "b"], "x": [0.0, 0.0], "y": [0.0, 0.0],
         "at": [at - 15 * day, at - 16 * day]}
    )  # fmt: skip
    # r2 is too far, r3's like was closed too long ago, r4 is nowhere, c1 does not repeat itself
    told = recurrent(reported, closed, metres=5, days=15)
    assert told.tolist() == [True, False, False, False, False]
    assert not recurrent(reported, closed, metres=4.9, days=15).any()
    assert recurrent(reported, closed.assign(at=at), metres=5, days=15)[0]  # in the same moment
    after = closed.assign(at=at + day)
    assert not recurrent(reported, after, metres=5, days=15).any()


def test_a_class_has_metres_and_hours_of_its_own(tmp_path: Path) -> None:
    """Litter is the same for 100 m and two hours, its bags for 10 m and a day; all else 50 m and a day."""
    (tmp_path / "town.toml").write_text(
        'extends = "default"\n[twin.06]\nm = 100.0\nhours = 2\n[twin.06003]\nm = 10\n', "utf-8"
    )
    reach = Profile.load("town", tmp_path).twins
    (tmp_path / "kinds.toml").write_text(
        'extends = "default"\n[twin.event.01]\nm = 5.0\n[twin.0103]\nm = 7.0\n', "utf-8"
    )
    kinds = Profile.load("kinds", tmp_path).twins  # codes that components and events share
    assert [kinds.near(c)[0] for c in ("event 0101", "component 0101", "component 0103")] == [
        5.0, 50.0, 7.0,
    ]  # fmt: skip
    assert (reach.most, reach.near("01001")) == ((100.0, 24.0), (50.0, 24.0))
    assert (reach.near("06001"), reach.near("06003")) == ((100.0, 2.0), (10.0, 24.0))
    #   apart: 90 m and 1 h, 40 m and 23 h
    x, hour = [0.0, 90.0, 50.0], [0.0, 1.0, 23.0]
    for code, wanted in (
        ("06001", [(0, 1)]),  # within two hours
        ("06003", []),  # none within 10 m
        ("01001", [(1, 2), (0, 2)]),  # the first two are too far apart
    ):
        kind = np.array([f"event {code}"] * 3, dtype=object)
        found = pairs_within(x, np.zeros(3), moments(*hour), kind, reach)
        assert sorted(zip(found["first"], found["second"], strict=True)) == sorted(wanted), code


#: A few spots: one on another, a metre apart, exactly 50 m apart, a little more, nowhere.
SPOTS = [
    (0.0, 0.0),
    (1.0, 0.0),
    (30.0, 40.0),
    (51.0, 0.0),
    (49.0, 49.0),
    (-50.0, 0.0),
    (np.nan, 0.0),
]


@settings(max_examples=examples(300), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(SPOTS),
            st.sampled_from([0.0, 0.0, 0.5, 1.0, 2.0, 2.0003, 24.0, 30.0, None]),
            st.sampled_from(["e 01001", "e 01001", "e 06001", "e 06003", "c 01001", None]),
        ),
        max_size=40,
    ),
    st.sampled_from(
        [
            Reach(50.0, 24.0), Reach(0.0, 1.0), Reach(60.0, 0.0), Reach(1.0, 2.0),
            Reach(50.0, 24.0, (("06", 100.0, 2.0), ("06003", 1.0, 48.0))),
        ]
    ),
    st.sampled_from([1, 5, 4_000_000]),
)  # fmt: skip
def test_whether_a_case_repeats_is_told_without_its_twins(
    rows: list[tuple[tuple[float, float], float | None, str | None]], reach: Reach, together: int
) -> None:
    """Many on one spot and in one moment: as each beside each says, and as the pairs say."""
    x, y = np.array([r[0][0] for r in rows], float), np.array([r[0][1] for r in rows], float)
    at = np.array([moments(r[1] or 0)[0] for r in rows], "datetime64[s]")
    at[[r[1] is None for r in rows]] = np.datetime64("NaT")
    kind = np.array([r[2] for r in rows], dtype=object)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(twin_cells, "_TOGETHER", together)
        told = repeats(x, y, at, kind, reach)
        found = pairs_within(x, y, at, kind, reach)
    wanted = np.zeros(len(rows), dtype=bool)
    for i in range(len(rows)):
        for j in range(len(rows)):
            if kind[i] is None or kind[i] != kind[j]:
                continue
            metres, hours = reach.near(kind[i].split()[1])
            seconds = (at[i] - at[j]).astype(float)  # NaT is NaN: never within
            first = seconds > 0 or (seconds == 0 and j < i)
            apart = float(np.hypot(x[i] - x[j], y[i] - y[j]))
            wanted[i] |= first and seconds <= hours * 3600 and apart <= metres
    assert told.tolist() == wanted.tolist()
    assert np.flatnonzero(told).tolist() == sorted(set(found["second"]))


def test_a_hundred_thousand_on_one_spot() -> None:
    """Their five thousand million pairs are not looked at; asked for, they are refused at once."""
    n = 100_000
    x, y = np.zeros(n), np.zeros(n)
    at = np.full(n, moments(0)[0])
    kind = np.full(n, "e 01001", dtype=object)
    told = repeats(x, y, at, kind, Reach(50.0, 24.0))
    assert np.flatnonzero(~told).tolist() == [0]
    with pytest.raises(TooManyTwins, match="more than 5,000,000 pairs") as refused:
        pairs_within(x, y, at, kind, Reach(50.0, 24.0))
    assert "超过 5,000,000 对" in refused.value.text("zh")


def test_as_many_pairs_as_can_be_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten pairs are listed where ten may be, and refused where nine may be."""
    told = (np.zeros(5), np.zeros(5), moments(0, 1, 2, 3, 4), ["a"] * 5)
    monkeypatch.setattr(twins, "MOST_PAIRS", 10)
    assert len(pairs(*told, metres=1, hours=9)) == 10
    monkeypatch.setattr(twins, "MOST_PAIRS", 9)
    with pytest.raises(TooManyTwins):
        pairs(*told, metres=1, hours=9)
