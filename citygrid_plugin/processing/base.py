"""What all algorithms share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from qgis.core import (
    QgsFeatureSink,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
)
from qgis.PyQt.QtGui import QIcon

from citygrid_core.errors import Cancelled, CitygridError, Text
from citygrid_core.words import step_of
from citygrid_plugin.bootstrap import PLUGIN
from citygrid_plugin.i18n import language, shown

GROUPS = {
    "grids": Text("Unit grids", "单元网格"),
    "places": Text("Locate, duties, addresses", "定位、责任与地址"),
    "cases": Text("Cases and evaluation", "案件与评价"),
    "heat": Text("Heat", "案件热力"),
    "workspace": Text("Workspace", "城市工作库"),
    "import": Text("Import into a workspace", "数据入库"),
    "census": Text("Component census", "部件普查"),
}


class CitygridAlgorithm(QgsProcessingAlgorithm):
    """A thin algorithm: records out of layers, one call of the core, features back.

    Subclasses set the class attributes and write `initAlgorithm` and `work`.
    """

    #: Identifier after ``citygrid:``; never changed once released.
    key: str
    title: Text
    help: Text
    group_key: str

    def name(self) -> str:
        """Return the identifier."""
        return self.key

    def displayName(self) -> str:
        """Return the name people see."""
        return shown(self.title)

    def group(self) -> str:
        """Return the group people see."""
        return shown(GROUPS[self.group_key])

    def groupId(self) -> str:
        """Return the identifier of the group."""
        return self.group_key

    def shortHelpString(self) -> str:
        """Return the help."""
        return shown(self.help)

    def icon(self) -> QIcon:
        """Return the plugin's icon."""
        return QIcon(str(PLUGIN / "icons" / "citygrid.svg"))

    def createInstance(self) -> CitygridAlgorithm:
        """Return another of this kind."""
        return type(self)()

    def processAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Run; errors of the core come as Processing's own, in the user's language."""
        with spoken(feedback):
            return self.work(parameters, context, feedback)

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Do the work."""
        raise NotImplementedError

    def source(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext
    ) -> QgsProcessingFeatureSource:
        """Return a required input layer."""
        source = self.parameterAsSource(parameters, name, context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, name))
        return source

    def sink(
        self,
        parameters: dict[str, Any],
        name: str,
        context: QgsProcessingContext,
        *layout: Any,
    ) -> tuple[QgsFeatureSink, str]:
        """Return an output layer with the fields, geometry type and CRS given."""
        sink, destination = self.parameterAsSink(parameters, name, context, *layout)
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, name))
        return sink, destination


@contextmanager
def spoken(feedback: QgsProcessingFeedback) -> Iterator[None]:
    """Turn the core's errors into Processing's, in the user's language."""
    try:
        yield
    except Cancelled:
        feedback.pushInfo(shown(Cancelled().message))
        raise QgsProcessingException(shown(Cancelled().message)) from None
    except CitygridError as error:
        raise QgsProcessingException(shown(error)) from error


def progress_of(feedback: QgsProcessingFeedback) -> Callable[[str, int, int], None]:
    """Return a progress function of the core that drives `feedback` and obeys its cancel."""
    last = ""

    def progress(step: str, done: int, total: int) -> None:
        nonlocal last
        if feedback.isCanceled():
            raise Cancelled
        if step != last:
            last = step
            feedback.setProgressText(step_of(step, language()))
        if total:
            feedback.setProgress(100.0 * done / total)

    return progress
