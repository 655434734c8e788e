"""The provider 'citygrid'."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from citygrid_plugin.bootstrap import PLUGIN
from citygrid_plugin.i18n import tr
from citygrid_plugin.processing.addresses import GeocodeTable
from citygrid_plugin.processing.base import CitygridAlgorithm
from citygrid_plugin.processing.cases import CASES
from citygrid_plugin.processing.census import CENSUS
from citygrid_plugin.processing.duties import AuditDuties, WhatIfDuties
from citygrid_plugin.processing.evaluation import EVALUATION
from citygrid_plugin.processing.fieldwork import FIELDWORK
from citygrid_plugin.processing.grids import CheckGrids, DrawGrids, NumberGrids
from citygrid_plugin.processing.heat import HEAT
from citygrid_plugin.processing.heat_forecast import FORECASTS
from citygrid_plugin.processing.heat_tables import TABLES
from citygrid_plugin.processing.imports import (
    ImportCases,
    ImportComponents,
    ImportDepartments,
    ImportDuties,
    ImportGazetteer,
)
from citygrid_plugin.processing.points import LocatePoints, ResolveDuties, ReverseGeocode
from citygrid_plugin.processing.store import (
    DrawWorkspaceGrids,
    MakeWorkspace,
    VerifyWorkspace,
)

#: In the order of the work.
ALGORITHMS: tuple[type[CitygridAlgorithm], ...] = (
    DrawGrids,
    NumberGrids,
    CheckGrids,
    LocatePoints,
    ResolveDuties,
    AuditDuties,
    WhatIfDuties,
    GeocodeTable,
    ReverseGeocode,
    MakeWorkspace,
    DrawWorkspaceGrids,
    ImportDepartments,
    ImportDuties,
    ImportComponents,
    *CENSUS,
    *FIELDWORK,
    ImportGazetteer,
    ImportCases,
    *CASES,
    *EVALUATION,
    *HEAT,
    *TABLES,
    *FORECASTS,
    VerifyWorkspace,
)


class CitygridProvider(QgsProcessingProvider):
    """One algorithm for each job of the core."""

    def id(self) -> str:
        """Return the identifier."""
        return "citygrid"

    def name(self) -> str:
        """Return the name people see."""
        return tr("citygrid", "citygrid 城市网格")

    def icon(self) -> QIcon:
        """Return the plugin's icon."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:
        """Return the file of the plugin's icon."""
        return str(Path(PLUGIN) / "icons" / "citygrid.svg")

    def loadAlgorithms(self) -> None:
        """Register the algorithms."""
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())
