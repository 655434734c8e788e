"""What lies around grids on the map: buildings that no border may cut, roads to split along, snapping."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsMapLayer,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsWkbTypes,
)

from citygrid_plugin.layers.base import ROLE

if TYPE_CHECKING:
    import geopandas as gpd

    from citygrid_core.grids import Coverage

#: Buildings are read for a larger box than asked, so that the next mouse moves need no reading.
_AHEAD = 300.0
#: How many segments of one name are followed from the one that was clicked.
_MOST_SEGMENTS = 500


class Houses:
    """Buildings of a layer in the CRS of the workspace, read once for a neighbourhood."""

    def __init__(self) -> None:
        self._layer: QgsVectorLayer | None = None
        self._crs = QgsCoordinateReferenceSystem()
        self._box: QgsRectangle | None = None
        self._frame: gpd.GeoDataFrame | None = None
        self._bounds: Any = None

    def use(self, layer: QgsVectorLayer | None, crs: QgsCoordinateReferenceSystem) -> None:
        """Take buildings from `layer` (None: from nowhere)."""
        self._layer, self._crs, self._box = layer, crs, None

    def around(self, box: Sequence[float]) -> gpd.GeoDataFrame | None:
        """Return the buildings in a box and around it."""
        if self._layer is None:
            return None
        wanted = QgsRectangle(*box)
        if self._box is None or not self._box.contains(wanted):
            self._box = wanted.buffered(_AHEAD)
            self._frame = self._read(self._box)
            self._bounds = self._frame.bounds.to_numpy()
        x0, y0, x1, y1 = box
        b = self._bounds
        return self._frame[(b[:, 0] <= x1) & (b[:, 2] >= x0) & (b[:, 1] <= y1) & (b[:, 3] >= y0)]

    def _read(self, box: QgsRectangle) -> gpd.GeoDataFrame:
        import geopandas as gpd
        import shapely

        to = QgsCoordinateTransform(self._layer.crs(), self._crs, QgsProject.instance())
        request = (
            QgsFeatureRequest()
            .setNoAttributes()
            .setFilterRect(to.transformBoundingBox(box, Qgis.TransformDirection.Reverse))
        )
        shapes = []
        for feature in self._layer.getFeatures(request):
            shape = feature.geometry()
            if shape.isNull() or shape.type() != QgsWkbTypes.GeometryType.PolygonGeometry:
                continue
            shape.transform(to)
            shapes.append(bytes(shape.asWkb().data()))
        flat = shapely.force_2d(shapely.from_wkb(shapes))
        return gpd.GeoDataFrame(geometry=list(flat), crs=self._crs.authid() or self._crs.toWkt())


def line_layers(project: QgsProject) -> list[QgsVectorLayer]:
    """Return the visible layers of lines that can be roads: everything but the workspace's own."""
    found = []
    for layer in project.layerTreeRoot().checkedLayers():
        if layer.type() != QgsMapLayer.LayerType.VectorLayer or not layer.isValid():
            continue
        role = str(layer.customProperty(ROLE) or "")
        lines = layer.geometryType() == QgsWkbTypes.GeometryType.LineGeometry
        if lines and (not role or role.startswith("base_")):
            found.append(layer)
    return found


def road_at(
    project: QgsProject,
    crs: QgsCoordinateReferenceSystem,
    point: QgsPointXY,
    radius: float,
    *,
    whole: bool = False,
) -> tuple[Any, str]:
    """Return the line nearest to a point and its name; (None, "") when none is near.

    Parameters
    ----------
    crs : QgsCoordinateReferenceSystem
        Of the point, the radius and the answer.
    whole : bool
        Also the segments of the same name that it leads to.
    """
    import shapely

    best: tuple[float, QgsVectorLayer, QgsFeature] | None = None
    for layer in line_layers(project):
        to = QgsCoordinateTransform(layer.crs(), crs, project)
        box = QgsRectangle.fromCenterAndSize(point, 2 * radius, 2 * radius)
        try:
            box = to.transformBoundingBox(box, Qgis.TransformDirection.Reverse)
        except QgsCsException:
            continue
        for feature in layer.getFeatures(QgsFeatureRequest(box)):
            shape = QgsGeometry(feature.geometry())
            shape.transform(to)
            far = shape.distance(QgsGeometry.fromPointXY(point))
            if far <= radius and (best is None or far < best[0]):
                best = far, layer, feature
    if best is None:
        return None, ""
    _, layer, feature = best
    name = _name(feature)
    parts = _same_name(layer, feature, name) if whole and name else [feature.geometry()]
    to = QgsCoordinateTransform(layer.crs(), crs, project)
    shapes = []
    for part in parts:
        shape = QgsGeometry(part)
        shape.transform(to)
        shapes.append(bytes(shape.asWkb().data()))
    lines = shapely.get_parts(shapely.force_2d(shapely.from_wkb(shapes)))
    joined = shapely.line_merge(shapely.multilinestrings(lines)) if len(lines) > 1 else lines[0]
    return joined, name


def _name(feature: QgsFeature) -> str:
    for field in ("name", "NAME", "名称", "道路名称"):
        at = feature.fields().indexOf(field)
        if at >= 0 and feature[at]:
            return str(feature[at])
    return ""


def _same_name(layer: QgsVectorLayer, first: QgsFeature, name: str) -> list[QgsGeometry]:
    """Return the segments that hang together with `first` and have its name."""
    found = {first.id(): first.geometry()}
    waiting = [first.geometry()]
    while waiting and len(found) < _MOST_SEGMENTS:
        shape = waiting.pop()
        for other in layer.getFeatures(QgsFeatureRequest(shape.boundingBox().buffered(0.01))):
            if other.id() in found or _name(other) != name:
                continue
            if other.geometry().distance(shape) < 0.01:
                found[other.id()] = other.geometry()
                waiting.append(other.geometry())
    return list(found.values())


class Snapping:
    """Draws points to vertices and borders of grids; a neighbourhood is looked up once."""

    def __init__(self) -> None:
        self._coverage: Coverage | None = None
        self._box: Any = None
        self._shapes: Any = None

    def forget(self) -> None:
        """The grids are other ones."""
        self._box = None

    def snap(
        self, coverage: Coverage, x: float, y: float, reach: float
    ) -> tuple[float, float, str]:
        """Return a point drawn to a vertex within `reach` metres, else to a border.

        Returns
        -------
        (float, float, str)
            The third says what it was drawn to: ``vertex``, ``edge`` or nothing.
        """
        import shapely

        spot = shapely.Point(x, y)
        held = self._box is not None and self._coverage is coverage
        if not held or not self._box.contains(spot.buffer(reach)):
            self._coverage = coverage
            self._box = spot.buffer(max(10 * reach, _AHEAD / 3)).envelope
            self._shapes = coverage.window(self._box).geometry.to_numpy()
            shapely.prepare(self._shapes)
        return _drawn_to(self._shapes, spot, reach)


def _drawn_to(shapes: Any, spot: Any, reach: float) -> tuple[float, float, str]:
    import numpy as np
    import shapely

    x, y = spot.x, spot.y
    near = shapes[shapely.dwithin(shapes, spot, reach)] if len(shapes) else shapes
    if not len(near):
        return x, y, ""
    vertices = shapely.get_coordinates(near)
    far = np.hypot(vertices[:, 0] - x, vertices[:, 1] - y)
    nearest = int(np.argmin(far))
    if far[nearest] <= reach:
        return float(vertices[nearest, 0]), float(vertices[nearest, 1]), "vertex"
    rims = shapely.boundary(near)
    rim = rims[int(np.argmin(shapely.distance(rims, spot)))]
    if shapely.distance(rim, spot) > reach:
        return x, y, ""
    at = shapely.line_interpolate_point(rim, shapely.line_locate_point(rim, spot))
    return float(at.x), float(at.y), "edge"


def border_at(coverage: Coverage, x: float, y: float, reach: float) -> tuple[str, str, Any]:
    """Return the two grids whose border is nearest to a point, and that border.

    Codes are empty when no shared border is within reach.
    """
    import numpy as np
    import shapely

    spot = shapely.Point(x, y)
    near = coverage.window(spot.buffer(reach))
    shapes = near.geometry.to_numpy()
    close = np.flatnonzero(shapely.dwithin(shapely.boundary(shapes), spot, reach))
    best: tuple[float, str, str, Any] = (reach, "", "", None)
    for a in close:
        for b in close[close > a]:
            shared = shapely.intersection(shapely.boundary(shapes[a]), shapely.boundary(shapes[b]))
            if shapely.length(shared) <= 0:
                continue
            lines = [p for p in shapely.get_parts(shared) if p.geom_type == "LineString"]
            merged = shapely.line_merge(shapely.multilinestrings(lines))
            part = min(shapely.get_parts(merged), key=lambda p: p.distance(spot))
            far = float(part.distance(spot))
            if far <= best[0]:
                best = far, str(near["code"].iloc[a]), str(near["code"].iloc[b]), part
    return best[1], best[2], best[3]
