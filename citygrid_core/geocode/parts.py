"""A parsed address: labelled spans of the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from citygrid_core.geocode.normalise import Normal

#: The levels of the grammar, from far to near, and what may stand beside them.
LABELS = (
    "province",
    "city",
    "county",
    "town",
    "community",
    "road",
    "lane",
    "number",
    "number_to",
    "compound",
    "building",
    "unit",
    "floor",
    "room",
    "group",
    "poi",
    "gate",
    "cross",
    "direction",
    "distance",
    "relation",
    "link",
    "note",
    "unknown",
)
REGIONS = ("province", "city", "county", "town", "community")


class Part(NamedTuple):
    """One labelled piece of an address.

    Attributes
    ----------
    label : one of `LABELS`
    value : its normalised value; numbers without their unit
    start, end : its span in the normalised text
    known : whether it is a name of the gazetteer
    """

    label: str
    value: str
    start: int
    end: int
    known: bool = False


def places_of(labels: Sequence[str]) -> dict[str, int]:
    """Return where each label stands first."""
    return {label: i for i, label in reversed(list(enumerate(labels)))}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parsed address: parts in the order of the text, none overlapping.

    Attributes
    ----------
    places : label to the position of the first part that has it
    """

    normal: Normal
    parts: tuple[Part, ...]
    places: Mapping[str, int]

    @classmethod
    def of(cls, normal: Normal, parts: Sequence[Part]) -> Parsed:
        """Return parts with their places looked up."""
        return cls(normal, tuple(parts), places_of([p.label for p in parts]))

    def has(self, *labels: str) -> bool:
        """Whether any part has one of the labels."""
        return not self.places.keys().isdisjoint(labels)

    def first(self, label: str) -> Part | None:
        """Return the first part with a label."""
        at = self.places.get(label)
        return None if at is None else self.parts[at]

    def all(self, *labels: str) -> list[Part]:
        """Return all parts with one of the labels."""
        return [p for p in self.parts if p.label in labels]

    def typed(self, part: Part) -> str:
        """Return the part as it was typed."""
        normal, start, end = self.normal, part.start, part.end
        if end > start:
            return normal.typed[normal.starts[start] : normal.ends[end - 1]]
        a, b = normal.span(start, end)
        return normal.typed[a:b]

    def as_text(self) -> str:
        """Return ``label=value`` pairs, as in tables of expected parses."""
        return "|".join(f"{p.label}={p.value}" for p in self.parts if p.label != "link")
