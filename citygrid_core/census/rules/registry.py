"""The rule book: every rule by its number."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from inspect import isabstract

from citygrid_core.census.rules.base import Rule
from citygrid_core.errors import Text, UsageError

_MODULES = (
    "frame", "structure", "code", "number", "geometry", "logic", "completeness", "position",
    "time", "attachment",
)  # fmt: skip


@cache
def rule_book() -> dict[str, Rule]:
    """Return all rules by id, in the order of the book."""
    book: dict[str, Rule] = {}
    for name in _MODULES:
        module = import_module(f"{__package__}.{name}_rules")
        for thing in vars(module).values():
            if (
                isinstance(thing, type)
                and issubclass(thing, Rule)
                and thing.__module__ == module.__name__
                and not isabstract(thing)
                and not thing.__name__.startswith("_")
            ):
                if thing.id in book:
                    raise ValueError(f"two rules {thing.id}")
                book[thing.id] = thing()
    return book


def rules(ids: Iterable[str]) -> list[Rule]:
    """Return rules by id or by group name.

    Raises
    ------
    UsageError
        No such rule or group.
    """
    book = rule_book()
    groups = {r.group for r in book.values()}
    chosen: dict[str, Rule] = {}
    for name in ids:
        found = {i: r for i, r in book.items() if name in (i, r.group) or name.upper() == i}
        if not found:
            known = ", ".join([*sorted(groups), *book])
            raise UsageError(
                Text(f"no rule {name!r}; known: {known}", f"没有规则“{name}”；可用：{known}")
            )
        chosen.update(found)
    return list(chosen.values())
