"""Grids under edit: a coverage in memory, named undo steps, nothing stored until it is committed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QUndoCommand, QUndoStack

from citygrid_core.errors import Text
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.services.session import open_workspace

if TYPE_CHECKING:
    import geopandas as gpd

    from citygrid_core.grids import Coverage, Edit, Policy
    from citygrid_core.operations.grids.plan import Plan, Step

#: Returns the buildings in a box (west, south, east, north), or None when no layer is chosen.
Buildings = Callable[[Sequence[float]], "gpd.GeoDataFrame | None"]

NAMES = {
    "split": Text("Split", "分割"),
    "merge": Text("Merge", "合并"),
    "divide": Text("Divide", "等分"),
    "move": Text("Move border", "移动公共边"),
    "vertex": Text("Move vertex", "移动顶点"),
    "reshape": Text("Reshape", "修整"),
    "add": Text("Draw new", "新绘"),
}
#: How far around a step buildings matter (metres).
_AROUND = 50.0


class Made(QUndoCommand):
    """One edit of the coverage: an entry of the undo panel."""

    def __init__(self, desk: GridDesk, step: Step, edit: Edit) -> None:
        super().__init__(step_name(step, edit))
        self._desk = desk
        self._first = True
        self.step = step
        self.edit = edit

    def redo(self) -> None:
        """Make it; also called when it is pushed."""
        coverage = self._desk.coverage
        if self._first:
            self.edit = coverage.do(self.edit)
            created = tuple(sorted(str(code) for code in self.edit.created["code"]))
            self.step = replace(self.step, created=created)
            self._first = False
        else:
            coverage.redo()

    def undo(self) -> None:
        """Take it back, vertex for vertex."""
        self._desk.coverage.undo()


class GridDesk(QObject):
    """The edits that are not committed yet.

    Signals
    -------
    changed()
        An edit was made, undone, redone or dropped; or another workspace was read.
    """

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stack = QUndoStack(self)
        self.stack.indexChanged.connect(self._moved)
        self.coverage: Coverage | None = None
        self.areas: gpd.GeoDataFrame | None = None
        self.names: dict[str, str] = {}
        self.path: Path | None = None
        self.buildings: Buildings = lambda box: None
        self._policy: Policy | None = None
        self._held: gpd.GeoDataFrame | None = None
        self._net: Edit | None = None

    # --- reading -----------------------------------------------------------------------

    def load(self, path: Path) -> None:
        """Read the grids of a workspace; edits that were not committed are dropped.

        Raises
        ------
        CitygridError
            The file is no workspace.
        """
        from citygrid_core.grids import Coverage

        with open_workspace(path) as workspace:
            held = workspace.read("grids")
            ever = workspace.read(
                "grids", at="all", columns=["code", "community_code"], geometry=False
            )
            areas = workspace.read("areas", where={"level": "community"})
            edition = workspace.edition
        highest: dict[str, int] = {}
        for code, community in zip(ever["code"], ever["community_code"], strict=True):
            tail = str(code)[len(str(community)) :]
            if tail.isdigit():
                highest[str(community)] = max(highest.get(str(community), 0), int(tail))
        for community in areas["code"]:
            highest.setdefault(str(community), 0)
        self._held, self.areas, self.path = held, areas, path
        self.names = {str(c): str(n) for c, n in zip(areas["code"], areas["name"], strict=True)}
        self.coverage = Coverage(held, highest, edition=edition)
        self._net = None
        self.stack.clear()
        self.changed.emit()

    def close(self) -> None:
        """Forget the workspace."""
        self.stack.clear()
        self.coverage = self.areas = self._held = self._net = self.path = None
        self.changed.emit()

    @property
    def loaded(self) -> bool:
        """Whether grids have been read."""
        return self.coverage is not None

    @property
    def policy(self) -> Policy:
        """What areas should be."""
        from citygrid_core.grids import Policy

        if self._policy is None:
            self._policy = Policy()
        return self._policy

    def set_target(self, target_m2: float) -> None:
        """Judge areas by another target."""
        from citygrid_core.grids import Policy

        self._policy = Policy(target_m2=target_m2)

    # --- editing -----------------------------------------------------------------------

    def attempt(self, step: Step) -> Edit:
        """Return what a step would do; nothing is changed.

        Raises
        ------
        CitygridError
            It is refused; a `GridEditRefused` knows its place.
        """
        from citygrid_core.operations.grids.plan import make_step

        houses = self.around(step) if step.operation == "divide" else None
        return make_step(
            self.coverage, step, policy=self.policy, buildings=houses, areas=self.areas
        )

    def around(self, step: Step) -> gpd.GeoDataFrame | None:
        """Return the buildings near a step."""
        import shapely

        boxes = [
            shapely.box(*self.coverage.window(p).total_bounds) if isinstance(p, str) else p
            for p in step.near()
        ]
        x0, y0, x1, y1 = shapely.total_bounds(boxes)
        return self.buildings((x0 - _AROUND, y0 - _AROUND, x1 + _AROUND, y1 + _AROUND))

    def do(self, step: Step, *, accept_cuts: bool = False) -> Edit:
        """Make a step: one named entry of the undo stack.

        Raises
        ------
        CitygridError
            It is refused, and nothing was changed.
        """
        from citygrid_core.grids import require_uncut

        edit = self.attempt(step)
        houses = None if accept_cuts else self.around(step)
        if houses is not None and len(houses):
            require_uncut(edit, houses)
        made = Made(self, step, edit)
        self.stack.push(made)
        return made.edit

    def steps(self) -> list[Step]:
        """Return the steps that stand, the first first."""
        return [self.stack.command(i).step for i in range(self.stack.index())]

    def edits(self) -> list[Edit]:
        """Return the edits that stand."""
        return [self.stack.command(i).edit for i in range(self.stack.index())]

    def net(self) -> Edit | None:
        """Return the one edit that all together are; None when nothing is pending."""
        from citygrid_core.operations.grids.plan import net_edit

        if self._net is None and self.stack.index():
            self._net = net_edit(self._held, self.coverage, self.edits())
        return self._net

    def plan(self) -> Plan:
        """Return what is pending, ready to be carried out on the store."""
        import shapely

        from citygrid_core.operations.grids.plan import Plan, state_of

        net = self.net()
        ground = {*net.retired["code"].astype(str), *net.changed["code"].astype(str)}
        for edit in self.edits():  # also what was changed on the way and is back again
            ground |= {*edit.retired["code"].astype(str), *edit.changed["code"].astype(str)}
        stored = self._held[self._held["code"].isin(list(ground)).to_numpy(dtype=bool)]
        houses = self.buildings(_extent(net))
        wkt = () if houses is None else tuple(shapely.to_wkt(houses.geometry.to_numpy(), -1))
        codes = tuple(sorted(stored["code"].astype(str)))
        return Plan(tuple(self.steps()), codes, state_of(stored), wkt)

    def restore(self, steps: Sequence[Step]) -> None:
        """Make steps again on what is stored now, e.g. after their commit was undone."""
        renamed: dict[str, str] = {}
        for step in steps:
            codes = tuple(renamed.get(code, code) for code in step.codes)
            edit = self.do(replace(step, codes=codes, created=()), accept_cuts=True)
            now = sorted(str(code) for code in edit.created["code"])
            renamed.update(zip(sorted(step.created), now, strict=False))

    def findings(self, edit: Edit) -> list[Any]:
        """Check the communities of an edit as they are now; only what touches its grids counts."""
        from citygrid_core.grids import check
        from citygrid_core.operations.grids.commit import EXPECTED

        moved = edit.changed.loc[edit.changed["moved_m2"] >= 1.0]
        mine = {*edit.created["code"], *moved["code"]}
        places = {*edit.created["community_code"], *moved["community_code"]}
        if not places:
            return []
        area = self.areas[self.areas["code"].isin(list(places)).to_numpy(dtype=bool)]
        grids = self.coverage.window(*area.geometry)
        grids = grids[grids["community_code"].isin(list(places)).to_numpy(dtype=bool)]
        found = check(grids, area, policy=self.policy, edition=self.coverage.edition)
        return [f for f in found if mine & set(f.codes) and f.rule not in EXPECTED]

    def code_at(self, x: float, y: float) -> str:
        """Return the grid at a point: on a border the lowest code; empty when there is none."""
        import shapely

        point = shapely.Point(x, y)
        near = self.coverage.window(point)
        hit = near[shapely.intersects(near.geometry.to_numpy(), point)]
        return min((str(code) for code in hit["code"]), default="")

    def community_at(self, x: float, y: float) -> str:
        """Return the community at a point."""
        import shapely

        shapes = self.areas.geometry.to_numpy()
        hit = shapely.intersects(shapes, shapely.Point(x, y))
        return min((str(code) for code in self.areas["code"][hit]), default="")

    def _moved(self, _: int) -> None:
        self._net = None
        self.changed.emit()


def _extent(edit: Edit) -> tuple[float, float, float, float]:
    import shapely

    shapes = [*edit.created.geometry, *edit.changed.geometry, *edit.retired.geometry]
    x0, y0, x1, y1 = shapely.total_bounds(shapes)
    return (x0 - _AROUND, y0 - _AROUND, x1 + _AROUND, y1 + _AROUND)


def step_name(step: Step, edit: Edit) -> str:
    """Return what the undo panel calls an edit."""
    name = shown(NAMES[step.operation])
    gone, new = len(edit.retired), len(edit.created)
    moved = int((edit.changed["moved_m2"] >= 1.0).sum())
    if new or gone:
        return tr(f"{name}: {gone} → {new}", f"{name}：{gone} → {new}")
    return tr(f"{name}: {moved} grids", f"{name}：{moved} 个网格")
