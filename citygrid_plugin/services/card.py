"""What is said of one place: a card, in the user's language, that a widget shows and a clipboard takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from citygrid_plugin.i18n import tr

#: outside the city; the place only; one body in each role; several claim it; a role has nobody.
Outcome = Literal["outside", "place", "one", "several", "none"]


class Line(NamedTuple):
    """One line: its name, its value, and what stands behind it."""

    name: str
    value: str
    details: tuple[str, ...] = ()


class Section(NamedTuple):
    """Lines under one title."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Card:
    """Who answers at one place.

    Attributes
    ----------
    x, y : float
        In the workspace's CRS, metres.
    outcome : str
        See `Outcome`; ``near`` says beside it that the position may be wrong.
    near : bool
        Whether another answer is more probable than the flag's threshold allows.
    headline : str
        The answer in one sentence.
    grid_code : str
        Empty where no grid lies.
    object_kind, class_code : str
        What was asked; the class is empty when only the place was asked.
    at : str
        ISO date asked; empty: today's rules.
    accuracy : float
        Standard error of the position in metres; 0 when it counts as exact.
    bodies : dict
        Role to the codes of the bodies that answer.
    """

    x: float
    y: float
    outcome: Outcome
    near: bool
    headline: str
    grid_code: str = ""
    object_kind: str = "component"
    class_code: str = ""
    class_name: str = ""
    at: str = ""
    accuracy: float = 0.0
    bodies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()

    @property
    def unclear(self) -> bool:
        """Whether people have to agree on who answers."""
        return self.outcome in ("several", "none") or self.near

    @property
    def title(self) -> str:
        """Return a short name: the grid and the class."""
        place = self.grid_code or f"{self.x:.1f}, {self.y:.1f}"
        asked = " ".join(p for p in (self.class_code, self.class_name) if p)
        return f"{place} · {asked}" if asked else place

    def lines(self) -> Iterator[Line]:
        """Iterate over all lines in reading order."""
        for section in self.sections:
            yield from section.lines

    def facts(self) -> dict[str, str]:
        """Return name and value of every line."""
        return {line.name: line.value for line in self.lines()}

    def as_text(self) -> str:
        """Return the card as plain text, as it goes into a letter or a chat."""
        said = [self.title, self.headline]
        if self.at:
            said.append(tr(f"As of {self.at}", f"日期：{self.at}"))
        for section in self.sections:
            said += ["", section.title]
            for line in section.lines:
                said.append(f"  {line.name}{tr(': ', '：')}{line.value}")
                said += [f"    - {detail}" for detail in line.details]
        return "\n".join(said)
