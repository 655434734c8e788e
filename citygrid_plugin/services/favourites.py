"""The favourite classes of a user, kept in QGIS's settings by edition and by use."""

from __future__ import annotations

import json

from qgis.core import QgsSettings

from citygrid_core.census.favourites import Favourites

_KEY = "citygrid/favourites"


def load_favourites(edition: str, known: set[str]) -> Favourites:
    """Return the favourites of yesterday, learned anew, of the classes that there are."""
    held = str(QgsSettings().value(f"{_KEY}/{edition}", ""))
    try:
        data = json.loads(held) if held else None
    except ValueError:
        data = None
    return Favourites.from_dict(data).only(known).relearn()


def keep_favourites(edition: str, favourites: Favourites) -> None:
    """Keep favourites for the next time."""
    QgsSettings().setValue(f"{_KEY}/{edition}", json.dumps(favourites.to_dict()))
