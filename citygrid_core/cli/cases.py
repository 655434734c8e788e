"""`citygrid cases ...`: one module for each command, imported when it is called."""

from __future__ import annotations

import click

from citygrid_core.cli.language import t
from citygrid_core.cli.lazy import LazyGroup
from citygrid_core.errors import Text

#: command -> (module of this package, one line of help)
COMMANDS: dict[str, tuple[str, Text]] = {
    "import": ("cases_import", Text("Import cases from a file.", "由文件导入案件。")),
    "intake": ("cases_intake", Text("Take one report in.", "受理一个问题。")),
    "photos": ("cases_intake", Text("Attach photos to a case.", "为案件附加照片。")),
    "limits": ("cases_clock", Text("Import time limits.", "导入办理时限。")),
    "calendar": ("cases_clock", Text("Import days of work and rest.", "导入工作日历。")),
    "advance": ("cases_steps", Text("Do a step on cases.", "办理案件：执行操作。")),
    "register": ("cases_steps", Text("Register cases.", "立案。")),
    "dispatch": (
        "cases_dispatch",
        Text(
            "Propose who handles cases; send the clear ones.", "建议承办部门，自动派遣明确的案件。"
        ),
    ),
    "overdue": ("cases_show", Text("Which cases are late.", "列出超期与将超期的案件。")),
    "queue": (
        "cases_queue",
        Text("What waits, the most pressing first.", "在办案件队列，由急到缓。"),
    ),
    "show": ("cases_show", Text("All about one case.", "案件卡片：案卷、流程、责任、相似案件。")),
    "twins": ("cases_twins", Text("Cases reported twice.", "查找并关联重复案件。")),
    "bounces": ("cases_bounces", Text("Cases returned, by pair and place.", "回退案件分析。")),
    "steps": ("cases_steps", Text("Which steps are legal now.", "列出当前可执行的操作。")),
}


@click.group(cls=LazyGroup, commands=COMMANDS, help=t("Cases.", "案件。"))
def cases() -> None:
    """Cases."""
