"""The command line: grammar, exit codes, JSON, languages. Real processes."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

DAY = "2025-01-01"


def citygrid(*args: object, lang: str = "en") -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "CITYGRID_LANG": lang, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "citygrid_core.cli", *map(str, args)],
        capture_output=True,
        text=True,
        env=env,
        check=False,
    )


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, small_city: Path) -> Path:
    path = tmp_path_factory.mktemp("cli") / "city.gpkg"
    done = citygrid("init", path, "--areas", small_city / "areas.gpkg", "--at", DAY, "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    base = small_city / "base.gpkg"
    done = citygrid("grids", "draw", path, "--roads", f"{base}:roads", "--at", DAY, "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    return path


def test_help_is_in_the_users_language() -> None:
    assert "Counts of cases per grid" in citygrid("--help").stdout
    assert "网格案件热力" in citygrid("--help", lang="zh").stdout
    assert "网格案件热力" in citygrid("--lang", "zh", "--help").stdout


COMMANDS = (
    "sample", "init", "info", "preview", "verify", "lookup", "geocode", "grids draw", "grids check",
    "departments import", "duties import", "census import", "gazetteer import", "gazetteer check", "gazetteer alias",
    "gazetteer datum", "cases import",
    "heat update", "heat table", "standards list", "standards explain",
)  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_command_explains_itself(lang: str) -> None:
    """One process for all: help is what a newcomer reads first."""
    code = (
        "import json, sys; from click.testing import CliRunner\n"
        "from citygrid_core.cli.app import build\n"
        "from citygrid_core.cli.language import choose\n"
        f"choose(['--lang', {lang!r}]); tree = build()\n"
        f"said = {{c: CliRunner().invoke(tree, [*c.split(), '--help']) for c in {COMMANDS!r}}}\n"
        "print(json.dumps({c: [r.exit_code, r.output] for c, r in said.items()}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for command, (status, output) in json.loads(done.stdout).items():
        assert status == 0, command
        assert any("\u4e00" <= c <= "\u9fff" for c in output) == (lang == "zh"), command


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from citygrid_core.cli.app import build\n"
        "try: build()(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'pandas', 'geopandas', 'shapely', 'rich', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_json_is_one_object(city: Path) -> None:
    done = citygrid("info", city, "--json")
    assert done.returncode == 0
    said = json.loads(done.stdout)
    assert said["counts"]["grids"]["now"] > 50
    assert said["edition"] == "gbt47678-2026"


def test_exit_0_done_and_clean(city: Path) -> None:
    assert citygrid("verify", city).returncode == 0


def test_exit_1_done_with_rejects(city: Path, tmp_path: Path) -> None:
    file = tmp_path / "bodies.csv"
    file.write_text("code,name\n91360000MA35ABCD00,某公司\n", encoding="utf-8")
    rejects = tmp_path / "set_aside.csv"
    done = citygrid("departments", "import", city, file, "--rejects", rejects, "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert (said["read"], said["stored"], said["rejected"]) == (1, 0, 1)
    assert said["problems"][0]["row"] == 2
    assert "某公司" in rejects.read_text(encoding="utf-8-sig")
    for lang, words in (("en", ("reject: row", "expected")), ("zh", ("拒收：行号", "应为")),
                        ("C.UTF-8", ("拒收：行号", "应为"))):  # fmt: skip
        citygrid("departments", "import", city, file, "--rejects", rejects, lang=lang)
        text = rejects.read_text(encoding="utf-8-sig")
        assert [w for w in words if w not in text] == [], lang


def test_exit_2_usage(city: Path, tmp_path: Path) -> None:
    assert citygrid("grids", "paint").returncode == 2
    assert citygrid("lookup", city).returncode == 2
    assert citygrid("lookup", city, "--point", "here").returncode == 2
    done = citygrid("cases", "overdue", city, "--at", "noon", "--json")
    assert (done.returncode, done.stderr) == (2, "")
    assert "noon" in json.loads(done.stdout)["error"]["en"]
    assert citygrid("info", tmp_path / "nowhere.gpkg").returncode in (2, 3)


def test_exit_2_a_second_init_leaves_the_city_alone(city: Path, small_city: Path) -> None:
    before = city.stat().st_size
    done = citygrid("init", city, "--areas", small_city / "areas.gpkg", lang="zh")
    assert done.returncode == 2
    assert "已存在" in done.stderr
    assert city.stat().st_size == before


def test_exit_3_unusable_input(city: Path, tmp_path: Path) -> None:
    file = tmp_path / "broken.xlsx"
    file.write_bytes(b"PK\x03\x04 this is no workbook")
    done = citygrid("departments", "import", city, file)
    assert done.returncode == 3
    assert "broken.xlsx" in done.stderr


def test_a_dry_run_stores_nothing(city: Path, small_city: Path) -> None:
    def held() -> int:
        return int(
            json.loads(citygrid("info", city, "--json").stdout)["counts"]["departments"]["ever"]
        )

    before = held()
    file = small_city / "departments.csv"
    done = citygrid("departments", "import", city, file, "--dry-run", "--json", "--at", DAY)
    assert json.loads(done.stdout)["stored"] > 0
    assert held() == before


def test_a_dry_run_of_init_leaves_nothing(tmp_path: Path, small_city: Path) -> None:
    areas = small_city / "areas.gpkg"
    done = citygrid("init", tmp_path / "new.gpkg", "--areas", areas, "--dry-run", "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["dry_run"], said["stored"] > 0) == (0, True, True)
    assert list(tmp_path.iterdir()) == []


def test_lookup_one_point(city: Path) -> None:
    said = json.loads(citygrid("lookup", city, "--point", "0,0", "--json").stdout)
    assert said["grid_code"] is None
    info = citygrid("lookup", city, "--point", "0,0", lang="zh")
    assert "不在城市范围内" in info.stdout


def test_the_workspace_itself_is_no_input(city: Path) -> None:
    done = citygrid("census", "import", city, city)
    assert done.returncode in (2, 3)
    assert citygrid("verify", city).returncode == 0


def test_an_edit_made_outside_is_found_and_can_be_adopted(city: Path) -> None:
    """As QGIS would: a row is changed without citygrid."""
    with contextlib.closing(sqlite3.connect(city)) as raw, raw:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            raw.create_function(name, 1, lambda _: 0)  # what GDAL brings for the R-tree
        raw.execute("UPDATE areas SET name = '改名社区' WHERE fid = 3")
    found = citygrid("verify", city, "--json")
    assert found.returncode == 1
    assert [p["rule"] for p in json.loads(found.stdout)["problems"]] == ["seal.altered"]
    adopted = citygrid("verify", city, "--adopt", "--who", "测绘一组")
    assert adopted.returncode == 0, adopted.stdout
    assert "1 edits adopted" in adopted.stdout
    assert citygrid("verify", city).returncode == 0


def test_preview_says_what_it_detected(small_city: Path) -> None:
    file = small_city / "messy" / "components_gbk.csv"
    said = json.loads(citygrid("preview", file, "--json").stdout)
    assert said["encoding"].lower() in ("gbk", "gb18030")
    people = citygrid("preview", file, lang="zh").stdout
    assert "部件代码" in people


def test_standards_explain() -> None:
    done = citygrid("standards", "explain", "32070501001000101", "--edition", "gbt47678-2026")
    assert done.returncode == 0
    assert "320705" in done.stdout
    bad = citygrid("standards", "explain", "3207050100100010X", "--edition", "gbt47678-2026")
    assert bad.returncode in (2, 3)
