"""What QGIS shows of a table's columns: taken from the one declaration of the store."""

from __future__ import annotations

from collections.abc import Mapping

from qgis.core import QgsDefaultValue, QgsEditorWidgetSetup, QgsFieldConstraints, QgsVectorLayer

from citygrid_core.workspace.schema import CHOICES, Column, Family
from citygrid_plugin.i18n import shown, tr

#: Codes and books that citygrid keeps: people don't type them.
_KEPT = {
    "components": {"code", "grid_code"},
    "grids": {"code", "community_code", "area_m2"},
    "areas": {"area_m2"},
    "grid_groups": {"area_m2"},
    "cases": {"number", "grid_code", "community_code", "street_code", "county_code"},
}
_DATE = {"display_format": "yyyy-MM-dd", "field_format": "yyyy-MM-dd", "calendar_popup": True}
_DATETIME = {
    "display_format": "yyyy-MM-dd HH:mm:ss",
    "field_format": "yyyy-MM-dd HH:mm:ss",
    "calendar_popup": True,
}


def apply_fields(layer: QgsVectorLayer, family: Family, classes: Mapping[str, str]) -> None:
    """Give a layer the aliases, value lists, widgets and constraints of its family.

    Parameters
    ----------
    classes : mapping
        Class code to name, shown for ``class_code``; empty where the column holds
        prefixes or codes of more than one catalogue.
    """
    fields = layer.fields()
    hidden = QgsEditorWidgetSetup("Hidden", {})
    fid = fields.indexOf("fid")
    if fid >= 0:
        layer.setFieldAlias(fid, tr("row", "行号"))
        layer.setEditorWidgetSetup(fid, hidden)
    form = layer.editFormConfig()
    for column in family.columns:
        index = fields.indexOf(column.name)
        if index < 0:
            continue
        layer.setFieldAlias(index, shown(column.label))
        layer.setEditorWidgetSetup(index, _widget(column, classes))
        if column.required:
            layer.setFieldConstraint(index, QgsFieldConstraints.Constraint.ConstraintNotNull)
        if column.name == "valid_from":
            layer.setDefaultValueDefinition(index, QgsDefaultValue("to_date(now())"))
        form.setReadOnly(index, column.name in _KEPT.get(family.name, set()))
    layer.setEditFormConfig(form)


def _widget(column: Column, classes: Mapping[str, str]) -> QgsEditorWidgetSetup:
    if column.choices:
        return value_list({k: shown(v) for k, v in CHOICES[column.choices].items()})
    if column.type == "date":
        return QgsEditorWidgetSetup("DateTime", _DATE)
    if column.type == "datetime":
        return QgsEditorWidgetSetup("DateTime", _DATETIME)
    if column.name == "class_code" and classes:
        return value_list({code: f"{code} {name}" for code, name in classes.items()})
    return QgsEditorWidgetSetup("TextEdit", {"IsMultiline": column.name == "description"})


def value_list(choices: Mapping[str, str]) -> QgsEditorWidgetSetup:
    """Return a widget that stores a key of `choices` and shows its value."""
    return QgsEditorWidgetSetup("ValueMap", {"map": [{text: key} for key, text in choices.items()]})
