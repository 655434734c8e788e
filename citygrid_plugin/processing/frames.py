"""Features of QGIS to frames of the core, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from qgis.core import (
    NULL,
    QgsFeature,
    QgsFeatureSink,
    QgsFeatureSource,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsProcessingException,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QVariant

from citygrid_core.errors import MissingCrs
from citygrid_plugin.i18n import language, tr

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


def to_frame(source: QgsFeatureSource, rename: Mapping[str, str] | None = None) -> gpd.GeoDataFrame:
    """Copy the features of a source into a frame indexed by feature id.

    Parameters
    ----------
    rename : mapping
        Field of the layer to column of the frame; None copies all fields as they are.

    Raises
    ------
    MissingCrs
        The layer has geometries and no CRS.
    """
    import geopandas as gpd
    import pandas as pd
    import shapely

    names = [field.name() for field in source.fields()]
    wanted = {name: name for name in names} if rename is None else dict(rename)
    fids: list[int] = []
    shapes: list[bytes | None] = []
    values: dict[str, list[Any]] = {column: [] for column in wanted.values()}
    at = [(names.index(name), column) for name, column in wanted.items()]
    for feature in source.getFeatures():
        fids.append(feature.id())
        shape = feature.geometry()
        shapes.append(None if shape.isNull() else bytes(shape.asWkb().data()))
        row = feature.attributes()
        for position, column in at:
            values[column].append(plain(row[position]))
    index = pd.Index(fids, name="fid", dtype="int64")
    frame = pd.DataFrame(
        {
            column: pd.Series(held, index=index, dtype=_dtype(held))
            for column, held in values.items()
        },
        index=index,
    )
    crs = source.sourceCrs()
    if not crs.isValid():
        raise MissingCrs(source.sourceName())
    named = crs.authid() if crs.authid() and not crs.authid().startswith("USER") else crs.toWkt()
    return gpd.GeoDataFrame(frame, geometry=shapely.force_2d(shapely.from_wkb(shapes)), crs=named)


def to_table(source: QgsFeatureSource) -> pd.DataFrame:
    """Copy the attributes of a source into a frame indexed by feature id."""
    import pandas as pd

    names = [field.name() for field in source.fields()]
    rows = {f.id(): [plain(v) for v in f.attributes()] for f in source.getFeatures()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=names)


def plain(value: Any) -> Any:
    """Return a plain Python value: None for NULL, ISO text for dates."""
    if value is None or value == NULL:
        return None
    if isinstance(value, QDateTime):
        return value.toString("yyyy-MM-ddTHH:mm:ss")
    if isinstance(value, QDate):
        return value.toString("yyyy-MM-dd")
    return value


def _dtype(values: Iterable[Any]) -> object:
    kinds = {type(v) for v in values if v is not None}
    if kinds and kinds <= {int, float}:
        return "float64" if float in kinds or None in values else "int64"
    return object


def fields_of(columns: Mapping[str, type]) -> QgsFields:
    """Return fields for columns of `str`, `int` and `float`."""
    kinds = {
        str: QVariant.Type.String,
        int: QVariant.Type.LongLong,
        float: QVariant.Type.Double,
    }
    fields = QgsFields()
    for name, kind in columns.items():
        fields.append(QgsField(name, kinds[kind]))
    return fields


def joined(fields: QgsFields, added: QgsFields) -> QgsFields:
    """Return the fields of a layer and those added; a name that is there twice gets a suffix."""
    both = QgsFields(fields)
    for field in added:
        name, n = field.name(), 2
        while both.indexOf(name) >= 0:
            name, n = f"{field.name()}_{n}", n + 1
        both.append(QgsField(name, field.type(), field.typeName()))
    return both


def add_row(
    sink: QgsFeatureSink, fields: QgsFields, values: Iterable[Any], geometry: QgsGeometry | None
) -> None:
    """Write one feature.

    Raises
    ------
    QgsProcessingException
        It was not taken: a sink that says no must not lose rows in silence.
    """
    feature = QgsFeature(fields)
    feature.setAttributes([qgis_value(v) for v in values])
    if geometry is not None:
        feature.setGeometry(geometry)
    if not sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
        raise QgsProcessingException(
            sink.lastError() or tr("A feature could not be written.", "有要素无法写出。")
        )


def qgis_value(value: Any) -> Any:
    """Return a value that a QGIS field takes: no numpy scalars, no NaN; others as they are."""
    if value is None or (isinstance(value, float) and value != value):
        return None
    return value.item() if hasattr(value, "item") else value


def from_shape(shape: Any) -> QgsGeometry:
    """Return the QGIS geometry of a shapely one."""
    import shapely

    geometry = QgsGeometry()
    if shape is not None:
        geometry.fromWkb(shapely.to_wkb(shape))
    return geometry


def said(value: Any) -> Any:
    """Return a list of reasons as one text in the user's language; other values as they are."""
    if not isinstance(value, (list, tuple)):
        return value
    lang = language()
    texts = (v.get(lang, "") if isinstance(v, dict) else v.text(lang) if hasattr(v, "text") else v
             for v in value)  # fmt: skip
    return "; ".join(str(text) for text in texts)
