"""Duty rules that have a place of their own, and the registers that have none."""

from __future__ import annotations

from qgis.core import QgsVectorLayer

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import CASE_LOG, DEPARTMENTS, DUTY_RULES
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.base import LayerGroup, MapSource
from citygrid_plugin.layers.symbols import fill, line, single


class DutyLayers(LayerGroup):
    """Duty rules along lines and in polygons."""

    title = Text("Duties", "责任范围")
    shown = False

    def layers(self, source: MapSource) -> list[QgsVectorLayer]:
        """Return the rules along lines and those in polygons."""
        lines = source.layer(
            "duty_rules_line", Text("rules along lines", "沿线责任规则"), family=DUTY_RULES
        )
        lines.setRenderer(single(line(palette.PURPLE, 1.0, style="dash")))
        polygons = source.layer(
            "duty_rules_polygon", Text("rules in areas", "面状责任规则"), family=DUTY_RULES
        )
        polygons.setRenderer(single(fill("155,79,150,45", palette.PURPLE, 0.4)))
        return [lines, polygons]


class RegisterTables(LayerGroup):
    """Tables without geometry."""

    title = Text("Registers", "登记表")

    def layers(self, source: MapSource) -> list[QgsVectorLayer]:
        """Return departments, duty rules and the log of cases."""
        return [
            source.layer("departments", DEPARTMENTS.label, family=DEPARTMENTS),
            source.layer("duty_rules", DUTY_RULES.label, family=DUTY_RULES),
            source.layer("case_log", CASE_LOG.label, family=CASE_LOG),
        ]
