"""What an algorithm was given, read by name; and the parameters that several of them have."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFile,
    QgsVectorFileWriter,
)

from citygrid_core.errors import Problem
from citygrid_plugin.i18n import language, tr
from citygrid_plugin.processing.base import progress_of
from citygrid_plugin.processing.frames import to_frame, to_table
from citygrid_plugin.processing.options import Option

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from citygrid_core.workspace import Workspace


class Given:
    """Parameters of one run.

    Attributes
    ----------
    progress : callable
        Progress of the core; it raises `Cancelled` when the user cancels.
    """

    def __init__(
        self,
        algorithm: QgsProcessingAlgorithm,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> None:
        self._algorithm, self._parameters, self._context = algorithm, parameters, context
        self.feedback = feedback
        self.progress: Callable[[str, int, int], None] = progress_of(feedback)

    def text(self, name: str) -> str:
        """Return a text or the name of a field; empty when it is not given."""
        return str(self._algorithm.parameterAsString(self._parameters, name, self._context))

    def number(self, name: str) -> float:
        """Return a number."""
        return float(self._algorithm.parameterAsDouble(self._parameters, name, self._context))

    def choice(self, name: str) -> int:
        """Return the position of a choice."""
        return int(self._algorithm.parameterAsEnum(self._parameters, name, self._context))

    def option(self, option: Option) -> Any:
        """Return what was given for an option, as the core takes it; None when nothing was."""
        given = self._parameters.get(option.name)
        if option.kind == "flag":
            on = self._algorithm.parameterAsBool(self._parameters, option.name, self._context)
            return True if on else None
        if option.kind in ("whole", "number", "choice") and given is None and option.optional:
            return None
        if option.kind == "choice":
            return list(option.choices)[self.choice(option.name)]
        if option.kind in ("whole", "number"):
            number = self.number(option.name)
            return round(number) if option.kind == "whole" else number
        if option.kind == "file":
            return self.path(option.name) if self.text(option.name) else None
        return self.text(option.name) or None

    def path(self, name: str) -> Path:
        """Return a file."""
        return Path(self._algorithm.parameterAsFile(self._parameters, name, self._context))

    def layer(self, name: str) -> QgsProcessingFeatureSource | None:
        """Return an input layer; None when it is optional and not given."""
        return self._algorithm.parameterAsSource(self._parameters, name, self._context)

    def source(self, name: str) -> QgsProcessingFeatureSource:
        """Return an input layer that has to be there."""
        found = self.layer(name)
        if found is None:
            raise QgsProcessingException(self._algorithm.invalidSourceError(self._parameters, name))
        return found

    def frame(self, name: str, rename: Mapping[str, str] | None = None) -> gpd.GeoDataFrame:
        """Return the features of an input layer; see `to_frame`."""
        return to_frame(self.source(name), rename)

    def table(self, name: str) -> pd.DataFrame:
        """Return the attributes of an input layer."""
        return to_table(self.source(name))

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        """Open the workspace for reading."""
        from citygrid_core.workspace import Workspace

        with Workspace.open(self.path("WORKSPACE")) as workspace:
            yield workspace

    def warn(self, problems: Iterable[Problem]) -> None:
        """Put problems into the log."""
        for problem in problems:
            self.feedback.pushWarning(problem.text(language()))

    @contextmanager
    def as_file(self, name: str) -> Iterator[Path]:
        """Write an input layer as it is, its selection and uncommitted edits included, to a file.

        For jobs of the core that read foreign files in a child process.
        """
        source = self.source(name)
        with tempfile.TemporaryDirectory(prefix="citygrid_") as folder:
            path = Path(folder) / "layer.gpkg"
            options = QgsVectorFileWriter.SaveVectorOptions()
            options.driverName = "GPKG"
            options.layerName = "layer"
            # Under its own name the key of a GeoPackage would clash with a field of the layer.
            options.layerOptions = ["FID=qgis_fid"]
            writer = QgsVectorFileWriter.create(
                str(path),
                source.fields(),
                source.wkbType(),
                source.sourceCrs(),
                self._context.transformContext(),
                options,
            )
            if writer.hasError() != QgsVectorFileWriter.WriterError.NoError:
                raise QgsProcessingException(writer.errorMessage())
            for feature in source.getFeatures():
                if not writer.addFeature(feature):
                    raise QgsProcessingException(writer.errorMessage())
            del writer
            yield path


def workspace_parameter() -> QgsProcessingParameterFile:
    """Return the parameter WORKSPACE: an existing GeoPackage."""
    return QgsProcessingParameterFile(
        "WORKSPACE",
        tr("Workspace", "城市工作库"),
        QgsProcessingParameterFile.Behavior.File,
        fileFilter=tr("citygrid workspace (*.gpkg)", "城市工作库 (*.gpkg)"),
    )


def layer_parameter(
    name: str, title: str, kinds: list[int], *, optional: bool = False
) -> QgsProcessingParameterFeatureSource:
    """Return an input layer."""
    return QgsProcessingParameterFeatureSource(name, title, kinds, optional=optional)


def field_parameter(
    name: str, title: str, layer: str, default: str | None = "code", *, optional: bool = False
) -> QgsProcessingParameterField:
    """Return a field of an input layer."""
    return QgsProcessingParameterField(name, title, default, layer, optional=optional)
