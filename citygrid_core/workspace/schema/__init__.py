"""What a workspace holds, declared once.

The declaration drives the tables of the store, the aliases and value lists that
QGIS shows, and the checks on what is written. Stored names are neutral English;
an edition's own field names appear only in deliveries and exchange.

A *family* is one kind of thing whose features may have different geometries:
components are points, lines or polygons as their class says. Each geometry has a
table of its own (QGIS opens and edits such tables best); `Workspace.read` and
`Transaction.insert` speak of the family.
"""

from __future__ import annotations

from citygrid_core.workspace.schema.base import Column, ColumnType, Family, GeometryType
from citygrid_core.workspace.schema.cases import (
    CASE_LIMITS,
    CASE_LOG,
    CASE_PHOTOS,
    CASES,
    WORK_DAYS,
)
from citygrid_core.workspace.schema.census import ATTACHMENTS, CHECKS, COMPONENTS, FINDINGS
from citygrid_core.workspace.schema.choices import CHOICES
from citygrid_core.workspace.schema.duties import (
    DEPARTMENTS,
    DUTY_DISPUTE_LOG,
    DUTY_DISPUTES,
    DUTY_RULES,
)
from citygrid_core.workspace.schema.field import (
    LEASES,
    PACK_CONFLICTS,
    PACK_STATES,
    PACKS,
    SAMPLE_ITEMS,
    SAMPLE_PLANS,
)
from citygrid_core.workspace.schema.gazetteer import PLACES
from citygrid_core.workspace.schema.ground import AREAS, GRID_GROUPS, GRIDS
from citygrid_core.workspace.schema.heat import HEAT_COUNTS, HEAT_EXPECTED, HEAT_FORECASTS
from citygrid_core.workspace.schema.resurvey import RESURVEYS

SCHEMA_VERSION = 4

FAMILIES: dict[str, Family] = {
    f.name: f
    for f in (
        AREAS,
        GRIDS,
        GRID_GROUPS,
        DEPARTMENTS,
        DUTY_RULES,
        DUTY_DISPUTES,
        DUTY_DISPUTE_LOG,
        COMPONENTS,
        ATTACHMENTS,
        FINDINGS,
        CHECKS,
        RESURVEYS,
        PACKS,
        PACK_STATES,
        LEASES,
        PACK_CONFLICTS,
        SAMPLE_PLANS,
        SAMPLE_ITEMS,
        PLACES,
        CASES,
        CASE_LOG,
        CASE_PHOTOS,
        CASE_LIMITS,
        WORK_DAYS,
        HEAT_COUNTS,
        HEAT_FORECASTS,
        HEAT_EXPECTED,
    )
}

__all__ = [
    "AREAS", "ATTACHMENTS", "CASES", "CASE_LIMITS", "CASE_LOG", "CASE_PHOTOS", "CHECKS", "CHOICES",
    "COMPONENTS", "DEPARTMENTS",
    "DUTY_DISPUTES", "DUTY_DISPUTE_LOG", "DUTY_RULES",
    "FAMILIES", "FINDINGS", "GRIDS", "GRID_GROUPS", "HEAT_COUNTS", "HEAT_EXPECTED", "HEAT_FORECASTS", "LEASES", "PACKS",
    "PACK_CONFLICTS", "PACK_STATES", "PLACES", "RESURVEYS", "SAMPLE_ITEMS", "SAMPLE_PLANS", "SCHEMA_VERSION", "WORK_DAYS",
    "Column", "ColumnType", "Family", "GeometryType",
]  # fmt: skip
