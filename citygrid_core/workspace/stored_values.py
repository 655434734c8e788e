"""Values as they stand in the store: in their lists, and naming something that is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from citygrid_core.errors import Problem, Text
from citygrid_core.workspace.contents import Part
from citygrid_core.workspace.schema import CHOICES, FAMILIES
from citygrid_core.workspace.tables import STORED, StoredTable
from citygrid_core.workspace.values import problem

#: Columns that name a row of another family: family, column, family named.
REFERENCES = (
    ("grids", "community_code", "areas"),
    ("components", "grid_code", "grids"),
    ("cases", "grid_code", "grids"),
    ("heat_counts", "grid_code", "grids"),
    ("heat_expected", "grid_code", "grids"),
    ("duty_rules", "department_code", "departments"),
)
_TARGETS = frozenset(target for _, _, target in REFERENCES)


class StoredValues:
    """Collects values while `differences` goes through the tables, then says what is wrong."""

    def __init__(self) -> None:
        self._unknown: dict[tuple[str, str], Counter[Any]] = {}  # table, column
        self._named: dict[tuple[str, str, str], Counter[Any]] = {}  # table, column, target
        self._there: dict[str, set[Any]] = {target: set() for target in _TARGETS}

    def watch(self, table: StoredTable) -> Callable[[Part], None]:
        """Return what looks at each part of a table."""
        assert table.family is not None
        family = table.family
        listed = [c for c in table.columns if c.choices]
        naming = [(c, target) for f, c, target in REFERENCES if f == family.name]

        def look(part: Part) -> None:
            for column in listed:
                values = part.values[column.name]
                wrong = set(values) - CHOICES[column.choices].keys() - {None}
                if wrong:
                    counted = self._unknown.setdefault((table.name, column.name), Counter())
                    counted.update(v for v in values if v in wrong)
            for name, target in naming:
                counted = self._named.setdefault((table.name, name, target), Counter())
                counted.update(part.values[name])
            if family.name in _TARGETS:
                self._there[family.name].update(part.values[family.key])

        return look

    def problems(self) -> Iterator[Problem]:
        """Yield each wrong value once, with how many rows have it."""
        for (table, name), counted in self._unknown.items():
            known = CHOICES[next(c.choices for c in STORED[table].columns if c.name == name)]
            for value, count in sorted(counted.items(), key=lambda item: str(item[0])):
                yield problem(
                    "value.choice", f"{value} ({count} ×)",
                    Text("one of " + ", ".join(known), "其中之一：" + "、".join(known)),
                    field=f"{table}.{name}",
                )  # fmt: skip
        for (table, name, target), counted in self._named.items():
            label = FAMILIES[target].label
            lost = counted.keys() - self._there[target] - {None, ""}
            for code in sorted(lost, key=str):
                yield problem(
                    "reference.missing", f"{code} ({counted[code]} ×)",
                    Text(f"a code of {label.en}", f"{label.zh}中已有的代码"),
                    field=f"{table}.{name}",
                )  # fmt: skip
