"""Who answers here: the core's answer for a point of the map, put into words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import QgsFeatureRequest, QgsGeometry, QgsPointXY, QgsProject, QgsRectangle

from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers.project import find_layer
from citygrid_plugin.services.card import Card, Line, Outcome, Section
from citygrid_plugin.services.cities import Cities, Loaded

if TYPE_CHECKING:
    from citygrid_core.responsibility import OneAnswer

_TABLES = ("components_point", "components_line", "components_polygon")
_RECORDED = ("supervising", "owning", "maintaining")
#: How far the card looks for the next grid, in metres.
_NEXT_GRID = 50.0


class Answers:
    """Answers questions about points of the workspace that is open."""

    def __init__(self, project: QgsProject, cities: Cities | None = None) -> None:
        self._project = project
        self.cities = cities or Cities()

    def cell(self, path: Path, point: QgsPointXY, at: str = "") -> tuple[str, str]:
        """Return the code of the unit grid at a point and the name of its community.

        Both are empty outside; meant for every move of the mouse.
        """
        city = self.cities.get(path, at).city
        row = city.places.iloc[int(city.positions([point.x()], [point.y()])[0])]
        return _text(row["grid_code"]), _text(row["community_name"])

    def shape(self, path: Path, code: str, at: str = "") -> QgsGeometry:
        """Return the outline of a unit grid; null when there is none."""
        from citygrid_plugin.processing.frames import from_shape

        return from_shape(self.cities.get(path, at).shapes.get(code))

    def ask(
        self,
        path: Path,
        point: QgsPointXY,
        *,
        radius: float = 0.0,
        asked: tuple[str, str] | None = None,
        at: str = "",
        accuracy: float = 0.0,
    ) -> Card:
        """Answer for a point in the workspace's CRS.

        Parameters
        ----------
        radius : float
            A component within this distance (metres) is the one that is meant.
        asked : (kind, class code) or None
            None takes the class of the component at the point.
        at : str
            ISO date: the city and the rules of that day; empty: those valid now.
        accuracy : float
            Standard error of the position along each axis, in metres.
        """
        loaded = self.cities.get(path, at)
        component = self._component(point, radius) if asked is None else None
        kind, code = ("component", component["class_code"]) if component else asked or ("", "")
        return answer(loaded, point.x(), point.y(), kind, code, accuracy, component)

    def _component(self, point: QgsPointXY, radius: float) -> dict[str, str] | None:
        """Return the component nearest to the point within the radius, as QGIS shows it."""
        box = QgsRectangle.fromCenterAndSize(point, 2 * radius, 2 * radius)
        best: tuple[float, dict[str, str]] | None = None
        names = ("class_code", "name", "code", "state", *(f"{role}_code" for role in _RECORDED))
        for table in _TABLES:
            layer = find_layer(self._project, table)
            if layer is None:
                continue
            for feature in layer.getFeatures(QgsFeatureRequest(box)):
                far = feature.geometry().distance(QgsGeometry.fromPointXY(point))
                if far <= radius and (best is None or far < best[0]):
                    best = far, {name: _text(feature[name]) for name in names}
        return best[1] if best else None


def answer(
    loaded: Loaded,
    x: float,
    y: float,
    kind: str,
    class_code: str,
    accuracy: float,
    component: dict[str, str] | None = None,
) -> Card:
    """Return the card of one point; without a class it tells the place only."""
    city = loaded.city
    at = city.at or ""
    row = city.places.iloc[int(city.positions([x], [y])[0])]
    grid = _text(row["grid_code"])
    inside = _text(row["community_code"]) != ""
    sections = [_component_section(loaded, component)] if component else []
    outcome: Outcome = "place" if inside else "outside"
    near, headline, bodies = False, "", {}
    if class_code and inside:
        question = {
            "object_kind": kind,
            "class_code": class_code,
            "attributes": {"state": component["state"]} if component else {},
            "recorded": {r: component[f"{r}_code"] for r in _RECORDED} if component else {},
            "at": at or None,
        }
        community = _text(row["community_code"])
        said = city.duties.answer(x, y, grid_code=grid, community_code=community, **question)
        outcome, bodies = said.outcome, said.bodies
        sections.append(_roles_section(loaded, said))
        headline = _duty_headline(loaded, said, kind)
        beyond, near, warning = _beyond(loaded, x, y, accuracy, question, said)
        sections += [beyond, _precedents_section(loaded, said, x, y, kind, class_code)]
        headline = " ".join(p for p in (headline, warning) if p)
    elif inside:
        headline = tr("Choose a class to see who answers.", "选择类别即可查询责任部门。")
        beyond, near, warning = _beyond(loaded, x, y, accuracy)
        sections.append(beyond)
        headline = warning or headline
    else:
        headline = tr("This point lies outside the city.", "该点不在城市范围内。")
    sections.append(_place_section(row, x, y))
    sections.append(_history_section(loaded, grid))
    return Card(
        x,
        y,
        outcome,
        near,
        headline,
        grid,
        kind or "component",
        class_code,
        shown(loaded.edition.class_label(kind, class_code)) if class_code else "",
        at,
        accuracy,
        bodies,
        tuple(s for s in sections if s.lines),
    )


def _component_section(loaded: Loaded, component: dict[str, str]) -> Section:
    state = component["state"]
    choices = CHOICES["component_state"]
    name = shown(loaded.edition.stored_name(component["class_code"], component["name"]))
    return Section(
        tr("Component", "部件"),
        (
            Line(tr("Component", "部件"), name),
            Line(tr("Code", "部件标识码"), component["code"]),
            Line(tr("State", "部件状态"), shown(choices[state]) if state in choices else state),
        ),
    )


def _place_section(row: Any, x: float, y: float) -> Section:
    nowhere = tr("outside the city", "不在城市范围内")
    none = tr("no grid drawn here", "此处未划网格")
    inside = _text(row["community_code"]) != ""
    grid = _text(row["grid_code"]) or (none if inside else nowhere)
    lines = [Line(tr("Unit grid", "单元网格"), grid)]
    group = _text(row.get("responsibility_grid_code"))
    if group:
        name = _text(row.get("responsibility_grid_name"))
        lines.append(Line(tr("Responsibility grid", "责任网格"), f"{name}  {group}".strip()))
    for level, label in (
        ("community", tr("Community", "社区")),
        ("street", tr("Street", "街道")),
        ("county", tr("County", "区县")),
    ):
        code, name = _text(row[f"{level}_code"]), _text(row[f"{level}_name"])
        lines.append(Line(label, f"{name}  {code}" if code else nowhere))
    lines.append(Line(tr("Position", "位置"), f"{x:.2f}, {y:.2f}"))
    return Section(tr("Place", "位置与区划"), tuple(lines))


def _roles_section(loaded: Loaded, said: OneAnswer) -> Section:
    register, at = loaded.city.duties.departments, loaded.city.at
    lines = []
    for role, label in CHOICES["role"].items():
        codes = said.bodies[role]
        names = [register.name(c, at) or c for c in codes]
        value = tr(" or ", " 或 ").join(names) or tr("nobody is named", "无部门")
        reasons = [r for r in said.reasons if r.role == role]
        today = {
            r.body.today_name
            for r in reasons
            if r.body is not None and r.body.code in codes and r.body.today_code != r.body.code
        }
        if today:
            now = "、".join(sorted(today))
            value += tr(f" (today {now})", f"（现为{now}）")
        lines.append(Line(shown(label), value, tuple(_why(shown(r)) for r in reasons)))
    return Section(tr("Departments and why", "责任部门与依据"), tuple(lines))


def _why(reason: str) -> str:
    """Return a reason without its role: it stands below that role already."""
    for mark in ("：", ": "):
        head, found, rest = reason.partition(mark)
        if found and len(head) < 16:
            return rest
    return reason


def _duty_headline(loaded: Loaded, said: OneAnswer, kind: str) -> str:
    register, at = loaded.city.duties.departments, loaded.city.at
    between = tr(", ", "、")

    def names(codes: tuple[str, ...]) -> str:
        return between.join(register.name(c, at) or c for c in codes)

    roles = CHOICES["role"]
    if said.outcome == "several":
        parts = [
            f"{shown(roles[r])}{tr(': ', '：')}{names(codes)}"
            for r, codes in said.bodies.items()
            if len(codes) > 1
        ]
        listed = tr("; ", "；").join(parts)
        return tr(
            f"Several bodies claim it by rules of equal strength ({listed}); they have to agree.",
            f"多个部门依同等效力的规则均应负责（{listed}），须协调确定。",
        )
    if said.outcome == "none":
        wanted = loaded.city.duties.order.expected.get(kind, tuple(roles))
        lacking = between.join(shown(roles[r]) for r in wanted if not said.bodies[r])
        return tr(
            f"Nobody is named for: {lacking}. A rule is missing.",
            f"{lacking}尚无责任部门，缺少规则。",
        )
    who = next(
        (said.bodies[r] for r in ("handling", "maintaining", "owning") if said.bodies[r]), ()
    )
    return tr(f"{names(who)} handles it.", f"由{names(who)}负责处置。")


def _beyond(
    loaded: Loaded,
    x: float,
    y: float,
    accuracy: float,
    question: dict[str, Any] | None = None,
    said: OneAnswer | None = None,
) -> tuple[Section, bool, str]:
    """Return how far the next grid is, and the other answer that an error could hide."""
    city = loaded.city
    cells = city.cells if len(city.cells) else city.communities
    border = cells.border_distance([x], [y], within=_NEXT_GRID)
    far, other = float(border.distance[0]), int(border.other[0])
    lines = []
    if other >= 0:
        lines.append(
            Line(
                tr("Next grid", "相邻网格"),
                tr(f"{far:.1f} m to {cells.codes[other]}", f"距 {cells.codes[other]} {far:.1f} 米"),
            )
        )
    title = tr("Border", "边界")
    if not accuracy:
        return Section(title, tuple(lines)), False, ""
    if question is None or said is None:
        from scipy.special import ndtr

        from citygrid_core.responsibility import FLAG_ABOVE

        chance = float(ndtr(-far / accuracy)) if other >= 0 else 0.0
        near = chance > FLAG_ABOVE
        lines.append(_chance(chance, accuracy))
        warning = ""
        if near:
            warning = tr(
                f"Only {far:.1f} m from grid {cells.codes[other]}.",
                f"距网格 {cells.codes[other]} 仅 {far:.1f} 米。",
            )
        return Section(title, tuple(lines)), near, warning
    from citygrid_core.responsibility import near_point

    found = near_point(city.duties, x, y, said, cells, accuracy=accuracy, **question)
    lines.append(_chance(found.probability, accuracy))
    if not found.bodies:
        return Section(title, tuple(lines)), False, ""
    register, metres, where = city.duties.departments, found.border_m, found.other_code
    roles = []
    for role, label in CHOICES["role"].items():
        codes = found.bodies[role]
        if codes != said.bodies[role]:
            names = "、".join(register.name(c, city.at) or c for c in codes)
            roles.append(f"{shown(label)}{tr(': ', '：')}{names or tr('nobody', '无部门')}")
    lines.append(
        Line(
            tr("The other answer", "另一侧的答案"),
            tr(f"{metres:.1f} m away", f"{metres:.1f} 米外"),
            (tr(f"grid {where}", f"网格 {where}"), *roles),
        )
    )
    warning = ""
    if found.flagged:
        warning = tr(
            f"But the border is {metres:.1f} m away: with a position accurate to {accuracy:.3g} m "
            f"the other side is right with {found.probability:.0%} ({'; '.join(roles)}).",
            f"但距边界仅 {metres:.1f} 米：定位精度 {accuracy:.3g} 米时，实际位于另一侧的概率为 "
            f"{found.probability:.0%}（{'；'.join(roles)}）。",
        )
    return Section(title, tuple(lines)), found.flagged, warning


def _chance(probability: float, accuracy: float) -> Line:
    shown_ = "< 0.1 %" if probability < 0.001 else f"{probability:.1%}"
    return Line(
        tr("Other answer right", "另一答案的概率"),
        tr(f"{shown_} at ± {accuracy:.3g} m", f"{shown_}（定位精度 {accuracy:.3g} 米）"),
    )


def _precedents_section(
    loaded: Loaded, said: OneAnswer, x: float, y: float, kind: str, class_code: str
) -> Section:
    """Return what was settled before in similar questions."""
    from citygrid_core.responsibility import precedents

    city = loaded.city
    if not len(city.disputes):
        return Section("", ())
    bodies = {code for codes in said.bodies.values() for code in codes}
    found = precedents(
        city.disputes, x, y, object_kind=kind, class_code=class_code, bodies=bodies, at=city.at
    )
    lines = []
    for row in found.itertuples():
        who = city.duties.departments.name(row.department_code, city.at) or row.department_code
        role = shown(CHOICES["role"][row.role])
        why = " ".join(p for p in (_text(row.document), _text(row.clause)) if p)
        lines.append(
            Line(
                str(row.code),
                f"{role}{tr(': ', '：')}{who}",
                (
                    tr(
                        f"class {row.class_code}, {row.distance_m:.0f} m away, "
                        f"settled {str(row.settled_on)[:10]}",
                        f"类别 {row.class_code}，相距 {row.distance_m:.0f} 米，"
                        f"{str(row.settled_on)[:10]} 办结",
                    ),
                    *((why,) if why else ()),
                ),
            )
        )
    return Section(tr("Precedents", "先例"), tuple(lines))


def _history_section(loaded: Loaded, grid: str) -> Section:
    if not grid:
        return Section("", ())
    since = loaded.since.get(grid, "")
    lines = [Line(tr("Valid from", "起始日期"), since)] if since else []
    origins = loaded.origins.get(grid, [])
    if origins:
        last = origins[-1]
        parents = "、".join(str(link["parent"]) for link in origins if link["parent"])
        why = " · ".join(_text(last[c]) for c in ("on", "reason", "document") if _text(last[c]))
        lines.append(
            Line(
                tr("Came from", "由来"), parents or tr("newly drawn", "新划"), (why,) if why else ()
            )
        )
    return Section(tr("History of the grid", "网格沿革"), tuple(lines))


def _text(value: Any) -> str:
    """Text of a value; nothing for None, NaN and QGIS's NULL."""
    text = "" if value is None or value != value else str(value)
    return "" if text in ("NULL", "None", "nan", "<NA>") else text
