"""The book of duties: who answers for a class at a place on a day, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from citygrid_core.errors import MissingCrs, Problem, Text
from citygrid_core.locate import CellIndex
from citygrid_core.responsibility.answers import Answer, Judge, Question
from citygrid_core.responsibility.around import Surroundings, zones
from citygrid_core.responsibility.asked import Asked, Coordinates, read_points
from citygrid_core.responsibility.departments import DepartmentHistory
from citygrid_core.responsibility.errors import CrsMismatch
from citygrid_core.responsibility.frames import column, text, texts
from citygrid_core.responsibility.moments import moment
from citygrid_core.responsibility.places import Codes, Shapes
from citygrid_core.responsibility.reasons import ANSWERING, Reason, Reasons
from citygrid_core.responsibility.resolved import Resolved
from citygrid_core.responsibility.rules import read_rules
from citygrid_core.responsibility.strength import DEFAULT_ORDER, ROLES, Order


class OneAnswer(NamedTuple):
    """The answer to one question.

    Attributes
    ----------
    bodies : dict
        Role to the codes of the bodies: one, several or none.
    outcome : str
        one, several or none, as ``duty_outcome`` of `DutyBook.resolve`.
    reasons : Reasons
        The whole chain, role by role, the strongest rule first.
    """

    bodies: dict[str, tuple[str, ...]]
    outcome: str
    reasons: Reasons


class DutyBook:
    """Duty rules, departments and the order of strength, ready to be asked.

    Parameters
    ----------
    rules : GeoDataFrame or DataFrame
        Columns of the store's ``duty_rules``, rules of all times. Rules with a
        polygon or a line have a geometry in a projected CRS (metres).
    departments : DataFrame
        code, name, successor_code, valid_from, valid_to; of all times.
    order : Order
        Which rule is stronger; a profile.
    groups : DataFrame, optional
        Grid groups: code and grid_codes (unit grid codes joined by ``#``).

    Attributes
    ----------
    problems : list of Problem
        Rules that can't be used, and why; they were set aside.

    Raises
    ------
    DepartmentCircle
        Departments succeed one another in a circle.
    MissingCrs
        Rules have shapes, but the frame has no CRS.
    """

    def __init__(
        self,
        rules: pd.DataFrame,
        departments: pd.DataFrame,
        *,
        order: Order = DEFAULT_ORDER,
        groups: pd.DataFrame | None = None,
    ) -> None:
        order.check(order.name)
        read = read_rules(rules, order)
        self.order = order
        self.rules = read.rules
        self.problems: list[Problem] = list(read.problems)
        self.departments = DepartmentHistory(departments)
        placed = isinstance(rules, gpd.GeoDataFrame) and "geometry" in rules
        self.crs = rules.crs if placed else None
        if read.shapes and self.crs is None:
            raise MissingCrs(Text("duty rules", "责任规则"))
        self.shapes = Shapes(read.shapes)
        self.codes = Codes(read.rules, _groups(groups))
        self._surroundings: list[Surroundings] = []
        self._judge = Judge(read.rules, self.departments, order)

    def __len__(self) -> int:
        return len({r.code for r in self.rules})

    def resolve(self, points: pd.DataFrame, *, at: Any = None) -> pd.DataFrame:
        """Answer who is responsible at each point, role by role.

        Parameters
        ----------
        points : GeoDataFrame
            One row for each question: class_code, object_kind, grid_code,
            community_code (or street_code, county_code); optionally area_class,
            columns that attribute conditions name, and the departments that the
            component's own record names (supervising_code, owning_code, ...). Point
            geometry is needed when rules have shapes.
        at : str or one for each point
            ISO date or datetime. None: the rules that have no end. Rules bound to
            hours hold only when a time of day is given.

        Returns
        -------
        DataFrame
            Aligned to `points`. For each role ``<role>_code`` (None unless exactly one
            body answers), ``<role>_outcome`` (one, several, none), ``<role>_candidates``
            (codes joined by ``#``, when several). ``duty_outcome``: several when any
            role is; else none when a role that has to be filled (see `Order.expected`)
            has nobody; else one. ``reasons``: `Reasons`, the strongest rules.

        Raises
        ------
        MissingColumns, MissingCrs, CrsMismatch
            The frame can't be asked about.
        """
        return self.resolved(points, at=at).frame(points.index)

    def resolved(
        self, points: pd.DataFrame, *, at: Any = None, xy: Coordinates | None = None
    ) -> Resolved:
        """Answer as `resolve` does, without making a frame of it.

        Parameters
        ----------
        xy : tuple of two float64 arrays, optional
            The coordinates of the points, when they are at hand.
        """
        return self.judged(self._asked(points, at, xy))

    def judged(self, asked: Asked) -> Resolved:
        """Answer questions that were read before."""
        answers = [self._judge.answer(q) for q in asked.questions]
        return Resolved(asked, answers, self.departments, self.order)

    def surroundings(self, cells: CellIndex, reach: float) -> Surroundings:
        """Return the borders that can change an answer; kept for the next question.

        Parameters
        ----------
        cells : CellIndex
            Of the unit grids (or communities), by code, in the CRS of the rules.
        reach : float
            How far will be asked for at most, in metres.
        """
        for kept in self._surroundings:
            if kept.cells is cells and reach <= kept.reach <= 4 * reach:
                return kept
        zone, places = zones(cells.codes, lambda code: self.codes.keys(code[:12], code))
        made = Surroundings(cells, zone, [*places, self.codes.keys("", "")], self.shapes, reach)
        self._surroundings = [made, *self._surroundings[:3]]
        return made

    def answer(
        self,
        x: float,
        y: float,
        *,
        object_kind: str,
        class_code: str,
        grid_code: str = "",
        community_code: str = "",
        area_class: str = "",
        attributes: Mapping[str, str] | None = None,
        recorded: Mapping[str, str] | None = None,
        at: Any = None,
    ) -> OneAnswer:
        """Answer one question at once, with the whole chain of reasons.

        Parameters
        ----------
        x, y : float
            In the CRS of the rules.
        community_code : str
            Or a street or county code; by default the first 12 digits of `grid_code`.
        attributes : mapping
            What attribute conditions ask about, e.g. ``{"state": "damaged"}``.
        recorded : mapping
            Role to the department that the component's own record names.
        at : str, optional
            ISO date or datetime; None: the rules that have no end.

        Returns
        -------
        OneAnswer
            The same as `resolve` and `explain` say.
        """
        known = {k: code for k, v in (recorded or {}).items() if (code := text(v))}
        places = self.codes.keys(community_code or grid_code[:12], grid_code)
        _, shapes = self.shapes.hits(np.array([float(x)]), np.array([float(y)]))
        question = Question(
            object_kind,
            class_code,
            text(area_class),
            tuple((k, text(v)) for k, v in (attributes or {}).items()),
            places | {("shape", s) for s in shapes.tolist()},
            moment(at),
            tuple(role in known for role in ROLES),
        )
        reasons = self._judge.explain(question, known)
        bodies: dict[str, tuple[str, ...]] = {}
        for role in ROLES:
            mine = {
                r.body.code
                for r in reasons
                if r.role == role and r.body is not None and r.verdict in ANSWERING
            }
            bodies[role] = tuple(sorted(mine))
        outcome = "one"
        if any(not bodies[r] for r in self.order.expected.get(object_kind, ROLES)):
            outcome = "none"
        if any(len(b) > 1 for b in bodies.values()):
            outcome = "several"
        return OneAnswer(bodies, outcome, Reasons(reasons))

    def judge(self, question: Question) -> Answer:
        """Answer one question; see `questions`."""
        prefix = self._judge.prefix(question.class_code)
        return self._judge.answer(question._replace(class_code=prefix))

    def questions(
        self, places: gpd.GeoDataFrame, *, at: Any = None
    ) -> tuple[list[Question], NDArray[np.int64]]:
        """Return a question without a class for each distinct kind of place.

        Parameters
        ----------
        places : GeoDataFrame
            grid_code, community_code; points, or areas that no border of a rule's
            shape cuts.

        Returns
        -------
        questions : list of Question
        which : int64
            The question of each place.
        """
        points = places.set_geometry(places.geometry.representative_point())
        asked = self._asked(points.assign(object_kind="", class_code=""), at)
        return asked.questions, asked.group

    def explain(self, points: pd.DataFrame, *, at: Any = None) -> list[Reason]:
        """Return the whole chain of reasons for one point.

        Parameters
        ----------
        points : GeoDataFrame
            As for `resolve`; its first row is explained.

        Returns
        -------
        list of Reason
            Role by role, the strongest rule first: what answers, what ties, what is
            weaker, what does not hold at this time or for this object.
        """
        asked = self._asked(points.iloc[:1], at)
        question = asked.questions[0]
        recorded = {role: values.names[values.which[0]] for role, values in asked.recorded.items()}
        return self._judge.explain(question, {k: v for k, v in recorded.items() if v})

    def _asked(self, points: pd.DataFrame, at: Any, xy: Coordinates | None = None) -> Asked:
        if len(self.shapes) and isinstance(points, gpd.GeoDataFrame):
            if points.crs is None:
                raise MissingCrs(Text("points", "点位"))
            if points.crs != self.crs:
                raise CrsMismatch(str(points.crs), str(self.crs))
        return read_points(points, at, self._judge, self.codes, self.shapes, xy)


def _groups(frame: pd.DataFrame | None) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    if frame is not None:
        for code, grids in zip(
            texts(column(frame, "code")), texts(column(frame, "grid_codes")), strict=True
        ):
            for grid in grids.replace(",", "#").split("#"):
                found[grid.strip()] = (*found.get(grid.strip(), ()), code)
    return found
