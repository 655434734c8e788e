"""What keys of reports, columns and stored values are called by the people who read them.

JSON and files keep the keys. In English they are words already; Chinese comes from `words`, and
for what the store has from its own labels and lists.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from citygrid_core.cli.language import current
from citygrid_core.words import word

if TYPE_CHECKING:
    import pandas as pd

#: Columns whose stored values people read in their own words, with the lists that name them.
_LISTS = {
    "status": ("pack_status",),
    "kind": ("conflict_kind",),
    "severity": ("severity",),
    "side": ("conflict_state",),
    "state": ("finding_state", "conflict_state", "component_state", "dispute_state"),
    "source": ("case_source",),
    "object_kind": ("object_kind",),
    "stage": ("case_stage",),
    "before": ("case_stage",),
    "after": ("case_stage",),
    "hold": ("case_hold",),
    "role": ("role",),
    "level": ("area_level",),
    "location_method": ("location_method",),
}
#: Columns whose values are words of reports themselves.
_WORDED = {
    "spot", "cluster", "pattern", "light", "outcome", "duty_outcome", "geometry", "confidence",
}  # fmt: skip


def read_key(name: str) -> str:
    """Return a key of a report, or the name of a column, as people read it."""
    said = word(name, current())
    if said != name or current() == "en":
        return said
    return _labels().get(name, name)


def read_value(column: str, stored: Any) -> Any:
    """Return a stored value of a column as people read it."""
    if not isinstance(stored, str):
        return stored
    if column in _WORDED:
        return word(stored, current())
    from citygrid_core.workspace.schema import CHOICES

    for name in _LISTS.get(column, ()):
        if stored in CHOICES[name]:
            return CHOICES[name][stored].text(current())
    return stored


def read_classes(frame: pd.DataFrame, edition: str) -> pd.DataFrame:
    """Return rows whose ``class_code`` has the name of the class behind it, for people to read."""
    from citygrid_core.standards import load_edition

    label = load_edition(edition).class_label
    pairs = zip(frame["object_kind"], frame["class_code"], strict=True)
    named = [f"{code} {label(kind, code).text(current())}" for kind, code in pairs]
    out: pd.DataFrame = frame.assign(class_code=named)
    return out


@lru_cache(maxsize=1)
def _labels() -> dict[str, str]:
    """Return what the store calls its families, columns and values in Chinese."""
    from citygrid_core.workspace.schema import CHOICES, FAMILIES

    labels = {v: text.zh for values in CHOICES.values() for v, text in values.items()}
    labels |= {c.name: c.label.zh for family in FAMILIES.values() for c in family.columns}
    return labels | {name: family.label.zh for name, family in FAMILIES.items()}
