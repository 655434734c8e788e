"""Who answers here: the core's answer for a point of the map."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import QgsFeatureRequest, QgsGeometry, QgsPointXY, QgsProject, QgsRectangle

from citygrid_core.workspace.schema import CHOICES
from citygrid_plugin.i18n import shown, tr
from citygrid_plugin.layers.project import find_layer
from citygrid_plugin.services.session import open_workspace

if TYPE_CHECKING:
    from citygrid_core.operations.city import City

_TABLES = ("components_point", "components_line", "components_polygon")


Line = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True)
class Answer:
    """What stands in the panel.

    Attributes
    ----------
    facts : list of (label, value, details)
        In the user's language, in reading order; details are the reasons behind a value.
    grid_code : str
        Empty where no grid lies.
    """

    facts: list[Line] = field(default_factory=list)
    grid_code: str = ""


class Answers:
    """Answers for one workspace; its index is built once for each state of the store."""

    def __init__(self, project: QgsProject) -> None:
        self._project = project
        self._city: City | None = None
        self._state: tuple[Path, str] | None = None

    def ask(
        self,
        path: Path,
        point: QgsPointXY,
        radius: float,
        asked: tuple[str, str] | None,
    ) -> Answer:
        """Answer for a point in the workspace's CRS.

        Parameters
        ----------
        radius : float
            A component within this distance (metres) is the one that is meant.
        asked : (kind, class code) or None
            None takes the class of the component at the point.
        """
        import geopandas as gpd

        from citygrid_core.operations.lookup import lookup

        city = self._load(path)
        facts: list[Line] = []
        component = self._component(point, radius) if asked is None else None
        if component is not None:
            asked = ("component", component["class_code"])
            facts += [
                _line(tr("Component", "部件"), component["name"]),
                _line(tr("Code", "部件标识码"), component["code"]),
                _line(tr("State", "部件状态"), _choice("component_state", component["state"])),
            ]
        kind, code = asked or ("component", None)
        frame = gpd.GeoDataFrame(
            geometry=gpd.points_from_xy([point.x()], [point.y()]), crs=city.workspace.crs
        )
        row = lookup(city.workspace, frame, class_code=code, object_kind=kind, city=city).iloc[0]
        facts += _place(row)
        if code is not None:
            facts += _departments(row)
        facts.append(_line(tr("Position", "位置"), f"{point.x():.2f}, {point.y():.2f}"))
        return Answer(facts, _text(row.get("grid_code")))

    def _load(self, path: Path) -> City:
        from citygrid_core.operations.city import City

        with open_workspace(path) as workspace:
            state = (path, workspace.head)
            if self._city is None or self._state != state:
                city = City(workspace)
                # Everything is read here: the store is closed before the next line of the caller.
                _ = city.cells, city.communities, city.departments, city.duties
                self._city, self._state = city, state
        return self._city

    def _component(self, point: QgsPointXY, radius: float) -> dict[str, str] | None:
        """Return the component nearest to the point within the radius, as QGIS shows it."""
        box = QgsRectangle.fromCenterAndSize(point, 2 * radius, 2 * radius)
        best: tuple[float, dict[str, str]] | None = None
        for table in _TABLES:
            layer = find_layer(self._project, table)
            if layer is None:
                continue
            for feature in layer.getFeatures(QgsFeatureRequest(box)):
                far = feature.geometry().distance(QgsGeometry.fromPointXY(point))
                if far <= radius and (best is None or far < best[0]):
                    names = ("class_code", "name", "code", "state")
                    best = far, {name: _text(feature[name]) for name in names}
        return best[1] if best else None


def _line(label: str, value: str, *details: str) -> Line:
    return label, value, details


def _place(row: Any) -> list[Line]:
    nowhere = tr("outside the city", "不在城市范围内")
    none = tr("no grid drawn here", "此处未划网格")
    inside = _text(row.get("community_code")) != ""
    grid = _text(row.get("grid_code")) or (none if inside else nowhere)
    facts = [_line(tr("Unit grid", "单元网格"), grid)]
    for level, label in (
        ("community", tr("Community", "社区")),
        ("street", tr("Street", "街道")),
        ("county", tr("County", "区县")),
    ):
        code, name = _text(row.get(f"{level}_code")), _text(row.get(f"{level}_name"))
        facts.append(_line(label, f"{name}  {code}" if code else nowhere))
    return facts


def _departments(row: Any) -> list[Line]:
    facts = []
    reasons = row.get("reasons") or ()
    for role, label in CHOICES["role"].items():
        name, code = _text(row.get(f"{role}_name")), _text(row.get(f"{role}_code"))
        unknown = tr("unknown: no rule names one", "不明：没有规则指定")
        why = (shown(reason) for reason in reasons if reason.role == role)
        known = (code,) if code else ()
        facts.append(_line(shown(label), name or code or unknown, *known, *why))
    outcome = {
        "one": tr("one answer", "唯一"),
        "several": tr("several claim it: not decided", "多头：未判定"),
        "none": tr("nobody is named", "无人负责"),
    }
    said = _text(row.get("duty_outcome"))
    facts.append(_line(tr("Duty", "责任判定"), outcome.get(said, said)))
    return facts


def _choice(name: str, value: str) -> str:
    return shown(CHOICES[name][value]) if value in CHOICES[name] else value


def _text(value: Any) -> str:
    """Text of a value; nothing for None, NaN and QGIS's NULL."""
    text = "" if value is None or value != value else str(value)
    return "" if text in ("NULL", "None", "nan", "<NA>") else text
