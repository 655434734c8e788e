"""`citygrid census ...`: one module for each command, imported when it is called."""

from __future__ import annotations

import click

from citygrid_core.cli.language import t
from citygrid_core.cli.lazy import LazyGroup
from citygrid_core.errors import Text

#: command -> (module of this package, one line of help)
COMMANDS: dict[str, tuple[str, Text]] = {
    "import": (
        "census_import",
        Text("Import components from a file.", "由文件导入部件。"),
    ),
    "check": (
        "census_check",
        Text("Check components by the rule book.", "按规则库检查部件。"),
    ),
    "twins": (
        "census_twins",
        Text("Components surveyed twice: list and merge.", "重复普查的部件：列出与合并。"),
    ),
    "compare": (
        "census_compare",
        Text("Compare two censuses without keys.", "不依赖主键比较两次普查。"),
    ),
    "deliver": (
        "census_deliver",
        Text("Write the delivery of an edition.", "按标准版本输出成果。"),
    ),
    "rules": ("census_check", Text("List the rule book.", "列出规则库。")),
    "findings": ("census_check", Text("List findings of the check.", "列出检查发现。")),
    "progress": (
        "census_progress",
        Text("How far the census is, and when it is done.", "普查进度与完工预测。"),
    ),
    "sample-plan": (
        "census_sample_plan",
        Text("Draw a sample for the acceptance.", "制定验收抽样方案。"),
    ),
    "accept": ("census_accept", Text("Judge a census by its sample.", "验收：差错率与报告。")),
    "pack": (
        "census_pack",
        Text("Divide the work into field packs.", "划分作业，生成外业包。"),
    ),
    "packs": (
        "census_packs",
        Text("Field packs that are out: list, extend, void.", "外业包：查看、延期、作废、重写。"),
    ),
    "return": ("census_return", Text("Merge field packs.", "回传并合并外业包。")),
    "conflicts": (
        "census_conflicts",
        Text("Conflicts of packs: list, decide.", "外业包冲突：查看、处理。"),
    ),
    "photos": (
        "census_photos",
        Text("Attach photos to components.", "将照片关联到部件。"),
    ),
    "not-visited": (
        "census_resurvey",
        Text("List what a second survey has not reached.", "列出复核未到的部件。"),
    ),
}


@click.group(cls=LazyGroup, commands=COMMANDS, help=t("The component census.", "部件普查。"))
def census() -> None:
    """Census."""
