"""The dock of the survey: place, look again, settle findings."""

from __future__ import annotations

from collections.abc import Callable

from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from citygrid_plugin.gui.components.capture_page import CapturePage
from citygrid_plugin.gui.components.conflicts_page import ConflictsPage
from citygrid_plugin.gui.components.findings_page import FindingsPage
from citygrid_plugin.gui.components.resurvey_page import ResurveyPage
from citygrid_plugin.i18n import tr


class CensusDock(QgsDockWidget):
    """Shows and emits; what happens is the controller's business.

    Parameters
    ----------
    icon : callable
        Name of one of the plugin's icons to the icon.
    symbol : callable
        Major code to the icon of its symbol on the map.

    Signals
    -------
    capture_toggled(bool)
        The user switched placing on or off.
    surveyor_changed(str)
        Another person works.
    """

    capture_toggled = pyqtSignal(bool)
    surveyor_changed = pyqtSignal(str)

    def __init__(
        self,
        icon: Callable[[str], QIcon],
        symbol: Callable[[str], QIcon],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Component census", "部件普查"), parent)
        self.setObjectName("CitygridCensusDock")
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(6, 6, 6, 6)
        row = QHBoxLayout()
        self.capture = QPushButton(icon("census"), tr("&Place components", "采集部件(&P)"))
        self.capture.setObjectName("citygrid_button_capture")
        self.capture.setCheckable(True)
        self.capture.clicked.connect(self.capture_toggled)
        row.addWidget(self.capture)
        row.addWidget(QLabel(tr("Surveyor:", "普查员：")))
        self.surveyor = QLineEdit()
        self.surveyor.setObjectName("citygrid_surveyor")
        self.surveyor.editingFinished.connect(
            lambda: self.surveyor_changed.emit(self.surveyor.text().strip())
        )
        row.addWidget(self.surveyor, 1)
        layout.addLayout(row)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("citygrid_census_tabs")
        self.page = CapturePage(symbol)
        self.resurvey = ResurveyPage()
        self.findings = FindingsPage()
        self.conflicts = ConflictsPage()
        for page, title in (
            (_scrolled(self.page), tr("Place", "采集")),
            (self.resurvey, tr("Re-survey", "复核")),
            (self.findings, tr("Findings", "检查发现")),
            (self.conflicts, tr("Conflicts", "外业冲突")),
        ):
            self.tabs.addTab(page, title)
        layout.addWidget(self.tabs, 1)
        self.setWidget(body)
        self.setMinimumWidth(360)


def _scrolled(page: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
