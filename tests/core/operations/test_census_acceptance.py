"""From a sampling plan to a report that can be signed."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from citygrid_core.cli.app import build
from citygrid_core.errors import UsageError
from citygrid_core.operations.census.acceptance.accept import Acceptance, accept
from citygrid_core.operations.census.acceptance.report import html, write_report
from citygrid_core.operations.census.acceptance.sample import (
    SampleWish,
    enter_results,
    field_list,
    list_for_people,
    make_plan,
)
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.tables import write
from citygrid_core.workspace import Workspace

from . import fieldtown as town

METRES = SourceOptions(crs="EPSG:4547")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("town") / "city.gpkg"
    town.build(path, components=1200, side=6)
    return path


@pytest.fixture
def ws(built: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copy(built, tmp_path / "city.gpkg")
    with Workspace.open(tmp_path / "city.gpkg") as opened:
        yield opened


def inspect(ws: Workspace, plan: str, file: Path, defective: int) -> None:
    """The list as the inspectors hand it in: filled in Excel, in Chinese."""
    rows = field_list(ws, plan).drop(columns="geometry")
    rows["outcome"], rows["checked_by"], rows["checked_on"] = "合格", "王检", "2026-03-05"
    bad = rows.index[:defective]
    rows.loc[bad, "outcome"] = "不合格"
    rows.loc[bad, "defects"] = ["权属单位#分类" if i % 2 else "位置" for i in range(defective)]
    rows.loc[rows.index[defective], "outcome"] = "实地不存在"
    write(rows, file)


def surveys(ws: Workspace, folder: Path) -> tuple[Path, Path]:
    """Check points with errors of 0.2 m, and a second survey of two grids that missed some."""
    rng = np.random.default_rng(3)
    held = ws.read("components")
    points = held.iloc[:60]
    check = pd.DataFrame(
        {
            "部件标识码": points["code"].to_numpy(),
            "x": points.geometry.x + rng.normal(0, 0.2, 60),
            "y": points.geometry.y + rng.normal(0, 0.2, 60),
        }
    )
    some = held[held["grid_code"].isin([f"{town.COMMUNITY}00{n}" for n in (1, 2)])]
    seen = some[rng.random(len(some)) < 0.9]
    extra = 4  # what the census has missed
    second = pd.DataFrame(
        {
            "类别代码": [*seen["class_code"], *["01001"] * extra],
            "x": [*(seen.geometry.x + 0.3), *(town.X0 + 20 + 30 * np.arange(extra))],
            "y": [*seen.geometry.y, *[town.Y0 + 50.0] * extra],
        }
    )
    check.to_csv(folder / "check.csv", index=False)
    second.to_csv(folder / "second.csv", index=False)
    return folder / "check.csv", folder / "second.csv"


@pytest.fixture(scope="module")
def figures(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Acceptance:
    folder = tmp_path_factory.mktemp("judged")
    shutil.copy(built, folder / "city.gpkg")
    with Workspace.open(folder / "city.gpkg") as ws:
        make_plan(ws, SampleWish(unit="class", size=300), on=town.OUT)
        inspect(ws, "S0001", folder / "list.xlsx", 5)
        enter_results(ws, "S0001", folder / "list.xlsx", on=town.BACK)
        check, second = surveys(ws, folder)
        return accept(ws, "S0001", check_points=check, second_survey=second, options=METRES)[1]


@pytest.fixture
def judged(figures: Acceptance) -> Acceptance:
    return replace(figures, defective=figures.defective.copy())


class TestPlan:
    def test_the_margin_says_how_many(self, ws: Workspace) -> None:
        report, rows = make_plan(ws, SampleWish(), on=town.OUT)
        assert report.details["sample"] == len(rows) == 227
        assert rows["component_code"].is_unique
        assert ws.read("sample_plans").iloc[0]["head"] != ws.head  # of before the draw

    def test_whole_sheets_by_the_table(self, ws: Workspace) -> None:
        wish = SampleWish(design="units", unit="sheet", sheet_m=100)
        report, rows = make_plan(ws, wish, on=town.OUT)
        assert (report.details["units"], report.details["units_inspected"]) == (36, 5)
        assert rows["stratum"].nunique() == 5
        held = ws.read("components")
        inside = held[held["code"].isin(rows["component_code"])]
        assert len(inside) == len(rows)

    def test_a_dry_run_draws_and_keeps_nothing(self, ws: Workspace) -> None:
        head = ws.head
        assert len(make_plan(ws, SampleWish(size=50), on=town.OUT, dry_run=True)[1]) >= 50
        assert ws.head == head

    def test_a_class_is_no_unit(self, ws: Workspace) -> None:
        with pytest.raises(UsageError, match="no unit"):
            make_plan(ws, SampleWish(design="units", unit="class"), on=town.OUT)


class TestResults:
    def test_twice_changes_nothing(self, ws: Workspace, tmp_path: Path) -> None:
        make_plan(ws, SampleWish(size=60), on=town.OUT)
        inspect(ws, "S0001", tmp_path / "list.csv", 3)
        first = enter_results(ws, "S0001", tmp_path / "list.csv", on=town.BACK)
        assert first.stored == first.read == 60
        head = ws.head
        again = enter_results(ws, "S0001", tmp_path / "list.csv", on=town.BACK)
        assert (again.stored, again.unchanged, ws.head) == (0, 60, head)
        assert again.balanced

    @pytest.mark.parametrize("lang", ["zh", "en"])
    def test_the_list_speaks_the_readers_language(
        self, ws: Workspace, tmp_path: Path, lang: Literal["zh", "en"]
    ) -> None:
        rows = make_plan(ws, SampleWish(size=60), on=town.OUT)[1].drop(columns="geometry")
        said = list_for_people(rows, lang)
        assert ("检查结果" in said) == ("完好" in set(said.get("部件状态", []))) == (lang == "zh")
        outcome, word = {"zh": ("检查结果", "合格"), "en": ("outcome", "right")}[lang]
        write(said.assign(**{outcome: word}), tmp_path / "list.xlsx")
        assert enter_results(ws, "S0001", tmp_path / "list.xlsx", on=town.BACK).stored == 60

    def test_what_is_not_of_the_plan_is_rejected(self, ws: Workspace, tmp_path: Path) -> None:
        make_plan(ws, SampleWish(size=60), on=town.OUT)
        (tmp_path / "list.csv").write_text("部件标识码,检查结果\n123,合格\n", "utf-8")
        report = enter_results(ws, "S0001", tmp_path / "list.csv", on=town.BACK)
        assert (report.rejected, [p.rule for p in report.problems]) == (1, ["sample.unknown"])

    def test_not_all_are_in(self, ws: Workspace) -> None:
        make_plan(ws, SampleWish(size=60), on=town.OUT)
        with pytest.raises(UsageError, match="60 of 60"):
            accept(ws, "S0001")
        with pytest.raises(UsageError, match="S0001"):
            accept(ws, "S9")


class TestAcceptance:
    def test_figures(self, judged: Acceptance) -> None:
        rate = judged.rate
        assert (rate.population, rate.sampled, rate.defects) == (1200, 300, 6)
        assert (rate.rate, judged.verdict) == (pytest.approx(0.02), "accepted")
        assert judged.kinds == [("位置", 3), ("分类", 2), ("权属单位", 2), ("missing", 1)]
        a = judged.positions[0]
        assert (a.accuracy_class, a.points, a.passed) == ("A", 60, True)
        assert a.low < 0.2 * 2**0.5 < a.high
        double = judged.double
        assert double is not None
        assert double.second - double.both == 4
        assert double.low < double.rate < 1

    @pytest.mark.parametrize("suffix", [".html", ".pdf", ".xlsx"])
    def test_the_same_bytes_twice(self, judged: Acceptance, tmp_path: Path, suffix: str) -> None:
        digests = {
            hashlib.sha256(write_report(judged, tmp_path / f"{n}{suffix}").read_bytes()).hexdigest()
            for n in range(2)
        }
        assert len(digests) == 1

    @pytest.mark.parametrize("lang", ["zh", "en"])
    def test_everything_needed_to_sign(self, judged: Acceptance, lang: str) -> None:
        page = html(judged, lang)  # type: ignore[arg-type]
        assert judged.head in page
        assert str(judged.plan["head"]) in page
        assert "http" not in page  # self-contained
        assert "src=" not in page
        words = {
            "zh": ["合格", "委托单位", "差错率", "王检", "完整率"],
            "en": ["accepted", "Client", "Defect rate", "王检", "Completeness"],
        }
        assert all(w in page for w in words[lang])
        for row in judged.defective.itertuples():
            assert row.component_code in page

    def test_what_people_typed_is_text(self, judged: Acceptance) -> None:
        judged.defective.loc[0, "defects"] = "<script>alert(1)</script>"
        assert "<script>" not in html(judged, "zh")

    def test_the_workbook_has_no_formulas(self, judged: Acceptance, tmp_path: Path) -> None:
        judged.defective.loc[0, "defects"] = "=1+1"
        write_report(judged, tmp_path / "report.xlsx")
        with zipfile.ZipFile(tmp_path / "report.xlsx") as book:
            sheets = [book.read(n).decode() for n in book.namelist() if "worksheets/sheet" in n]
        assert len(sheets) == 7
        assert not any("<f>" in s for s in sheets)

    def test_another_suffix(self, judged: Acceptance, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="html"):
            write_report(judged, tmp_path / "report.doc")


def test_from_the_shell(ws: Workspace, tmp_path: Path) -> None:
    city = str(ws.path)
    run = CliRunner()
    drawn = run.invoke(
        build(),
        [
            "census",
            "sample-plan",
            city,
            "--size",
            "80",
            "--at",
            town.OUT,
            "-o",
            str(tmp_path / "list.csv"),
            "--json",
        ],
    )
    assert drawn.exit_code == 0, drawn.output
    plan = json.loads(drawn.output)["plan"]
    early = run.invoke(build(), ["census", "accept", city, plan])
    assert early.exit_code == 2
    inspect(ws, plan, tmp_path / "done.csv", 40)
    said = run.invoke(
        build(),
        [
            "census",
            "accept",
            city,
            plan,
            "--results",
            str(tmp_path / "done.csv"),
            "-o",
            str(tmp_path / "r.html"),
            "-o",
            str(tmp_path / "r.pdf"),
            "--json",
        ],
    )
    assert said.exit_code == 1, said.output
    assert json.loads(said.output)["verdict"] == "refused"
    assert (tmp_path / "r.pdf").read_bytes()[:5] == b"%PDF-"
