"""Cases of the workspace that is open: taken in, advanced, asked; writing is the core's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QObject, pyqtSignal

from citygrid_plugin.i18n import language, shown
from citygrid_plugin.layers.project import find_layer
from citygrid_plugin.services.capture import TwoLibraries, one_sqlite
from citygrid_plugin.services.cities import Cities, Loaded
from citygrid_plugin.services.session import open_workspace

if TYPE_CHECKING:
    import geopandas as gpd

    from citygrid_core.cases.lifecycle import Profile, Step
    from citygrid_core.errors import Language
    from citygrid_core.operations.cases.intake import IntakeDesk, Look, Reported, Taken
    from citygrid_core.operations.cases.queue import Filter
    from citygrid_core.operations.cases.standing import Card
    from citygrid_core.operations.city import City
    from citygrid_core.report import Report

#: Seconds to wait for another program that writes, before a button is refused.
_PATIENCE = 4.0


class CaseService(QObject):
    """Keeps the intake desk of the workspace that is open.

    Signals
    -------
    changed()
        Cases are other than before.
    renewed()
        Areas or departments are.
    """

    changed = pyqtSignal()
    renewed = pyqtSignal()

    def __init__(self, project: QgsProject, cities: Cities, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project, self.cities = project, cities
        self._desk: IntakeDesk | None = None
        self._loaded: Loaded | None = None
        self._departments: dict[str, str] = {}
        self._bodies: dict[str, str] = {}
        self._areas: dict[str, str] = {}

    def open(self, path: Path, loaded: Loaded, who: str = "") -> IntakeDesk:
        """Open the desk on a workspace; one that is open on it already goes on.

        Parameters
        ----------
        loaded : Loaded
            The city of the workspace, read in a task.

        Raises
        ------
        TwoLibraries, CitygridError
        """
        from citygrid_core.operations.cases.intake import IntakeDesk
        from citygrid_core.workspace import Workspace

        if self._desk is not None and Path(self._desk.workspace.path) == path:
            return self._desk
        self.close()
        if not one_sqlite(path):
            raise TwoLibraries
        workspace = Workspace.open(path, timeout=_PATIENCE)
        held, city = loaded, loaded.city.on(workspace)

        def now() -> City:
            nonlocal held, city
            found = self.cities.get(path)
            if found is not held:
                held, city = found, found.city.on(workspace)
            return city

        self._desk = IntakeDesk(workspace, who=who, city=now)
        self.renew(loaded)
        return self._desk

    def renew(self, loaded: Loaded) -> None:
        """Take areas and departments from a city that was read, if it is another."""
        if loaded is self._loaded or self._desk is None:
            return
        self._loaded = loaded
        areas, register = loaded.city.areas, loaded.city.departments
        self._areas = dict(zip(areas["code"], areas["name"], strict=True))
        short = register["short_name"].where(register["short_name"].notna(), register["name"])
        self._bodies = dict(zip(register["code"], short, strict=True))
        current = register.loc[register["valid_to"].isna(), "code"]
        self._departments = {
            code: self._bodies[code] for code in sorted(current, key=self._bodies.__getitem__)
        }
        self.renewed.emit()

    def close(self) -> None:
        """Close the desk; what was done is stored already."""
        if self._desk is not None:
            self._desk.workspace.close()
        self._desk = self._loaded = None

    @property
    def desk(self) -> IntakeDesk:
        """The desk, while a workspace is open."""
        assert self._desk is not None, "the desk is not open"
        return self._desk

    @property
    def profile(self) -> Profile:
        """The rules of the way of a case in this city."""
        return self.desk.profile

    def now(self) -> str:
        """Return the time on the city's wall clock."""
        return self.desk.workspace.city_time()

    def departments(self) -> dict[str, str]:
        """Return the departments: code to short name, by name."""
        return self._departments

    def body_name(self, code: str) -> str:
        """Return the short name of a department, past ones too; the code of none of the register."""
        return self._bodies.get(code, code)

    def area_names(self) -> dict[str, str]:
        """Return the areas of today: code to name."""
        return self._areas

    def class_name(self, kind: str, code: str) -> str:
        """Return the name of a class; the code when it has none."""
        key = code if kind == "component" else f"{kind}:{code}"
        hit = self.desk.chooser.classes.get(key)
        return shown(hit.label) if hit is not None else code

    def component_name(self, class_code: str, name: str) -> str:
        """Return the stored name of a component as people read it."""
        return shown(self.desk.edition.stored_name(class_code, name))

    # --- intake ----------------------------------------------------------------------

    def look(self, said: Reported) -> Look:
        """Tell all that is known of a report now."""
        return self.desk.look(said, self.now(), lang=language())

    def store(
        self, said: Reported, *, register: bool, twin_of: str, photos: Sequence[Path]
    ) -> Taken:
        """Store a report; when this returns it is safe."""
        taken = self.desk.store(said, self.now(), register=register, twin_of=twin_of, photos=photos)
        self.show()
        return taken

    # --- one case --------------------------------------------------------------------

    def advance(self, number: str, step: str, at: str, **said: str) -> Report:
        """Do one step; the report says why it was refused and what is legal."""
        import pandas as pd

        from citygrid_core.operations.cases.steps import advance_cases

        entry = pd.DataFrame([{"number": number, "step": step, "at": at, **said}])
        report = advance_cases(self.desk.workspace, entry, who=self.desk.who)
        if report.stored:
            self.show()
        return report

    def dispatch(self, numbers: list[str], to: str, at: str) -> Report:
        """Send cases to one body, or (no body) those that are clear to theirs."""
        from citygrid_core.operations.cases.dispatch import dispatch_cases

        report, _ = dispatch_cases(
            self.desk.workspace, numbers, to=to, auto=not to, at=at, who=self.desk.who,
            lang=language(),
        )  # fmt: skip
        if report.stored:
            self.show()
        return report

    # --- on the map ------------------------------------------------------------------

    def nearest(self, x: float, y: float, radius: float) -> str:
        """Return the number of the case nearest to a point of the store, empty for none."""
        held = self.desk.workspace.read(
            "cases", columns=["number"], bbox=(x - radius, y - radius, x + radius, y + radius)
        )
        if held.empty:
            return ""
        from shapely import Point

        far = held.geometry.distance(Point(x, y))
        return str(held.at[far.idxmin(), "number"]) if far.min() <= radius else ""

    def show(self) -> None:
        """Draw the layer of cases anew: it reads what was stored."""
        layer = find_layer(self._project, "cases")
        if layer is not None:
            layer.dataProvider().reloadData()
            layer.triggerRepaint()
        self.changed.emit()


def read_card(
    path: Path, cities: Cities, number: str, at: str, lang: Language
) -> tuple[Card, list[Step]]:
    """Return all that is known of a case at a moment, and the steps that are legal then, for a task."""
    from citygrid_core.operations.cases.standing import card
    from citygrid_core.operations.cases.steps import legal_steps

    loaded = cities.get(path)
    with open_workspace(path) as workspace:
        return (
            card(workspace, number, at, lang=lang, city=loaded.city.on(workspace)),
            legal_steps(workspace, number, at),
        )


def read_queue(path: Path, at: str, asked: Filter) -> tuple[Report, gpd.GeoDataFrame]:
    """Read a queue, for a task: with a connection of its own."""
    from citygrid_core.operations.cases.queue import queue

    with open_workspace(path) as workspace:
        return queue(workspace, at, asked)


def read_proposals(path: Path, cities: Cities, lang: Language) -> Any:
    """Read what waits for a body, with candidates and reasons, for a task."""
    from citygrid_core.operations.cases.dispatch import propose

    loaded = cities.get(path)
    with open_workspace(path) as workspace:
        found = propose(workspace, lang=lang, city=loaded.city.on(workspace))
        points = workspace.read(
            "cases", columns=["number"], where={"number": list(found["number"])}
        )
    place = points.set_index("number").geometry
    found["geometry"] = [place.get(n) for n in found["number"]]
    return found
