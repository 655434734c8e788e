"""Three-way merge: whose change is taken, what is a conflict, and that nothing is lost."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from citygrid_core.census.merge import (
    ancestor,
    compose,
    decode,
    encode,
    pack_log,
    receipt,
    three_way,
    unpack_log,
)
from citygrid_core.census.merge.settlement import revive, settle
from citygrid_core.errors import Problem, Text, UsageError

CRS = "EPSG:4547"
COLUMNS = ["name", "state", "geometry"]


def frame(*rows: tuple[str, str | None, str | None, float]) -> gpd.GeoDataFrame:
    """Components: uid, name, state, x."""
    return gpd.GeoDataFrame(
        {
            "code": pd.Series([r[0] for r in rows], dtype=object),
            "name": pd.Series([r[1] for r in rows], dtype=object),
            "state": pd.Series([r[2] for r in rows], dtype=object),
        },
        geometry=[shapely.Point(r[3], 0) for r in rows],
        crs=CRS,
    ).set_index(pd.Index([r[0] for r in rows], dtype=object))


def taken(*rows: tuple[str, str | None, str | None, float]) -> gpd.GeoDataFrame:
    return frame(*rows).assign(origin="taken", outcome="unchanged", gone=0)


class TestExamples:
    def test_each_side_changes_another_field(self) -> None:
        base = frame(("1", "lamp", "intact", 0))
        mine, theirs = frame(("1", "lamp", "lost", 0)), frame(("1", "Lamp 7", "intact", 0))
        merge = three_way(base, mine, theirs, COLUMNS)
        assert merge.merged.loc["1", ["name", "state"]].tolist() == ["Lamp 7", "lost"]
        assert not merge.conflicts.any(axis=None)

    def test_both_change_one_field(self) -> None:
        base = frame(("1", "lamp", "intact", 0))
        mine, theirs = frame(("1", "lamp", "lost", 0)), frame(("1", "lamp", "damaged", 0))
        merge = three_way(base, mine, theirs, COLUMNS)
        assert merge.conflicts.loc["1"].to_dict() == {
            "name": False,
            "state": True,
            "geometry": False,
        }
        assert merge.merged.at["1", "state"] == "lost"

    def test_both_change_it_to_the_same(self) -> None:
        base, both = frame(("1", "a", None, 0)), frame(("1", "b", None, 0))
        merge = three_way(base, both, both, COLUMNS)
        assert not merge.conflicts.any(axis=None)
        assert not merge.written.any(axis=None)

    def test_an_emptied_field_is_a_change(self) -> None:
        base = frame(("1", "a", "intact", 0))
        merge = three_way(base, base, frame(("1", None, "intact", 0)), COLUMNS)
        assert merge.merged.at["1", "name"] is None

    def test_a_tenth_of_a_millimetre_is_no_move(self) -> None:
        base = frame(("1", "a", None, 0))
        merge = three_way(base, base, frame(("1", "a", None, 0.0001)), COLUMNS)
        assert not merge.touched.any(axis=None)

    def test_rows_must_be_the_same(self) -> None:
        with pytest.raises(UsageError):
            three_way(frame(("1", "a", None, 0)), frame(("2", "a", None, 0)), frame(), COLUMNS)


CELL = st.tuples(
    st.sampled_from(["a", "b", "c", None]),
    st.sampled_from(["intact", "lost", None]),
    st.sampled_from([0.0, 1.0, 2.0]),
)
SIDES = st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8)


def sides(rows: list[tuple[tuple, ...]]) -> list[gpd.GeoDataFrame]:
    return [frame(*((str(i), *r[s]) for i, r in enumerate(rows))) for s in range(3)]


def cells(f: pd.DataFrame) -> list[tuple]:
    return [(n, s, g.x) for n, s, g in zip(f["name"], f["state"], f["geometry"], strict=True)]


class TestProperties:
    @given(SIDES)
    def test_a_cell_by_the_book(self, rows: list) -> None:
        """An oracle of three lines, cell by cell."""
        base, mine, theirs = sides(rows)
        merge = three_way(base, mine, theirs, COLUMNS)
        for b, m, t, got, clash in zip(
            cells(base), cells(mine), cells(theirs), cells(merge.merged),
            merge.conflicts.to_numpy().tolist(), strict=True,
        ):  # fmt: skip
            for i in range(3):
                alone = t[i] != b[i] and m[i] == b[i]
                assert got[i] == (t[i] if alone else m[i])
                assert clash[i] == (t[i] != b[i] and m[i] != b[i] and m[i] != t[i])

    @given(SIDES)
    def test_one_side_that_did_nothing(self, rows: list) -> None:
        base, mine, theirs = sides(rows)
        assert cells(three_way(base, base, theirs, COLUMNS).merged) == cells(theirs)
        assert cells(three_way(base, mine, base, COLUMNS).merged) == cells(mine)

    @given(SIDES)
    def test_the_sides_are_equal_before_the_law(self, rows: list) -> None:
        base, mine, theirs = sides(rows)
        one, other = three_way(base, mine, theirs, COLUMNS), three_way(base, theirs, mine, COLUMNS)
        assert one.conflicts.equals(other.conflicts)
        calm = ~one.conflicts.any(axis=1).to_numpy()
        assert cells(one.merged[calm]) == cells(other.merged[calm])

    @given(SIDES)
    def test_a_second_merge_changes_nothing(self, rows: list) -> None:
        base, mine, theirs = sides(rows)
        merged = three_way(base, mine, theirs, COLUMNS).merged
        again = three_way(theirs, merged, theirs, COLUMNS)
        assert not again.written.any(axis=None)
        assert not again.conflicts.any(axis=None)


class TestSettling:
    def settle(self, base, theirs, mine, deleted=(), bad=None):  # type: ignore[no-untyped-def]
        mine = mine.set_index("code", drop=False)
        return settle(base, theirs, mine, COLUMNS, deleted=deleted, bad=bad or {})

    def test_a_missing_row_without_a_trace_is_no_deletion(self) -> None:
        base = taken(("1", "a", None, 0), ("2", "b", None, 5))
        said = self.settle(base, base.iloc[:1], base)
        assert said.end == []
        assert [p.rule for p in said.rejected["2"]] == ["pack.missing"]

    def test_a_deletion(self) -> None:
        base = taken(("1", "a", None, 0))
        said = self.settle(base, base.iloc[:0], base, deleted=["1"])
        assert said.end == ["1"]
        assert said.state.at["1", "outcome"] == "merged"

    def test_deleted_there_and_changed_here(self) -> None:
        base = taken(("1", "a", None, 0))
        said = self.settle(base, base.iloc[:0], frame(("1", "b", None, 0)), deleted=["1"])
        assert said.end == []
        assert [c.kind for c in said.conflicts] == ["deleted"]

    def test_changed_there_and_ended_here(self) -> None:
        base = taken(("1", "a", None, 0))
        said = self.settle(base, frame(("1", "b", None, 0)), frame())
        assert [c.kind for c in said.conflicts] == ["gone"]

    def test_a_bad_row_that_was_not_touched_is_no_reject(self) -> None:
        base = taken(("1", "a", None, 0), ("2", "a", None, 0))
        why = [Problem("x", Text("", ""), Text("", ""))]
        theirs = frame(("1", "a", None, 0), ("2", "z", None, 0))
        said = self.settle(base, theirs, base, bad={"1": why, "2": why})
        assert list(said.rejected) == ["2"]

    def test_deleted_and_drawn_again_is_a_new_component(self) -> None:
        base = taken(("1", "a", None, 0)).assign(gone=1)
        assert revive(frame(("1", "a", None, 0)), base).index.tolist() == ["1~"]

    @given(
        st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(CELL, CELL), min_size=1),
        st.dictionaries(st.sampled_from("abcdefghxyz"), CELL),
        st.sets(st.sampled_from("abcdefgh")),
        st.sets(st.sampled_from("abcdefghxyz")),
    )
    def test_every_row_has_one_outcome_and_the_books_balance(
        self, out: dict, back: dict, deleted: set, bad: set
    ) -> None:
        base = taken(*((u, *cells_[0]) for u, cells_ in out.items()))
        mine = frame(*((u, *c[1]) for u, c in out.items() if u != "b"))
        theirs = frame(*((u, *c) for u, c in back.items()))
        why = [Problem("x", Text("", ""), Text("", ""))]
        said = self.settle(base, theirs, mine, deleted - set(back), dict.fromkeys(bad, why))
        whole = compose(base, [said.state])
        proof = receipt(whole["origin"], whole["outcome"], taken=len(base), written=0)
        assert proof.balanced
        assert set(whole.index) == set(out) | set(back)
        assert proof.conflicts == len({c.uid for c in said.conflicts})
        assert proof.rejected + proof.added_rejected == len(said.rejected)
        # the same file again, on what this return left
        now = mine.set_index("code", drop=False)
        now = now[~now.index.isin(said.end)]
        now = (
            compose(now, [said.update.assign(code=said.update.index)]) if len(said.update) else now
        )
        fresh = said.insert.assign(code=said.insert.index) if len(said.insert) else said.insert
        now = compose(now, [fresh]) if len(fresh) else now
        again = settle(whole, revive(theirs, whole), now, COLUMNS, deleted=deleted - set(back),
                       bad=dict.fromkeys(bad, why))  # fmt: skip
        assert (len(again.update), len(again.insert), again.end, again.conflicts) == (0, 0, [], [])


class TestSnapshot:
    @given(st.lists(CELL, max_size=6))
    def test_round_trip(self, rows: list) -> None:
        held = frame(*((str(i), *r) for i, r in enumerate(rows)))
        again = decode(encode(held), CRS)
        assert cells(again) == cells(held)
        assert again.index.tolist() == held.index.tolist()
        assert encode(again) == encode(held)

    def test_numbers_stay_numbers_and_nan_is_nothing(self) -> None:
        held = frame(("1", "a", None, 0)).assign(n=np.nan, m=2.5, k=3)
        again = decode(encode(held), CRS)
        assert [again.at["1", c] for c in "nmk"] == [None, 2.5, 3]

    @pytest.mark.parametrize("text", ["", "%%%", "aGVsbG8="])
    def test_something_else_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="not a snapshot"):
            decode(text, CRS)


TOKENS = st.lists(st.integers(0, 2**64 - 1).map(lambda n: f"{n:016x}"), max_size=6, unique=True)


class TestLineage:
    @given(TOKENS)
    def test_a_log_is_kept(self, log: list[str]) -> None:
        assert unpack_log(pack_log(log)) == log

    @given(TOKENS, TOKENS)
    def test_a_continuation_builds_on_the_last_return(
        self, log: list[str], more: list[str]
    ) -> None:
        found = ancestor([*log, *more], {0: [], 1: log})
        assert (found.seq, found.stale) == (1 if log or not more else found.seq, False)

    def test_an_older_copy_is_stale(self) -> None:
        assert ancestor(["a"], {0: [], 1: ["a", "b"]}).stale

    def test_the_same_copy_is_not(self) -> None:
        found = ancestor(["a", "b"], {0: [], 1: ["a", "b"], 2: ["a", "b", "c"]})
        assert (found.seq, found.stale, found.same) == (1, False, True)

    def test_a_second_device_builds_on_what_both_share(self) -> None:
        found = ancestor(["a", "x"], {0: [], 1: ["a"], 2: ["a", "b"]})
        assert (found.seq, found.stale) == (1, False)
