"""How many codes are left, read from the counters of a workspace."""

from __future__ import annotations

from typing import Any

from citygrid_core.census.packs import Capacity, capacity
from citygrid_core.errors import Problem, Text
from citygrid_core.standards import load_edition
from citygrid_core.workspace import Workspace


def code_capacity(workspace: Workspace) -> list[Capacity]:
    """Return the numbers used and left of each county and class, the fullest first."""
    return capacity(workspace.counters("component:"))


def fullest(workspace: Workspace, most: int = 5) -> list[dict[str, Any]]:
    """Return the fullest ranges as plain data: scope, county, class, its names, used, left."""
    known = load_edition(workspace.edition).catalogues["component"].classes
    names = {code: info.label for code, info in known.items()}
    return [
        {
            "scope": c.scope,
            "county_code": c.scope[10:16],
            "class_code": c.scope[16:],
            "class_name": names.get(c.scope[16:], Text("", "")).zh,
            "class_name_en": names.get(c.scope[16:], Text("", "")).en,
            "used": c.used,
            "left": c.left,
        }
        for c in code_capacity(workspace)[:most]
    ]


def warnings(workspace: Workspace) -> list[Problem]:
    """Return a finding for each class whose numbers run low."""
    edition = load_edition(workspace.edition)
    found = []
    for one in code_capacity(workspace):
        if not one.low:
            continue
        county, class_code = one.scope[10:16], one.scope[16:]
        name = edition.class_label("component", class_code)
        found.append(
            Problem(
                "codes.low",
                Text(
                    f"{class_code} {name.en} of county {county}: {one.used:,} numbers used",
                    f"区县 {county} 的 {class_code} {name.zh}：已用 {one.used:,} 个号",
                ),
                Text(f"{one.used + one.left:,} at most", f"最多 {one.used + one.left:,} 个"),
                Text(
                    f"{one.left:,} are left: plan an extension class",
                    f"余 {one.left:,} 个：请规划扩展类别",
                ),
            )
        )
    return found
