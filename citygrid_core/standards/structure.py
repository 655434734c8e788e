"""How a code is built: its parts, their digits and the rule that each part follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from citygrid_core.errors import Text

CodeKind = Literal["area", "grid", "component", "event"]
CODE_KINDS: tuple[CodeKind, ...] = ("area", "grid", "component", "event")


@dataclass(frozen=True, slots=True)
class Part:
    """A run of digits with one meaning.

    Parameters
    ----------
    name : str
        e.g. ``"county"``.
    digits : int
        How many.
    rule : str
        ``county``, ``serial``, ``major`` or ``minor``.
    label : Text
        What people call it.
    standard : str
        The standard that fixes it, if another than the code's own.
    """

    name: str
    digits: int
    rule: str
    label: Text
    standard: str = ""


@dataclass(frozen=True, slots=True)
class Structure:
    """The digits of one kind of code in one edition.

    Parameters
    ----------
    kind : str
        ``area``, ``grid``, ``component`` or ``event``.
    label : Text
        What people call it.
    parts : tuple of Part
        From left to right.
    prefixes : bool
        Whether the code may end after any part (area codes: 6, 9 or 12 digits).
    standard, confidence : str
        Where the fact comes from, and how sure it is.
    """

    kind: CodeKind
    label: Text
    parts: tuple[Part, ...]
    prefixes: bool
    standard: str
    confidence: str

    @property
    def digits(self) -> int:
        """Digits of the full code."""
        return sum(p.digits for p in self.parts)

    @property
    def lengths(self) -> tuple[int, ...]:
        """Every length that a code of this kind may have."""
        if not self.prefixes:
            return (self.digits,)
        ends = list(self.spans())
        return tuple(last for _, _, last in ends)

    def spans(self) -> Iterator[tuple[Part, int, int]]:
        """Yield (part, start, end): the part is ``text[start:end]``."""
        start = 0
        for part in self.parts:
            yield part, start, start + part.digits
            start += part.digits

    def split(self, text: str) -> dict[str, str]:
        """Return the digits of each part that `text` reaches."""
        return {p.name: text[a:b] for p, a, b in self.spans() if b <= len(text)}

    def formula(self, lang: str = "en") -> str:
        """Return the structure in a line, e.g. ``6 county + 3 street``."""
        if lang == "zh":
            return "＋".join(f"{p.digits}位{p.label.zh}" for p in self.parts)
        return " + ".join(f"{p.digits} {p.label.en}" for p in self.parts)


def text_of(value: Any) -> Text:
    """Return the `Text` of a TOML table ``{en = ..., zh = ...}``, or of one string for both."""
    if isinstance(value, dict):
        en = str(value.get("en", value.get("zh", "")))
        return Text(en, str(value.get("zh", en)))
    return Text(str(value), str(value))


def structure_from(kind: CodeKind, declared: dict[str, Any], parts: dict[str, Any]) -> Structure:
    """Build a structure from ``[codes.KIND]`` of an edition and the table of parts.

    Parameters
    ----------
    declared : dict
        ``label``, ``parts`` (name to digits, in order), ``prefixes``, ``standard``, ``confidence``.
    parts : dict
        What each part is called and which rule it follows (``parts.toml``).
    """
    return Structure(
        kind,
        text_of(declared.get("label", kind)),
        tuple(
            Part(
                name,
                int(digits),
                str(parts[name]["rule"]),
                text_of(parts[name]["label"]),
                str(parts[name].get("standard", "")),
            )
            for name, digits in declared["parts"].items()
        ),
        bool(declared.get("prefixes", False)),
        str(declared.get("standard", "")),
        str(declared.get("confidence", "unconfirmed")),
    )
