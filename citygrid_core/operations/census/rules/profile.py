"""A city's own view of the rule book: tolerances, severities, rules that are off."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from citygrid_core.census.rules import Rule, rule_book
from citygrid_core.errors import Text, UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_SEVERITIES = ("error", "warning", "hint")


@dataclass(frozen=True)
class Profile:
    """What a city changes about the book.

    Attributes
    ----------
    off : tuple of str
        Rules that are not run; they show as such, never as clean.
    tolerances, severities : mapping
        Rule id to its own value.
    radii : Path, optional
        CSV file of radii for twins, see `census.radii.class_radii`.
    """

    off: tuple[str, ...] = ()
    tolerances: Mapping[str, float] = field(default_factory=dict)
    severities: Mapping[str, str] = field(default_factory=dict)
    radii: Path | None = None

    @classmethod
    def load(cls, file: Path) -> Profile:
        """Read a TOML file: ``off = ["P05"]``, ``[tolerance]``, ``[severity]``, ``radii = "x.csv"``.

        Raises
        ------
        UsageError
            It can't be understood, or names a rule that is not in the book.
        """
        try:
            data: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8-sig"))
            tolerances = {k: float(v) for k, v in data.get("tolerance", {}).items()}
            severities = {k: str(v) for k, v in data.get("severity", {}).items()}
            off = tuple(str(r) for r in data.get("off", ()))
            radii = data.get("radii")
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise UsageError(
                Text(f"{file.name}: not understood: {error}", f"{file.name}：无法理解：{error}")
            ) from error
        wrong = sorted({*tolerances, *severities, *off} - set(rule_book()))
        wrong += sorted(set(severities.values()) - set(_SEVERITIES))
        wrong += sorted(set(data) - {"off", "tolerance", "severity", "radii"})
        if wrong:
            listed = ", ".join(wrong)
            raise UsageError(
                Text(f"{file.name}: unknown: {listed}", f"{file.name}：未知内容：{listed}")
            )
        return cls(off, tolerances, severities, file.parent / str(radii) if radii else None)

    def apply(self, book: list[Rule]) -> list[Rule]:
        """Return the rules that are run."""
        return [r for r in book if r.id not in self.off]
