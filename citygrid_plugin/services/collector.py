"""Python's collector of garbage, kept from what stays anyway: libraries, the tables of a city."""

from __future__ import annotations

import gc


def pass_by() -> None:
    """Let full collections pass by all that is there now.

    With pandas, geopandas and SQLAlchemy loaded a full collection keeps the GUI's thread for
    130 ms, whichever thread it runs in; after this for 10 ms.
    """
    gc.freeze()


def as_before() -> None:
    """Let everything be looked at again: the plugin is switched off."""
    gc.unfreeze()
