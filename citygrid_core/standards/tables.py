"""The tables beside the classes: limits of cities, indicators, sources of cases."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from citygrid_core.standards.sources import read_table, user_folder


def case_limits(folder: Path | None = None) -> pd.DataFrame:
    """Return time limits that cities set for handling a case.

    These are rules of single cities, not the annex of a national standard. One row
    for each (city, class, condition): city, edition (numbering of the class code),
    kind (component, event, stage), class_code, class_name, condition, limit (as
    written), value (float), unit (urgent_hour, urgent_day, work_hour, work_day,
    hour, minute, day), close_action, note, confidence, source.
    """
    frame = _table("case_limits.csv", ("city", "kind", "class_name", "limit"), folder)
    frame["value"] = frame["value"].astype(float)
    for flag in ("extension", "planting_season_only"):
        frame[flag] = frame[flag] == "yes"
    return frame


def indicators(folder: Path | None = None) -> pd.DataFrame:
    """Return evaluation indicators indexed by code: name, formula, confidence, source."""
    frame = _table("indicators.csv", ("code", "name", "formula"), folder, ("code",))
    indexed: pd.DataFrame = frame.set_index("code")
    return indexed


def case_sources(folder: Path | None = None) -> pd.DataFrame:
    """Return where cases come from, indexed by code: name, name_en, aliases (joined by #).

    There is no national table of codes; add yours in ``case_sources.csv``.
    """
    frame = _table("case_sources.csv", ("code", "name", "aliases"), folder, ("code",))
    indexed: pd.DataFrame = frame.set_index("code")
    return indexed


def _table(
    name: str, columns: tuple[str, ...], folder: Path | None, key: tuple[str, ...] = ()
) -> pd.DataFrame:
    rows = read_table(name, key, columns, user_folder(folder))
    frame: pd.DataFrame = pd.DataFrame(rows, dtype=object)
    return frame
