"""Any history: what the store answers for a day is what a plain list of rows answers."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from citygrid_core.errors import UnusableInput
from citygrid_core.workspace import Workspace

from . import makers
from .makers import COMMUNITY

DAYS = [f"2025-01-{d:02d}" for d in range(1, 9)]
days = st.sampled_from(DAYS)
counter = itertools.count()


class Histories(RuleBasedStateMachine):
    """Grids come, change and end; `rows` is the oracle: (code, from, to, note)."""

    folder: Path

    @initialize()
    def begin(self) -> None:
        self.ws = makers.make(self.folder / f"{next(counter)}.gpkg")
        makers.store(self.ws, areas=makers.areas())
        self.rows: dict[int, list[Any]] = {}
        self.minted = 0

    @rule(n=st.integers(1, 3), day=days)
    def draw(self, n: int, day: str) -> None:
        with self.ws.transaction("draw") as tx:
            numbers = tx.mint(f"grid:{COMMUNITY}", n)
            assert numbers.start == self.minted + 1
            fids = tx.insert("grids", makers.grids(n, first=numbers.start, begin=day))
        self.minted += n
        for fid, number in zip(fids.tolist(), numbers, strict=True):
            assert fid not in self.rows
            self.rows[fid] = [f"{COMMUNITY}{number:03d}", day, None, None]

    @rule(day=days, pick=st.integers(0, 99), succeed=st.booleans())
    def end(self, day: str, pick: int, succeed: bool) -> None:
        valid = [f for f, r in self.rows.items() if r[2] is None]
        if not valid:
            return
        fid = valid[pick % len(valid)]
        code, begun, _, _ = self.rows[fid]
        try:
            with self.ws.transaction("end") as tx:
                tx.end("grids", [fid], day)
                new = (
                    int(tx.insert("grids", makers.grids(1, first=int(code[-3:]), begin=day))[0])
                    if succeed
                    else 0
                )
        except UnusableInput:
            assert day < begun or (succeed and day == begun)
            return
        assert day >= begun
        self.rows[fid][2] = day
        if succeed:
            self.rows[new] = [code, day, None, None]

    @rule(pick=st.integers(0, 99), note=st.sampled_from([None, "a", "b"]))
    def note(self, pick: int, note: str | None) -> None:
        if not self.rows:
            return
        fid = list(self.rows)[pick % len(self.rows)]
        with self.ws.transaction("note") as tx:
            changed = tx.update("grids", pd.DataFrame({"note": [note]}, index=[fid], dtype=object))
        assert changed == (self.rows[fid][3] != note)
        self.rows[fid][3] = note

    @rule(day=days)
    def fail(self, day: str) -> None:
        def fail() -> None:
            with self.ws.transaction("fail") as tx:
                tx.mint(f"grid:{COMMUNITY}", 5)
                tx.insert("grids", makers.grids(2, first=900, begin=day))
                if self.rows:
                    tx.update("grids", pd.DataFrame({"note": ["lost"]}, index=[min(self.rows)]))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()

    @rule(day=days)
    def ask(self, day: str) -> None:
        read = self.ws.read("grids", at=day)
        expected = {
            f: r for f, r in self.rows.items() if r[1] <= day and (r[2] is None or day < r[2])
        }
        assert dict(zip(read.index, read["code"], strict=True)) == {
            f: r[0] for f, r in expected.items()
        }
        assert read["code"].is_unique

    @invariant()
    def same(self) -> None:
        if not hasattr(self, "ws"):
            return
        read = self.ws.read("grids", at="all")
        stored = read[["code", "valid_from", "valid_to", "note"]].to_numpy().tolist()
        assert dict(zip(read.index, stored, strict=True)) == self.rows

    def teardown(self) -> None:
        if hasattr(self, "ws"):
            assert self.ws.verify() == []
            path = self.ws.path
            self.ws.close()
            with Workspace.open(path) as again:
                assert again.verify() == []
            path.unlink()


def test_histories(tmp_path: Path) -> None:
    Histories.folder = tmp_path
    runner = settings(
        max_examples=12, stateful_step_count=10, deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(Histories, settings=runner)
