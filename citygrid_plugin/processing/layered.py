"""Algorithms whose answer is a layer: columns added to one, features made, a workspace asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFields,
    QgsGeometry,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSink,
    QgsWkbTypes,
)

from citygrid_core.errors import Text
from citygrid_plugin.i18n import shown
from citygrid_plugin.processing.base import CitygridAlgorithm
from citygrid_plugin.processing.frames import add_row, fields_of, from_shape, joined, said
from citygrid_plugin.processing.given import Given, layer_parameter, workspace_parameter
from citygrid_plugin.processing.options import Option

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Columns = Mapping[str, type]


class LayerAlgorithm(CitygridAlgorithm):
    """Declares an output and what is counted.

    Subclasses write what their kind asks for, and `declare` where options do not say it all.
    """

    output: Text
    #: What it is asked for beside layers.
    options: ClassVar[Sequence[Option]] = ()
    #: Name of an option to what the core calls it, where the two differ.
    names: ClassVar[Mapping[str, str]] = {}
    #: Numbers that come out beside the layer: name to title.
    numbers: ClassVar[Mapping[str, Text]] = {}

    def declare(self) -> None:
        """Add the parameters of this algorithm: its options."""
        for option in self.options:
            self.addParameter(option.parameter())

    def asked(self, given: Given) -> dict[str, Any]:
        """Return what was given, by the core's own names."""
        values = {o.name: given.option(o) for o in self.options}
        return {
            self.names.get(name, name.lower()): value
            for name, value in values.items()
            if value is not None
        }

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare parameters, the output layer and the numbers."""
        self.declare()
        self.addParameter(QgsProcessingParameterFeatureSink("OUTPUT", shown(self.output)))
        for name, title in self.numbers.items():
            self.addOutput(QgsProcessingOutputNumber(name, shown(title)))


class JoinAlgorithm(LayerAlgorithm):
    """Adds columns to the features of a layer: each comes out once, in the layer's order."""

    #: The layer's parameter, its title, and the types it may have.
    layer: tuple[str, Text, list[int]] = (
        "POINTS",
        Text("Points", "点图层"),
        [QgsProcessing.SourceType.TypeVectorPoint],
    )

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare the layer first."""
        name, title, kinds = self.layer
        self.addParameter(layer_parameter(name, shown(title), kinds))
        super().initAlgorithm(configuration)

    def answers(self, given: Given) -> tuple[pd.DataFrame, Columns, dict[str, Any]]:
        """Return rows by feature id, the columns that are written with their types, and numbers.

        A feature without a row gets empty columns.
        """
        raise NotImplementedError

    def shape(
        self, source: QgsProcessingFeatureSource, given: Given
    ) -> tuple[QgsWkbTypes.Type, QgsCoordinateReferenceSystem]:
        """Return geometry type and CRS of the output: those of the layer."""
        return source.wkbType(), source.sourceCrs()

    def geometry(self, row: Any, own: QgsGeometry) -> QgsGeometry | None:
        """Return the geometry of a feature that comes out: its own."""
        return own

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Ask the core once, then write feature by feature."""
        given = Given(self, parameters, context, feedback)
        source = given.source(self.layer[0])
        answers, columns, numbers = self.answers(given)
        fields: QgsFields = joined(source.fields(), fields_of(columns))
        kind, crs = self.shape(source, given)
        sink, output = self.sink(parameters, "OUTPUT", context, fields, kind, crs)
        names = list(columns)
        values = {name: list(answers[name]) for name in names}
        at = {fid: i for i, fid in enumerate(answers.index)}
        for feature in source.getFeatures():
            i = at.get(feature.id())
            row = {} if i is None else {name: values[name][i] for name in names}
            added = [_cell(row.get(name), columns[name]) for name in names]
            shape = self.geometry(row, feature.geometry())
            add_row(sink, fields, [*feature.attributes(), *added], shape)
        return {"OUTPUT": output, **numbers}


class MakeAlgorithm(LayerAlgorithm):
    """Makes features: one for each row that the core answers."""

    columns: ClassVar[Columns]
    kind: QgsWkbTypes.Type = QgsWkbTypes.Type.Point

    def rows(self, given: Given) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
        """Return rows with the columns of this algorithm, and numbers."""
        raise NotImplementedError

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Ask the core once, then write row by row."""
        made, numbers = self.rows(Given(self, parameters, context, feedback))
        fields = fields_of(self.columns)
        crs = QgsCoordinateReferenceSystem()
        crs.createFromUserInput(made.crs.to_string())
        sink, output = self.sink(parameters, "OUTPUT", context, fields, self.kind, crs)
        held = [list(made[name]) for name in self.columns]
        kinds = list(self.columns.values())
        multi = QgsWkbTypes.isMultiType(self.kind)
        for *row, geometry in zip(*held, made.geometry, strict=True):
            shape = from_shape(geometry)
            if multi:
                shape.convertToMultiType()
            add_row(sink, fields, [_cell(v, k) for v, k in zip(row, kinds, strict=True)], shape)
        return {"OUTPUT": output, **numbers}


class AskAlgorithm(MakeAlgorithm):
    """Asks one operation that only reads a workspace; its rows become features."""

    def declare(self) -> None:
        """Add the workspace and the options."""
        self.addParameter(workspace_parameter())
        super().declare()


def _cell(value: Any, kind: type) -> Any:
    """Return a value as its column takes it; nothing for what is unknown."""
    if isinstance(value, (list, tuple)):
        return said(value)
    if value is None or value != value:
        return None
    return kind(value)
