"""What can be wrong with rules, departments or the points that are asked about."""

from __future__ import annotations

from collections.abc import Sequence

from citygrid_core.errors import CitygridError, Problem, Text, UnusableInput, UsageError


class DepartmentCircle(UnusableInput):
    """Departments that succeed one another in a circle; every circle is named."""


class MissingColumns(UsageError):
    """A frame lacks columns that are needed."""

    def __init__(self, what: Text, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        super().__init__(
            Text(
                f"{what.en} lack the columns {', '.join(columns)}",
                f"{what.zh}缺少列：{'、'.join(columns)}",
            )
        )


class CrsMismatch(CitygridError):
    """Points and rules are in different coordinate reference systems."""

    def __init__(self, points: str, rules: str) -> None:
        super().__init__(
            Text(
                f"the points are in {points}, the duty rules in {rules}; "
                "bring the points there (frame.to_crs)",
                f"点位坐标系为 {points}，责任规则为 {rules}；请先转换点位（frame.to_crs）",
            )
        )


def problem(
    rule: str, code: str, field: str, found: Text, expected: Text, row: int | None
) -> Problem:
    """Return the problem of one rule, named by its code."""
    named = Text(f"{found.en} in rule {code}", f"规则 {code} 的{found.zh}") if code else found
    return Problem(rule, named, expected, row=row, field=field)
