"""The tree of commands, loaded as they are called: `citygrid --help` stays instant."""

from __future__ import annotations

import gc
import json
import os
import sys

import click

from citygrid_core import __version__
from citygrid_core.cli.language import choose, t
from citygrid_core.cli.lazy import LazyGroup
from citygrid_core.errors import Text

#: Objects made before garbage is looked for. A command lives for seconds and keeps what it
#: loads: to look through all of it after every 700 costs a fifth of its time.
_OBJECTS = 20_000

#: command -> (module of this package, one line of help)
COMMANDS: dict[str, tuple[str, Text]] = {
    "sample": (
        "sample",
        Text("Write a synthetic city with known truth.", "生成带真值的示例城市。"),
    ),
    "init": (
        "store",
        Text("Make a workspace from a file of areas.", "由行政区域文件新建城市工作库。"),
    ),
    "info": ("store", Text("Say what a workspace holds.", "查看城市工作库内容。")),
    "verify": (
        "store",
        Text("Check consistency, history and hash chain.", "检验一致性、历史与哈希链。"),
    ),
    "preview": ("preview", Text("What a foreign file is, before importing.", "导入前预览文件。")),
    "standards": ("standards", Text("Editions, codes and classes.", "标准版本、代码与类别。")),
    "grids": (
        "grids",
        Text(
            "Draw, check, edit, group and import unit grids.",
            "单元网格：划分、检查、编辑、分组与导入。",
        ),
    ),
    "departments": ("departments", Text("The register of departments.", "部门名录。")),
    "duties": ("duties", Text("Duty rules: who answers where.", "责任规则：何处归谁管。")),
    "lookup": ("lookup", Text("Which grid, and who answers here?", "此处属哪个网格、由谁负责？")),
    "census": ("census", Text("The component census.", "部件普查。")),
    "gazetteer": ("gazetteer", Text("Places that addresses match.", "地名库。")),
    "geocode": ("geocode", Text("Addresses to points and grids.", "地址匹配到点与网格。")),
    "cases": ("cases", Text("Cases: from intake to closing.", "案件：受理到结案。")),
    "evaluate": ("evaluate", Text("Indicators, scores, reports.", "综合评价：指标、得分与报告。")),
    "indicators": (
        "indicators",
        Text("What is evaluated, and by which formula.", "评价指标及其公式与依据。"),
    ),
    "heat": ("heat", Text("Counts of cases per grid.", "网格案件热力计数。")),
}


def build() -> click.Group:
    """Return the command tree in the language chosen."""

    @click.group(
        cls=LazyGroup,
        commands=COMMANDS,
        context_settings={"help_option_names": ["-h", "--help"]},
        help=t(
            "Grid-based city management: unit grids, component census, duties, addresses, "
            "cases and heat. WORKSPACE is a .gpkg file.",
            "网格化城市管理：单元网格、部件普查、责任、地址、案件与热力。WORKSPACE 为 .gpkg 文件。",
        ),
    )
    @click.version_option(__version__, prog_name="citygrid")
    @click.option("--lang", type=click.Choice(["zh", "en"]), help=t("language", "语言"))
    def citygrid(lang: str | None) -> None:
        pass

    return citygrid


def run() -> None:
    """Run the command line; exit codes are the handbook's: 0, 1, 2, 3, 4."""
    gc.set_threshold(_OBJECTS, 10, 10)
    choose(sys.argv[1:])
    command = build()
    try:
        ended = command.main(prog_name="citygrid", standalone_mode=False)
        sys.exit(ended if isinstance(ended, int) else 0)
    except click.ClickException as error:
        from citygrid_core.cli.wrong_calls import said, show

        if "--json" in sys.argv:  # a wrong call is answered in the form that was asked for
            click.echo(json.dumps({"error": said(error)._asdict()}, ensure_ascii=False))
        else:
            show(error)
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo(t("aborted", "已中止"), err=True)
        sys.exit(1)
    except BrokenPipeError:
        os._exit(0)
    finally:
        # What is left goes with the process: it is not looked through once more.
        gc.freeze()
