"""A workspace made from the committed sample city, step by step as a user would."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from citygrid_core.grids import Policy
from citygrid_core.operations.areas import init
from citygrid_core.operations.cases.clock import import_limits, import_work_days
from citygrid_core.operations.cases.imported import import_cases
from citygrid_core.operations.cases.steps import advance_cases
from citygrid_core.operations.census.imported import import_components
from citygrid_core.operations.geocode.gazetteer import import_places
from citygrid_core.operations.grids.drawn import draw_grids
from citygrid_core.operations.heat.tables import update_heat
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.operations.responsibility.departments import import_departments
from citygrid_core.operations.responsibility.duties import import_duties
from citygrid_core.report import Report
from citygrid_core.workspace import Workspace

DAY = "2025-01-01"
#: What the tables with x and y of the sample city are in.
METRES = SourceOptions(crs="EPSG:4547")


def layer(name: str) -> SourceOptions:
    return SourceOptions(layer=name)


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory, small_city: Path) -> Path:
    """Areas, grids, departments and duty rules: the city before anything is surveyed."""
    path = tmp_path_factory.mktemp("drawn") / "city.gpkg"
    init(path, small_city / "areas.gpkg", name="云汀市", on=DAY)
    base = small_city / "base.gpkg"
    with Workspace.open(path) as ws:
        draw_grids(
            ws,
            roads=Path(f"{base}:roads"),
            barriers=Path(f"{base}:barriers"),
            buildings=Path(f"{base}:buildings"),
            compounds=Path(f"{base}:compounds"),
            water=Path(f"{base}:water"),
            parks=Path(f"{base}:parks"),
            policy=Policy(),
            on=DAY,
        )
        import_departments(ws, small_city / "departments.csv", on=DAY)
        import_duties(ws, small_city / "duties.csv", on=DAY)
        for name in ("line", "polygon"):
            import_duties(ws, small_city / "duties.gpkg", options=layer(name), on=DAY)
    return path


@pytest.fixture(scope="session")
def whole(
    tmp_path_factory: pytest.TempPathFactory, drawn: Path, small_city: Path
) -> tuple[Path, dict[str, Report]]:
    """The whole chain, with the report of each step."""
    path = tmp_path_factory.mktemp("whole") / "city.gpkg"
    shutil.copy(drawn, path)
    said: dict[str, Report] = {}
    with Workspace.open(path) as ws:
        said["components"] = import_components(
            ws, small_city / "components.csv", options=METRES, on=DAY
        )
        for name in ("streets", "zones", "plates", "pois"):
            said[name] = import_places(
                ws, small_city / "gazetteer.gpkg", options=layer(name), on=DAY
            )
        said["cases"] = import_cases(ws, small_city / "cases.csv", options=METRES, on=DAY)
        said["heat"] = update_heat(ws)
    return path, said


@pytest.fixture(scope="session")
def office(
    tmp_path_factory: pytest.TempPathFactory,
    whole: tuple[Path, dict[str, Report]],
    small_city: Path,
) -> Path:
    """The whole city with limits and calendar, and one case returned, sent on and reworked."""
    path = tmp_path_factory.mktemp("evaluation") / "office.gpkg"
    shutil.copy(whole[0], path)
    with Workspace.open(path) as ws:
        assert import_limits(ws, small_city / "limits.csv", on=DAY).stored == 19
        assert import_work_days(ws, small_city / "calendar.csv", on=DAY).stored == 2
        late = ws.read("cases", where={"stage": "dispatched"}, geometry=False)["number"].min()
        advance_cases(ws, pd.DataFrame([
            {"number": late, "step": "return", "at": "2026-01-02T10:00:00", "reason": "r"},
            {"number": late, "step": "dispatch", "at": "2026-01-02T11:00:00", "department_code": "D2"},
            {"number": late, "step": "handle", "at": "2026-01-02T12:00:00"},
            {"number": late, "step": "rework", "at": "2026-01-02T13:00:00", "reason": "r"},
        ]))  # fmt: skip
    return path


@pytest.fixture
def city(tmp_path: Path, drawn: Path) -> Iterator[Workspace]:
    """A drawn city of one's own, to change at will."""
    path = tmp_path / "city.gpkg"
    shutil.copy(drawn, path)
    with Workspace.open(path) as ws:
        yield ws
