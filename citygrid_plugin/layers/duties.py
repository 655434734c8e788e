"""Forms of duty rules: departments by name, classes from the catalogue, sound defaults."""

from __future__ import annotations

from qgis.core import (
    QgsDefaultValue,
    QgsEditorWidgetSetup,
    QgsFieldConstraints,
    QgsProject,
    QgsVectorLayer,
)

from citygrid_plugin.i18n import tr
from citygrid_plugin.layers.base import ROLE, MapSource
from citygrid_plugin.layers.fields import value_list

#: The tables of duty rules, and the kind of place that their shapes mean.
TABLES = {"duty_rules": "", "duty_rules_line": "line", "duty_rules_polygon": "polygon"}
#: On each side of a line: half of a side street.
_WIDTH_M = 10


def prepare_duty_forms(project: QgsProject, source: MapSource) -> None:
    """Let rules be written by choosing: after all layers are in the project."""
    by_role = {layer.customProperty(ROLE): layer for layer in project.mapLayers().values()}
    departments = by_role.get("departments")
    for table, place in TABLES.items():
        layer = by_role.get(table)
        if layer is None:
            continue
        if departments is not None:
            _widget(layer, "department_code", _relation(departments))
        _widget(layer, "class_code", value_list(_classes(source)))
        _default(layer, "code", "'GZ' || upper(substr(uuid('WithoutBraces'), 1, 8))")
        _default(layer, "object_kind", "'component'")
        if place:
            _default(layer, "place", f"'{place}'")
        if place == "line":
            _default(layer, "width_m", str(_WIDTH_M))
            _require(layer, "width_m", '"width_m" > 0', tr("a width above 0", "宽度须大于 0"))
        _require(
            layer,
            "valid_to",
            '"valid_to" IS NULL OR "valid_from" < "valid_to"',
            tr("after the day it begins", "须晚于起始日期"),
        )


def _relation(departments: QgsVectorLayer) -> QgsEditorWidgetSetup:
    """Return a choice among the departments valid now, found by typing a part of the name."""
    return QgsEditorWidgetSetup(
        "ValueRelation",
        {
            "Layer": departments.id(),
            "LayerName": departments.name(),
            "LayerSource": departments.source(),
            "LayerProviderName": departments.providerType(),
            "Key": "code",
            "Value": "name",
            "OrderByValue": True,
            "AllowNull": False,
            "AllowMulti": False,
            "UseCompleter": True,
        },
    )


def _classes(source: MapSource) -> dict[str, str]:
    """Return what a rule may name: nothing (all), majors, then components and events."""
    component, event = tr("component", "部件"), tr("event", "事件")
    found = {"": tr("all classes", "全部类别")}
    found |= {code: f"{code} {name}" for code, name in source.major_classes.items()}
    found |= {c: f"{c} {name} · {component}" for c, name in source.component_classes.items()}
    for code, name in source.event_classes.items():
        both = found.get(code)
        said = f"{name} · {event}"
        found[code] = f"{both} / {said}" if both else f"{code} {said}"
    return found


def _widget(layer: QgsVectorLayer, name: str, setup: QgsEditorWidgetSetup) -> None:
    index = layer.fields().indexOf(name)
    if index >= 0:
        layer.setEditorWidgetSetup(index, setup)


def _default(layer: QgsVectorLayer, name: str, expression: str) -> None:
    index = layer.fields().indexOf(name)
    if index >= 0:
        layer.setDefaultValueDefinition(index, QgsDefaultValue(expression))


def _require(layer: QgsVectorLayer, name: str, expression: str, said: str) -> None:
    index = layer.fields().indexOf(name)
    if index < 0:
        return
    layer.setConstraintExpression(index, expression, said)
    strength = QgsFieldConstraints.ConstraintStrength.ConstraintStrengthHard
    kind = QgsFieldConstraints.Constraint.ConstraintExpression
    layer.setFieldConstraint(index, kind, strength)
