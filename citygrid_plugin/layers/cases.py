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
        return [layer]
