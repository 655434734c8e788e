"""Cases, coloured by the stage they are in."""

from __future__ import annotations

from qgis.core import Qgis, QgsVectorLayer

from citygrid_core.errors import Text
from citygrid_core.workspace.schema import CASES, CHOICES
from citygrid_plugin.i18n import shown
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.base import LayerGroup, MapSource
from citygrid_plugin.layers.symbols import categorised, marker, show_between

# Work that waits is warm, work under way is blue, work that is done is pale.
_STAGES = {
    "collected": (palette.VERMILION, 2.0),
    "verifying": ("#c9762f", 2.0),
    "verified": ("#e8832a", 2.0),
    "registered": (palette.ORANGE, 2.0),
    "coordinating": (palette.PURPLE, 2.0),
    "delegated": ("#7fa6cf", 1.9),
    "dispatched": (palette.BLUE, 1.9),
    "handled": (palette.SKY, 1.8),
    "checking": ("#4fb3a5", 1.8),
    "checked": (palette.GREEN, 1.7),
    "closed": ("#9bb8a9", 1.3),
    "void": ("#c9c9c9", 1.2),
}


#: The light by the deadline that is stored, at the moment of the temporal controller or now. Red is
#: exact; yellow counts the wall clock from the dispatch on, where a limit in working hours doesn't.
#: The deadline stored of a suspended case is that of its planned end: past it nothing holds it any more.
_NOW = "epoch(coalesce(@map_end_time, now()))"
_BY_LIGHT = f"""CASE
 WHEN "stage" <> 'dispatched' THEN 'idle'
 WHEN "hold" IS NOT NULL AND NOT ("hold" = 'suspended' AND coalesce({_NOW} > epoch("due_at"), FALSE)) THEN 'held'
 WHEN "due_at" IS NULL THEN 'none'
 WHEN {_NOW} > epoch("due_at") THEN 'red'
 WHEN {_NOW} - epoch("dispatched_at") > 0.8 * (epoch("due_at") - epoch("dispatched_at")) THEN 'yellow'
 ELSE 'green' END"""
_LIGHTS = (
    ("red", Text("past its deadline", "红灯：已超期"), 3.0),
    ("yellow", Text("four fifths of the time are gone", "黄灯：已用八成时间"), 2.6),
    ("green", Text("in time", "绿灯：期限内"), 2.0),
    ("none", Text("no limit", "无时限"), 1.7),
    ("held", Text("on hold", "挂账或缓办"), 1.7),
)


def _add_style_by_light(layer: QgsVectorLayer) -> None:
    """Give the layer a second style, by light, beside the one by stage."""
    styles = layer.styleManager()
    by_stage = shown(Text("by stage", "按阶段"))
    styles.renameStyle(styles.currentStyle(), by_stage)
    by_light = shown(Text("by light", "按灯色"))
    styles.addStyleFromLayer(by_light)
    styles.setCurrentStyle(by_light)
    colors = {**palette.LIGHTS, "held": palette.PURPLE}
    layer.setRenderer(
        categorised(
            _BY_LIGHT,
            [(key, marker("circle", colors[key], size), shown(t)) for key, t, size in _LIGHTS],
        )
    )
    styles.setCurrentStyle(by_stage)


def _through_time(layer: QgsVectorLayer) -> None:
    """Let the temporal controller show the cases by the moment of their report."""
    times = layer.temporalProperties()
    times.setMode(Qgis.VectorTemporalMode.FeatureDateTimeInstantFromField)
    times.setStartField("reported_at")
    times.setIsActive(True)


class CaseLayers(LayerGroup):
    """The cases that have a place."""

    title = Text("Cases", "案件")
    shown = False

    def layers(self, source: MapSource) -> list[QgsVectorLayer]:
        """Return the layer of cases."""
        layer = source.layer("cases", Text("cases by stage", "案件（按阶段）"), family=CASES)
        names = CHOICES["case_stage"]
        layer.setRenderer(
            categorised(
                '"stage"',
                [
                    (stage, marker("circle", color, size), shown(names[stage]))
                    for stage, (color, size) in _STAGES.items()
                ],
            )
        )
        layer.setMapTipTemplate(
            '<b>[% "number" %]</b> [% represent_value("stage", \'stage\') %]<br>'
            '[% "description" %]<br>[% "address" %]<br>[% "reported_at" %]'
        )
        show_between(layer, palette.SCALE_CASES)
        _through_time(layer)
        _add_style_by_light(layer)
        return [layer]
