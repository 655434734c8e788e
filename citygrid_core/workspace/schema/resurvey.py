"""A second look at what was surveyed before: what became of each component."""

from __future__ import annotations

from citygrid_core.errors import Text
from citygrid_core.workspace.schema.base import NOTE, Family, column

RESURVEYS = Family(
    "resurveys",
    Text("re-surveyed components", "部件复核"),
    {"NONE": "resurveys"},
    "component_code",
    (
        column("round", "text", "复核批次", "round", required=True),
        column("component_code", "text", "部件标识码", "component code", required=True),
        column("outcome", "text", "复核结果", "outcome", "resurvey_outcome", required=True),
        column("visited_on", "date", "复核日期", "visited on", required=True),
        column("visited_by", "text", "复核人", "visited by"),
        NOTE,
    ),
    history=False,
    unique=("component_code", "round"),
)
