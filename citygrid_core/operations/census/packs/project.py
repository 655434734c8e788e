"""The QGIS project of a field pack, written as XML: QField and QGIS open it, no QGIS makes it.

Forms, value lists, constraints and defaults come from `census.packs.form_of` and the
declaration of the store, symbols from the store's own styles, so that the field sees what
the office sees.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import pyproj

from citygrid_core.census.packs import FormField, form_of, layer_id
from citygrid_core.errors import Language
from citygrid_core.operations.census.packs.file import (
    FIELD_ONLY,
    GEOMETRY_OF,
    PHOTO_COLUMNS,
    PHOTOS,
    STORED,
)
from citygrid_core.workspace.schema import CHOICES, COMPONENTS, FAMILIES

_VERSION = "3.22.16-Białowieża"
_WORDS: dict[str, tuple[str, str]] = {
    "components_point": ("components (points)", "部件（点）"),
    "components_line": ("components (lines)", "部件（线）"),
    "components_polygon": ("components (polygons)", "部件（面）"),
    "grids": ("unit grids", "单元网格"),
    "communities": ("communities", "社区"),
    "streets": ("streets", "街巷"),
    "plates": ("door plates", "门楼牌"),
    "base_lines": ("base map (lines)", "底图（线）"),
    "base_polygons": ("base map (polygons)", "底图（面）"),
    "base_points": ("base map (points)", "底图（点）"),
    "leases": ("codes left", "号段余量"),
    "classes": ("classes", "部件类别"),
    "departments": ("departments", "部门"),
    "uid": ("unique id", "唯一标识"),
    "gnss_accuracy_m": ("receiver's accuracy (m)", "定位精度（米）"),
    "photo": ("photo", "照片"),
    "photos": ("more photos", "更多照片"),
    "note": ("note", "备注"),
}
#: Names of pictures that QField takes: of the component, by time, never twice.
_NAMED = "'DCIM/' || {0} || '_' || format_date(now(), 'yyyyMMddHHmmsszzz') || '.{{extension}}'"
_PICTURE = {"DocumentViewer": 1, "StorageMode": 0, "RelativeStorage": 1, "FileWidget": True}
_STYLE_OF = {"communities": "areas", "streets": "places_line", "plates": "places_point"}
_GEOMETRIES = {
    "POINT": ("Point", "Point"),
    "MULTILINESTRING": ("Line", "MultiLineString"),
    "MULTIPOLYGON": ("Polygon", "MultiPolygon"),
}


def project(
    title: str,
    crs: pyproj.CRS,
    extent: Sequence[float],
    background: Mapping[str, tuple[str, Sequence[str]]],
    *,
    lang: Language = "zh",
    file: str = "pack.gpkg",
) -> str:
    """Return a QGIS project as text.

    Parameters
    ----------
    extent : (min x, min y, max x, max y)
        What the map shows at first.
    background : mapping of str to (geometry type, columns)
        Layers of the base map, the topmost first.
    lang : {"zh", "en"}
        Language of names, labels and messages.
    file : str
        The GeoPackage beside the project.
    """
    root = ET.Element("qgis", projectname=title, version=_VERSION)
    _text(root, "title", title)
    _crs(ET.SubElement(root, "projectCrs"), crs)
    tree = ET.SubElement(root, "layer-tree-group")
    layers = ET.Element("projectlayers")
    for table, geometry in GEOMETRY_OF.items():
        kind = next(g for g, t in COMPONENTS.tables.items() if t == table)
        layers.append(_components(table, geometry, kind, crs, lang, file))
        _node(tree, table, lang, file)
    for name, (shape, columns) in background.items():
        layers.append(_layer(name, shape, crs, lang, file, columns, read_only=True))
        _node(tree, name, lang, file)
    layers.append(_photos(crs, lang, file))
    _node(tree, PHOTOS, lang, file)
    for name in ("leases", "classes", "departments"):
        layers.append(_layer(name, "NONE", crs, lang, file, (), read_only=True))
        _node(tree, name, lang, file)
    _relations(root)
    _snapping(root, list(GEOMETRY_OF))
    _canvas(root, crs, extent)
    root.append(layers)
    order = ET.SubElement(root, "layerorder")
    for name in (*GEOMETRY_OF, *background):
        ET.SubElement(order, "layer", id=layer_id(name))
    _properties(root)
    text: str = ET.tostring(root, encoding="unicode", short_empty_elements=True)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + text + "\n"


def _components(
    table: str, geometry: str, kind: str, crs: pyproj.CRS, lang: Language, file: str
) -> ET.Element:
    columns = (*STORED, *FIELD_ONLY)
    layer = _layer(table, kind, crs, lang, file, columns, read_only=False)
    form = {f.name: f for f in form_of(geometry)}
    setups = ET.SubElement(layer, "fieldConfiguration")
    for name in ("fid", *columns):
        _widget(setups, name, form.get(name), geometry, file)
    aliases = ET.SubElement(layer, "aliases")
    defaults = ET.SubElement(layer, "defaults")
    strengths = ET.SubElement(layer, "constraints")
    rules = ET.SubElement(layer, "constraintExpressions")
    editable = ET.SubElement(layer, "editable")
    for index, name in enumerate(("fid", *columns)):
        field = form.get(name, FormField(name, shown=False, editable=name == "photo"))
        ET.SubElement(aliases, "alias", index=str(index), field=name, name=_label(name, lang))
        ET.SubElement(
            defaults, "default", field=name, expression=field.default,
            applyOnUpdate=str(int(field.on_update)),
        )  # fmt: skip
        ET.SubElement(
            strengths, "constraint", field=name, unique_strength="0", notnull_strength="0",
            constraints="4" if field.constraint else "0",
            exp_strength=("1" if field.hard else "2") if field.constraint else "0",
        )  # fmt: skip
        ET.SubElement(
            rules, "constraint", field=name, exp=field.constraint, desc=field.why.text(lang)
        )
        ET.SubElement(editable, "field", name=name, editable=str(int(field.editable)))
    _text(layer, "previewExpression", 'concat("name", \' \', "code")')
    _text(layer, "editorlayout", "tablayout")
    tab = ET.SubElement(
        ET.SubElement(layer, "attributeEditorForm"), "attributeEditorContainer",
        name=_label(table, lang), columnCount="1", groupBox="0", showLabel="1",
        visibilityExpressionEnabled="0", visibilityExpression="",
    )  # fmt: skip
    names = ["fid", *columns]
    for field in form_of(geometry):
        if field.shown:
            ET.SubElement(
                tab, "attributeEditorField", name=field.name, showLabel="1",
                index=str(names.index(field.name)),
            )  # fmt: skip
    ET.SubElement(
        tab, "attributeEditorField", name="photo", showLabel="1", index=str(names.index("photo"))
    )
    ET.SubElement(
        tab, "attributeEditorRelation", name=_relation_id(table), relation=_relation_id(table),
        showLabel="1", label=_label(PHOTOS, lang), nmRelationId="",
        relationWidgetTypeId="relation_editor",
    )  # fmt: skip
    return layer


def _photos(crs: pyproj.CRS, lang: Language, file: str) -> ET.Element:
    """Return the list of further photos of components."""
    layer = _layer(PHOTOS, "NONE", crs, lang, file, (), read_only=False, uid="component_uid")
    _text(layer, "previewExpression", '"photo"')
    setups = ET.SubElement(layer, "fieldConfiguration")
    aliases = ET.SubElement(layer, "aliases")
    for index, name in enumerate(("fid", *PHOTO_COLUMNS)):
        field = ET.SubElement(setups, "field", name=name, configurationFlags="None")
        kind, config = {
            "photo": ("ExternalResource", _PICTURE),
            "note": ("TextEdit", {}),
        }.get(name, ("Hidden", {}))
        edit = ET.SubElement(field, "editWidget", type=kind)
        _option(ET.SubElement(edit, "config"), None, config)
        ET.SubElement(aliases, "alias", index=str(index), field=name, name=_label(name, lang))
    return layer


def _relation_id(table: str) -> str:
    return f"citygrid_{PHOTOS}_{table}"


def _relations(root: ET.Element) -> None:
    """Tie the photos to the components: a list in the form of each."""
    relations = ET.SubElement(root, "relations")
    for table in GEOMETRY_OF:
        relation = ET.SubElement(
            relations, "relation", id=_relation_id(table), name=_relation_id(table),
            referencedLayer=layer_id(table), referencingLayer=layer_id(PHOTOS),
            strength="Association",
        )  # fmt: skip
        ET.SubElement(relation, "fieldRef", referencedField="uid", referencingField="component_uid")


def _widget(
    setups: ET.Element, name: str, form: FormField | None, geometry: str, file: str
) -> None:
    field = ET.SubElement(setups, "field", name=name, configurationFlags="None")
    choices = ""
    if name in STORED:
        choices = COMPONENTS.column(name).choices
    kind = "TextEdit"
    config: dict[str, Any] = {}
    if name == "class_code":
        kind = "ValueRelation"
        config = _relation("classes", "label", file, f"\"geometry\" = '{geometry}'")
    elif name.endswith("_code") and name not in ("grid_code",):
        kind, config = "ValueRelation", _relation("departments", "name", file, "")
    elif choices:
        kind = "ValueMap"
        values = CHOICES[choices]
        config = {"map": [{values[v].zh: v} for v in values]}
    elif name in STORED and COMPONENTS.column(name).type == "date":
        kind = "DateTime"
        config = {
            "field_format": "yyyy-MM-dd",
            "display_format": "yyyy-MM-dd",
            "calendar_popup": True,
            "allow_null": True,
        }
    elif name == "photo":
        kind, config = "ExternalResource", _PICTURE
    elif form is None or not form.shown:
        kind = "Hidden"
    edit = ET.SubElement(field, "editWidget", type=kind)
    _option(ET.SubElement(edit, "config"), None, config)


def _relation(layer: str, value: str, file: str, wanted: str) -> dict[str, Any]:
    return {
        "Layer": layer_id(layer),
        "LayerName": _WORDS[layer][1],
        "LayerSource": f"./{file}|layername={layer}",
        "LayerProviderName": "ogr",
        "Key": "code",
        "Value": value,
        "AllowNull": True,
        "AllowMulti": False,
        "OrderByValue": True,
        "UseCompleter": True,
        "FilterExpression": wanted,
    }


def _layer(
    name: str,
    kind: str,
    crs: pyproj.CRS,
    lang: Language,
    file: str,
    columns: Sequence[str],
    *,
    read_only: bool,
    uid: str = "uid",
) -> ET.Element:
    geometry, wkb = _GEOMETRIES.get(kind, ("No geometry", "NoGeometry"))
    layer = ET.Element(
        "maplayer", type="vector", geometry=geometry, wkbType=wkb,
        readOnly=str(int(read_only)), hasScaleBasedVisibilityFlag="0",
        simplifyDrawingHints="1", labelsEnabled="0",
    )  # fmt: skip
    _text(layer, "id", layer_id(name))
    _text(layer, "datasource", f"./{file}|layername={name}")
    _text(layer, "layername", _label(name, lang))
    _crs(ET.SubElement(layer, "srs"), crs)
    ET.SubElement(layer, "provider", encoding="UTF-8").text = "ogr"
    flags = ET.SubElement(layer, "flags")
    for flag, on in (("Identifiable", 1), ("Removable", 1), ("Searchable", 1), ("Private", 0)):
        _text(flags, flag, str(on))
    custom = ET.SubElement(layer, "customproperties")
    told = {"QFieldSync/action": "no_action", "QFieldSync/cloud_action": "no_action"}
    if not read_only:
        # QField before version 3 reads the first of the two
        naming = json.dumps({"photo": _NAMED.format(f'"{uid}"')})
        told |= {"QFieldSync/photo_naming": naming, "QFieldSync/attachment_naming": naming}
    _option(custom, None, told)
    if kind != "NONE":
        style = _style(_STYLE_OF.get(name, name), set(columns) | {"fid"})
        layer.append(_plain(kind, name) if style is None else style)
    return layer


def _style(name: str, columns: set[str]) -> ET.Element | None:
    """Return the renderer of the store's style, where the layer has the columns it asks for."""
    found = resources.files("citygrid_core.workspace") / "qml" / f"{name}.qml"
    if not found.is_file():
        return None
    renderer = ET.fromstring(found.read_text("utf-8")).find("renderer-v2")
    if renderer is None:
        return None
    known = {c.name for f in FAMILIES.values() for c in f.columns}
    wanted = {w for w in known if f'"{w}"' in renderer.get("attr", "")}
    if renderer.get("attr") in known:
        wanted.add(str(renderer.get("attr")))
    rules = renderer.find("rules")
    if rules is not None:
        said = " ".join(str(r.get("filter", "")) for r in rules.iter("rule"))
        wanted |= {w for w in known if f'"{w}"' in said}
    return renderer if wanted <= columns else None


def _plain(kind: str, name: str) -> ET.Element:
    """Return a renderer for the base map: quiet, and nothing is covered."""
    what, layer, options = {
        "POINT": ("marker", "SimpleMarker", {"color": "120,120,120,255", "size": "1.2"}),
        "MULTILINESTRING": ("line", "SimpleLine", {"line_color": "150,150,150,255"}),
    }.get(
        kind,
        (
            "fill",
            "SimpleFill",
            {
                "style": "no" if name == "communities" else "solid",
                "color": "235,235,235,255",
                "outline_color": "90,90,90,255",
                "outline_width": "0.6" if name == "communities" else "0.1",
            },
        ),
    )
    renderer = ET.Element("renderer-v2", type="singleSymbol", forceraster="0", symbollevels="0")
    symbols = ET.SubElement(renderer, "symbols")
    symbol = ET.SubElement(symbols, "symbol", type=what, name="0", alpha="1", clip_to_extent="1")
    made = ET.SubElement(symbol, "layer", enabled="1", locked="0")
    made.set("class", layer)
    made.set("pass", "0")
    _option(made, None, options)
    return renderer


def _snapping(root: ET.Element, layers: Sequence[str]) -> None:
    """Vertices and segments of the components, 12 pixels: a lid is put where the lid is."""
    snap = ET.SubElement(
        root, "snapping-settings", enabled="1", mode="3", type="3", tolerance="12", unit="1",
        maxScale="0", minScale="0", scaleDependencyMode="0",
    )  # fmt: skip
    snap.set("intersection-snapping", "0")
    snap.set("self-snapping", "0")
    single = ET.SubElement(snap, "individual-layer-settings")
    for name in (*layers, "grids"):
        ET.SubElement(
            single, "layer-setting", id=layer_id(name), enabled="1", type="3", tolerance="12", units="1",
            maxScale="0", minScale="0",
        )  # fmt: skip


def _canvas(root: ET.Element, crs: pyproj.CRS, extent: Sequence[float]) -> None:
    canvas = ET.SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    _text(canvas, "units", "meters")
    box = ET.SubElement(canvas, "extent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), extent, strict=True):
        _text(box, name, repr(float(value)))
    _text(canvas, "rotation", "0")
    _crs(ET.SubElement(canvas, "destinationsrs"), crs)


def _properties(root: ET.Element) -> None:
    properties = ET.SubElement(root, "properties")
    # without it QGIS passes the CRS of the project by
    system = ET.SubElement(properties, "SpatialRefSys")
    ET.SubElement(system, "ProjectionsEnabled", type="int").text = "1"
    paths = ET.SubElement(properties, "Paths")
    ET.SubElement(paths, "Absolute", type="bool").text = "false"
    measure = ET.SubElement(properties, "Measurement")
    ET.SubElement(measure, "DistanceUnits", type="QString").text = "meters"
    ET.SubElement(measure, "AreaUnits", type="QString").text = "m2"


def _node(tree: ET.Element, name: str, lang: Language, file: str) -> None:
    shown = name not in ("leases", "classes", "departments", PHOTOS)
    ET.SubElement(
        tree, "layer-tree-layer", id=layer_id(name), name=_label(name, lang), providerKey="ogr",
        source=f"./{file}|layername={name}", expanded="0",
        checked="Qt::Checked" if shown else "Qt::Unchecked",
    )  # fmt: skip


def _crs(parent: ET.Element, crs: pyproj.CRS) -> None:
    code = crs.to_epsg(min_confidence=100)
    srs = ET.SubElement(parent, "spatialrefsys", nativeFormat="Wkt")
    _text(srs, "wkt", crs.to_wkt())
    if code:
        _text(srs, "srid", str(code))
        _text(srs, "authid", f"EPSG:{code}")
    _text(srs, "description", crs.name)
    _text(srs, "geographicflag", "false")


def _option(parent: ET.Element, name: str | None, value: Any) -> None:
    """Write a value as QGIS's ``Option`` elements."""
    attributes = {} if name is None else {"name": name}
    if isinstance(value, Mapping):
        made = ET.SubElement(parent, "Option", {**attributes, "type": "Map"})
        for key, one in value.items():
            _option(made, key, one)
    elif isinstance(value, (list, tuple)):
        made = ET.SubElement(parent, "Option", {**attributes, "type": "List"})
        for one in value:
            _option(made, None, one)
    else:
        kind = {bool: "bool", int: "int", float: "double"}.get(type(value), "QString")
        text = str(value).lower() if isinstance(value, bool) else str(value)
        ET.SubElement(parent, "Option", {**attributes, "type": kind, "value": text})


def _label(name: str, lang: Language) -> str:
    if name in _WORDS:
        return _WORDS[name][lang == "zh"]
    if name in STORED:
        return COMPONENTS.column(name).label.text(lang)
    return name


def _text(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, name).text = value
