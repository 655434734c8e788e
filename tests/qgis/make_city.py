"""Make the small sample city as a workspace: ``make_city.py SAMPLE WORKSPACE``.

A process of its own: foreign files are never read beside QGIS.
"""

from __future__ import annotations

import sys
from pathlib import Path

from citygrid_core.grids import Policy
from citygrid_core.operations.areas import init
from citygrid_core.operations.cases.imported import import_cases
from citygrid_core.operations.census.imported import import_components
from citygrid_core.operations.geocode.gazetteer import import_places
from citygrid_core.operations.grids.drawn import draw_grids
from citygrid_core.operations.heat.tables import update_heat
from citygrid_core.operations.importing.intake import SourceOptions
from citygrid_core.operations.responsibility.departments import import_departments
from citygrid_core.operations.responsibility.duties import import_duties
from citygrid_core.workspace import Workspace

DAY = "2025-01-01"
CRS = SourceOptions(crs="EPSG:4547")


def main(files: Path, path: Path) -> None:
    """Areas, grids, departments, duties, components, places, cases, heat."""
    base = files / "base.gpkg"
    layers = ("roads", "barriers", "buildings", "compounds")
    init(path, files / "areas.gpkg", name="云汀市", on=DAY)
    with Workspace.open(path) as ws:
        steering = {name: Path(f"{base}:{name}") for name in layers}
        draw_grids(ws, **steering, policy=Policy(), on=DAY)
        import_departments(ws, files / "departments.csv", on=DAY)
        import_duties(ws, files / "duties.csv", on=DAY)
        import_components(ws, files / "components.csv", options=CRS, on=DAY)
        for layer in ("line", "polygon"):
            options = SourceOptions(layer=layer)
            import_duties(ws, files / "duties.gpkg", options=options, on=DAY)
            import_components(ws, files / "components.gpkg", options=options, on=DAY)
        for layer in ("streets", "zones", "plates", "pois"):
            import_places(ws, files / "gazetteer.gpkg", options=SourceOptions(layer=layer), on=DAY)
        import_cases(ws, files / "cases.csv", options=CRS, on=DAY)
        update_heat(ws)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
