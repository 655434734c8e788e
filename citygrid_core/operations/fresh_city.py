"""A city that stays loaded while people work, and is read anew when its ground has changed."""

from __future__ import annotations

from citygrid_core.operations.city import City
from citygrid_core.workspace import Workspace

_GROUND = (
    "areas",
    "grids",
    "grid_groups",
    "departments",
    "duty_rules",
    "duty_rules_line",
    "duty_rules_polygon",
)


class FreshCity:
    """Grids, areas and duties of a workspace; what is asked is never older than the store."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._city: City | None = None
        self._ground: dict[str, str] = {}

    def get(self) -> City:
        """Return the city; read anew when any of it has changed."""
        digests = self._workspace.digests()
        ground = {name: digests.get(name, "") for name in _GROUND}
        if self._city is None or ground != self._ground:
            self._city, self._ground = City(self._workspace), ground
        return self._city
