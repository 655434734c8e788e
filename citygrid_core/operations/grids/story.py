"""The history of one unit grid in words: since when, what it came from, what it became."""

from __future__ import annotations

from citygrid_core.errors import Text
from citygrid_core.operations.grids.history import lineage_of
from citygrid_core.workspace import Workspace

_OPERATIONS = {
    "draw": Text("drawn", "划分"),
    "import": Text("imported", "导入"),
    "split": Text("split", "拆分"),
    "divide": Text("divided", "等分"),
    "merge": Text("merged", "合并"),
    "move": Text("border moved", "边界调整"),
    "reshape": Text("reshaped", "重绘"),
    "number": Text("renumbered", "重新编号"),
}


def grid_story(workspace: Workspace, code: str) -> list[Text]:
    """Return the history of a unit grid, line by line.

    Raises
    ------
    UsageError
        There never was such a grid.
    """
    report, rows = lineage_of(workspace, code)
    lines = []
    for begin, end in report.details["periods"]:
        until = Text(f" until {end}", f"至 {end}") if end else Text("", "")
        lines.append(
            Text(
                f"unit grid {code}: valid from {begin}{until.en}",
                f"单元网格 {code}：自 {begin} 起有效{until.zh}",
            )
        )
    for row in rows[rows["relation"] != "self"].itertuples(index=False):
        done = _OPERATIONS.get(str(row.operation), Text(str(row.operation), str(row.operation)))
        why = " · ".join(t for t in (row.reason, row.document) if t)
        en, zh = (f" ({why})", f"（{why}）") if why else ("", "")
        if row.relation == "ancestor":
            said = Text(
                f"{row.via} came from {row.code}: {done.en} on {row.on}{en}",
                f"{row.via} 由 {row.code} 于 {row.on} {done.zh}而来{zh}",
            )
        else:
            said = Text(
                f"{row.code} came from {row.via}: {done.en} on {row.on}{en}",
                f"{row.via} 于 {row.on} {done.zh}为 {row.code}{zh}",
            )
        lines.append(said)
    return lines
