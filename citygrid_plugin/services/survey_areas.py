"""Where a survey goes: what can be chosen, and what a choice means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from citygrid_plugin.i18n import tr

if TYPE_CHECKING:
    from citygrid_core.operations.census.capture.captured import SurveyArea
    from citygrid_core.operations.census.capture.desk import CaptureDesk


def survey_areas(desk: CaptureDesk) -> dict[str, str]:
    """Return key to name: the whole city, responsibility grids, areas from large to small."""
    found = {"": tr("the whole city", "全市")}
    groups = desk.city.groups
    groups = groups[groups["kind"] == "responsibility"]
    for code, name in zip(groups["code"], groups["name"], strict=True):
        found[f"group:{code}"] = f"{name or ''} {code}".strip()
    areas = desk.city.areas
    for level in ("county", "street", "community"):
        part = areas[areas["level"] == level].sort_values("code")
        for code, name in zip(part["code"], part["name"], strict=True):
            found[f"area:{code}"] = f"{name} {code}"
    return found


def survey_area(desk: CaptureDesk, key: str, name: str) -> SurveyArea:
    """Return the area that a key of `survey_areas` means."""
    from citygrid_core.operations.census.capture.captured import SurveyArea

    kind, _, code = key.partition(":")
    if kind == "area":
        return SurveyArea(name, frozenset({code}))
    if kind == "group":
        groups = desk.city.groups
        grids = groups.loc[groups["code"] == code, "grid_codes"].astype(str).str.split("#")
        return SurveyArea(name, frozenset(grid for one in grids for grid in one))
    return SurveyArea()
