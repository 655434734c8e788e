"""The layers of heat and their scale: an answer goes in, the map has it one repaint later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsCoordinateReferenceSystem, QgsProject, QgsVectorLayer

from citygrid_plugin.layers import heat_live as live
from citygrid_plugin.services import heat_words as words
from citygrid_plugin.services.heat_city import Answer, HeatCity, spot_classes

if TYPE_CHECKING:
    import pandas as pd
    from qgis.core import QgsGeometry

#: How bounds are chosen: the same for every period, by this period, or typed.
FIXED, VIEW, OWN = "fixed", "view", "own"


class HeatMap:
    """The grids of a city in memory, coloured.

    Attributes
    ----------
    shapes : list of QgsGeometry
        Of the grids, in the order of the view.
    bounds : list of float
        Of the classes.
    """

    def __init__(self, project: QgsProject, city: HeatCity) -> None:
        import shapely

        self._project, self.city = project, city
        live.drop_live(project)
        self.crs = QgsCoordinateReferenceSystem()
        self.crs.createFromUserInput(city.view.grids.crs.to_string())
        self.shapes: list[QgsGeometry] = live.shapes_of(
            shapely.to_wkb(city.view.grids.geometry.to_numpy())
        )
        self.bounds: list[float] = []
        self.labels: list[str] = []
        self._scaled: object = None
        self._cells = {role: self.cells(role) for role in (live.HEAT, live.WEAK, live.SPOTS)}
        live.outline_spots(self.layer(live.SPOTS))
        live.hatch_weak(self.layer(live.WEAK), words.weak_label())
        live.label_values(self.layer(live.HEAT))

    @property
    def there(self) -> bool:
        """Whether nobody has taken one of the layers away."""
        return all(live.find_live(self._project, role) is not None for role in self._cells)

    def cells(self, role: str) -> live.CellLayer:
        """Add a layer of the grids to the project."""
        return live.cell_layer(self._project, role, self.city.codes, self.shapes, self.crs)

    def layer(self, role: str) -> QgsVectorLayer:
        """Return one of the layers."""
        return self._cells[role].layer

    def show(
        self, answer: Answer, *, mode: str = FIXED, own: list[float] | None = None
    ) -> pd.DataFrame:
        """Show an answer; return its significance.

        Parameters
        ----------
        mode : str
            How bounds are chosen.
        own : list of float, optional
            Bounds that were typed.
        """
        self._scale(answer, mode, own or [])
        self._cells[live.HEAT].show(
            **{"class": answer.classes(self.bounds)},
            value=answer.values,
            cases=answer.tally.cases,
        )
        self._cells[live.WEAK].show(**{"class": words.weak_classes(answer)})
        found = self.city.spots(answer)
        self._cells[live.SPOTS].show(**{"class": spot_classes(found)})
        return found

    def keep_scale(self, other: HeatMap) -> None:
        """Take over the classes of another map, until something else than the time is asked."""
        if other.bounds:
            self.bounds, self.labels, self._scaled = other.bounds, other.labels, other._scaled
            live.color_heat(self.layer(live.HEAT), self.labels)

    def _scale(self, answer: Answer, mode: str, own: list[float]) -> None:
        """Choose bounds; fixed ones only when something else than the time is asked."""
        question = answer.question
        step = question.span.step
        days = question.span.days if step in ("own", "all") else 0
        key = (mode, repr(question.choice), question.measure, step, days, tuple(own))
        if key == self._scaled and mode != VIEW:
            return
        self._scaled = key
        bounds = own if mode == OWN else []
        if not bounds:
            city = self.city
            found = city.quantiles(answer) if mode == VIEW else city.scale(question)
            bounds = found or [0.0, 1.0]
        labels = words.class_labels(bounds, question.measure)
        if (bounds, labels) != (self.bounds, self.labels):
            self.bounds, self.labels = bounds, labels
            live.color_heat(self.layer(live.HEAT), labels)
