"""Cases by light at a moment, and the filter of the layer of cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QVariant

from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers import palette
from citygrid_plugin.layers.base import ROLE
from citygrid_plugin.layers.cases import CaseLayers
from citygrid_plugin.layers.fields import apply_fields, value_list
from citygrid_plugin.layers.project import find_group, find_layer
from citygrid_plugin.layers.symbols import categorised, marker
from citygrid_plugin.services.case_words import LIGHTS

LIGHT_VIEW = "case_lights"
#: Drawn the most pressing on top, and larger.
_SIZES = {"": 1.6, "none": 1.6, "green": 2.0, "yellow": 2.6, "red": 3.0}
_SHAPES = {
    "": "circle",
    "none": "circle",
    "green": "circle",
    "yellow": "triangle",
    "red": "diamond",
}
_FIELDS = ("number", "light", "share", "due_at", "stage", "class_code", "department_code")


def show_lights(
    project: QgsProject, cases: Any, at: str, class_name: Callable[[str, str], str]
) -> QgsVectorLayer:
    """Draw open cases by their light at a moment, above the layer of cases.

    Parameters
    ----------
    cases : GeoDataFrame
        As `operations.cases.queue.queue` returns it.
    at : str
        ISO moment.
    """
    layer = find_layer(project, LIGHT_VIEW)
    if layer is None:
        layer = _made(cases.crs)
        project.addMapLayer(layer, False)
        group = find_group(project, CaseLayers) or project.layerTreeRoot()
        group.insertLayer(0, layer)
        group.setItemVisibilityCheckedRecursive(True)
    when = at[:16].replace("T", " ")
    layer.setName(tr(f"cases by light, {when}", f"案件（按灯色）{when}"))
    provider = layer.dataProvider()
    provider.truncate()
    features = []
    for row in cases.itertuples():
        if row.geometry is None or row.geometry.is_empty:
            continue
        feature = QgsFeature(layer.fields())
        name = class_name(row.object_kind, row.class_code)
        share = None if row.share != row.share else float(row.share)
        feature.setAttributes(
            [row.number, row.light, share, row.due_at, row.stage, name, row.department_code]
        )
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(row.geometry.x, row.geometry.y)))
        features.append(feature)
    provider.addFeatures(features)
    layer.updateExtents()
    layer.triggerRepaint()
    return layer


def _made(crs: Any) -> QgsVectorLayer:
    from citygrid_core.workspace.schema import CASES

    layer = QgsVectorLayer("Point", "", "memory")
    own = QgsCoordinateReferenceSystem()
    own.createFromUserInput(crs.to_string())
    layer.setCrs(own)
    kinds = {"share": QVariant.Double}
    layer.dataProvider().addAttributes(
        [QgsField(name, kinds.get(name, QVariant.String)) for name in _FIELDS]
    )
    layer.updateFields()
    apply_fields(layer, CASES, {})
    for name, alias in (
        ("light", tr("light", "灯色")),
        ("share", tr("share of the limit", "已用时限比例")),
    ):
        layer.setFieldAlias(layer.fields().indexOf(name), alias)
    at = layer.fields().indexOf("light")
    layer.setEditorWidgetSetup(at, value_list({k: shown(v) for k, v in LIGHTS.items()}))
    layer.setCustomProperty(ROLE, LIGHT_VIEW)
    # nothing is lost with it, so QGIS need not ask
    layer.setCustomProperty("skipMemoryLayersCheck", 1)
    layer.setRenderer(
        categorised(
            '"light"',
            [
                (light, marker(_SHAPES[light], palette.LIGHTS[light], size), shown(LIGHTS[light]))
                for light, size in _SIZES.items()
            ],
        )
    )
    renderer = layer.renderer()
    renderer.setUsingSymbolLevels(True)
    for level, category in enumerate(renderer.categories()):
        symbol = category.symbol().clone()
        symbol.symbolLayer(0).setRenderingPass(level)
        renderer.updateCategorySymbol(level, symbol)
    layer.setMapTipTemplate(
        '<b>[% "number" %]</b> [% represent_value("light", \'light\') %]<br>'
        '[% "class_code" %]<br>[% "due_at" %]'
    )
    return layer


def drop_lights(project: QgsProject) -> None:
    """Take the view by light away."""
    layer = find_layer(project, LIGHT_VIEW)
    if layer is not None:
        project.removeMapLayer(layer.id())


def condition(asked: Mapping[str, Any]) -> str:
    """Return the SQL condition of a filter: the columns of the store that it asks for.

    Parameters
    ----------
    asked : mapping
        Fields of `case_queue.Filter`; light and what is empty ask nothing here.
    """

    def quoted(value: str) -> str:
        return "'" + value.replace("'", "''") + "'"

    said = []
    columns = {6: "county_code", 9: "street_code", 12: "community_code", 15: "grid_code"}
    area = asked.get("area", "")
    if area:
        said.append(f'"{columns[len(area)]}" = {quoted(area)}')
    for name, column in (
        ("department", "handling_code"), ("source", "source"), ("object_kind", "object_kind"),
    ):  # fmt: skip
        if asked.get(name):
            said.append(f'"{column}" = {quoted(asked[name])}')
    if asked.get("class_code"):
        code = asked["class_code"]
        said.append(f'"class_code" >= {quoted(code)} AND "class_code" < {quoted(code + "￿")}')
    if asked.get("since"):
        said.append(f'"reported_at" >= {quoted(asked["since"])}')
    if asked.get("until"):
        said.append(f'"reported_at" < {quoted(asked["until"])}')
    if asked.get("stages"):
        said.append(f'"stage" IN ({", ".join(map(quoted, asked["stages"]))})')
    return " AND ".join(said)


def filter_cases(project: QgsProject, wanted: str) -> None:
    """Draw only the cases that a condition lets through; empty draws all."""
    layer = find_layer(project, "cases")
    if layer is not None and layer.subsetString() != wanted:
        layer.setSubsetString(wanted)
        layer.triggerRepaint()
