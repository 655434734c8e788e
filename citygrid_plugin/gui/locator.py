"""Addresses in QGIS's search box, bottom left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qgis.core import QgsFeedback, QgsLocatorContext, QgsLocatorFilter, QgsLocatorResult
from qgis.PyQt.QtGui import QIcon

from citygrid_core.errors import CitygridError
from citygrid_plugin.i18n import tr
from citygrid_plugin.services.geocode import Gazetteers, Place

#: Shorter texts mean nothing.
_LEAST = 2


class AddressFilter(QgsLocatorFilter):
    """Finds the places that a typed address may mean; QGIS asks it in a thread of its own.

    Parameters
    ----------
    workspace : callable
        The workspace that is open, or None.
    picked : callable
        ``picked(address, place)``, in the GUI thread, when the user takes a result.
    """

    def __init__(
        self,
        gazetteers: Gazetteers,
        workspace: Callable[[], Path | None],
        picked: Callable[[str, Place], None],
        icon: QIcon,
    ) -> None:
        super().__init__()
        self._gazetteers, self._workspace = gazetteers, workspace
        self._picked, self._icon = picked, icon

    def clone(self) -> AddressFilter:
        """Return another that asks the same gazetteer: for QGIS's thread."""
        return AddressFilter(self._gazetteers, self._workspace, self._picked, self._icon)

    def name(self) -> str:
        """Return the identifier."""
        return "citygrid_addresses"

    def displayName(self) -> str:
        """Return the name people see."""
        return tr("Addresses of the city (citygrid)", "城市地址（citygrid）")

    def prefix(self) -> str:
        """Return the letters that ask this filter alone."""
        return "dz"

    def priority(self) -> QgsLocatorFilter.Priority:
        """Return how early it is asked."""
        return QgsLocatorFilter.Priority.High

    def fetchResults(self, text: str, context: QgsLocatorContext, feedback: QgsFeedback) -> None:
        """Send the candidates of an address."""
        path = self._workspace()
        if path is None or len(text.strip()) < _LEAST:
            return
        try:
            found = self._gazetteers.find(path, text.strip())
        except CitygridError:
            # The search box has no place for an error; the dock says what is wrong.
            return
        for place in found.places:
            if feedback.isCanceled():
                return
            result = QgsLocatorResult()
            result.filter = self
            result.displayString = place.name
            result.description = tr(
                f"{place.level_name} · {place.probability:.0%} · ± {place.error_m:.0f} m",
                f"{place.level_name} · 可信度 {place.probability:.0%} · 误差 {place.error_m:.0f} 米",
            )
            result.icon = self._icon
            result.score = place.probability
            result.userData = {"address": text.strip(), "place": _plain(place)}
            self.resultFetched.emit(result)

    def triggerResult(self, result: QgsLocatorResult) -> None:
        """Go to a result."""
        data = result.userData
        self._picked(data["address"], Place(**data["place"]))


def _plain(place: Place) -> dict[str, object]:
    return {name: getattr(place, name) for name in Place.__dataclass_fields__}
