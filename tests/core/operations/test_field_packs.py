"""Out and back: packs, leases, returns and their receipts."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
from PIL import Image

from citygrid_core.errors import UsageError
from citygrid_core.operations.census.capacity import code_capacity, warnings
from citygrid_core.operations.census.packs.again import rewrite_pack
from citygrid_core.operations.census.packs.conflicts import list_conflicts, resolve_conflicts
from citygrid_core.operations.census.packs.folder import class_list
from citygrid_core.operations.census.packs.make import PackPlan, make_packs
from citygrid_core.operations.census.packs.out import extend_pack, list_packs, void_pack
from citygrid_core.operations.census.packs.returned import return_pack
from citygrid_core.operations.census.packs.returned_rows import PackRefused
from citygrid_core.operations.census.photo_files import folder_of
from citygrid_core.operations.store import verify
from citygrid_core.standards import load_edition
from citygrid_core.workspace import Workspace

from . import fieldtown as town


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("town") / "city.gpkg"
    town.build(path)
    return path


@pytest.fixture
def ws(built: Path, tmp_path: Path) -> Iterator[Workspace]:
    path = tmp_path / "city.gpkg"
    shutil.copy(built, path)
    with Workspace.open(path) as opened:
        yield opened


@pytest.fixture
def packs(ws: Workspace, tmp_path: Path) -> list[Path]:
    return town.send(ws, tmp_path / "out")[1]


def one(ws: Workspace, code: str) -> pd.Series:
    return ws.read("components", where={"code": code}).iloc[0]


class TestPacking:
    @pytest.mark.parametrize(("lang", "said"), [("zh", "路灯"), ("en", "Street light")])
    def test_the_form_offers_classes_as_the_team_reads_them(self, lang: Any, said: str) -> None:
        offered = class_list(load_edition(), lang).set_index("code").loc["01037"]
        assert (offered["name"], offered["label"]) == ("路灯", f"{said} ld 01037")

    def test_every_component_goes_out_once(self, ws: Workspace, tmp_path: Path) -> None:
        report, folders = town.send(ws, tmp_path / "out", teams=3)
        assert report.read == ws.count("components") == 80
        assert [f.name for f in folders] == ["P00001_组1", "P00002_组2", "P00003_组3"]
        assert all(
            sorted(p.name for p in f.iterdir()) == ["pack.gpkg", "pack.json", "pack.qgs"]
            for f in folders
        )
        seen: list[str] = []
        for folder in folders:
            with town.opened(folder) as c:
                seen += town.codes_of(c)
        assert sorted(seen) == sorted(ws.read("components")["code"])

    def test_leases_of_two_packs_never_meet(self, ws: Workspace, packs: list[Path]) -> None:
        leases = ws.read("code_leases")
        for _, part in leases.groupby("scope"):
            part = part.sort_values("first")
            assert (part["first"].to_numpy()[1:] > part["last"].to_numpy()[:-1]).all()
        assert leases["last"].max() <= max(ws.counters("component:").values())

    def test_a_new_component_is_coded_in_the_field(self, packs: list[Path]) -> None:
        for folder in packs:
            with town.opened(folder) as c:
                first, last = c.execute(
                    'SELECT "first", "last" FROM leases WHERE class_code = ?', (town.LAMP,)
                ).fetchone()
                town.capture(c, town.X0 + 10, town.Y0 + 10)
                fid = town.capture(c, town.X0 + 20, town.Y0 + 10)
                c.execute("DELETE FROM components_point WHERE fid = ?", (fid,))
                town.capture(c, town.X0 + 30, town.Y0 + 10)
                codes = town.codes_of(c)[-2:]
            # the number of the deleted one is gone for good
            head = town.COUNTY + town.LAMP
            assert codes == [f"{head}{first:06d}", f"{head}{first + 2:06d}"]
            assert first + 2 <= last

    def test_an_empty_lease_gives_no_code(self, packs: list[Path]) -> None:
        with town.opened(packs[0]) as c:
            c.execute('UPDATE leases SET "next" = "last" + 1')
            town.capture(c, town.X0 + 10, town.Y0 + 10)
            assert town.codes_of(c)[-1] is None

    def test_grids_are_not_out_twice(
        self, ws: Workspace, packs: list[Path], tmp_path: Path
    ) -> None:
        with pytest.raises(UsageError, match="out already, with P00001, P00002"):
            town.send(ws, tmp_path / "again")
        town.send(ws, tmp_path / "again", overlap=True)

    def test_a_dry_run_leaves_nothing(self, ws: Workspace, tmp_path: Path) -> None:
        head = ws.head
        plan = PackPlan(teams=2, until=town.UNTIL)
        report = make_packs(ws, tmp_path / "out", plan, on=town.OUT, dry_run=True)
        assert report.read == 80
        assert (ws.head, list((tmp_path / "out").iterdir())) == (head, [])

    def test_more_teams_than_areas(self, ws: Workspace, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="4 areas can't be shared among 5 teams"):
            town.send(ws, tmp_path / "out", teams=5)

    def test_numbers_that_run_out_are_said_before(self, ws: Workspace, tmp_path: Path) -> None:
        scope = f"component:{town.COUNTY}{town.LAMP}"
        with ws.transaction("many") as tx:
            tx.mint(scope, 1, floor=899_999)
        fullest = code_capacity(ws)[0]
        assert (fullest.scope, fullest.left, fullest.low) == (scope, 99_999, True)
        assert [p.rule for p in warnings(ws)] == ["codes.low"]
        with pytest.raises(UsageError, match="does not fit"):
            town.send(ws, tmp_path / "out", reserve=60_000)

    def test_written_again_it_is_the_same(
        self, ws: Workspace, packs: list[Path], tmp_path: Path
    ) -> None:
        made = rewrite_pack(ws, "P00001", tmp_path / "again")
        for name in ("pack.json", "pack.qgs"):
            assert (made / name).read_bytes() == (packs[0] / name).read_bytes()
        with (
            closing(sqlite3.connect(made / "pack.gpkg")) as a,
            closing(sqlite3.connect(packs[0] / "pack.gpkg")) as b,
        ):
            for table in ("components_point", "leases", "classes", "grids", "cg_pack"):
                assert (
                    a.execute(f"SELECT * FROM {table}").fetchall()
                    == b.execute(f"SELECT * FROM {table}").fetchall()
                )


class TestReturning:
    def test_untouched(self, ws: Workspace, packs: list[Path]) -> None:
        head, taken = ws.head, None
        report = return_pack(ws, packs[0], on=town.BACK)
        taken = report.details["receipt"]
        assert taken["unchanged"] == taken["taken"]
        assert head != ws.head  # that it is back is in the journal
        assert report.exit_code == 0

    def test_edits_a_deletion_and_a_new_one(self, ws: Workspace, packs: list[Path]) -> None:
        with town.opened(packs[0]) as c:
            a, b, gone = town.codes_of(c)[:3]
            c.execute("UPDATE components_point SET state = 'damaged' WHERE code = ?", (a,))
            c.execute(
                "UPDATE components_point SET geom = ? WHERE code = ?",
                (town.at(town.X0 + 55, town.Y0 + 5), b),
            )
            c.execute("DELETE FROM components_point WHERE code = ?", (gone,))
            town.capture(c, town.X0 + 150, town.Y0 + 50, note="新增")
            new = town.codes_of(c)[-1]
        before = ws.count("components")
        report = return_pack(ws, packs[0], on=town.BACK)
        receipt = report.details["receipt"]
        assert (receipt["merged"], receipt["added_merged"], receipt["written"]) == (3, 1, 4)
        assert report.balanced
        assert one(ws, a)["state"] == "damaged"
        assert (one(ws, b)["grid_code"], one(ws, b).geometry.x) == (
            town.COMMUNITY + "001",
            town.X0 + 55,
        )
        assert (one(ws, new)["grid_code"], one(ws, new)["note"]) == (town.COMMUNITY + "002", "新增")
        assert ws.count("components") == before
        # the past is kept
        assert ws.read("components", at=town.OUT, where={"code": a}).iloc[0]["state"] == "intact"
        assert len(ws.read("components", at="all", where={"code": gone})) == 1
        assert verify(ws).problems == []

    def test_twice_and_after_more_work(self, ws: Workspace, packs: list[Path]) -> None:
        rng = random.Random(1)
        town.scribble(packs[0], rng, edits=8, deletes=3, new=4)
        first = return_pack(ws, packs[0], on=town.BACK).details["receipt"]
        head = ws.head
        second = return_pack(ws, packs[0], on=town.BACK).details["receipt"]
        assert (second, head) == ({**first, "written": 0}, ws.head)
        town.scribble(packs[0], rng, edits=5, deletes=1, new=2)
        third = return_pack(ws, packs[0], on="2026-03-03")
        assert third.details["receipt"]["added"] == first["added"] + 2
        assert third.details["receipt"]["conflicts"] == 0
        assert verify(ws).problems == []

    def test_an_older_copy_changes_nothing(
        self, ws: Workspace, packs: list[Path], tmp_path: Path
    ) -> None:
        with town.opened(packs[0]) as c:
            code = town.codes_of(c)[0]
            c.execute("UPDATE components_point SET note = 'old' WHERE code = ?", (code,))
        shutil.copytree(packs[0], tmp_path / "older")
        with town.opened(packs[0]) as c:
            c.execute("UPDATE components_point SET note = 'new' WHERE code = ?", (code,))
        return_pack(ws, packs[0], on=town.BACK)
        late = return_pack(ws, tmp_path / "older", on="2026-03-09")
        assert late.details["older_copy"]
        assert late.details["receipt"]["written"] == 0
        assert one(ws, code)["note"] == "new"

    def test_two_devices_from_one_pack(
        self, ws: Workspace, packs: list[Path], tmp_path: Path
    ) -> None:
        shutil.copytree(packs[0], tmp_path / "second")
        for folder, note in ((packs[0], "one"), (tmp_path / "second", "two")):
            with town.opened(folder) as c:
                codes = town.codes_of(c)
                c.execute("UPDATE components_point SET note = ? WHERE code = ?", (note, codes[0]))
                c.execute(
                    "UPDATE components_point SET state = 'lost' WHERE code = ?",
                    (codes[len(note) - 2],),
                )
                town.capture(c, town.X0 + 10 * len(note), town.Y0 + 50, note=note)
        return_pack(ws, packs[0], on=town.BACK)
        report = return_pack(ws, tmp_path / "second", on=town.BACK)
        # both took the same number from the lease: the second one is coded anew
        assert len(report.details["recoded"]) == 1
        assert report.details["receipt"]["conflicts"] == 1
        assert ws.read("components")["code"].is_unique
        assert set(ws.read("components")["note"].dropna()) == {"one", "two"}

    def test_a_layer_that_is_missing_deletes_nothing(
        self, ws: Workspace, packs: list[Path]
    ) -> None:
        with town.opened(packs[0]) as c:
            c.execute("DELETE FROM components_point")
            c.execute("DROP TABLE cg_log")  # rows lost without a trace
        before = ws.count("components")
        report = return_pack(ws, packs[0], on=town.BACK)
        receipt = report.details["receipt"]
        assert receipt["rejected"] == receipt["taken"]
        assert ws.count("components") == before

    def test_bad_rows_are_rejected_with_reasons_and_can_be_mended(
        self, ws: Workspace, packs: list[Path], tmp_path: Path
    ) -> None:
        with town.opened(packs[0]) as c:
            a = town.codes_of(c)[0]
            c.execute("UPDATE components_point SET state = 'fine' WHERE code = ?", (a,))
            town.capture(c, town.X0 - 900, town.Y0)
            town.capture(c, town.X0 + 10, town.Y0 + 10, "99999")
            town.capture(c, town.X0 + 10, town.Y0 + 20, accuracy_class="A", gnss_accuracy_m=2.0)
            town.capture(c, town.X0 + 10, town.Y0 + 30, owning_code="某公司")
        rejects = tmp_path / "rejects.csv"
        report = return_pack(ws, packs[0], on=town.BACK, rejects=rejects)
        rules = sorted(p.rule for p in report.problems)
        assert rules == [
            "accuracy.gate",
            "class.unknown",
            "department.unmatched",
            "position.outside",
            "value.choice",
        ]
        assert (
            report.details["receipt"]["rejected"],
            report.details["receipt"]["added_rejected"],
        ) == (1, 4)
        assert report.balanced
        assert len(rejects.read_text("utf-8-sig").splitlines()) == 6
        head = ws.head
        same = return_pack(ws, packs[0], on=town.BACK)
        assert (same.details["receipt"]["rejected"], ws.head) == (1, head)
        with town.opened(packs[0]) as c:
            c.execute("UPDATE components_point SET state = 'lost' WHERE code = ?", (a,))
            c.execute("UPDATE components_point SET accuracy_class = 'C' WHERE gnss_accuracy_m > 1")
        again = return_pack(ws, packs[0], on=town.BACK)
        assert (
            again.details["receipt"]["rejected"],
            again.details["receipt"]["added_rejected"],
        ) == (0, 3)
        assert again.balanced

    def test_another_class_for_an_old_component_is_refused(
        self, ws: Workspace, packs: list[Path]
    ) -> None:
        with town.opened(packs[0]) as c:
            c.execute("UPDATE components_point SET class_code = '01002' WHERE fid = 1")
        report = return_pack(ws, packs[0], on=town.BACK)
        assert [p.rule for p in report.problems] == ["class.changed"]


def picture(path: Path, shade: int) -> Path:
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (16, 12), (shade, 120, 60)).save(path)
    return path


class TestPhotos:
    """Pictures that a team took, beside the GeoPackage."""

    @pytest.fixture
    def snapped(self, packs: list[Path]) -> tuple[Path, str, str]:
        """A photo of an old component by the form, two of a new one (a list; another device's path)."""
        pack = packs[0]
        picture(pack / "DCIM" / "old.jpg", 10)
        picture(pack / "DCIM" / "new_1.jpg", 20)
        picture(pack / "DCIM" / "new_2.jpg", 30)
        with town.opened(pack) as c:
            old = town.codes_of(c)[0]
            c.execute("UPDATE components_point SET photo = 'DCIM/old.jpg' WHERE code = ?", (old,))
            town.capture(c, town.X0 + 10, town.Y0 + 10, uid="u1", photo="DCIM/new_1.jpg")
            c.execute(
                "INSERT INTO photos (component_uid, photo) VALUES "
                "('u1', '/storage/emulated/0/QField/P00001/DCIM/new_2.jpg'), ('u1', 'DCIM/new_1.jpg')"
            )
            return pack, old, town.codes_of(c)[-1]

    def kept(self, ws: Workspace) -> dict[str, list[str]]:
        rows = ws.read("attachments", geometry=False)
        home = Path(ws.path).parent
        for path, digest in zip(rows["path"], rows["sha256"], strict=True):
            assert hashlib.sha256((home / path).read_bytes()).hexdigest() == digest
        return rows.groupby("component_code")["taken_by"].apply(list).to_dict()

    def test_they_come_back_once(self, ws: Workspace, snapped: tuple[Path, str, str]) -> None:
        pack, old, new = snapped
        dry = return_pack(ws, pack, on=town.BACK, dry_run=True)
        assert dry.details["receipt"]["photos_kept"] == 3
        assert self.kept(ws) == {}
        assert not folder_of(ws).exists()
        report = return_pack(ws, pack, on=town.BACK)
        receipt = report.details["receipt"]
        assert (receipt["photos"], receipt["photos_kept"], receipt["written"]) == (3, 3, 4)
        assert self.kept(ws) == {old: ["组1"], new: ["组1", "组1"]}
        assert report.problems == []
        head = ws.head
        again = return_pack(ws, pack, on=town.BACK).details["receipt"]
        assert (again, ws.head) == ({**receipt, "written": 0}, head)
        assert verify(ws).problems == []

    def test_what_is_missing_or_broken_is_named_and_can_follow(
        self, ws: Workspace, snapped: tuple[Path, str, str], tmp_path: Path
    ) -> None:
        pack, old, new = snapped
        late = tmp_path / "late.jpg"
        shutil.move(pack / "DCIM" / "old.jpg", late)
        (pack / "DCIM" / "new_2.jpg").write_bytes(b"no picture")
        picture(pack / "DCIM" / "spare.jpg", 40)
        with town.opened(pack) as c:  # nothing outside the pack is ever read
            c.execute("INSERT INTO photos (component_uid, photo) VALUES ('u1', '../../city.gpkg')")
            town.capture(c, town.X0 - 900, town.Y0, photo="DCIM/new_1.jpg")
        rejects = tmp_path / "rejects.csv"
        report = return_pack(ws, pack, on=town.BACK, rejects=rejects)
        assert sorted(p.rule for p in report.problems) == [
            "photo.component", "photo.missing", "photo.missing", "photo.unnamed",
            "photo.unreadable", "position.outside",
        ]  # fmt: skip
        receipt = report.details["receipt"]
        assert (receipt["photos"], receipt["photos_kept"], receipt["photos_rejected"]) == (5, 1, 4)
        assert report.details["balanced"]
        assert set(self.kept(ws)) == {new}
        assert "old.jpg" in rejects.read_text("utf-8-sig")
        shutil.move(late, pack / "DCIM" / "old.jpg")
        receipt = return_pack(ws, pack, on=town.BACK).details["receipt"]
        assert (receipt["photos_kept"], receipt["written"]) == (3, 1)
        assert set(self.kept(ws)) == {old, new}

    def test_one_picture_shows_two(self, ws: Workspace, snapped: tuple[Path, str, str]) -> None:
        pack, old, new = snapped
        with town.opened(pack) as c:
            c.execute("UPDATE components_point SET photo = 'DCIM/old.jpg' WHERE uid = 'u1'")
        for written in (True, False):
            receipt = return_pack(ws, pack, on=town.BACK).details["receipt"]
            assert bool(receipt["written"]) is written
        rows = ws.read("attachments", geometry=False)
        assert (len(rows), rows["attachment"].nunique(), rows["path"].nunique()) == (4, 4, 3)
        assert set(rows.loc[rows["path"].duplicated(keep=False), "component_code"]) == {old, new}

    def test_killed_between_picture_and_row(
        self, ws: Workspace, snapped: tuple[Path, str, str]
    ) -> None:
        """A file that is in its place already is no row twice, and no row too few."""
        pack = snapped[0]
        child = town.fork(lambda: _dies_after_the_pictures(Path(ws.path), pack))
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
        assert len(list(folder_of(ws).rglob("*.jpg"))) == 3
        assert self.kept(ws) == {}
        assert return_pack(ws, pack, on=town.BACK).details["receipt"]["photos_kept"] == 3
        assert sum(len(v) for v in self.kept(ws).values()) == 3


def _dies_after_the_pictures(city: Path, pack: Path) -> None:
    def killed(step: str, done: int, total: int) -> None:
        if step == "photos":
            os.kill(os.getpid(), signal.SIGKILL)

    with Workspace.open(city) as ws:
        return_pack(ws, pack, on=town.BACK, progress=killed)


class TestNumbers:
    def test_others_numbers_are_checked(self, ws: Workspace, packs: list[Path]) -> None:
        right, other = "4201020010000000001", "4201020010000000002"
        with town.opened(packs[0]) as c:
            a, b = town.codes_of(c)[:2]
            set_ = "UPDATE components_point SET manhole_number = ? WHERE code = ?"
            c.execute(set_, (right[:10] + " " + right[10:], a))
            c.execute(set_, (other, b))
            town.capture(c, town.X0 + 10, town.Y0 + 10, manhole_number="123", asset_number="A-1")
            town.capture(c, town.X0 + 10, town.Y0 + 20, manhole_number=other)
            # asset numbers are each owner's own
            town.capture(c, town.X0 + 10, town.Y0 + 30, asset_number="7", owning_code=town.BODY)
            town.capture(c, town.X0 + 10, town.Y0 + 40, asset_number="7")
            town.capture(c, town.X0 + 10, town.Y0 + 50, asset_number="7", owning_code=town.BODY)
        report = return_pack(ws, packs[0], on=town.BACK)
        assert sorted(p.rule for p in report.problems) == [
            "number.manhole", "number.used", "number.used",
        ]  # fmt: skip
        assert one(ws, a)["manhole_number"] == right
        assert report.details["receipt"]["added_rejected"] == 3
        head = ws.head
        assert return_pack(ws, packs[0], on=town.BACK).rejected == 3
        assert ws.head == head
        with town.opened(packs[0]) as c:  # two that change places, one that went
            c.execute(set_, (other, a))
            c.execute(set_, (right, b))
            c.execute("UPDATE components_point SET manhole_number = NULL WHERE code > ?", (b,))
            c.execute(
                "DELETE FROM components_point WHERE asset_number = '7' AND fid = "
                "(SELECT max(fid) FROM components_point)"
            )
        report = return_pack(ws, packs[0], on=town.BACK)
        assert report.problems == []
        assert one(ws, b)["manhole_number"] == right


class TestConflicts:
    @pytest.fixture
    def clashed(self, ws: Workspace, packs: list[Path]) -> list[str]:
        """Codes that both sides changed: a state, a place, one deleted there, one ended here."""
        with town.opened(packs[0]) as c:
            codes = town.codes_of(c)[:4]
            c.execute("UPDATE components_point SET state = 'lost' WHERE code = ?", (codes[0],))
            c.execute(
                "UPDATE components_point SET geom = ? WHERE code = ?",
                (town.at(town.X0 + 5, town.Y0 + 5), codes[1]),
            )
            c.execute("DELETE FROM components_point WHERE code = ?", (codes[2],))
            c.execute("UPDATE components_point SET note = 'still here' WHERE code = ?", (codes[3],))
        with ws.transaction("office") as tx:
            held = ws.read("components", where={"code": codes}).set_index("code", drop=False)
            fid = dict(
                zip(held["code"], ws.read("components", where={"code": codes}).index, strict=True)
            )
            for code, values in ((codes[0], {"state": "damaged"}), (codes[2], {"note": "checked"})):
                tx.update(
                    "components",
                    pd.DataFrame(
                        {**{k: [v] for k, v in values.items()}, "table_": ["components_point"]},
                        index=[fid[code]],
                    ),
                )
            moved = ws.read("components", where={"code": codes[1]})
            moved = moved.set_geometry([shapely.Point(town.X0 + 15, town.Y0 + 15)], crs=ws.crs)
            tx.update("components", moved[["table_", "geometry"]])
            tx.end("components", ws.read("components", where={"code": codes[3]}), town.BACK)
        report = return_pack(ws, packs[0], on=town.BACK)
        assert report.details["receipt"]["conflicts"] == 4
        return codes

    def by_kind(self, ws: Workspace) -> dict[str, str]:
        held = ws.read("pack_conflicts")
        return dict(zip(held["kind"], held["code"], strict=True))

    def test_listed_side_by_side(self, ws: Workspace, clashed: list[str]) -> None:
        report, rows = list_conflicts(ws)
        assert report.details["by_kind"] == {"field": 1, "geometry": 1, "deleted": 1, "gone": 1}
        both = rows[rows["kind"] == "geometry"].set_index("side").geometry
        assert (both["mine"].x, both["theirs"].x) == (town.X0 + 15, town.X0 + 5)

    def test_mine_is_kept_for_good(
        self, ws: Workspace, clashed: list[str], packs: list[Path]
    ) -> None:
        resolve_conflicts(ws, ["P00001"], "mine", on=town.BACK)
        again = return_pack(ws, packs[0], on=town.BACK)
        assert again.details["conflicts_now"] == again.details["receipt"]["written"] == 0
        assert one(ws, clashed[0])["state"] == "damaged"

    def test_theirs(self, ws: Workspace, clashed: list[str]) -> None:
        resolve_conflicts(ws, ["P00001"], "theirs", on=town.BACK)
        assert one(ws, clashed[0])["state"] == "lost"
        assert one(ws, clashed[1]).geometry.x == town.X0 + 5
        assert ws.count("components", where={"code": clashed[2]}) == 0
        assert one(ws, clashed[3])["note"] == "still here"
        assert verify(ws).problems == []

    @pytest.mark.parametrize(("choice", "valid", "more"), [("both", 1, 1), ("split", 0, 1)])
    def test_two_things(
        self, ws: Workspace, clashed: list[str], choice: str, valid: int, more: int
    ) -> None:
        before = ws.count("components")
        resolve_conflicts(ws, [self.by_kind(ws)["geometry"]], choice, on=town.BACK)  # type: ignore[arg-type]
        assert ws.count("components", where={"code": clashed[1]}) == valid
        assert ws.count("components") == before + more
        children = ws.lineage()["child"].tolist()
        assert len(children) == 2 - valid
        assert ws.count("components", where={"code": children}) == len(children)

    def test_what_makes_no_sense(self, ws: Workspace, clashed: list[str]) -> None:
        kinds = self.by_kind(ws)
        for codes, choice, why in (
            (["X"], "mine", "unknown"),
            ([kinds["field"]], "both", "only geometries"),
        ):
            with pytest.raises(UsageError, match=why):
                resolve_conflicts(ws, codes, choice, on=town.BACK)  # type: ignore[arg-type]
        resolve_conflicts(ws, [kinds["field"]], "mine", on=town.BACK)
        assert resolve_conflicts(ws, [kinds["field"]], "mine", on=town.BACK).unchanged == 1
        with pytest.raises(UsageError, match="decided already"):
            resolve_conflicts(ws, [kinds["field"]], "theirs", on=town.BACK)


class TestRefusals:
    def refused(self, ws: Workspace, pack: Path, on: str = town.BACK) -> str:
        head = ws.head
        with pytest.raises(PackRefused) as error:
            return_pack(ws, pack, on=on)
        assert ws.head == head
        assert error.value.text("zh")
        return error.value.problems[0].rule

    def test_an_expired_lease(self, ws: Workspace, packs: list[Path]) -> None:
        town.scribble(packs[0], random.Random(2), edits=3, deletes=0, new=1)
        assert self.refused(ws, packs[0], on="2026-05-01") == "pack.expired"
        extend_pack(ws, "P00001", "2026-05-31")
        assert return_pack(ws, packs[0], on="2026-05-01").details["receipt"]["written"] == 4

    def test_a_tampered_pack(self, ws: Workspace, packs: list[Path], tmp_path: Path) -> None:
        def edit(name: str, change: Callable[[sqlite3.Connection], object]) -> Path:
            folder = tmp_path / name
            shutil.copytree(packs[0], folder)
            with closing(sqlite3.connect(folder / "pack.gpkg")) as c, c:
                change(c)
            return folder

        manifest = json.loads((packs[0] / "pack.json").read_text("utf-8"))
        manifest["team"] = "别人"
        for name, statement, values in (
            (
                "manifest",
                "UPDATE cg_pack SET value = ? WHERE key = 'manifest'",
                (json.dumps(manifest),),
            ),
            ("none", "DELETE FROM cg_pack WHERE key = 'manifest'", ()),
            ("lease", 'UPDATE leases SET "last" = "last" + 1000', ()),
        ):
            folder = edit(name, lambda c, s=statement, v=values: c.execute(s, v))
            assert self.refused(ws, folder) == "pack.tampered"

    def test_another_workspace(self, ws: Workspace, packs: list[Path], tmp_path: Path) -> None:
        town.build(tmp_path / "other.gpkg", seed=2)
        with Workspace.open(tmp_path / "other.gpkg") as other:
            assert self.refused(other, packs[0]) == "pack.workspace"

    def test_an_older_backup(self, built: Path, packs: list[Path], tmp_path: Path) -> None:
        shutil.copy(built, tmp_path / "backup.gpkg")
        with Workspace.open(tmp_path / "backup.gpkg") as backup:
            assert self.refused(backup, packs[0]) == "pack.unknown"

    def test_a_void_pack(self, ws: Workspace, packs: list[Path], tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="why"):
            void_pack(ws, "P00001", reason=" ", on=town.BACK)
        head = ws.head
        assert void_pack(ws, "P00001", reason="平板丢失", on=town.BACK, dry_run=True).stored == 1
        assert extend_pack(ws, "P00001", "2026-05-31", dry_run=True).dry_run
        assert ws.head == head
        void_pack(ws, "P00001", reason="平板丢失", on=town.BACK)
        assert self.refused(ws, packs[0]) == "pack.void"
        with pytest.raises(UsageError, match="no pack P7"):
            extend_pack(ws, "P7", town.UNTIL)
        rows = list_packs(ws, on="2026-05-01")[1].set_index("code")
        assert rows["overdue"].to_dict() == {"P00001": False, "P00002": True}

    @pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
    def test_truncated(self, ws: Workspace, packs: list[Path], share: float) -> None:
        file = packs[0] / "pack.gpkg"
        raw = file.read_bytes()
        file.write_bytes(raw[: int(len(raw) * share)])
        assert self.refused(ws, packs[0]) in ("pack.damaged", "pack.tampered")

    def test_truncated_where_nothing_lay(self, ws: Workspace, packs: list[Path]) -> None:
        file = packs[0] / "pack.gpkg"
        with closing(sqlite3.connect(file)) as c:
            c.execute("CREATE TABLE empty (a)")
        os.truncate(file, file.stat().st_size - 100)
        assert self.refused(ws, packs[0]) == "pack.damaged"

    def test_mangled_bytes_never_crash(
        self, ws: Workspace, packs: list[Path], tmp_path: Path
    ) -> None:
        raw = (packs[0] / "pack.gpkg").read_bytes()
        rng = random.Random(3)
        components = ws.count("components")
        for n in range(25):
            bad = bytearray(raw)
            for _ in range(40):
                bad[rng.randrange(len(bad))] = rng.randrange(256)
            file = tmp_path / f"bad{n}.gpkg"
            file.write_bytes(bytes(bad))
            try:
                receipt = return_pack(ws, file, on=town.BACK, dry_run=True).details["receipt"]
                assert (
                    receipt["taken"]
                    == receipt["unchanged"]
                    + receipt["merged"]
                    + receipt["conflicts"]
                    + receipt["rejected"]
                )
            except PackRefused:
                pass
        assert ws.count("components") == components

    def test_killed_as_it_saved(self, ws: Workspace, packs: list[Path]) -> None:
        """The app died with half a change in the file: its journal takes it back."""
        taken = int(ws.read("packs").set_index("code").at["P00001", "taken"])

        def dies() -> None:
            with town.opened(packs[0]) as c:
                c.execute("PRAGMA cache_size = 1")  # the change spills into the file at once
                c.execute("UPDATE components_point SET note = printf('%.9000c', 'x')")
                os.kill(os.getpid(), signal.SIGKILL)

        _, status = os.waitpid(town.fork(dies), 0)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
        assert (packs[0] / "pack.gpkg-journal").stat().st_size > 0
        receipt = return_pack(ws, packs[0], on=town.BACK).details["receipt"]
        assert (receipt["taken"], receipt["unchanged"], receipt["written"]) == (taken, taken, 0)

    def test_no_pack_at_all(self, ws: Workspace, tmp_path: Path) -> None:
        (tmp_path / "x.gpkg").write_text("hello")
        assert self.refused(ws, tmp_path / "x.gpkg") == "pack.damaged"
        assert self.refused(ws, tmp_path / "nowhere") == "pack.absent"
