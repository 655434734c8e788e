"""Wrong calls are said in the language asked for: each kind of click's messages, in Chinese."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest

from citygrid_core.cli.app import build
from citygrid_core.cli.wrong_calls import said
from tests.core.cli.test_cli import citygrid

WRONG = (
    ("init", "缺少参数 'WORKSPACE'。"),
    ("init x.gpkg", "缺少选项 '--areas'。"),
    ("--lang zh", "缺少命令。"),
    ("nothing", "没有命令 'nothing'。"),
    ("heats", "没有命令 'heats'。"),
    ("info x.gpkg --jso", "没有选项 '--jso'。是否为 '--json'？"),
    ("info x.gpkg --zzz", "没有选项 '--zzz'。"),
    ("info x.gpkg --json=1", "选项 '--json' 不带值。"),
    ("info x.gpkg y z", "多余的参数（y z）"),
    ("info x.gpkg --lang", "选项 '--lang' 需要一个值。"),
    ("info x.gpkg --lang fr", "'--lang' 的值无效：'fr' 不在可选值 'zh', 'en' 之中。"),
    ("init x.gpkg --areas nowhere.shp", "'--areas' 的值无效："),
    ("sample DIR --seed many", "'--seed' 的值无效：'many' 不是整数。"),
    ("heat hotspots x.gpkg --permutations 9", "9 不在范围 x>=99 之内。"),
    ("departments import x.gpkg nowhere.csv", "'nowhere.csv' 不存在。"),
)


@pytest.mark.parametrize(("call", "expected"), WRONG)
def test_wrong_calls_in_chinese(call: str, expected: str) -> None:
    with pytest.raises(click.ClickException) as caught:
        build().main(call.split(), prog_name="citygrid", standalone_mode=False)
    text = said(caught.value)
    assert expected in text.zh
    assert re.search("[\u4e00-\u9fff]", text.en) is None


def test_a_process_says_it_in_its_form(tmp_path: Path) -> None:
    done = citygrid("info", "--lang", "zh")
    assert done.returncode == 2
    assert done.stderr.splitlines()[0].startswith("用法： citygrid info")
    assert "请用 citygrid info --help 查看帮助" in done.stderr
    assert done.stderr.splitlines()[-1] == "错误：缺少参数 'WORKSPACE'。"
    error = json.loads(citygrid("info", "--json").stdout)["error"]
    assert error == {"en": "Missing argument 'WORKSPACE'.", "zh": "缺少参数 'WORKSPACE'。"}
    assert "Missing argument 'WORKSPACE'" in citygrid("info").stderr
