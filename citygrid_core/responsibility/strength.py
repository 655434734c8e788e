"""Which rule is stronger: the order as data."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from citygrid_core.errors import Text, UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: The roles of a department, in the order of their columns.
ROLES = ("supervising", "owning", "maintaining", "handling")
#: Kinds of place that a rule may name.
PLACES = ("decided", "line", "polygon", "grid", "grid_group", "area", "everywhere")
#: Those with a geometry of their own.
SHAPED = ("decided", "line", "polygon")
#: The department that the component's own record names.
RECORDED = "recorded"
_WITHIN = ("class", "area", "priority", "conditions")


@dataclass(frozen=True)
class Order:
    """The order of strength of duty rules.

    Attributes
    ----------
    name : str
    layers : tuple of str
        Kinds of place and ``"recorded"``, the strongest first.
    within : tuple of str
        What decides inside a layer: class, area, priority, conditions.
    expected : dict
        Object kind to the roles that must be filled.
    """

    name: str
    layers: tuple[str, ...]
    within: tuple[str, ...]
    expected: Mapping[str, tuple[str, ...]]

    @classmethod
    def load(cls, path: str | Path) -> Order:
        """Read a profile (TOML with name, layers, within, expected).

        Raises
        ------
        UsageError
            A layer is missing, unknown or named twice, and the like.
        """
        facts = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        order = cls(
            str(facts.get("name", Path(path).stem)),
            tuple(facts.get("layers", ())),
            tuple(facts.get("within", ())),
            {k: tuple(v) for k, v in facts.get("expected", {}).items()},
        )
        order.check(str(path))
        return order

    def check(self, source: str) -> None:
        """Raise `UsageError` unless every layer is named once and all words are known."""
        wrong: list[Any] = []
        if sorted(self.layers) != sorted((RECORDED, *PLACES)):
            wrong.append(("layers", self.layers, (RECORDED, *PLACES)))
        if len(set(self.within)) != len(self.within) or not set(self.within) <= set(_WITHIN):
            wrong.append(("within", self.within, _WITHIN))
        for kind, roles in self.expected.items():
            if kind not in ("component", "event") or not set(roles) <= set(ROLES):
                wrong.append((f"expected.{kind}", roles, ROLES))
        if wrong:
            name, found, known = wrong[0]
            raise UsageError(
                Text(
                    f"{source}: {name} is {', '.join(found) or 'empty'}; "
                    f"it takes each of {', '.join(known)} at most once, layers all of them",
                    f"{source}：{name} 为 {'、'.join(found) or '空'}；"
                    f"可用 {'、'.join(known)}，各至多一次，layers 须列全",
                )
            )


#: Recorded > decided > line > polygon > grid > grid group > area > everywhere.
DEFAULT_ORDER = Order.load(Path(__file__).with_name("default.toml"))
