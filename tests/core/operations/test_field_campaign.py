"""Teams in the field while apps and returns are killed: no row lost, no code twice."""

from __future__ import annotations

import os
import random
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from citygrid_core.operations.census.packs.returned import return_pack
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace

from . import fieldtown as town


def _kill(child: int, after: float) -> None:
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _return(city: Path, pack: Path, on: str, dry_run: bool = False) -> Report:
    with Workspace.open(city) as ws:
        return return_pack(ws, pack, on=on, dry_run=dry_run)


def _field_day(pack: Path, seed: int) -> None:
    """An app in the field that saves again and again."""
    rng = random.Random(seed)
    for _ in range(20):
        town.scribble(pack, rng, edits=4, deletes=0, new=1)


def _kill_the_app(pack: Path, rng: random.Random, times: int) -> None:
    """Kill the field app as it saves; the pack stays whole, with whatever it had saved."""
    before: set[str] = set()
    for _ in range(times):
        _kill(town.fork(partial(_field_day, pack, rng.randrange(10**9))), rng.uniform(0, 0.1))
        if rng.random() < 0.2:
            with town.opened(pack) as c:
                now = set(town.codes_of(c))
            assert before <= now, "a saved row is lost"
            before = now
    with town.opened(pack) as c:
        assert c.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        codes = town.codes_of(c)
        assert len(set(codes)) == len(codes)


def _kill_the_return(city: Path, pack: Path, on: str, rng: random.Random, times: int) -> int:
    """Kill returns at random moments; return how many had not changed the workspace."""
    begun = time.perf_counter()
    _return(city, pack, on, dry_run=True)
    whole, before = time.perf_counter() - begun, 0
    for _ in range(times):
        with Workspace.open(city) as ws:
            head = ws.head
        _kill(town.fork(lambda: _return(city, pack, on)), rng.uniform(0, 1.3 * whole))
        with Workspace.open(city) as ws:
            before += ws.head == head
    return before


def _share(left: int, of: int) -> int:
    return left if of == 1 else left // of


def campaign(
    folder: Path, *, teams: int, components: int, kills: int, side: int, seed: int = 5
) -> dict[str, int]:
    """Teams work offline, the office works too; return the books.

    Half of the kills hit a field app that saves, half a return.
    """
    city = folder / "city.gpkg"
    town.build(city, side=side, components=components, groups=max(teams, side))
    with Workspace.open(city) as ws:
        packs = town.send(ws, folder / "out", teams=teams, reserve=1500, new_share=1.0)[1]
    rng, rounds = random.Random(seed), 2
    ever: set[str] = set()
    app, back = kills // 2, kills - kills // 2
    done = {"kills": 0, "killed_before": 0, "returns": 0, "conflicts": 0}
    for turn in range(rounds):
        on = f"2026-03-{turn + 2:02d}"
        for n, pack in enumerate(packs):
            times = _share(app, (rounds - turn) * teams - n)
            _kill_the_app(pack, rng, times)
            app, done["kills"] = app - times, done["kills"] + times
            each = components // teams
            town.scribble(pack, rng, edits=each // 5, deletes=each // 50, new=each // 10)
            with town.opened(pack) as c:
                ever |= set(town.codes_of(c))
        with Workspace.open(city) as ws:  # the office edits what is out
            held = ws.read("components")
            mine = held.sample(n=len(held) // 20, random_state=turn)
            with ws.transaction("office") as tx:
                tx.update("components", mine[["table_"]].assign(state="abandoned", note="办公室"))
        for n, pack in enumerate(packs):
            times = _share(back, (rounds - turn) * teams - n)
            done["killed_before"] += _kill_the_return(city, pack, on, rng, times)
            back, done["kills"] = back - times, done["kills"] + times
            report = _return(city, pack, on)
            receipt = report.details["receipt"]
            assert report.balanced
            assert report.details["balanced"]
            assert receipt["rejected"] == receipt["added_rejected"] == 0
            done["returns"] += 1
            done["conflicts"] += report.details["conflicts_now"]
    with Workspace.open(city) as ws:
        assert [p.text() for p in ws.verify()] == []
        versions = ws.read("components", at="all", geometry=False)
        now = ws.read("components", columns=["code"], geometry=False)
        assert now["code"].is_unique
        # every row that a team ever coded is there, and nothing has two components' history
        done["lost"] = len(ever - set(versions["code"]))
        origin = versions.groupby("code")[["class_code"]].nunique()
        done["duplicates"] = int((origin["class_code"] > 1).sum())
        new = versions[versions["source"].fillna("").str.startswith("pack")]
        done["new"] = new["code"].nunique()
        assert new.groupby("code")["source_key"].nunique().max() == 1
        for pack in packs:
            # what a team has is what the workspace has, but for open conflicts
            with town.opened(pack) as c:
                theirs = {
                    r[0]: (r[1], r[2])
                    for r in c.execute("SELECT code, state, note FROM components_point")
                }
            mine = ws.read("components", where={"code": list(theirs)}, geometry=False)
            clash = set(ws.read("pack_conflicts")["component_code"])
            office = set(mine.loc[mine["note"] == "办公室", "code"])
            for code, state, note in zip(mine["code"], mine["state"], mine["note"], strict=True):
                if code not in clash and code not in office:
                    assert (state, note) == theirs[code], code
        done["components"] = len(now)
    return done


def test_offline_teams_small(tmp_path: Path) -> None:
    books = campaign(tmp_path, teams=3, components=300, kills=8, side=4)
    assert (books["kills"], books["lost"], books["duplicates"], books["returns"]) == (8, 0, 0, 6)
    assert books["conflicts"] > 0


@pytest.mark.long
@pytest.mark.parametrize(
    ("seed", "components", "kills"),
    [(11, 5_000, 1000), *((seed, 100_000, 250) for seed in (12, 13, 14, 15))],
)
def test_offline_teams_whole(tmp_path: Path, seed: int, components: int, kills: int) -> None:
    """1,000 kills of 10 teams × 500 components; 1,000 of 10 × 10,000, in four quarters."""
    books = campaign(tmp_path, teams=10, components=components, kills=kills, side=20, seed=seed)
    print(books)
    assert (books["kills"], books["lost"], books["duplicates"]) == (kills, 0, 0)
